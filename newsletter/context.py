"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from newsletter import access
from newsletter.core.roles import Role, reaches
from newsletter.models import Member, User


def house(request: HttpRequest) -> dict[str, Any]:
    """Return what base.html asks: who the visitor is to us, where they stand, and whether this is the demo."""
    role = access.role_of(request.user)

    def signs_for_member() -> bool:
        # asked by a page with a navigation only; whoever is not of the board came in for a member
        user = request.user
        return isinstance(user, User) and (role is None or Member.objects.signed_for_by(user).exists())

    return {
        "is_editor": reaches(role, Role.EDITOR),
        "is_board": reaches(role, Role.BOARD),
        "is_admin": reaches(role, Role.ADMIN),
        "signs_for_member": signs_for_member,
        "here": access.here(request),
        "demo": settings.DEMO,
        "catcher_url": settings.CATCHER_URL,
    }
