"""Readers are admitted: only with a consent that someone answers for, and never over a no."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from audiences.core import profile
from audiences.core.address import BadAddress, parse
from audiences.core.consent import CustomerKind, Method
from audiences.core.entries import Entry
from audiences.core.importing import Verdict
from audiences.keys import key_of
from audiences.ledger import Saying
from audiences.models import StagedReader, Subscription
from audiences.staging import Judged, parts, stage, staged_line, take
from newsletter.models import Newsletter, Place

__all__ = ["Admission", "ConsentSource", "Newcomer", "Refusal", "Refused", "admit", "admit_many"]

# Of whoever is admitted without an import.
ADMITTED = 0


@dataclass(frozen=True)
class ConsentSource:
    """Where a reader's consent comes from: how it was given, a name that can be looked up, and when."""

    method: Method
    source: str
    at: datetime
    wording: str = ""
    actor: int | None = None


@dataclass(frozen=True)
class Newcomer:
    """One line of a file of readers."""

    address: str
    first_name: str = ""
    language: str = "fr"
    commune: str = ""
    interests: tuple[str, ...] = ()
    kind: CustomerKind = CustomerKind.DIRECT
    tracking: bool = False
    consent: ConsentSource | None = None


@dataclass(frozen=True)
class Refusal:
    """Which of the lines, counted from 0, and why."""

    index: int
    code: str


@dataclass(frozen=True)
class Admission:
    """What became of a file: new readers, readers who were there already, and lines that were refused."""

    admitted: int
    known: int
    refused: tuple[Refusal, ...] = ()


class Refused(ValueError):
    """This one reader was not admitted; the code says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def admit(
    newsletter: Newsletter,
    *,
    address: str,
    first_name: str = "",
    language: str = "fr",
    commune: str = "",
    interests: Iterable[str] = (),
    kind: CustomerKind = CustomerKind.DIRECT,
    tracking: bool = False,
    consent: ConsentSource | None,
    now: datetime,
) -> Subscription:
    """Admit one reader with a consent source and return the subscription; Refused says why not."""
    row = Newcomer(address, first_name, language, commune, tuple(interests), kind, tracking)
    admission = admit_many(newsletter, [row], consent=consent, now=now)
    if admission.refused:
        raise Refused(admission.refused[0].code)
    return Subscription.objects.get(newsletter=newsletter, subscriber__address_key=key_of(address))


@transaction.atomic
def admit_many(
    newsletter: Newsletter, rows: Iterable[Newcomer], *, consent: ConsentSource | None = None, now: datetime
) -> Admission:
    """Admit readers by the thousand; a line's own consent goes before the common one.

    Refused, by index: no or future consent source, bad address, unknown commune, interest or language,
    suppressed addresses, and people who withdrew after the consent that the file shows.
    Whoever is subscribed already stays as they are, so the same file again changes nothing.
    """
    refused: list[Refusal] = []
    sayings: dict[Saying, int] = {}
    lines: list[str] = []
    told = list(rows)
    wanted = {row.commune for row in told} - {""}
    departments = dict(Place.objects.filter(insee__in=wanted).values_list("insee", "department")) if wanted else {}
    for index, row in enumerate(told):
        source = row.consent or consent
        try:
            said = _told(source, now)
            entry = _entry(row, said, departments)
        except Refused as wrong:
            refused.append(Refusal(index, wrong.code))
            continue
        saying = Saying(said.method, said.source, wording=said.wording, actor=said.actor)
        number = sayings.setdefault(saying, len(sayings) + 1)
        lines.append(staged_line(ADMITTED, index, entry, key_of(entry.address), number))
    stage(lines)
    judged = Judged()
    for low, high in parts(len(lines)):
        found = take(newsletter, ADMITTED, low, high, list(sayings), now=now)
        judged.verdicts += found.verdicts
        for code, numbers in found.refused.items():
            judged.refused.setdefault(code, []).extend(numbers)
    StagedReader.objects.filter(batch=ADMITTED).delete()
    repeated = judged.refused.pop(Verdict.REPEATED, [])
    refused += [Refusal(index, code) for code, numbers in judged.refused.items() for index in numbers]
    admitted = judged.verdicts[Verdict.NEW] + judged.verdicts[Verdict.JOINED]
    known = judged.verdicts[Verdict.KNOWN] + judged.verdicts[Verdict.FILLED] + len(repeated)
    return Admission(admitted, known, tuple(sorted(refused, key=lambda refusal: refusal.index)))


def _told(source: ConsentSource | None, now: datetime) -> ConsentSource:
    if source is None or not source.source.strip():
        raise Refused("no_consent")
    if source.at > now:
        raise Refused("consent_in_future")
    return source


def _entry(row: Newcomer, source: ConsentSource, departments: Mapping[str, str]) -> Entry:
    try:
        parsed = parse(row.address)
        language = profile.language(row.language)
        liked = tuple(profile.interests(row.interests))
    except (BadAddress, profile.BadProfile) as wrong:
        raise Refused(str(wrong.code)) from None
    if row.commune and row.commune not in departments:
        raise Refused("unknown_commune")
    department = departments.get(row.commune, "")
    name = profile.first_name(row.first_name)
    return Entry(parsed, name, language, row.commune, department, liked, row.kind.value, row.tracking, source.at)
