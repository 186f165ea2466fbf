"""The life of a campaign: planned, launched, taken back, started, paused, resumed, cancelled, finished."""

import contextlib
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from audiences.models import Segment
from audiences.segments import frozen
from campaigns import deliveries, etas, reports, roads, variants
from campaigns.core.campaign import MOVES, NOT_RESUMED, TAKE_BACK_SECONDS, CampaignState, PauseReason, Step
from campaigns.core.delivery import Turn
from campaigns.core.eta import Lateness
from campaigns.etas import LIFETIME
from campaigns.models import Campaign, CampaignMove, Chunk, Variant
from newsletter.core.states import IllegalMove, sources
from newsletter.models import Edition, User

EVERYONE: dict[str, Any] = {"all": []}
# A relay that says its hour or day is used up is asked again after this long.
QUOTA_WINDOW = timedelta(hours=1)


class NotLocked(Exception):
    """Only a locked edition is sent: what was looked at is what leaves."""


class TooLate(Exception):
    """The last reader would have it after the edition's day; a person may say that they want that."""

    def __init__(self, lateness: Lateness) -> None:
        super().__init__(f"done on {lateness.ends_at}, planned on {lateness.planned_on}")
        self.lateness = lateness


class PlanChanged(Exception):
    """Between looking and pressing, a colleague changed to whom or when."""


@transaction.atomic
def plan(edition: Edition, segments: Sequence[Segment], *, starts_at: datetime | None, by: User | None) -> Campaign:
    """Return the edition's campaign in draft, for these segments in this order, or for everyone if none.

    A reader gets the first variant that describes them. Planning again changes the draft that stands.
    """
    held = Edition.objects.select_for_update().get(pk=edition.pk)
    if not held.is_locked:
        raise NotLocked
    campaign, _ = Campaign.objects.update_or_create(
        edition=held,
        state=CampaignState.DRAFT.value,
        defaults={"starts_at": starts_at},
        create_defaults={"starts_at": starts_at, "created_by": by},
    )
    campaign.variants.all().delete()
    trees: list[tuple[Segment | None, Any]] = [(segment, frozen(segment)) for segment in segments]
    trees = trees or [(None, EVERYONE)]
    Variant.objects.bulk_create(
        Variant(campaign=campaign, position=position, segment=segment, tree=tree, language=held.language)
        for position, (segment, tree) in enumerate(trees, start=1)
    )
    return campaign


