"""The board's operations: written, consulted, called, selected; each mistake said where it was made."""

from datetime import timedelta
from typing import Any

import lxml.html
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from newsletter import calls, consultation
from newsletter.core.consultation import Opinion
from newsletter.core.interests import Category
from newsletter.core.operation import OperationState
from newsletter.core.review import OfferState
from newsletter.models import Consultation, Operation, Override, Partner, RemarkAnswer
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def board(client: Client) -> Client:
    client.force_login(make.board_member(name="Jeanne"))
    return client


def soon(**fields: Any) -> dict[str, Any]:
    """Days that are to come, whenever the test runs."""
    day = timezone.localdate()
    days = {
        "valid_from": day + timedelta(days=10),
        "valid_until": day + timedelta(days=60),
        "closes_at": timezone.now() + timedelta(days=5),
        "send_on": (day + timedelta(days=12),),
    }
    return {**days, **fields}


def said(**changes: str) -> dict[str, str]:
    days = soon()
    return {
        "theme": "L’hiver au coin du feu",
        "brief": "Le feu.",
        "valid_from": days["valid_from"].isoformat(),
        "valid_until": days["valid_until"].isoformat(),
        "closes_at": f"{days['closes_at']:%Y-%m-%dT%H:%M}",
        "send_on_1": days["send_on"][0].isoformat(),
        "places_1": "6",
        "want_restaurant": "on",
        "least_restaurant": "2",
        "most_restaurant": "3",
    } | changes


def page(board: Client, name: str, *args: int) -> str:
    answer = board.get(reverse(f"board:{name}", args=args))
    assert answer.status_code == 200
    return str(answer.content.decode())


def closed(*names: str, **fields: Any) -> Operation:
    """A call that is closed, to which these members have answered."""
    members = [make.member(name) for name in names]
    now = timezone.now()
    row = make.calling(now=now, **soon(**fields))
    for member in members:
        days = {"valid_from": row.valid_from, "valid_until": row.valid_until}
        make.answered(make.call_of(row, member), at=now, title=f"Chez {member.name}", **days)
    calls.close(row, by=None, now=now)
    return row


def test_nothing_there_yet_says_what_an_operation_is(board: Client) -> None:
    assert "Aucune opération encore." in page(board, "operations")


def test_an_operation_is_written_and_stands_there(board: Client) -> None:
    make.newsletter()
    answer = board.post(reverse("board:operation-new"), said())

    row = Operation.objects.get()
    assert answer["Location"] == reverse("board:operation", args=[row.pk])
    assert [(wish.category, wish.at_least, wish.at_most) for wish in row.wishes.all()] == [("restaurant", 2, 3)]
    assert "Restaurant (au moins 2, au plus 3)" in page(board, "operation", row.pk)
    assert "L’hiver au coin du feu" in page(board, "operations")


def test_communes_are_wanted_too_and_the_call_counts_against_them(board: Client) -> None:
    make.newsletter()
    arles = make.place("Arles", insee="13004")
    make.member("Chez Lou", category=Category.RESTAURANT, commune=arles)
    share = {"commune_1": "13004", "least_commune_1": "1", "most_commune_1": "2"}
    board.post(reverse("board:operation-new"), said(**share))

    row = Operation.objects.get()
    assert [(wish.commune, wish.at_least, wish.at_most) for wish in row.wishes.filter(category="")] == [(arles, 1, 2)]
    assert "Arles (au moins 1, au plus 2)" in page(board, "operation", row.pk)
    assert 'value="13004" selected' in page(board, "operation-edit", row.pk)
    calls.open_call(row, by=None, now=timezone.now())
    assert "il en manque 1" in page(board, "operation-call", row.pk).split("Par commune")[1]


def sent_back(board: Client, row: Operation) -> dict[str, str]:
    """Return what the browser would send if nobody touched the form."""
    page = lxml.html.fromstring(board.get(reverse("board:operation-edit", args=[row.pk])).content.decode())
    return dict(page.xpath("//main//form")[0].form_values())


def test_saving_an_operation_untouched_drops_nothing_of_it(board: Client) -> None:
    communes = [make.place(f"Commune {n}", insee=f"{13100 + n}") for n in range(7)]
    members = [make.member(commune=commune) for commune in communes]
    days = tuple(timezone.localdate() + timedelta(days=12 + n) for n in range(5))
    wanted = {**dict.fromkeys(communes, (1, 3)), **dict.fromkeys(Category, (1, None))}
    row = make.operation(wanted=wanted, **soon(send_on=days))  # type: ignore[arg-type]
    members[0].is_active = False
    members[0].save()
    before = [
        [*row.wishes.values_list("category", "commune", "at_least", "at_most")],
        [*row.planned.values_list("send_on", "places")],
    ]

    answer = board.post(reverse("board:operation-edit", args=[row.pk]), sent_back(board, row))

    assert answer.status_code == 302, answer.content.decode()
    after = [
        [*row.wishes.values_list("category", "commune", "at_least", "at_most")],
        [*row.planned.values_list("send_on", "places")],
    ]
    assert [sorted(rows, key=str) for rows in after] == [sorted(rows, key=str) for rows in before]


