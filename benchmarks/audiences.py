"""`make bench-audiences`: how fast a million readers come in and are asked about, every figure in one run.

python -m benchmarks.audiences                             everything
python -m benchmarks.audiences --only import-bulk-create
python -m benchmarks.audiences --only segments-ratio-100k
python -m benchmarks.audiences --quick                     whether every part still works; its figures mean nothing
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field

from benchmarks import importing, machine, segments
from benchmarks.figures import lines, table
from benchmarks.house import Failed, House, dump
from newsletter.servers import laptop

FIGURES = (*segments.FIGURES, *importing.FIGURES)
NAMES = tuple(figure.name for figure in FIGURES)


@dataclass(frozen=True)
class Sizes:
    """How much of everything."""

    lines: int = 1_000_000
    import_rounds: int = 1
    readers: tuple[int, int] = (100_000, 1_000_000)


QUICK = Sizes(lines=2_000, readers=(1_000, 2_000))


@dataclass
class Bench:
    """What is wanted, what was found."""

    house: House
    sizes: Sizes
    wanted: frozenset[str]
    values: dict[str, float] = field(default_factory=dict)
    runs: dict[str, list[float]] = field(default_factory=dict)

    def wants(self, *names: str) -> bool:
        return bool(self.wanted.intersection(names))

    def note(self, name: str, value: float) -> None:
        if name in self.wanted:
            self.values[name] = value
            print(f"  {name} {value:.2f}", flush=True)

    def keep(self, name: str, value: float) -> None:
        self.runs.setdefault(name, []).append(value)


CHAPTERS: tuple[tuple[Callable[[Bench], None], tuple[str, ...]], ...] = (
    (segments.measured, segments.NAMES),
    (importing.measured, importing.NAMES),
)


def main(words: Sequence[str] | None = None) -> int:
    """Measure, and print the table and the lines; 1 where something could not be measured."""
    arguments = argparse.ArgumentParser(
        prog="bench-audiences", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    arguments.add_argument("--only", default=",".join(NAMES), help="figures, separated by commas")
    arguments.add_argument("--lines", type=int, default=Sizes.lines, help="lines of the imported file")
    arguments.add_argument("--quick", action="store_true", help="a smoke test of this script: its figures mean nothing")
    options = arguments.parse_args(words)
    wanted = frozenset(options.only.split(","))
    if unknown := wanted - set(NAMES):
        arguments.error(f"no such figure: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    sizes = QUICK if options.quick else Sizes(lines=options.lines)
    var = (laptop.var() / "bench-audiences").absolute()
    missing: dict[str, str] = {}
    with House(var) as house:
        bench = Bench(house, sizes, wanted)
        for chapter, names in CHAPTERS:
            if bench.wants(*names):
                print((chapter.__doc__ or "").strip(), flush=True)
                try:
                    chapter(bench)
                except (Failed, OSError, RuntimeError, subprocess.SubprocessError) as problem:
                    missing |= dict.fromkeys(wanted.intersection(names) - bench.values.keys(), str(problem))
                    print(f"  not measured: {problem}", flush=True)
        versions = machine.versions()
    results = var / "bench-audiences.json"
    figures = {one.name: asdict(one) | {"value": bench.values.get(one.name)} for one in FIGURES}
    dump(
        results,
        {"versions": versions, "sizes": asdict(sizes), "figures": figures, "missing": missing, "runs": bench.runs},
    )
    print("\n".join(f"{name}: {value}" for name, value in versions.items()))
    for name, of in bench.runs.items():
        print(f"{name}: {', '.join(f'{one:,}' for one in of)}")
    print(f"\n{table(bench.values, FIGURES)}\n\nAll runs: {results}\n", flush=True)
    print(lines(bench.values, FIGURES, "bench-audiences"), flush=True)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
