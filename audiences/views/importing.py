"""Readers come in by a file: received, described, counted, confirmed, taken in while the page shows how far."""

import logging

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from kombu.exceptions import OperationalError

from audiences import import_words, imports, readings, tasks
from audiences.core.guessing import BadFile, Column
from audiences.core.importing import WORKING, ImportState
from audiences.core.tools import Tool
from audiences.import_forms import FileForm, MeaningForm, WritingForm
from audiences.imports import NotNow
from audiences.models import Import
from newsletter.access import board_required, signed_in
from newsletter.core import sheet

log = logging.getLogger(__name__)
LISTED = 10


@never_cache
@board_required
@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: HttpRequest) -> HttpResponse:
    """Take a file, and list those that came before."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            row = imports.receive(
                said["newsletter"],
                said["file"],
                name=said["file"].name or "",
                by=signed_in(request),
                now=timezone.now(),
            )
        except BadFile as wrong:
            form.add_error("file", str(import_words.NO_TABLE[wrong.code]))
        else:
            return redirect("import", row.pk)
    context = {
        "form": form,
        "listed": [
            (row, import_words.STATES[ImportState(row.state)], import_words.TONES.get(ImportState(row.state), "wait"))
            for row in Import.objects.select_related("received_by")[:LISTED]
        ],
    }
    return render(request, "pages/readers/imports.html", context)


@never_cache
@board_required
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, file_id: int) -> HttpResponse:
    """One file, wherever it is on its way."""
    row = get_object_or_404(Import.objects.select_related("newsletter", "attested_by", "confirmed_by"), pk=file_id)
    if row.state == ImportState.RECEIVED:
        return _describe(request, row)
    if request.method == "POST":
        return redirect("import", row.pk)  # somebody has described it meanwhile
    if ImportState(row.state) in WORKING:
        return _progress(request, row)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Refresh": "true"})
    counts = imports.counts_of(row)
    context = {
        "row": row,
        "counts": counts,
        "reasons": import_words.reasons(counts.reasons),
        "notes": import_words.notes(row.notes),
    }
    return render(request, "pages/readers/import_counted.html", context)


@board_required
@require_POST
def reread(request: HttpRequest, file_id: int) -> HttpResponse:
    """Look at a file in another writing."""
    row = get_object_or_404(Import, pk=file_id)
    form = WritingForm(request.POST)
    if form.is_valid():
        try:
            imports.reread(row, **form.cleaned_data)
        except BadFile as wrong:
            messages.warning(request, str(import_words.NO_TABLE[wrong.code]))
        except NotNow:
            messages.warning(request, _("Ce fichier est déjà en route."))
    return redirect("import", row.pk)


@board_required
@require_POST
def confirm(request: HttpRequest, file_id: int) -> HttpResponse:
    row = get_object_or_404(Import, pk=file_id)
    try:
        imports.confirm(row, by=signed_in(request), now=timezone.now())
    except NotNow:
        messages.warning(request, _("Ce fichier n’est pas encore compté."))
    else:
        _wake(row)
    return redirect("import", row.pk)


@board_required
@require_POST
def discard(request: HttpRequest, file_id: int) -> HttpResponse:
    """Forget a file; pressed twice, it is forgotten all the same."""
    row = Import.objects.filter(pk=file_id).first()
    if row is None or imports.discard(row):
        messages.success(request, _("Le fichier est oublié : rien n’a changé."))
    else:
        messages.warning(request, _("Ce fichier a déjà été importé."))
    return redirect("imports")


@never_cache
@board_required
@require_safe
def refused(request: HttpRequest, file_id: int) -> StreamingHttpResponse:
    """The lines that bring nobody, for a spreadsheet: where and why."""
    row = get_object_or_404(Import, pk=file_id)
    lines = row.refusals.order_by("number", "pk").values_list("number", "column", "code")
    told = ((number, column, import_words.why(code)) for number, column, code in lines.iterator(2000))
    content = sheet.stream([_("Ligne"), _("Colonne"), _("Raison")], told)
    headers = {"Content-Disposition": f'attachment; filename="import-{row.pk}-refus.csv"'}
    return StreamingHttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def _describe(request: HttpRequest, row: Import) -> HttpResponse:
    try:
        shown = imports.preview(row)
    except BadFile as wrong:
        imports.discard(row)
        messages.warning(request, str(import_words.NO_TABLE[wrong.code]))
        return redirect("imports")
    width = max([len(row.heading), *(len(record.cells) for record in shown)])
    form = MeaningForm(row, width, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            imports.tell(row, form.columns(), form.statement(), by=signed_in(request), now=timezone.now())
        except NotNow:
            messages.warning(request, _("Ce fichier est déjà en route."))
        else:
            _wake(row)
        return redirect("import", row.pk)
    meanings = {at: import_words.COLUMNS[Column(column)] for column, at in row.columns.items()}
    context = {
        "row": row,
        "form": form,
        "writing": WritingForm(initial={"encoding": row.encoding, "delimiter": row.delimiter}),
        "tool": import_words.TOOLS[Tool(row.tool)] if row.tool else "",
        "heading": [
            (at + 1, row.heading[at] if at < len(row.heading) else "", meanings.get(at, "")) for at in range(width)
        ],
        "shown": [(record.number, [*record.cells, *[""] * (width - len(record.cells))]) for record in shown],
    }
    return render(request, "pages/readers/import.html", context)


def _progress(request: HttpRequest, row: Import) -> HttpResponse:
    done = round(100 * readings.progress(row))
    context = {"row": row, "done": done, "word": import_words.STATES[ImportState(row.state)]}
    name = "import_progress" if request.htmx else "import_working"  # type: ignore[attr-defined]
    return render(request, f"pages/readers/{name}.html", context)


def _wake(row: Import) -> None:
    """Start at once; without a broker the clock does, as soon as there is one."""
    try:
        tasks.bring_in.delay_on_commit(row.pk)
    except OperationalError:
        log.warning("no broker: import %s waits for the clock", row.pk)
