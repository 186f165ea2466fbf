"""French first, English beside it: every mail, and who is spoken to in which; every page: test_every_page.py."""

import re
from html import unescape
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from audiences import links, subscriptions
from audiences.models import Consent, Subscriber, Subscription
from audiences.tasks import send_confirmation
from campaigns import schedule
from newsletter import contents, offers, proofs, rendering, tasks
from newsletter.core.review import UNDO_FOR, OfferState
from newsletter.forms import Euros
from newsletter.models import Edition, Newsletter, User
from tests import make
from tests.everything import TYPED, Story, pages

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_ACCEPT_LANGUAGE": "en-GB,en;q=0.9"}

# What people typed, or wrote for their members: it has the language that it has.
NOT_OURS = (TYPED, "Les Professionnels des Alpilles", "1 place de la Mairie, 13520 Maussane-les-Alpilles")
OWN_LANGUAGE = re.compile(
    r"<(?!html)(\w+)[^>]*\slang=\"fr\"[^>]*>.*?</\1>|<option value=\"fr\".*?>Français<"
    r"|&lt;option value=&quot;fr&quot;&gt;Français&lt;",
    re.DOTALL,
)
UNSEEN = re.compile(r"<script.*?</script>|<style.*?</style>|<!--.*?-->", re.DOTALL)
LABELS = re.compile(r"(?:aria-label|title|alt|placeholder|content|data-count|data-long)=\"([^\"]*)\"")
FRENCH = re.compile(
    r"\b(?:de|le|la|les|un|une|des|du|et|ou|pour|votre|vos|vous|nous|est|sont|dans|avec|sur|pas|ne|ce|cette|qui|que|au|aux"
    r"|par|sans|jusqu|lecteurs?|offres?|lettre|bureau|membres?|Enregistrer|Annuler|janvier|octobre|novembre)\b"
    r"|[«»éèêëàâçùûîïôœÉÀ]|(?<=[^\W\d])\u00a0[:;!?]"
)
# A card as it will stand in the letter speaks the letter's language, and says only what was typed.
CARD = re.compile(r"/(offres/\d+|invitation/[^/]+)/apercu/$")
ALLOWED = ("département", "Département")


def french_in(html: str) -> set[str]:
    """Return the French words that a page says by itself."""
    html = UNSEEN.sub(" ", OWN_LANGUAGE.sub(" ", html))
    said = unescape(" ".join([*LABELS.findall(html), re.sub(r"<[^>]*>", " ", html)]))
    said = re.sub(r"\S+@\S+|https?://\S+|/\S+", " ", said)
    for words in (*NOT_OURS, *ALLOWED):
        said = said.replace(words, " ")
    said = re.sub(r"\s+", " ", said)
    return {said[max(0, found.start() - 30) : found.end() + 30] for found in FRENCH.finditer(said)}


@pytest.fixture
def story(settings: Any) -> Story:
    settings.DEMO = True
    return Story()


def test_french_would_be_noticed(story: Story) -> None:
    found = pages(Client(), story, HTTP_ACCEPT_LANGUAGE="fr", HTTP_COOKIE="django_language=fr")

    said_by_us = {url: html for url, html in found.items() if '<html lang="fr"' in html and not CARD.search(url)}
    assert {url for url, html in said_by_us.items() if not french_in(html)} == set()


def test_why_a_reader_got_it_or_not_is_told_in_english(client: Client, story: Story) -> None:
    client.force_login(story.board)
    near = schedule.plan(story.editions[-1], story.segments, starts_at=None, by=story.board)
    for campaign in (near, *story.campaigns):
        for address in (story.reader.address, story.asked.subscriber.address, "nobody@olea.example"):
            told = client.post(reverse("campaign-why", args=[campaign.pk]), {"address": address})
            assert (told.status_code, french_in(told.content.decode())) == (200, set())


