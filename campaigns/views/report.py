"""What came of a letter, for the board: on a page, in a table, in a workbook; and letters beside each other."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from campaigns import letter_map, letter_paper, letter_reports, letter_words, paper, words, workbook
from campaigns.core.picture import lengths
from campaigns.followed import Clicks, Day
from campaigns.letter_reports import LetterReport
from campaigns.models import Campaign
from newsletter.access import board_required
from newsletter.core import sheet
from newsletter.middleware import MAIL_SANDBOX, PREVIEW_POLICY
from newsletter.models import Newsletter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The picture of the days: its height, and what stands between two of them, of a width of 1000.
HEIGHT, GAP = 200, 12


@never_cache
@board_required
@require_safe
def report(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Who received it, who left, what was clicked, by slices."""
    found = _report(campaign_id)
    context = {
        "campaign": found.campaign,
        "report": found,
        "figures": found.whole,
        "clicked_part": letter_words.part(found.whole.clicked, found.whole.agree),
        "clicked": letter_words.clicked_of_who_agree(found.whole),
        "clicks": letter_words.clicks(found),
        "notes": letter_words.NOTES,
        "bounced": [words.reason(code, count) for code, count in found.bounced.items()],
        "links": [
            {"click": one, "part": letter_words.PARTS[one.part], "cells": _cells(one)} for one in found.followed.links
        ],
        "offers": [{"name": one.name, "cells": _cells(one)} for one in found.followed.offers],
        "parts": [{"name": letter_words.PARTS[one.part], "cells": _cells(one)} for one in found.followed.parts],
        "days": [{"name": letter_words.day(one), "cells": _cells(one)} for one in found.followed.days],
        "drawn": _drawn(found),
        "height": HEIGHT,
        "slices": [
            {"title": table.title, "heading": table.heading, "rows": [(row[0], _shown(row[1:])) for row in table.rows]}
            for table in letter_words.slice_tables(found)
        ],
    }
    return render(request, "pages/campaigns/report.html", context)


@never_cache
@board_required
@require_safe
def report_table(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """The same for a spreadsheet, a line for each number."""
    found = _report(campaign_id)
    content = sheet.write(*letter_words.long(letter_words.tables(found)))
    return _file(content, found.campaign.edition.slug, "csv", "text/csv; charset=utf-8")


@never_cache
@board_required
@require_safe
def report_workbook(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """The same as a workbook, a sheet for each table."""
    found = _report(campaign_id)
    return _file(workbook.write(letter_words.tables(found)), found.campaign.edition.slug, "xlsx", XLSX)


@never_cache
@board_required
@require_safe
def report_paper(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """The same on A4."""
    found = _report(campaign_id)
    association = found.campaign.edition.newsletter.association
    said = letter_paper.said(found, association.name, date_format(timezone.localdate(), "j F Y"))
    return _file(paper.letter(said), found.campaign.edition.slug, "pdf", "application/pdf")


@never_cache
@board_required
@require_safe
def click_map(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """The letter with its clicks on it, and the same in a table beside it."""
    found = _report(campaign_id)
    rows = [
        {
            "number": one.link.position if one.link else "",
            "name": one.name,
            "people": letter_words.told(one.people),
            "share": letter_map.share(one, found),
            "own": letter_words.told(one.own),
        }
        for one in found.followed.links
    ]
    context = {"campaign": found.campaign, "rows": rows, "note": letter_words.NOTES[-1]}
    return render(request, "pages/campaigns/map.html", context)


@never_cache
@xframe_options_sameorigin
@board_required
@require_safe
def click_map_letter(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """The letter of the map, alone: what stands in its frame, where no script can run."""
    found = _report(campaign_id)
    headers = {
        "Content-Security-Policy": PREVIEW_POLICY + MAIL_SANDBOX,
        "Content-Language": found.campaign.edition.language,
    }
    return HttpResponse(letter_map.drawn(found), headers=headers)


@never_cache
@board_required
@require_safe
def side_by_side(request: HttpRequest) -> HttpResponse:
    """The last letters of each newsletter, beside each other."""
    newsletters = []
    for newsletter in Newsletter.objects.order_by("pk"):
        letters = letter_reports.side_by_side(newsletter)
        rates = [round(1000 * (one.figures.clicked or 0) / (one.figures.agree or 1)) for one in letters]
        lines = [
            {
                "letter": one,
                "cells": _shown(letter_words.figure_cells(one.figures)[:4]),
                "clicked": letter_words.clicked(one.figures),
                "part": letter_words.part(one.figures.clicked, one.figures.agree),
                "bar": bar,
            }
            for one, bar in zip(letters, lengths(rates), strict=True)
        ]
        newsletters.append({"name": newsletter.name, "lines": lines})
    context = {"newsletters": newsletters, "heading": letter_words.figure_heading()[:4]}
    return render(request, "pages/campaigns/side_by_side.html", context)


def _report(campaign_id: int) -> LetterReport:
    rows = Campaign.objects.select_related("edition__newsletter__association").filter(enqueued_at__isnull=False)
    return letter_reports.of_letter(get_object_or_404(rows, pk=campaign_id))


def _cells(one: Clicks | Day) -> list[str]:
    return [letter_words.told(count) for count in (one.times, one.own, one.people)]


def _shown(cells: Sequence[str | int]) -> list[str]:
    return [words.number(said) if isinstance(said, int) else said for said in cells]


def _drawn(found: LetterReport) -> list[dict[str, int]]:
    """Return a column for each day: all clicks behind, those without machines before them."""
    days = found.followed.days
    if not any(one.times for one in days):
        return []
    step = 1000 // len(days)
    longest = [one.times or 0 for one in days]
    tall = lengths(longest, longest=HEIGHT, least=2)
    drawn = []
    for number, (one, height) in enumerate(zip(days, tall, strict=True)):
        own = height * one.own // one.times if one.own and one.times else 0
        place = {"x": number * step + GAP // 2, "width": step - GAP}
        drawn.append({**place, "y": HEIGHT - height, "height": height, "own_y": HEIGHT - own, "own": own})
    return drawn


def _file(content: bytes, slug: str, kind: str, content_type: str) -> HttpResponse:
    name = f"bilan-{slug}.{kind}"
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
