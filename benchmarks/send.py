"""`make bench-send`: every figure of docs/speed.md in one run, against its named peers on the same machine.

    python -m benchmarks.send                        everything, at most 25 minutes on two cores
    python -m benchmarks.send --only million-s,build
    python -m benchmarks.send --quick                whether every part still works; its figures mean nothing

Ours is measured as people run it: the commands of README.md as processes, Celery's workers and clock, PostgreSQL with
synchronous_commit on, from the moment the campaign is `running` to the last first attempt answered, seen from outside.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.figures import FIGURES, NAMES, lines, table
from benchmarks.house import SEND, Failed, House, Run, dump
from benchmarks.letter import SIZE
from benchmarks.sinks import PER_MILLE, SEED, Sinks, Unavailable
from newsletter.servers import laptop
from newsletter.servers.process import CODE

WINDOW = 50


@dataclass(frozen=True)
class Sizes:
    """How much of everything."""

    rounds: int = 5
    messages: int = 20_000
    peers: int = 1_000
    million: int = 1_000_000
    growth_from: int = 20_000
    build: int = 1_000
    statements: int = 10_000
    recovery: int = 60_000
    kills: int = 3
    minutes: float = 25.0


QUICK = Sizes(1, 600, 30, 2_000, 600, 50, 600, 4_000, 1)


@dataclass
class Bench:
    """What is wanted, what was found."""

    house: House
    sinks: Sinks
    sizes: Sizes
    wanted: frozenset[str]
    peers: Path
    values: dict[str, float] = field(default_factory=dict)
    runs: dict[str, Any] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def wants(self, *names: str) -> bool:
        return bool(self.wanted.intersection(names))

    def note(self, name: str, value: float) -> None:
        """Keep a figure that was asked for."""
        if name in self.wanted:
            self.values[name] = value
            say(f"{name} {value:.2f}")

    def keep(self, name: str, run: Any) -> None:
        """Keep a single run."""
        self.runs.setdefault(name, []).append(asdict(run) | {"rate": run.rate} if isinstance(run, Run) else run)

    def rounds(self, seconds: float) -> Iterator[int]:
        """Count rounds, fewer when they have taken so long already: the whole is bounded."""
        over = time.monotonic() + seconds
        for number in range(self.sizes.rounds):
            if number and time.monotonic() > over:
                say(f"stopped after {number} rounds: the time for these is over")
                return
            yield number

    def peer(self, name: str) -> dict[str, float]:
        """Run a peer in its own environment, and return what it said."""
        url = self.house.database_url.rpartition("/")[0] + "/peer"
        said = subprocess.run(
            [str(self.peers), "-m", f"benchmarks.peers.{name}", str(self.sizes.peers)],
            env={**os.environ, "PEER_DATABASE_URL": url, "PEER_PORT": str(self.house.port)}
            | {"DJANGO_SETTINGS_MODULE": "benchmarks.peers.settings", "DEBUG": "1"},
            cwd=CODE,
            capture_output=True,
            text=True,
            timeout=400,
        )
        if said.returncode:
            raise Failed(f"the peer {name} failed: {said.stderr.strip()[-600:]}")
        found: dict[str, float] = json.loads(said.stdout.strip().splitlines()[-1])
        return found


def say(sentence: str) -> None:
    """Tell whoever waits how far it is; the figures alone go to standard output."""
    print(f"{time.strftime('%H:%M:%S')} {sentence}", file=sys.stderr, flush=True)


def build(bench: Bench) -> None:
    """How much faster a message is made."""
    from benchmarks.build import measure

    found = measure(bench.sizes.build)
    bench.keep("build", found)
    bench.note("build", found["ratio"])


def against_the_references(bench: Bench) -> None:
    """Ours, smtp-source and the peers turn by turn into Postfix's smtp-sink."""
    bench.house.start_workers()
    _peers_database(bench)
    ratios: dict[str, list[float]] = {}
    reachable = _reachable(bench)
    with bench.sinks.postfix():
        for _ in bench.rounds(420):
            ours = bench.house.send(bench.sizes.messages)
            bench.keep("ours into smtp-sink", ours)
            for name, measure in list(reachable.items()):
                try:
                    rate = measure()
                except (Unavailable, Failed, subprocess.SubprocessError) as problem:
                    bench.missing[name] = str(problem)
                    del reachable[name]
                    continue
                bench.keep(name, {"rate": rate})
                ratios.setdefault(name, []).append(ours.rate / rate)
                say(f"ours {ours.rate:.0f}/s, {name} {rate:.0f}/s")
    for name, found in ratios.items():
        bench.note(name, statistics.median(found))


