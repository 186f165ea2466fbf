"""What a mail that came back means for our rows: events of the deliveries that it names, or somebody who leaves."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from django.db import transaction
from django.db.models import F

from audiences import links, subscriptions
from audiences.core.address import BadAddress
from audiences.core.consent import Method
from audiences.keys import key_of
from campaigns import arrivals, feedback, returns, rounds, sealing
from campaigns.core import parking
from campaigns.core.feedback import Feedback, Heard
from campaigns.core.parking import Problem
from campaigns.core.returned import Returned, read
from campaigns.models import Delivery, ParkedMail
from campaigns.returns import Named
from campaigns.sealing import Kept
from newsletter import signing
from newsletter.models import Newsletter

log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What became of a mail."""

    TOLD = "told"
    LEFT = "left"
    PARKED = "parked"
    TESTED = "tested"  # a test mail that arrived here, or what became of one
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
    if (test := _test(mail, recipients)) is not None:
        return Outcome.TESTED if _tested(mail, test, raw, now=now) else Outcome.NOT_OURS
    named = _named(mail, recipients)
    if named is None:
        return Outcome.NOT_OURS
    reports = [_report(mail, number, named, raw, now=now) for number in range(len(mail.said))]
    if not reports or all(one.kind is Heard.UNKNOWN for one in reports):
        if Delivery.objects.filter(pk=named.delivery, subscriber__isnull=True).exists():
            return Outcome.TOLD  # whom it names was erased: nothing of theirs is kept again
        park(raw, Problem.NOT_UNDERSTOOD, now=now)
        return Outcome.PARKED
    feedback.record_many(reports, now=now)
    return Outcome.TOLD


def _named(mail: Returned, recipients: tuple[str, ...]) -> Named | None:
    """Return the delivery that our own signature names: in the envelope first, then in the letter that is quoted."""
    for address in (*recipients, *mail.quoted):
        if (found := returns.named(address)) is not None:
            return found
    for message_id in mail.quoted:
        if (named := rounds.delivery_of(message_id)) is not None:
            return Named(*named[1:])
    return None


def _test(mail: Returned, recipients: tuple[str, ...]) -> int | None:
    """Return the test mail that this is, or that it speaks of."""
    return next((test for one in (*recipients, *mail.quoted) if (test := returns.test_of(one)) is not None), None)


def _tested(mail: Returned, test: int, raw: bytes, *, now: datetime) -> bool:
    """Return whether a test mail has arrived, or has come back; a machine that answers it says neither."""
    if mail.source == "letter":
        return arrivals.arrived(test, raw, now=now)
    refused = [one for one in mail.said if one.kind in (Heard.BOUNCED, Heard.REJECTED)]
    return arrivals.came_back(test, refused[0].text) if refused else mail.source == "auto"


def _report(mail: Returned, number: int, named: Named, raw: bytes, *, now: datetime) -> Feedback:
    """Return one report. It is dated by us: whoever wrote it had a clock of their own."""
    said = mail.said[number]
    about = None
    if said.recipient:
        try:
            about = key_of(said.recipient)
        except BadAddress:
            about = None
    identity = mail.identity or sha256(raw).hexdigest()
    key = f"{identity} {named.delivery} {said.kind} {number}"
    told = Feedback(key, mail.source, named.delivery, said.kind, now, said.fault, said.text, about)
    return replace(told, round=named.round)


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
            "sealed": sealing.seal(Kept.PARKED, raw, nonce=digest),
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
    """Return the bytes of a parked mail; raise sealing.Unreadable."""
    return sealing.unseal(Kept.PARKED, bytes(row.sealed))


def forget_parked(*, now: datetime, keep: timedelta = parking.KEEP) -> int:
    """Forget what was parked for a month; return how many mails."""
    return ParkedMail.objects.filter(first_at__lt=now - keep).delete()[0]
