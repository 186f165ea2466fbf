"""Signing in without a password: a link that is good once, and six digits beside it for another device."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac
from sesame.utils import get_token, get_user

from newsletter import signing
from newsletter.models import SignInCode, User
from newsletter.signing import Purpose

LASTS = timedelta(minutes=60)
ATTEMPTS = 5
MAILS_PER_HOUR = 5


@dataclass(frozen=True)
class Keys:
    """What goes into one mail: the link's token, the token that asks for a new link, and the six digits."""

    link: str
    again: str
    code: str


def find(email: str) -> User | None:
    """Return the person who signs in with this address, in any spelling of case."""
    return User.objects.filter(email__iexact=email.strip(), is_active=True).first()


@transaction.atomic
def issue(user: User, *, now: datetime) -> Keys | None:
    """Return fresh keys for one mail, or None when this address has had its five of the hour."""
    # locked, so that six requests at once do not all find four mails before them
    user = User.objects.select_for_update().get(pk=user.pk)
    recent = SignInCode.objects.filter(user=user, created_at__gt=now - timedelta(hours=1))
    if recent.count() >= MAILS_PER_HOUR:
        return None
    code = f"{secrets.randbelow(1_000_000):06}"
    SignInCode.objects.create(user=user, digest=_digest(user, code), created_at=now, expires_at=now + LASTS)
    return Keys(link=get_token(user), again=signing.seal(Purpose.SIGN_IN, str(user.pk)), code=code)


def holder(token: str) -> User | None:
    """Return whom this link would let in, without using it up."""
    user: User | None = get_user(token, update_last_login=False)
    return user


@transaction.atomic
def redeem_link(token: str, *, now: datetime) -> User | None:
    """Use the link up and return its person; None if it is over, used or not ours."""
    user = holder(token)
    if user is None:
        return None
    User.objects.select_for_update().get(pk=user.pk)
    # asked again behind the lock: of two presses at once, one comes in
    user = holder(token)
    if user is None:
        return None
    _close(user, now=now)
    return user


@transaction.atomic
def redeem_code(email: str, code: str, *, now: datetime) -> User | None:
    """Use the six digits up and return their person; five wrong tries close every code that is open."""
    user = find(email)
    if user is None:
        return None
    User.objects.select_for_update().get(pk=user.pk)
    live = SignInCode.objects.filter(user=user, used_at=None, expires_at__gt=now, attempts__lt=ATTEMPTS)
    wanted = _digest(user, code)
    if not any(constant_time_compare(row.digest, wanted) for row in live):
        live.update(attempts=F("attempts") + 1)
        return None
    _close(user, now=now)
    return user


@transaction.atomic
def forget_old(*, now: datetime) -> int:
    """Forget the codes of more than a day ago, and return how many they were."""
    return SignInCode.objects.filter(created_at__lt=now - timedelta(days=1)).delete()[0]


def asks_again(token: str) -> User | None:
    """Return whose old link this is: it opens nothing, but it may ask for a new one."""
    try:
        pk = int(signing.unseal(Purpose.SIGN_IN, token))
    except (signing.BadToken, ValueError):
        return None
    return User.objects.filter(pk=pk, is_active=True).first()


def demo_token(user: User, next_path: str) -> str:
    """Return a one-click log-in for the demo's tour; no other installation honours it."""
    return signing.seal(Purpose.DEMO, f"{user.pk}:{next_path}")


def demo_visit(token: str) -> tuple[User, str] | None:
    """Return who comes in by this step of the tour, and where they want to go."""
    try:
        pk, _, next_path = signing.unseal(Purpose.DEMO, token).partition(":")
        user = User.objects.filter(pk=int(pk), is_active=True).first()
    except (signing.BadToken, ValueError):
        return None
    return (user, next_path) if user else None


def _close(user: User, *, now: datetime) -> None:
    """Let no link and no code in flight be used after this one."""
    SignInCode.objects.filter(user=user, used_at=None).update(used_at=now)
    user.last_login = now
    user.save(update_fields=["last_login"])


def _digest(user: User, code: str) -> str:
    return salted_hmac("newsletter.signin", f"{user.pk}:{code}", algorithm="sha256").hexdigest()
