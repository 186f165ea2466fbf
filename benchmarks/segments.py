"""How fast segments are counted: each question against the best SQL by hand, in turns, five times each.

python -m benchmarks.segments --readers 100000          one size, with the plans
python -m benchmarks.segments --readers 1000000 --live  and the builder in a browser
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import machine
from benchmarks.bench import Bench
from benchmarks.figures import Figure
from benchmarks.house import House
from newsletter.servers import laptop

if TYPE_CHECKING:
    from benchmarks.questions import Asked
    from newsletter.models import Newsletter

ROUNDS = 5
BIG = 1_000_000


def figures(size: str) -> tuple[Figure, ...]:
    """Return what is measured of a crowd: of a hundred thousand readers, or of a million."""
    most = SIZES[size]
    return (
        Figure(f"segments-ratio-{size}", f"slowest count of {size} readers ÷ best SQL by hand", 1.2, 1.0, more=False),
        Figure(f"segments-ms-{size}", f"slowest count of {size} readers, ms", most, most / 2, more=False, digits=0),
        Figure(f"enqueue-ratio-{size}", f"deliveries of {size} readers ÷ bare INSERT … SELECT", 1.3, 1.1, more=False),
        Figure(f"live-p95-ms-{size}", f"builder in a browser, {size} readers, p95, ms", 300, 150, more=False, digits=0),
    )


# The slowest count allowed, in milliseconds.
SIZES = {"100k": 200.0, "1m": 1000.0}
FIGURES = (*figures("100k"), *figures("1m"))
NAMES = tuple(figure.name for figure in FIGURES)


def measured(bench: Bench) -> None:
    """Segments: every fact and six groups, against SQL by hand; their deliveries; the builder in a browser."""
    found = []
    for size, readers in zip(SIZES, bench.sizes.readers, strict=True):
        if bench.wants(*(figure.name for figure in figures(size))):
            found.append(run(bench.house, readers))
            for name, value in found[-1].values(size).items():
                bench.note(name, value)
            for one in found[-1].questions:
                bench.keep(f"{size} {one.name}", round(one.ratio, 2))
    told = report(found, machine.versions(), datetime.now())  # noqa: DTZ005
    (bench.house.var / "segments.md").write_text(told)


@dataclass
class Timed:
    """One question: both answers, and what they took, in milliseconds."""

    name: str
    readers: int
    ours: list[float] = field(default_factory=list)
    by_hand: dict[str, list[float]] = field(default_factory=dict)
    sentence: str = ""
    plan: str = ""

    @property
    def ms(self) -> float:
        return statistics.median(self.ours)

    @property
    def best(self) -> float:
        return min(statistics.median(each) for each in self.by_hand.values())

    @property
    def ratio(self) -> float:
        return self.ms / self.best


@dataclass
class Found:
    """Everything that was measured of one crowd."""

    readers: int
    communes: int
    questions: list[Timed]
    enqueue: dict[str, float] = field(default_factory=dict)
    live: dict[str, float] = field(default_factory=dict)

    def values(self, size: str) -> dict[str, float]:
        ratio, slowest, enqueue, live = (one.name for one in figures(size))
        values = {
            ratio: max(one.ratio for one in self.questions),
            slowest: max(one.ms for one in self.questions),
            enqueue: self.enqueue["ratio"],
        }
        return values | ({live: self.live["p95_ms"]} if self.live else {})

    def table(self) -> str:
        head = "| question | readers | ours, ms | by hand, ms | ratio |\n| --- | ---: | ---: | ---: | ---: |\n"
        return head + "\n".join(
            f"| {one.name} | {one.readers:,} | {one.ms:.0f} | {one.best:.0f} | {one.ratio:.2f} |"
            for one in self.questions
        )


def measure(readers: int, *, rounds: int = ROUNDS) -> Found:
    """Gather a crowd, ask everything of it, and enqueue it; the answers by hand have to be the same."""
    from audiences.models import Segment, Subscriber
    from benchmarks import crowd, questions

    Segment.objects.all().delete()
    newsletter = crowd.gather(readers)
    communes = Subscriber.objects.exclude(commune="").values("commune").distinct().count()
    found = Found(readers, communes, [])
    for asked in questions.everything():
        found.questions.append(_timed(asked, newsletter, rounds))
        one = found.questions[-1]
        print(f"  {one.name:20} {one.readers:9,} {one.ms:7.0f} ms {one.best:7.0f} by hand {one.ratio:5.2f}", flush=True)
    found.enqueue = _enqueue(newsletter, rounds=1 if readers >= BIG else 3)
    print(f"  enqueue {found.enqueue}", flush=True)
    return found


def _timed(asked: "Asked", newsletter: "Newsletter", rounds: int) -> Timed:
    from django.db import connection
    from django.utils import timezone

    from audiences import segments
    from benchmarks.questions import WAYS

    now = timezone.now()
    timed = Timed(asked.name, segments.count(newsletter, asked.tree, now=now), by_hand={way: [] for way in WAYS})
    timed.sentence = segments.describe(asked.tree)
    for turn in range(rounds):
        timed.ours.append(_ms(lambda: segments.count(newsletter, asked.tree, now=now)))
        for way, sql in WAYS.items():

            def by_hand(sql: str = sql) -> int:
                with connection.cursor() as cursor:
                    whole = sql.format(asked=asked.sql)
                    cursor.execute(whole, [newsletter.pk, *asked.params, timezone.localdate(now)])
                    return int(cursor.fetchone()[0])

            if turn == 0 and by_hand() != timed.readers:
                raise RuntimeError(f"{asked.name}: by hand there are {by_hand():,}, we count {timed.readers:,}")
            timed.by_hand[way].append(_ms(by_hand))
    timed.plan = segments.audience(newsletter, asked.tree, now=now).order_by().explain(analyze=True, costs=False)
    return timed


def _ms(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


BARE = """
INSERT INTO campaigns_delivery (campaign_id, variant_id, subscriber_id, address_key, position, state, round, attempts,
                                reason, reply_text)
