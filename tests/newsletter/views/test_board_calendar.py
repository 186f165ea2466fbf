"""The board's year: seen, filled by hand, by file and by address."""

import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from newsletter import tasks
from newsletter.core.operation import OperationState
from newsletter.models import CalendarFeed, Feast
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def board(client: Client) -> Client:
    client.force_login(make.board_member())
    return client


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Which calendars would be read in the background."""
    found: list[int] = []
    monkeypatch.setattr(tasks.read_calendar, "delay_on_commit", found.append)
    return found


def text(html: bytes) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html.decode())).split())


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (
            datetime(2026, 12, 20, 9, tzinfo=UTC),
            "jusqu’au lundi 4 janvier, envoi le mercredi 27 janvier aux lecteurs de la",
        ),
        (datetime(2027, 7, 15, 9, tzinfo=UTC), "Fête des olives vertes Appel aux membres jusqu’au mardi 10 août"),
        (
            datetime(2028, 2, 29, 9, tzinfo=UTC),
            "Long week-end : Lundi de Pâques Appel aux membres jusqu’au mardi 7 mars",
        ),
    ],
)
def test_the_page_says_what_to_prepare_next(client: Client, now: datetime, said: str) -> None:
    with time_machine.travel(now, tick=False):
        client.force_login(make.board_member())
        page = text(client.get(reverse("board:calendar")).content)

    assert said in page
    assert f"L’année {now.year}" in page


@time_machine.travel(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), tick=False)
def test_at_midnight_in_provence_it_is_the_new_year(client: Client) -> None:
    client.force_login(make.board_member())
    page = client.get(reverse("board:calendar"))

    assert "L’année 2027" in text(page.content)
    assert page.content.count(b"data-today") == 1


def test_the_year_is_a_list_of_twelve_months_with_a_way_to_the_next(board: Client) -> None:
    make.edition(title="Un hiver", planned_on=date(2027, 1, 21))
    page = board.get(reverse("board:calendar-year", args=[2027])).content.decode()

    assert page.count('class="month"') == 12
    assert re.search(r'href="/bureau/editions/\d+/">Un hiver</a> <span class="soft">\(édition\)', page)
    assert reverse("board:calendar-year", args=[2028]) in page
    assert "Vacances d’hiver, zone C" in page


def test_a_year_beyond_the_table_says_so_and_one_beyond_reason_is_no_page(board: Client) -> None:
    assert "connues jusqu’au 31 août 2028" in text(board.get(reverse("board:calendar-year", args=[2029])).content)
    for number in (1, 1990, 2200, 99999999999999999999):
        assert board.get(f"/bureau/calendrier/{number}/").status_code == 404


TYPED = {"title": "Loto", "place": "Mouriès", "first_day": "2027-01-09", "returns": "weekday", "within_km": "50"}


def test_a_feast_is_added_changed_and_deleted(board: Client) -> None:
    board.post(reverse("board:feast-new"), {**TYPED, "proposes": "on"})
    row = Feast.objects.get()
    assert (row.title, row.first_day, row.last_day, row.returns, row.proposes, row.within_km) == (
        "Loto", date(2027, 1, 9), date(2027, 1, 9), "weekday", True, 50
    )  # fmt: skip
    assert "Loto" in text(board.get(reverse("board:calendar-year", args=[2027])).content)

    board.post(reverse("board:feast", args=[row.pk]), {**TYPED, "title": "Grand loto", "last_day": "10/01/2027"})
    row.refresh_from_db()
    assert (row.title, row.last_day, row.proposes) == ("Grand loto", date(2027, 1, 10), False)

    board.post(reverse("board:feast-drop", args=[row.pk]))
    assert not Feast.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": ""}, "Donnez un nom à la fête."),
        ({"title": "x" * 121}, "120 caractères"),
        ({"first_day": ""}, "Indiquez le premier jour."),
        ({"first_day": "2027-02-31"}, "Cette date n’existe pas."),
        ({"first_day": "1927-01-09"}, "de 2000 à 2100"),
        ({"first_day": "2127-01-09"}, "de 2000 à 2100"),
        ({"last_day": "2027-01-08"}, "avant le premier"),
        ({"last_day": "2027-12-31"}, "200 jours"),
        ({"returns": "never"}, "Sélectionnez un choix valide"),
        ({"within_km": "-3"}, "Sélectionnez un choix valide"),
    ],
)
def test_what_makes_no_feast_is_said_at_its_field(board: Client, wrong: dict[str, str], said: str) -> None:
    page = board.post(reverse("board:feast-new"), {**TYPED, **wrong})

    assert said in text(page.content)
    assert not Feast.objects.exists()


def test_a_shipped_feast_is_changed_hidden_and_put_back(board: Client) -> None:
    key = "messe-de-minuit"
    address = reverse("board:feast-shipped", args=[key])
    assert 'value="Messe de minuit et pastrage"' in board.get(address).content.decode()
    board.post(address, {**TYPED, "title": "Messe à Saint-Vincent", "first_day": "2026-12-24", "returns": "dates"})
    assert "Messe à Saint-Vincent" in text(board.get(reverse("board:calendar-year", args=[2030])).content)

    board.post(reverse("board:feast-hide", args=[key]), follow=True)
    assert "Messe à Saint-Vincent" not in text(board.get(reverse("board:calendar-year", args=[2030])).content)

    board.post(reverse("board:feast-restore", args=[key]))
    assert "Messe de minuit et pastrage" in text(board.get(reverse("board:calendar-year", args=[2030])).content)


@pytest.mark.parametrize("name", ["feast-shipped", "feast-hide", "feast-restore"])
def test_a_key_that_was_not_shipped_is_no_page(board: Client, name: str) -> None:
    assert board.post(reverse(f"board:{name}", args=["noel-au-balcon"]), TYPED).status_code == 404


def test_what_a_calendar_brought_is_not_the_board_s_to_change(board: Client) -> None:
    brought = make.feast(feed=make.feed(), uid="1")

    for name in ("feast", "feast-drop"):
        assert board.post(reverse(f"board:{name}", args=[brought.pk]), TYPED).status_code == 404
    assert Feast.objects.get() == brought


def ics(*titles: str, year: int = 0) -> bytes:
    year = year or date.fromisoformat("2027-01-01").year
    events = "".join(
        f"BEGIN:VEVENT\nUID:{n}\nSUMMARY:{title}\nDTSTART;VALUE=DATE:{year}06{n + 1:02}\nEND:VEVENT\n"
        for n, title in enumerate(titles)
    )
    return f"BEGIN:VCALENDAR\n{events}BEGIN:VEVENT\nSUMMARY:Sans jour\nEND:VEVENT\nEND:VCALENDAR\n".encode()


def read(board: Client, raw: bytes) -> str:
    file = SimpleUploadedFile("agenda.ics", raw, "text/calendar")
    answer = board.post(reverse("board:calendar-import"), {"file": file})
    assert answer.status_code == 200
    return answer.content.decode()


def sealed(page: str) -> str:
    found = re.search(r'name="read" value="([^"]+)"', page)
    assert found
    return unescape(found[1])


@time_machine.travel(datetime(2026, 11, 25, 9, tzinfo=UTC), tick=False)
def test_a_file_is_shown_before_it_is_kept_and_only_what_is_ticked_is(client: Client) -> None:
    client.force_login(make.board_member())
    page = read(client, ics("Bal", "<b>Loto</b>", "Concert"))

    assert not Feast.objects.exists(), "a preview writes nothing"
    assert "ligne 17 (Sans jour)" in text(page.encode()) or "ligne 17" in text(page.encode())
    assert "&lt;b&gt;Loto&lt;/b&gt;" in page
    assert "<b>Loto" not in page

    said = {"read": sealed(page), "keep": ["0", "1", "77", "x"]}
    for _ in range(2):
        client.post(reverse("board:calendar-keep"), said)
    assert list(Feast.objects.values_list("title", "first_day")) == [
        ("Bal", date(2027, 6, 1)),
        ("<b>Loto</b>", date(2027, 6, 2)),
    ]


@pytest.mark.parametrize("forged", ["", "x", "eyJhIjoxfQ:1tXyz:AAAA"])
def test_only_what_was_read_here_is_kept(board: Client, forged: str) -> None:
    answer = board.post(reverse("board:calendar-keep"), {"read": forged, "keep": ["0"]}, follow=True)

    assert "n’est plus valable" in text(answer.content)
    assert not Feast.objects.exists()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"BEGIN:VCALENDAR\n" + b"x" * 10_000_000, "1 Mo au plus"),
        (b"BEGIN:VCALENDAR\nSUMMARY:caf\xe9\n", "n’est pas écrit en UTF-8"),
        (b"%PDF-1.7", "Ce n’est pas un agenda"),
        (b"", "Ce fichier est vide."),
    ],
)
def test_a_file_that_is_no_calendar_says_why(board: Client, raw: bytes, said: str) -> None:
    page = read(board, raw)

    assert said in text(page.encode())
    assert 'name="read"' not in page


def test_a_calendar_is_followed_read_again_and_left(board: Client, woken: list[int]) -> None:
    board.post(reverse("board:feeds"), {"name": "Ville", "url": "webcal://www.ville.example/agenda.ics"})
    feed = CalendarFeed.objects.get()
    assert feed.url == "https://www.ville.example/agenda.ics"
    again = board.post(reverse("board:feeds"), {"name": "Encore", "url": feed.url})
    assert "Vous suivez déjà cet agenda." in text(again.content)

    board.post(reverse("board:feed-reread", args=[feed.pk]))
    assert woken == [feed.pk, feed.pk]
    board.post(reverse("board:feed-drop", args=[feed.pk]))
    assert not CalendarFeed.objects.exists()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://127.0.0.1/a.ics", "réseau privé"),
        ("http://169.254.169.254/latest/meta-data/", "réseau privé"),
        ("http://localhost:8000/", "n’est pas celle d’un agenda"),
        ("file:///etc/passwd", "n’est pas celle d’un agenda"),
        ("javascript:alert(1)", "n’est pas celle d’un agenda"),
        ("https://moi:secret@ville.example/a.ics", "n’est pas celle d’un agenda"),
        ("https://" + "x" * 600, "500 caractères"),
        ("", "Indiquez l’adresse"),
    ],
)
def test_an_address_that_cannot_be_public_is_refused_at_once(board: Client, url: str, said: str) -> None:
    page = board.post(reverse("board:feeds"), {"name": "Ville", "url": url})

    assert said in text(page.content)
    assert not CalendarFeed.objects.exists()


def test_why_a_calendar_could_not_be_read_is_said(board: Client) -> None:
    make.feed(failures=1, failure="private")

    assert "cette adresse mène à un réseau privé" in text(board.get(reverse("board:feeds")).content)


def test_a_proposal_leads_to_an_operation_with_its_days_filled_in(board: Client) -> None:
    with time_machine.travel(datetime(2026, 12, 20, 9, tzinfo=UTC), tick=False):
        page = board.get(reverse("board:calendar")).content.decode()
        link = re.search(r'href="([^"]*theme=[^"]*call_until=2027-01-04[^"]*)"', page)
        assert link
        form = board.get(unescape(link[1])).content.decode()

    assert 'value="2027-01-27"' in form
    assert "2027-01-04" in form


def test_a_call_for_offers_stands_in_its_days_until_it_is_called_off(board: Client) -> None:
    opens, closes = datetime(2026, 11, 30, 8, tzinfo=UTC), datetime(2026, 12, 4, 22, tzinfo=UTC)
    going = make.operation(OperationState.CALLING, theme="Les fêtes au moulin", opens_at=opens, closes_at=closes)
    make.operation(OperationState.CANCELLED, theme="Rien de tout cela", closes_at=closes)

    page = board.get(reverse("board:calendar-year", args=[2026])).content.decode()

    assert f'<a href="{reverse("board:operation", args=[going.pk])}">Les fêtes au moulin</a>' in page
    assert "Rien de tout cela" not in page
    assert page.count('<i data-kind="operation"></i>') == 5
