"""The public way in."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any
from unittest.mock import Mock

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from kombu.exceptions import OperationalError

from audiences import ceilings, demands, subscriptions, suppressions, tasks, wordings
from audiences.core.consent import Purpose, StopReason, SubscriptionState
from audiences.models import Consent, Demand, Subscriber, Subscription
from newsletter.models import Newsletter
from tests import make

pytestmark = pytest.mark.django_db
JEANNE = "jeanne@orange.example"
# Rules about slips are about domains of the world; nothing is ever sent to these.
RIGHT, SLIP = (f"jeanne@{domain}" for domain in ("gmail.com", "gmial.com"))


@pytest.fixture
def letter() -> Newsletter:
    return make.newsletter(slug="alpilles")


@pytest.fixture
def mailed(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """What the workers would send of what the door wrote down."""
    sent = Mock()

    def read_at_once(demand: int) -> None:
        mail_to = demands.answer(demand)
        if mail_to is not None:
            sent(mail_to)

    monkeypatch.setattr(tasks.answer_demand, "delay_on_commit", read_at_once)
    return sent


def typed(**said: Any) -> dict[str, Any]:
    return {"email": JEANNE, "language": "fr", "newsletter": "on", **said}


@pytest.fixture
def post(letter: Newsletter, client: Client) -> Callable[..., Any]:
    """Read the page, take a minute, send it."""

    def send(seconds: float = 60, **said: Any) -> Any:
        with time_machine.travel(make.NOON, tick=False) as clock:
            page = client.get("/lettre/alpilles/").content.decode()
            stamp = re.search(r'name="stamp" value="([^"]+)"', page)
            assert stamp
            clock.shift(seconds)
            return client.post("/lettre/alpilles/", {"stamp": stamp[1], **typed(**said)})

    return send


def test_both_boxes_are_empty_and_each_field_has_its_label(letter: Newsletter, client: Client) -> None:
    page = client.get("/lettre/alpilles/").content.decode()
    for box in ("newsletter", "tracking"):
        tag = re.search(rf'<input type="checkbox" name="{box}"[^>]*>', page)
        assert tag
        assert "checked" not in tag[0]
    for field in re.findall(r'<(?:input|select)[^>]* id="(id_[^"]+)"', page):
        assert f'for="{field}"' in page or 'type="hidden"' in page
    assert page.count("<h1") == 1
    assert "CNIL" in page
    assert "Maussane-les-Alpilles" in page  # the postal address of who asks


def test_a_demand_becomes_a_mail_and_a_thank_you(post: Callable[..., Any], mailed: Mock) -> None:
    maussane = make.place()
    answer = post(first_name="Jeanne", where="13520", interests=["wine"], tracking="on")

    assert (answer.status_code, answer.url) == (302, "/lettre/alpilles/merci/")
    subscription = Subscription.objects.get()
    assert subscription.state == SubscriptionState.ASKED
    assert subscription.subscriber.commune == maussane.insee
    assert Consent.objects.filter(purpose="tracking", act="asked").exists()
    mailed.assert_called_once_with(subscription.pk)


def test_the_answer_is_the_same_for_new_known_and_suppressed(
    letter: Newsletter, post: Callable[..., Any], client: Client, mailed: Mock
) -> None:
    make.reader("connue@orange.example", of=letter)
    suppressions.suppress("plus@orange.example", reason=StopReason.COMPLAINED, now=make.NOON)
    answers = [post(email=email) for email in (JEANNE, "connue@orange.example", "plus@orange.example", JEANNE)]

    assert {(answer.status_code, answer.url, answer.content) for answer in answers} == {
        (302, "/lettre/alpilles/merci/", b"")
    }
    assert "une fois" not in client.get(answers[0].url).content.decode()
    assert mailed.call_count == 2
    assert not Subscriber.objects.filter(address="plus@orange.example").exists()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"email": ""}, "Indiquez votre adresse e-mail."),
        ({"email": "jeanne"}, "Une adresse s’écrit avec un seul @"),
        ({"email": "jeanne@localhost"}, "Il manque la fin de l’adresse"),
        ({"newsletter": ""}, "Cochez cette case pour recevoir la lettre"),
        ({"first_name": "Gagnez 1000 € http://x.example"}, "Écrivez votre prénom en lettres."),
        ({"where": "00000"}, "Nous ne trouvons pas cette commune."),
        ({"interests": ["fishing"]}, "Choisissez dans la liste."),
        ({"language": "xx"}, "Choisissez une langue de la liste."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(
    post: Callable[..., Any], mailed: Mock, said: dict[str, Any], sentence: str
) -> None:
    answer = post(**{"first_name": "Zoé", "interests": ["wine"], "tracking": "on", **said})
    page = answer.content.decode()

    assert answer.status_code == 200
    assert sentence in page
    field = next(iter(said))
    assert re.search(rf'id="id_{field}_error"', page)
    if field != "first_name":
        assert 'value="Zoé"' in page
    assert re.search(r'name="tracking"[^>]*checked', page)
    assert not Subscriber.objects.exists()
    assert not mailed.called


def test_a_shared_postcode_asks_which_commune(post: Callable[..., Any], mailed: Mock) -> None:
    make.place("Maussane-les-Alpilles", insee="13058")
    make.place("Paradou", insee="13068")
    page = post(where="13520").content.decode()
    assert "choisissez la vôtre" in page
    assert "Paradou" in page

    assert post(where="13520", commune="13068").status_code == 302
    assert Subscriber.objects.get().commune == "13068"


def test_htmx_fetches_the_communes_of_a_postcode(client: Client) -> None:
    make.place("Maussane-les-Alpilles", insee="13058")
    assert b"<select" not in client.get("/communes/", {"where": "13520"}).content
    make.place("Paradou", insee="13068")
    part = client.get("/communes/", {"where": "13520"}).content.decode()
    assert "Paradou" in part
    assert "<html" not in part


def test_a_machine_gets_the_same_answer_and_nothing_happens(post: Callable[..., Any], mailed: Mock) -> None:
    assert post(website="https://spam.example").url == "/lettre/alpilles/merci/"
    assert not Subscriber.objects.exists()


def test_too_fast_or_too_late_is_asked_to_send_again(post: Callable[..., Any], mailed: Mock) -> None:
    assert "allé très vite" in post(seconds=0.5).content.decode()
    late = post(seconds=2 * 86_400).content.decode()
    assert "restée ouverte longtemps" in late
    assert f'value="{JEANNE}"' in late
    assert not Subscriber.objects.exists()


def test_a_letter_that_does_not_exist_is_not_found(client: Client) -> None:
    assert client.get("/lettre/rien/").status_code == 404


def test_the_mail_repeats_nothing_that_was_typed_and_its_link_confirms(letter: Newsletter, client: Client) -> None:
    asked = subscriptions.ask(letter, address=JEANNE, first_name="Achetez http", language="fr", now=timezone.now())
    assert asked.mail_to
    tasks.send_confirmation(asked.mail_to)

    (message,) = mail.outbox
    assert message.to == [JEANNE]
    html = message.alternatives[0][0]  # type: ignore[attr-defined]
    assert "Achetez" not in message.subject + message.body + html
    link = re.search(r"http://127\.0\.0\.1:8000(/confirmer/\S+)", message.body)
    assert link
    assert link[1] in html
    client.post(link[1])
    assert Subscription.objects.get().state == SubscriptionState.CONFIRMED


def test_who_is_subscribed_already_is_told_so(letter: Newsletter) -> None:
    make.reader(JEANNE, of=letter)
    asked = subscriptions.ask(letter, address=JEANNE, now=timezone.now())
    assert asked.mail_to
    tasks.send_confirmation(asked.mail_to)
    assert "/preferences/" in mail.outbox[0].body
    assert "/confirmer/" not in mail.outbox[0].body


def test_a_mail_to_an_international_domain_goes_to_its_a_label(letter: Newsletter) -> None:
    asked = subscriptions.ask(letter, address="Jeanne@hôtel.example", now=timezone.now())
    assert asked.mail_to
    tasks.send_confirmation(asked.mail_to)
    assert mail.outbox[0].to == ["Jeanne@xn--htel-vqa.example"]


def test_a_task_for_who_has_gone_sends_nothing(letter: Newsletter) -> None:
    asked = subscriptions.ask(letter, address=JEANNE, now=timezone.now() - timedelta(hours=1))
    assert asked.mail_to
    Subscriber.objects.all().delete()
    tasks.send_confirmation(asked.mail_to)
    assert mail.outbox == []


def test_a_mail_whose_hint_was_lost_leaves_by_the_clock_and_only_once(letter: Newsletter) -> None:
    subscriptions.ask(letter, address=JEANNE, now=timezone.now() - timedelta(minutes=2))
    subscriptions.ask(letter, address="autre@orange.example", now=timezone.now())
    for _ in range(2):
        tasks.send_late_confirmations()
    assert [message.to for message in mail.outbox] == [[JEANNE]]


def test_a_mail_that_the_relay_refused_is_tried_again(letter: Newsletter, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = subscriptions.ask(letter, address=JEANNE, now=timezone.now() - timedelta(minutes=2))
    assert asked.mail_to
    with monkeypatch.context() as broken:
        broken.setattr(tasks.mailer, "send", Mock(side_effect=OSError("relay away")))
        with pytest.raises(OSError, match="relay away"):
            tasks.send_confirmation(asked.mail_to)
        tasks.send_late_confirmations()
    tasks.send_late_confirmations()
    assert len(mail.outbox) == 1


def test_a_visitor_does_not_notice_that_the_broker_is_away(
    post: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.answer_demand, "delay_on_commit", Mock(side_effect=OperationalError))
    assert post().url == "/lettre/alpilles/merci/"
    assert not Subscriber.objects.exists()
    with time_machine.travel(make.NOON + timedelta(minutes=3), tick=False):
        tasks.send_late_confirmations()
        tasks.send_late_confirmations()
    assert [message.to for message in mail.outbox] == [[JEANNE]]
    assert not Demand.objects.exists()


def test_the_door_asks_the_database_the_same_for_every_address(
    letter: Newsletter, post: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """New, known, suppressed, asked today, asked too often, and a domain that takes no mail: not a byte differs."""
    monkeypatch.setattr(tasks.answer_demand, "delay_on_commit", Mock())
    make.reader("connue@orange.example", of=letter)
    suppressions.suppress("plus@orange.example", reason=StopReason.COMPLAINED, now=make.NOON)
    for day in range(3):
        subscriptions.ask(letter, address="trois@orange.example", now=make.NOON - timedelta(days=9 - day))
    subscriptions.ask(letter, address="hier@orange.example", now=make.NOON - timedelta(hours=2))
    post(email="premier@orange.example")
    asked, answers = [], []
    for who in ("neuve@orange.example", "connue@orange.example", "plus@orange.example", "trois@orange.example",
                "hier@orange.example", "x@nulle-part.invalid.example"):  # fmt: skip
        with CaptureQueriesContext(connection) as seen:
            answer = post(email=who)
        asked.append([re.sub(r"'[^']*'|\d+|\\\\x[0-9a-f]+", "?", one["sql"]) for one in seen])
        answers.append((answer.status_code, sorted(answer.headers.items()), answer.content, dict(answer.cookies)))
    assert len(asked[0]) > 2
    assert all(one == asked[0] for one in asked)
    assert all(one == answers[0] for one in answers)
    assert Demand.objects.count() == 7


def elsewhere(client: Client, **said: Any) -> Any:
    """Sent by a form on a member's site: no cookie, no stamp, another origin."""
    form = {"ailleurs": wordings.both("fr"), "lu_en": "fr", **typed(**said)}
    return client.post(
        "/lettre/alpilles/", form, HTTP_ORIGIN="https://moulin.example", HTTP_SEC_FETCH_SITE="cross-site"
    )