def test_what_goes_wrong_is_said_in_english(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError

    lost = client.get("/nowhere/", **ENGLISH)
    unproven = Client(enforce_csrf_checks=True).post(reverse("sign-in"), {"email": "a@b.example"}, **ENGLISH)
    client.raise_request_exception = False
    monkeypatch.setattr("newsletter.views.home.Newsletter.objects.select_related", broken)
    failed = client.get("/", **ENGLISH)

    for answer, status in ((lost, 404), (unproven, 403), (failed, 500)):
        html = answer.content.decode()
        assert (answer.status_code, french_in(html)) == (status, set())
        assert '<html lang="en">' in html


def test_mails_speak_the_language_of_whoever_reads_them(story: Story) -> None:
    tasks.send_sign_in(story.board.pk)
    answered = [story.offer(OfferState.SUBMITTED) for _ in range(3)]
    offers.approve(answered[0], by=story.board, now=story.now, tell=True)
    offers.decline(answered[1], by=story.board, comment=TYPED, now=story.now, tell=True)
    offers.request_changes(answered[2], by=story.board, comment=TYPED, now=story.now, tell=True)
    for row in answered:
        row.moves.update(at=story.now - UNDO_FOR)
        tasks.tell_member(row.moves.latest("pk").pk)
    send_confirmation(story.asked.pk)
    Subscription.objects.filter(subscriber=story.reader).update(asked_at=timezone.now())
    send_confirmation(Subscription.objects.get(subscriber=story.reader).pk)
    tasks.send_test(story.editions[0].pk, story.board.pk)

    assert len(mail.outbox) == 7
    for message in mail.outbox:
        assert isinstance(message, mail.EmailMultiAlternatives)
        html = str(message.alternatives[0][0])
        assert french_in(f"{message.subject}\n{message.body}") == set()
        assert french_in(html) == set()
        assert 'lang="en"' in html


def test_the_letter_speaks_its_own_language_whoever_looks_at_it(story: Story) -> None:
    def seen_in(language: str) -> tuple[str, str]:
        with translation.override(language):
            rendered = rendering.render(contents.content_of(story.editions[0]))
            values = proofs.values_for(story.editions[0], story.board)
            return rendered.html_for(values), rendered.text_for(values)

    assert seen_in("fr") == seen_in("en")
    page = Client().get(reverse("edition-archive", args=[story.editions[-1].slug]))
    assert (page.headers["Content-Language"], '<html lang="en"' in page.content.decode()) == ("en", True)


def test_a_stranger_is_spoken_to_as_their_browser_asks(client: Client) -> None:
    def language(asked: str) -> str:
        found = re.search(r'<html lang="(\w+)"', client.get("/", HTTP_ACCEPT_LANGUAGE=asked).content.decode())
        return found[1] if found else ""

    assert [language(asked) for asked in ("en-US,en;q=0.8", "fr-FR", "de,en;q=0.5", "ja")] == ["en", "fr", "en", "fr"]


def test_the_switch_keeps_the_page_and_what_it_was_about(client: Client) -> None:
    make.newsletter()
    client.force_login(make.board_member())
    url = reverse("board:offers") + "?state=submitted&page=1"
    html = client.get(url).content.decode()
    here = re.search(r'name="next" value="([^"]*)"', html)
    assert here

    answer = client.post(reverse("set_language"), {"language": "en", "next": unescape(here[1])}, follow=True)

    assert answer.redirect_chain == [(url, 302)]
    assert '<html lang="en">' in answer.content.decode()


def test_after_a_refused_press_the_switch_leads_to_the_page_with_the_button(client: Client) -> None:
    client.force_login(make.board_member())
    offer = make.offer(OfferState.SUBMITTED)
    page = reverse("board:offer", args=[offer.pk])

    refused = client.post(
        reverse("board:offer-decline", args=[offer.pk]), {"comment": ""}, HTTP_REFERER=f"http://testserver{page}"
    )

    assert f'name="next" value="{page}"' in refused.content.decode()


def test_the_switch_leads_to_no_other_site(client: Client) -> None:
    answer = client.post(reverse("set_language"), {"language": "en", "next": "https://elsewhere.example/"})

    assert answer.url == "/"


def test_who_is_signed_in_is_written_to_as_they_chose(client: Client) -> None:
    jeanne, other = make.user(), make.user()
    client.force_login(jeanne)

    client.post(reverse("set_language"), {"language": "de", "next": "/"})
    assert User.objects.get(pk=jeanne.pk).language == "fr"
    client.get(reverse("set_language"), {"language": "en"})
    assert User.objects.get(pk=jeanne.pk).language == "fr", "GET changes nothing"
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert {user.pk: user.language for user in User.objects.all()} == {jeanne.pk: "en", other.pk: "fr"}


def test_the_choice_comes_along_to_another_browser_and_a_press_there_goes_first(client: Client) -> None:
    client.force_login(make.user(language="en"))
    make.newsletter()
    assert '<html lang="en">' in client.get("/", HTTP_ACCEPT_LANGUAGE="fr").content.decode()

    client.cookies["django_language"] = "fr"
    assert '<html lang="fr">' in client.get("/").content.decode()


def test_a_reader_reads_their_own_pages_in_their_language_or_the_one_they_press(story: Story) -> None:
    leave = links.unsubscribe_url(story.letter.pk, bytes(story.reader.address_key)).partition("//")[2].partition("/")[2]
    client = Client()

    assert '<html lang="en">' in client.get(f"/{leave}", HTTP_ACCEPT_LANGUAGE="fr").content.decode()
    assert '<html lang="fr">' in client.get(f"/{leave}?langue=fr").content.decode()
    left = client.post(f"/{leave}?langue=fr").content.decode()
    assert '<html lang="fr">' in left
    action = re.search(r'action="([^"]+)"', left)
    assert action
    assert '<html lang="fr">' in client.post(action[1], {"how": "again"}).content.decode()
    assert not client.cookies


def test_a_line_of_consent_names_the_words_as_they_were_read() -> None:
    letter = make.newsletter()
    subscriptions.ask(letter, address="a@olea.example", language="en", tracking=True, read_in="fr", now=timezone.now())

    assert {line.locale for line in Consent.objects.all()} == {"fr"}
    assert Subscriber.objects.get().language == "en"


def test_django_itself_speaks_french_where_we_have_no_words_of_our_own(client: Client) -> None:
    client.force_login(make.board_member())
    make.newsletter()
    page = client.post(reverse("pace"), {"per_hour": "beaucoup", "preset": "other"})

    assert "Saisissez un nombre entier." in page.content.decode()
    with translation.override("fr"):
        assert translation.gettext("This field is required.") == "Ce champ est obligatoire."


@pytest.mark.parametrize(
    ("language", "typed", "amount"),
    [
        ("fr", "24,50", "24.50"),
        ("fr", "1 200 €", "1200"),
        ("fr", "24.50", "24.50"),
        ("en", "24.50", "24.50"),
        ("en", "24,50", "24.50"),
        ("en", "€1,200", "1200"),
        ("en", "1,200.50", "1200.50"),
    ],
)
def test_an_amount_is_read_as_it_is_written_in_each_language(language: str, typed: str, amount: str) -> None:
    with translation.override(language):
        assert str(Euros(localize=True).clean(typed)) == amount


def test_a_british_date_is_the_day_before_the_month(client: Client) -> None:
    client.force_login(make.board_member(language="en"))
    Newsletter.objects.all().delete()
    make.newsletter()

    client.post(reverse("board:edition-new"), {"title": "Olea", "planned_on": "05/04/2032"})

    assert Edition.objects.get().planned_on.isoformat() == "2032-04-05"