SELECT %s, %s, s.id, s.address_key, row_number() OVER (ORDER BY s.id), 'queued', 1, 0, '', ''
FROM audiences_subscriber s JOIN audiences_subscription n ON n.subscriber_id = s.id AND n.newsletter_id = %s
WHERE n.state = 'confirmed' AND NOT EXISTS
      (SELECT 1 FROM audiences_suppression x WHERE x.address_key = s.address_key)
"""


def _enqueue(newsletter: "Newsletter", rounds: int) -> dict[str, float]:
    """Enqueue the whole crowd, and the same rows barely, in turns, each taken back before the next."""
    from django.db import connection
    from django.utils import timezone

    from benchmarks import campaign
    from campaigns import enqueuing
    from campaigns.models import Campaign, Delivery

    ours, bare, count = [], [], 0
    for _ in range(rounds):
        for way in ("ours", "bare"):
            one = campaign.scheduled(newsletter, campaign.template(), state="enqueuing")
            _settle_down()
            begun = time.perf_counter()
            if way == "ours":
                count = enqueuing.enqueue(one, now=timezone.now())
                ours.append(time.perf_counter() - begun)
            else:
                with connection.cursor() as cursor:
                    cursor.execute(BARE, [one.pk, one.variants.get().pk, newsletter.pk])
                bare.append(time.perf_counter() - begun)
            if Delivery.objects.filter(campaign=one).count() < count * 0.9:
                raise RuntimeError("not the same rows")
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM campaigns_delivery WHERE campaign_id = %s", [one.pk])
            Campaign.objects.filter(pk=one.pk).delete()
    mine, theirs = statistics.median(ours), statistics.median(bare)
    return {"deliveries": count, "ours_s": mine, "bare_s": theirs, "ratio": mine / theirs}


def _settle_down() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM campaigns_delivery")
        cursor.execute("CHECKPOINT")


def report(found: Sequence[Found], versions: dict[str, str], at: datetime) -> str:
    """Return what docs/segments.md tells of a run: tables, and the plans of the largest crowd."""
    told = [f"Measured on {at:%Y-%m-%d}: {', '.join(f'{name} {value}' for name, value in versions.items())}.", ""]
    for one in found:
        told += [f"## {one.readers:,} readers in {one.communes:,} communes", "", one.table(), ""]
        told += [f"Enqueue: {json.dumps(one.enqueue)}", ""]
        told += [f"Builder in a browser: {json.dumps(one.live)}", ""] if one.live else []
    told += ["## The plans", ""]
    for question in found[-1].questions:
        told += [f"### {question.name}", "", f"{question.sentence}.", "", "```", question.plan, "```", ""]
    return "\n".join(told)


def main(words: Sequence[str] | None = None) -> int:
    """Measure one crowd, and write what was found."""
    parser = argparse.ArgumentParser(prog="bench-segments", description=__doc__)
    parser.add_argument("--readers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--live", action="store_true", help="and how soon the builder answers in a browser")
    options = parser.parse_args(words)
    var = (laptop.var() / "bench-segments").absolute()
    with House(var) as house:
        found = run(house, options.readers, rounds=options.rounds, live=options.live)
        told = report([found], machine.versions(), datetime.now())  # noqa: DTZ005
    Path(var / f"segments-{options.readers}.md").write_text(told)
    for name, value in found.values("1m" if options.readers >= BIG else "100k").items():
        print(f"bench-audiences {name} {value:.2f}")
    return 0


def run(house: House, readers: int, *, rounds: int = ROUNDS, live: bool = True) -> Found:
    """Return everything that is measured of a crowd of this size."""
    found = measure(readers, rounds=rounds)
    if live:
        from benchmarks import builder

        found.live = builder.measure(house)
        print(f"  builder {found.live}", flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
