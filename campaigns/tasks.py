"""The clock wakes these; they call verbs. Doubled, lost or late, they only do what the rows say."""

import logging
import multiprocessing
from datetime import datetime, timedelta
from typing import Any

from celery import current_app, shared_task
from celery.signals import worker_shutting_down
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from campaigns import (
    alarms,
    arrivals,
    clicks,
    deliveries,
    domains,
    enqueuing,
    exposures,
    frequencies,
    inbox,
    invariants,
    letterbox,
    pulses,
    schedule,
    sending,
    sweeping,
)
from campaigns.core.campaign import CampaignState
from campaigns.models import Campaign, Chunk

log = logging.getLogger(__name__)
# A new process knows nothing yet and looks at everything once.
_seen: dict[int, tuple[int, ...]] = {}
BOX = timedelta(seconds=30)
# Made before the pool forks: the parent hears SIGTERM, the child sends.
shutting_down = multiprocessing.Event()


@worker_shutting_down.connect
def _stop(**_: Any) -> None:
    shutting_down.set()


@shared_task
def tick() -> None:
    """Woken every second: start, enqueue, wake, sweep and finish what is due, and wake the senders.

    They are woken for what a dead one left too, in a letter that stands still: only they may read its journal.
    """
    turn(now=timezone.now())
    if Campaign.objects.filter(state=CampaignState.RUNNING).exists() or Chunk.objects.filter(sending__gt=0).exists():
        for _ in range(2):
            current_app.send_task("campaigns.tasks.drain", queue="send", expires=2)


def turn(*, now: datetime) -> None:
    """What a tick does, without waking anybody: `manage.py drain --clock` needs no broker."""
    for step in (
        schedule.start_due,
        _enqueue,
        frequencies.note_due,
        deliveries.wake_retries,
        schedule.resume_quota,
        sweeping.sweep,
        schedule.finish_done,
        exposures.record_due,
        clicks.settle_due,
        pulses.beat,
    ):
        try:
            step(now=now)
        except ImproperlyConfigured:
            raise  # other keys than the database's: no step may go on
        except Exception:
            # What is wrong with one campaign holds no other; the next tick tries again.
            log.exception("the tick's step %s failed", step.__name__)


def _enqueue(*, now: datetime) -> None:
    for campaign in Campaign.objects.filter(state=CampaignState.ENQUEUING):
        if domains.are_asked() and domains.unknown():
            domains.look_up(now=now)
            if domains.unknown():
                continue  # the next tick asks on
        enqueuing.enqueue(campaign, now=now)


@shared_task
def examine() -> None:
    """Woken every minute: pause what is complained of, and check and count what changed since this process looked."""
    exposures.recount(now=timezone.now())
    alarms.ring(now=timezone.now())
    for broken in invariants.check_changed(_seen, now=timezone.now()):
        log.error("the ledger contradicts itself: %s", broken)


@shared_task
def look_up_domains() -> None:
    """Woken every few minutes: ask the DNS about new domains and old answers, where we deliver ourselves."""
    if domains.are_asked():
        domains.look_up(now=timezone.now(), within=60)


@shared_task(ignore_result=True)
def drain() -> None:
    """Send what is due, window by window, for half a minute at most.

    First it tidies after the dead of this machine, whose journals no other can read: so a second machine needs no
    clock, and nothing waits for a clock that is busy.
    """
    try:
        sweeping.sweep(now=timezone.now())
    except Exception:
        log.exception("the sweep failed")
    sending.drain(until=timezone.now() + BOX, stop=shutting_down.is_set)


@shared_task
def read_bounces() -> None:
    """Woken every minute: read what came back, and forget what nobody could use for a month."""
    inbox.forget_parked(now=timezone.now())
    arrivals.forget(now=timezone.now())
    if not letterbox.is_configured():
        return
    try:
        with letterbox.opened() as box:
            letterbox.read(box)
    except letterbox.PROBLEMS as problem:
        log.warning("the mailbox of what comes back does not answer: %s", type(problem).__name__)


@shared_task
def send_test_mail(test_id: int) -> None:
    """Send a test mail that somebody asked for."""
    arrivals.send(test_id, now=timezone.now())
