"""A member's share of the letter: for themselves in words, for the board as a reply; no other member's number."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from campaigns import exposures, share_words, shares
from campaigns.models import Campaign
from newsletter import editions
from newsletter.core.exposure import Record, Standing, Standings
from newsletter.core.fairness import Code, Reason
from newsletter.core.review import OfferState
from newsletter.models import Edition, Member, Offer, User
from tests import make

pytestmark = pytest.mark.django_db
WHY = Reason.of(Code.MORE_EXPOSED, rank=9, of=12, exposure=40, last=31, places=8)


@pytest.fixture
def luc(client: Client) -> User:
    person = make.user("luc@mas.example", name="Luc")
    client.force_login(person)
    return person


@pytest.fixture
def mas(luc: User) -> Member:
    return make.member("Mas Fauchon", person=luc)


def letter(*placed: Offer, title: str, **fields: Any) -> Edition:
    """A letter that three readers have: locked by the board, sent, and in the ledger."""
    edition = make.edition(*placed, title=title, subject="Noël", preheader="x", **fields)
    editions.lock(edition, by=None, now=make.NOON)
    campaign = make.running(edition, now=timezone.now() - timedelta(days=3))
    make.settled(campaign, "sent", "sent", "sent")
    exposures.record_due(now=timezone.now())
    return edition


@pytest.fixture
def year(mas: Member) -> Edition:
    """Two letters: the mas had an offer ready for both and stood in the first."""
    make.readers(3)
    own = make.approved(member=mas)
    letter(make.approved(), own, title="Fêtes en Alpilles")
    return letter(make.approved(), title="Saint-Valentin au mas")


def page(client: Client, name: str, member: Member) -> str:
    shown = client.get(reverse(name, args=[member.pk])).content.decode()
    return re.sub(r"[\s\u00a0\u202f]+", " ", html.unescape(re.sub(r"<[^>]+>", " ", shown)))


def test_a_stranger_signs_in_and_another_member_finds_nothing(client: Client) -> None:
    url = reverse("own-share", args=[make.member().pk])

    assert client.get(url)["Location"] == f"/connexion/?next={url}"
    client.force_login(make.user())
    assert client.get(url).status_code == 404
    assert client.get(reverse("member-share", args=[make.member().pk])).status_code == 404


def test_before_the_first_letter_everybody_is_equal(client: Client, mas: Member) -> None:
    seen = page(client, "own-share", mas)

    assert "Aucune lettre n’est encore partie : tout le monde commence à égalité." in seen
    assert "Proposez une offre" in seen


def test_the_member_reads_their_year_letter_by_letter(client: Client, mas: Member, year: Edition) -> None:
    seen = page(client, "own-share", mas)

    # half a place before three readers, in two letters; the two others: 3 and 0, and 0 and 3
    assert "Sur un an, vous avez été vu moins que le membre du milieu" in seen
    assert "Lettres parties en douze mois 2" in seen
    assert "Avec une offre prête 2" in seen
    assert "Places obtenues 1" in seen
    assert "Fêtes en Alpilles Placé" in seen
    assert "Place 2, 3 lecteurs." in seen
    assert "Saint-Valentin au mas Pas placé" in seen
    assert "Rien : vous avez été moins vu que la moitié des membres" in seen


def test_who_reads_the_same_number_is_level_and_not_seen_less(mas: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    less, newcomer = make.member("Moins vu"), make.member("Nouveau")
    known = {mas.pk: Standing(Record(Fraction(1000), 2), Fraction(500)), less.pk: Standing(Record(), Fraction())}
    found = Standings(known, median=Fraction(3999, 8), letters=2)
    monkeypatch.setattr(exposures, "standings", lambda now: found)

    share = shares.share_of(mas, now=timezone.now())

    assert found.standing(newcomer.pk).exposure < share.standing.exposure
    assert (share.before, share.level, share.of) == (1, 1, 3)
    assert share_words.turn(share) == (
        "1 membre sur 3 a été moins vu que vous et passe avant. 1 autre est à égalité avec vous, à une fraction près."
    )
    assert "est à égalité" not in share_words.turn(replace(share, level=0))
    assert share_words.turn(replace(share, before=0, level=0)) == "Personne n’a été moins vu que vous."


def test_a_newcomer_begins_in_the_middle(client: Client, luc: User, year: Edition) -> None:
    new = make.member("Mas Neuf", person=luc)

    share = shares.share_of(new, now=timezone.now())
    assert share.standing.exposure == share.standings.median > 0
    assert share.percent == 100
    assert "vous commencez au milieu de la file" in page(client, "own-share", new)


def test_the_median_of_a_trade_is_told_only_where_it_tells_of_nobody(mas: Member, year: Edition) -> None:
    assert shares.share_of(mas, now=timezone.now()).trade_median is None
    letter(*[make.approved() for _ in range(4)], title="Printemps")

    assert shares.share_of(mas, now=timezone.now()).trade_median is not None


def test_a_kept_reason_is_told_for_its_letter(mas: Member, year: Edition) -> None:
    share = shares.share_of(mas, now=timezone.now(), reasons={year.pk: WHY})

    newest, older = share_words.rows(share)
    assert (newest.mark, newest.tone) == ("Pas placé", "wait")
    assert newest.words.startswith("Des membres moins vus sont passés avant\u00a0: rang 9 sur 12")
    assert older.mark == "Placé"


def test_a_full_category_becomes_an_advice(mas: Member, year: Edition) -> None:
    full = Reason.of(Code.CATEGORY_FULL, value=mas.category, at_most=1, rank=2, of=4)
    share = shares.share_of(mas, now=timezone.now(), reasons={year.pk: full})

    assert "votre métier avait déjà toutes ses places" in share_words.reply(share, by="Jeanne")


def test_a_letter_without_an_offer_of_theirs_does_not_count(mas: Member) -> None:
    make.readers(3)
    letter(make.approved(), title="Fêtes en Alpilles")

    share = shares.share_of(mas, now=timezone.now())
    assert share.standing.record.chances == 0
    assert [row.mark for row in share_words.rows(share)] == ["Sans offre"]


def test_the_board_pastes_the_same_numbers_into_a_reply(client: Client, mas: Member, year: Edition) -> None:
    client.force_login(make.board_member(name="Jeanne Aubert"))
    seen = page(client, "member-share", mas)

    assert "Voici où en est Mas Fauchon dans notre lettre" in seen
    assert "– 2 lettres sont parties." in seen
    assert "Vous aviez une offre prête pour 2 d’entre elles ; vous avez eu 1 place." in seen
    assert "– Saint-Valentin au mas (" in seen
    assert "Bien à vous, Jeanne Aubert" in seen


def test_the_reply_speaks_the_members_language_whatever_the_board_reads(client: Client, year: Edition) -> None:
    english = make.member(person=make.user(language="en"))
    client.force_login(make.board_member(name="Jeanne"))
    seen = page(client, "member-share", english)

    assert "Here is where" in seen
    assert "À coller dans une réponse" in seen
    assert translation.get_language() == "fr"


def test_what_waits_for_the_member_is_named(client: Client, mas: Member) -> None:
    make.offer(OfferState.DRAFT, member=mas)
    make.offer(OfferState.CHANGES_REQUESTED, member=mas)
    seen = page(client, "own-share", mas)

    assert "Répondez au bureau" in seen
    assert "Terminez votre brouillon" in seen


@pytest.mark.parametrize("count", [1, 4])
def test_the_page_costs_as_many_queries_however_many_letters_there_were(
    client: Client, mas: Member, count: int, django_assert_max_num_queries: Any
) -> None:
    make.readers(3)
    own = make.approved(member=mas)
    for number in range(count):
        letter(own, title=f"Lettre {number}")
    assert Campaign.objects.count() == count

    with django_assert_max_num_queries(12):
        client.get(reverse("own-share", args=[mas.pk]))
