"""Mails in the inbox of what comes back: whose they are, what they change, and what becomes of the others."""

import io
import os
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from audiences import links
from audiences.models import Consent, Subscriber, Subscription, Suppression
from campaigns import feedback, filling, inbox, returns
from campaigns.inbox import Outcome
from campaigns.models import Delivery, DeliveryEvent, ParkedMail
from tests import make
from tests.campaigns import mails
from tests.make import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _box(settings: Any) -> None:
    settings.BOUNCES = ("retours+", "@alpilles.example")


@pytest.fixture
def row() -> Delivery:
    make.reader("jeanne@boite.example")
    [row] = make.settled(make.running(), "sent")
    return row


def mail(text: str, row: Delivery, *, path: str = "", reader: str = "jeanne@boite.example") -> bytes:
    path = path or returns.path(row.pk)
    message_id = filling.message_id(row.campaign_id, row.pk, "alpilles.example")
    return text.replace("{path}", path).replace("{id}", message_id).replace("{reader}", reader).encode()


UNKNOWN = mails.REPORTS["postfix: unknown"][0]


def test_an_unknown_user_is_not_written_to_again(row: Delivery) -> None:
    assert inbox.take(mail(UNKNOWN, row), now=LATER) is Outcome.TOLD
    row.refresh_from_db()
    assert (row.state, row.reason) == ("failed", "unknown_user")
    assert Suppression.objects.get().reason == "unknown_user"
    event = DeliveryEvent.objects.get()
    assert (event.kind, event.source) == ("bounced", "dsn")
    assert "@" not in event.text


def test_the_same_report_by_two_ways_is_one_event(row: Delivery) -> None:
    raw = mail(UNKNOWN, row)
    inbox.take(raw, now=LATER)
    inbox.take(b"Received: by the second way\n" + raw, now=LATER)
    assert DeliveryEvent.objects.count() == 1


@pytest.mark.parametrize("name", [name for name, (_, said) in mails.REPORTS.items() if "unknown_user" not in str(said)])
def test_no_other_report_stops_anyone(name: str, row: Delivery) -> None:
    assert inbox.take(mail(mails.REPORTS[name][0], row), now=LATER) is Outcome.TOLD
    assert Suppression.objects.exists() == (name == "postfix: no such domain")


@pytest.mark.parametrize("name", mails.COMPLAINTS)
def test_a_complaint_is_ours_by_what_it_quotes(name: str, row: Delivery) -> None:
    assert inbox.take(mail(mails.COMPLAINTS[name], row), now=LATER) is Outcome.TOLD
    assert Suppression.objects.get().reason == "complained"
    assert Subscription.objects.get().state == "ended"


def test_a_complaint_that_kept_nothing_but_our_message_id_is_ours_too(row: Delivery) -> None:
    only = mails.complaint(quoted="Message-ID: {id}\nSubject: x\n")
    assert inbox.take(mail(only, row), now=LATER) is Outcome.TOLD
    assert Suppression.objects.get().reason == "complained"


@pytest.mark.parametrize("name", mails.ANSWERS)
def test_a_machine_that_answers_stops_nobody(name: str, row: Delivery) -> None:
    assert inbox.take(mail(mails.ANSWERS[name], row), now=LATER) is Outcome.TOLD
    assert not Suppression.objects.exists()
    assert DeliveryEvent.objects.get().kind == "autoresponded"


def test_a_report_about_a_forwarded_copy_stops_nobody(row: Delivery) -> None:
    assert inbox.take(mail(UNKNOWN, row, reader="ailleurs@autre.example"), now=LATER) is Outcome.TOLD
    assert not Suppression.objects.exists()
    row.refresh_from_db()
    assert row.state == "sent"


def test_of_several_recipients_only_ours_counts(row: Delivery) -> None:
    other = mails.smtp("550 5.1.1 User unknown").replace("{reader}", "other@boite.example")
    both = mails.report(mails.POSTFIX, mails.RCPT, f"{other}\n\n{mails.smtp('552 5.2.2 Mailbox full', '5.2.2')}")
    inbox.take(mail(both, row), now=LATER)
    row.refresh_from_db()
    assert (row.state, row.reason, Suppression.objects.exists()) == ("failed", "mailbox_full", False)


