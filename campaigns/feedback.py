"""What the world says of a message is written down once, settles it, and stops whom it must stop: one transaction.

In any order and however often told, the rows are the same. The lock order is person, campaign, chunk, delivery: a row
that names a campaign and a delivery holds both, so they are held before it is written.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected
from psycopg.types.numeric import Int8

from audiences import subscriptions, suppressions
from audiences.core.consent import Method, StopReason
from campaigns import alarms, chunks
from campaigns.core.delivery import DeliveryState
from campaigns.core.feedback import SOFT_OF, Feedback, Heard, Stop, is_about, is_of, settle, stop_of, turn_of, worn_out
from campaigns.core.rounds import Proof
from campaigns.core.wordings import discreet
from campaigns.models import Chunk, Delivery, Evidence
from newsletter.models import Newsletter
from newsletter.statements import Statement

S = DeliveryState
BATCH = 1000
TRIES = 5
# What left for somebody, whatever became of it.
LEFT = (S.SENT, S.FAILED)

# What a running campaign may have to pause for.
ALARMING = (Heard.COMPLAINED, Heard.BOUNCED)
# The source of what a reader wrote to the address in List-Unsubscribe.
MAILED = "mail"
LEAVING = {Stop.LEAVE: Method.PROVIDER, Stop.COMPLAINED: Method.COMPLAINT}
SUPPRESSING = {
    Stop.DEAD: StopReason.UNKNOWN_USER,
    Stop.COUNT: StopReason.BOUNCED,
    Stop.COMPLAINED: StopReason.COMPLAINED,
}

# Ordered by their keys, so that two who tell the same wait for each other and never in a circle.
INSERT = Statement("""
INSERT INTO campaigns_deliveryevent
    (key, delivery_id, campaign_id, kind, at, recorded_at, fault, text, source, link, scanner)
SELECT decode(key, 'hex'), delivery, campaign, kind, at, %(now)s::timestamptz, fault, text, source, link, scanner
FROM json_to_recordset(%(rows)s::json) AS said(key text, delivery bigint, campaign bigint, kind text, at timestamptz,
     fault text, text text, source text, link smallint, scanner text)
