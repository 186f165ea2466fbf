"""The life of an operation: what the board may do with it, and what the clock does when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from newsletter.core.quotas import By
from newsletter.core.review import OfferState


class OperationState(StrEnum):
    DRAFT = "draft"
    CONSULTING = "consulting"
    SCHEDULED = "scheduled"
    CALLING = "calling"
    SELECTING = "selecting"
    COMPOSED = "composed"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """What may happen to an operation. REVISE takes it back to be written; COMPOSE drafts its editions."""

    CONSULT = "consult"
    SCHEDULE = "schedule"
    REVISE = "revise"
    OPEN = "open"
    CLOSE = "close"
    REOPEN = "reopen"
    COMPOSE = "compose"
    FINISH = "finish"
    CANCEL = "cancel"


S, D = OperationState, Step
MOVES: dict[OperationState, dict[Step, OperationState]] = {
    S.DRAFT: {D.CONSULT: S.CONSULTING, D.SCHEDULE: S.SCHEDULED, D.OPEN: S.CALLING, D.CANCEL: S.CANCELLED},
    S.CONSULTING: {D.SCHEDULE: S.SCHEDULED, D.OPEN: S.CALLING, D.CANCEL: S.CANCELLED},
    S.SCHEDULED: {D.REVISE: S.DRAFT, D.OPEN: S.CALLING, D.CANCEL: S.CANCELLED},
    S.CALLING: {D.CLOSE: S.SELECTING, D.CANCEL: S.CANCELLED},
    S.SELECTING: {D.REOPEN: S.CALLING, D.COMPOSE: S.COMPOSED, D.CANCEL: S.CANCELLED},
    S.COMPOSED: {D.FINISH: S.CLOSED},
    S.CLOSED: {},
    S.CANCELLED: {},
}

# Before the call, everything may still be written otherwise; afterwards members count on what they read.
WRITABLE = (S.DRAFT, S.CONSULTING)
# Members have read the brief: it stands on their desk.
KNOWN_TO_MEMBERS = (S.CALLING, S.SELECTING, S.COMPOSED, S.CLOSED)

# So long before the deadline those who have not answered are reminded.
REMINDERS = (timedelta(days=7), timedelta(days=2))
# So long the clock lets the board read what arrived last, before it drafts the edition without it ...
PATIENCE = timedelta(days=3)
# ... and so long before the sending it waits no more.
AT_THE_LATEST = timedelta(days=2)
# So long a letter is read before its members are told what their offers brought.
READ_FOR = timedelta(days=3)


@dataclass(frozen=True)
class Dates:
    """When the call opens by itself, when it closes, and the days that the planned editions leave on."""

    opens_at: datetime | None
    closes_at: datetime
    sends_on: tuple[date, ...]


def due(state: OperationState, dates: Dates, *, now: datetime, today: date, waiting: int = 0) -> Step | None:
    """Return what the clock does now by itself; `waiting` answers are still unread by the board."""
    match state:
        case S.SCHEDULED if dates.opens_at is not None and dates.opens_at <= now < dates.closes_at:
            return D.OPEN
        case S.CALLING if dates.closes_at <= now:
            return D.CLOSE
        case S.SELECTING if not waiting or _patience_is_over(dates, now=now, today=today):
            return D.COMPOSE
        case S.COMPOSED if dates.sends_on and today > max(dates.sends_on):
            return D.FINISH
        case _:
            return None


def _patience_is_over(dates: Dates, *, now: datetime, today: date) -> bool:
    late = bool(dates.sends_on) and today >= min(dates.sends_on) - AT_THE_LATEST
    return late or now >= dates.closes_at + PATIENCE


class Answer(StrEnum):
    """What a member who was called has said so far."""

    NONE = "none"
    BEGUN = "begun"
    OFFERED = "offered"
    TO_CHANGE = "to_change"
    APPROVED = "approved"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"
    DECLINED = "declined"
    LEFT = "left"


# Whoever is reminded; what is begun was never sent.
SILENT = (Answer.NONE, Answer.BEGUN)
# What may come to stand in the edition.
STANDING = (Answer.OFFERED, Answer.TO_CHANGE, Answer.APPROVED)

_SAID = {
    OfferState.SUBMITTED: Answer.OFFERED,
    OfferState.CHANGES_REQUESTED: Answer.TO_CHANGE,
    OfferState.APPROVED: Answer.APPROVED,
    OfferState.DECLINED: Answer.REFUSED,
    OfferState.WITHDRAWN: Answer.TAKEN_BACK,
    OfferState.EXPIRED: Answer.TAKEN_BACK,
}


def answer(offer: OfferState, *, touched: bool, declined: bool, active: bool) -> Answer:
    """Return what a member has answered: an offer that was sent counts more than a « not this time » before it."""
    if not active:
        return Answer.LEFT
    if offer in _SAID:
        return _SAID[offer]
    if declined:
        return Answer.DECLINED
    return Answer.BEGUN if touched else Answer.NONE


def reminder_moment(closes_at: datetime, *, now: datetime) -> datetime | None:
    """Return the last moment of a reminder that has come; None before the first and once the call is closed."""
    come = [closes_at - before for before in REMINDERS if closes_at - before <= now]
    return max(come) if come and now < closes_at else None


def owes_reminder(said: Answer, *, called_at: datetime, reminded_at: datetime | None, moment: datetime) -> bool:
    """Return whether this member is to be reminded: silent, called before that moment, and not reminded since."""
    return said in SILENT and called_at < moment and (reminded_at is None or reminded_at < moment)


@dataclass(frozen=True)
class Wanted:
    """How many offers of a category, or from a commune, the board wants: at least, at most."""

    key: str
    at_least: int = 0
    at_most: int | None = None
    by: By = By.CATEGORY


@dataclass(frozen=True)
class Tally:
    """The answers of one kind of member against what is wanted of it."""

    key: str
    called: int
    silent: int
    declined: int
    standing: int
    approved: int
    at_least: int = 0
    at_most: int | None = None

    @property
    def missing(self) -> int:
        """How many more are needed before the least is reached."""
        return max(0, self.at_least - self.standing)

    @property
    def beyond(self) -> int:
        """How many more stand than may be placed."""
        return 0 if self.at_most is None else max(0, self.standing - self.at_most)


def tally(answers: Iterable[tuple[str, Answer]], wanted: Iterable[Wanted] = ()) -> list[Tally]:
    """Count the answers by their key, in the order of what is wanted, then by name; nobody is counted twice."""
    wishes = {wish.key: wish for wish in wanted}
    said: dict[str, list[Answer]] = {key: [] for key in wishes}
    for key, one in sorted(answers):
        said.setdefault(key, []).append(one)
    return [_tally(key, found, wishes.get(key, Wanted(key))) for key, found in said.items()]


def _tally(key: str, said: list[Answer], wish: Wanted) -> Tally:
    def among(*kinds: Answer) -> int:
        return sum(one in kinds for one in said)

    return Tally(
        key=key,
        called=len(said),
        silent=among(*SILENT),
        declined=among(Answer.DECLINED, Answer.TAKEN_BACK, Answer.REFUSED, Answer.LEFT),
        standing=among(*STANDING),
        approved=among(Answer.APPROVED),
        at_least=wish.at_least,
        at_most=wish.at_most,
    )


class Bar(StrEnum):
    """Why an offer cannot be placed at all, whatever the selection would say."""

    LEFT = "left"
    NOT_SENT = "not_sent"
    UNREAD = "unread"
    TO_CHANGE = "to_change"
    NOT_APPROVED = "not_approved"
    LATE = "late"
    OVER = "over"
    OUTSIDE = "outside"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True)
class Facts:
    """What is asked of an answer before it may be placed in an edition."""

    state: OfferState
    active: bool
    sent_at: datetime | None
    valid_from: date | None
    valid_until: date | None
    placed_already: bool = False


def bar(facts: Facts, *, closed_at: datetime, window: tuple[date, date], send_on: date) -> Bar | None:
    """Return what keeps this answer out of the edition of that day; None if it is eligible."""
    said = answer(facts.state, touched=False, declined=False, active=facts.active)
    unready = {
        Answer.LEFT: Bar.LEFT,
        Answer.NONE: Bar.NOT_SENT,
        Answer.OFFERED: Bar.UNREAD,
        Answer.TO_CHANGE: Bar.TO_CHANGE,
        Answer.REFUSED: Bar.NOT_APPROVED,
        Answer.TAKEN_BACK: Bar.NOT_APPROVED,
    }
    if said in unready:
        return unready[said]
    if facts.placed_already:
        return Bar.ELSEWHERE
    if facts.sent_at is None or facts.sent_at > closed_at:
        return Bar.LATE
    if facts.valid_until is None or facts.valid_until < send_on:
        return Bar.OVER
    if facts.valid_from is None or facts.valid_from > window[1] or facts.valid_until < window[0]:
        return Bar.OUTSIDE
    return None


class NoticeKind(StrEnum):
    """A letter that is owed to a member or to a partner."""

    CALL = "call"
    REMINDER = "reminder"
    OUTCOME = "outcome"
    SUMMARY = "summary"
    CONSULTATION = "consultation"
    ANSWER = "answer"
