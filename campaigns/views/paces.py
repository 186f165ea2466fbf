"""What the relay grants, said by the board."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaigns import paces
from campaigns.forms import PaceForm
from campaigns.models import Pace
from newsletter.access import board_required


@board_required
@require_http_methods(["GET", "POST"])
def pace(request: HttpRequest) -> HttpResponse:
    """Set how many messages the relay may take in an hour and a day."""
    relay = paces.relays()[0]
    row = Pace.objects.filter(relay=relay.name).first()
    form = PaceForm(request.POST or None, initial=_initial(row))
    if request.method == "POST" and form.is_valid():
        paces.set_pace(relay, **form.pace())
        messages.success(request, _("La limite est notée. Elle vaut dès maintenant."))
        return redirect("pace")
    spent = paces.spent_today(relay, now=timezone.now())
    return render(
        request,
        "pages/campaigns/pace.html",
        {"form": form, "relay": relay, "spent": spent, "pace": row},
        status=400 if form.errors else 200,
    )


def _initial(row: Pace | None) -> dict[str, object]:
    if row is None:
        return {}
    own = not row.preset and (row.per_hour or row.per_day)
    return {"preset": "other" if own else row.preset, "per_hour": row.per_hour, "per_day": row.per_day}
