"""The call for offers: who is asked, what they answer, who is reminded, and how it ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from newsletter import invitations, notices, offers, operations
from newsletter.core.operation import (
    SILENT,
    Answer,
    NoticeKind,
    OperationState,
    Step,
    Tally,
    answer,
    owes_reminder,
    reminder_moment,
    tally,
)
from newsletter.core.quotas import By
from newsletter.core.review import OfferState, Review
from newsletter.models import Call, Invitation, Member, Notice, OfferMove, Operation, User

# Nobody is written to twice within that time because the board pressed twice.
REST = timedelta(hours=20)


@dataclass(frozen=True)
class Asked:
    """A member who was called, what they have said, when they first sent it, and when they were last reminded."""

    call: Call
    said: Answer
    sent_at: datetime | None
    reminded_at: datetime | None

    @property
    def answered(self) -> bool:
        """Whether there is nothing to remind them of."""
        return self.said not in (*SILENT, Answer.LEFT)


class CallClosed(operations.Refused):
    """The call is not open, or no longer."""

    code = "call_closed"


class AlreadySent(operations.Refused):
    """The member has sent an offer: they take that back rather than decline."""

    code = "already_sent"


def fitting(operation: Operation) -> QuerySet[Member]:
    """Return the members whom the operation wants offers of, and who can be written to or sign in."""
    wishes = list(operation.wishes.all())
    wanted = [wish.category for wish in wishes if wish.category and wish.at_most != 0]
    barred = [wish.category for wish in wishes if wish.category and wish.at_most == 0]
    elsewhere = [wish.commune_id for wish in wishes if wish.commune_id and wish.at_most == 0]
    members = Member.objects.active().exclude(category__in=barred).exclude(commune__in=elsewhere)
    return members.filter(category__in=wanted) if wanted else members


@transaction.atomic
def open_call(operation: Operation, *, by: User | None, now: datetime) -> int:
    """Open the call and owe every fitting member their letter with their own link; return how many there are."""
    operations.hold(operation)
    operations.require_callable(operation, now=now)
    operations.move(operation, Step.OPEN, by=by, now=now)
    if operation.opens_at is not None and operation.opens_at > now:
        # the board was earlier than the clock
        operation.opens_at = None
        operation.save(update_fields=["opens_at"])
    return _call(operation, fitting(operation), by=by, now=now)


@transaction.atomic
def call(operation: Operation, *, by: User | None, now: datetime) -> int:
    """Call the fitting members who came since; whoever was called is not called twice. Return how many are new."""
    _hold_open(operation, now=now)
    return _call(operation, fitting(operation), by=by, now=now)


@transaction.atomic
def extend(operation: Operation, *, closes_at: datetime, by: User | None, now: datetime) -> None:
    """Move the deadline of an open call; a call that is closed and not yet composed opens again. Links follow."""
    operations.hold(operation)
    if closes_at <= now:
        raise operations.DeadlinePassed
    if operation.state == OperationState.SELECTING:
        operations.move(operation, Step.REOPEN, by=by, now=now)
    elif operation.state != OperationState.CALLING:
        raise CallClosed
    operation.closes_at = closes_at
    operation.save(update_fields=["closes_at"])
    Invitation.objects.filter(call__operation=operation, revoked_at=None).update(expires_at=closes_at)


@transaction.atomic
def decline(one: Call, *, now: datetime) -> None:
    """« Not this time »: no reason is asked, no reminder follows; the first time stands."""
    _hold_open(one.operation, now=now)
    if one_with_answer(one.pk).said not in (*SILENT, Answer.DECLINED):
        raise AlreadySent
    Call.objects.filter(pk=one.pk, declined_at=None).update(declined_at=now)
    one.refresh_from_db(fields=["declined_at"])


@transaction.atomic
def think_again(one: Call, *, now: datetime) -> None:
    """Take a « not this time » back, while the call is open."""
    _hold_open(one.operation, now=now)
    Call.objects.filter(pk=one.pk).update(declined_at=None)
    one.declined_at = None


@transaction.atomic
def remind(operation: Operation, *, now: datetime) -> int:
    """Owe a reminder to those who have not answered, if a moment for it has come; return how many."""
    _hold_open(operation, now=now)
    moment = reminder_moment(operation.closes_at, now=now)
    return _remind(operation, moment, about=moment, now=now) if moment else 0


@transaction.atomic
def remind_now(operation: Operation, *, now: datetime) -> int:
    """Owe those who have not answered a reminder at the board's word, but nobody two letters within a day."""
    _hold_open(operation, now=now)
    return _remind(operation, now - REST, about=now, now=now)


