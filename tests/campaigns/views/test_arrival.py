"""The board sends a test mail and reads what became of it."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns import arrivals, sealing
from campaigns.core.testing import MOST_AN_HOUR, MOST_BYTES, MOST_COMPARED
from campaigns.models import Campaign, TestMail
from campaigns.sealing import Kept
from newsletter import editions
from newsletter.models import User
from tests import make
from tests.campaigns.core.test_arrival import LEFT, without

pytestmark = pytest.mark.django_db
SOON = {"address": "jeanne@boite.example"}


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the workers are asked to send."""
    ids: list[int] = []
    monkeypatch.setattr("campaigns.tasks.send_test_mail.delay_on_commit", ids.append)
    monkeypatch.setattr("campaigns.wire.verifying.signatures", lambda raw: ())
    return ids


@pytest.fixture
def campaign() -> Campaign:
    return make.planned()


@pytest.fixture
def row(campaign: Campaign, board: User) -> TestMail:
    """A test mail that has left."""
    made = arrivals.ask(campaign, address="jeanne@boite.example", by=board, now=timezone.now())
    made.state, made.sealed = "sent", sealing.seal(Kept.TEST, LEFT)
    made.save()
    return made


def page(row: TestMail) -> str:
    return reverse("test-mail", args=[row.campaign_id, row.pk])


def pasted(client: Client, row: TestMail, raw: bytes, **more: Any) -> str:
    answer = client.post(page(row), {"source": raw.decode(), **more}, follow=True)
    return answer.content.decode()


def test_it_is_asked_for_and_leaves_by_a_worker(
    client: Client, board: User, campaign: Campaign, asked: list[int]
) -> None:
    shown = client.get(reverse("test-mails", args=[campaign.pk])).content.decode()
    assert f'value="{board.email}"' in shown
    assert "boîte des retours" not in shown
    answer = client.post(reverse("test-mails", args=[campaign.pk]), SOON, follow=True)
    row = TestMail.objects.get()
    assert (asked, row.by, row.state, row.to_us) == ([row.pk], board, "asked", False)
    assert "Le test part." in answer.content.decode()
    assert "jeanne@boite.example" not in answer.content.decode()


def test_where_garrigue_reads_a_mailbox_it_may_go_there(
    client: Client, board: User, campaign: Campaign, settings: Any
) -> None:
    settings.BOUNCES = ("retours+", "@alpilles.example")
    client.post(reverse("test-mails", args=[campaign.pk]), {"where": "ours", "address": "pas une adresse"})
    assert TestMail.objects.get().to_us


@pytest.mark.parametrize("typed", ["", "jeanne", "jeanne@", "a@b", "a b@boite.example", "x" * 400 + "@boite.example"])
def test_no_test_goes_to_what_is_no_address(client: Client, board: User, campaign: Campaign, typed: str) -> None:
    assert client.post(reverse("test-mails", args=[campaign.pk]), {"address": typed}).status_code == 400
    assert not TestMail.objects.exists()


def test_not_more_than_ten_an_hour(client: Client, board: User, campaign: Campaign, asked: list[int]) -> None:
    for _ in range(MOST_AN_HOUR):
        client.post(reverse("test-mails", args=[campaign.pk]), SOON)
    answer = client.post(reverse("test-mails", args=[campaign.pk]), SOON)
    assert (answer.status_code, len(asked)) == (400, MOST_AN_HOUR)
    assert "Dix tests dans l’heure" in answer.content.decode()


def test_an_open_edition_is_locked_first(client: Client, board: User, campaign: Campaign) -> None:
    editions.reopen(campaign.edition, by=board, now=timezone.now())
    answer = client.post(reverse("test-mails", args=[campaign.pk]), SOON, follow=True)
    assert "Verrouillez d’abord l’édition" in answer.content.decode()
    assert not TestMail.objects.exists()


