"""Two versions of an offer side by side, in the words of the page."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import get_language, gettext

from newsletter import words
from newsletter.core.difference import Difference, compare
from newsletter.core.wording import word_access, word_dates, word_money, word_price
from newsletter.models import OfferMove, OfferRevision
from newsletter.models.offer import OfferContent


def between(before: OfferContent, after: OfferContent) -> list[Difference]:
    """Return what a reader, or the board, would find different, in the order of the form."""
    sides = zip(_told(before), _told(after), strict=True)
    found = (compare(label, was, becomes) for (label, was), (_label, becomes) in sides)
    return [difference for difference in found if difference is not None]


def corrected(move: OfferMove) -> list[Difference]:
    """Return what the board changed in the words of a member; nothing of any other move."""
    if not move.words:
        return []
    return between(_content(move.words["before"]), _content(move.words["after"]))


def _content(said: dict[str, Any]) -> OfferContent:
    fields = {field.name: field for field in OfferRevision._meta.fields}
    return OfferRevision(**{name: fields[name].to_python(value) for name, value in said.items()})


def _told(offer: OfferContent) -> list[tuple[str, str]]:
    language = get_language() or "fr"
    return [
        (gettext("Titre"), offer.title),
        (gettext("Texte"), offer.text),
        (gettext("Prix"), word_price(offer.price_kind, offer.price, offer.price_unit, language)),
        (gettext("Prix barré"), word_money(offer.price_was, language) if offer.price_was is not None else ""),
        (gettext("Dates"), word_dates(offer.valid_from, offer.valid_until, language)),
        (gettext("Lien"), offer.link),
        (gettext("Photo"), offer.image.name or ""),
        (gettext("Ce qu’on voit sur la photo"), offer.image_alt),
        (gettext("Cadrage de la photo"), f"{offer.focus_x} % · {offer.focus_y} %"),
        (gettext("Thèmes"), _named(words.INTERESTS, offer.interests)),
        (gettext("Pour qui"), _named(words.PUBLICS, offer.publics)),
        (gettext("Titre en anglais"), offer.title_en),
        (gettext("Texte en anglais"), offer.text_en),
        (gettext("Téléphone pour réserver"), offer.booking_phone),
        (gettext("Places ou pièces disponibles"), "" if offer.stock is None else str(offer.stock)),
        (gettext("Accessibilité"), word_access(offer.access, language)),
    ]


def _named(names: Mapping[Any, words.Words], ticked: Collection[str]) -> str:
    """Return what is ticked in the order of the form, in whatever order it was kept."""
    return ", ".join(str(word) for one, word in names.items() if one in ticked)
