"""Letters owed to members and partners: owed in the verb's own transaction, mailed by whoever takes them first."""

from collections.abc import Iterable
from datetime import datetime

from newsletter.core.operation import NoticeKind
from newsletter.models import Call, Consultation, Notice


def owe_members(
    kind: NoticeKind, calls: Iterable[Call], *, about: datetime, now: datetime, not_before: datetime | None = None
) -> int:
    """Owe each of these members a letter about this moment, and return how many are new."""
    told = set(Notice.objects.filter(kind=kind, about=about).values_list("call", flat=True))
    due = not_before or now
    rows = [Notice(kind=kind, call=call, about=about, owed_at=due) for call in calls if call.pk not in told]
    return len(Notice.objects.bulk_create(rows, ignore_conflicts=True))


def owe_partners(kind: NoticeKind, asked: Iterable[Consultation], *, about: datetime, now: datetime) -> int:
    """Owe each of these partners a letter about this moment, and return how many are new."""
    told = set(Notice.objects.filter(kind=kind, about=about).values_list("consultation", flat=True))
    rows = [Notice(kind=kind, consultation=one, about=about, owed_at=now) for one in asked if one.pk not in told]
    return len(Notice.objects.bulk_create(rows, ignore_conflicts=True))


def to_be_mailed(*, now: datetime) -> list[int]:
    """Return what nobody has mailed yet, the oldest first."""
    return list(Notice.objects.to_be_mailed(now).order_by("owed_at", "pk").values_list("pk", flat=True)[:200])


def take(notice_id: int, *, now: datetime) -> Notice | None:
    """Return the letter that the caller now has to mail; None if somebody else has it, or it has left."""
    mine = Notice.objects.to_be_mailed(now).filter(pk=notice_id).update(taken_at=now)
    if not mine:
        return None
    rows = Notice.objects.select_related(
        "call__operation", "call__member", "call__invitation__member", "call__offer", "consultation__operation",
        "consultation__partner",
    )  # fmt: skip
    return rows.get(pk=notice_id)


def settle(notice: Notice, *, letters: int, now: datetime) -> None:
    """Say that the letter left, to so many addresses; to none if nobody was to be written to any more."""
    Notice.objects.filter(pk=notice.pk, settled_at=None).update(settled_at=now, letters=letters)


def put_back(notice: Notice) -> None:
    """Say that it could not leave after all; it is tried again a little later."""
    Notice.objects.filter(pk=notice.pk, settled_at=None).update(taken_at=None)
