"""The figures of a bench: what each must be, what it aims at, and how a value is said; those of `make bench-send`."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table. More is better, or less; the aim of `flat` is at most the noise. Some are only said."""

    name: str
    what: str
    must: float | None = None
    aim: float | None = None
    more: bool = True
    digits: int = 2

    def met(self, value: float) -> str:
        """Return "aim", "must" or "short"; nothing of what is only said."""
        if self.must is None or self.aim is None:
            return ""
        reached = [value >= bound if self.more else value <= bound for bound in (self.aim, self.must)]
        return "aim" if reached[0] else "must" if reached[1] else "short"

    def bound(self, value: float | None) -> str:
        """Return a bound as it stands in the table."""
        return "–" if value is None else f"{'≥' if self.more else '≤'} {value:g}"

    def said(self, value: float) -> str:
        """Return a value as it is printed."""
        return f"{value:.{self.digits}f}"


FIGURES = (
    Figure("smtp-source", "throughput ÷ smtp-source (20 sessions) into smtp-sink", 0.9, 1.1),
    Figure("smtp-source-csink", "the same into the cheap sink, where the sender is the limit", 0.45, 0.8),
    Figure("post-office", "÷ django-post-office (2 processes × 5 threads, batch 2,000)", 8, 12, digits=1),
    Figure("celery-per-mail", "÷ a Celery task per mail with EmailMultiAlternatives", 25, 38, digits=1),
    Figure("build", "message build: Django render + signed links + as_bytes ÷ ours", 150, 300, digits=0),
    Figure("worker-cpu-us", "worker CPU per message, µs", 200, 120, more=False, digits=0),
    Figure("million-s", "1,000,000 recipients into the cheap sink, s", 180, 100, more=False, digits=1),
    Figure("worker-mb", "a worker's peak memory at 1 M, MB", 120, 100, more=False, digits=1),
    Figure("worker-mb-growth", "and − that at 20 k, MB", 20, 2, more=False, digits=1),
    Figure("ledger-percent", "durable ledger's share of the time, %", 10, 3, more=False, digits=1),
    Figure("statements", "statements per window of 50", 4, 2, more=False),
    Figure("enqueue", "enqueue of 1 M ÷ bulk_create", 5, 8, digits=1),
    Figure("faulty", "with 5 % 4xx and 2 % 5xx, ÷ clean run", 0.8, 0.9),
    Figure("recovery-s", "back to sending after SIGKILL, s", 70, 30, more=False, digits=1),
)
NAMES = tuple(figure.name for figure in FIGURES)


def table(values: dict[str, float], figures: Sequence[Figure] = FIGURES) -> str:
    """Return the table as Markdown; a figure that was not measured has a dash."""
    lines = ["| figure | line | must | aim | measured | |", "| --- | --- | --- | --- | --- | --- |"]
    for one in figures:
        value = values.get(one.name)
        measured, verdict = ("–", "") if value is None else (one.said(value), one.met(value))
        aim = "flat" if one.name == "worker-mb-growth" else one.bound(one.aim)
        lines.append(f"| {one.what} | `{one.name}` | {one.bound(one.must)} | {aim} | {measured} | {verdict} |")
    return "\n".join(lines)


def lines(values: dict[str, float], figures: Sequence[Figure] = FIGURES, bench: str = "bench-send") -> str:
    """Return one line a figure, in the table's order."""
    return "\n".join(f"{bench} {one.name} {one.said(values[one.name])}" for one in figures if one.name in values)
