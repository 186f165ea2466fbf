"""Clicks: where a redirect leads, the bare count of everyone's, and what those of readers who agreed come to."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from psycopg.types.numeric import Int8

from audiences.models import Subscriber
from campaigns import feedback, links, opens
from campaigns.core import clicks as core
from campaigns.core.clicks import SETTLED_AFTER, TOO_SOON, TRAP, Hit, Scanner, at_once
from campaigns.core.delivery import MOVES, DeliveryState, Turn
from campaigns.core.feedback import Feedback, Heard
from campaigns.core.opens import Measure
from campaigns.models import Click, ClickToSettle, DeliveryEvent, Link
from newsletter.signing import Purpose
from newsletter.statements import Statement

SOURCE = "link"
# The target and the count in one statement. What is known to be a machine's is counted, and counted apart.
_COUNTED = """
{quietly}, counted AS (
    INSERT INTO campaigns_linkcount AS n (link_id, day, shard, times, by_machines)
    SELECT seat.link, %(day)s::date, %(shard)s::smallint, 1, seat.machine FROM seat, quietly
    ON CONFLICT (link_id, day, shard)
    DO UPDATE SET times = n.times + 1, by_machines = n.by_machines + excluded.by_machines
)
"""
_SHARED = """
WITH seat AS MATERIALIZED (
    SELECT id AS link, target, %(machine)s::int AS machine FROM campaigns_link
    WHERE campaign_id = %(campaign)s AND position = %(position)s
), {counted}
SELECT target FROM seat
"""
_OWN = """
WITH seat AS MATERIALIZED (
    SELECT l.id AS link, l.target, d.state, COALESCE(d.settled_at, d.armed_at) AS sent_at,
           CASE WHEN %(now)s::timestamptz - COALESCE(d.settled_at, d.armed_at)
                     < make_interval(secs => %(too_soon)s::float8) THEN 1 ELSE %(machine)s::int END AS machine,
           {standing} AS standing
    FROM campaigns_delivery d JOIN campaigns_campaign c ON c.id = d.campaign_id
    JOIN newsletter_edition e ON e.id = c.edition_id
    JOIN campaigns_link l ON l.campaign_id = d.campaign_id AND l.position = %(position)s
    WHERE d.id = %(delivery)s
), {counted}
SELECT target, state, sent_at, standing,
       ARRAY(SELECT key FROM campaigns_deliveryevent WHERE key = ANY(%(keys)s::bytea[])) AS known
FROM seat
"""
# One statement writes down what a person agreed to and that it is to be judged later: who follows a link waits for no
# more. The campaign is held first, as everyone does who writes of both.
_NOTE = """
WITH {quietly}, held AS MATERIALIZED (
    SELECT c.id FROM campaigns_campaign c JOIN campaigns_delivery d ON d.campaign_id = c.id, quietly
    WHERE d.id = %(delivery)s FOR KEY SHARE OF c
), told AS (
    INSERT INTO campaigns_deliveryevent
        (key, delivery_id, campaign_id, kind, at, recorded_at, fault, text, source, link, scanner)
    SELECT %(key)s::bytea, %(delivery)s, held.id, '{clicked}', %(at)s::timestamptz, %(at)s, '', '', '{source}',
           %(link)s::smallint, %(scanner)s::text
    FROM held
    ON CONFLICT (key) DO NOTHING
    RETURNING delivery_id
)
INSERT INTO campaigns_clicktosettle (delivery_id, due_at) SELECT delivery_id, %(due)s::timestamptz FROM told
ON CONFLICT (delivery_id) DO NOTHING
RETURNING delivery_id
"""
NOTE = Statement(_NOTE.format(quietly=opens.QUIETLY, clicked=Heard.CLICKED.value, source=SOURCE))
_counted = _COUNTED.format(quietly=opens.QUIETLY)
SHARED = Statement(_SHARED.format(counted=_counted))
OWN = Statement(
    _OWN.format(
        counted=_counted,
        standing=opens.standing(subscriber="d.subscriber_id", key="d.address_key", newsletter="e.newsletter_id"),
    )
)


def follow_shared(token: str, hit: Hit) -> str | None:
    """Return where the redirect that all share leads, and count it; None where no such link is. Raises BadToken."""
    campaign, position = links.read_shared(token)
    asked = {"campaign": Int8(campaign), "position": Int8(position)}
    said = {"day": timezone.localdate(hit.at), "shard": opens.shard(), "machine": int(at_once(hit, None) is not None)}
    for (target,) in SHARED.ask(asked | said):
        return str(target)
    return None


def follow(token: str, hit: Hit) -> str | None:
    """Return where a reader's own link leads, and write down what they agreed to; raise BadToken.

    Whoever agreed to nothing, or does not any more, is led there all the same: the count goes up and no row knows them.
    """
    delivery = links.read_own(Purpose.CLICK, token)
    at_sight = at_once(hit, None)
    # Which of the two it is depends on when the message was sent, which the same statement says.
    tellings = [_telling(delivery, hit, verdict) for verdict in (at_sight, Scanner.TOO_SOON)]
    asked = {
        "delivery": Int8(delivery),
        "position": Int8(hit.link),
        "now": hit.at,
        "day": timezone.localdate(hit.at),
        "shard": opens.shard(),
        "machine": int(at_sight is not None),
        "too_soon": int(TOO_SOON.total_seconds()),
        "keys": [one.digest for one in tellings],
    }
    for target, state, sent_at, standing, known in OWN.ask(asked):
        told = _telling(delivery, hit, at_once(hit, sent_at))
        if told.digest not in map(bytes, known) and opens.measure(standing) is Measure.CONSENTED:
            _note(told, state=DeliveryState(state))
        return str(target)
    return None


def _telling(delivery: int, hit: Hit, scanner: Scanner | None) -> Feedback:
    """Return what the ledger is told of a click: the same link followed again within a minute is the same telling."""
    verdict = scanner.value if scanner else ""
    return Feedback(
        key=f"{delivery}/{hit.link}/{hit.at:%Y%m%d%H%M}/{verdict}",
        source=SOURCE,
        delivery=delivery,
        kind=Heard.CLICKED,
        at=hit.at,
        link=hit.link,
        scanner=verdict,
    )


def _note(told: Feedback, *, state: DeliveryState) -> None:
    if Turn.ARRIVE in MOVES[state]:  # it settles the message too
        if feedback.record(told, now=told.at):
            due = ClickToSettle(delivery_id=told.delivery, due_at=told.at + SETTLED_AFTER)
            ClickToSettle.objects.bulk_create([due], ignore_conflicts=True)
        return
    NOTE.ask(
        {
            "key": told.digest,
            "delivery": Int8(told.delivery),
            "at": told.at,
            "link": told.link,
            "scanner": told.scanner,
            "due": told.at + SETTLED_AFTER,
        }
    )


def settle_due(*, now: datetime, limit: int = 500) -> int:
    """Judge together what clicks came of each message, once a machine's round would be over; return how many."""
    with transaction.atomic():
        due = ClickToSettle.objects.select_for_update(skip_locked=True).filter(due_at__lte=now).order_by("due_at")
        taken = list(due.values_list("pk", flat=True)[:limit])
        if taken:
            ClickToSettle.objects.filter(pk__in=taken).delete()
            settle(taken)
    return len(taken)


