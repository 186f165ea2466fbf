"""A crowd of readers as a destination has them: at home all over France, most of them not far, with a past."""

import hashlib
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from django.db import connection
from django.utils import timezone

from benchmarks import campaign
from newsletter import places
from newsletter.models import Member, Newsletter, Offer, Place

INTERESTS = ("table", "wine", "olive", "stay", "family", "nature", "heritage", "craft", "wellbeing", "feasts")
CATEGORIES = ("lodging", "restaurant", "wine_estate", "olive_mill", "craft", "guide", "activity", "produce")
FIRST = date(2023, 12, 1)
COPY = """
COPY audiences_subscriber (address, address_key, first_name, language, commune, department, interests, kind,
                           subscribed_on, came_by, clicked_on) FROM STDIN
"""
PAST = """
INSERT INTO campaigns_delivery (campaign_id, variant_id, subscriber_id, address_key, position, state, round, attempts,
                                reason, reply_text, settled_at)
SELECT %(campaign)s, %(variant)s, id, address_key, row_number() OVER (ORDER BY id),
       CASE WHEN (id * 7 + %(campaign)s) %% 33 = 0 THEN 'failed' ELSE 'sent' END, 1, 1, '', '', %(at)s
FROM audiences_subscriber WHERE subscribed_on <= %(at)s::date
"""
CLICKS = """
INSERT INTO campaigns_click (delivery_id, link_id, subscriber_id, first_at, last_at, times, by_machines)
SELECT d.id, l.id, s.id, s.clicked_on + interval '12 hours', s.clicked_on + interval '12 hours', 1, 0
FROM campaigns_delivery d JOIN audiences_subscriber s ON s.id = d.subscriber_id
JOIN campaigns_link l ON l.campaign_id = d.campaign_id AND l.position = 1 + s.id %% 8
WHERE d.campaign_id = %(campaign)s AND d.state = 'sent' AND s.clicked_on >= %(at)s::date
"""


def gather(count: int, *, letters: int = 2, seed: int = 1) -> Newsletter:
    """Make so many readers at home in the communes of France, and letters that were sent to all of them."""
    campaign.forget()
    if not Place.objects.exists():
        places.load()
    newsletter = campaign.readers(0)
    _copy(count, Random(seed))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audiences_subscription (newsletter_id, subscriber_id, state, tracking, monthly, confirmed_at)"
            " SELECT %s, id, CASE WHEN id %% 25 = 0 THEN 'ended' ELSE 'confirmed' END,"
            " clicked_on IS NOT NULL OR id %% 5 = 0, id %% 20 = 0, now() FROM audiences_subscriber",
            [newsletter.pk],
        )
        cursor.execute(
            "INSERT INTO audiences_suppression (address_key, reason, source, at)"
            " SELECT address_key, 'bounced', '', now() FROM audiences_subscriber WHERE id % 100 = 1"
        )
    _members()
    for number in range(letters):
        _sent(newsletter, days_ago=30 * (letters - number))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return newsletter


def _copy(count: int, chance: Random) -> None:
    homes = list(Place.objects.values_list("insee", "department", "population"))
    # Half of them live in the south-east, where the destination is.
    near = {"04", "05", "06", "13", "26", "30", "34", "83", "84"}
    weights = list(accumulate((people + 50) * (8 if dept in near else 1) for _, dept, people in homes))
    chosen = chance.choices(homes, cum_weights=weights, k=count)
    today = timezone.localdate()
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for number, (commune, department, _) in enumerate(chosen):
            draw = chance.random()
            placed = draw < 0.93
            tracked = chance.random() < 0.4
            copy.write_row(
                (
                    f"lecteur{number}@boite{number % 40}.example",
                    hashlib.sha256(b"%d" % number).digest(),
                    "Jeanne",
                    chance.choices(("fr", "en", "de", "it"), (80, 11, 6, 3))[0],
                    commune if placed else "",
                    department if placed else "",
                    chance.sample(INTERESTS, chance.choices((0, 1, 2, 3, 5), (10, 30, 30, 20, 10))[0]),
                    chance.choices(("direct", "trade", "press"), (93, 6, 1))[0],
                    FIRST + timedelta(days=int(chance.random() ** 0.7 * (today - FIRST).days)),
                    chance.choices(("form", "file", "board"), (70, 28, 2))[0],
                    today - timedelta(days=chance.randrange(0, 60)) if tracked and chance.random() < 0.4 else None,
                )
            )


def _members() -> None:
    if Member.objects.exists():
        return
    home = Place.objects.get(insee="13058")
    for number, category in enumerate(CATEGORIES):
        member = Member.objects.create(
            name=f"Membre {number}", slug=f"m{number}", category=category, commune=home, joined_on=FIRST
        )
        Offer.objects.create(
            member=member, title="Offre", text="Offre", valid_from=FIRST, valid_until=date(2027, 1, 1), state="approved"
        )


def _sent(newsletter: Newsletter, *, days_ago: int) -> None:
    """A letter that left some weeks ago: to everyone of then, each of its eight links of another member's offer."""
    from campaigns.models import Campaign, Link

    at = timezone.now() - timedelta(days=days_ago)
    sending = campaign.scheduled(newsletter, campaign.template(), state="finished")
    Campaign.objects.filter(pk=sending.pk).update(enqueued_at=at, starts_at=at, finished_at=at)
    for position, offer in enumerate(Offer.objects.order_by("pk"), start=1):
        Link.objects.create(
            campaign=sending, position=position, target="https://membre.example/", part="offer", offer=offer
        )
    told = {"campaign": sending.pk, "variant": sending.variants.get().pk, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(PAST, told)
        cursor.execute(CLICKS, told)
