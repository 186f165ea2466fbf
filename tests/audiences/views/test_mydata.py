"""A reader sees, takes along and has forgotten what is held of them, by a link mailed to their own address."""

import json
import re
from datetime import timedelta
from unittest.mock import Mock

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from audiences import links, mydata, subscriptions, tasks
from audiences.keys import key_of
from audiences.models import Consent, Subscriber, Subscription, Suppression
from newsletter import signing
from newsletter.models import Newsletter
from tests import make

pytestmark = pytest.mark.django_db
JEANNE = "jeanne@orange.example"


@pytest.fixture
def letter() -> Newsletter:
    return make.newsletter(slug="alpilles")


@pytest.fixture
def jeanne(letter: Newsletter) -> Subscriber:
    return make.consenting(JEANNE, of=letter, first_name="=Jeanne")


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """What the door asked the workers to send."""
    sent = Mock()
    monkeypatch.setattr(tasks.send_data_link, "delay_on_commit", sent)
    return sent


def preferences(letter: Newsletter, address: str = JEANNE) -> str:
    return links.preferences_url(letter.pk, key_of(address)).removeprefix("http://127.0.0.1:8000")


def mailed(letter: Newsletter, browser: Client) -> str:
    """Ask, have it mailed, and return the link in the mail."""
    assert browser.post(f"{preferences(letter)}mes-donnees/").status_code == 200
    tasks.send_data_link(Subscriber.objects.get(address=JEANNE).pk)
    found = re.search(r"http://127\.0\.0\.1:8000(/mes-donnees/\S+)", mail.outbox[-1].body)
    assert found
    return found[1]


def test_the_preferences_never_show_the_address_and_mail_a_link_to_it(
    letter: Newsletter, jeanne: Subscriber, browser: Client, woken: Mock
) -> None:
    page = browser.get(preferences(letter)).content.decode()
    assert JEANNE not in page
    assert "Recevoir le lien vers mes données" in page
    answer = browser.post(f"{preferences(letter)}mes-donnees/").content.decode()
    assert JEANNE not in answer
    assert "Regardez votre messagerie." in answer
    woken.assert_called_once_with(jeanne.pk)

    tasks.send_data_link(jeanne.pk)
    tasks.send_data_link(jeanne.pk)
    [message] = mail.outbox
    assert message.to == [JEANNE]
    assert "=Jeanne" not in message.body


def test_one_link_an_hour_and_the_answer_is_the_same_for_nobody(
    letter: Newsletter, jeanne: Subscriber, browser: Client, woken: Mock
) -> None:
    answers = [browser.post(f"{preferences(letter)}mes-donnees/") for _ in range(3)]
    answers.append(browser.post(f"{preferences(letter, 'personne@orange.example')}mes-donnees/"))
    assert len({(answer.status_code, answer.content) for answer in answers}) == 1
    assert woken.call_count == 1
    assert mydata.ask(jeanne.pk, now=timezone.now() + timedelta(hours=1))


def test_without_a_broker_the_clock_sends_it(letter: Newsletter, jeanne: Subscriber, browser: Client) -> None:
    browser.post(f"{preferences(letter)}mes-donnees/")
    tasks.send_late_confirmations()
    assert mail.outbox == []  # a worker may have it in hand
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        tasks.send_late_confirmations()
        tasks.send_late_confirmations()
    assert [message.to for message in mail.outbox] == [[JEANNE]]


def test_everything_is_shown_and_taken_along(letter: Newsletter, jeanne: Subscriber, browser: Client) -> None:
    link = mailed(letter, browser)
    page = browser.get(link).content.decode()
    assert JEANNE in page
    assert "Ce que vous avez accepté ou retiré" in page

    taken = browser.get(f"{link}donnees.json")
    assert taken.headers["Content-Disposition"] == 'attachment; filename="mes-donnees.json"'
    told = json.loads(taken.content)
    assert told["subscriber"][0]["address"] == JEANNE
    assert told["consent"][0]["wording"] == ""
    assert told["subscription"][0]["newsletter"] == letter.name
    table = browser.get(f"{link}donnees.csv").content.decode()
    assert f"subscriber,1,address,{JEANNE}" in table
    assert "subscriber,1,first_name,'=Jeanne" in table
    for url in (link, f"{link}donnees.json", f"{link}donnees.csv"):
        assert "no-store" in browser.get(url).headers["Cache-Control"]


