"""One message built: Django's templates, a signed link at each place and `as_bytes`, against a template of bytes.

Both make the same 56 kB for the same readers, ours with its tokens and as the pieces that the wire hands to the kernel,
who lays them end to end; laid here, it is `ours_joined_us`. CPU of this process, turn by turn, the best of
some rounds each: what else runs on the machine only ever makes it slower.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.campaign import template
from benchmarks.peers.plain import Letter, Person, people
from campaigns.deliveries import Armed
from campaigns.drains import WINDOW
from campaigns.filling import Filling
from campaigns.models import Campaign, Variant
from newsletter.models import Edition, Newsletter


def measure(readers: int, rounds: int = 5) -> dict[str, float]:
    """Return microseconds a message of both, and how many times faster ours is."""
    letter, filling = Letter(), _filling()
    persons = people(readers)
    rows = [_row(person) for person in persons]
    windows = [rows[at : at + WINDOW] for at in range(0, readers, WINDOW)]  # as a worker arms them
    theirs, ours, joined = [], [], []
    for _ in range(rounds):
        theirs.append(_cpu_us(lambda person: letter.message(person).message().as_bytes(), persons[: readers // 10]))
        ours += [_cpu_us(lambda window: _fill(filling, window), windows) / WINDOW for _ in range(5)]
        joined += [_cpu_us(lambda window: _joined(filling, window), windows) / WINDOW for _ in range(5)]
    return {
        "django_us": min(theirs),
        "ours_us": min(ours),
        "ours_joined_us": min(joined),
        "ratio": min(theirs) / min(ours),
        "django_bytes": len(letter.message(persons[0]).message().as_bytes()),
        "ours_bytes": sum(map(len, _fill(filling, rows[:1])[0])),
    }


def _fill(filling: Filling, window: Sequence[Armed]) -> list[list[bytes]]:
    return [filling.message(row, ours) for row, ours in zip(window, filling.ours(window), strict=True)]


def _joined(filling: Filling, window: Sequence[Armed]) -> None:
    for row, ours in zip(window, filling.ours(window), strict=True):
        b"".join(filling.message(row, ours))  # and thrown away, as on the wire


def _filling() -> Filling:
    newsletter = Newsletter(pk=1, sender_email="lettre@alpilles.example")
    campaign = Campaign(pk=1, edition=Edition(newsletter=newsletter, slug="fetes-de-fin-d-annee"))
    return Filling(campaign, Variant(campaign=campaign, template=template().to_bytes()))


def _row(person: Person) -> Armed:
    key = hashlib.sha256(str(person.pk).encode()).digest()
    return Armed(person.pk, key, person.email, person.first_name, 1)


def _cpu_us(build: Callable[[Any], object], readers: Sequence[Any]) -> float:
    start = time.process_time()
    for reader in readers:
        build(reader)
    return (time.process_time() - start) / len(readers) * 1e6
