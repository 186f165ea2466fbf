"""What a worker does when it is woken, and `manage.py drain` without Celery: send what is due, road by road."""

import logging
import time
from contextlib import suppress
from datetime import datetime

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from campaigns import chunks, lanes, roads, schedule
from campaigns.core.campaign import PauseReason
from campaigns.drains import Drain, Stop
from campaigns.models import Chunk
from campaigns.wire.journal import JournalFailed
from campaigns.workers import Worker
from newsletter.core.environment import Road

log = logging.getLogger(__name__)
# So many operators are written to at once by one worker.
ABREAST = 8


def drain(*, until: datetime, stop: Stop = lambda: False) -> int:
    """Send what is due until then, or until nothing is; return how many messages the relay accepted."""
    if not chunks.due(timezone.now()).exists():
        return 0
    try:
        worker = Worker(now=timezone.now())
    except JournalFailed as problem:
        log.error("the journal cannot be written, so nothing is sent: %s", problem)
        return 0
    try:
        return _by_roads(worker, until=until, stop=stop)
    finally:
        worker.end(now=timezone.now())


def _by_roads(worker: Worker, *, until: datetime, stop: Stop) -> int:
    """Send by the road that is due; when it fails or has taken what it grants, by the next, while rows are due."""
    accepted, used = 0, set[str]()
    while stint := roads.take(now=timezone.now(), but=used):
        used.add(stint.road.name)
        kind = Convoy if stint.road.by_operator else Drain
        one = kind(worker, stint.road, until=until, stop=stop)
        try:
            accepted += one.run()
        finally:
            with suppress(OperationalError, InterfaceError):  # without it the load is a guess, which fades
                roads.end(stint, carried=one.accepted, now=timezone.now())
        if not one.left_over or stop() or timezone.now() >= until:
            return accepted
    if why := roads.why_none(now=timezone.now()):
        for campaign in chunks.due(timezone.now()).values_list("campaign_id", flat=True).distinct():
            schedule.pause_if_running(campaign, reason=why[0], detail=why[1], now=timezone.now())
    return accepted


class Convoy:
    """One worker's drains to several operators at once, each on a lane that no other worker holds."""

    def __init__(self, worker: Worker, relay: Road, *, until: datetime, stop: Stop) -> None:
        self.worker, self.relay, self.until, self.stop = worker, relay, until, stop
        self.accepted, self.left_over = 0, False
        self._opens = True  # whether further lanes may be taken
        self._looked = 0.0

    def run(self) -> int:
        """Send on as many lanes as have something due, until none has, the time is over, or something says stop.

        Those that end complete what they began beside the others: one operator's silence holds nobody up.
        """
        drains: list[Drain] = []
        ending: list[Drain] = []
        try:
            while self._look_for_lanes(drains) or drains or ending:
                pause = 0.2 / (len(drains) + len(ending))
                ending += [one for one in drains if not one.step(pause)]
                drains = [one for one in drains if one not in ending]
                for one in [one for one in ending if one.is_over(pause)]:
                    ending.remove(one)
                    self._finish(one)
        finally:
            for one in (*drains, *ending):
                self._finish(one)
        self._pause_what_has_no_lane()
        return self.accepted

    def _look_for_lanes(self, drains: list[Drain]) -> bool:
        """Take the lanes that are free, once in a while; return whether any was."""
        moment = time.monotonic()
        if self.stop() or timezone.now() >= self.until or not self._opens or (drains and moment - self._looked < 1):
            return False
        self._looked, before = moment, len(drains)
        while len(drains) < ABREAST:
            lane = lanes.take(worker=self.worker.id, direct=self.relay.direct, now=timezone.now())
            if lane is None:
                break
            drains.append(Drain(self.worker, self.relay, until=self.until, stop=self.stop, lane=lane))
        return len(drains) > before

    def _pause_what_has_no_lane(self) -> None:
        """Readers who were grouped for a relay have no exchangers: somebody changed EMAIL_URL in the middle."""
        due = chunks.due(timezone.now()).filter(operator="", domain="") if self.relay.direct else Chunk.objects.none()
        for campaign in due.values_list("campaign_id", flat=True).distinct():
            detail = "this audience was frozen for a relay, and EMAIL_URL says mx:// now"
            schedule.pause_if_running(campaign, reason=PauseReason.RELAY_UNREACHABLE, detail=detail, now=timezone.now())

    def _finish(self, one: Drain) -> None:
        one.finish()
        self.accepted += one.accepted
        self.left_over |= one.left_over
        self._opens &= not (one.left_over or one.gave_up)