@transaction.atomic
def settle(deliveries: Iterable[int]) -> None:
    """Reckon anew what these messages' clicks come to, from all that was told: in any order, as often as one likes.

    Only a person's own click moves the day of their last one; what turns out to be a machine's moves it back.
    """
    told = DeliveryEvent.objects.filter(delivery__in=list(deliveries), kind=Heard.CLICKED.value, link__isnull=False)
    told = told.exclude(delivery__subscriber=None)
    rows = told.order_by("delivery").values_list(
        "delivery", "campaign", "delivery__subscriber", "link", "at", "scanner"
    )
    made: list[Click] = []
    tables: dict[int, dict[int, int]] = {}
    readers: set[int] = set()
    for (delivery, campaign, reader), group in groupby(rows, key=lambda row: row[:3]):
        table = tables.setdefault(campaign, dict(Link.objects.filter(campaign=campaign).values_list("position", "pk")))
        assert reader is not None
        said = [core.Click(link, at, scanner) for *_, link, at, scanner in group if link is not None]
        verdicts = core.judge(said, len(table.keys() - {TRAP}))
        by_link: defaultdict[int, list[core.Click]] = defaultdict(list)
        for click in said:
            by_link[click.link].append(click)
        for position, ones in by_link.items():
            if position in table:
                own = [click.at for click in ones if not verdicts[click]]
                made.append(_come_to(delivery, table[position], reader, own, len(ones) - len(own)))
        readers.add(reader)
    Click.objects.bulk_create(
        made,
        update_conflicts=True,
        unique_fields=["delivery", "link"],
        update_fields=["first_at", "last_at", "times", "by_machines"],
    )
    _move_clocks(readers)


def _come_to(delivery: int, link: int, reader: int, own: list[datetime], by_machines: int) -> Click:
    return Click(
        delivery_id=delivery,
        link_id=link,
        subscriber_id=reader,
        first_at=min(own, default=None),
        last_at=max(own, default=None),
        times=len(own),
        by_machines=by_machines,
    )


def _move_clocks(readers: set[int]) -> None:
    last = dict(
        Click.objects.filter(subscriber__in=readers)
        .values("subscriber")
        .annotate(at=Max("last_at"))
        .values_list("subscriber", "at")
    )
    changed = []
    for reader in Subscriber.objects.select_for_update().filter(pk__in=readers).order_by("pk"):
        at = last.get(reader.pk)
        reader.clicked_on = timezone.localdate(at) if at else None
        changed.append(reader)
    Subscriber.objects.bulk_update(changed, ["clicked_on"])
