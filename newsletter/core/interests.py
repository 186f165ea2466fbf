"""What a reader may like and an offer is about: one short list for both."""

from enum import StrEnum


class Interest(StrEnum):
    TABLE = "table"
    WINE = "wine"
    OLIVE = "olive"
    STAY = "stay"
    FAMILY = "family"
    NATURE = "nature"
    HERITAGE = "heritage"
    CRAFT = "craft"
    WELLBEING = "wellbeing"
    FEASTS = "feasts"


class Category(StrEnum):
    """What a member does for a living."""

    LODGING = "lodging"
    RESTAURANT = "restaurant"
    WINE_ESTATE = "wine_estate"
    OLIVE_MILL = "olive_mill"
    CRAFT = "craft"
    GUIDE = "guide"
    ACTIVITY = "activity"
    PRODUCE = "produce"


class PriceKind(StrEnum):
    FIXED = "fixed"
    FROM = "from"
    FREE = "free"
    ON_REQUEST = "on_request"


class PriceUnit(StrEnum):
    PERSON = "person"
    NIGHT = "night"
    COUPLE = "couple"
    GROUP = "group"
    STAY = "stay"
    ITEM = "item"
    MENU = "menu"


class Public(StrEnum):
    """Whom an offer is made for."""

    FAMILY = "family"
    COUPLE = "couple"
    FRIENDS = "friends"
    GROUP = "group"
    SOLO = "solo"


class Access(StrEnum):
    """What makes a place easy to come to."""

    STEP_FREE = "step_free"
    TOILETS = "toilets"
    PARKING = "parking"
    HEARING = "hearing"
    SIGHT = "sight"