ORDER BY key
ON CONFLICT (key) DO NOTHING
RETURNING key
""")
KNOWN = Statement("SELECT key FROM campaigns_deliveryevent WHERE key = ANY(%(keys)s::bytea[])")
SEATS = Statement("""
SELECT id, campaign_id, position, state, reason, round, address_key, subscriber_id, armed_at
FROM campaigns_delivery WHERE id = ANY(%(ids)s::bigint[])
""")
UPDATE = Statement("""
UPDATE campaigns_delivery d
SET state = now.state, reason = now.reason, settled_at = CASE d.state WHEN now.state THEN d.settled_at ELSE %(now)s END
FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(reasons)s::text[]) AS now(id, state, reason)
WHERE d.id = now.id
RETURNING d.id
""")


@dataclass(frozen=True, slots=True)
class Seat:
    """What a report must know of the message that it is about."""

    campaign: int
    position: int
    state: DeliveryState
    reason: str
    round: int
    address_key: bytes
    subscriber: int | None
    armed_at: datetime | None


def record(feedback: Feedback, *, now: datetime) -> bool:
    """Write down one report and do what follows from it; return whether it was news."""
    return record_many([feedback], now=now) == 1


def record_many(feedbacks: Iterable[Feedback], *, now: datetime) -> int:
    """Write down many reports, batch by batch; return how many were news. What was told before changes nothing."""
    told = iter(feedbacks)
    return sum(_record(batch, now=now) for batch in iter(lambda: list(islice(told, BATCH)), []))


def _record(batch: Sequence[Feedback], *, now: datetime) -> int:
    """Write down a batch; who stops may wait for the chunk of another, so a circle is broken by beginning anew."""
    for last in range(TRIES):
        try:
            with transaction.atomic():
                fresh, campaigns = _once(batch, now=now)
            if campaigns:
                alarms.ring(campaigns, now=now)
            return len(fresh)
        except OperationalError as problem:
            again = isinstance(problem.__cause__, DeadlockDetected) and not connection.in_atomic_block
            if not again or last == TRIES - 1:
                raise
    raise AssertionError


def _once(batch: Sequence[Feedback], *, now: datetime) -> tuple[list[Feedback], set[int]]:
    """Return what was news, and the campaigns that should be looked at for it."""
    by_key = {one.digest: one for one in batch}
    if len(by_key) > 1:  # providers repeat themselves: what is known needs no seat and no lock
        known = {bytes(key) for (key,) in KNOWN.ask({"keys": list(by_key)})}
        by_key = {key: one for key, one in by_key.items() if key not in known}
    if not by_key:
        return [], set()
    seats = _seats({one.delivery for one in by_key.values()})
    told = {key: one for key, one in by_key.items() if one.delivery in seats}
    _hold_people(told.values(), seats)
    _hold_campaigns({seats[one.delivery].campaign for one in told.values()})
    held = _hold_chunks([one for one in told.values() if _moves(one, seats[one.delivery])], seats)
    fresh = [told[key] for key in _insert(told, seats, now=now)]
    _settle([one for one in fresh if _moves(one, seats[one.delivery])], seats, held, now=now)
    for one in fresh:
        _stop(one, seats[one.delivery], now=now)
    return fresh, {seats[one.delivery].campaign for one in fresh if one.kind in ALARMING}


def _seats(ids: Collection[int]) -> dict[int, Seat]:
    """Return what stands of these messages; one that is no more (its campaign was deleted) is spoken of in vain."""
    return {
        pk: Seat(campaign, position, S(state), reason, round, bytes(key), subscriber, armed_at)
        for pk, campaign, position, state, reason, round, key, subscriber, armed_at in SEATS.ask(
            {"ids": [Int8(pk) for pk in ids]}
        )
    }


def _hold_people(told: Iterable[Feedback], seats: dict[int, Seat]) -> None:
    """Everything that may happen to a person happens in a row; always in the same order of people."""
    keys = {seats[one.delivery].address_key for one in told if _stop_of(one, seats[one.delivery]) is not Stop.NOTHING}
    for key in sorted(keys):
        suppressions.hold(key)


def _hold_campaigns(campaigns: Collection[int]) -> None:
    """Let nobody who begins with a campaign wait for what is held here, while this waits for them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM campaigns_campaign WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE", [list(campaigns)]
        )


def _moves(one: Feedback, seat: Seat) -> bool:
    """Return whether the report may change the message, as it stood a moment ago."""
    if not is_of(one, seat.state, seat.round):
        return False
    turn = turn_of(one, about_reader=is_about(one, seat.address_key))
    return turn is not None and settle(seat.state, seat.reason, [(turn, one.fault)]) != (seat.state, seat.reason)


