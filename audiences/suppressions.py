"""Who is never to be written to, and telling the right wing that someone stopped."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.numeric import Int8

from audiences.core.consent import LIFTED_BY_CONFIRMING, StopReason, replaced_by
from audiences.keys import key_of
from audiences.models import Suppression
from newsletter.statements import Statement, ask_in_a_row

HOLD = Statement("SELECT pg_advisory_xact_lock(%(number)s)::text")
HOLD_QUIETLY = Statement(
    "SELECT pg_advisory_xact_lock(%(number)s)::text, set_config('synchronous_commit', 'off', true)"
)
Stopped = Callable[[bytes, int | None, datetime], None]
_listeners: list[Stopped] = []


def on_stop(listener: Stopped) -> Stopped:
    """Call `listener(address_key, newsletter_id, now)` in the transaction in which a person stops.

    The newsletter is None when the address is not to be written to at all. Usable as a decorator.
    """
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def stopped(address_key: bytes, newsletter_id: int | None, *, now: datetime) -> None:
    """Tell everyone who asked to know; what they write commits or fails with the stop itself."""
    for listener in _listeners:
        listener(address_key, newsletter_id, now)


@transaction.atomic
def suppress(person: str | bytes, *, reason: StopReason, source: str = "", durable: bool = True, now: datetime) -> bool:
    """Never write to this address again; return whether that is news.

    A graver reason replaces a lighter one, such as those that the person could lift by asking for the letter again.
    Where the world will say it again, it need not be `durable`: it reaches the disk with the next commit that is.
    """
    key = key_of(person) if isinstance(person, str) else bytes(person)
    hold(key, durable=durable)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audiences_suppression (address_key, reason, source, at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (address_key) DO NOTHING",
            [key, reason.value, source[:120], now],
        )
        is_new: bool = cursor.rowcount == 1
    if not is_new:
        Suppression.objects.filter(address_key=key, reason__in=replaced_by(reason)).update(
            reason=reason.value, source=source[:120], at=now
        )
    stopped(key, None, now=now)
    return is_new


def reason_for(address_key: bytes) -> StopReason | None:
    """Return why this address is not written to, or None."""
    row = Suppression.objects.filter(address_key=address_key).values_list("reason", flat=True).first()
    return None if row is None else StopReason(row)


def lift(address_key: bytes) -> None:
    """Let an address be written to again, if its reason is one that the person's own word undoes."""
    Suppression.objects.filter(
        address_key=address_key, reason__in=[reason.value for reason in LIFTED_BY_CONFIRMING]
    ).delete()


def hold(address_key: bytes, *, durable: bool = True) -> None:
    """Make everything that happens to one person happen in a row, until the transaction ends.

    The person may have no row any more to be locked by, so the key itself is locked.
    """
    (HOLD if durable else HOLD_QUIETLY).ask(_lock(address_key))


def behind_the_lock(address_key: bytes, statement: Statement, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the statement's rows, asked when the person is held, in one journey to the database and back."""
    return ask_in_a_row((HOLD, _lock(address_key)), (statement, params))


def _lock(address_key: bytes) -> dict[str, Int8]:
    return {"number": Int8(int.from_bytes(bytes(address_key[:8]), "big", signed=True))}
