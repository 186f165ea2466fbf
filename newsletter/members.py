"""Who belongs to the association, and who signs in for whom."""

from datetime import date

from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from newsletter.core.interests import Category
from newsletter.models import Member, MemberPerson, Place, User


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
    user = _person(email, name)
    MemberPerson.objects.get_or_create(member=member, user=user)
    return user


@transaction.atomic
def seat_on_board(*, email: str, name: str) -> User:
    """Give this person a seat on the board: they review, compose and send."""
    user = _person(email, name)
    user.user_permissions.add(Permission.objects.get(codename="board", content_type__app_label="newsletter"))
    return user


def speak(user: User, *, language: str) -> None:
    """Write to this person in that language from now on."""
    User.objects.filter(pk=user.pk).exclude(language=language).update(language=language)


def _person(email: str, name: str) -> User:
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