def _hold_chunks(told: Iterable[Feedback], seats: dict[int, Seat]) -> list[Chunk]:
    places: defaultdict[int, list[int]] = defaultdict(list)
    for one in told:
        places[seats[one.delivery].campaign].append(seats[one.delivery].position)
    if not places:
        return []
    known = Chunk.objects.filter(campaign__in=places).values_list("pk", "campaign_id", "first", "last")
    wanted = [pk for pk, campaign, first, last in known if any(first <= at <= last for at in places[campaign])]
    return list(Chunk.objects.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk"))


def _insert(told: Mapping[bytes, Feedback], seats: dict[int, Seat], *, now: datetime) -> list[bytes]:
    if not told:
        return []
    rows = [
        {
            "key": key.hex(),
            "delivery": one.delivery,
            "campaign": seats[one.delivery].campaign,
            "kind": one.kind.value,
            "at": one.at.isoformat(),
            "fault": one.fault.value if one.fault else "",
            # Of who was erased, servers' words are not kept: they may name them.
            "text": discreet(one.text).replace("\0", "")[:200] if seats[one.delivery].subscriber else "",
            "source": one.source,
            "link": one.link,
            "scanner": one.scanner,
        }
        for key, one in told.items()
    ]
    return [bytes(key) for (key,) in INSERT.ask({"now": now, "rows": json.dumps(rows)})]


def _settle(fresh: Sequence[Feedback], seats: dict[int, Seat], held: Sequence[Chunk], *, now: datetime) -> None:
    """Let messages take their turns under the lock of their chunks, whose counts follow."""
    said: defaultdict[int, list[Feedback]] = defaultdict(list)
    for one in fresh:
        said[one.delivery].append(one)
    if not said:
        return
    stand = Delivery.objects.filter(pk__in=said).values_list(
        "pk", "campaign_id", "position", "state", "reason", "round"
    )
    changed: dict[int, tuple[DeliveryState, str]] = {}
    shifts: defaultdict[int, defaultdict[DeliveryState, int]] = defaultdict(lambda: defaultdict(int))
    proofs = []
    for pk, campaign, position, state, reason, round in stand.order_by("pk"):
        was = S(state), reason
        # sent again since we looked: then it is about another round
        mine = [one for one in said[pk] if is_of(one, was[0], round)]
        turns = [(turn_of(one, about_reader=is_about(one, seats[pk].address_key)), one.fault) for one in mine]
        became = settle(*was, [(turn, fault) for turn, fault in turns if turn is not None])
        if became == was:
            continue
        changed[pk] = became
        chunk = next(one for one in held if one.campaign_id == campaign and one.first <= position <= one.last)
        shifts[chunk.pk][was[0]] -= 1
        shifts[chunk.pk][became[0]] += 1
        if was[0] is S.IN_DOUBT:
            proof = Proof.SENT if became[0] is S.SENT else Proof.REFUSED
            source = f"{mine[0].kind.value}: {mine[0].source}"
            proofs.append(Evidence(delivery_id=pk, proof=proof, source=source, at=now))
    if changed:
        UPDATE.ask(
            {
                "now": now,
                "ids": [Int8(pk) for pk in changed],
                "states": [state.value for state, _ in changed.values()],
                "reasons": [reason for _, reason in changed.values()],
            }
        )
    Evidence.objects.bulk_create(proofs)
    for chunk in held:
        if change := {state: by for state, by in shifts[chunk.pk].items() if by}:
            chunks.shift(chunk, change)


def _stop_of(one: Feedback, seat: Seat) -> Stop:
    return stop_of(one, about_reader=is_about(one, seat.address_key))


def _stop(one: Feedback, seat: Seat, *, now: datetime) -> None:
    """Stop the person where the report asks for it; whoever was stopped before stays so."""
    stop = _stop_of(one, seat)
    if stop is Stop.NOTHING or (stop is Stop.COUNT and not worn_out(_lately(seat))):
        return
    newsletter = Newsletter.objects.get(editions__campaigns=seat.campaign)
    if _came_back(newsletter, one, seat, now=now):
        return
    source = f"delivery {one.delivery}"
    if stop in LEAVING:
        method = Method.MAIL if one.source == MAILED else LEAVING[stop]
        subscriptions.leave(newsletter, seat.address_key, method=method, source=source, now=now)
    if stop in SUPPRESSING:
        suppressions.suppress(seat.address_key, reason=SUPPRESSING[stop], source=source, now=now)


def _came_back(newsletter: Newsletter, one: Feedback, seat: Seat, *, now: datetime) -> bool:
    """Return whether the person said yes, from this very address, after what is told of here.

    A report dated before its message left has a wrong clock, and is taken for new.
    """
    held = subscriptions.find(newsletter, seat.address_key)
    at = now if seat.armed_at is None or one.at < seat.armed_at else one.at
    return held is not None and held.confirmed_at is not None and held.confirmed_at > at


def _lately(seat: Seat) -> list[str]:
    """Return the reasons of what left last for this reader, the newest first; empty for what arrived."""
    if seat.subscriber is None:
        return []  # erased: nobody is left to be spared
    rows = Delivery.objects.filter(state__in=LEFT, subscriber=seat.subscriber)
    newest = rows.order_by("-campaign", "-pk").values_list("state", "reason")[:SOFT_OF]
    return [reason if state == S.FAILED else "" for state, reason in newest]
