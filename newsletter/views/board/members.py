"""Who belongs to the association."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from newsletter import members, places
from newsletter.access import board_required, signed_in
from newsletter.board_forms import NAME_TAKEN, MemberForm
from newsletter.core.interests import Category
from newsletter.member_forms import DetailsForm, MemberFilter, PaidForm, PersonForm, SuspendForm
from newsletter.models import Member, User


@never_cache
@board_required
def listing(request: HttpRequest) -> HttpResponse:
    """List the members, by trade, commune, standing and whether they have paid for this year."""
    form = MemberFilter(request.GET)
    form.is_valid()
    year = timezone.localdate().year
    found = _narrowed(Member.objects.all(), getattr(form, "cleaned_data", {}), year)
    context = {
        "form": form,
        "year": year,
        "members": found.select_related("commune").annotate(offer_count=Count("offers", distinct=True)),
        "paid": set(Member.objects.paid_up(year).values_list("pk", flat=True)),
        "narrowed": any(form.data.get(name) for name in form.fields),
    }
    return render(request, "pages/board/members.html", context)


def _narrowed(found: QuerySet[Member], wanted: dict[str, Any], year: int) -> QuerySet[Member]:
    standing = wanted.get("standing") or "active"
    if standing != "all":
        found = found.filter(is_active=standing == "active")
    for name in ("category", "commune"):
        if wanted.get(name):
            found = found.filter(**{name: wanted[name]})
    narrow = {"paid": Member.objects.paid_up, "owing": Member.objects.owing}.get(wanted.get("dues", ""))
    return found.filter(pk__in=narrow(year).values("pk")) if narrow else found


@never_cache
@board_required
def new(request: HttpRequest) -> HttpResponse:
    form = MemberForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "pages/board/member_new.html", {"form": form})
    try:
        member = admitted(form.cleaned_data)
    except members.NameTaken:
        form.add_error("name", str(NAME_TAKEN))
        return render(request, "pages/board/member_new.html", {"form": form})
    messages.success(request, _("« %s » fait partie de l’association.") % member.name)
    return redirect("board:members")


@transaction.atomic
def admitted(said: dict[str, Any]) -> Member:
    """Admit the member of a form, and let its person in."""
    member = members.admit(
        name=said["name"],
        category=Category(said["category"]),
        commune=said["commune"],
        joined_on=timezone.localdate(),
        email=said["email"],
        phone=said["phone"],
        website=said["website"],
    )
    members.let_in(member, email=said["email"], name=said["contact"])
    return member


@never_cache
@board_required
def one(request: HttpRequest, member_id: int) -> HttpResponse:
    """Show one member whole: who signs for it, which years it has paid, and whether it may propose."""
    return _page(request, _member(member_id))


@never_cache
@board_required
def edit(request: HttpRequest, member_id: int) -> HttpResponse:
    row = _member(member_id)
    form = DetailsForm(request.POST, member=row) if request.method == "POST" else DetailsForm(member=row)
    if request.method == "POST" and form.is_valid():
        try:
            members.change(row, **form.cleaned_data)
        except members.NameTaken:
            form.add_error("name", str(NAME_TAKEN))
        else:
            messages.success(request, _("La fiche est enregistrée."))
            return redirect("board:member", row.pk)
    return render(request, "pages/board/member_edit.html", {"form": form, "member": row})


@board_required
@require_POST
def let_in(request: HttpRequest, member_id: int) -> HttpResponse:
    row, form = _member(member_id), PersonForm(request.POST)
    if not form.is_valid():
        return _page(request, row, person=form)
    members.let_in(row, **form.cleaned_data)
    messages.success(request, _("%s peut maintenant se connecter pour cet établissement.") % form.cleaned_data["email"])
    return redirect("board:member", row.pk)


@board_required
@require_POST
def let_out(request: HttpRequest, member_id: int, user_id: int) -> HttpResponse:
    row = _member(member_id)
    person = get_object_or_404(User, pk=user_id)
    members.let_out(row, person)
    messages.success(request, _("%s ne se connecte plus pour cet établissement.") % person)
    return redirect("board:member", row.pk)


@board_required
@require_POST
def suspend(request: HttpRequest, member_id: int) -> HttpResponse:
    row, form = _member(member_id), SuspendForm(request.POST)
    if not form.is_valid():
        return _page(request, row, suspending=form)
    members.suspend(row, reason=form.cleaned_data["reason"], now=timezone.now())
    messages.success(request, _("« %s » est suspendu : ses offres ne peuvent plus être placées.") % row.name)
    return redirect("board:member", row.pk)


@board_required
@require_POST
def resume(request: HttpRequest, member_id: int) -> HttpResponse:
    row = _member(member_id)
    members.resume(row)
    messages.success(request, _("« %s » est de nouveau actif.") % row.name)
    return redirect("board:member", row.pk)


@board_required
@require_POST
def note_paid(request: HttpRequest, member_id: int) -> HttpResponse:
    row, form = _member(member_id), PaidForm(request.POST)
    if not form.is_valid():
        return _page(request, row, paying=form)
    members.note_paid(row, by=signed_in(request), now=timezone.now(), **form.cleaned_data)
    messages.success(request, _("La cotisation %d est notée.") % form.cleaned_data["year"])
    return redirect("board:member", row.pk)


@board_required
@require_POST
def strike_paid(request: HttpRequest, member_id: int, year: int) -> HttpResponse:
    row = _member(member_id)
    if members.strike_paid(row, year=year):
        messages.success(request, _("La cotisation %d est effacée.") % year)
    return redirect("board:member", row.pk)


@never_cache
@board_required
def communes(request: HttpRequest) -> HttpResponse:
    """Offer the communes that the typed letters may name, as options of a datalist."""
    found = [places.label(place) for place in places.search(request.GET.get("commune", ""))]
    return render(request, "parts/board/communes.html", {"labels": found})


def _page(
    request: HttpRequest,
    row: Member,
    *,
    person: PersonForm | None = None,
    suspending: SuspendForm | None = None,
    paying: PaidForm | None = None,
) -> HttpResponse:
    today = timezone.localdate()
    years = list(row.years.select_related("noted_by"))
    context = {
        "member": row,
        "people": row.people.select_related("user").order_by("pk"),
        "offers": row.offers.exclude(state="draft").order_by("-changed_at", "-pk")[:10],
        "years": years,
        "up_to_date": any(one.year == today.year for one in years),
        "year": today.year,
        "person_form": person or PersonForm(),
        "suspend_form": suspending or SuspendForm(),
        "paid_form": paying or PaidForm(initial={"year": today.year, "paid_on": today}),
        "listings": row.listings.all(),
    }
    return render(request, "pages/board/member.html", context)


def _member(member_id: int) -> Member:
    return get_object_or_404(Member.objects.select_related("commune"), pk=member_id)