def test_a_form_on_another_site_works_without_cookie_or_script(letter: Newsletter, mailed: Mock) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = elsewhere(client, first_name="Jeanne", tracking="on")
    assert (answer.status_code, answer.url, dict(client.cookies)) == (302, "/lettre/alpilles/merci/", {})
    assert mailed.call_count == 1
    lines = Consent.objects.order_by("pk")
    assert {line.source for line in lines} == {"/lettre/alpilles/ ailleurs"}
    assert {line.wording for line in lines} == {wordings.current(purpose, "fr").digest for purpose in Purpose}
    assert elsewhere(client, website="https://spam.example").url == "/lettre/alpilles/merci/"
    assert Subscriber.objects.count() == 1


def test_a_form_elsewhere_that_shows_old_words_or_a_fault_leads_to_our_own_page(
    letter: Newsletter, mailed: Mock
) -> None:
    client = Client(enforce_csrf_checks=True)
    for said in ({"ailleurs": "0" * 24}, {"newsletter": ""}, {"email": "jeanne"}):
        page = elsewhere(client, **said).content.decode()
        assert "Votre demande n’est pas encore partie." in page
        assert 'name="stamp"' in page
    english = elsewhere(client, lu_en="en", ailleurs=wordings.both("en"), email="jeanne").content.decode()
    assert '<html lang="en"' in english
    assert not Subscriber.objects.exists()


