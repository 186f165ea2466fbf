"""What a member learns of its offers: on a page, on paper, in a table."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns import member_reports, paper, report_words
from campaigns.core.season import read_season
from campaigns.member_reports import SeasonReport
from campaigns.words import readers
from newsletter import access
from newsletter.access import sign_in_required, signed_in
from newsletter.core import sheet
from newsletter.models import Association


@never_cache
@sign_in_required
@require_safe
def offer_report(request: HttpRequest, offer_id: int) -> HttpResponse:
    """In which editions, at which place, before how many readers."""
    offer = access.offer_of(signed_in(request), offer_id)
    report = member_reports.for_offer(offer)
    context = {
        "offer": offer,
        "report": report,
        "seats": [_line(seat) for seat in report.seats],
        "clicks": report_words.clicks_words(report.clicks) if report.was_sent else "",
        "notes": [report_words.RECEIVED, report_words.CLICKED],
    }
    return render(request, "pages/campaigns/offer.html", context)


@never_cache
@sign_in_required
@require_safe
def season(request: HttpRequest, member_id: int) -> HttpResponse:
    """A season of a member: each offer's places and readers, beside the median of its trade."""
    report = _report(request, member_id)
    context = {
        "report": report,
        "season": report_words.season_words(report.season),
        "seasons": [(one, report_words.season_words(one)) for one in report.seasons],
        "offers": [
            {
                "offer": one.offer,
                "readers": readers(one.readers),
                "sendings": report_words.sendings_words(one.sendings),
                "beside": report_words.beside_words(report, one),
                "clicks": report_words.clicks_words(one.clicks) if one.was_sent else "",
                "clicks_beside": report_words.clicks_beside_words(report, one),
                "seats": [_line(seat) for seat in one.seats],
            }
            for one in report.offers
        ],
        "clicks": report_words.own_words(report.clicks),
        "notes": [report_words.RECEIVED, report_words.CLICKED],
    }
    return render(request, "pages/campaigns/season.html", context)


@never_cache
@sign_in_required
@require_safe
def season_paper(request: HttpRequest, member_id: int) -> HttpResponse:
    """The same on A4."""
    report = _report(request, member_id)
    association = Association.objects.order_by("pk").first()
    today = date_format(timezone.localdate(), "j F Y")
    said = report_words.paper(report, association.name if association else "", today)
    return _file(paper.member_season(said), report, "pdf", "application/pdf")


@never_cache
@sign_in_required
@require_safe
def season_table(request: HttpRequest, member_id: int) -> HttpResponse:
    """The same for a spreadsheet."""
    report = _report(request, member_id)
    table = sheet.write(report_words.heading(), report_words.rows(report))
    return _file(table, report, "csv", "text/csv; charset=utf-8")


def _report(request: HttpRequest, member_id: int) -> SeasonReport:
    member = access.own_member(signed_in(request), member_id)
    wanted = read_season(request.GET.get("saison", ""))
    return member_reports.for_member(member, wanted, today=timezone.localdate())


def _file(content: bytes, report: SeasonReport, kind: str, content_type: str) -> HttpResponse:
    name = f"bilan-{report.member.slug}-{report.season.code}.{kind}"
    return HttpResponse(
        content, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _line(seat: member_reports.Seat) -> dict[str, object]:
    return {
        "seat": seat,
        "place": report_words.place_words(seat),
        "left": report_words.left_words(seat),
        "sendings": report_words.sendings_words(seat.sendings),
        "clicks": report_words.clicks_words(seat.clicks) if seat.sent_on else "",
        "own": report_words.own_words(seat.clicks) if seat.sent_on else "",
    }
