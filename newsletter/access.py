"""Who may do what to which row: the one place."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase

from newsletter.core.roles import PERMISSIONS, Role, highest, reaches
from newsletter.models import Call, Member, Offer, User

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def role_of(user: AbstractBaseUser | AnonymousUser) -> Role | None:
    """Return what this person does for the association; None for a member's people and for strangers."""
    if not isinstance(user, User) or not user.is_active:
        return None
    return highest(frozenset(name for name in PERMISSIONS.values() if user.has_perm(f"newsletter.{name}")))


def is_editor(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Return whether this person works on offers and editions."""
    return reaches(role_of(user), Role.EDITOR)


def is_board(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Return whether this person reviews, composes and sends, and knows readers and members."""
    return reaches(role_of(user), Role.BOARD)


def is_admin(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Return whether this person says who holds which role."""
    return reaches(role_of(user), Role.ADMIN)


def signed_in(request: HttpRequest) -> User:
    """Return the person behind a request that passed `sign_in_required` or a role's guard."""
    return cast(User, request.user)


def offer_of(user: User, offer_id: int) -> Offer:
    """Return the offer if this person signs in for its member; Http404 tells no one else that it exists."""
    offer = Offer.objects.seen_by(user).select_related("member__commune").filter(pk=offer_id).first()
    if offer is None:
        raise Http404
    return offer


def member_of(user: User, member_id: int) -> Member:
    """Return the member if this person signs in for it, else Http404."""
    member = Member.objects.signed_for_by(user).active().filter(pk=member_id).first()
    if member is None:
        raise Http404
    return member


def call_of(user: User, call_id: int) -> Call:
    """Return what an operation asks of a member whom this person signs for, else Http404."""
    found = Call.objects.seen_by(user).select_related("operation", "member", "offer").filter(pk=call_id).first()
    if found is None:
        raise Http404
    return found


def own_member(user: User, member_id: int) -> Member:
    """Return the member, suspended or not, if this person signs in for it: what was theirs to read stays so."""
    member = Member.objects.signed_for_by(user).select_related("commune").filter(pk=member_id).first()
    if member is None:
        raise Http404
    return member


def here(request: HttpRequest) -> str:
    """Return the page that a stranger stands on: behind a pressed button it is the one that showed the button."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    return urlsplit(request.headers.get("Referer", "")).path or "/"


def sign_in_required(view: Callable[..., Any]) -> Callable[..., Any]:
    """Send strangers to the sign-in page, which brings them back here."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(here(request))
        return cast(HttpResponseBase, view(request, *args, **kwargs))

    return guarded


def _role_required(role: Role, view: Callable[..., Any]) -> Callable[..., Any]:
    @sign_in_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not reaches(role_of(request.user), role):
            raise Http404
        return cast(HttpResponseBase, view(request, *args, **kwargs))

    return guarded


def editor_required(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let in whoever works on texts, offers and editions, and the board."""
    return _role_required(Role.EDITOR, view)


def board_required(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let the board in; strangers sign in first, and for everyone else the page does not exist."""
    return _role_required(Role.BOARD, view)


def admin_required(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let in whoever says who holds which role."""
    return _role_required(Role.ADMIN, view)
