"""Lines of files, staged: the database judges them and takes them in by the thousand.

What it judges it may as well only count; both are one statement, so that a dry run cannot say anything else than what
is then done.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from audiences import suppressions
from audiences.core.consent import StopReason, replaced_by
from audiences.core.entries import Entry
from audiences.core.importing import REFUSED, Verdict
from audiences.ledger import Saying
from audiences.models import Subscriber, Subscription
from newsletter.models import Newsletter

PART = 20_000
# Below and above all keys, which are 32 bytes.
FIRST, LAST = b"", b"\xff" * 33
NULL = "\\N"
STAGED = (
    "batch, number, source, address_key, address, first_name, language, commune, department, interests, kind, tracking,"
    " given_at, stop, ended_at"
)


@dataclass
class Judged:
    """What the database says of staged lines: how many of each, and the numbers of those that it refuses."""

    verdicts: Counter[str] = field(default_factory=Counter)
    refused: dict[str, list[int]] = field(default_factory=dict)


def parts(lines: int) -> list[tuple[bytes, bytes]]:
    """Return ranges of keys, low inclusive and high exclusive, into which so many lines fall in handy shares."""
    count = max(1, -(-lines // PART))
    edges = [(number * 65536 // count).to_bytes(2, "big") for number in range(1, count)]
    return list(zip([FIRST, *edges], [*edges, LAST], strict=True))


def staged_line(batch: int, number: int, entry: Entry, key: bytes, source: int = 1) -> str:
    """Return one line as COPY takes it; an address and a name may hold a backslash, and nothing worse."""
    return (
        f"{batch}\t{number}\t{source}\t\\\\x{key.hex()}\t{entry.address.shown}\t"
        + entry.first_name.replace("\\", "\\\\")
        + f"\t{entry.language}\t{entry.commune}\t{entry.department}\t{{{','.join(entry.interests)}}}\t{entry.kind}\t"
        f"{'t' if entry.tracking else 'f'}\t{entry.given_at or NULL}\t{entry.stop}\t{entry.ended_at or NULL}\n"
    )


def stage(lines: Sequence[str]) -> None:
    """Put lines where the database can judge them."""
    with connection.cursor() as cursor, cursor.copy(f"COPY audiences_stagedreader ({STAGED}) FROM STDIN") as copy:
        copy.write("".join(lines).encode())


def judge(newsletter: Newsletter, batch: int, low: bytes, high: bytes) -> Judged:
    """Return what taking these staged lines would do now; nothing is written."""
    judged, _stopped = _ask(JUDGED + ANSWER, _asked(newsletter, batch, low, high))
    return judged


def take(
    newsletter: Newsletter, batch: int, low: bytes, high: bytes, sayings: Sequence[Saying], *, now: datetime
) -> Judged:
    """Take staged lines in, in the caller's transaction. A no of another tool is written down as well.

    Locked first and read afterwards: whoever leaves meanwhile is either seen or waits.
    """
    asked = _asked(newsletter, batch, low, high)
    with connection.cursor() as cursor:
        cursor.execute(LOCK_READERS, asked)
        cursor.execute(LOCK_SUBSCRIPTIONS, asked)
    judged, stopped = _ask(
        JUDGED + _taken() + ANSWER,
        {
            **asked,
            "now": now,
            "zone": settings.TIME_ZONE,
            "methods": [saying.method.value for saying in sayings],
            "names": [saying.source[:200] for saying in sayings],
            "wordings": [saying.wording for saying in sayings],
            "actors": [saying.actor for saying in sayings],
            "graver": [one.value for one in StopReason for _lighter in replaced_by(one)],
            "lighter": [lighter.value for one in StopReason for lighter in replaced_by(one)],
            **dict(_defaults(Subscriber, SUBSCRIBER)),
            **dict(_defaults(Subscription, SUBSCRIPTION)),
        },
    )
    for key, everywhere in stopped:
        suppressions.stopped(key, None if everywhere else newsletter.pk, now=now)
    return judged


def _asked(newsletter: Newsletter, batch: int, low: bytes, high: bytes) -> dict[str, Any]:
    return {"newsletter": newsletter.pk, "slug": newsletter.slug, "batch": batch, "low": low, "high": high}


def _ask(sql: str, asked: dict[str, Any]) -> tuple[Judged, list[tuple[bytes, bool]]]:
    judged, stopped = Judged(), list[tuple[bytes, bool]]()
    with connection.cursor() as cursor:
        cursor.execute(ROOM)
        cursor.execute(sql, asked)
        for verdict, count, numbers, keys in cursor.fetchall():
            judged.verdicts[verdict] = count
            if verdict in REFUSED:
                judged.refused[verdict] = numbers or []
            stopped += [(bytes(key), verdict == Verdict.STOPPED) for key in keys or ()]
    return judged, stopped


# A part is held in memory between its steps.
ROOM = "SET LOCAL work_mem = '32MB'"
LOCK_READERS = """
SELECT count(*) FROM (
    SELECT reader.id FROM audiences_subscriber reader
    WHERE reader.address_key IN (
        SELECT address_key FROM audiences_stagedreader
        WHERE batch = %(batch)s AND address_key >= %(low)s AND address_key < %(high)s
    )
    ORDER BY reader.address_key FOR UPDATE
) locked
"""
LOCK_SUBSCRIPTIONS = """
SELECT count(*) FROM (
    SELECT held.id FROM audiences_subscription held JOIN audiences_subscriber reader ON reader.id = held.subscriber_id
    WHERE held.newsletter_id = %(newsletter)s AND reader.address_key IN (
        SELECT address_key FROM audiences_stagedreader
        WHERE batch = %(batch)s AND address_key >= %(low)s AND address_key < %(high)s
    )
    ORDER BY reader.address_key FOR UPDATE OF held
) locked
"""
# One person's lines are judged together: a no in the file goes before its yes, and the first yes before the others.
# What was said last about each purpose counts; withdrawal wins a tie (core.consent.stands). Nothing is joined here but
# by an index: how many lines a part has is a thing that the planner cannot know.
JUDGED = """
WITH line AS MATERIALIZED (
    SELECT staged.*, row_number() OVER (
        PARTITION BY address_key ORDER BY stop = '', stop = 'left', number
    ) AS turn
    FROM audiences_stagedreader staged
    WHERE batch = %(batch)s AND address_key >= %(low)s AND address_key < %(high)s
), judged AS MATERIALIZED (
    SELECT line.*, reader.id AS reader_id, held.id AS held_id, held.state, held.confirmed_at, held.tracking AS measured,
        letter.is_no AS letter_no, letter.at AS letter_at, measure.is_no AS measure_no, measure.at AS measure_at,
        CASE
            WHEN line.turn > 1 THEN 'repeated'
            WHEN line.stop = 'left' THEN CASE
                WHEN letter.is_no OR letter.at > line.ended_at THEN 'known' ELSE 'ended' END
            WHEN line.stop <> '' THEN CASE WHEN never.id IS NULL THEN 'stopped' ELSE 'known' END
            WHEN never.id IS NOT NULL THEN 'suppressed'
            WHEN held.state = 'confirmed' THEN CASE
                WHEN line.given_at > letter.at AND (
                    (reader.first_name = '' AND line.first_name <> '') OR (reader.commune = '' AND line.commune <> '')
                ) THEN 'filled' ELSE 'known' END
            WHEN letter.is_no AND letter.at >= line.given_at THEN 'withdrawn'
            WHEN reader.id IS NULL THEN 'new'
            ELSE 'joined'
        END AS verdict
    FROM line
    LEFT JOIN audiences_suppression never ON never.address_key = line.address_key
    LEFT JOIN audiences_subscriber reader ON reader.address_key = line.address_key
    LEFT JOIN audiences_subscription held
        ON held.subscriber_id = reader.id AND held.newsletter_id = %(newsletter)s
    LEFT JOIN LATERAL (
        SELECT act = 'withdrawn' AS is_no, at FROM audiences_consent
        WHERE address_key = line.address_key AND newsletter = %(slug)s AND purpose = 'newsletter' AND act <> 'asked'
        ORDER BY at DESC, act = 'withdrawn' DESC LIMIT 1
    ) letter ON true
    LEFT JOIN LATERAL (
        SELECT act = 'withdrawn' AS is_no, at FROM audiences_consent
        WHERE address_key = line.address_key AND newsletter = %(slug)s AND purpose = 'tracking' AND act <> 'asked'
        ORDER BY at DESC, act = 'withdrawn' DESC LIMIT 1
    ) measure ON true
)
"""
ANSWER = """
SELECT verdict, count(*)::int,
    array_agg(number ORDER BY number) FILTER (WHERE verdict IN ('repeated', 'suppressed', 'withdrawn')),
    array_agg(address_key) FILTER (WHERE verdict IN ('ended', 'stopped') AND reader_id IS NOT NULL)
