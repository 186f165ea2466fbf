"""A partner behind their link: line by line, the whole, and what happens in the destination."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from newsletter import consultation, operations
from newsletter.core.consultation import lines
from newsletter.models import Consultation, Contribution, Remark
from tests import make
from tests.newsletter.views.test_board_operations import soon

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked() -> Consultation:
    return make.consulted(make.operation(theme="Le feu", brief="La table.", **soon()), make.partner("Office"))


def url(asked: Consultation, name: str = "consultation", *args: int) -> str:
    return reverse(name, args=[consultation.token_of(asked), *args])


def test_the_page_says_the_operation_line_by_line_in_the_partners_language(client: Client) -> None:
    english = make.consulted(make.operation(theme="Le feu", **soon()), make.partner("Office", language="en"))

    html = client.get(url(english)).content.decode()

    assert '<html lang="en"' in html
    assert "Answer this line" in html


def test_a_line_is_remarked_on_and_the_whole_is_judged(client: Client, asked: Consultation) -> None:
    key = lines("Le feu", "La table.")[1].key
    client.post(url(asked, "consultation-remark"), {"line": key, "opinion": "reserve", "words": "Et l’eau ?"})
    client.post(url(asked, "consultation-remark"), {"opinion": "agree", "words": ""})

    assert [(one.quoted, one.opinion, one.words) for one in Remark.objects.all()] == [
        ("La table.", "reserve", "Et l’eau ?"),
        ("", "agree", ""),
    ]
    assert "Et l’eau ?" in client.get(url(asked)).content.decode()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"opinion": "", "words": "Quoi ?"}, "Choisissez un avis."),
        ({"opinion": "against", "words": ""}, "Dites en quelques mots pourquoi"),
        ({"opinion": "agree", "words": "x" * 2001}, "Ce mot tient en 2 000 caractères"),
    ],
)
def test_what_is_missing_is_said_at_the_field_and_what_was_typed_stays(
    client: Client, asked: Consultation, said: dict[str, str], words: str
) -> None:
    html = client.post(url(asked, "consultation-remark"), said).content.decode()

    assert words in html
    assert said["words"] in html
    assert not Remark.objects.exists()


def test_a_line_that_changed_meanwhile_is_shown_as_it_stands(client: Client, asked: Consultation) -> None:
    said = {"line": "0" * 16, "opinion": "agree"}

    html = client.post(url(asked, "consultation-remark"), said, follow=True).content.decode()

    assert "Cette ligne a changé depuis votre lecture" in html
    assert not Remark.objects.exists()


def test_a_partner_tells_of_the_destination_and_takes_it_back(client: Client, asked: Consultation) -> None:
    day = timezone.localdate() + timedelta(days=20)
    told = {"kind": "market", "title": "Marché", "text": "", "where": "Place", "valid_from": day.isoformat()}
    client.post(url(asked, "consultation-contribute"), told)
    line = Contribution.objects.get()
    assert (line.valid_from, line.valid_until, line.accepted_at) == (day, day, None)
    assert "Le bureau ne l’a pas encore choisie" in client.get(url(asked)).content.decode()

    client.post(url(asked, "consultation-take-back", line.pk))
    line.refresh_from_db()
    assert line.withdrawn_at is not None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"title": ""}, "Donnez un titre."),
        ({"valid_from": "2020-01-01"}, "Ce jour est déjà passé."),
        ({"valid_from": "2926-01-01"}, "vérifiez l’année"),
        ({"valid_until": "2020-01-01"}, "Le dernier jour vient avant le premier."),
        ({"link": "javascript:alert(1)"}, "Ce lien ne semble pas complet."),
    ],
)
def test_each_mistake_of_a_line_is_said_at_its_field(
    client: Client, asked: Consultation, wrong: dict[str, str], words: str
) -> None:
    day = (timezone.localdate() + timedelta(days=20)).isoformat()
    told = {"kind": "agenda", "title": "Contes", "valid_from": day, **wrong}

    assert words in client.post(url(asked, "consultation-contribute"), told).content.decode()
    assert not Contribution.objects.exists()


def test_a_partner_touches_nothing_of_another(client: Client, asked: Consultation) -> None:
    other = make.consulted(asked.operation)
    day = timezone.localdate()
    days = {"valid_from": day, "valid_until": day}
    words = {"kind": "agenda", "title": "Contes", "text": "", "where": "", "link": ""}
    line = consultation.contribute(other, now=timezone.now(), **words, **days)  # type: ignore[misc]

    assert client.post(url(asked, "consultation-take-back", line.pk)).status_code == 404


def test_once_it_is_over_the_record_remains_and_nothing_is_asked(client: Client, asked: Consultation) -> None:
    consultation.remark(asked, opinion="agree", words="Bravo.", now=timezone.now())  # type: ignore[arg-type]
    asked.operation.state = "closed"
    asked.operation.save()

    html = client.get(url(asked)).content.decode()
    assert "La consultation est close. Voici ce que vous avez dit" in html
    assert "Bravo." in html
    assert "<textarea" not in html


def test_a_partner_who_said_nothing_is_not_told_what_they_said(client: Client, asked: Consultation) -> None:
    asked.operation.state = "closed"
    asked.operation.save()

    html = client.get(url(asked)).content.decode()
    assert "La consultation est close." in html
    assert "Voici ce que vous avez dit" not in html


def test_a_cancelled_operation_and_a_forged_link_are_not_here(client: Client, asked: Consultation) -> None:
    operations.cancel(asked.operation, by=None, now=timezone.now())

    assert client.get(url(asked)).status_code == 404
    assert client.get(reverse("consultation", args=["1.laptop.ge.aaaa"])).status_code == 404
