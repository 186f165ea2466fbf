"""What is asked of a crowd: every fact alone, and six groups as a board has them; each also written by hand.

By hand means: the best SQL that we found, from the same words: around a commune, not in a list of communes.
"""

from dataclasses import dataclass
from datetime import date

from audiences import segments
from audiences.core.consent import CustomerKind
from audiences.core.segment import (
    All,
    Any,
    Came,
    CameBy,
    InDepartment,
    InEpci,
    InRegion,
    InZone,
    Kind,
    Likes,
    Near,
    NearMember,
    Not,
    Segment,
    Speaks,
    SubscribedSince,
    Told,
    Within,
)
from campaigns.models import Campaign
from newsletter.core.calendar.zones import BY_DEPARTMENT, SchoolZone
from newsletter.core.interests import Interest
from newsletter.core.regions import REGIONS
from newsletter.models import Member


@dataclass(frozen=True)
class Asked:
    """A question, and its conditions by hand: on the reader `s` and their subscription `n`."""

    name: str
    tree: Segment
    sql: str
    params: tuple[object, ...] = ()


def everything() -> list[Asked]:
    """Return all questions of this crowd; the groups that some of them ask for are stored."""
    mill = Member.objects.order_by("pk").first()
    last = Campaign.objects.filter(state="finished").order_by("-pk").first()
    assert mill is not None
    assert last is not None
    foodies = segments.keep(name="Gourmands", tree=Any((Likes(Interest.TABLE), Likes(Interest.WINE))), by=None)
    press = segments.keep(name="Presse", tree=Kind(CustomerKind.PRESS), by=None)
    return [*_facts(mill.pk, last.pk, foodies.pk), *_groups(mill.pk, last.pk, foodies.pk, press.pk)]


LIKES = "s.interests @> %s::varchar[]"
# Around a commune by its code, twice within so many km: first a box, then the great circle.
RING = """s.commune = ANY(ARRAY(
    SELECT p.insee FROM (SELECT %s::float8 AS km) k CROSS JOIN newsletter_place c JOIN newsletter_place p
    ON p.latitude BETWEEN c.latitude - k.km / 110.0 AND c.latitude + k.km / 110.0
    AND p.longitude BETWEEN c.longitude - k.km / 110.0 / cos(radians(c.latitude + k.km / 110.0))
                        AND c.longitude + k.km / 110.0 / cos(radians(c.latitude + k.km / 110.0))
    AND 12742.0176 * asin(sqrt(sin(radians(p.latitude - c.latitude) / 2) ^ 2 + cos(radians(c.latitude))
        * cos(radians(p.latitude)) * sin(radians(p.longitude - c.longitude) / 2) ^ 2)) <= k.km
    WHERE c.insee = %s))"""
EPCI = "s.commune = ANY(ARRAY(SELECT insee FROM newsletter_place WHERE epci = %s))"
DEPARTMENTS = "s.department = ANY(%s)"
CLICKED = "s.clicked_on >= %s"
CATEGORY = (
    "s.id IN (SELECT k.subscriber_id FROM campaigns_click k JOIN campaigns_link l ON l.id = k.link_id"
    " JOIN newsletter_offer o ON o.id = l.offer_id JOIN newsletter_member m ON m.id = o.member_id"
    " WHERE m.category = %s AND k.last_at IS NOT NULL)"
)
UNCLICKED = (
    "s.id IN (SELECT d.subscriber_id FROM campaigns_delivery d"
    " JOIN audiences_subscriber r ON r.id = d.subscriber_id WHERE d.state = 'sent'"
    " AND d.subscriber_id IN (SELECT subscriber_id FROM audiences_subscription WHERE tracking) AND"
    " (r.clicked_on IS NULL OR (d.settled_at AT TIME ZONE 'Europe/Paris')::date > r.clicked_on)"
    " GROUP BY 1 HAVING count(*) >= %s)"
)
RECEIVED = (
    "EXISTS (SELECT 1 FROM campaigns_delivery d WHERE d.subscriber_id = s.id AND d.campaign_id = %s"
    " AND d.state = 'sent')"
)


def _zone(zone: SchoolZone) -> list[str]:
    return [code for code, its in BY_DEPARTMENT.items() if its is zone]


def _days_ago(days: int) -> date:
    from campaigns.facts import _first_day

    return _first_day(days)


