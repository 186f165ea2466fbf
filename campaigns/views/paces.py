"""What each relay grants, said by the board."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from campaigns import paces, roads
from campaigns.forms import PaceForm
from campaigns.models import Pace
from newsletter.access import board_required


@dataclass(frozen=True)
class Row:
    """One relay, what was said of it, and how it stands."""

    index: int
    state: roads.State
    form: PaceForm
    pace: Pace | None
    spent: int


@board_required
@require_http_methods(["GET", "POST"])
def pace(request: HttpRequest) -> HttpResponse:
    """Set how many messages a relay may take in an hour and a day; `road` is its place in EMAIL_URL."""
    said = request.POST.get("road", "0") if request.method == "POST" else None
    rows = [_row(request, index, state, said) for index, state in enumerate(roads.states(now=timezone.now()))]
    for row in rows:
        if row.form.is_valid():
            paces.set_pace(row.state.road, **row.form.pace())
            messages.success(request, _("La limite est notée. Elle vaut dès maintenant."))
            return redirect("pace")
    errors = any(row.form.errors for row in rows)
    return render(request, "pages/campaigns/pace.html", {"rows": rows, "errors": errors}, status=400 if errors else 200)


def _row(request: HttpRequest, index: int, state: roads.State, said: str | None) -> Row:
    """Return a relay's row; its form is bound if it is the one that was sent."""
    pace = Pace.objects.filter(relay=state.road.name).first()
    form = PaceForm(
        request.POST if said == str(index) else None,
        initial=_initial(pace),
        # several forms on one page: no two fields with one name for the labels
        auto_id="id_%s" if index == 0 else f"id_{index}_%s",
    )
    return Row(index, state, form, pace, paces.spent_today(state.road, now=timezone.now()))


def _initial(row: Pace | None) -> dict[str, object]:
    if row is None:
        return {}
    own = not row.preset and (row.per_hour or row.per_day)
    return {"preset": "other" if own else row.preset, "per_hour": row.per_hour, "per_day": row.per_day}