def test_pasted_or_saved_it_is_compared_and_said_in_words(client: Client, board: User, row: TestMail) -> None:
    arrived = without(b"List-Unsubscribe")(LEFT)
    shown = pasted(client, row, arrived)
    assert "Le bouton « Se désabonner » a disparu." in shown
    assert "La lettre arrive sans signature" in shown
    assert "d’après un copier-coller" in shown
    file = SimpleUploadedFile("lettre.eml", LEFT)
    shown = client.post(page(row), {"file": file}, follow=True).content.decode()
    assert "a disparu" not in shown
    assert "d’après un copier-coller" not in shown
    listed = client.get(reverse("test-mails", args=[row.campaign_id])).content.decode()
    assert "La lettre arrive sans signature" in listed


def test_what_is_intact_is_said_to_be(
    client: Client, board: User, row: TestMail, monkeypatch: pytest.MonkeyPatch
) -> None:
    row.state, row.compared_at = "arrived", timezone.now()
    row.save()
    assert "La lettre est arrivée intacte." in client.get(page(row)).content.decode()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"Bonjour, voici la lettre", "Ce n’est pas la source d’un mail."),
        (b"From: a@b.example\r\nSubject: x\r\n\r\nx", "C’est un autre mail"),
        (b"From: <script>alert(1)</script>\r\n\r\n<script>alert(1)</script>", "C’est un autre mail"),
        (b"", "Joignez le mail enregistré"),
        (b"  \n ", "Joignez le mail enregistré"),
    ],
)
def test_what_cannot_be_compared_is_said_and_changes_nothing(
    client: Client, board: User, row: TestMail, raw: bytes, said: str
) -> None:
    answer = client.post(page(row), {"source": raw.decode()})
    row.refresh_from_db()
    assert (answer.status_code, row.state, row.findings) == (400, "sent", [])
    assert said in answer.content.decode()


def test_too_large_and_too_often_are_said(client: Client, board: User, row: TestMail) -> None:
    file = SimpleUploadedFile("lettre.eml", b"a" * (MOST_BYTES + 1))
    assert "un méga-octet au plus" in client.post(page(row), {"file": file}).content.decode()
    TestMail.objects.filter(pk=row.pk).update(compared=MOST_COMPARED)
    assert "trente fois" in pasted(client, row, LEFT)


def test_a_saved_mail_with_bytes_of_any_kind_is_answered(client: Client, board: User, row: TestMail) -> None:
    for raw in (b"\xff\xfe\x00" * 900, b"From: \xff\xff\r\nMessage-ID: \x00\r\n\r\n" + bytes(range(256))):
        assert client.post(page(row), {"file": SimpleUploadedFile("x.eml", raw)}).status_code == 400


def test_a_test_of_another_letter_is_not_found(client: Client, board: User, row: TestMail) -> None:
    other = make.planned()
    assert client.get(reverse("test-mail", args=[other.pk, row.pk])).status_code == 404
    assert client.post(reverse("test-mail-look", args=[other.pk, row.pk])).status_code == 404


def test_the_mailbox_is_read_now_when_somebody_asks(
    client: Client, board: User, row: TestMail, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    monkeypatch.setattr("campaigns.tasks.read_bounces.delay_on_commit", lambda: read.append(1))
    assert client.post(reverse("test-mail-look", args=[row.campaign_id, row.pk])).status_code == 404
    TestMail.objects.update(to_us=True)
    client.post(reverse("test-mail-look", args=[row.campaign_id, row.pk]))
    assert read == [1]


def test_htmx_is_answered_only_when_something_happened(client: Client, board: User, row: TestMail) -> None:
    seen = client.get(page(row), {"vu": "sent"}, headers={"HX-Request": "true"})
    assert (seen.status_code, seen.content) == (204, b"")
    news = client.get(page(row), {"vu": "asked"}, headers={"HX-Request": "true"}).content.decode()
    assert news.strip().startswith("<section")
    assert 'name="source"' in news


def test_the_page_of_a_draft_and_of_a_sending_lead_there(client: Client, board: User) -> None:
    make.readers(1)
    launched = make.running()
    url = reverse("test-mails", args=[launched.pk])
    assert url in client.get(reverse("campaign", args=[launched.pk])).content.decode()
    draft = make.planned()
    url = reverse("test-mails", args=[draft.pk])
    assert url in client.get(reverse("campaign-launch", args=[draft.pk])).content.decode()