def test_whoever_has_filled_all_lines_is_offered_more(board: Client) -> None:
    row = make.operation(
        wanted={make.place(f"Commune {n}", insee=f"{13100 + n}"): (1, None) for n in range(4)}, **soon()
    )  # type: ignore[arg-type]

    assert {"commune_5", "commune_6"} < sent_back(board, row).keys()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"commune_1": "", "most_commune_1": "2"}, "Choisissez la commune de ces nombres."),
        ({"commune_1": "13004"}, "Dites combien, au moins ou au plus."),
        ({"commune_1": "13004", "least_commune_1": "3", "most_commune_1": "2"}, "C’est moins que le minimum."),
        ({"commune_1": "99999", "most_commune_1": "2"}, "Aucun membre n’est de cette commune."),
        (
            {"commune_1": "13004", "most_commune_1": "2", "commune_2": "13004", "most_commune_2": "3"},
            "Cette commune est déjà dans la liste.",
        ),
    ],
)
def test_each_mistake_about_a_commune_is_said_at_its_field(board: Client, wrong: dict[str, str], words: str) -> None:
    make.newsletter()
    make.member("Chez Lou", commune=make.place("Arles", insee="13004"))
    html = board.post(reverse("board:operation-new"), said(**wrong)).content.decode().replace("\u00a0", " ")

    assert words in html
    assert not Operation.objects.exists()


def test_the_calendar_proposes_a_theme_and_dates(board: Client) -> None:
    make.newsletter()
    url = reverse("board:operation-new") + "?theme=Les+olives&call_until=2027-01-05&send_on=2027-01-29"
    html = board.get(url).content.decode()

    for there in ('value="Les olives"', 'value="2027-01-05T23:59"', 'value="2027-01-29"'):
        assert there in html
    assert not Operation.objects.exists(), "looking never acts"
    nonsense = board.get(reverse("board:operation-new") + "?call_until=2027-13-45&send_on=demain")
    assert nonsense.status_code == 200


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"theme": ""}, "Donnez un thème à l’opération."),
        ({"theme": "x" * 101}, "Le thème tient en 100 caractères"),
        ({"closes_at": "2020-01-01T10:00"}, "Cette échéance est déjà passée"),
        ({"closes_at": ""}, "Indiquez l’échéance de l’appel."),
        ({"closes_at": "demain"}, "Écrivez le jour et l’heure ainsi"),
        ({"opens_at": "2020-01-01T10:00"}, "Cette heure est déjà passée"),
        ({"opens_at": "2099-01-01T10:00"}, "L’appel s’ouvrirait après son échéance."),
        ({"valid_until": "2020-01-01"}, "Le dernier jour vient avant le premier."),
        ({"valid_until": "2926-01-01"}, "vérifiez l’année"),
        ({"send_on_1": ""}, "Indiquez le jour d’envoi de l’édition."),
        ({"send_on_1": timezone.localdate().isoformat()}, "L’édition partirait avant la fin de l’appel."),
        ({"send_on_1": "2926-01-01"}, "vérifiez l’année"),
        ({"send_on_2": soon()["send_on"][0].isoformat()}, "Une autre édition part déjà ce jour-là."),
        ({"most_restaurant": "1"}, "C’est moins que le minimum."),
        ({"least_guide": "9"}, "Les minimums demandent 11 places, il y en a 6."),
        ({"places_1": "0"}, "Au moins 1."),
    ],
)
def test_each_mistake_is_said_at_its_field_and_nothing_is_kept(
    board: Client, wrong: dict[str, str], words: str
) -> None:
    make.newsletter()
    html = board.post(reverse("board:operation-new"), said(**wrong)).content.decode().replace("\u00a0", " ")

    assert words in html
    assert 'aria-invalid="true"' in html
    assert not Operation.objects.exists()


def test_what_members_read_is_not_edited(board: Client) -> None:
    row = make.calling(now=timezone.now(), **soon())

    answer = board.post(reverse("board:operation-edit", args=[row.pk]), said(theme="Autre"), follow=True)

    assert "ne se récrit plus" in answer.content.decode()
    assert Operation.objects.get().theme == row.theme


def test_partners_are_consulted_and_answered_on_one_page(board: Client) -> None:
    row = make.operation(**soon())
    url = reverse("board:operation-partner", args=[row.pk])
    new = {"name": "Office", "kind": "tourist_office", "email": "office@x.example", "language": "fr"}
    assert "Aucun partenaire n’est encore consulté." in page(board, "operation-consultation", row.pk)

    board.post(url, new)
    asked = Consultation.objects.select_related("operation").get()
    remark = consultation.remark(asked, opinion=Opinion.AGAINST, words="Trop tôt.", now=timezone.now())
    empty = board.post(reverse("board:remark-answer", args=[remark.pk]), {"words": ""})
    board.post(reverse("board:remark-answer", args=[remark.pk]), {"words": "Nous décalons."})

    assert "Écrivez la réponse du bureau." in empty.content.decode()
    assert [answer.words for answer in RemarkAnswer.objects.all()] == ["Nous décalons."]
    html = page(board, "operation-consultation", row.pk)
    assert all(words in html for words in ("Trop tôt.", "Nous décalons.", "Contre"))


