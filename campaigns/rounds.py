"""What only a human does: send again what failed or is in doubt, as a new round, and settle a doubt by proof.

The lock order is campaign, chunk, delivery. Whoever held a chunk before holds it no more.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from audiences import suppressions
from audiences.core.consent import StopReason
from campaigns import chunks, schedule
from campaigns.core.campaign import CampaignState
from campaigns.core.delivery import MOVES, DeliveryState, Turn
from campaigns.core.rounds import TURN_OF, WORTH_RETRYING, Proof
from campaigns.models import Campaign, Chunk, Delivery, DeliveryRetry, Evidence
from newsletter import signing
from newsletter.core.states import advance
from newsletter.models import User

S = DeliveryState
DEAD_ADDRESS = ("unknown_user", "unknown_host")


class NothingToResend(Exception):
    """No such message is left; the campaign stays as it was."""


class OtherNumber(Exception):
    """The typed number is not how many stand in doubt; they are `actual` now."""

    def __init__(self, actual: int) -> None:
        super().__init__(f"{actual} messages are in doubt")
        self.actual = actual


@transaction.atomic
def resend_failed(campaign: Campaign, *, by: User | None, now: datetime, every: bool = False) -> int:
    """Send what failed again, as a new round of a finished campaign; return how many messages that is.

    Only for reasons that another day may mend, unless `every` is asked for. People who have stopped since are
    passed over when their message is armed, as always.
    """
    rows = Delivery.objects.all() if every else Delivery.objects.filter(reason__in=WORTH_RETRYING)
    held = schedule.reopen(campaign, by=by, reason="resend_failed", now=now)
    count = _queue_again(held, S.FAILED, rows)
    if not count:
        raise NothingToResend
    return count


@transaction.atomic
def resend_in_doubt(
    campaign: Campaign, deliveries: Collection[int] | None = None, *, by: User | None, typed: int, now: datetime
) -> int:
    """Send these messages in doubt again, or all of them; some readers may then have two.

    So the person types how many they are, and the verb refuses where that is not (or no longer) their number.
    """
    held = schedule.reopen(campaign, by=by, reason="resend_in_doubt", now=now)
    rows = Delivery.objects.all() if deliveries is None else Delivery.objects.filter(pk__in=deliveries)
    count = _queue_again(held, S.IN_DOUBT, rows)
    if not count:
        raise NothingToResend
    if count != typed or (deliveries is not None and count != len(set(deliveries))):
        raise OtherNumber(count)
    return count


def prove(
    delivery: Delivery, proof: Proof, *, by: User | None, source: str, reason: str = "unknown", now: datetime
) -> DeliveryState:
    """Settle a doubt by evidence, which is recorded; return what stands. IllegalMove where no doubt stands.

    What was proven unsent leaves again: a finished campaign then runs a new round. In a cancelled one it stays.
    A proof that the address does not exist stops it, as the same reply on the wire would have.
    """
    became = _prove(delivery, proof, by=by, source=source, reason=reason, now=now)
    if became is S.FAILED and reason in DEAD_ADDRESS:
        # Not within the proof's transaction: whoever stops holds the person first and the chunk second.
        suppressions.suppress(
            bytes(delivery.address_key), reason=StopReason.UNKNOWN_USER, source=f"delivery {delivery.pk}", now=now
        )
    return became


def delivery_of(message_id: str) -> tuple[int, int, int] | None:
    """Return the campaign, the delivery and the round that a token of ours names, whatever key signed it; else None.

    A Message-ID is the same in every round, so that a mailbox that has it already knows it again: its round is 0.
    """
    try:
        said = signing.unseal(signing.Purpose.MESSAGE, message_id.strip("<>").partition("@")[0]).split("/")
        campaign, delivery, round = said if len(said) == 3 else (*said, "0")
        return int(campaign), int(delivery), int(round)
    except (signing.BadToken, ValueError):
        return None


@transaction.atomic
def _prove(
    delivery: Delivery, proof: Proof, *, by: User | None, source: str, reason: str, now: datetime
) -> DeliveryState:
    campaign = Campaign.objects.select_for_update(of=("self",)).get(pk=delivery.campaign_id)
    chunk = chunks.at(campaign.pk, delivery.position).select_for_update(of=("self",)).get()
    row = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    end = advance(MOVES, S(row.state), TURN_OF[proof])
    Evidence.objects.create(delivery=row, proof=proof, source=source[:200], at=now, by=by)
    change: dict[str, Any] = {"reason": "", "settled_at": now}
    if end is S.QUEUED:
        if campaign.state == CampaignState.FINISHED:
            campaign = schedule.reopen(campaign, by=by, reason="proven_unsent", now=now)
        elif campaign.state == CampaignState.CANCELLED:
            end = advance(MOVES, end, Turn.CANCEL)
    if end is S.QUEUED:
        # Proven not to have left: that attempt was none.
        attempts = max(0, row.attempts - 1)
        change = {"reason": "", "settled_at": None, "attempts": attempts, "round": campaign.round, "worker": None}
    elif end is S.FAILED:
        change["reason"] = reason
    Delivery.objects.filter(pk=row.pk).update(state=end, **change)
    chunks.shift(chunk, {S.IN_DOUBT: -1, end: 1})
    return end


def _queue_again(held: Campaign, state: DeliveryState, wanted: QuerySet[Delivery]) -> int:
    """Put the wanted rows of a reopened campaign into its queue, chunk by chunk; return how many."""
    again = advance(MOVES, state, Turn.RESEND)
    total = 0
    holding = Chunk.objects.select_for_update(of=("self",)).filter(campaign=held, **{f"{state.value}__gt": 0})
    for chunk in holding.order_by("pk"):
        rows = wanted.filter(campaign=held, position__range=(chunk.first, chunk.last), state=state)
        ids = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
        if not ids:
            continue
        DeliveryRetry.objects.filter(delivery__in=ids).delete()
        Delivery.objects.filter(pk__in=ids).update(
            state=again,
            round=held.round,
            attempts=0,
            reason="",
            reply_code=None,
            reply_text="",
            # a late word of the session that once armed it is not about this round
            worker=None,
            send_before=None,
            settled_at=None,
        )
        chunk.lease_until, chunk.lease_epoch = None, chunk.lease_epoch + 1
        chunk.save(update_fields=["lease_epoch"])
        chunks.shift(chunk, {state: -len(ids), again: len(ids)})
        total += len(ids)
    return total
