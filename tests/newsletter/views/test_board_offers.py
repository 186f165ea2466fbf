"""Reading and answering: each answer once, nothing typed is lost, and the next one follows."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from newsletter import offers, tasks
from newsletter.core.review import MOVES, UNDO_FOR, OfferState, Review
from newsletter.models import Offer, OfferMove, User
from tests import make
from tests.make import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("board")]

WHOLE = {"link": "https://moulin.example", "interests": ["olive"]}
ANSWERS = {
    "offer-approve": Review.APPROVE,
    "offer-return": Review.RETURN,
    "offer-decline": Review.DECLINE,
}


def answer(client: Client, name: str, offer: Offer, **fields: Any) -> Any:
    return client.post(reverse(f"board:{name}", args=[offer.pk]), {"comment": "Merci.", **fields}, follow=True)


def page_of(client: Client, offer: Offer) -> str:
    return client.get(reverse("board:offer", args=[offer.pk])).content.decode()


def titles(client: Client, **filters: Any) -> list[str]:
    return [offer.title for offer in client.get(reverse("board:offers"), filters).context["page"]]


def test_the_first_page_shows_what_waits_and_what_comes_next(client: Client) -> None:
    make.offer(OfferState.SUBMITTED, title="Santons à peindre")
    make.edition(make.approved(), title="Fêtes en Alpilles")

    shown = client.get(reverse("board:home")).content.decode()

    assert "Santons à peindre" in shown
    assert "Fêtes en Alpilles" in shown


def test_an_empty_house_says_what_to_do(client: Client) -> None:
    assert "Ouvrir une édition" in client.get(reverse("board:home")).content.decode()
    assert "Avez-vous ajouté les membres" in client.get(reverse("board:offers")).content.decode()
    assert "pas encore de membre" in client.get(reverse("board:members")).content.decode()
    assert "Aucune édition" in client.get(reverse("board:editions")).content.decode()


def test_what_waits_longest_comes_first_and_a_draft_is_its_members_own(client: Client) -> None:
    make.approved(title="acceptée")
    make.offer(OfferState.SUBMITTED, title="récente", submitted_at=NOON)
    make.offer(OfferState.SUBMITTED, title="ancienne", submitted_at=NOON - timedelta(days=9))
    make.offer(OfferState.DRAFT, title="brouillon")

    assert titles(client) == ["ancienne", "récente", "acceptée"]


def test_the_list_is_narrowed_by_state_trade_and_commune(client: Client) -> None:
    baux = make.place("Les Baux-de-Provence")
    make.approved(title="A", member=make.member(category="craft", commune=baux))
    make.approved(title="B", member=make.member(category="guide", commune=baux))
    make.offer(OfferState.SUBMITTED, title="C", member=make.member(category="craft", commune=make.place("Arles")))

    assert titles(client, state="submitted") == ["C"]
    assert sorted(titles(client, category="craft")) == ["A", "C"]
    assert titles(client, category="craft", commune=baux.pk) == ["A"]
    assert len(titles(client, state="draft", category="x", commune="' OR 1", page="-3")) == 3


@pytest.mark.parametrize("count", [1, 3])
def test_the_lists_cost_as_many_queries_however_long(
    client: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(count):
        make.offer(OfferState.SUBMITTED, member=make.member(commune=make.place(f"Commune {number}")))
        make.edition(make.approved())
    allowed = {"board:home": 14, "board:offers": 11, "board:members": 8, "board:editions": 7}
    for name, most in allowed.items():
        with django_assert_max_num_queries(most):
            client.get(reverse(name))


def test_an_offer_is_shown_as_its_card_and_its_script_as_text(client: Client) -> None:
    offer = make.offer(OfferState.SUBMITTED, title="Feu", text="<script>alert(1)</script>", price_kind="free")

    shown = page_of(client, offer)

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script>alert" not in shown
    assert "Gratuit" in shown


def test_the_board_is_told_what_is_missing_in_an_offer(client: Client) -> None:
    offer = make.offer(OfferState.SUBMITTED, interests=[])

    assert "Cochez au moins un thème" in page_of(client, offer)


def test_after_an_answer_the_next_offer_follows_and_the_member_is_told(client: Client, board: User) -> None:
    luc = make.user("luc@mas.example")
    first = make.offer(OfferState.SUBMITTED, submitted_at=NOON - timedelta(3), member=make.member(person=luc))
    second = make.offer(OfferState.SUBMITTED, submitted_at=NOON - timedelta(2))

    to_second = answer(client, "offer-approve", first)
    to_home = answer(client, "offer-decline", second)
    assert mail.outbox == [], "it can still be undone"
    with time_machine.travel(timezone.now() + UNDO_FOR, tick=False):
        tasks.tell_late()

    assert to_second.redirect_chain[-1][0] == reverse("board:offer", args=[second.pk])
    assert to_home.redirect_chain[-1][0] == reverse("board:home")
    assert [(message.to, message.subject) for message in mail.outbox] == [
        (["luc@mas.example"], "Votre offre est acceptée")
    ]
    first.refresh_from_db()
    assert (first.state, first.revisions.get().approved_by) == (OfferState.APPROVED, board)


@pytest.mark.parametrize("name", ["offer-return", "offer-decline"])
def test_nobody_is_sent_back_without_a_word(client: Client, name: str) -> None:
    offer = make.offer(OfferState.SUBMITTED)

    shown = answer(client, name, offer, comment="  ")

    assert "Écrivez un mot au membre" in shown.content.decode()
    offer.refresh_from_db()
    assert offer.state == OfferState.SUBMITTED


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("state", list(OfferState))
def test_an_answer_moves_an_offer_where_the_table_says_or_says_why_not(
    client: Client, state: OfferState, name: str
) -> None:
    offer = make.offer(state)

    shown = answer(client, name, offer)

    offer.refresh_from_db()
    assert shown.status_code == 200
    assert offer.state == MOVES[state].get(ANSWERS[name], state)
    if ANSWERS[name] not in MOVES[state]:
        assert 'class="notice" data-tone="wait"' in shown.content.decode()


def test_of_two_who_answer_at_once_the_second_is_told_and_keeps_their_words(client: Client) -> None:
    offer = make.offer(OfferState.SUBMITTED)
    offers.approve(offer, by=make.board_member(name="Luc Roumanille"), now=NOON)

    shown = answer(client, "offer-return", offer, comment="Précisez l’heure, s’il vous plaît.").content.decode()

    assert "n’attend plus de réponse" in shown
    assert "acceptée (Luc Roumanille" in shown
    assert "Précisez l’heure, s’il vous plaît." in shown
    offer.refresh_from_db()
    assert offer.state == OfferState.APPROVED


def test_what_changed_since_it_was_read_is_not_accepted_unread(client: Client) -> None:
    offer = make.offer(OfferState.SUBMITTED, submitted_at=NOON)

    shown = answer(client, "offer-approve", offer, read_as_of=(NOON - timedelta(hours=1)).isoformat())

    assert "un autre texte depuis votre lecture" in shown.content.decode()
    offer.refresh_from_db()
    assert offer.state == OfferState.SUBMITTED


def test_the_page_says_itself_which_text_was_read(client: Client) -> None:
    offer = make.offer(OfferState.SUBMITTED, submitted_at=NOON + timedelta(microseconds=7))
    page = page_of(client, offer)
    read = page.split('name="read_as_of" value="')[1].split('"')[0]

    answer(client, "offer-approve", offer, read_as_of=read)

    offer.refresh_from_db()
    assert offer.state == OfferState.APPROVED


@pytest.mark.parametrize("count", [1, 3])
def test_an_offer_is_read_with_as_many_queries_however_many_wait(
    client: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(count):
        offer = make.offer(OfferState.SUBMITTED, member=make.member(commune=make.place(f"Commune {number}")))
        offers.seen(offer, by=make.board_member(), now=NOON)
        make.revision(offer, title="Avant")
    with django_assert_max_num_queries(13):
        page_of(client, offer)


def test_the_reader_goes_on_within_what_they_chose(client: Client) -> None:
    craft, guide = make.member(category="craft"), make.member(category="guide")
    rows = [
        make.offer(OfferState.SUBMITTED, member=member, submitted_at=NOON - timedelta(days=9 - day))
        for day, member in enumerate((craft, guide, craft, craft))
    ]
    way = "?category=craft"
    page = client.get(reverse("board:offer", args=[rows[2].pk]) + way).content.decode()

    assert "2 sur 3 à relire" in page
    assert f'data-key="k" href="{reverse("board:offer", args=[rows[0].pk])}{way}"' in page
    assert f'data-key="j" href="{reverse("board:offer", args=[rows[3].pk])}{way}"' in page
    there = client.post(reverse("board:offer-approve", args=[rows[2].pk]) + way)
    assert there["Location"] == reverse("board:offer", args=[rows[3].pk]) + way
    there = client.post(reverse("board:offer-approve", args=[rows[3].pk]) + way)
    assert there["Location"] == reverse("board:offer", args=[rows[0].pk]) + way
    there = client.post(reverse("board:offer-approve", args=[rows[0].pk]) + way)
    assert there["Location"] == reverse("board:home")


def test_the_list_is_narrowed_to_what_is_to_be_remarked(client: Client) -> None:
    make.offer(OfferState.SUBMITTED, title="sans", **WHOLE)
    make.offer(OfferState.SUBMITTED, title="hors taxes", text="24 € HT", **WHOLE)

    assert titles(client, findings="on") == ["hors taxes"]


def test_looking_notes_nothing_and_the_page_says_who_has_opened_it(client: Client, board: User) -> None:
    offer = make.offer(OfferState.SUBMITTED)
    page_of(client, offer)
    assert not offer.sights.exists()

    address = reverse("board:offer-seen", args=[offer.pk])
    for _ in range(2):
        part = client.post(address, headers={"HX-Request": "true"}).content.decode()

    assert offer.sights.get().by == board
    assert "Jeanne Aubert" in part
    assert "<html" not in part
    assert "Jeanne Aubert" in page_of(client, offer)
    assert client.post(address)["Location"] == reverse("board:offer", args=[offer.pk])


def test_many_are_accepted_at_once_only_if_opened_and_without_findings(client: Client, board: User) -> None:
    fit = make.offer(OfferState.SUBMITTED, title="prête", **WHOLE)
    odd = make.offer(OfferState.SUBMITTED, title="hors taxes", text="24 € HT", **WHOLE)
    unopened = make.offer(OfferState.SUBMITTED, title="jamais vue", **WHOLE)
    again = make.offer(OfferState.SUBMITTED, title="renvoyée", **WHOLE)
    gone = make.approved(title="partie", **WHOLE)
    for offer in (fit, odd, gone):
        offers.seen(offer, by=board, now=NOON)
    offers.seen(unopened, by=make.board_member("luc@alpilles.example"), now=NOON)
    assert again.submitted_at is not None
    offers.seen(again, by=board, now=again.submitted_at - timedelta(minutes=1))
    listed = client.get(reverse("board:offers")).content.decode()
    assert listed.count('type="checkbox" name="offer"') == 1

    rows = [fit, odd, unopened, again, gone]
    shown = client.post(reverse("board:offers-approve"), {"offer": [row.pk for row in rows] + ["x"]}, follow=True)

    said = shown.content.decode()
    assert "1 offre est acceptée." in said
    assert "« hors taxes » n’est pas acceptée : elle a des remarques" in said
    assert "« jamais vue » n’est pas acceptée : vous ne l’avez pas ouverte" in said
    assert "« renvoyée » n’est pas acceptée : vous ne l’avez pas ouverte" in said
    assert "« partie » n’est pas acceptée : elle n’attend plus de réponse" in said
    states = list(Offer.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk").values_list("state", flat=True))
    assert states == ["approved", "submitted", "submitted", "submitted", "approved"]
    assert OfferMove.objects.filter(move="approve", is_news=True).get().offer == fit


def test_an_answer_can_be_taken_back_for_half_a_minute(client: Client, board: User) -> None:
    luc = make.user("luc@mas.example")
    offer = make.offer(OfferState.SUBMITTED, title="Santons", member=make.member(person=luc), **WHOLE)
    shown = answer(client, "offer-approve", offer)
    move = offer.moves.get()
    address = reverse("board:answer-undo", args=[move.pk])
    assert address in shown.content.decode()
    assert address in client.get(reverse("board:offers")).content.decode()

    undone = client.post(address, follow=True)

    assert "La réponse est annulée" in undone.content.decode()
    assert address not in undone.content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        tasks.tell_late()
        late = client.post(address, follow=True).content.decode()
    assert "Il est trop tard pour annuler" in late
    assert mail.outbox == []


def test_what_changed_since_the_approval_stands_side_by_side(client: Client) -> None:
    offer = make.offer(OfferState.SUBMITTED, title="Huile <b>douce</b>", text="Une huile verte.", **WHOLE)
    make.revision(offer, title="Huile <b>verte</b>")

    shown = page_of(client, offer)

    assert "Ce qui a changé depuis la version acceptée" in shown
    assert "<b>" not in shown
    assert shown.count("<del>") == shown.count("<ins>") == 1
    assert '</span>verte<span class="hidden-visually">' in shown
    assert '</span>douce<span class="hidden-visually">' in shown
    assert "<h3>Texte</h3>" not in shown


def test_what_is_ticked_in_another_order_is_no_change(client: Client) -> None:
    offer = make.offer(OfferState.SUBMITTED, interests=["wine", "table"], publics=["couple", "family"])
    make.revision(offer, title="Autre", interests=["table", "wine"], publics=["family", "couple"])

    shown = page_of(client, offer)

    assert "<h3>Titre</h3>" in shown
    assert "<h3>Thèmes</h3>" not in shown
    assert "<h3>Pour qui</h3>" not in shown


def test_a_change_names_its_field(client: Client) -> None:
    offer = make.offer(OfferState.SUBMITTED)

    answer(client, "offer-return", offer, field="price")
    refused = answer(client, "offer-return", make.offer(OfferState.SUBMITTED), field="kept")

    assert offer.moves.get().field == "price"
    assert "À l’endroit : Montant TTC (€)" in page_of(client, offer)
    assert OfferMove.objects.count() == 1
    assert refused.status_code == 200


def test_the_board_puts_words_right_and_the_member_may_object(client: Client) -> None:
    luc = make.user("luc@mas.example")
    offer = make.offer(OfferState.SUBMITTED, title="Fougase", member=make.member(person=luc), **WHOLE)
    address = reverse("board:offer-correct", args=[offer.pk])
    assert 'value="Fougase"' in client.get(address).content.decode()
    said = {
        "title": "Fougasse",
        "text": offer.text,
        "valid_from": offer.valid_from.isoformat(),
        "valid_until": offer.valid_until.isoformat(),
        "version": 1,
    }
    assert "Donnez un titre" in client.post(address, {**said, "title": " "}).content.decode()
    assert "vient avant" in client.post(address, {**said, "valid_until": "2020-01-01"}).content.decode()
    assert "rien changé" in client.post(address, {**said, "title": "Fougase"}).content.decode()
    assert "Le membre a écrit depuis" in client.post(address, {**said, "version": 7}).content.decode()
    offer.refresh_from_db()
    assert (offer.state, offer.title) == (OfferState.SUBMITTED, "Fougase")

    client.post(address, said)

    offer.refresh_from_db()
    assert (offer.state, offer.title, offer.moves.get().is_news) == (OfferState.APPROVED, "Fougasse", True)
    own = Client()
    own.force_login(luc)
    shown = own.get(reverse("offer", args=[offer.pk])).content.decode()
    assert "Le bureau a corrigé votre offre" in shown
    assert "Fougasse" in shown
    own.post(reverse("offer-object", args=[offer.pk]), {"comment": "Un seul s, chez nous."})
    offer.refresh_from_db()
    assert (offer.state, offer.title) == (OfferState.SUBMITTED, "Fougase")
    assert "Un seul s, chez nous." in page_of(client, offer)
    assert "Ce qui a changé depuis la version acceptée" in page_of(client, offer)
    assert "Le bureau a corrigé" not in own.get(reverse("offer", args=[offer.pk])).content.decode()


def test_what_no_longer_waits_is_not_corrected(client: Client) -> None:
    offer = make.offer(OfferState.DECLINED)
    address = reverse("board:offer-correct", args=[offer.pk])

    for shown in (client.get(address, follow=True), client.post(address, {"title": "X"}, follow=True)):
        assert shown.redirect_chain[-1][0] == reverse("board:offer", args=[offer.pk])
        assert 'data-tone="wait"' in shown.content.decode()


def test_the_board_writes_an_offer_down_for_a_member_and_it_is_marked_so(client: Client, board: User) -> None:
    member = make.member(phone="04 90 00 00 00")

    there = client.post(reverse("board:offer-enter", args=[member.pk]))

    offer = Offer.objects.get()
    assert (offer.member, offer.entered_by, offer.state) == (member, board, OfferState.DRAFT)
    assert client.get(there["Location"]).status_code == 200
    offers.edit(offer, by=board, now=NOON, title="Pain", text="De Noël", interests=["table"], price_kind="free")
    offers.edit(offer, by=board, now=NOON, valid_from=make.TODAY, valid_until=make.TODAY + timedelta(days=999))
    offers.submit(offer, by=board, now=NOON)
    assert "saisie par le bureau" in page_of(client, offer)


def test_the_members_link_leads_to_the_very_field(client: Client) -> None:
    luc = make.user("luc@mas.example")
    offer = make.offer(OfferState.CHANGES_REQUESTED, member=make.member(person=luc))
    client.force_login(luc)

    form = client.get(reverse("offer-edit", args=[offer.pk]) + "?champ=title_en").content.decode()

    assert form.count(" autofocus") == 1
    assert 'id="id_title_en"' in form.split(" autofocus")[0][-300:] + form.split(" autofocus")[1][:300]
