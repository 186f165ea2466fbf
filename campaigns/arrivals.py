"""Test mails: the letter itself, sent by the campaign's own road to one mailbox, and compared with what arrives there.

No transaction is open while we talk to the relay or to the DNS. What left names an address, so it is kept sealed.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import F

from audiences import links
from audiences.core.address import sendable
from audiences.keys import key_of
from campaigns import returns, roads, sealing, variants
from campaigns.core import arrival
from campaigns.core.arrival import Finding, Kind
from campaigns.core.campaign import CampaignState
from campaigns.core.seen import source
from campaigns.core.testing import KEEP, MOST_AN_HOUR, MOST_BYTES, MOST_COMPARED, WAITS, State
from campaigns.core.wordings import discreet
from campaigns.deliveries import Armed
from campaigns.filling import Filling, Ours
from campaigns.models import Campaign, TestMail, Variant
from campaigns.sealing import Kept
from campaigns.wire import single, verifying
from campaigns.wire.provider import Letter
from campaigns.wire.single import NotTaken
from newsletter import signing
from newsletter.models import Edition, User
from newsletter.signing import Purpose

log = logging.getLogger(__name__)
# What was compared was not what left: nothing is kept of it.
MISTAKES = (Kind.NOT_A_MAIL, Kind.OTHER_MAIL)


class NotLocked(Exception):
    """Only a locked edition is tested: what is looked at is what will leave."""


class TooOften(Exception):
    """So many test mails an hour, so many comparisons of one."""


def is_read_here() -> bool:
    """Return whether a test may be sent to a mailbox that Garrigue reads itself."""
    return settings.BOUNCES is not None


@transaction.atomic
def ask(campaign: Campaign, *, address: str, by: User, now: datetime) -> TestMail:
    """Ask for a test mail, to this address or, without one, to the mailbox that we read; raise NotLocked, TooOften."""
    User.objects.select_for_update().get(pk=by.pk)  # two presses at once are counted one after the other
    if campaign.state == CampaignState.DRAFT and not campaign.edition.is_locked:
        raise NotLocked
    if TestMail.objects.filter(by=by, asked_at__gt=now - timedelta(hours=1)).count() >= MOST_AN_HOUR:
        raise TooOften
    row = TestMail.objects.create(campaign=campaign, by=by, asked_at=now, to_us=not address)
    row.sealed = sealing.seal(Kept.TEST, (address or returns.test_path(row.pk)).encode())
    row.save(update_fields=["sealed"])
    return row


def send(test: int, *, now: datetime) -> State | None:
    """Compose a test mail, keep what leaves, and hand it over, once; None where it is not to be sent."""
    if not TestMail.objects.filter(pk=test, state=State.ASKED).update(state=State.LEAVING.value):
        return None
    row = TestMail.objects.select_related("campaign__edition__newsletter__association", "by").get(pk=test)
    state, detail = State.NOT_TAKEN, ""
    try:
        _send(row, now=now)
        state = State.SENT
    except NotTaken as problem:
        detail = str(problem)
    except Exception as problem:
        log.exception("a test mail could not be composed")
        detail = type(problem).__name__
    # what arrived before its relay said so has arrived
    TestMail.objects.filter(pk=test, state=State.LEAVING).update(state=state.value, detail=discreet(detail)[:200])
    return state


def _send(row: TestMail, *, now: datetime) -> None:
    campaign = row.campaign
    letter = campaign.edition.newsletter
    address = sealing.unseal(Kept.TEST, bytes(row.sealed)).decode()
    whole = Filling(campaign, _variant(campaign, now=now))
    first_name = row.by.name.split()[0] if row.by and row.by.name else ""
    key = key_of(address)
    token = signing.seal(Purpose.MESSAGE, f"test/{row.pk}")
    sender = returns.test_path(row.pk) or letter.sender_email
    ours = Ours(links.ways(letter.pk)([key])[0], token, sender)
    values = whole.values(Armed(0, key, address, first_name, 1), ours)
    road = roads.usable(now=now)[0]
    data = single.signed(whole.template.fill(values), road)
    if len(data) > MOST_BYTES:
        raise NotTaken(f"{len(data)} bytes")
    TestMail.objects.filter(pk=row.pk).update(sealed=sealing.seal(Kept.TEST, data))
    parcel = Letter(0, sendable(address), token, values)
    name = settings.EHLO_NAME or "localhost"
    single.hand_over(road, whole.template, parcel, data, sender=sender, ehlo_name=name)


@transaction.atomic
def _variant(campaign: Campaign, *, now: datetime) -> Variant:
    """Return what leaves for the first group; a draft is compiled as launching it would."""
    edition = Edition.objects.select_for_update().get(pk=campaign.edition_id)
    held = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    rows = held.variants.select_related("campaign__edition__newsletter__association").order_by("position")
    variant = rows.first()
    if variant is None or (held.state == CampaignState.DRAFT and not edition.is_locked):
        raise NotTaken("the edition was opened again")
    if held.state == CampaignState.DRAFT or not variant.template:
        variant = variants.compile(variant, now=now)
    return variant


def compare(row: TestMail, raw: bytes, *, pasted: bool, now: datetime) -> Sequence[Finding]:
    """Compare what arrived with what left, and keep what was found; raise TooOften, or sealing.Unreadable.

    Of what is no mail, or another mail, nothing is kept.
    """
    asked = TestMail.objects.filter(pk=row.pk, compared__lt=MOST_COMPARED).update(compared=F("compared") + 1)
    if not asked:
        raise TooOften
    left = sealing.unseal(Kept.TEST, bytes(row.sealed))
    arrived = source(raw)
    back = returns.test_path(row.pk)
    look = partial(arrival.compare, left, arrived, return_path=back)
    found = look(())
    if found and found[0].kind in MISTAKES:
        return found  # no reason to ask the DNS
    found = look(verifying.signatures(arrived))
    TestMail.objects.filter(pk=row.pk).exclude(state=State.ASKED).update(
        state=State.ARRIVED.value,
        findings=[[one.kind.value, one.times, list(one.shown)] for one in found],
        compared_at=now,
        pasted=pasted,
    )
    return found


def findings(row: TestMail) -> list[Finding]:
    """Return what was found, as it was kept."""
    return [Finding(Kind(kind), times, tuple(shown)) for kind, times, shown in row.findings]


def arrived(test: int, raw: bytes, *, now: datetime) -> bool:
    """Compare a mail that came into our own mailbox; return whether it was the test mail."""
    row = TestMail.objects.filter(pk=test).exclude(state=State.ASKED).first()
    if row is None:
        return False
    try:
        found = compare(row, raw, pasted=False, now=now)
    except (TooOften, sealing.Unreadable):
        return False
    return not (found and found[0].kind in MISTAKES)


def came_back(test: int, text: str) -> bool:
    """Note that a test mail was not taken where it was sent; return whether we knew of it."""
    waiting = TestMail.objects.filter(pk=test, state__in=(State.LEAVING, State.SENT))
    return bool(waiting.update(state=State.CAME_BACK.value, detail=discreet(text)[:200]))


def waits(row: TestMail) -> bool:
    """Return whether something may be compared with it."""
    return row.state in WAITS


def forget(*, now: datetime) -> int:
    """Forget the test mails of a week ago; return how many."""
    return TestMail.objects.filter(asked_at__lt=now - KEEP).delete()[0]
