"""The words that the pages of an operation add to Django's template language."""

from django import template
from django.utils.functional import Promise

from newsletter import operation_words as words
from newsletter.core.consultation import DestinationKind, Opinion, PartnerKind
from newsletter.core.operation import Answer, OperationState, Step
from newsletter.models import Operation, OperationWish

register = template.Library()
Words = str | Promise


@register.filter
def operation_word(operation: Operation) -> Words:
    """`{{ operation|operation_word }}`: Appel ouvert."""
    return words.STATES[OperationState(operation.state)]


@register.filter
def operation_tone(operation: Operation) -> str:
    return words.TONES.get(OperationState(operation.state), "rest")


@register.filter
def step_word(step: str) -> Words:
    return words.STEPS[Step(step)]


@register.filter
def answer_word(answer: str) -> Words:
    """`{{ asked.said|answer_word }}`: Pas cette fois."""
    return words.ANSWERS[Answer(answer)]


@register.filter
def answer_tone(answer: str) -> str:
    return words.ANSWER_TONES.get(Answer(answer), "rest")


@register.filter
def opinion_word(opinion: str) -> Words:
    return words.OPINIONS[Opinion(opinion)]


@register.filter
def opinion_tone(opinion: str) -> str:
    return words.OPINION_TONES[Opinion(opinion)]


@register.filter
def partner_word(kind: str) -> Words:
    return words.PARTNER_KINDS[PartnerKind(kind)]


@register.filter
def destination_word(kind: str) -> Words:
    return words.DESTINATIONS[DestinationKind(kind)]


@register.filter
def line_word(name: str) -> Words:
    """Return what a line of the brief is about."""
    return words.LINES[name]


@register.filter
def deadline_words(days: int) -> str:
    """`{{ days|deadline_words }}`: encore 5 jours."""
    return words.deadline(days)


@register.filter
def wish_words(wish: OperationWish) -> str:
    """`{{ wish|wish_words }}`: Restaurant (au moins 2), or a commune by its name."""
    return words.wish_of(wish)
