"""What each relay grants, said by the board."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campaigns import paces, roads, warmups
from campaigns.forms import PaceForm, WarmupForm
from campaigns.models import Pace
from campaigns.variants import domain
from newsletter.access import board_required
from newsletter.models import Newsletter


@dataclass(frozen=True)
class Row:
    """One relay, what was said of it, and how it stands."""

    index: int
    state: roads.State
    form: PaceForm
    pace: Pace | None
    spent: int


@dataclass(frozen=True)
class Sender:
    """A domain that our letters come from: new, with its plan, or known."""

    domain: str
    first_day: date | None
    plan: list[tuple[date, int]]
    form: WarmupForm


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
    return _page(request, rows, _senders())


@board_required
@require_POST
def warm_up(request: HttpRequest) -> HttpResponse:
    """Begin gently with a domain that nobody knows yet, or say that it is known by now (`known`)."""
    form = WarmupForm(request.POST, domains=_domains())
    if form.is_valid() or ("known" in request.POST and "domain" in form.cleaned_data):
        domain = form.cleaned_data["domain"]
        if "known" in request.POST:
            warmups.end(domain)
            messages.success(request, _("Noté : ce domaine est connu, plus rien ne le limite."))
        else:
            warmups.begin(domain, first_day=form.cleaned_data["first_day"])
            messages.success(request, _("Noté : les premiers envois commenceront doucement."))
        return redirect("pace")
    rows = [_row(request, index, state, None) for index, state in enumerate(roads.states(now=timezone.now()))]
    return _page(request, rows, _senders(form))


def _page(request: HttpRequest, rows: list[Row], senders: list[Sender]) -> HttpResponse:
    errors = any([*(row.form.errors for row in rows), *(sender.form.errors for sender in senders)])
    context = {"rows": rows, "senders": senders, "errors": errors, "today": timezone.localdate()}
    return render(request, "pages/campaigns/pace.html", context, status=400 if errors else 200)


def _domains() -> list[str]:
    return sorted({domain(newsletter) for newsletter in Newsletter.objects.all()})


def _senders(said: WarmupForm | None = None) -> list[Sender]:
    """Return the domains that our letters come from; `said` is the form that was sent and not right."""
    found, names = [], _domains()
    for number, name in enumerate(names):
        first = warmups.first_day(name, now=timezone.now())
        own = said is not None and said["domain"].value() == name
        form = (
            said
            if said is not None and own
            else WarmupForm(
                domains=names,
                auto_id=f"id_sender_{number}_%s",
                initial={"domain": name, "first_day": timezone.localdate()},
            )
        )
        found.append(Sender(name, first, warmups.schedule(first or timezone.localdate()), form))
    return found


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
