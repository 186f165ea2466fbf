"""A reader's story: what was said, sent, heard and followed, and nothing of who agreed to nothing."""

from datetime import timedelta

import pytest

from audiences import links, subscriptions, suppressions
from audiences.core.consent import Act, StopReason
from audiences.models import Subscriber
from campaigns import clicks, feedback, timelines
from campaigns.core.clicks import Hit
from campaigns.core.delivery import DeliveryState
from campaigns.core.fault import Fault
from campaigns.core.feedback import Feedback, Heard
from campaigns.flight import Reason
from campaigns.flight_words import sentence
from tests import make
from tests.campaigns.measured import BROWSER, SENT_AT, letters
from tests.campaigns.reported import asked
from tests.make import NOON

pytestmark = pytest.mark.django_db
JEANNE = "jeanne@lavande.example"
HOUR = timedelta(hours=1)


def reader(*, tracking: bool) -> Subscriber:
    letter = make.newsletter()
    held = subscriptions.ask(letter, address=JEANNE, tracking=tracking, source="/lettre/", now=NOON - HOUR)
    token = links.confirm_url(links.Ask(held.mail_to or 0, NOON - HOUR)).split("/")[-2]
    return subscriptions.confirm(token, now=NOON - HOUR / 2).subscriber


def story(*, tracking: bool) -> Subscriber:
    jeanne = reader(tracking=tracking)
    offer = make.approved(link="https://moulin.example/", title="Huile")
    [sent] = letters(make.running(make.locked_edition(offer, title="Noël")))
    if tracking:
        clicks.follow(sent.click(1).split("/")[2], Hit(1, SENT_AT + HOUR, agent=BROWSER))
        clicks.settle_due(now=SENT_AT + 9 * HOUR)
    told = Feedback("1", "dsn", sent.delivery.pk, Heard.BOUNCED, SENT_AT + 2 * HOUR, Fault.MAILBOX_FULL, "5.2.2 full")
    feedback.record(told, now=SENT_AT + 2 * HOUR)
    suppressions.suppress(JEANNE, reason=StopReason.BOARD, source="bureau", now=NOON.replace(year=2099))
    return jeanne


def test_everything_is_told_the_newest_first() -> None:
    jeanne = story(tracking=True)
    told = timelines.of(jeanne)

    codes = [one.code for one in told]
    assert [code for code in codes if "letter_" not in code][:3] == ["suppressed", "heard_bounced", "clicked"]
    assert set(codes[-4:-2]) == {"consent_given", "tracking_given"}
    assert set(codes[-2:]) == {"consent_asked", "tracking_asked"}
    times = [one.at for one in told if one.at]
    assert times == sorted(times, reverse=True)
    [clicked] = [one for one in told if one.code == "clicked"]
    assert sentence(clicked) == "« Noël » : a suivi le lien « Huile »."
    assert all(one.facts["wording"] for one in told[-4:])


def test_of_who_is_not_measured_no_click_is_told() -> None:
    told = timelines.of(story(tracking=False))
    assert "clicked" not in {one.code for one in told}
    assert "heard_bounced" in {one.code for one in told}


def test_every_code_has_its_sentence() -> None:
    told = [f"{about}_{act}" for about in ("consent", "tracking") for act in Act]
    told += [f"letter_{state}" for state in DeliveryState]
    told += [f"heard_{kind}" for kind in Heard if kind is not Heard.CLICKED]
    for code in [*told, "suppressed", "clicked"]:
        said = {"letter": "Noël", "label": "Huile", "source": "dsn", "method": "form", "text": "", "reason": ""}
        assert sentence(Reason(NOON, code, dict(said))), code


def test_more_letters_ask_no_more_questions() -> None:
    jeanne = story(tracking=True)
    before = asked(lambda: timelines.of(jeanne))
    for _ in range(2):
        letters(make.running(make.locked_edition(make.approved())))
    assert asked(lambda: timelines.of(jeanne)) == before
