"""Files of readers, as tests bring them in."""

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

from audiences import imports, readings
from audiences.core.guessing import Column
from audiences.core.importing import Counts
from audiences.imports import Statement
from audiences.models import Import, Subscriber
from newsletter.models import Newsletter
from tests import make

FAIR = Statement("Salon de Saint-Rémy, bulletins papier", date(2026, 3, 1))
LATER = datetime(2100, 1, 1, tzinfo=UTC)


def received(content: bytes | str, *, newsletter: Newsletter | None = None, name: str = "lecteurs.csv") -> Import:
    """A file that was received, nothing said of it yet."""
    raw = content.encode() if isinstance(content, str) else content
    letter = newsletter or Newsletter.objects.first() or make.newsletter()
    return imports.receive(letter, io.BytesIO(raw), name=name, by=None, now=make.NOON)


def counted(content: bytes | str, statement: Statement = FAIR, **columns: Any) -> Import:
    """A file that was read and counted."""
    row = received(content, newsletter=columns.pop("newsletter", None))
    guessed = {Column(name): at for name, at in row.columns.items()}
    imports.tell(row, guessed | {Column(name): at for name, at in columns.items()}, statement, by=None, now=make.NOON)
    worked(row)
    assert row.state == "counted"
    return row


def taken(content: bytes | str, statement: Statement = FAIR, **columns: Any) -> Counts:
    """What a file brought that was read, counted, confirmed and taken in; the dry run said the same."""
    row = counted(content, statement, **columns)
    foretold = imports.counts_of(row)
    imports.confirm(row, by=None, now=make.NOON)
    worked(row)
    assert row.state == "done"
    assert imports.counts_of(row) == foretold
    return foretold


def worked(row: Import) -> None:
    """Have a worker do what is due."""
    readings.work(row.pk, until=LATER, clock=lambda: make.NOON)
    row.refresh_from_db()


def everybody() -> list[tuple[Any, ...]]:
    """Who reads, as one can compare it."""
    return sorted(
        Subscriber.objects.values_list("address", "first_name", "commune", "language", "subscriptions__state")
    )


HOURS = timedelta(hours=1)
