"""What the board is told of a letter, and of letters beside each other, costs the same however much there is."""

from datetime import timedelta
from typing import Any

import pytest

from audiences.core import segment as trees
from audiences.models import Segment
from campaigns import letter_reports, measuring
from campaigns.models import Campaign, Delivery
from newsletter.core.interests import Interest
from tests import make
from tests.campaigns import reported

pytestmark = pytest.mark.django_db


def report(campaign: Campaign) -> letter_reports.LetterReport:
    return letter_reports.of_letter(Campaign.objects.select_related("edition__newsletter").get(pk=campaign.pk))


def test_the_report_tells_the_whole_and_why_some_did_not_arrive() -> None:
    make.readers(8)
    campaign = reported.sent(failed=2)

    found = report(campaign)

    assert (found.whole.sent, found.whole.failed, found.bounced) == (6, 2, {"transient": 2})
    assert (found.delivered, found.counts_all, found.hides) == (None, False, False)


def test_what_a_provider_tells_of_arrivals_is_told() -> None:
    make.readers(3)
    campaign = reported.sent()
    reported.told(list(Delivery.objects.filter(campaign=campaign)[:2]), "delivered")

    assert report(campaign).delivered == 2


def test_variants_stand_in_their_order_and_add_up() -> None:
    make.readers(5, interests=["wine"])
    make.readers(7)
    wine = Segment.objects.create(name="Le vin", tree=trees.to_json(trees.Likes(Interest.WINE)))
    everyone = Segment.objects.create(name="Tous", tree={"all": []})
    campaign = make.running(None, wine, everyone)
    make.settled(campaign, *["sent"] * 12)

    told = [(variant.segment.name, figures.sent) for variant, figures in report(campaign).variants if variant.segment]

    assert told == [("Le vin", 5), ("Tous", 7)]


def test_bare_counts_are_everyones_only_if_they_were_when_the_letter_left() -> None:
    make.readers(1)
    early, late = make.NOON - timedelta(days=1), make.NOON + timedelta(days=1)
    campaign = reported.sent()
    rules: dict[str, Any] = {"marks_origin": True, "counts_clicks": True, "keeps_last_open": False, "by": None}
    told = []
    for at in (early, late):
        measuring.choose(campaign.edition.newsletter.association, **rules, now=at)
        told.append(report(campaign).counts_all)

    assert told == [True, False]


def test_a_hidden_number_is_known_to_be_one() -> None:
    make.readers(6)
    campaign = reported.sent()
    reported.left(campaign.deliveries.order_by("position")[0])

    found = report(campaign)

    assert (found.whole.left, found.hides) == (None, True)


def cost(offers: int) -> int:
    placed = [make.approved(link=f"https://m{n}.example/") for n in range(offers)]
    campaign = reported.sent(make.locked_edition(*placed))
    for position in range(1, offers + 1):
        link = reported.link(campaign, position)
        reported.clicked(reported.who_agree(campaign), link, at=reported.LATER + timedelta(days=position))
    assert len(report(campaign).followed.links) == offers
    return reported.asked(lambda: report(campaign))


def test_a_report_costs_as_many_queries_however_many_links_and_days() -> None:
    make.newsletter()
    for _ in range(2):
        make.consenting()

    assert cost(1) == cost(3)


def test_letters_stand_beside_each_other_with_all_their_sendings() -> None:
    make.readers(5)
    old = make.locked_edition(title="Automne")
    reported.sent(old)
    make.readers(2)
    again = make.running(old, now=make.NOON + timedelta(days=1))
    make.settled(again, "sent", "sent")
    new = make.running(make.locked_edition(title="Noël"), now=make.NOON + timedelta(days=2))
    make.settled(new, *["sent"] * 7)

    found = letter_reports.side_by_side(old.newsletter)

    assert [(one.edition.title, one.figures.sent, one.latest.pk) for one in found] == [
        ("Noël", 7, new.pk),
        ("Automne", 7, again.pk),
    ]
    assert found[1].on == make.TODAY


def test_letters_beside_each_other_cost_as_many_queries() -> None:
    newsletter = make.newsletter()
    make.readers(1)
    costs = []
    for count in (1, 3):
        while Campaign.objects.count() < count:
            reported.sent()
        assert len(letter_reports.side_by_side(newsletter)) == count
        costs.append(reported.asked(lambda: letter_reports.side_by_side(newsletter)))

    assert costs == [3, 3]


def test_a_newsletter_that_never_left_has_nothing_beside_it() -> None:
    assert letter_reports.side_by_side(make.newsletter()) == []