def plan_hash(campaign: Campaign) -> str:
    """Return what names this plan: to whom and when. A page that showed another one launches nothing."""
    rows = sorted(campaign.variants.all(), key=lambda variant: variant.position)
    plan = [(variant.tree, variant.language) for variant in rows]
    said = json.dumps([plan, campaign.starts_at and campaign.starts_at.isoformat()], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


@transaction.atomic
def launch(
    campaign: Campaign, *, by: User | None, now: datetime, confirm_late: bool = False, as_shown: str | None = None
) -> Campaign:
    """Compile and schedule a draft, not before 60 s from now; fifty clicks launch once.

    Raises TooLate when the relay would need beyond the edition's day, unless that is confirmed, and PlanChanged
    when the plan is not the one that was shown (its `plan_hash`).
    """
    # The edition first, as `plan` and `reopen` hold it: its words may not change while they are compiled.
    Edition.objects.select_for_update().get(pk=campaign.edition_id)
    held = _held(campaign, Step.LAUNCH)
    if as_shown is not None and as_shown != plan_hash(held):
        raise PlanChanged
    if not held.edition.is_locked:
        raise NotLocked
    readers = reports.reach(held, now=now).total
    late = None if confirm_late else etas.too_late(held, readers, now=now)
    if late is not None:
        raise TooLate(late)
    for variant in held.variants.select_related("campaign__edition__newsletter__association"):
        variants.compile(variant, now=now)
    soonest = now + timedelta(seconds=TAKE_BACK_SECONDS)
    held.starts_at = max(held.starts_at or soonest, soonest)
    held.expires_at = etas.expires_at(held, readers, now=now)
    held.launched_at, held.launched_by = now, by
    return _move(held, Step.LAUNCH, by=by, now=now)


@transaction.atomic
def take_back(campaign: Campaign, *, by: User | None, now: datetime) -> Campaign:
    """Return a scheduled campaign to draft; nothing has left. An hour that nobody chose is forgotten."""
    held = _held(campaign, Step.TAKE_BACK)
    minute = timedelta(seconds=TAKE_BACK_SECONDS)
    if held.launched_at and held.starts_at and held.starts_at <= held.launched_at + minute:
        held.starts_at = None
    return _move(held, Step.TAKE_BACK, by=by, now=now)


@transaction.atomic
def start_due(*, now: datetime) -> int:
    """Let scheduled campaigns whose hour has come begin to enqueue; two clocks start each once."""
    started = 0
    for campaign in Campaign.objects.due(now).select_for_update(skip_locked=True, of=("self",)):
        _move(campaign, Step.START, by=None, now=now)
        started += 1
    return started


@transaction.atomic
def pause(campaign: Campaign, *, reason: PauseReason, detail: str = "", by: User | None, now: datetime) -> Campaign:
    """Let no new body begin; what is being written is completed."""
    held = _held(campaign, Step.PAUSE)
    held.pause_reason, held.pause_detail = reason.value, detail[:300]
    return _move(held, Step.PAUSE, by=by, now=now, reason=reason.value)


def pause_if_running(campaign: int, *, reason: PauseReason, detail: str, now: datetime) -> None:
    """Pause by the engine's own judgement; two workers may come to it at once."""
    with contextlib.suppress(IllegalMove):
        pause(Campaign.objects.get(pk=campaign), reason=reason, detail=detail, by=None, now=now)


@transaction.atomic
def resume(campaign: Campaign, *, by: User | None, now: datetime) -> Campaign:
    """Go on where it stood; roads that were shut are tried again. What too many readers complained of stays."""
    held = _held(campaign, Step.RESUME)
    if held.pause_reason in NOT_RESUMED:
        raise IllegalMove(CampaignState(held.state), Step.RESUME)
    roads.reopen()
    held.pause_reason = held.pause_detail = ""
    return _move(held, Step.RESUME, by=by, now=now)


@transaction.atomic
def cancel(campaign: Campaign, *, by: User | None, now: datetime) -> Campaign:
    """End it for good: what is queued never leaves, what is being written is completed."""
    held = _held(campaign, Step.CANCEL)
    _move(held, Step.CANCEL, by=by, now=now)
    deliveries.close(held, turn=Turn.CANCEL)
    return held


@transaction.atomic
def reopen(campaign: Campaign, *, by: User | None, reason: str, now: datetime) -> Campaign:
    """Let a finished campaign run a new round, with a lifetime of its own; only a human asks for that."""
    held = _held(campaign, Step.REOPEN)
    held.round += 1
    held.finished_at, held.expires_at = None, now + LIFETIME
    return _move(held, Step.REOPEN, by=by, now=now, reason=reason)


@transaction.atomic
def resume_quota(*, now: datetime) -> int:
    """Go on where a relay's quota was used up, once its hour has moved on; return how many campaigns."""
    resumed = 0
    paused = Campaign.objects.filter(state=CampaignState.PAUSED, pause_reason=PauseReason.RELAY_QUOTA)
    for campaign in paused.select_for_update(skip_locked=True, of=("self",)):
        since = campaign.moves.filter(step=Step.PAUSE).aggregate(at=Max("at"))["at"]
        if since and since + QUOTA_WINDOW <= now:
            resume(campaign, by=None, now=now)
            resumed += 1
    return resumed


def finish_done(*, now: datetime) -> int:
    """Expire what came too late and finish every running campaign with nothing open; doubt is not open."""
    for overdue in Campaign.objects.filter(
        state__in=(CampaignState.RUNNING, CampaignState.PAUSED), expires_at__lte=now
    ):
        deliveries.close(overdue, turn=Turn.EXPIRE)
    # What was being written when a campaign was cancelled may have come back into its queue.
    for cancelled in Campaign.objects.filter(
        state=CampaignState.CANCELLED, pk__in=Chunk.objects.filter(queued__gt=0).values("campaign_id")
    ):
        deliveries.close(cancelled, turn=Turn.CANCEL)
    finished = 0
    open_chunks = Chunk.objects.filter(Q(queued__gt=0) | Q(sending__gt=0))
    for campaign in Campaign.objects.filter(state=CampaignState.RUNNING).exclude(
        pk__in=open_chunks.values("campaign_id")
    ):
        with transaction.atomic():
            held = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
            if held.state == CampaignState.RUNNING and not open_chunks.filter(campaign=held).exists():
                held.finished_at = now
                _move(held, Step.FINISH, by=None, now=now)
                finished += 1
    return finished


def why_not_reopen(edition: Edition) -> str | None:
    """Return why its words may not change any more, if readers have this edition or are about to."""
    begun = Campaign.objects.filter(edition=edition).exclude(state=CampaignState.DRAFT)
    begun = begun.exclude(state=CampaignState.CANCELLED, enqueued_at__isnull=True)
    if not begun.exists():
        return None
    if begun.filter(state=CampaignState.SCHEDULED).exists():
        return str(_("Son envoi est programmé : reprenez d’abord la main sur l’envoi, puis rouvrez l’édition."))
    return str(_("Des lecteurs l’ont déjà reçue, ou vont la recevoir : ses mots ne changent plus."))


def _held(campaign: Campaign, step: Step) -> Campaign:
    """Return the campaign locked in a state that allows the step; raise IllegalMove otherwise."""
    held = Campaign.objects.select_for_update(of=("self",)).select_related("edition__newsletter").get(pk=campaign.pk)
    if CampaignState(held.state) not in sources(MOVES, step):
        raise IllegalMove(CampaignState(held.state), step)
    return held


def _move(held: Campaign, step: Step, *, by: User | None, now: datetime, reason: str = "") -> Campaign:
    held.state = MOVES[CampaignState(held.state)][step].value
    held.save()
    CampaignMove.objects.create(campaign=held, step=step, at=now, by=by, reason=reason)
    return held
