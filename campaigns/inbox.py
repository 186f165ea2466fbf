"""What a mail that came back means for our rows: events of the deliveries that it names, or somebody who leaves."""

import logging
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction
from django.db.models import F

from audiences import links, subscriptions
from audiences.core.address import BadAddress
from audiences.core.consent import Method
from audiences.keys import key_of
from campaigns import feedback, returns, rounds
from campaigns.core import parking
from campaigns.core.feedback import Feedback, Heard
from campaigns.core.parking import Problem
from campaigns.core.returned import Returned, read
from campaigns.models import ParkedMail
from newsletter import signing
from newsletter.models import Newsletter

log = logging.getLogger(__name__)
NONCE = 12


class Outcome(StrEnum):
    """What became of a mail."""

    TOLD = "told"
    LEFT = "left"
    PARKED = "parked"
    NOT_OURS = "not_ours"  # it names no message of ours: whoever else reads this mailbox may want it


def take(raw: bytes, *, to: str = "", now: datetime) -> Outcome:
    """Read one mail and write down what it says, once; `to` is the envelope's recipient, where it is known.

    Raises when our own side fails: the mail is then to be kept and given again, and the third time it is parked.
    """
    try:
        return _take(raw, to=to, now=now)
    except Exception:
        log.exception("a mail that came back could not be read")
        if parking.is_parked(Problem.FAILED, park(raw, Problem.FAILED, now=now)):
            return Outcome.PARKED
        raise


def _take(raw: bytes, *, to: str, now: datetime) -> Outcome:
    mail = read(raw)
    recipients = (to, *mail.delivered_to) if to else mail.delivered_to
    # Some mailbox operators unsubscribe for their readers, and say that it was done automatically.
    if mail.source in ("letter", "auto") and any(returns.is_leave_address(address) for address in recipients):
        return _leave(mail.leaver, now=now)
    delivery = _named(mail, recipients)
    if delivery is None:
        return Outcome.NOT_OURS
    reports = [_report(mail, number, delivery, raw, now=now) for number in range(len(mail.said))]
    if not reports or all(one.kind is Heard.UNKNOWN for one in reports):
        park(raw, Problem.NOT_UNDERSTOOD, now=now)
        return Outcome.PARKED
    feedback.record_many(reports, now=now)
    return Outcome.TOLD


def _named(mail: Returned, recipients: tuple[str, ...]) -> int | None:
    """Return the delivery that our own signature names: in the envelope first, then in the letter that is quoted."""
    for address in (*recipients, *mail.quoted):
        if (found := returns.delivery_of(address)) is not None:
            return found
    for message_id in mail.quoted:
        if (named := rounds.delivery_of(message_id)) is not None:
            return named[1]
    return None


def _report(mail: Returned, number: int, delivery: int, raw: bytes, *, now: datetime) -> Feedback:
    """Return one report. It is dated by us: whoever wrote it had a clock of their own."""
    said = mail.said[number]
    about = None
    if said.recipient:
        try:
            about = key_of(said.recipient)
        except BadAddress:
            about = None
    identity = mail.identity or sha256(raw).hexdigest()
    key = f"{identity} {delivery} {said.kind} {number}"
    return Feedback(key, mail.source, delivery, said.kind, now, said.fault, said.text, about)


def _leave(token: str, *, now: datetime) -> Outcome:
    """End the subscription that the token in the subject names; a forged or broken one says and does nothing."""
    try:
        who = links.read(signing.Purpose.UNSUBSCRIBE, token.lower() if token else "")
        newsletter = Newsletter.objects.get(pk=who.newsletter_id)
    except (links.BadToken, Newsletter.DoesNotExist):
        return Outcome.NOT_OURS
    subscriptions.leave(newsletter, who.address_key, method=Method.MAIL, source="List-Unsubscribe", now=now)
    return Outcome.LEFT


@transaction.atomic
def park(raw: bytes, problem: Problem, *, now: datetime) -> int:
    """Keep a mail that could not be used, sealed; return how often it was tried."""
    digest = sha256(raw).digest()
    row, is_new = ParkedMail.objects.get_or_create(
        digest=digest,
        defaults={
            "sealed": _seal(raw, digest),
            "size": len(raw),
            "problem": problem.value,
            "first_at": now,
            "last_at": now,
        },
    )
    if not is_new:
        ParkedMail.objects.filter(pk=row.pk).update(tries=F("tries") + 1, last_at=now)
        row.refresh_from_db(fields=["tries"])
    return row.tries


def unpark(row: ParkedMail) -> bytes:
    """Return the bytes of a parked mail."""
    sealed = bytes(row.sealed)
    return AESGCM(_key()).decrypt(sealed[:NONCE], sealed[NONCE:], None)


def forget_parked(*, now: datetime, keep: timedelta = parking.KEEP) -> int:
    """Forget what was parked for a month; return how many mails."""
    return ParkedMail.objects.filter(first_at__lt=now - keep).delete()[0]


def _key() -> bytes:
    return sha256(f"garrigue/parked/{settings.ADDRESS_PEPPER}".encode()).digest()


def _seal(raw: bytes, digest: bytes) -> bytes:
    """Seal the bytes. The nonce comes from what is sealed: the same mail twice is the same row."""
    nonce = digest[:NONCE]
    return nonce + AESGCM(_key()).encrypt(nonce, raw, None)