def test_the_link_lives_for_an_hour_and_opens_nothing_else(
    letter: Newsletter, jeanne: Subscriber, browser: Client
) -> None:
    link = mailed(letter, browser)
    token = link.split("/")[2]
    of_preferences = preferences(letter).split("/")[2]
    for url in (
        f"/preferences/{token}/",
        f"/u/{token}",
        f"/mes-donnees/{of_preferences}/",
        f"/mes-donnees/{of_preferences}/oublier/",
        f"/mes-donnees/{token[:-1]}/",
    ):
        assert browser.get(url).status_code == 404
        assert browser.post(url).status_code in (403, 404, 405)
    with time_machine.travel(timezone.now() + timedelta(minutes=59)):
        assert browser.get(link).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        for url in (link, f"{link}donnees.json", f"{link}donnees.csv", f"{link}oublier/"):
            assert browser.get(url).status_code == 404
        assert browser.post(f"{link}oublier/").status_code == 404
    assert Subscriber.objects.exists()


def test_forgetting_is_confirmed_and_then_done(letter: Newsletter, jeanne: Subscriber, browser: Client) -> None:
    link = mailed(letter, browser)
    asked = browser.get(f"{link}oublier/").content.decode()
    assert "Cela ne se défait pas." in asked
    browser.head(f"{link}oublier/")
    assert Subscriber.objects.exists()

    done = browser.post(f"{link}oublier/").content.decode()
    assert "vos données sont effacées" in done
    assert JEANNE not in done
    assert not Subscriber.objects.exists()
    assert Suppression.objects.get().reason == "erased"
    assert Consent.objects.filter(act="withdrawn", source="/mes-donnees/").exists()
    assert browser.get(link).status_code == 404
    assert browser.post(f"{link}oublier/").status_code == 404


def test_who_left_still_reaches_their_data(letter: Newsletter, jeanne: Subscriber, browser: Client) -> None:
    subscriptions.leave(letter, key_of(JEANNE), now=timezone.now())
    page = browser.get(preferences(letter)).content.decode()
    assert "Recevoir le lien vers mes données" in page
    assert JEANNE in browser.get(mailed(letter, browser)).content.decode()


def test_all_letters_are_left_by_one_button(letter: Newsletter, jeanne: Subscriber, browser: Client) -> None:
    other = make.newsletter(name="La lettre du Luberon")
    Subscription.objects.create(newsletter=other, subscriber=jeanne, state="confirmed", confirmed_at=timezone.now())
    page = browser.get(preferences(letter)).content.decode()
    assert "La lettre du Luberon" in page
    assert "Ne plus recevoir aucune lettre" in page
    for _ in range(2):
        answer = browser.post(f"{preferences(letter)}tout-quitter/").content.decode()
        assert "aucune de nos lettres" in answer
    assert {one.state for one in Subscription.objects.all()} == {"ended"}
    lines = Consent.objects.filter(act="withdrawn", purpose="newsletter")
    assert {line.newsletter for line in lines} == {letter.slug, other.slug}
    assert {line.method for line in lines} == {"preference_centre"}


@pytest.mark.parametrize(
    ("chosen", "kept"), [("every", (False, False)), ("monthly", (True, False)), ("operations", (False, True))]
)
def test_each_rhythm_is_kept_and_shown(
    letter: Newsletter, jeanne: Subscriber, browser: Client, chosen: str, kept: tuple[bool, bool]
) -> None:
    browser.post(preferences(letter), {"language": "fr", "frequency": chosen})
    standing = Subscription.objects.get()
    assert (standing.monthly, standing.operations_only) == kept
    page = browser.get(preferences(letter)).content.decode()
    assert re.search(rf'value="{chosen}"[^>]*checked', page)


def test_coming_back_less_often_puts_aside_the_rhythm_of_before(
    letter: Newsletter, jeanne: Subscriber, browser: Client
) -> None:
    browser.post(preferences(letter), {"language": "fr", "frequency": "operations"})
    subscriptions.leave(letter, key_of(JEANNE), now=timezone.now())
    subscriptions.come_back(letter, key_of(JEANNE), monthly=True, now=timezone.now())
    standing = Subscription.objects.get()
    assert (standing.monthly, standing.operations_only) == (True, False)


def test_a_token_of_long_ago_is_no_way_in(letter: Newsletter, jeanne: Subscriber, browser: Client) -> None:
    future = links.data_url(links.DataAsk(key_of(JEANNE), timezone.now() + timedelta(days=900))).split("/")[-2]
    forged = signing.seal(signing.Purpose.STAY, b"x" * 40)
    for token in (future, forged):
        assert browser.get(f"/mes-donnees/{token}/").status_code == 404