def _remind(operation: Operation, moment: datetime, *, about: datetime, now: datetime) -> int:
    silent = [
        one.call
        for one in with_answers(operation)
        if owes_reminder(one.said, called_at=one.call.called_at, reminded_at=one.reminded_at, moment=moment)
    ]
    return notices.owe_members(NoticeKind.REMINDER, silent, about=about, now=now)


@transaction.atomic
def close(operation: Operation, *, by: User | None, now: datetime) -> None:
    """End the call: its links open nothing any more, and nobody is reminded."""
    operations.hold(operation)
    operations.move(operation, Step.CLOSE, by=by, now=now)
    if operation.closes_at > now:
        # the board closed it early: this is the deadline that counted
        operation.closes_at = now
        operation.save(update_fields=["closes_at"])
    operations.close_links(operation, now=now)
    Notice.objects.filter(call__operation=operation, kind=NoticeKind.REMINDER, settled_at=None).update(settled_at=now)


def with_answers(operation: Operation) -> list[Asked]:
    """Return everyone who was called with what they said, by name, in one query for any number."""
    return _answered(operation.calls.select_related("operation").order_by("member__name"))


def one_with_answer(call_id: int) -> Asked:
    """Return one call with what its member said."""
    return _answered(Call.objects.filter(pk=call_id).select_related("operation"))[0]


def by_category(operation: Operation, asked: Iterable[Asked]) -> list[Tally]:
    """Count the answers of each category against what is wanted of it."""
    wanted = [wish for wish in operations.wanted_of(operation) if wish.by is By.CATEGORY]
    return tally(((one.call.member.category, one.said) for one in asked), wanted)


def by_commune(operation: Operation, asked: Iterable[Asked]) -> list[Tally]:
    """Count the answers of each commune against what is wanted of it."""
    wanted = [wish for wish in operations.wanted_of(operation) if wish.by is By.COMMUNE]
    return tally(((one.call.member.commune.name, one.said) for one in asked), wanted)


def on_desk(user: User, members: Iterable[Member]) -> list[Asked]:
    """Return the calls that stand on this person's desk for these members, the latest first."""
    rows = Call.objects.seen_by(user).filter(member__in=list(members)).select_related("operation")
    return _answered(rows.order_by("-operation__closes_at", "-pk").distinct())


def _call(operation: Operation, members: QuerySet[Member], *, by: User | None, now: datetime) -> int:
    """Give each member who has none a draft of their own, a link to it, and the letter that tells of both."""
    new = []
    known = set(operation.calls.values_list("member_id", flat=True))
    for member in members.exclude(pk__in=known).order_by("pk"):
        offer = offers.draft(member, by=by, now=now)
        invitation = invitations.invite(offer, by=by, now=now)
        Invitation.objects.filter(pk=invitation.pk).update(expires_at=operation.closes_at)
        invitation.expires_at = operation.closes_at
        new.append(
            Call.objects.create(operation=operation, member=member, offer=offer, invitation=invitation, called_at=now)
        )
    return notices.owe_members(NoticeKind.CALL, new, about=now, now=now)


def _answered(rows: QuerySet[Call]) -> list[Asked]:
    sent = OfferMove.objects.filter(offer=OuterRef("offer"), move=Review.SUBMIT).order_by("at").values("at")[:1]
    reminded = Notice.objects.filter(call=OuterRef("pk"), kind=NoticeKind.REMINDER).order_by("-about")
    told = rows.select_related("operation", "member__commune", "offer", "invitation").annotate(
        sent_at=Subquery(sent), reminded_at=Subquery(reminded.values("about")[:1])
    )
    return [_asked(row) for row in told]


def _asked(row: Call) -> Asked:
    said = answer(
        OfferState(row.offer.state),
        touched=bool(row.offer.title or row.offer.text or row.offer.image),
        declined=row.declined_at is not None,
        active=row.member.is_active,
    )
    return Asked(row, said, row.sent_at, row.reminded_at)  # type: ignore[attr-defined]


def _hold_open(operation: Operation, *, now: datetime) -> None:
    operations.hold(operation)
    if operation.state != OperationState.CALLING or operation.closes_at <= now:
        raise CallClosed
