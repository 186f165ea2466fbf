"""An operation as partners read it, line by line, in the language of the page."""

from django.utils.translation import get_language, gettext

from newsletter import aims, operation_words
from newsletter.core.consultation import Line, lines
from newsletter.core.wording import word_dates
from newsletter.models import Operation


def lines_of(operation: Operation) -> list[Line]:
    """Return the theme, the brief, the days, what is wanted and the readers: each may be remarked on."""
    wishes = list(operation.wishes.select_related("commune"))
    wanted = [operation_words.wish_of(wish) for wish in wishes]
    if wanted and not any(wish.category for wish in wishes):
        wanted.insert(0, gettext("Tous les métiers"))
    days = word_dates(operation.valid_from, operation.valid_until, get_language() or "fr")
    facts = [
        Line("window", days[:1].upper() + days[1:], f"{operation.valid_from}/{operation.valid_until}"),
        Line(
            "wanted",
            ", ".join(wanted) or gettext("Tous les métiers"),
            " ".join(f"{wish.category or wish.commune_id}:{wish.at_least}-{wish.at_most}" for wish in wishes) or "all",
        ),
        *(Line("target", f"{one.name}. {one.meaning}.", one.name) for one in aims.of(operation)),
    ]
    return lines(operation.theme, operation.brief, facts)
