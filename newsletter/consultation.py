"""Partners are asked before the call opens: they remark line by line, the board answers, and the record remains."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict, Unpack

from django.db import IntegrityError, transaction
from django.db.models import Prefetch, QuerySet

from newsletter import notices, operations, signing
from newsletter.core.consultation import Line, Opinion, PartnerKind
from newsletter.core.operation import NoticeKind, OperationState, Step
from newsletter.models import (
    Consultation,
    Contribution,
    DestinationSeat,
    Edition,
    Operation,
    Partner,
    Remark,
    RemarkAnswer,
    User,
)
from newsletter.signing import Purpose

OVER = (OperationState.CANCELLED, OperationState.CLOSED)


class AddressTaken(operations.Refused):
    """Another partner is written to at this address."""

    code = "address_taken"


class NotConsulting(operations.Refused):
    """The board hears no opinions on this operation any more, or not yet."""

    code = "not_consulting"


class LineChanged(operations.Refused):
    """The board has written this line otherwise since it was read."""

    code = "line_changed"


class WordsRequired(operations.Refused):
    """A reserve or a refusal says why; an answer says something."""

    code = "words_required"


class Placed(operations.Refused):
    """An edition that is locked already says this."""

    code = "placed"


class DestinationWords(TypedDict):
    """What a partner tells of the destination."""

    kind: str
    title: str
    text: str
    where: str
    link: str
    valid_from: date
    valid_until: date


@transaction.atomic
def add_partner(*, name: str, kind: PartnerKind, email: str, language: str, now: datetime) -> Partner:
    """Note a partner; raise AddressTaken for an address that one has already."""
    try:
        with transaction.atomic():
            return Partner.objects.create(name=name, kind=kind, email=email.strip(), language=language, added_at=now)
    except IntegrityError:
        raise AddressTaken from None


@transaction.atomic
def consult(operation: Operation, partners: Iterable[Partner], *, by: User | None, now: datetime) -> int:
    """Open the operation to these partners, each behind their own link; return how many are new to it."""
    operations.hold(operation)
    if operation.state == OperationState.DRAFT:
        operations.move(operation, Step.CONSULT, by=by, now=now)
    elif operation.state != OperationState.CONSULTING:
        raise NotConsulting
    new = []
    for partner in partners:
        asked, created = Consultation.objects.get_or_create(
            operation=operation, partner=partner, defaults={"opened_at": now, "opened_by": by}
        )
        new += [asked] if created else []
    return notices.owe_partners(NoticeKind.CONSULTATION, new, about=now, now=now)


@transaction.atomic
def remark(
    asked: Consultation, *, opinion: Opinion, words: str, now: datetime, line: str = "", lines: Sequence[Line] = ()
) -> Remark:
    """Write down what a partner says of one of these lines, or of the whole: that is the opinion which stands."""
    operations.hold(asked.operation)
    if asked.operation.state != OperationState.CONSULTING:
        raise NotConsulting
    if opinion is not Opinion.AGREE and not words.strip():
        raise WordsRequired
    known = {one.key: one.text for one in lines}
    if line and line not in known:
        raise LineChanged
    if not line:
        Consultation.objects.filter(pk=asked.pk).update(opinion=opinion, opinion_at=now)
        asked.opinion, asked.opinion_at = opinion, now
    return Remark.objects.create(
        consultation=asked, line=line, quoted=known.get(line, ""), opinion=opinion, words=words.strip(), at=now
    )


@transaction.atomic
def answer(to: Remark, *, words: str, by: User | None, now: datetime) -> RemarkAnswer:
    """Answer a remark; its partner is told once, however many answers wait to be told."""
    if not words.strip():
        raise WordsRequired
    said = RemarkAnswer.objects.create(remark=to, words=words.strip(), by=by, at=now)
    if not to.consultation.notices.filter(kind=NoticeKind.ANSWER, settled_at=None, taken_at=None).exists():
        notices.owe_partners(NoticeKind.ANSWER, [to.consultation], about=now, now=now)
    return said


@transaction.atomic
def contribute(asked: Consultation, *, now: datetime, **words: Unpack[DestinationWords]) -> Contribution:
    """Write down what a partner tells of the destination; it stands nowhere until the board accepts it."""
    operations.hold(asked.operation)
    if asked.operation.state in OVER:
        raise NotConsulting
    return Contribution.objects.create(consultation=asked, at=now, **words)


@transaction.atomic
def take_back(told: Contribution, *, now: datetime) -> None:
    """A partner takes a line back, unless an edition that is locked says it."""
    row = _hold_line(told)
    _unseat(row)
    Contribution.objects.filter(pk=row.pk).update(accepted_at=None, accepted_by=None, withdrawn_at=now)
    told.refresh_from_db()


@transaction.atomic
def accept(told: Contribution, *, by: User | None, now: datetime) -> None:
    """Let the operation's editions say it: those that are drafted and open now, the others when they are."""
    row = _hold_line(told)
    if row.withdrawn_at is not None:
        return
    Contribution.objects.filter(pk=row.pk, accepted_at=None).update(accepted_at=now, accepted_by=by)
    # held, so that nobody locks an edition while a line comes in
    drafted = Edition.objects.select_for_update().filter(planned__operation=row.consultation.operation)
    for edition in drafted:
        if not edition.is_locked:
            seat(edition, row.consultation.operation)
    told.refresh_from_db()


