"""Words of the sending for our pages."""

from fractions import Fraction

from django import template
from django.utils.functional import Promise

from campaigns import letter_words, words
from newsletter.core.environment import Road

register = template.Library()


@register.filter
def campaign_state(state: str) -> Promise | str:
    return words.STATES[state][0]


@register.filter
def campaign_tone(state: str) -> str:
    return words.STATES[state][1]


@register.filter
def step_word(step: str) -> Promise | str:
    return words.STEPS[step]


@register.filter
def pause_word(reason: str) -> Promise | str:
    """Return why a sending was paused, as one sentence; nothing for a reason of no words."""
    return words.PAUSES[reason][0] if reason in words.PAUSES else ""


@register.filter
def road_word(road: Road) -> str:
    return words.road(road)


@register.filter
def spaced(count: int) -> str:
    return words.number(count)


@register.filter
def shown(count: int | None) -> str:
    """`{{ figures.left|shown }}`: 12, or that it is masked."""
    return letter_words.told(count)


@register.filter
def readers(count: int) -> str:
    """`{{ 1982|readers }}`: 1 982 lecteurs."""
    return words.readers(count)


@register.filter
def whole(count: Fraction) -> int:
    """`{{ share.trade_median|whole }}`: a fraction of a reader is nobody."""
    return round(count)