def test_a_partner_of_a_taken_address_is_refused_at_the_field(board: Client) -> None:
    row, known = make.operation(**soon()), make.partner(email="office@x.example")
    new = {"name": "Autre", "kind": "town", "email": "OFFICE@x.example", "language": "fr"}

    html = board.post(reverse("board:operation-partner", args=[row.pk]), new).content.decode()

    assert "Un partenaire est déjà joint à cette adresse." in html
    assert list(Partner.objects.all()) == [known]


def test_the_call_is_opened_followed_extended_and_closed(board: Client) -> None:
    make.member("Moulin")
    row = make.operation(**soon())
    assert "Personne n’est encore appelé." in page(board, "operation-call", row.pk)

    opened = board.post(reverse("board:operation-open", args=[row.pk]), follow=True).content.decode()
    assert "1 membre est appelé." in opened
    assert "Pas encore de réponse" in opened
    late = board.post(reverse("board:operation-extend", args=[row.pk]), {"closes_at": "2020-01-01T10:00"})
    assert "Cette échéance est déjà passée" in late.content.decode()
    later = timezone.localtime() + timedelta(days=7)
    board.post(reverse("board:operation-extend", args=[row.pk]), {"closes_at": f"{later:%Y-%m-%dT%H:%M}"})
    row.refresh_from_db()
    assert timezone.localdate(row.closes_at) == later.date()
    board.post(reverse("board:operation-close", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == OperationState.SELECTING


def test_a_second_press_says_that_somebody_was_faster(board: Client) -> None:
    make.member()
    row = make.operation(**soon())
    for _ in range(2):
        answer = board.post(reverse("board:operation-open", args=[row.pk]), follow=True)

    assert "L’opération a changé entre-temps" in answer.content.decode()
    assert row.calls.count() == 1


def test_the_answers_stand_against_what_is_wanted(board: Client) -> None:
    for n in range(2):
        make.member(f"Table {n}", category="restaurant")
    row = make.operation(wanted={"restaurant": (3, None)}, **soon())  # type: ignore[dict-item]
    calls.open_call(row, by=None, now=timezone.now())
    make.answered(row.calls.select_related("member").all()[0], OfferState.SUBMITTED)

    html = " ".join(page(board, "operation-call", row.pk).split())
    assert "il en manque 2" in html
    assert "au moins 3" in html


def test_the_selection_shows_its_reasons_is_drafted_and_overridden_with_a_word(board: Client) -> None:
    row = closed("A", "B", places=1)
    shown = page(board, "operation-selection", row.pk)
    assert "Composer l’édition" in shown
    assert "rang 1 sur 2" in shown

    drafted = board.post(reverse("board:operation-draft", args=[row.pk]), follow=True).content.decode()
    assert "Rien ne part aux lecteurs sans vous." in drafted
    planned = row.planned.get()
    out = planned.choices.get(place=None).call
    url = reverse("board:operation-override", args=[planned.pk, out.pk])
    silent = board.post(url, {"words": "", "act": "place"})
    assert "Écrivez pourquoi" in silent.content.decode()
    told = board.post(url, {"words": "Elle ouvre ce jour-là.", "act": "place", "place": "1"}, follow=True)

    assert "Elle ouvre ce jour-là." in told.content.decode()
    # who came in, and who lost the place for it
    assert [(one.was, one.became) for one in Override.objects.order_by("became")] == [(None, 1), (1, 2)]
    assert {one.by.name for one in Override.objects.select_related("by") if one.by} == {"Jeanne"}
    announced = board.post(reverse("board:operation-announce", args=[row.pk]), follow=True)
    assert "La sélection est annoncée." in announced.content.decode()


def test_a_selection_of_nothing_says_what_is_needed(board: Client) -> None:
    row = make.operation(OperationState.SELECTING, **soon())

    assert "Aucune offre ne peut encore être placée." in page(board, "operation-selection", row.pk)


@pytest.mark.parametrize(("name", "of_each"), [("operations", False), ("operation-call", True)])
def test_a_list_costs_the_same_for_one_row_and_for_three(board: Client, name: str, of_each: bool) -> None:
    def cost(rows: int) -> int:
        for _ in range(rows):
            make.member()
        row = make.calling(now=timezone.now(), **soon())
        url = reverse(f"board:{name}", args=[row.pk] if of_each else [])
        board.get(url)
        with CaptureQueriesContext(connection) as asked:
            board.get(url)
        return len(asked)

    assert cost(1) == cost(3)


def test_the_selection_costs_the_same_for_one_answer_and_for_three(board: Client) -> None:
    one, three = closed("A"), closed("B", "C", "D")

    def cost(row: Operation) -> int:
        with CaptureQueriesContext(connection) as asked:
            page(board, "operation-selection", row.pk)
        return len(asked)

    cost(one)
    assert cost(one) == cost(three)
