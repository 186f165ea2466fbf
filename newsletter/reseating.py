"""The seats of an operation's edition, changed in the composer: the rule gave them, so whoever takes one says why."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction

from newsletter import editions, operations, selecting
from newsletter.core.seating import reweighed
from newsletter.models import Choice, Edition, Override, PlannedEdition, User


class WordsOwed(editions.NotNow):
    """This decides otherwise than the selection; nothing is changed before the members of these offers can read why."""

    code = "words_owed"

    def __init__(self, choices: Sequence[Choice]) -> None:
        super().__init__(", ".join(str(choice.pk) for choice in choices))
        self.choices = tuple(choices)


@transaction.atomic
def change(
    edition: Edition, verb: Callable[[Edition], object], *, words: str, by: User | None, now: datetime
) -> list[Override]:
    """Let the verb change the seats. In an edition that an operation drafted, what weighs otherwise than before is kept
    with these words, for its member to read; without words nothing happens, and WordsOwed says who would read them.

    The order among equal places is composition: nobody is owed a word for it.
    """
    planned = PlannedEdition.objects.filter(edition=edition).select_related("operation").first()
    if planned is None:
        verb(edition)
        return []
    operations.hold(planned.operation)
    before = selecting.seats_of(edition)
    verb(edition)
    after = selecting.seats_of(edition)
    rows = {row.call.offer_id: row for row in planned.choices.select_related("call__offer", "call__member")}
    owed = [rows[offer] for offer in reweighed(before, after) if offer in rows]
    if owed and not words.strip():
        raise WordsOwed(owed)
    said = selecting.keep_words(owed, before, after, words=words, by=by, now=now)
    selecting.follow(planned)
    return said