def _reachable(bench: Bench) -> dict[str, Callable[[], float]]:
    every: dict[str, Callable[[], float]] = {
        "smtp-source": lambda: bench.sinks.source(bench.sizes.messages, SIZE),
        "post-office": lambda: bench.peer("post_office")["rate"],
        "celery-per-mail": lambda: bench.peer("celery_per_mail")["rate"],
    }
    return {name: measure for name, measure in every.items() if bench.wants(name)}


def _peers_database(bench: Bench) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'peer'")
        if not cursor.fetchone():
            cursor.execute("CREATE DATABASE peer")


def where_the_sender_is_the_limit(bench: Bench) -> None:
    """Ours and smtp-source turn by turn into the cheap sink."""
    bench.house.start_workers()
    ratios, cpus = [], []
    with bench.sinks.cheap():
        for _ in bench.rounds(180):
            ours = bench.house.send(bench.sizes.messages)
            bench.keep("ours into csink", ours)
            cpus.append(ours.cpu_us)
            if bench.wants("smtp-source-csink"):
                rate = bench.sinks.source(bench.sizes.messages, SIZE)
                bench.keep("smtp-source into csink", {"rate": rate})
                ratios.append(ours.rate / rate)
                say(f"ours {ours.rate:.0f}/s, smtp-source {rate:.0f}/s into csink, {ours.cpu_us:.0f} µs CPU")
    bench.note("worker-cpu-us", statistics.median(cpus))
    if ratios:
        bench.note("smtp-source-csink", statistics.median(ratios))


def a_million(bench: Bench) -> None:
    """One campaign to a million, by workers that have first sent to twenty thousand; and the enqueue of it."""
    sizes, house = bench.sizes, bench.house
    if bench.wants("million-s", "worker-mb", "worker-mb-growth"):
        house.start_workers()
        with bench.sinks.cheap():
            few = house.send(sizes.growth_from)
            bench.keep("before the million", few)
            many = house.send(sizes.million, look_every=0.25)
        bench.keep("the million", many)
        bench.note("million-s", many.seconds)
        bench.note("worker-mb", many.peak_mb)
        bench.note("worker-mb-growth", many.peak_mb - few.peak_mb)
        say(f"{many.rate:.0f}/s, {many.cpu_us:.0f} µs CPU, {many.states}")
        house.end_workers()
    if bench.wants("enqueue"):
        from benchmarks import enqueuing

        found = enqueuing.measure(sizes.million)
        bench.keep("enqueue", found)
        bench.note("enqueue", found["bulk_create_s"] / found["ours_s"])


def the_ledgers_share(bench: Bench) -> None:
    """How much of its time a sending process stands in the ledger, into smtp-sink."""
    clock = bench.house.var / "clocked.jsonl"
    clock.unlink(missing_ok=True)
    bench.house.start_workers(SEND.replace("celery_app", "benchmarks.clocked"), BENCH_CLOCK=str(clock))
    shares = []
    with bench.sinks.postfix():
        for _ in bench.rounds(60):
            bench.keep("ours with clocks", bench.house.send(bench.sizes.messages))
            time.sleep(1)
            drains = [json.loads(line) for line in clock.read_text().splitlines()]
            clock.unlink()
            bench.keep("drains", {"drains": drains})
            shares.append(100 * sum(one["ledger"] for one in drains) / sum(one["seconds"] for one in drains))
    bench.note("ledger-percent", statistics.median(shares))


def statements_a_window(bench: Bench) -> None:
    """What the sending processes ask of the database, counted in the server's own log."""
    bench.house.start_workers(PGOPTIONS="-c log_statement=all")
    log = bench.house.var / "log" / "postgres.log"
    with bench.sinks.cheap():
        before = log.stat().st_size
        bench.house.send(bench.sizes.statements)
        time.sleep(1)
        with log.open("rb") as file:
            file.seek(before)
            said = file.read().decode(errors="replace").splitlines()
    asked = [line for line in said if "LOG:  statement: " in line or "LOG:  execute " in line]
    control = [line for line in asked if line.rpartition(": ")[2].strip().upper().startswith(("BEGIN", "COMMIT"))]
    windows = bench.sizes.statements / WINDOW
    bench.keep("statements", {"asked": len(asked), "begin_and_commit": len(control), "windows": windows})
    bench.note("statements", (len(asked) - len(control)) / windows)


def where_some_are_refused(bench: Bench) -> None:
    """The same sink with and without 5 % 4xx and 2 % 5xx, turn by turn."""
    bench.house.start_workers()
    ratios = []
    for _ in bench.rounds(150):
        with bench.sinks.refusing(faulty=False):
            clean = bench.house.send(bench.sizes.messages)
        with bench.sinks.refusing(faulty=True):
            faulty = bench.house.send(bench.sizes.messages)
        bench.keep("nobody refused", clean)
        bench.keep("some refused", faulty)
        ratios.append(faulty.rate / clean.rate)
        say(f"clean {clean.rate:.0f}/s, faulty {faulty.rate:.0f}/s {faulty.states}")
    bench.note("faulty", statistics.median(ratios))


