"""What one worker has in its hands: leased chunks, armed rows under way, and what was heard and is not written yet."""

import logging
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from campaigns import chunks, deliveries
from campaigns.core.delivery import Turn
from campaigns.core.receipt import Phase, Receipt
from campaigns.deliveries import Armed
from campaigns.models import Campaign, Chunk
from campaigns.workers import Worker, boot_clock

log = logging.getLogger(__name__)
# How long a worker that knows what became of its messages waits for a database that is away.
DATABASE_PATIENCE = 300.0
# When it was asked to end: the journal knows what it knows, and whoever sweeps reads that.
FAREWELL_PATIENCE = 3.0


@dataclass(slots=True)
class UnderWay:
    """An armed message in this process's hands."""

    row: Armed
    chunk: Chunk
    until: float  # by the boot clock; later no body begins
    put: bool = False  # whether the wire has it


class Hands:
    """Every row that is armed here leaves these hands once: heard of, or put back into the queue."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.under_way: dict[int, UnderWay] = {}
        self.back: list[int] = []  # to be put back with the next words to the database
        self._open: dict[int, Chunk] = {}  # leased, with something under way or to be written down
        self._receipts: defaultdict[int, list[Receipt]] = defaultdict(list)
        self._settled = time.monotonic()

    def campaigns(self) -> dict[int, Campaign]:
        """Return the campaigns of which a message is under way."""
        return {held.chunk.campaign_id: held.chunk.campaign for held in self.under_way.values()}

    def hold(self, chunk: Chunk) -> None:
        """Answer for a leased chunk from now on."""
        self._open[chunk.pk] = chunk

    def exchange(self, chunk: Chunk, want: int, *, now: datetime) -> list[Armed]:
        """Write down what was heard of a held chunk and arm so many more of it; raise LeaseLost."""
        until = boot_clock() + deliveries.SEND_WITHIN.total_seconds()
        receipts = list(self._receipts[chunk.pk])
        armed = deliveries.exchange(
            chunk, worker=self.worker.id, receipts=receipts, want=want, note=self.worker.journal.armed, now=now
        )
        self._written_down(chunk, receipts)
        for row in armed:
            self.under_way[row.delivery] = UnderWay(row, chunk, until)
        return armed

    def in_time(self, delivery: int) -> bool:
        """Asked before a body begins and before its dot: too late is too late (DELIVERY, the arm)."""
        return boot_clock() < self.under_way[delivery].until

    def heard(self, delivery: int, receipt: Receipt) -> None:
        """Keep the word on one message until it is written down."""
        self._receipts[self.under_way.pop(delivery).chunk.pk].append(receipt)

    def unwritten(self, reason: str) -> int:
        """Return how many were heard of with this reason and are not written down yet."""
        return sum(one.reason == reason for heard in self._receipts.values() for one in heard)

    def put_back(self) -> list[tuple[Chunk, int]]:
        """Put rows back into the queue that did not leave; return how many of which chunk."""
        by_chunk: defaultdict[int, list[int]] = defaultdict(list)
        for one in self.back:
            if one in self.under_way:
                by_chunk[self.under_way[one].chunk.pk].append(one)
        put = []
        for pk, ids in by_chunk.items():
            deliveries.disarm(self._open[pk], ids, worker=self.worker.id, now=timezone.now())
            for one in ids:
                del self.under_way[one]
            put.append((self._open[pk], len(ids)))
        self.back = []
        return put

    def let_go(self, unsent: list[int]) -> None:
        """Sort what is still under way when the road is closed: unsent goes back, what was handed over is in doubt."""
        unsent = unsent + self.back
        for one, held in list(self.under_way.items()):
            if not held.put:
                unsent.append(one)
            elif one not in unsent:
                self.heard(one, Receipt(one, Turn.LOSE, Phase.DOT_SENT, text="the worker had to end"))
        self.back = unsent

    def close(self, *, but: Chunk | None) -> None:
        """Write down and give back the chunks of which nothing is under way any more.

        Where something still is, what was heard waits for it, but never longer than a few windows.
        """
        if not self._open.keys() - ({but.pk} if but else set()):
            return
        busy = {held.chunk.pk for held in self.under_way.values()}
        for pk, chunk in list(self._open.items()):
            if chunk is but:
                continue
            if pk not in busy:
                self._settle(chunk)
                chunks.release(chunk)
                del self._open[pk]
            elif time.monotonic() - self._settled > 1:
                self._settle(chunk)

    def empty(self, *, first: Callable[[], object], in_a_hurry: Callable[[], bool]) -> None:
        """Do the first thing, then record and disarm everything and give the leases back.

        It waits for a database that is away: what we know must not become doubt.
        """
        since = time.monotonic()
        while True:
            try:
                first()
                for chunk in self._open.values():
                    self._settle(chunk)
                    deliveries.disarm_the_rest(chunk, worker=self.worker.id)
                    chunks.release(chunk)
                return
            except (OperationalError, InterfaceError) as problem:
                if time.monotonic() - since > (FAREWELL_PATIENCE if in_a_hurry() else DATABASE_PATIENCE):
                    raise
                log.warning("the database is away, and waited for: %s", problem)
                connection.close()
                time.sleep(1)

    def _settle(self, chunk: Chunk) -> None:
        receipts = list(self._receipts[chunk.pk])
        self._settled = time.monotonic()
        deliveries.record(chunk, receipts, worker=self.worker.id, now=timezone.now())
        self._written_down(chunk, receipts)

    def _written_down(self, chunk: Chunk, receipts: list[Receipt]) -> None:
        """Forget receipts that are committed, and act on what they say of addresses."""
        del self._receipts[chunk.pk][: len(receipts)]
        doubtful = [receipt.delivery for receipt in receipts if receipt.turn is Turn.LOSE]
        if doubtful:
            log.warning("in doubt, no answer after the final dot: deliveries %s", doubtful)
        deliveries.suppress_the_gone(receipts, now=timezone.now())
