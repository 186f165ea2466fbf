"""A file of readers becomes subscribers, each with the consent that the file shows."""

from collections.abc import Iterator
from datetime import datetime, time
from enum import StrEnum
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from audiences.admissions import ConsentSource, Newcomer, admit_many
from audiences.core import rows
from audiences.core.consent import Method
from audiences.core.rows import ReaderFault, ReaderRow
from newsletter.core.story import StoryFault
from newsletter.models import Newsletter
from newsletter.story import Gazetteer, Loaded, read

READERS = "readers.csv"
# Not a mistake in the file: these people said no since it was written, and a no stands.
_PASSED_OVER = ("suppressed", "withdrawn")
_FAULTS: dict[str, StrEnum] = {
    "unknown_commune": StoryFault.UNKNOWN_COMMUNE,
    "no_consent": ReaderFault.NO_CONSENT,
    "consent_in_future": ReaderFault.CONSENT_IN_FUTURE,
}


@transaction.atomic
def load_readers(file: Path, newsletter: Newsletter, *, now: datetime) -> Loaded:
    """Admit the readers of a file; the first bad line (BadLine) admits nobody. Again it changes nothing.

    Whoever left since, or must never be written to, is passed over.
    """
    told = list(rows.readers(read(file), file.name, today=timezone.localdate(now)))
    admission = admit_many(newsletter, _newcomers(told), now=now)
    refused = [refusal for refusal in admission.refused if refusal.code not in _PASSED_OVER]
    if refused:
        row = told[refused[0].index]
        raise row.line.wrong(_FAULTS.get(refused[0].code, ReaderFault.BAD_ADDRESS), "address")
    return Loaded(admission.admitted, admission.known, passed_over=len(admission.refused))


def _newcomers(told: list[ReaderRow]) -> Iterator[Newcomer]:
    gazetteer = Gazetteer()
    for row in told:
        commune = gazetteer.find(row.commune, row.line).insee if row.commune else ""
        given = timezone.make_aware(datetime.combine(row.consent_date, time.min))
        yield Newcomer(
            address=row.address,
            first_name=row.first_name,
            language=row.language,
            commune=commune,
            interests=tuple(interest.value for interest in row.interests),
            kind=row.kind,
            tracking=row.tracking,
            consent=ConsentSource(Method.ATTESTED_IMPORT, row.consent_source, given),
        )