@transaction.atomic
def set_aside(told: Contribution, *, by: User | None, now: datetime) -> None:
    """Leave a line out again, unless an edition that is locked says it."""
    row = _hold_line(told)
    _unseat(row)
    Contribution.objects.filter(pk=row.pk).update(accepted_at=None, accepted_by=None)
    told.refresh_from_db()


def seat(edition: Edition, operation: Operation) -> int:
    """Give every accepted line that is not over on the day its seat in this edition; return how many are new."""
    told = Contribution.objects.filter(
        consultation__operation=operation, accepted_at__isnull=False, valid_until__gte=edition.planned_on
    ).exclude(seats__edition=edition)
    rows = [DestinationSeat(edition=edition, contribution=one) for one in told]
    return len(DestinationSeat.objects.bulk_create(rows, ignore_conflicts=True))


@dataclass(frozen=True)
class Heard:
    """A line as it reads now with what was said of it; `line` is None for words that no longer stand."""

    line: Line | None
    quoted: str
    remarks: tuple[Remark, ...]


def heard(asked: Iterable[Consultation], lines: Sequence[Line]) -> tuple[list[Heard], list[Heard], list[Remark]]:
    """Return what was said of each line, of lines that read otherwise since, and of the whole."""
    said = list(remarks_of(asked))
    now = [Heard(line, line.text, tuple(one for one in said if one.line == line.key)) for line in lines]
    standing = {line.key for line in lines}
    gone: dict[str, list[Remark]] = {}
    for one in said:
        if one.line and one.line not in standing:
            gone.setdefault(one.quoted, []).append(one)
    before = [Heard(None, quoted, tuple(found)) for quoted, found in gone.items()]
    return now, before, [one for one in said if not one.line]


def remarks_of(asked: Iterable[Consultation]) -> QuerySet[Remark]:
    """Return all that these partners said, the oldest first, with the board's answers."""
    answers = Prefetch("answers", RemarkAnswer.objects.select_related("by"))
    rows = Remark.objects.filter(consultation__in=list(asked)).select_related("consultation__partner")
    return rows.prefetch_related(answers)


def token_of(asked: Consultation) -> str:
    """Return what stands in the partner's address."""
    return signing.seal(Purpose.CONSULTATION, str(asked.pk))


def find(token: str) -> Consultation | None:
    """Return the consultation that this link opens; None for anyone's own link."""
    try:
        pk = int(signing.unseal(Purpose.CONSULTATION, token))
    except (signing.BadToken, ValueError):
        return None
    rows = Consultation.objects.select_related("operation__newsletter__association", "partner")
    return rows.filter(pk=pk).exclude(operation__state=OperationState.CANCELLED).first()


def _hold_line(told: Contribution) -> Contribution:
    rows = Contribution.objects.select_for_update(of=("self",)).select_related("consultation__operation")
    return rows.get(pk=told.pk)


def _unseat(told: Contribution) -> None:
    seats = DestinationSeat.objects.filter(contribution=told)
    # held, so that nobody locks the edition while its line goes
    editions = list(Edition.objects.select_for_update().filter(destination__contribution=told))
    if any(edition.is_locked for edition in editions):
        raise Placed
    seats.delete()
