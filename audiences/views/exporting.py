"""Readers to take along: everybody or a segment, as a table or a workbook, streamed."""

from collections.abc import Iterator

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audiences import exports, segments
from audiences.core.consent import CustomerKind, SubscriptionState
from audiences.models import Segment
from audiences.words import KINDS, STATES
from newsletter.access import board_required
from newsletter.core import sheet
from newsletter.core.interests import Interest
from newsletter.models import Newsletter
from newsletter.words import INTERESTS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@never_cache
@board_required
@require_safe
def table(request: HttpRequest, segment_id: int | None = None) -> StreamingHttpResponse:
    name, told = _told(segment_id)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(
        sheet.stream(_heading(), told), content_type="text/csv; charset=utf-8", headers=headers
    )


@never_cache
@board_required
@require_safe
def workbook(request: HttpRequest, segment_id: int | None = None) -> StreamingHttpResponse:
    name, told = _told(segment_id)
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    content = exports.workbook(_("Lecteurs"), _heading(), told)
    return StreamingHttpResponse(content, content_type=XLSX, headers=headers)


def _told(segment_id: int | None) -> tuple[str, Iterator[exports.Row]]:
    row = get_object_or_404(Segment, pk=segment_id) if segment_id is not None else None
    newsletter = Newsletter.objects.order_by("pk").first()
    if newsletter is None:
        raise Http404
    found = exports.readers(newsletter, segments.tree_of(row) if row else None, now=timezone.now())
    return (f"groupe-{row.pk}" if row else "lecteurs"), exports.rows(found, _word)


def _heading() -> list[str]:
    return [
        *(_("Adresse e-mail"), _("Prénom"), _("Langue"), _("Commune"), _("Département"), _("Intérêts")),
        *(_("Type de lecteur"), _("Inscrit depuis"), _("État"), _("Accord pour la mesure")),
    ]


def _word(column: str, value: str) -> str:
    match column:
        case "interests":
            return str(INTERESTS[Interest(value)])
        case "kind":
            return str(KINDS[CustomerKind(value)])
        case "state":
            return str(STATES[SubscriptionState(value)])
        case _:
            return _("oui") if value else _("non")
