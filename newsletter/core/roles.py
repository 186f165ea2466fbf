"""Who may do what for the association: a role holds all that the ones before it hold."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What a person does for the association; who signs for a member needs none."""

    EDITOR = "editor"  # texts, offers and editions
    BOARD = "board"  # … and readers, sendings and members
    ADMIN = "admin"  # … and who holds which role


# From the least to the most.
RANKS = tuple(Role)
# The permission that each role adds, as Django keeps it.
PERMISSIONS: Mapping[Role, str] = {Role.EDITOR: "edit", Role.BOARD: "board", Role.ADMIN: "admin"}


def held(role: Role | None) -> frozenset[str]:
    """Return the permissions that this role holds."""
    return frozenset() if role is None else frozenset(PERMISSIONS[one] for one in RANKS[: RANKS.index(role) + 1])


def highest(permissions: frozenset[str]) -> Role | None:
    """Return the highest role that these permissions make; one alone is enough, those below are meant with it."""
    return next((role for role in reversed(RANKS) if PERMISSIONS[role] in permissions), None)


def reaches(role: Role | None, wanted: Role) -> bool:
    """Return whether a role holds all of another."""
    return role is not None and RANKS.index(role) >= RANKS.index(wanted)
