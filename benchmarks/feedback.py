"""`make bench-feedback`: how fast what the world says back is answered and written down, every figure in one run.

    python -m benchmarks.feedback                        everything, some five minutes on two cores
    python -m benchmarks.feedback --only events-per-s
    python -m benchmarks.feedback --quick                whether every part still works; its figures mean nothing

The web is README.md's command over a durable PostgreSQL. What is measured takes turns with a view that does nothing,
behind the same middleware in the same gunicorn; each turn gives a ratio, the figure is their median.
"""

import os
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks import bench, reports, visitors
from benchmarks.bench import Bench, Chapter
from benchmarks.figures import Figure
from benchmarks.house import Failed, House
from benchmarks.sinks import Sinks
from newsletter.servers.process import CODE, Running, free_port, spawn, stop, wait_until

# As in README.md, word for word.
WEB = "gunicorn newsletter.wsgi:application --workers 2 --threads 4 --no-control-socket"
NAME = "bench-feedback"
FIGURES = (
    Figure("redirect", "a reader's own redirect ÷ a bare view", 0.5, 0.8),
    Figure("redirect-shared", "the redirect that all share ÷ a bare view", 0.5, 0.8),
    Figure("one-click", "one-click unsubscribe ÷ a bare view", 0.5, 0.8),
    Figure("redirect-p99-ms", "99 % of redirects answered while a campaign is sent, ms", digits=0),
    Figure("one-click-p99-ms", "99 % of one-clicks answered while a campaign is sent, ms", digits=0),
    Figure("events-per-s", "events a second from a file, each three times, shuffled", 10_000, 20_000, digits=0),
)
NAMES = tuple(figure.name for figure in FIGURES)
WINDOW = 50  # as letters are filled
MOST = 20_000  # visits that are thought of beforehand
# Visits a second while a campaign is sent: what comes of a hundred thousand letters in their first hour.
REDIRECTS, ONE_CLICKS = 40.0, 5.0


@dataclass(frozen=True)
class Sizes:
    """How much of everything."""

    rounds: int = 5
    visits: int = 2_000
    events: int = 50_000
    sent: int = 100_000


QUICK = Sizes(1, 60, 500, 1_000)


@contextmanager
def web(house: House) -> Iterator[int]:
    """Yield the port of a gunicorn that answers."""
    port = free_port()
    log = house.var / "log" / "web.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", *WEB.split(), "--bind", f"127.0.0.1:{port}", "--worker-tmp-dir", str(house.var)]
    child = spawn(command, log=log, cwd=CODE, env=os.environ | {"DJANGO_SETTINGS_MODULE": "benchmarks.web_settings"})
    try:
        if not wait_until(lambda: answers(port), child, seconds=60):
            raise Failed(f"the web process does not answer; {log} says why")
        yield port
    finally:
        stop(Running(child, {}))


def answers(port: int) -> bool:
    try:
        visitors.visit(port, [visitors.get("/bare")] * 8, status=200)
    except (OSError, RuntimeError):
        return False
    return True


def past(readers: int) -> int:
    """Return a campaign that was sent an hour ago to so many readers, every one of whom agreed to be measured."""
    from django.db import connection

    from benchmarks import campaign
    from campaigns.models import Campaign, Chunk, Delivery, Link

    campaign.forget()
    letter = campaign.readers(readers)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audiences_subscription SET tracking = true, asked_at = now()")
        cursor.execute(
            "INSERT INTO audiences_consent (address_key, purpose, newsletter, act, method, wording, locale,"
            " form_version, source, at) SELECT address_key, purpose, %s, 'given', 'form', '', 'fr', '', '', now()"
            " FROM audiences_subscriber, (VALUES ('newsletter'), ('tracking')) AS of (purpose)",
            [letter.slug],
        )
    made = campaign.running(letter, campaign.template(2_000))
    targets = [f"https://membre{number}.example/offre?utm_source=lettre" for number in range(21)]
    Link.objects.bulk_create(
        Link(campaign=made, position=number, target=target, part="offer") for number, target in enumerate(targets, 1)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE campaigns_delivery SET state = 'sent', reply_code = 250, attempts = 1,"
            " armed_at = now() - interval '1 hour', settled_at = now() - interval '1 hour'"
        )
        cursor.execute("UPDATE campaigns_chunk SET sent = queued, queued = 0")
        cursor.execute("VACUUM ANALYZE campaigns_delivery, audiences_subscription, audiences_consent")
        cursor.execute("CHECKPOINT")
    assert Chunk.objects.filter(queued__gt=0).count() == 0 < Delivery.objects.filter(state="sent").count()
    Campaign.objects.filter(pk=made.pk).update(state="finished")
    return made.pk


def own(campaign: int) -> list[bytes]:
    """Return one follow of each reader's own link."""
    from campaigns import links
    from campaigns.models import Delivery

    rows = list(Delivery.objects.filter(campaign=campaign).order_by("position").values_list("pk", flat=True)[:MOST])
    ways = [way for at in range(0, len(rows), WINDOW) for way in links.own_ways(rows[at : at + WINDOW])]
    return [visitors.get(f"{urlsplit(way.click).path}/{1 + n % 21}") for n, way in enumerate(ways)]


def shared(campaign: int, count: int) -> list[bytes]:
    from campaigns import links

    return [visitors.get(urlsplit(links.shared_url(campaign, 1 + n % 21)).path) for n in range(count)]


