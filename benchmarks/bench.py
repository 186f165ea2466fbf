"""One run of a bench: what is wanted of its figures, chapter by chapter; then its table, its JSON and its lines."""

import argparse
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks import machine
from benchmarks.figures import Figure, lines, table
from benchmarks.house import Failed, House, dump
from benchmarks.sinks import Unavailable
from newsletter.servers import laptop


@dataclass
class Bench:
    """What is wanted, what was found. `sizes` is the bench's own: how much of everything."""

    house: House
    sizes: Any
    wanted: frozenset[str]
    values: dict[str, float] = field(default_factory=dict)
    runs: dict[str, list[float]] = field(default_factory=dict)

    def wants(self, *names: str) -> bool:
        return bool(self.wanted.intersection(names))

    def note(self, name: str, value: float) -> None:
        """Keep a figure that was asked for."""
        if name in self.wanted:
            self.values[name] = value
            print(f"  {name} {value:.2f}", flush=True)

    def keep(self, name: str, value: float) -> None:
        """Keep a single run."""
        self.runs.setdefault(name, []).append(value)


# What measures, and the figures that it may note.
Chapter = tuple[Callable[[Bench], None], Sequence[str]]


def parser(name: str, figures: Sequence[Figure], about: str | None) -> argparse.ArgumentParser:
    """Return what every bench may be asked: which figures, and whether only to see that it still works."""
    arguments = argparse.ArgumentParser(prog=name, description=about, formatter_class=argparse.RawTextHelpFormatter)
    every = ",".join(figure.name for figure in figures)
    arguments.add_argument("--only", default=every, help="figures, separated by commas")
    arguments.add_argument("--quick", action="store_true", help="a smoke test of this script: its figures mean nothing")
    return arguments


def wanted(arguments: argparse.ArgumentParser, only: str, figures: Sequence[Figure]) -> frozenset[str]:
    """Return the figures that were asked for; exit where there is no such figure."""
    names = [figure.name for figure in figures]
    asked = frozenset(only.split(","))
    if unknown := asked - set(names):
        arguments.error(f"no such figure: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    return asked


def run(name: str, figures: Sequence[Figure], chapters: Sequence[Chapter], sizes: Any, asked: frozenset[str]) -> int:
    """Measure, and print the table and the lines; return 1 where something could not be measured."""
    var = (laptop.var() / name).absolute()
    missing: dict[str, str] = {}
    with House(var) as house:
        bench = Bench(house, sizes, asked)
        for chapter, names in chapters:
            if bench.wants(*names):
                print((chapter.__doc__ or "").strip(), flush=True)
                try:
                    chapter(bench)
                except (Unavailable, Failed, OSError, RuntimeError, subprocess.SubprocessError) as problem:
                    missing |= dict.fromkeys(asked.intersection(names) - bench.values.keys(), str(problem))
                    print(f"  not measured: {problem}", flush=True)
        versions = machine.versions()
    results = var / f"{name}.json"
    found = {one.name: asdict(one) | {"value": bench.values.get(one.name)} for one in figures}
    told = {"versions": versions, "sizes": asdict(sizes), "figures": found, "missing": missing, "runs": bench.runs}
    dump(results, told)
    print("\n".join(f"{what}: {value}" for what, value in versions.items()))
    for what, of in bench.runs.items():
        print(f"{what}: {', '.join(f'{one:,}' for one in of)}")
    print(f"\n{table(bench.values, figures)}\n\nAll runs: {results}\n", flush=True)
    print(lines(bench.values, figures, name), flush=True)
    return 1 if missing else 0
