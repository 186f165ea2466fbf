"""A year on one page, and what it proposes to prepare."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache

from newsletter import calendar, calendar_words
from newsletter.access import board_required
from newsletter.core.calendar.school import known_until

PROPOSED = 6


@never_cache
@board_required
def year(request: HttpRequest, number: int | None = None) -> HttpResponse:
    today = timezone.localdate()
    shown = today.year if number is None else number
    years = calendar.years(today)
    if shown not in years:
        raise Http404
    proposals = [
        found for found in calendar.proposals(today=today) if shown == today.year or found.send_on.year == shown
    ]
    until = known_until(calendar.school_holidays())
    context = {
        "year": shown,
        "before": shown - 1 if shown - 1 in years else None,
        "after": shown + 1 if shown + 1 in years else None,
        "today": today,
        "months": calendar.months(shown, language=get_language() or "fr"),
        "proposals": [calendar_words.say(found) for found in proposals[:PROPOSED]],
        # silence after the end of the table is not term time
        "school_until": until if until and until.year <= shown else None,
        "is_over": shown < today.year,
    }
    return render(request, "pages/board/calendar.html", context)