def leaving(campaign: int) -> list[bytes]:
    """Return the one click of each reader."""
    from audiences import links
    from campaigns.models import Campaign, Delivery

    letter = Campaign.objects.values_list("edition__newsletter", flat=True).get(pk=campaign)
    rows = Delivery.objects.filter(campaign=campaign).order_by("-position")[:MOST]
    keys = rows.values_list("address_key", flat=True)
    return [visitors.one_click(urlsplit(links.unsubscribe_url(letter, bytes(key))).path) for key in keys]


def answered(bench: Bench) -> None:
    """Redirects and one-clicks, by turns with a view that does nothing."""
    count, ratios = bench.sizes.visits, {}
    bare = [visitors.get("/bare")] * count
    with web(bench.house) as port:
        for _ in range(bench.sizes.rounds):
            campaign = past(count)
            turns = {
                "redirect": (own(campaign), 302),
                "redirect-shared": (shared(campaign, count), 302),
                "one-click": (leaving(campaign), 200),
            }
            for name, (asked, status) in turns.items():
                against = visitors.visit(port, bare, status=200)
                found = visitors.visit(port, asked, status=status)
                ratios.setdefault(name, []).append(found.rate / against.rate)
                bench.keep("bare", round(against.rate))
                bench.keep(name, round(found.rate))
            written(count)
    for name, of in ratios.items():
        bench.note(name, statistics.median(of))


def written(count: int) -> None:
    """Make sure that every visit was written down: an answer that forgets is fast."""
    from django.db.models import Sum

    from audiences.models import Subscription
    from campaigns.models import DeliveryEvent, LinkCount

    clicks = LinkCount.objects.aggregate(n=Sum("times"))["n"]
    left = Subscription.objects.filter(state="ended").count()
    if (clicks, DeliveryEvent.objects.count(), left) != (2 * count, count, count):
        raise Failed(f"of {count} visits each: {clicks} counted, {DeliveryEvent.objects.count()} told, {left} left")


def while_sending(bench: Bench) -> None:
    """What a redirect and a one-click wait for while a campaign is sent with all that the machine has."""
    from benchmarks import campaign
    from campaigns.models import Campaign
    from newsletter.models import Newsletter

    earlier = past(bench.sizes.sent)
    clicks, leaves = own(earlier), leaving(earlier)
    letter = Newsletter.objects.get(editions__campaigns=earlier)
    sinks, found, over = Sinks(bench.house.var / "tools", bench.house.port), {}, threading.Event()

    def ask(name: str, asked: Sequence[bytes], status: int, a_second: float) -> None:
        found[name] = visitors.visit_now_and_then(
            port, iter(asked), status=status, a_second=a_second, until=over.is_set
        )

    bench.house.start_workers()
    try:
        with sinks.cheap(), web(bench.house) as port:
            going = campaign.scheduled(letter, campaign.template())
            while not Campaign.objects.filter(pk=going.pk, state="running").exists():
                time.sleep(0.05)
            said = (("redirect", clicks, 302, REDIRECTS), ("one-click", leaves, 200, ONE_CLICKS))
            threads = [threading.Thread(target=ask, args=one) for one in said]
            for thread in threads:
                thread.start()
            try:
                seconds, states, _ = bench.house.watch(going.pk, look_every=0.25)
            finally:
                over.set()
                for thread in threads:
                    thread.join()
    finally:
        bench.house.end_workers()
    bench.keep("sent meanwhile, a second", round(states["sent"] / seconds))
    for name, visits in found.items():
        bench.keep(f"{name}s meanwhile", len(visits.each))
        bench.keep(f"{name} p50, ms", round(visits.p(0.5) * 1000, 1))
        bench.note(f"{name}-p99-ms", visits.p(0.99) * 1000)


def told(bench: Bench) -> None:
    """Reports from a file: the same rows, told once or three times in any order."""
    from campaigns.models import Delivery

    path, stood = bench.house.var / "events.jsonl", {}
    rates = []
    for turn in range(bench.sizes.rounds):
        for times in (1, 3) if turn == 0 else (3,):
            past(bench.sizes.events)
            rows = Delivery.objects.order_by("address_key").values_list("pk", flat=True)
            reports.write(path, list(rows), times=times)
            seconds, news = reports.tell(path)
            if news != bench.sizes.events:
                raise Failed(f"{news} of {bench.sizes.events} reports were news")
            bench.keep(f"events a second, each told {times}×", round(times * bench.sizes.events / seconds))
            stood[times] = reports.standing()
        rates.append(3 * bench.sizes.events / seconds)
    if stood[1] != stood[3]:
        raise Failed("told three times in any order is not the same as told once")
    bench.note("events-per-s", statistics.median(rates))


CHAPTERS: tuple[Chapter, ...] = (
    (answered, ("redirect", "redirect-shared", "one-click")),
    (while_sending, ("redirect-p99-ms", "one-click-p99-ms")),
    (told, ("events-per-s",)),
)


def main(words: Sequence[str] | None = None) -> int:
    """Measure, and print the table and the lines; 1 where something could not be measured."""
    arguments = bench.parser(NAME, FIGURES, __doc__)
    options = arguments.parse_args(words)
    asked = bench.wanted(arguments, options.only, FIGURES)
    return bench.run(NAME, FIGURES, CHAPTERS, QUICK if options.quick else Sizes(), asked)


if __name__ == "__main__":
    sys.exit(main())
