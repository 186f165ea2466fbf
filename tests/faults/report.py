"""`docs/faults.md`: each fault in the order of its issue, what was seen, and the counts."""

import os
from collections.abc import Collection
from dataclasses import astuple, dataclass
from pathlib import Path

from newsletter.servers.process import CODE
from tests.faults.scene import Counts

PAGE = CODE / "docs" / "faults.md"
ALL = "**all of them**"
HEAD = """# What was done to the sending, and what became of it

Written by `make test-faults`, which starts PostgreSQL, Valkey, Celery's workers and its clock as processes of their own
and lets them send to a scriptable SMTP server that syncs every message it accepts to a journal before it says so. That
journal is the judge: **captured** is what stands in it, **doubled** are copies beyond one for each address, **lost** is
what the ledger calls sent and the journal does not know, or the other way round. After every fault the invariants I1 to
I7 of the ledger held (`campaigns/invariants.py`), and no more was in doubt than SMTP connections were open, or than a
provider's call holds (fifty messages, and the one that asks whether it answers again), but for the one fault that takes
the witness away (the journal gone: then what a worker had armed, a window of fifty).

Where a human resends what is in doubt, whoever had it gets a second copy: that is what they are asked about, and what
stands under **doubled** there, and only there. **other** are the skipped and the cancelled, where the fault is about
them, and rows that wait where a letter stands still at the end. Times are those of the run, other processes included.
"""


@dataclass(frozen=True)
class Line:
    fault: str
    seen: str
    counts: Counts

    def __str__(self) -> str:
        numbers = " | ".join(f"{number:,}" for number in astuple(self.counts))
        return f"| {self.fault} | {self.seen} | {numbers} |"


def machine() -> str:
    """Return how large this machine is."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{len(os.sched_getaffinity(0))} cores, {memory:.0f} GB of memory"


def read(page: Path = PAGE) -> list[Line]:
    """Return the lines of the last runs."""
    rows = [row.strip("| ").split(" | ") for row in page.read_text().splitlines()] if page.exists() else []
    told = [(fault, seen, numbers) for fault, seen, *numbers in (row for row in rows if len(row) == 9)]
    return [
        Line(fault, seen, Counts(*(int(number.replace(",", "")) for number in numbers)))
        for fault, seen, numbers in told
        if numbers[0].replace(",", "").isdigit() and fault != ALL
    ]


def write(lines: list[Line], order: list[str], *, without: Collection[str] = (), page: Path = PAGE) -> None:
    """Write the page in the order of the issue; what was not tried in this run keeps its line of an earlier one."""
    standing = {line.fault: line for line in [*read(page), *lines]}
    rows = [standing[fault] for fault in order if fault in standing and fault not in without]
    total = sum((line.counts for line in rows), Counts())
    table = [
        "| fault | what was seen | sent | failed | in doubt | other | captured | doubled | lost |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        *map(str, rows),
        str(Line(ALL, f"{len(rows)} faults", total)),
    ]
    page.write_text(f"{HEAD}\nOn {machine()}.\n\n" + "\n".join(table) + "\n")
