"""What a segment may ask of the sending: who clicked lately, as far as readers agreed to be measured."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audiences import segments
from audiences.core.segment import Facts
from campaigns.models import Click

CLICKED = "clicked_within"
FARTHEST_DAYS = 3 * 365
_SO = {
    "fr": ("ont cliqué dans une lettre depuis {} jours au plus", "n’ont pas cliqué dans une lettre depuis {} jours"),
    "en": ("clicked in a letter in the last {} days", "did not click in a letter in the last {} days"),
}


def register() -> None:
    """Let segments ask."""
    line = segments.Offered(
        _("Ont cliqué dans les derniers jours : combien ?"),
        _("Seuls comptent les lecteurs qui acceptent d’être mesurés. Par exemple 90."),
        FARTHEST_DAYS,
    )
    segments.register_fact(
        CLICKED, parse=_days, to_q=_clicked_since, describe=_words, matches=_has_clicked, offered=line
    )


def _days(value: object) -> int:
    if type(value) is not int or not 0 < value <= FARTHEST_DAYS:  # True is an int, and no number of days
        raise ValueError("bad_days")
    return value


def _clicked_since(days: int | str) -> Q:
    """Return the condition on Subscriber: a click of their own; a machine's is none."""
    return Q(Exists(Click.objects.filter(subscriber=OuterRef("pk"), last_at__gte=_since(days))))


def _has_clicked(days: int | str, facts: Facts) -> bool:
    return Click.objects.filter(subscriber=facts.reader, last_at__gte=_since(days)).exists()


def _since(days: int | str) -> datetime:
    """Return the first moment of the first of these days, today being the last: the same all day long."""
    first = timezone.localdate() - timedelta(days=int(days))
    return timezone.make_aware(datetime.combine(first, datetime.min.time()))


def _words(days: int | str, language: str) -> tuple[str, str]:
    so, not_so = _SO.get(language, _SO["en"])
    return so.format(days), not_so.format(days)
