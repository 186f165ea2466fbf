"""Which readers an operation is for: the board ticks groups, and sees how many readers that is."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from audiences import segments
from audiences.models import Segment
from campaigns import targets
from campaigns.forms import TargetsForm
from newsletter.access import board_required
from newsletter.core.operation import WRITABLE
from newsletter.models import Operation


@never_cache
@board_required
@require_http_methods(["GET", "HEAD", "POST"])
def operation_targets(request: HttpRequest, operation_id: int) -> HttpResponse:
    rows = Operation.objects.select_related("newsletter")
    operation = get_object_or_404(rows, pk=operation_id)
    now = timezone.now()
    groups = list(Segment.objects.all())
    counted = segments.counts(operation.newsletter, [segments.tree_of(row) for row in groups], now=now)
    sizes = {row.pk: size for row, size in zip(groups, counted, strict=True)}
    chosen = [row.pk for row in targets.chosen_for(operation)]
    form = TargetsForm(request.POST or None, initial={"segments": chosen}, sizes=sizes)
    writable = operation.state in WRITABLE
    if request.method == "POST":
        if not writable:
            messages.warning(request, _("Cette opération ne se récrit plus : des membres la lisent telle qu’elle est."))
            return redirect("operation-targets", operation.pk)
        if form.is_valid():
            targets.aim(operation, form.cleaned_data["segments"])
            messages.success(request, _("Les lecteurs de l’opération sont enregistrés."))
            return redirect("operation-targets", operation.pk)
    context = {
        "operation": operation,
        "form": form,
        "groups": groups,
        "reached": targets.reached(operation, now=now),
        "writable": writable,
    }
    return render(request, "pages/campaigns/targets.html", context, status=400 if form.errors else 200)
