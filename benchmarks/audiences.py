"""`make bench-audiences`: how fast a million readers come in and are asked about, every figure in one run.

python -m benchmarks.audiences                             everything
python -m benchmarks.audiences --only import-bulk-create
python -m benchmarks.audiences --only segments-ratio-100k
python -m benchmarks.audiences --quick                     whether every part still works; its figures mean nothing
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks import bench, importing, segments
from benchmarks.bench import Chapter

NAME = "bench-audiences"
FIGURES = (*segments.FIGURES, *importing.FIGURES)
NAMES = tuple(figure.name for figure in FIGURES)


@dataclass(frozen=True)
class Sizes:
    """How much of everything."""

    lines: int = 1_000_000
    import_rounds: int = 1
    readers: tuple[int, int] = (100_000, 1_000_000)


QUICK = Sizes(lines=2_000, readers=(1_000, 2_000))


CHAPTERS: tuple[Chapter, ...] = (
    (segments.measured, segments.NAMES),
    (importing.measured, importing.NAMES),
)


def main(words: Sequence[str] | None = None) -> int:
    """Measure, and print the table and the lines; 1 where something could not be measured."""
    arguments = bench.parser(NAME, FIGURES, __doc__)
    arguments.add_argument("--lines", type=int, default=Sizes.lines, help="lines of the imported file")
    options = arguments.parse_args(words)
    asked = bench.wanted(arguments, options.only, FIGURES)
    return bench.run(NAME, FIGURES, CHAPTERS, QUICK if options.quick else Sizes(lines=options.lines), asked)


if __name__ == "__main__":
    sys.exit(main())
