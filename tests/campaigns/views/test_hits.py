"""What letters lead to: redirects that lead nowhere else, a picture that says nothing, and hits by the thousand."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns import clicks, links, measuring
from campaigns.core.clicks import Hit
from campaigns.models import DeliveryEvent, Link, LinkCount
from newsletter.models import Association
from tests import make
from tests.campaigns.measured import BROWSER, SENT_AT, Letter, letters

pytestmark = pytest.mark.django_db
LATER = SENT_AT + timedelta(hours=2)
TARGET = "https://moulin.example/noel?x=1"


@pytest.fixture
def client() -> Client:
    return Client(headers={"user-agent": BROWSER})


def sent(**chosen: bool) -> Letter:
    make.newsletter()
    said = {"marks_origin": False, "counts_clicks": False, "keeps_last_open": False, **chosen}
    measuring.choose(Association.objects.get(), **said, by=None, now=SENT_AT)
    make.consenting()
    [letter] = letters(make.running(make.locked_edition(make.approved(link=TARGET, title="Huile"))))
    return letter


def counts() -> tuple[int, int]:
    rows = LinkCount.objects.exclude(link__position=0).values_list("times", "by_machines")
    return sum(times for times, _ in rows), sum(machines for _, machines in rows)


def told() -> list[tuple[int | None, str]]:
    return list(DeliveryEvent.objects.order_by("pk").values_list("link", "scanner"))


def test_a_readers_own_link_leads_where_the_table_says_and_is_kept_by_nobody(client: Client) -> None:
    letter = sent()
    with time_machine.travel(LATER, tick=False):
        answer = client.get(letter.click(1))
    assert (answer.status_code, answer.headers["Location"], answer.content) == (302, TARGET, b"")
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Length"] == "0"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert not answer.cookies
    assert (told(), counts()) == ([(1, "")], (1, 0))


@pytest.mark.parametrize(
    "query", ["?u=//evil.example", "?url=https://evil.example", "?next=//evil.example", "?%0d%0aX: y"]
)
def test_nothing_in_the_address_bends_a_redirect(client: Client, query: str) -> None:
    letter = sent()
    with time_machine.travel(LATER, tick=False):
        answer = client.get(letter.click(1) + query)
    assert answer.headers["Location"] == TARGET
    assert "X" not in answer.headers


def test_a_link_of_another_letter_of_an_unknown_place_or_of_no_token_says_nothing(client: Client) -> None:
    letter = sent()
    good = letter.click(1)
    token = good.split("/")[2]
    pages = set()
    for path in (
        f"/c/{token[:-1]}/1",
        f"/c/{token[:-1]}{'a' if token[-1] != 'a' else 'b'}/1",
        f"/c/{token}a/1",
        f"/c/{token}/99",
        f"/c/{token}/{10**30}",
        "/c/1.x.y.z/1",
        "/c/é/1",
        f"/c/{letter.pixel.removeprefix('/o/').removesuffix('.gif')}/1",
        f"/c/{links.shared_url(letter.delivery.campaign_id, 1).rpartition('/')[2]}/1",
        f"/l/{token}",
        "/l/x",
    ):
        answer = client.get(path)
        assert answer.status_code == 404, path
        pages.add(answer.content)
    assert len(pages) == 1
    assert "Ce lien ne s’ouvre pas" in pages.pop().decode()
    assert not LinkCount.objects.exists()
    assert not DeliveryEvent.objects.exists()


def test_a_head_is_led_like_all_and_counted_as_a_machine(client: Client) -> None:
    letter = sent()
    with time_machine.travel(LATER, tick=False):
        assert client.head(letter.click(1)).headers["Location"] == TARGET
    assert (told(), counts()) == ([(1, "head")], (1, 1))


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_no_other_method_does_anything(client: Client, method: str) -> None:
    letter = sent()
    for path in (letter.click(1), letter.pixel):
        assert getattr(client, method)(path).status_code == 405
    assert not LinkCount.objects.exists()


def test_ten_thousand_identical_hits_are_one_event_and_a_number(client: Client) -> None:
    letter = sent()
    token = letter.click(1).split("/")[2]
    with time_machine.travel(LATER, tick=False):
        for _ in range(100):
            client.get(letter.click(1))
        for _ in range(9_900):
            assert clicks.follow(token, Hit(1, LATER, "GET", BROWSER)) == TARGET
    assert (told(), counts()) == ([(1, "")], (10_000, 0))
    assert LinkCount.objects.count() <= 8


def test_machines_are_told_apart_by_what_they_are_and_when_they_come(client: Client) -> None:
    letter = sent()
    with time_machine.travel(SENT_AT + timedelta(seconds=3), tick=False):
        client.get(letter.click(1))
    with time_machine.travel(LATER, tick=False):
        client.get(letter.click(1), headers={"user-agent": "curl/8.5"})
        client.get(letter.click(1), REMOTE_ADDR="40.107.1.2")
        client.get(letter.click(1), headers={"x-forwarded-for": "9.9.9.9, 40.107.1.2"})
        trap = client.get(letter.click(1)[:-1] + "0")
    assert trap.headers["Location"] == f"{settings.SITE_URL}/"
    assert told() == [(1, "too_soon"), (1, "agent"), (1, "network"), (0, "trap")]
    assert counts() == (4, 4)


def test_the_trap_is_seen_by_nobody_and_read_out_to_nobody() -> None:
    letter = sent()
    html = letter.part("html")
    [trap] = [path for path in letter.paths("/c/") if path.endswith("/0")]
    around = html[: html.index(trap)].rpartition("<div")[2]
    assert 'aria-hidden="true"' in around
    assert "display:none" in around
    assert 'tabindex="-1"' in html[html.index(trap) :].partition("</a>")[0]
    assert trap not in letter.part("plain")


def test_where_the_association_counts_all_share_one_redirect_and_nobody_is_known(client: Client) -> None:
    letter = sent(counts_clicks=True)
    make.reader()
    edition = make.locked_edition(make.approved(link=TARGET))
    of_all = [one for one in letters(make.running(edition)) if not one.pixel]
    assert of_all
    [path] = {path for one in of_all for path in one.paths("/l/")}
    with time_machine.travel(LATER, tick=False):
        answer = client.get(path + "?u=//evil.example")
        client.head(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, TARGET)
    assert (counts(), told()) == ((2, 1), [])
    assert letter.paths("/l/") == []
    assert {field.name for field in LinkCount._meta.fields} == {"id", "link", "day", "shard", "times", "by_machines"}


def test_a_redirect_is_one_statement_and_no_session(client: Client) -> None:
    letter = sent()
    shared = links.shared_url(letter.delivery.campaign_id, 1).removeprefix(settings.SITE_URL)
    client.cookies[settings.SESSION_COOKIE_NAME] = "x"
    with CaptureQueriesContext(connection) as asked:
        assert client.get(shared).status_code == 302
    assert asked.captured_queries == [], "Django’s own layer is not asked; ours asks one statement of its own"
    assert counts() == (1, 0)


def test_a_repaired_link_leads_elsewhere_at_once(client: Client) -> None:
    letter = sent()
    links.repair(Link.objects.get(position=1), target="https://moulin.example/ici", by=None, now=LATER)
    with time_machine.travel(LATER, tick=False):
        assert client.get(letter.click(1)).headers["Location"] == "https://moulin.example/ici"


def test_the_public_letter_has_nobodys_links_and_no_picture_of_one_pixel(client: Client) -> None:
    letter = sent(counts_clicks=True)
    page = client.get(f"/editions/{letter.delivery.campaign.edition.slug}/").content.decode()
    assert TARGET.replace("&", "&amp;") in page
    for path in ("/c/", "/o/", "/l/", "/mesure/", "/u/"):
        assert path not in page
