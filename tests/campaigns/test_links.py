"""The table of links: laid down with the letter, kept to the web, mended with a line that says by whom."""

import quopri
from html import unescape

import pytest
from django.db import IntegrityError, transaction

from campaigns import links, measuring, schedule, variants
from campaigns.core.opens import Measure
from campaigns.core.targets import BadTarget
from campaigns.models import Campaign, Link, LinkRepair
from newsletter.models import Association, Edition
from newsletter.signing import BadToken, Purpose
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
MARKED = "utm_source=lettre&utm_medium=email&utm_campaign=noel"


def launched(**fields: str) -> Campaign:
    make.newsletter(slug="lettre")
    offers = [
        make.approved(title="Huile", link="https://moulin.example/?x=1#ici"),
        make.approved(title="Sans lien", booking_phone="04 90 00 00 00"),
    ]
    said = {"editorial": "Lisez [notre page](https://alpilles.example/page) ou [écrivez](mailto:a@alpilles.example).\n"}
    return make.launched(make.locked_edition(*offers, slug="noel", **{**said, **fields}))


def rows() -> list[tuple[int, str, str, str]]:
    return list(Link.objects.order_by("position").values_list("position", "part", "label", "target"))


def test_every_web_link_has_its_row_its_words_and_its_offer() -> None:
    campaign = launched()
    assert rows() == [
        (0, "trap", "", "http://127.0.0.1:8000/"),
        (1, "editorial", "notre page", f"https://alpilles.example/page?{MARKED}"),
        (2, "offer", "Huile", f"https://moulin.example/?x=1&{MARKED}#ici"),
    ]
    offer = Link.objects.get(position=2).offer
    assert offer is not None
    assert offer.title == "Huile"
    assert [link.position for link in links.listed(campaign)] == [1, 2]


def test_everyone_gets_the_same_marks_and_no_other_address_is_touched() -> None:
    campaign = launched()
    variant = campaign.variants.get()
    said = unescape(quopri.decodestring(b"".join(variants.template_of(variant).literals)).decode())
    assert said.count(f"https://moulin.example/?x=1&{MARKED}#ici") == 2
    assert "mailto:a@alpilles.example" in said
    assert "mailto:a@alpilles.example?" not in said
    assert "tel:0490000000" in said
    assert "/c/" not in said
    assert set(variants.measured_templates(variant)) == {Measure.CONSENTED}


def test_an_association_may_leave_addresses_as_they_are() -> None:
    make.newsletter()
    chosen = {"marks_origin": False, "counts_clicks": False, "keeps_last_open": True}
    measuring.choose(Association.objects.get(), **chosen, by=None, now=NOON)
    campaign = make.launched(make.locked_edition(make.approved(link="https://moulin.example/?x=1")))
    assert rows()[1][3] == "https://moulin.example/?x=1"
    assert set(variants.measured_templates(campaign.variants.get())) == {Measure.CONSENTED, Measure.HYGIENE}


def test_what_a_redirect_may_not_lead_to_stands_in_the_letter_as_typed_and_has_no_row() -> None:
    launched(editorial="[Un](https://a@b.example/) et [deux](https://deux.example/)")
    assert [target for *_, target in rows() if "moulin" not in target][1:] == [f"https://deux.example/?{MARKED}"]


def test_a_letter_that_is_launched_again_has_one_table() -> None:
    campaign = launched()
    before = rows()
    schedule.take_back(campaign, by=None, now=NOON)
    Edition.objects.filter(pk=campaign.edition_id).update(editorial="Sans lien.")
    schedule.launch(campaign, by=None, now=NOON, confirm_late=True)
    assert len(before) == 3
    assert [part for _, part, *_ in rows()] == ["trap", "offer"]


def test_a_repair_is_kept_with_who_made_it() -> None:
    campaign = launched()
    board = make.board_member()
    link = Link.objects.get(position=2)
    links.repair(link, target=" https://moulin.example/ici ", by=board, now=NOON)
    links.repair(link, target="https://moulin.example/ici", by=board, now=NOON)
    link.refresh_from_db()
    assert link.target == "https://moulin.example/ici"
    [repair] = links.repairs(campaign)
    assert (repair.was, repair.became, repair.by, repair.at) == (
        f"https://moulin.example/?x=1&{MARKED}#ici",
        "https://moulin.example/ici",
        board,
        NOON,
    )


@pytest.mark.parametrize(
    "target",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://a/\r\nSet-Cookie: x=1", "", "/ici"],
)
def test_a_repair_leads_to_the_web_and_nowhere_else(target: str) -> None:
    launched()
    link = Link.objects.get(position=2)
    with pytest.raises(BadTarget):
        links.repair(link, target=target, by=None, now=NOON)
    assert not LinkRepair.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Link.objects.filter(pk=link.pk).update(target=target)


def test_the_trap_is_not_to_be_mended() -> None:
    launched()
    with pytest.raises(BadTarget):
        links.repair(Link.objects.get(position=0), target="https://moulin.example/", by=None, now=NOON)


def test_tokens_open_what_they_are_for_and_name_nobody() -> None:
    click, opened = links.own_ways([7])[0]
    shared = links.shared_url(3, 2)
    assert links.read_own(Purpose.CLICK, click.rpartition("/")[2]) == 7
    assert links.read_own(Purpose.OPEN, opened.rpartition("/")[2].removesuffix(".gif")) == 7
    assert links.read_shared(shared.rpartition("/")[2]) == (3, 2)
    with pytest.raises(BadToken):
        links.read_own(Purpose.OPEN, click.rpartition("/")[2])
    with pytest.raises(BadToken):
        links.read_own(Purpose.CLICK, shared.rpartition("/")[2])
    assert len(click) < 110
