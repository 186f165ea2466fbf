"""The pages behind a reader's own links."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from audiences import links, subscriptions
from audiences.core.consent import Act, SubscriptionState
from audiences.keys import key_of
from audiences.links import Ask
from audiences.models import Consent, Subscriber, Subscription
from newsletter import signing
from newsletter.models import Newsletter
from tests import make

pytestmark = pytest.mark.django_db
JEANNE = "jeanne@orange.example"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
SENTENCE = "Un message déjà parti peut encore arriver."


@pytest.fixture
def letter() -> Newsletter:
    return make.newsletter(slug="alpilles")


@pytest.fixture
def jeanne(letter: Newsletter) -> Subscriber:
    return make.reader(JEANNE, of=letter, language="fr")


@pytest.fixture
def browser() -> Client:
    """A mail provider or a person without any cookie, refused wherever a CSRF token is wanted."""
    return Client(enforce_csrf_checks=True)


def path(url: str) -> str:
    return url.removeprefix(settings.SITE_URL)


def way_out(letter: Newsletter) -> str:
    return path(links.unsubscribe_url(letter.pk, key_of(JEANNE)))


def way_in(letter: Newsletter) -> str:
    return path(links.preferences_url(letter.pk, key_of(JEANNE)))


def state() -> str:
    return Subscription.objects.get().state


def withdrawn() -> int:
    return Consent.objects.filter(act=Act.WITHDRAWN).count()


@pytest.mark.parametrize("multipart", [False, True])
def test_one_click_acts_without_cookie_token_or_redirect(
    letter: Newsletter, jeanne: Subscriber, browser: Client, multipart: bool
) -> None:
    kind = {} if multipart else {"content_type": "application/x-www-form-urlencoded"}
    body = ONE_CLICK if multipart else urlencode(ONE_CLICK)
    for _ in range(2):
        answer = browser.post(way_out(letter), body, **kind)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert not answer.cookies
    assert (state(), withdrawn()) == ("ended", 1)
    assert Consent.objects.get().method == "one_click"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"no boundary at all", "multipart/form-data"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"{}", "application/json"),
    ],
)
def test_a_body_that_nobody_can_read_keeps_nobody_in(
    letter: Newsletter, jeanne: Subscriber, browser: Client, body: bytes, kind: str
) -> None:
    assert browser.post(way_out(letter), body, content_type=kind).status_code == 200
    assert state() == "ended"


def test_looking_never_acts(letter: Newsletter, jeanne: Subscriber, browser: Client) -> None:
    asked = subscriptions.ask(letter, address="autre@orange.example", now=timezone.now())
    subscription = Subscription.objects.get(pk=asked.mail_to)
    assert subscription.asked_at is not None
    before = list(Consent.objects.values()), list(Subscription.objects.values()), list(Subscriber.objects.values())

    for url in (
        way_out(letter),
        way_in(letter),
        path(links.confirm_url(Ask(subscription.pk, subscription.asked_at))),
        f"{way_out(letter)}/revenir/",
    ):
        for look in (browser.get, browser.head, browser.options, browser.put, browser.delete):
            assert look(url + "?List-Unsubscribe=One-Click").status_code in (200, 405)
    assert before == (
        list(Consent.objects.values()),
        list(Subscription.objects.values()),
        list(Subscriber.objects.values()),
    )


def test_the_leave_page_has_one_button_and_a_masked_address(
    letter: Newsletter, jeanne: Subscriber, browser: Client
) -> None:
    page = browser.get(way_out(letter)).content.decode()
    assert "j•••@o•••.example" in page
    assert JEANNE not in page
    assert page.count("<button") == 1
    assert page.count("<h1") == 1


def test_the_leave_page_weighs_less_than_twenty_kilobytes_with_its_styles(
    letter: Newsletter, jeanne: Subscriber, browser: Client
) -> None:
    page = browser.get(way_out(letter)).content
    assert b"<script" not in page
    assert b"style=" not in page
    sheets = [Path(settings.BASE_DIR) / sheet for sheet in re.findall(r'"/(static/[^"]+\.css)"', page.decode())]
    drawn = [settings.BASE_DIR / "static/house" / name for name in ("sprig.svg", "ridge.svg")]
    assert sheets
    assert len(page) + sum(file.stat().st_size for file in [*sheets, *drawn]) < 20_000


def test_leaving_by_the_button_says_so_and_offers_three_ways_back(
    letter: Newsletter, jeanne: Subscriber, browser: Client
) -> None:
    page = browser.post(way_out(letter)).content.decode()
    assert "C’est fait." in page
    assert SENTENCE in page
    assert re.findall(r'name="how" value="(\w+)"', page) == ["again", "monthly", "pause"]
    assert Consent.objects.get().method == "form"


@pytest.mark.parametrize("how", ["again", "monthly", "pause"])
def test_each_way_back_is_a_post(letter: Newsletter, jeanne: Subscriber, browser: Client, how: str) -> None:
    browser.post(way_out(letter))
    answer = browser.post(f"{way_out(letter)}/revenir/", {"how": how})

    assert answer.status_code == 200
    back = Subscription.objects.select_related("subscriber").get()
    assert back.state == "confirmed"
    assert back.monthly is (how == "monthly")
    assert (back.subscriber.paused_until is not None) is (how == "pause")


def test_a_late_return_is_shown_the_way_to_subscribe(letter: Newsletter, jeanne: Subscriber, browser: Client) -> None:
    browser.post(way_out(letter))
    Subscription.objects.update(ended_at=timezone.now() - timedelta(days=2))
    answer = browser.post(f"{way_out(letter)}/revenir/", {"how": "again"})
    assert "/lettre/alpilles/" in answer.content.decode()
    assert state() == "ended"


def test_leaving_works_after_erasure_and_with_rotated_keys(
    letter: Newsletter, jeanne: Subscriber, browser: Client, settings: object
) -> None:
    url = way_out(letter)
    jeanne.delete()
    settings.SIGNING_KEYS = (("new", "new key"), *settings.SIGNING_KEYS)  # type: ignore[attr-defined]

    assert browser.get(url).status_code == 200
    assert SENTENCE in browser.post(url).content.decode()
    assert browser.post(url, ONE_CLICK).status_code == 200
    assert withdrawn() == 1


def test_a_link_of_another_purpose_or_none_says_nothing_about_who_exists(
    letter: Newsletter, jeanne: Subscriber, browser: Client
) -> None:
    unsubscribe, preferences = way_out(letter).removeprefix("/u/"), way_in(letter).split("/")[2]
    stranger = signing.seal(signing.Purpose.CONFIRM, "999999.1")
    answers = [
        browser.get(f"/u/{preferences}"),
        browser.post(f"/u/{preferences}", ONE_CLICK),
        browser.get(f"/u/{unsubscribe[:-1]}x"),
        browser.get("/u/anything"),
        browser.get(f"/preferences/{unsubscribe}/"),
        browser.post(f"/preferences/{unsubscribe}/", {"tracking": "on"}),
        browser.post(f"/confirmer/{unsubscribe}/"),
        browser.post(f"/confirmer/{stranger}/"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert state() == "confirmed"


def test_confirming_takes_one_button(letter: Newsletter, browser: Client) -> None:
    asked = subscriptions.ask(letter, address=JEANNE, now=timezone.now())
    subscription = Subscription.objects.get(pk=asked.mail_to)
    assert subscription.asked_at is not None
    url = path(links.confirm_url(Ask(subscription.pk, subscription.asked_at)))

    page = browser.get(url).content.decode()
    assert page.count("<button") == 1
    assert JEANNE not in page
    for _ in range(2):
        assert "Bienvenue." in browser.post(url).content.decode()
    assert state() == "confirmed"
    assert Consent.objects.filter(act=Act.GIVEN).count() == 1


def test_preferences_are_shown_and_kept(letter: Newsletter, jeanne: Subscriber, browser: Client) -> None:
    maussane = make.place()
    Subscriber.objects.update(interests=["wine"])
    page = browser.get(way_in(letter)).content.decode()
    assert "j•••@o•••.example" in page
    assert JEANNE not in page
    assert re.search(r'value="wine"[^>]*checked', page)
    assert not re.search(r'name="tracking"[^>]*checked', page)
    assert way_out(letter) in page

    until = timezone.localdate() + timedelta(days=30)
    answer = browser.post(
        way_in(letter),
        {
            "interests": ["table", "olive"],
            "language": "fr",
            "where": "13520",
            "frequency": "monthly",
            "paused_until": until.isoformat(),
            "tracking": "on",
        },
    )
    assert "C’est enregistré." in answer.content.decode()
    kept = Subscription.objects.select_related("subscriber").get()
    assert (kept.monthly, kept.tracking) == (True, True)
    reader = kept.subscriber
    assert (reader.interests, reader.commune, reader.paused_until) == (["table", "olive"], maussane.insee, until)


def test_preferences_say_what_is_wrong_and_keep_what_was_typed(
    letter: Newsletter, jeanne: Subscriber, browser: Client
) -> None:
    answer = browser.post(
        way_in(letter),
        {"language": "fr", "where": "Nulle-Part-sur-Mer", "paused_until": "2020-01-01", "frequency": "monthly"},
    )
    page = answer.content.decode()
    assert "Nous ne trouvons pas cette commune." in page
    assert "Choisissez un jour à venir." in page
    assert "Nulle-Part-sur-Mer" in page
    assert not Subscription.objects.get().monthly
    assert 'aria-describedby="id_paused_until' in page


def test_who_left_has_no_preferences_to_set(letter: Newsletter, jeanne: Subscriber, browser: Client) -> None:
    browser.post(way_out(letter))
    for answer in (browser.get(way_in(letter)), browser.post(way_in(letter), {"tracking": "on"})):
        assert "Vous ne recevez pas la lettre" in answer.content.decode()
    assert not Subscription.objects.get().tracking


def test_pages_of_a_reader_stay_out_of_caches_and_indexes(
    letter: Newsletter, jeanne: Subscriber, browser: Client
) -> None:
    for url in (way_out(letter), way_in(letter)):
        answer = browser.get(url)
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Robots-Tag"] == "noindex"


@pytest.fixture
def served(live_server: object) -> str:
    return str(live_server.url)  # type: ignore[attr-defined]


@pytest.mark.django_db(transaction=True)
def test_fifty_providers_at_once_are_one_withdrawal(served: str) -> None:
    letter = make.newsletter()
    make.reader(JEANNE, of=letter)
    url = served + way_out(letter)

    def press(_: int) -> int:
        with urlopen(Request(url, data=urlencode(ONE_CLICK).encode(), method="POST"), timeout=30) as answer:
            return int(answer.status)

    with ThreadPoolExecutor(50) as crowd:
        assert set(crowd.map(press, range(50))) == {200}
    assert (state(), withdrawn()) == (SubscriptionState.ENDED, 1)


def way_out_of_measuring(letter: Newsletter) -> str:
    return path(links.unmeasure_url(letter.pk, key_of(JEANNE)))


def tracking_lines() -> list[tuple[str, str, str]]:
    rows = Consent.objects.filter(purpose="tracking").order_by("pk")
    return list(rows.values_list("act", "method", "source"))


def test_measuring_ends_by_one_button_and_the_letter_goes_on(browser: Client, letter: Newsletter) -> None:
    make.consenting(JEANNE, of=letter)
    url = way_out_of_measuring(letter)

    shown = browser.get(url).content.decode()
    browser.head(url)
    browser.options(url)
    assert "Ne plus mesurer vos lectures" in shown
    assert JEANNE not in shown
    assert Subscription.objects.get().tracking

    for _ in range(3):
        assert "plus rien n’est mesuré" in browser.post(url).content.decode()
    standing = Subscription.objects.get()
    assert (standing.tracking, standing.state) == (False, SubscriptionState.CONFIRMED)
    assert tracking_lines() == [("given", "double_opt_in", "/lettre/"), ("withdrawn", "form", "/mesure/")]
    withdrawn = Consent.objects.latest("pk")
    assert (len(withdrawn.wording), withdrawn.locale, withdrawn.form_version) == (64, "fr", "1")


def test_who_never_agreed_refuses_even_what_needs_no_consent(browser: Client, letter: Newsletter) -> None:
    reader = make.reader(JEANNE, of=letter, opened_on=make.TODAY)
    browser.post(way_out_of_measuring(letter))
    reader.refresh_from_db()
    assert reader.opened_on is None
    assert tracking_lines() == [("withdrawn", "form", "/mesure/")]


def test_the_way_out_of_measuring_works_after_erasure_and_opens_nothing_else(
    browser: Client, letter: Newsletter, jeanne: Subscriber
) -> None:
    url = way_out_of_measuring(letter)
    token = url.split("/")[2]
    jeanne.delete()
    assert browser.post(url).status_code == 200
    assert tracking_lines() == [("withdrawn", "form", "/mesure/")]
    for other in (
        f"/u/{token}",
        f"/preferences/{token}/",
        f"/mesure/{token[:-1]}/",
        way_out(letter).replace("/u/", "/mesure/") + "/",
    ):
        assert browser.post(other).status_code == 404
