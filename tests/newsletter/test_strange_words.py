"""What people do type: a title of nothing but pictures, three hundred pages at once. It goes its way or is told why."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from newsletter import calls, contents, editions, invitations, members, offers, rendering, selecting
from newsletter.core.completeness import Missing
from newsletter.core.interests import Category
from newsletter.core.operation import Answer
from newsletter.core.review import OfferState
from newsletter.models import Consultation, Member, Offer, Operation
from tests import make
from tests.make import NOON
from tests.newsletter.test_selecting import DAY, answering, called, placed
from tests.newsletter.views.test_desk import jeanne, mas, words
from tests.newsletter.views.test_partner import asked, url

__all__ = ["asked", "jeanne", "mas"]
pytestmark = pytest.mark.django_db
FIRE = "🎄🔥🎅🏽👨‍👩‍👧"
PAGE = "Chaque matin, Hélène ouvre les volets du mas et la lumière entre. " * 38
BOOK = PAGE * 300


def test_a_title_of_nothing_but_emoji_says_nothing_and_beside_a_word_it_is_printed_as_it_is() -> None:
    member = members.admit(name="🫒", category=Category.OLIVE_MILL, commune=make.place(), joined_on=make.TODAY)
    offer = make.offer(OfferState.DRAFT, title=FIRE, text="❄️", member=member, link="https://feu.example/")
    offers.edit(offer, by=None, now=NOON, interests=["feasts"])

    with pytest.raises(offers.Incomplete) as lacking:
        offers.submit(offer, by=None, now=NOON)
    assert lacking.value.lacking == [Missing.TITLE]
    offers.edit(offer, by=None, now=NOON, title=f"Feu {FIRE}")
    offers.submit(offer, by=None, now=NOON)
    offers.approve(offer, by=make.board_member(), now=NOON)
    edition = editions.open_edition(make.newsletter(), title="🎄", planned_on=make.SENDING_DAY, by=None, now=NOON)
    editions.write(edition, subject=FIRE, preheader="❄️", editorial="🎁", title="🎄", planned_on=edition.planned_on)
    editions.place(edition, offer)
    editions.lock(edition, by=None, now=NOON)

    letter = rendering.render(contents.content_of(edition))

    assert edition.slug == "edition"
    assert f"Feu\u00a0{FIRE}" in letter.html.replace("Feu ", "Feu\u00a0")
    assert FIRE in letter.text
    assert offer.member.slug == "membre"


def test_an_operation_of_nothing_but_emoji_drafts_its_edition(client: Client) -> None:
    row = answering("🫒", theme=FIRE)
    [edition] = selecting.draft_editions(row, by=None, now=NOON + DAY)
    client.force_login(make.board_member())

    assert (edition.title, edition.slug, placed(edition)) == (FIRE, "edition", ["🫒"])
    for name in ("operation", "operation-call", "operation-selection"):
        assert FIRE in client.get(reverse(f"board:{name}", args=[row.pk])).content.decode()


def test_a_text_of_three_hundred_pages_is_told_how_long_it_may_be_and_comes_back(client: Client, mas: Member) -> None:
    answer = client.post(reverse("offer-new", args=[mas.pk]), words(text=BOOK))

    said = answer.content.decode()
    assert answer.status_code == 200
    assert "600" in said
    assert said.count(PAGE.strip()[:40]) >= 38 * 300, "not a word of it is lost"
    assert not Offer.objects.filter(text__startswith="Chaque matin").exists()


def test_the_page_that_saves_as_one_types_keeps_the_rest_of_it(client: Client, mas: Member) -> None:
    draft = make.offer(member=mas, title="Avant", text="Court.")
    typed = {**words(text=BOOK, title="Après"), "version": 1, "writer": "a", "hung": ""}

    answer = client.post(reverse("offer-keep", args=[draft.pk]), typed).json()

    draft.refresh_from_db()
    assert list(answer["wrong"]) == ["text"]
    assert (draft.title, draft.text) == ("Après", "Court.")


def test_the_board_and_a_partner_are_told_too(client: Client, asked: Consultation) -> None:
    remarked = client.post(url(asked, "consultation-remark"), {"opinion": "agree", "words": BOOK})
    client.force_login(make.board_member())
    offer = make.offer(OfferState.SUBMITTED)
    refused = client.post(reverse("board:offer-decline", args=[offer.pk]), {"comment": BOOK})
    written = client.post(reverse("board:operation-new"), {"theme": "Hiver", "brief": BOOK})

    for answer in (remarked, refused, written):
        assert answer.status_code == 200
        assert "caractères" in answer.content.decode()
    offer.refresh_from_db()
    assert (offer.state, Operation.objects.filter(theme="Hiver").exists()) == ("submitted", False)
    assert not asked.remarks.exists()


@pytest.mark.parametrize("name", ["offer-new", "offer-keep"])
def test_more_than_a_house_takes_is_refused_before_it_is_read(client: Client, mas: Member, name: str) -> None:
    of = mas.pk if name == "offer-new" else make.offer(member=mas).pk
    answer = client.post(reverse(name, args=[of]), {**words(), "text": BOOK * 5})

    assert answer.status_code in (400, 413)


def test_a_member_who_leaves_in_the_middle_is_neither_reminded_nor_placed_nor_told(client: Client) -> None:
    row = make.calling(make.member("Parti"), make.member("Resté"), closes_at=NOON + timedelta(days=5))
    gone, stays = called(row, "Parti"), called(row, "Resté")
    make.answered(gone)
    make.answered(stays)
    link = reverse("invitation", args=[invitations.token_of(gone.invitation)])

    members.suspend(gone.member, reason="Il vend.", now=NOON + DAY)

    assert client.get(link).status_code in (404, 410)
    assert calls.one_with_answer(gone.pk).said is Answer.LEFT
    assert calls.remind_now(row, now=NOON + DAY) == 0
    calls.close(row, by=None, now=NOON + DAY)
    [edition] = selecting.draft_editions(row, by=None, now=NOON + DAY)
    assert placed(edition) == ["Resté"]
    assert selecting.announce(row, now=NOON + DAY) == 1
    with pytest.raises(selecting.CannotPlace):
        selecting.override(row.planned.get(), gone, place=1, words="Tant pis.", by=None, now=NOON + DAY)
