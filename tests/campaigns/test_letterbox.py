"""The mailbox that bounces come to, over a real IMAP socket: what is used goes, what is not ours stays."""

import imaplib
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command

from campaigns import feedback, inbox, letterbox, tasks
from campaigns.core import parking
from campaigns.inbox import Outcome
from campaigns.models import Delivery, DeliveryEvent, ParkedMail
from newsletter.servers.keeper import Desk
from tests import make
from tests.campaigns import mails
from tests.campaigns.test_inbox import UNKNOWN, mail
from tests.environment import servers
from tests.make import NOON

pytestmark = pytest.mark.django_db
OTHER = b"From: jeanne@boite.example\r\nTo: bureau@alpilles.example\r\nSubject: Bonjour\r\n\r\nUne question.\r\n"


@pytest.fixture
def box(settings: Any) -> Iterator[imaplib.IMAP4]:
    assert servers.catcher_web
    facts = Desk(servers.var, "catcher").read()
    settings.BOUNCES = ("retours+", "@alpilles.example")
    user, password = str(facts["user"]), str(facts["password"])
    settings.BOUNCE_INBOX_URL = f"imap://{quote(user)}:{quote(password)}@127.0.0.1:{facts['imap']}/INBOX"
    with imaplib.IMAP4("127.0.0.1", int(facts["imap"])) as hand:
        hand.login(user, password)
        hand.select("INBOX")
        empty(hand)
        yield hand
        empty(hand)


def empty(hand: imaplib.IMAP4) -> None:
    hand.store("1:*", "+FLAGS", "\\Deleted")
    hand.expunge()


def put(hand: imaplib.IMAP4, raw: bytes) -> None:
    hand.append("INBOX", "", None, raw)


def left(hand: imaplib.IMAP4) -> int:
    hand.noop()
    _, found = hand.search(None, "ALL")
    return len(found[0].split())


@pytest.fixture
def row() -> Delivery:
    make.reader("jeanne@boite.example")
    [row] = make.settled(make.running(), "sent")
    return row


def test_what_is_used_goes_and_what_is_not_ours_stays_and_is_not_read_again(box: imaplib.IMAP4, row: Delivery) -> None:
    put(box, mail(UNKNOWN, row))
    put(box, OTHER)
    with letterbox.opened() as opened:
        assert letterbox.read(opened) == {Outcome.TOLD: 1, Outcome.NOT_OURS: 1}
        assert letterbox.read(opened) == {}
    assert left(box) == 1
    assert DeliveryEvent.objects.get().kind == "bounced"


def test_what_we_fail_on_stays_for_three_visits_and_holds_up_no_other(
    box: imaplib.IMAP4, row: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(box, mail(UNKNOWN, row))
    put(box, mail(mails.ANSWERS["rfc 3834"], row))
    really = feedback.record_many

    def fails(reports: Any, **known: Any) -> int:
        if any(one.kind == "bounced" for one in reports):
            raise ValueError("a mistake of ours")
        return really(reports, **known)

    monkeypatch.setattr(feedback, "record_many", fails)
    stayed = []
    for _ in range(parking.TRIES):
        with letterbox.opened() as opened:
            letterbox.read(opened)
        stayed.append(left(box))
    assert stayed == [1, 1, 0]
    assert (ParkedMail.objects.get().tries, DeliveryEvent.objects.get().kind) == (3, "autoresponded")


def test_a_mail_of_thirty_megabytes_is_not_fetched_to_its_end(box: imaplib.IMAP4, row: Delivery) -> None:
    put(box, mail(UNKNOWN, row) + b"x" * 3_000_000)
    with letterbox.opened() as opened:
        assert letterbox.read(opened) == {Outcome.TOLD: 1}


def test_the_clock_and_the_command_read_it(box: imaplib.IMAP4, row: Delivery) -> None:
    put(box, mail(UNKNOWN, row))
    tasks.read_bounces()
    put(box, mail(mails.ANSWERS["precedence"], row))
    said = StringIO()
    call_command("read_bounces", stdout=said)
    assert said.getvalue().strip() == "told 1"
    assert DeliveryEvent.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_wait_ends_when_something_comes(box: imaplib.IMAP4) -> None:
    with letterbox.opened() as opened:
        threading.Timer(1, put, (box, OTHER)).start()
        since = time.monotonic()
        assert letterbox.wait(opened, seconds=30)
        assert time.monotonic() - since < 20
        assert letterbox.read(opened) == {Outcome.NOT_OURS: 1}


def test_a_mailbox_that_is_away_is_no_failure_of_the_clock(settings: Any) -> None:
    settings.BOUNCE_INBOX_URL = "imap://u:a-secret-word@127.0.0.1:9/"
    tasks.read_bounces()
    with pytest.raises(CommandError) as told:
        call_command("read_bounces")
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("url", ["", "pipe:"])
def test_where_there_is_no_mailbox_the_clock_only_forgets(url: str, settings: Any, row: Delivery) -> None:
    settings.BOUNCE_INBOX_URL = url
    inbox.park(b"old", parking.Problem.NOT_UNDERSTOOD, now=NOON - timedelta(days=400))
    tasks.read_bounces()
    assert not ParkedMail.objects.exists()
    with pytest.raises(CommandError):
        call_command("read_bounces")
