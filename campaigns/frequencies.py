"""Who is left out of a campaign though its letter describes them: they have it, want fewer, or had enough this week.

One place says it as SQL: for drawing up the list, for the board that prepares it, for the count of who was left out,
and for whoever asks why.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from audiences import cadences, segments
from audiences.core import segment as trees
from audiences.models import Subscriber
from campaigns.core.delivery import REACHED_OR_OPEN
from campaigns.core.frequency import MONTHLY, SETTLES_WITHIN, WEEK, LeftOut
from campaigns.models import Campaign
from newsletter.models import PlannedEdition

_REACHED = [state.value for state in REACHED_OR_OPEN]
_PAUSED = "EXISTS (SELECT 1 FROM audiences_subscriber resting WHERE resting.id = {id} AND resting.paused_until > %s)"
_EDITION_BEFORE = """EXISTS (
    SELECT 1 FROM campaigns_delivery before JOIN campaigns_campaign other ON other.id = before.campaign_id
    WHERE other.edition_id = %s AND other.id <> %s AND before.address_key = {key} AND before.state = ANY(%s))"""
_OPERATIONS = """EXISTS (
    SELECT 1 FROM audiences_subscription standing
    WHERE standing.newsletter_id = %s AND standing.subscriber_id = {id} AND standing.operations_only)"""
_MONTHLY = """EXISTS (
    SELECT 1 FROM audiences_subscription standing
    JOIN campaigns_delivery lately ON lately.subscriber_id = standing.subscriber_id
    JOIN campaigns_campaign then_ ON then_.id = lately.campaign_id
    JOIN newsletter_edition edition ON edition.id = then_.edition_id
    WHERE standing.subscriber_id = {id} AND standing.newsletter_id = %s AND standing.monthly
      AND edition.newsletter_id = standing.newsletter_id AND then_.id <> %s
      AND lately.state = ANY(%s) AND (lately.settled_at > %s OR lately.settled_at IS NULL))"""
# What waits in another campaign counts too: two letters of one evening are two.
_CAPPED = """EXISTS (
    SELECT 1 FROM (
        SELECT lately.address_key FROM campaigns_delivery lately
        JOIN campaigns_campaign then_ ON then_.id = lately.campaign_id
        WHERE then_.enqueued_at > %s AND then_.id <> %s AND lately.state = ANY(%s)
          AND (lately.settled_at > %s OR lately.settled_at IS NULL)
        GROUP BY lately.address_key HAVING count(*) >= %s
    ) busy WHERE busy.address_key = {key})"""
_COUNT = """
SELECT why, count(*) FROM (
    SELECT CASE {cases} END AS why FROM ({readers}) AS reader
    WHERE NOT EXISTS (SELECT 1 FROM campaigns_delivery here
                      WHERE here.campaign_id = %s AND here.address_key = reader.address_key)
) AS apart WHERE why IS NOT NULL GROUP BY why
"""
_ONE = "SELECT {condition} FROM audiences_subscriber reader WHERE reader.id = %s"


@dataclass(frozen=True)
class Condition:
    """What is true of whoever is left out for this reason; `{id}` and `{key}` are the reader's."""

    why: LeftOut
    sql: str
    params: tuple[Any, ...]

    def of(self, reader: str = "reader") -> str:
        """Return it about a table of readers."""
        return self.sql.format(id=f"{reader}.id", key=f"{reader}.address_key")


def conditions(campaign: Campaign, *, now: datetime) -> list[Condition]:
    """Return for which reasons a reader who may be written to is not by this campaign, the first one first."""
    letter = campaign.edition.newsletter
    found = [Condition(LeftOut.EDITION_BEFORE, _EDITION_BEFORE, (campaign.edition_id, campaign.pk, _REACHED))]
    if not PlannedEdition.objects.filter(edition=campaign.edition_id).exists():
        found.append(Condition(LeftOut.OPERATIONS, _OPERATIONS, (letter.pk,)))
    found.append(Condition(LeftOut.MONTHLY, _MONTHLY, (letter.pk, campaign.pk, _REACHED, now - MONTHLY)))
    if most := cadences.weekly_most(letter.association_id):
        since = (now - SETTLES_WITHIN, campaign.pk, _REACHED, now - WEEK, most)
        found.append(Condition(LeftOut.CAPPED, _CAPPED, since))
    return found


def left_out_q(campaign: Campaign, *, now: datetime) -> Q:
    """Return the same as a condition on Subscriber, for whoever counts before the list is drawn up."""
    told = Q()
    for one in conditions(campaign, now=now):
        told |= Q(RawSQL(one.of("audiences_subscriber"), one.params, output_field=BooleanField()))  # noqa: S611
    return told


def count(campaign: Campaign, *, now: datetime) -> dict[str, int]:
    """Return how many readers the letter describes and the list that was just drawn up has not, by reason."""
    parsed = [trees.parse(variant.tree) for variant in campaign.variants.order_by("position")]
    day = timezone.localdate(now)
    told = [Condition(LeftOut.PAUSED, _PAUSED, (day,)), *conditions(campaign, now=now)]
    described = segments.reachable(campaign.edition.newsletter).filter(segments.to_q(trees.Any(tuple(parsed))))
    sql, params = described.values("id", "address_key").order_by().query.sql_with_params()
    cases = " ".join(f"WHEN {one.of()} THEN '{one.why.value}'" for one in told)
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT.format(cases=cases, readers=sql),
            [*(value for one in told for value in one.params), *params, campaign.pk],
        )
        return dict(sorted(cursor.fetchall()))


def note_due(*, now: datetime) -> int:
    """Count who was left out of the lists that were just drawn up, where that is not known yet; return how many lists.

    Apart from drawing up the list, so that no letter waits for it: it is asked as of the moment of the list.
    """
    due = Campaign.objects.filter(left_out__isnull=True, enqueued_at__gt=now - WEEK, enqueued_at__lte=now)
    campaigns = list(due.select_related("edition__newsletter").order_by("pk")[:20])
    for campaign in campaigns:
        told = count(campaign, now=campaign.enqueued_at or now)
        Campaign.objects.filter(pk=campaign.pk).update(left_out=told)
    return len(campaigns)


def why(campaign: Campaign, reader: Subscriber, *, now: datetime) -> Iterator[LeftOut]:
    """Yield every reason that left, or would leave, this reader out when the list is drawn up at `now`."""
    for one in conditions(campaign, now=now):
        with connection.cursor() as cursor:
            cursor.execute(_ONE.format(condition=one.of()), [*one.params, reader.pk])
            if cursor.fetchone() == (True,):
                yield one.why
