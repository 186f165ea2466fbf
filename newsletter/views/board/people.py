"""Who does what for the association: the admins give roles and take them back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from newsletter import roles
from newsletter.access import admin_required, signed_in
from newsletter.core.roles import Role
from newsletter.member_forms import RoleForm
from newsletter.models import RoleChange, User
from newsletter.role_words import MEANINGS, ROLES

LAST = gettext_lazy("Il faut toujours une personne à l’administration : nommez d’abord quelqu’un d’autre.")


@never_cache
@admin_required
def listing(request: HttpRequest) -> HttpResponse:
    return _page(request, RoleForm())


@admin_required
@require_POST
def appoint(request: HttpRequest) -> HttpResponse:
    """Give a role to whoever has this address, known to us or not."""
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    said = form.cleaned_data
    try:
        user = roles.appoint(
            email=said["email"],
            name=said["name"],
            role=Role(said["role"]),
            by=signed_in(request),
            now=timezone.now(),
        )
    except roles.LastAdmin:
        messages.warning(request, LAST)
    else:
        messages.success(request, _("%s se connecte avec son adresse, et son rôle est en place.") % user)
    return redirect("board:people")


@admin_required
@require_POST
def change(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give another role, or none."""
    user = get_object_or_404(User, pk=user_id)
    typed = request.POST.get("role", "")
    if typed and typed not in ROLES:
        return redirect("board:people")
    try:
        roles.grant(user, Role(typed) if typed else None, by=signed_in(request), now=timezone.now())
    except roles.LastAdmin:
        messages.warning(request, LAST)
        return redirect("board:people")
    messages.success(request, _("Le rôle de %s a changé.") % user)
    # whoever has just given up their own role no longer sees this page
    mine = user.pk == signed_in(request).pk and typed != Role.ADMIN
    return redirect("desk" if mine else "board:people")


def _page(request: HttpRequest, form: RoleForm) -> HttpResponse:
    context = {
        "holders": [(one, ROLES[one.role]) for one in roles.holders()],
        "roles": [(value, words, MEANINGS[value]) for value, words in ROLES.items()],
        "form": form,
        "changes": [
            (one, ROLES.get(one.was, ""), ROLES.get(one.became, ""))
            for one in RoleChange.objects.select_related("user", "by")[:20]
        ],
    }
    return render(request, "pages/board/people.html", context)
