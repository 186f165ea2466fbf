"""Readers are kept for three years after their last own act, asked once whether they stay, then forgotten."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from dateutil.relativedelta import relativedelta
from django.core import mail
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from audiences import links, retention, subscriptions, suppressions, tasks
from audiences.core import retention as rule
from audiences.core.consent import StopReason
from audiences.keys import key_of
from audiences.models import Consent, RetentionNight, Subscriber, Subscription, Suppression
from campaigns import clicks
from campaigns.core.clicks import Hit
from newsletter.models import Newsletter
from tests import make
from tests.campaigns.measured import BROWSER, SENT_AT, letters

pytestmark = pytest.mark.django_db
JEANNE = "jeanne@orange.example"
BEGAN = datetime(2023, 3, 15, 9, 0, tzinfo=UTC)


@pytest.fixture
def letter() -> Newsletter:
    return make.newsletter(slug="alpilles")


@pytest.fixture
def jeanne(letter: Newsletter) -> Subscriber:
    reader = make.reader(JEANNE, of=letter, subscribed_on=BEGAN.date())
    Subscription.objects.update(confirmed_at=BEGAN)
    return reader


def months(count: int, days: int = 0) -> datetime:
    return BEGAN + relativedelta(months=count) + timedelta(days=days)


def keep(at: datetime) -> list[str]:
    """One night; the subjects of the mails that left in it."""
    mail.outbox.clear()
    with time_machine.travel(at, tick=False):
        tasks.keep_retention()
    return [message.to[0] for message in mail.outbox]


def kept() -> int:
    return Subscriber.objects.count()


def test_a_silent_reader_is_asked_once_in_month_33_and_forgotten_in_month_36(jeanne: Subscriber) -> None:
    assert keep(months(33, -1)) == []
    assert keep(months(33)) == [JEANNE]
    assert keep(months(33, 1)) == keep(months(35, 20)) == keep(months(36, -1)) == []
    assert kept() == 1
    assert keep(months(36)) == []
    assert kept() == 0

    assert Suppression.objects.get().reason == StopReason.ERASED
    line = Consent.objects.get()
    assert (line.act, line.method, line.source) == ("withdrawn", "retention", "retention")
    nights = list(RetentionNight.objects.order_by("night").values_list("night", "asked", "forgotten"))
    assert (months(33).date(), 1, 0) in nights
    assert (months(36).date(), 0, 1) in nights


def test_who_says_that_they_stay_is_kept_three_years_more(jeanne: Subscriber, client: Client) -> None:
    keep(months(33))
    body = mail.outbox[0].body
    link = next(word for word in body.split() if "/rester/" in word).removeprefix("http://127.0.0.1:8000")
    assert "Jeanne" not in body
    with time_machine.travel(months(34), tick=False):
        page = client.get(link).content.decode()
        assert JEANNE not in page
        assert "j•••@o•••.example" in page
        client.head(link)
        assert Subscriber.objects.get().acted_on is None
        for _ in range(2):
            assert "Merci de rester." in client.post(link).content.decode()
    line = Consent.objects.get()
    assert (line.purpose, line.act, line.method, line.source) == ("newsletter", "given", "double_opt_in", "/rester/")
    assert len(line.wording) == 64

    assert keep(months(36)) == []
    assert keep(months(34 + 33, -1)) == []
    assert keep(months(34 + 33)) == [JEANNE]
    keep(months(34 + 36))
    assert kept() == 0
    assert client.get(link).status_code == 404


def _prefer(letter: Newsletter, reader: Subscriber, now: datetime) -> None:
    choice = {"interests": ["wine"], "language": "fr", "commune": "", "paused_until": None}
    subscriptions.prefer(reader, letter, tracking=False, monthly=False, now=now, **choice)  # type: ignore[arg-type]


def _pause(letter: Newsletter, reader: Subscriber, now: datetime) -> None:
    subscriptions.pause(letter, bytes(reader.address_key), until=None, now=now)


def _unmeasure(letter: Newsletter, reader: Subscriber, now: datetime) -> None:
    subscriptions.unmeasure(letter, bytes(reader.address_key), now=now)


def _leave_and_return(letter: Newsletter, reader: Subscriber, now: datetime) -> None:
    subscriptions.leave(letter, bytes(reader.address_key), now=now)
    assert subscriptions.come_back(letter, bytes(reader.address_key), now=now + timedelta(hours=1))


def _ask_and_confirm(letter: Newsletter, reader: Subscriber, now: datetime) -> None:
    asked = subscriptions.ask(make.newsletter(), address=JEANNE, now=now)
    assert asked.mail_to
    subscriptions.confirm(links.confirm_url(links.Ask(asked.mail_to, now)).split("/")[-2], now=now)


@pytest.mark.parametrize("act", [_prefer, _pause, _unmeasure, _leave_and_return, _ask_and_confirm])
def test_every_act_of_the_person_moves_the_clock(letter: Newsletter, jeanne: Subscriber, act: object) -> None:
    act(letter, jeanne, months(20))  # type: ignore[operator]
    assert keep(months(36)) == []
    assert kept() == 1
    assert keep(months(53, 1)) == [JEANNE]
    keep(months(56, 1))
    assert kept() == 0


def test_asking_for_another_letter_without_confirming_is_no_act(jeanne: Subscriber) -> None:
    subscriptions.ask(make.newsletter(), address=JEANNE, now=months(20))
    assert keep(months(33)) == [JEANNE]
    keep(months(36))
    assert kept() == 0


@pytest.mark.parametrize(("agent", "stays"), [(BROWSER, True), ("Barracuda Sentinel", False)])
def test_a_click_of_the_person_counts_and_that_of_a_machine_never(letter: Newsletter, agent: str, stays: bool) -> None:
    reader = make.consenting(JEANNE, of=letter)
    campaign = make.running(make.locked_edition(make.approved(link="https://moulin.example/"), newsletter=letter))
    [sent] = letters(campaign)
    Subscriber.objects.update(subscribed_on=SENT_AT.date() - timedelta(days=3 * 365 - 40))
    clicks.follow(sent.click(1).split("/")[2], Hit(1, SENT_AT + timedelta(hours=2), agent=agent))
    clicks.settle_due(now=SENT_AT + timedelta(days=1))
    later = SENT_AT + timedelta(days=60)
    assert retention.to_be_forgotten(now=later).filter(pk=reader.pk).exists() is not stays


def test_an_open_never_moves_the_clock(jeanne: Subscriber) -> None:
    Subscriber.objects.update(opened_on=months(32).date())
    assert keep(months(33)) == [JEANNE]
    Subscriber.objects.update(opened_on=months(35).date())
    keep(months(36))
    assert kept() == 0


def test_who_left_is_not_written_to_and_forgotten_three_years_after(letter: Newsletter, jeanne: Subscriber) -> None:
    subscriptions.leave(letter, key_of(JEANNE), now=months(10))
    assert keep(months(33)) == keep(months(43)) == []
    assert kept() == 1
    keep(months(46))
    assert kept() == 0


def test_a_suppressed_reader_is_not_asked_and_forgotten_all_the_same(jeanne: Subscriber) -> None:
    suppressions.suppress(JEANNE, reason=StopReason.COMPLAINED, now=months(1))
    assert keep(months(34)) == []
    keep(months(36))
    assert kept() == 0
    assert Suppression.objects.get().reason == StopReason.COMPLAINED


def test_who_never_confirmed_is_forgotten_after_a_month_without_a_word(letter: Newsletter) -> None:
    subscriptions.ask(letter, address=JEANNE, now=BEGAN)
    keep(BEGAN + timedelta(days=29))
    assert kept() == 1
    keep(BEGAN + timedelta(days=31))
    assert kept() == 0
    assert not Suppression.objects.exists()
    assert [line.act for line in Consent.objects.all()] == ["asked"]
    assert RetentionNight.objects.get(unconfirmed=1).forgotten == 0
    # and they may not be mailed without end: the ledger remembers by a hash
    assert subscriptions.ask(letter, address=JEANNE, now=BEGAN + timedelta(days=32)).mail_to
    assert subscriptions.ask(letter, address=JEANNE, now=BEGAN + timedelta(days=34)).mail_to
    assert subscriptions.ask(letter, address=JEANNE, now=BEGAN + timedelta(days=36)).mail_to is None


def test_what_acts_while_the_night_runs_is_not_forgotten(jeanne: Subscriber, monkeypatch: pytest.MonkeyPatch) -> None:
    hold = suppressions.hold

    def acts_first(key: bytes, **how: bool) -> None:
        Subscriber.objects.update(acted_on=months(36).date())
        hold(key, **how)

    monkeypatch.setattr(suppressions, "hold", acts_first)
    assert retention.forget_due(now=months(36)).forgotten == 0
    assert kept() == 1


def test_a_mail_that_did_not_leave_is_tried_again(jeanne: Subscriber, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError("no relay")

    with monkeypatch.context() as patch:
        patch.setattr(tasks.mailer, "send", refuse)
        assert keep(months(33)) == []
    assert keep(months(33, 1)) == [JEANNE]
    assert not RetentionNight.objects.filter(asked__gt=1).exists()


def test_it_goes_in_batches_and_stops_at_its_limit(letter: Newsletter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    make.readers(7, of=letter, subscribed_on=BEGAN.date())
    assert retention.forget_due(most=5, now=months(37)).forgotten == 5
    assert retention.forget_due(most=5, now=months(37)).forgotten == 7
    assert kept() == 0


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_asking_comes_before_forgetting_by_about_three_months(today: date) -> None:
    assert timedelta(days=88) <= rule.to_be_asked(today) - rule.to_be_forgotten(today) <= timedelta(days=93)