def test_the_snippet_that_the_board_copies_is_one_that_works(letter: Newsletter, client: Client, mailed: Mock) -> None:
    client.force_login(make.board_member(), backend="django.contrib.auth.backends.ModelBackend")
    for language in ("fr", "en"):
        page = client.get("/bureau/lecteurs/formulaire/", {"en": language}).content.decode()
        found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
        assert found
        snippet = unescape(found[1])
        assert "<script" not in snippet
        assert "checked" not in snippet
        assert wordings.current(Purpose.NEWSLETTER, language).text in snippet
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', snippet))
        action = re.search(r'action="http://127\.0\.0\.1:8000([^"]+)"', snippet)
        assert action
        stranger = Client(enforce_csrf_checks=True)
        assert stranger.post(action[1], {**hidden, **typed(email=f"{language}@orange.example")}).status_code == 302
    assert mailed.call_count == 2


@pytest.mark.parametrize(("chosen", "kept"), [(RIGHT, RIGHT), (SLIP,) * 2])
def test_a_slip_in_the_domain_is_asked_about_and_never_mended_silently(
    post: Callable[..., Any], mailed: Mock, chosen: str, kept: str
) -> None:
    page = post(email=SLIP).content.decode()
    assert RIGHT in page
    assert f"{SLIP}, telle quelle" in page
    assert not re.search(r'name="which_address"[^>]*checked', page)
    assert not Subscriber.objects.exists()
    assert post(email=SLIP, which_address="autre@orange.example").status_code == 200
    assert post(email=SLIP, which_address=chosen).status_code == 302
    assert Subscriber.objects.get().address == kept


def test_a_network_that_sends_too_much_is_asked_to_wait(
    post: Callable[..., Any], mailed: Mock, settings: Any, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    monkeypatch.setattr(ceilings, "OF_A_NETWORK", 2)
    settings.VISITOR_HEADER = "X-Real-IP"
    client.defaults["HTTP_X_REAL_IP"] = "203.0.114.7"
    answers = [post(email=f"n{number}@orange.example") for number in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert 'value="n2@orange.example"' in answers[2].content.decode()
    assert "Envoyez de nouveau dans une heure" in answers[2].content.decode()
    client.defaults["HTTP_X_REAL_IP"] = "198.51.101.9"
    assert post(email="ailleurs@orange.example").status_code == 302
    assert Subscriber.objects.count() == 3