FROM judged GROUP BY verdict
"""
SUBSCRIBER = (
    "address, address_key, first_name, language, commune, department, interests, kind, subscribed_on, came_by".split(
        ", "
    )
)
SUBSCRIPTION = "newsletter_id, subscriber_id, state, tracking, confirmed_at".split(", ")
# `measure_may`: agreed in the file, and not refused since. Numbered as in the file, written in the order of their keys.
TAKEN = """
, welcome AS MATERIALIZED (
    SELECT *, tracking AND NOT coalesce(measure_no AND measure_at >= given_at, false) AS measure_may,
        coalesce(reader_id, nextval((SELECT pg_get_serial_sequence('audiences_subscriber', 'id')::regclass))) AS pk
    FROM judged WHERE verdict IN ('new', 'joined') ORDER BY number
), fresh AS (
    INSERT INTO audiences_subscriber (id, address, address_key, first_name, language, commune, department, interests,
        kind, subscribed_on, came_by{subscriber_columns})
    SELECT pk, address, address_key, first_name, language, commune, department, interests, kind,
        (given_at AT TIME ZONE %(zone)s)::date,
        CASE WHEN (%(methods)s::text[])[source] = 'admin' THEN 'board' ELSE 'file' END{subscriber_values}
    FROM welcome WHERE verdict = 'new' ORDER BY address_key
), filled AS (
    UPDATE audiences_subscriber reader SET
        first_name = CASE WHEN reader.first_name = '' THEN judged.first_name ELSE reader.first_name END,
        commune = CASE WHEN reader.commune = '' THEN judged.commune ELSE reader.commune END,
        department = CASE WHEN reader.commune = '' THEN judged.department ELSE reader.department END
    FROM judged WHERE judged.verdict = 'filled' AND reader.id = judged.reader_id
), subscribed AS (
    INSERT INTO audiences_subscription (newsletter_id, subscriber_id, state, tracking,
        confirmed_at{subscription_columns})
    SELECT %(newsletter)s, pk, 'confirmed', measure_may, given_at{subscription_values} FROM welcome
    ORDER BY address_key
    ON CONFLICT (subscriber_id, newsletter_id) DO UPDATE SET
        state = excluded.state, tracking = excluded.tracking, confirmed_at = excluded.confirmed_at
), over AS (
    UPDATE audiences_subscription held SET state = 'ended', tracking = false, ended_at = judged.ended_at
    FROM judged
    WHERE judged.verdict = 'ended' AND held.id = judged.held_id AND held.state <> 'ended'
), never AS (
    INSERT INTO audiences_suppression (address_key, reason, source, at)
    SELECT address_key, stop, left((%(names)s::text[])[source], 120), ended_at FROM judged
    WHERE stop NOT IN ('', 'left') AND turn = 1
    ON CONFLICT (address_key) DO UPDATE SET reason = excluded.reason, source = excluded.source, at = excluded.at
    WHERE (excluded.reason, audiences_suppression.reason) IN (
        SELECT * FROM unnest(%(graver)s::text[], %(lighter)s::text[])
    )
), words AS (
    SELECT address_key, 'newsletter' AS purpose, 'given' AS act, language, source, given_at AS at
    FROM welcome WHERE letter_no IS NOT FALSE
    UNION ALL
    SELECT address_key, 'tracking', 'given', language, source, given_at
    FROM welcome WHERE measure_may AND measure_no IS NOT FALSE
    UNION ALL
    SELECT address_key, 'newsletter', 'withdrawn', language, source, ended_at FROM judged WHERE verdict = 'ended'
    UNION ALL
    SELECT address_key, 'tracking', 'withdrawn', language, source, greatest(ended_at, measure_at)
    FROM judged WHERE verdict = 'ended' AND measured
), spoken AS (
    INSERT INTO audiences_consent
        (address_key, purpose, newsletter, act, method, wording, locale, form_version, source, actor, at)
    SELECT address_key, purpose, %(slug)s, act, (%(methods)s::text[])[source], (%(wordings)s::text[])[source],
        language, '', (%(names)s::text[])[source], (%(actors)s::bigint[])[source], at
    FROM words
)
"""


def _taken() -> str:
    """Return the writing part; a column that only the model knows gets what the model would give it."""

    def of(model: type[Subscriber] | type[Subscription], own: Sequence[str]) -> tuple[str, str]:
        names = [name for name, _value in _defaults(model, own)]
        columns = "".join(f", {name.split('__')[1]}" for name in names)
        return columns, "".join(f", %({name})s" for name in names)

    columns, values = of(Subscriber, SUBSCRIBER)
    more_columns, more_values = of(Subscription, SUBSCRIPTION)
    return TAKEN.format(
        subscriber_columns=columns,
        subscriber_values=values,
        subscription_columns=more_columns,
        subscription_values=more_values,
    )


def _defaults(model: type[Subscriber] | type[Subscription], own: Sequence[str]) -> Iterator[tuple[str, Any]]:
    for column in model._meta.concrete_fields:
        if column.column in own or column.primary_key or column.generated or column.null:
            continue
        value = column.get_default()
        yield f"{model._meta.model_name}__{column.column}", value
