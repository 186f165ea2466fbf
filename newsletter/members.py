"""Who belongs to the association, and who signs in for whom."""

from datetime import date, datetime

from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from newsletter.core.interests import Category
from newsletter.models import Invitation, Member, MemberPerson, MemberYear, Place, User


class NameTaken(Exception):
    """Another member bears this name, perhaps since a moment ago."""


@transaction.atomic
def admit(
    *,
    name: str,
    category: Category,
    commune: Place,
    joined_on: date,
    email: str = "",
    phone: str = "",
    website: str = "",
) -> Member:
    """Take a business into the association; raise NameTaken for a name that it has already."""
    try:
        with transaction.atomic():
            return Member.objects.create(
                name=name,
                slug=_free_slug(name),
                category=category,
                commune=commune,
                email=email,
                phone=phone,
                website=website,
                joined_on=joined_on,
            )
    except IntegrityError:
        # of two presses at once, one comes in; two names that share a stem are asked for again
        raise NameTaken from None


@transaction.atomic
def let_in(member: Member, *, email: str, name: str) -> User:
    """Let this person sign in for the member; told twice, it is true once."""
    user = person(email, name)
    MemberPerson.objects.get_or_create(member=member, user=user)
    return user


@transaction.atomic
def seat_on_board(*, email: str, name: str) -> User:
    """Give this person a seat on the board: they review, compose and send."""
    user = person(email, name)
    user.user_permissions.add(Permission.objects.get(codename="board", content_type__app_label="newsletter"))
    return user


@transaction.atomic
def let_out(member: Member, user: User) -> None:
    """This person no longer signs in for the member; what they did stays."""
    MemberPerson.objects.filter(member=member, user=user).delete()


@transaction.atomic
def change(
    member: Member,
    *,
    name: str,
    category: Category,
    commune: Place,
    email: str = "",
    phone: str = "",
    website: str = "",
) -> Member:
    """Say anew who the member is; its public address stays. Raise NameTaken for a name of another."""
    row = Member.objects.select_for_update().get(pk=member.pk)
    row.name, row.category, row.commune = name, category, commune
    row.email, row.phone, row.website = email, phone, website
    try:
        with transaction.atomic():
            row.save(update_fields=["name", "category", "commune", "email", "phone", "website"])
    except IntegrityError:
        raise NameTaken from None
    return row


@transaction.atomic
def suspend(member: Member, *, reason: str, now: datetime) -> bool:
    """Keep the member from proposing; its links end, its offers leave every selection, its public page closes.

    Return whether it was active until now.
    """
    ended = Member.objects.filter(pk=member.pk, is_active=True).update(
        is_active=False, suspended_at=now, suspended_for=reason.strip()[:300]
    )
    Invitation.objects.filter(member=member, revoked_at=None).update(revoked_at=now)
    return bool(ended)


@transaction.atomic
def resume(member: Member) -> bool:
    """Take the member back as it was; links that ended stay ended. Return whether it was suspended."""
    suspended = Member.objects.filter(pk=member.pk, is_active=False)
    return bool(suspended.update(is_active=True, suspended_at=None, suspended_for=""))


@transaction.atomic
def note_paid(member: Member, *, year: int, paid_on: date, by: User | None, now: datetime) -> bool:
    """Write down that the member has paid for this year; the first note stands. Return whether it was news."""
    noted = {"paid_on": paid_on, "noted_at": now, "noted_by": by}
    return MemberYear.objects.get_or_create(member=member, year=year, defaults=noted)[1]


@transaction.atomic
def strike_paid(member: Member, *, year: int) -> bool:
    """Strike a year that was noted by mistake; return whether there was one."""
    return bool(MemberYear.objects.filter(member=member, year=year).delete()[0])


def speak(user: User, *, language: str) -> None:
    """Write to this person in that language from now on."""
    User.objects.filter(pk=user.pk).exclude(language=language).update(language=language)


def person(email: str, name: str) -> User:
    """Return the person of this address, in any spelling of case; known from now on."""
    known = User.objects.filter(email__iexact=email.strip()).first()
    if known is None:
        try:
            with transaction.atomic():
                return User.objects.create_user(email, name=name)
        except IntegrityError:
            # someone else let them in a moment ago
            known = User.objects.get(email__iexact=email.strip())
    if name and not known.name:
        known.name = name
        known.save(update_fields=["name"])
    return known


def _free_slug(name: str) -> str:
    wanted = slugify(name)[:54].strip("-") or "membre"
    taken = set(Member.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    if wanted not in taken:
        return wanted
    return next(slug for n in range(2, len(taken) + 3) if (slug := f"{wanted}-{n}") not in taken)