def _facts(mill: int, last: int, foodies: int) -> list[Asked]:
    since = date(2026, 1, 1)
    south = list(REGIONS["93"].departments)
    either = f"({LIKES} OR {LIKES})"
    return [
        Asked("everybody", All(), "true"),
        Asked("likes", Likes(Interest.WINE), LIKES, (["wine"],)),
        Asked("speaks", Speaks("en"), "s.language = %s", ("en",)),
        Asked("kind", Kind(CustomerKind.TRADE), "s.kind = %s", ("trade",)),
        Asked("near", Near("13058", 30), RING, (30, "13058")),
        Asked("near-far", Near("13058", 300), RING, (300, "13058")),
        Asked("near-member", NearMember(mill, 25), RING, (25, "13058")),
        Asked("department", InDepartment("13"), "s.department = %s", ("13",)),
        Asked("region", InRegion("93"), DEPARTMENTS, (south,)),
        Asked("epci", InEpci("200054807"), EPCI, ("200054807",)),
        Asked("zone", InZone(SchoolZone.B), DEPARTMENTS, (_zone(SchoolZone.B),)),
        Asked("subscribed-since", SubscribedSince(since), "s.subscribed_on >= %s", (since,)),
        Asked("came-by", CameBy(Came.FILE), "s.came_by = %s", ("file",)),
        Asked("clicked-within", Told("clicked_within", 30), CLICKED, (_days_ago(30),)),
        Asked("clicked-category", Told("clicked_category", "craft"), CATEGORY, ("craft",)),
        Asked("unclicked", Told("unclicked", 2), UNCLICKED, (2,)),
        Asked("received", Told("received", last), RECEIVED, (last,)),
        Asked("not-received", Not(Told("received", last)), f"NOT {RECEIVED}", (last,)),
        Asked("in-group", Within(foodies), either, (["table"], ["wine"])),
        Asked("not-in-group", Not(Within(foodies)), f"NOT {either}", (["table"], ["wine"])),
    ]


def _groups(mill: int, last: int, foodies: int, press: int) -> list[Asked]:
    wine, table, olive = Likes(Interest.WINE), Likes(Interest.TABLE), Likes(Interest.OLIVE)
    zone_c = _zone(SchoolZone.C)
    return [
        Asked(
            "tree-neighbours",
            All((Near("13058", 40), Any((wine, table, olive)), Not(Speaks("de")))),
            f"{RING} AND s.interests && %s::varchar[] AND s.language <> 'de'",
            (40, "13058", ["wine", "table", "olive"]),
        ),
        Asked(
            "tree-parisians",
            All((Any((InRegion("11"), InZone(SchoolZone.C))), Likes(Interest.STAY), Not(Told("received", last)))),
            f"s.department = ANY(%s) AND {LIKES} AND NOT {RECEIVED}",
            (sorted({*REGIONS["11"].departments, *zone_c}), ["stay"], last),
        ),
        Asked(
            "tree-wake-up",
            All((Told("unclicked", 2), Not(Told("clicked_within", 90)), SubscribedSince(date(2024, 6, 1)))),
            f"{UNCLICKED} AND ({CLICKED}) IS NOT TRUE AND s.subscribed_on >= '2024-06-01'",
            (2, _days_ago(90)),
        ),
        Asked(
            "tree-curious",
            Any(
                (
                    All((Told("clicked_category", "wine_estate"), Not(InDepartment("13")))),
                    All((wine, Told("clicked_within", 30))),
                )
            ),
            f"({CATEGORY} AND s.department <> '13' OR {LIKES} AND {CLICKED})",
            ("wine_estate", ["wine"], _days_ago(30)),
        ),
        Asked(
            "tree-excluded",
            All(
                (Within(foodies), Not(Within(press)), NearMember(mill, 60), Not(Any((Speaks("it"), CameBy(Came.FILE)))))
            ),
            f"s.interests && %s::varchar[] AND s.kind <> 'press' AND {RING} AND s.language <> 'it'"
            " AND s.came_by <> 'file'",
            (["table", "wine"], 60, "13058"),
        ),
        Asked(
            "tree-deep",
            Any(
                (
                    All(
                        (Speaks("en"), Any((Likes(Interest.HERITAGE), All((wine, Not(InRegion("93"))))))),
                    ),
                    Not(Any((Speaks("fr"), Speaks("en"), Not(All((table, SubscribedSince(date(2025, 1, 1)))))))),
                    All((InEpci("200054807"), Kind(CustomerKind.TRADE))),
                )
            ),
            f"(s.language = 'en' AND ({LIKES} OR {LIKES} AND NOT {DEPARTMENTS})"
            f" OR s.language NOT IN ('fr', 'en') AND {LIKES} AND s.subscribed_on >= '2025-01-01'"
            f" OR {EPCI} AND s.kind = 'trade')",
            (
                ["heritage"],
                ["wine"],
                list(REGIONS["93"].departments),
                ["table"],
                "200054807",
            ),
        ),
    ]


STANDS = "n.subscriber_id = s.id AND n.newsletter_id = %s AND n.state = 'confirmed'"
AWAKE = "(s.paused_until IS NULL OR s.paused_until <= %s)"
STOPPED = "SELECT 1 FROM audiences_suppression x WHERE x.address_key = s.address_key"
# Two ways to ask for who may be written to; the fastest of them is what we are compared with.
WAYS: dict[str, str] = {
    "join": f"SELECT count(*) FROM audiences_subscriber s JOIN audiences_subscription n ON {STANDS}"
    f" WHERE {{asked}} AND {AWAKE} AND NOT EXISTS ({STOPPED})",
    "left join": f"SELECT count(*) FROM audiences_subscriber s JOIN audiences_subscription n ON {STANDS}"
    " LEFT JOIN audiences_suppression x ON x.address_key = s.address_key"
    f" WHERE {{asked}} AND {AWAKE} AND x.id IS NULL",
}
