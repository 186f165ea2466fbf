"""Who may be measured, asked of the database; and what an open may write, which names nobody (L7, L8)."""

import logging
import time
from datetime import datetime
from itertools import product

from django.db.models import Q
from django.utils import timezone
from psycopg.types.numeric import Int8

from audiences.models import Subscriber
from campaigns.core.opens import Measure, read, resolve
from newsletter.statements import Statement

log = logging.getLogger(__name__)
# Counts are spread over so many rows a day, lest hits wait for each other.
SHARDS = 8
# What is known of a reader, in the words of `core.opens`; nothing where nobody could be measured anyway, which is what
# arming asks first for each row. The ledger of consent has the last word, not the row that is kept ready for queries.
STANDING = """
COALESCE((
    SELECT 'subscribed' || CASE WHEN mine.asked_at IS NULL THEN '' ELSE ' asked' END
           || CASE WHEN mine.tracking THEN ' ticked' ELSE '' END || CASE WHEN {hygiene} THEN ' hygiene' ELSE '' END
           || COALESCE(' ' || (
               SELECT y.act FROM audiences_consent y
               WHERE y.address_key = {key} AND y.purpose = 'tracking' AND y.newsletter = letter.slug
                 AND y.act <> 'asked'
               ORDER BY y.at DESC, y.act DESC LIMIT 1), '')
    FROM audiences_subscription mine JOIN newsletter_newsletter letter ON letter.id = mine.newsletter_id
    WHERE mine.subscriber_id = {subscriber} AND mine.newsletter_id = {newsletter} AND mine.state = 'confirmed'
      AND (mine.tracking OR {hygiene})
      AND NOT EXISTS (SELECT 1 FROM audiences_suppression gone WHERE gone.address_key = {key})
), '')
"""
_HYGIENE = """
EXISTS (SELECT 1 FROM campaigns_measuring rule JOIN newsletter_newsletter ours
        ON ours.association_id = rule.association_id WHERE ours.id = {newsletter} AND rule.keeps_last_open)
"""
# Nothing that counts is worth a wait for the disk: a crash of the database may forget the last half second of it.
QUIETLY = "quietly AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))"
_SEEN = """
SELECT d.campaign_id, d.subscriber_id, {standing}
FROM campaigns_delivery d JOIN campaigns_campaign c ON c.id = d.campaign_id
JOIN newsletter_edition e ON e.id = c.edition_id
WHERE d.id = %(delivery)s
"""
_COUNT = """
WITH {quietly}
INSERT INTO campaigns_opencount AS o (campaign_id, day, shard, times, by_machines)
SELECT %(campaign)s::bigint, %(day)s::date, %(shard)s::smallint, 1, %(machine)s::int FROM quietly
ON CONFLICT (campaign_id, day, shard)
DO UPDATE SET times = o.times + 1, by_machines = o.by_machines + excluded.by_machines
RETURNING times
"""
COUNT = Statement(_COUNT.format(quietly=QUIETLY))


def standing(*, subscriber: str, key: str, newsletter: str) -> str:
    """Return the SQL that says what is known of a reader, for a statement in which these names stand."""
    hygiene = _HYGIENE.format(newsletter=newsletter)
    return STANDING.format(subscriber=subscriber, key=key, newsletter=newsletter, hygiene=hygiene)


SEEN = Statement(
    _SEEN.format(standing=standing(subscriber="d.subscriber_id", key="d.address_key", newsletter="e.newsletter_id"))
)


def shard() -> int:
    """Return one of the rows that a count is spread over: whose hit it is has no part in it, or a row would tell."""
    return time.perf_counter_ns() // 1000 % SHARDS


def measure(said: str) -> Measure:
    """Return how far this reader may be measured, by what the database says of them.

    The one place that decides: asked when a message is filled, and again when a hit arrives. In doubt: not at all.
    """
    try:
        return resolve(read(said)) if said else Measure.NONE
    except Exception:
        log.exception("nobody is measured whose consent cannot be read")
        return Measure.NONE


def _consented() -> list[str]:
    """Return every way in which STANDING may say of a reader that they agreed."""
    marks = product(("", " asked"), ("", " ticked"), ("", " hygiene"), ("", " given", " withdrawn"))
    said = ["subscribed" + "".join(one) for one in marks]
    return [one for one in said if measure(one) is Measure.CONSENTED]


# For a statement that asks and writes in one; what stands there is `resolve`'s answer and nobody else's.
CONSENTED = _consented()


def opened(delivery: int, *, by_machine: bool, now: datetime) -> Measure:
    """Write down what an open of this message may write, which may be nothing; return by which measure."""
    day = timezone.localdate(now)
    for campaign, subscriber, said in SEEN.ask({"delivery": Int8(delivery)}):
        found = measure(said)
        if found is Measure.CONSENTED:
            count = {"campaign": Int8(campaign), "day": day, "shard": shard(), "machine": int(by_machine)}
            COUNT.ask(count)
        elif found is Measure.HYGIENE:
            Subscriber.objects.filter(~Q(opened_on=day), pk=subscriber).update(opened_on=day)
        return found
    return Measure.NONE
