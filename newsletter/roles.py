"""Who holds which role; there is always somebody who can say so."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import QuerySet

from newsletter import members
from newsletter.core.roles import PERMISSIONS, Role, held, highest
from newsletter.models import RoleChange, User


class LastAdmin(Exception):
    """Nobody else could say who holds which role: name another one first."""


@dataclass(frozen=True)
class Holder:
    """Someone with a role."""

    user: User
    role: Role


def holders() -> list[Holder]:
    """Return everyone with a role, the highest first."""
    people = User.objects.filter(is_active=True, user_permissions__in=_permissions()).distinct()
    found = [Holder(user, role) for user in people.prefetch_related("user_permissions") if (role := _role(user))]
    order = list(Role)
    return sorted(found, key=lambda one: (-order.index(one.role), str(one.user).lower(), one.user.pk))


@transaction.atomic
def grant(user: User, role: Role | None, *, by: User | None, now: datetime) -> None:
    """Give this person the role and no other, or none; raise LastAdmin where nobody would be left to say so.

    Everyone who changes a role waits for the others: two who withdraw each other at once do not leave nobody.
    """
    list(_permissions().select_for_update().order_by("pk"))
    was = _role(user)
    if was is role:
        return
    if was is Role.ADMIN and not _admins().exclude(pk=user.pk).exists():
        raise LastAdmin
    wanted = held(role)
    user.user_permissions.remove(*_permissions().exclude(codename__in=wanted))
    user.user_permissions.add(*_permissions().filter(codename__in=wanted))
    RoleChange.objects.create(user=user, was=was or "", became=role or "", at=now, by=by)


@transaction.atomic
def appoint(*, email: str, name: str, role: Role, by: User | None, now: datetime) -> User:
    """Give the person of this address the role; who is not known yet becomes so."""
    user = members.person(email, name)
    grant(user, role, by=by, now=now)
    return user


@transaction.atomic
def found(user: User, *, now: datetime) -> None:
    """Make this person the first admin; where there is one, nothing changes."""
    if not _admins().exists():
        grant(user, Role.ADMIN, by=None, now=now)


def _admins() -> QuerySet[User]:
    return User.objects.filter(is_active=True, user_permissions__in=_permissions().filter(codename="admin"))


def _permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(
        codename__in=PERMISSIONS.values(), content_type__app_label="newsletter", content_type__model="user"
    )


def _role(user: User) -> Role | None:
    return highest(frozenset(one.codename for one in user.user_permissions.all()))
