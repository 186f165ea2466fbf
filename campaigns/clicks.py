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
from campaigns.models import Click, ClickToSettle, DeliveryEvent, Link
from newsletter.signing import Purpose
from newsletter.statements import Statement

SOURCE = "link"
# The target and the count in one statement. What is known to be a machine's is counted, and counted apart.
_COUNTED = """
{quietly}, counted AS (
    INSERT INTO campaigns_linkcount AS n (link_id, day, shard, times, by_machines)
    SELECT {seat}.link, %(day)s::date, %(shard)s::smallint, 1, {seat}.machine FROM {seat}, quietly
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
# A person's click is written down and put by to be judged in the same breath: who follows a link waits for no more. Who
# agreed is for `opens` to say, which gives the words of those who did. The campaign is held first, as everyone does who
# writes of both. A message that the click itself settles is left to `feedback`.
_OWN = """
WITH seat AS MATERIALIZED (
    SELECT l.id AS link, l.target, d.campaign_id, d.state,
           COALESCE(%(now)s::timestamptz - COALESCE(d.settled_at, d.armed_at)
                    < make_interval(secs => %(too_soon)s::float8), false) AS soon,
           {standing} IN ({consented}) AS consented
    FROM campaigns_delivery d JOIN campaigns_campaign c ON c.id = d.campaign_id
    JOIN newsletter_edition e ON e.id = c.edition_id
    JOIN campaigns_link l ON l.campaign_id = d.campaign_id AND l.position = %(position)s
    WHERE d.id = %(delivery)s
), hit AS MATERIALIZED (
    SELECT link, key, scanner, CASE scanner WHEN '' THEN 0 ELSE 1 END AS machine
    FROM seat, (VALUES (false, %(key)s::bytea, %(scanner)s::text), (true, %(key_soon)s, %(scanner_soon)s))
         AS telling (soon, key, scanner)
    WHERE telling.soon = seat.soon
), {counted}, held AS MATERIALIZED (
    SELECT c.id FROM campaigns_campaign c, seat, quietly
    WHERE c.id = seat.campaign_id AND seat.consented AND seat.state NOT IN ({settled_by_it})
    FOR KEY SHARE OF c
), told AS (
    INSERT INTO campaigns_deliveryevent
        (key, delivery_id, campaign_id, kind, at, recorded_at, fault, text, source, link, scanner)
    SELECT hit.key, %(delivery)s, held.id, '{clicked}', %(now)s, %(now)s, '', '', '{source}', %(position)s::smallint,
           hit.scanner
    FROM hit, held
    ON CONFLICT (key) DO NOTHING
    RETURNING delivery_id
), due AS (
    INSERT INTO campaigns_clicktosettle (delivery_id, due_at) SELECT delivery_id, %(due)s::timestamptz FROM told
    ON CONFLICT (delivery_id) DO NOTHING
)
SELECT target, soon, consented AND state IN ({settled_by_it}) FROM seat
"""
SHARED = Statement(_SHARED.format(counted=_COUNTED.format(quietly=opens.QUIETLY, seat="seat")))
_SETTLED_BY_IT = [state.value for state in DeliveryState if Turn.ARRIVE in MOVES[state]]
OWN = Statement(
    _OWN.format(
        counted=_COUNTED.format(quietly=opens.QUIETLY, seat="hit"),
        standing=opens.standing(subscriber="d.subscriber_id", key="d.address_key", newsletter="e.newsletter_id"),
        consented=", ".join(f"'{said}'" for said in opens.CONSENTED),
        settled_by_it=", ".join(f"'{state}'" for state in _SETTLED_BY_IT),
        clicked=Heard.CLICKED.value,
        source=SOURCE,
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
    # Which of the two it is depends on when the message was sent, which the statement knows.
    tellings = [_telling(delivery, hit, verdict) for verdict in (at_sight, at_sight or Scanner.TOO_SOON)]
    asked = {
        "delivery": Int8(delivery),
        "position": Int8(hit.link),
        "now": hit.at,
        "day": timezone.localdate(hit.at),
        "shard": opens.shard(),
        "too_soon": int(TOO_SOON.total_seconds()),
        "key": tellings[0].digest,
        "key_soon": tellings[1].digest,
        "scanner": tellings[0].scanner,
        "scanner_soon": tellings[1].scanner,
        "due": hit.at + SETTLED_AFTER,
    }
    for target, soon, settles in OWN.ask(asked):
        if settles:
            _settle_by(tellings[soon])
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


def _settle_by(told: Feedback) -> None:
    """Write down the click of a message of which nobody knew whether it had arrived."""
    if feedback.record(told, now=told.at):
        due = ClickToSettle(delivery_id=told.delivery, due_at=told.at + SETTLED_AFTER)
        ClickToSettle.objects.bulk_create([due], ignore_conflicts=True)


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