def after_a_kill(bench: Bench) -> None:
    """SIGKILL of the whole sending worker in the middle; its supervisor starts it anew at once."""
    found = []
    for _ in range(bench.sizes.kills):
        bench.house.start_workers()
        with bench.sinks.postfix() if bench.sizes.kills > 1 else bench.sinks.cheap():
            one = bench.house.recovery(bench.sizes.recovery)
            bench.house.end_workers()
        bench.keep("after a kill", one)
        found.append(one["seconds"])
        say(f"sending again after {one['seconds']:.1f} s, {one['in_doubt']} in doubt")
    bench.note("recovery-s", statistics.median(found))


CHAPTERS: tuple[tuple[Callable[[Bench], None], tuple[str, ...]], ...] = (
    (build, ("build",)),
    (against_the_references, ("smtp-source", "post-office", "celery-per-mail")),
    (where_the_sender_is_the_limit, ("smtp-source-csink", "worker-cpu-us")),
    (the_ledgers_share, ("ledger-percent",)),
    (statements_a_window, ("statements",)),
    (where_some_are_refused, ("faulty",)),
    (after_a_kill, ("recovery-s",)),
    (a_million, ("million-s", "worker-mb", "worker-mb-growth", "enqueue")),
)


def run(bench: Bench) -> None:
    """Measure what is wanted; what this machine cannot measure is said and left out."""
    for chapter, names in CHAPTERS:
        if not bench.wants(*names):
            continue
        say((chapter.__doc__ or "").strip())
        try:
            chapter(bench)
        except (Unavailable, Failed, subprocess.SubprocessError) as problem:
            for name in bench.wanted.intersection(names) - bench.values.keys():
                bench.missing[name] = str(problem)
            say(f"not measured: {problem}")


def _postfix(bench: Bench) -> str:
    try:
        return bench.sinks.postfix_version()
    except StopIteration:
        return "not fetched"


def _locked() -> str:
    text = (CODE / "requirements" / "bench.txt").read_text()
    return text.partition("django-post-office==")[2].split()[0]


def main(words: Sequence[str] | None = None) -> int:
    """Measure, and print the table and the lines; 1 where something could not be measured."""
    arguments = argparse.ArgumentParser(
        prog="bench-send", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    arguments.add_argument("--only", default=",".join(NAMES), help="figures, separated by commas")
    arguments.add_argument("--quick", action="store_true", help="a smoke test of this script: its figures mean nothing")
    arguments.add_argument("--rounds", type=int, help="how often what is compared is repeated (5)")
    arguments.add_argument("--messages", type=int, help="messages a round, of ours and of smtp-source (20000)")
    arguments.add_argument("--peers", type=int, help="messages a round of the Python peers (1000)")
    arguments.add_argument("--million", type=int, help="recipients of the one large campaign (1000000)")
    arguments.add_argument(
        "--peers-python", default=sys.executable, help="the interpreter that has the peers installed"
    )
    arguments.add_argument("--var", default=str(laptop.var() / "bench"), help="where its servers live")
    options = arguments.parse_args(words)
    wanted = frozenset(options.only.split(","))
    if unknown := wanted - set(NAMES):
        arguments.error(f"no such figure: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    sizes = QUICK if options.quick else Sizes()
    given = {name: getattr(options, name) for name in ("rounds", "messages", "peers", "million")}
    sizes = Sizes(**{**asdict(sizes), **{name: value for name, value in given.items() if value}})
    var = Path(options.var).absolute()
    with House(var) as house:
        bench = Bench(house, Sinks(var / "tools", house.port), sizes, wanted, Path(options.peers_python).absolute())
        start = time.monotonic()
        run(bench)
        said = machine.versions() | {"postfix": _postfix(bench), "django-post-office": _locked()}
        said |= {"took": f"{time.monotonic() - start:.0f} s"}
    results = var / "bench-send.json"
    dump(
        results,
        {
            "versions": said,
            "sizes": asdict(sizes),
            "refusing": {"seed": SEED, "per_mille": PER_MILLE},
            "figures": {one.name: asdict(one) | {"value": bench.values.get(one.name)} for one in FIGURES},
            "missing": bench.missing,
            "runs": bench.runs,
        },
    )
    for name, value in said.items():
        print(f"{name}: {value}")
    for name, why in bench.missing.items():
        print(f"not measured: {name}: {why}")
    print(f"\n{table(bench.values)}\n\nAll runs: {results}\n", flush=True)
    print(lines(bench.values), flush=True)
    return 1 if bench.missing else 0


if __name__ == "__main__":
    sys.exit(main())
