"""Who belongs to the association."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from newsletter import members, places
from newsletter.access import board_required
from newsletter.board_forms import NAME_TAKEN, MemberForm
from newsletter.core.interests import Category
from newsletter.models import Member


@never_cache
@board_required
def listing(request: HttpRequest) -> HttpResponse:
    found = Member.objects.active().select_related("commune").annotate(offer_count=Count("offers"))
    return render(request, "pages/board/members.html", {"members": found})


@never_cache
@board_required
def new(request: HttpRequest) -> HttpResponse:
    form = MemberForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "pages/board/member_new.html", {"form": form})
    try:
        member = _admitted(form.cleaned_data)
    except members.NameTaken:
        form.add_error("name", str(NAME_TAKEN))
        return render(request, "pages/board/member_new.html", {"form": form})
    messages.success(request, _("« %s » fait partie de l’association.") % member.name)
    return redirect("board:members")


@transaction.atomic
def _admitted(said: dict[str, Any]) -> Member:
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
def communes(request: HttpRequest) -> HttpResponse:
    """Offer the communes that the typed letters may name, as options of a datalist."""
    found = [places.label(place) for place in places.search(request.GET.get("commune", ""))]
    return render(request, "parts/board/communes.html", {"labels": found})
