"""Coming in: once by each link, by a press, and back to where one wanted to go."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from newsletter import signin, tasks
from newsletter.models import SignInCode, User
from tests import make

pytestmark = pytest.mark.django_db
JEANNE = "jeanne@mas.example"


@pytest.fixture
def jeanne() -> User:
    return make.user(JEANNE, name="Jeanne Aubert")


def ask(client: Client, email: str = JEANNE, next_path: str = "") -> Any:
    return client.post(reverse("sign-in"), {"email": email, "next": next_path})


def link() -> str:
    found = re.search(r"http://[^/]+(/connexion/lien/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def code() -> str:
    found = re.search(r"\b(\d{6})\b", str(mail.outbox[-1].body))
    assert found
    return found[1]


def inside(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_known_and_unknown_addresses_get_the_same_answer(client: Client, jeanne: User) -> None:
    answers = []
    for email in (JEANNE, "stranger@mas.example"):
        page = ask(client, email)
        html = client.get(page.url).content.decode().replace(email, "…")
        answers.append((page.status_code, page.url, re.sub(r"[A-Za-z0-9]{64}", "token", html)))

    assert answers[0] == answers[1]
    assert [message.to for message in mail.outbox] == [[JEANNE]]


def test_the_mail_has_two_parts_and_says_what_it_is(client: Client, jeanne: User) -> None:
    ask(client, "JEANNE@mas.example")

    message = mail.outbox[0]
    assert message.subject == "Votre lien de connexion à Garrigue"
    assert message.extra_headers["X-Garrigue-Kind"] == "sign-in"
    assert message.alternatives[0].mimetype == "text/html"
    assert link() in message.alternatives[0].content
    assert code() in message.alternatives[0].content


def test_opening_the_link_shows_a_button_and_uses_nothing_up(client: Client, jeanne: User) -> None:
    ask(client)

    for _ in range(3):
        assert "Me connecter" in client.get(link()).content.decode()
        client.head(link())
    assert not inside(client)


def test_the_link_lets_in_once(client: Client, jeanne: User) -> None:
    ask(client)
    page = client.post(link())

    assert (page.status_code, page.url, inside(client)) == (302, reverse("desk"), True)
    stranger = Client()
    assert stranger.post(link()).status_code == 410
    assert stranger.get(link()).status_code == 410
    assert not inside(stranger)


def test_a_person_stays_for_ninety_days(client: Client, jeanne: User) -> None:
    ask(client)
    client.post(link())

    assert client.session.get_expiry_age() == 90 * 24 * 60 * 60


def test_a_link_of_an_hour_ago_offers_a_new_one_that_leads_to_the_same_page(client: Client, jeanne: User) -> None:
    draft = "/espace/offres/7/modifier/"
    ask(client, next_path=draft)
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        page = client.get(link())
        assert page.status_code == 410
        assert "Recevoir un nouveau lien" in page.content.decode()

        action = re.search(r'action="(/connexion/nouveau-lien/[^"]+)"', page.content.decode())
        assert action
        client.post(action[1], {"next": draft})
        assert len(mail.outbox) == 2
        assert client.post(link()).url == draft


def test_a_link_that_is_not_ours_leads_to_the_sign_in_page(client: Client) -> None:
    page = client.get(reverse("sign-in-link", args=["AAAA", "1.a.b.c"]) + "?next=/espace/")

    assert page.status_code == 410
    assert "/connexion/?next=%2Fespace%2F" in page.content.decode()


def test_an_old_link_asks_but_never_opens(client: Client, jeanne: User) -> None:
    keys = signin.issue(jeanne, now=timezone.now())
    assert keys
    assert client.get(reverse("sign-in-again", args=[keys.again])).status_code == 405
    client.post(reverse("sign-in-again", args=[keys.again]))

    assert len(mail.outbox) == 1
    assert not inside(client)


def test_the_six_digits_let_in_on_the_device_that_asked(client: Client, jeanne: User) -> None:
    page = ask(client, next_path="/espace/offres/7/")
    digits = code()

    page = client.post(page.url, {"code": f" {digits[:3]} {digits[3:]}"})

    assert (page.url, inside(client)) == ("/espace/offres/7/", True)
    assert Client().get(link()).status_code == 410, "the link beside the code is over too"


def test_five_wrong_tries_close_the_code(client: Client, jeanne: User) -> None:
    url = ask(client).url
    right = code()
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    for _ in range(5):
        page = client.post(url, {"code": wrong})
        assert "n’est pas le bon" in page.content.decode()

    client.post(url, {"code": right})
    assert not inside(client)


def test_a_code_is_good_for_one_person_one_hour_once(client: Client, jeanne: User) -> None:
    now = timezone.now()
    other = make.user("luc@mas.example")
    keys = signin.issue(jeanne, now=now)
    assert keys

    assert signin.redeem_code(other.email, keys.code, now=now) is None
    assert signin.redeem_code(JEANNE, keys.code, now=now + timedelta(minutes=60)) is None
    assert signin.redeem_code(JEANNE, keys.code, now=now) == jeanne
    assert signin.redeem_code(JEANNE, keys.code, now=now) is None


def test_digits_are_kept_only_as_a_keyed_hash(jeanne: User) -> None:
    keys = signin.issue(jeanne, now=timezone.now())
    assert keys

    row = SignInCode.objects.get()
    assert keys.code not in row.digest
    assert re.fullmatch("[0-9a-f]{64}", row.digest)


def test_the_sixth_mail_within_an_hour_is_not_written(client: Client, jeanne: User) -> None:
    for _ in range(7):
        assert ask(client).status_code == 302
    assert len(mail.outbox) == 5

    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        ask(client)
    assert len(mail.outbox) == 6


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:///evil.example", "x"],
)
def test_nobody_is_sent_elsewhere(client: Client, jeanne: User, elsewhere: str) -> None:
    ask(client, next_path=elsewhere)
    assert "evil" not in link()
    page = client.post(link().partition("?")[0], {"next": elsewhere})

    assert page.url == reverse("desk")


def test_a_stranger_at_the_desk_signs_in_and_arrives_there(client: Client, jeanne: User) -> None:
    page = client.get("/espace/offres/7/")
    assert page.url == "/connexion/?next=/espace/offres/7/"
    assert 'value="/espace/offres/7/"' in client.get(page.url).content.decode()


def test_a_button_pressed_too_late_leads_back_to_the_page_that_showed_it(client: Client) -> None:
    page = client.post("/espace/offres/7/envoyer/", headers={"referer": "http://testserver/espace/offres/7/"})

    assert page.url == "/connexion/?next=/espace/offres/7/"


@pytest.mark.parametrize(("typed", "said"), [("", "Indiquez votre adresse"), ("jeanne@", "ne semble pas complète")])
def test_a_wrong_address_is_named_at_its_field_and_kept(client: Client, typed: str, said: str) -> None:
    page = ask(client, typed).content.decode()

    assert said in page
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="id_email_error"' in page
    assert not typed or f'value="{typed}"' in page


def test_someone_who_left_is_written_to_no_more(client: Client) -> None:
    make.user(JEANNE, is_active=False)
    ask(client)

    assert mail.outbox == []


def test_a_silent_broker_tells_nobody_which_addresses_we_know(
    client: Client, jeanne: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.send_sign_in, "delay_on_commit", down)

    assert ask(client).url == reverse("sign-in-code")


def test_codes_are_forgotten_after_a_day(jeanne: User) -> None:
    now = timezone.now()
    signin.issue(jeanne, now=now - timedelta(days=2))
    signin.issue(jeanne, now=now)

    assert (signin.forget_old(now=now), SignInCode.objects.count()) == (1, 1)


def test_one_goes_out_by_a_press_only(client: Client, jeanne: User) -> None:
    client.force_login(jeanne)
    assert client.get(reverse("sign-out")).status_code == 405
    assert inside(client)

    client.post(reverse("sign-out"))
    assert not inside(client)


def test_the_tour_lets_in_by_one_press(client: Client, jeanne: User, settings: Any) -> None:
    settings.DEMO = True
    make.member("Mas des Oliviers", person=jeanne)
    url = reverse("demo-enter", args=[signin.demo_token(jeanne, "/espace/")])

    page = client.get(url).content.decode()
    assert "Entrer comme Jeanne Aubert" in page
    assert "(Mas des Oliviers)" in page
    assert not inside(client)
    assert client.post(url).url == "/espace/"
    assert inside(client)


def test_outside_the_demo_the_tour_does_not_exist(client: Client, jeanne: User, settings: Any) -> None:
    settings.DEMO = False
    url = reverse("demo-enter", args=[signin.demo_token(jeanne, "/espace/")])

    assert client.post(url).status_code == 404
    settings.DEMO = True
    assert client.post(reverse("demo-enter", args=["1.laptop.a.b"])).status_code == 404