@pytest.mark.parametrize("where", ["forged", "cut", "elsewhere"])
def test_a_report_that_bears_no_signature_of_ours_changes_nothing(where: str, row: Delivery) -> None:
    path = returns.path(row.pk)
    paths = {
        "forged": path.replace("retours+1", "retours+2"),
        "cut": path[:20] + "@alpilles.example",
        "elsewhere": "x@alpilles.example",
    }
    quoted = UNKNOWN.replace("{id}", "<forged@alpilles.example>")
    assert inbox.take(mail(quoted, row, path=paths[where]), now=LATER) is Outcome.NOT_OURS
    assert not DeliveryEvent.objects.exists()
    assert not Suppression.objects.exists()
    assert not ParkedMail.objects.exists()


def test_what_names_our_letter_and_says_nothing_that_we_know_is_kept_sealed_for_a_month(row: Delivery) -> None:
    raw = mail("Delivered-To: {path}\nFrom: {reader}\nSubject: Merci !\n\nBelle lettre.\n", row)
    assert inbox.take(raw, now=LATER) is Outcome.PARKED
    parked = ParkedMail.objects.get()
    assert b"jeanne" not in bytes(parked.sealed)
    assert inbox.unpark(parked) == raw
    assert inbox.forget_parked(now=LATER + timedelta(days=29)) == 0
    assert inbox.forget_parked(now=LATER + timedelta(days=31)) == 1


def test_a_mail_on_which_we_fail_three_times_is_parked(row: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> int:
        raise ValueError("a mistake of ours")

    monkeypatch.setattr(feedback, "record_many", fails)
    raw = mail(UNKNOWN, row)
    for _ in range(2):
        with pytest.raises(ValueError, match="ours"):
            inbox.take(raw, now=LATER)
    assert inbox.take(raw, now=LATER) is Outcome.PARKED
    assert (ParkedMail.objects.get().tries, ParkedMail.objects.get().problem) == (3, "failed")


def leaving(reader: Subscriber, token: str, to: str = "retours+leave@alpilles.example") -> bytes:
    head = f"From: {reader.address}\nTo: {to}\n"
    return f"{head}Subject: leave {token}\n\n".encode()


def token_of(reader: Subscriber) -> str:
    newsletter = Subscription.objects.get(subscriber=reader).newsletter_id
    return links.unsubscribe_url(newsletter, bytes(reader.address_key)).rpartition("/")[2]


@pytest.mark.parametrize("head", ["", "Auto-Submitted: auto-generated\n"])
def test_a_mail_to_the_way_out_ends_the_subscription_once(head: str) -> None:
    reader = make.reader()
    raw = head.encode() + leaving(reader, token_of(reader))
    assert [inbox.take(raw, now=LATER), inbox.take(raw, now=LATER)] == [Outcome.LEFT, Outcome.LEFT]
    assert Subscription.objects.get().state == "ended"
    assert Consent.objects.get(act="withdrawn").method == "mail"


def test_a_forged_way_out_leads_nowhere() -> None:
    reader = make.reader()
    token = token_of(reader)
    for forged in ("", token[:-1], token[:-1] + ("a" if token[-1] != "a" else "b"), "leave"):
        assert inbox.take(leaving(reader, forged), now=LATER) is Outcome.NOT_OURS
    assert inbox.take(leaving(reader, token, to="bonjour@alpilles.example"), now=LATER) is Outcome.NOT_OURS
    assert Subscription.objects.get().state == "confirmed"


def piped(raw: bytes, monkeypatch: pytest.MonkeyPatch, *recipient: str) -> str:
    said = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
    call_command("take_bounce", *recipient, stdout=said, stderr=said)
    return said.getvalue().strip()


def test_a_relay_pipes_a_mail_whose_envelope_alone_names_us(row: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = mail(UNKNOWN.replace("{id}", "<x@y.example>"), row, path="somebody@alpilles.example")
    assert piped(raw, monkeypatch, returns.path(row.pk)) == "told"
    assert Suppression.objects.count() == 1


def test_on_trouble_the_relay_is_asked_to_keep_the_mail(row: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr(inbox, "take", away)
    with pytest.raises(SystemExit) as ended:
        piped(mail(UNKNOWN, row), monkeypatch)
    assert ended.value.code == os.EX_TEMPFAIL == 75
