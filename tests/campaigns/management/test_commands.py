"""What an operator types: new rounds, proofs from a log, and one drain loop without Celery."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from audiences.models import Suppression
from campaigns import filling, rounds
from campaigns.models import Campaign, Delivery, Evidence
from tests import make
from tests.campaigns.peer import Peer

pytestmark = pytest.mark.django_db(transaction=True)


def say(*words: Any, **options: Any) -> str:
    out = StringIO()
    call_command(*map(str, words), stdout=out, **options)
    return out.getvalue().strip()


def over(*states: str) -> Campaign:
    make.readers(len(states))
    campaign = make.running(now=timezone.now())
    make.settled(campaign, *states)
    return campaign


def states() -> list[str]:
    return list(Delivery.objects.order_by("position").values_list("state", flat=True))


@pytest.fixture
def peer(settings: Any) -> Iterator[Peer]:
    with Peer() as peer:
        settings.RELAY_URLS = (peer.url,)
        yield peer


def test_one_drain_loop_without_celery_sends_what_is_due(peer: Peer) -> None:
    make.readers(3)
    make.launched(now=timezone.now())
    assert say("drain", "--seconds", 10, "--clock") == "accepted 3"
    assert (Campaign.objects.get().state, len(peer.accepted)) == ("finished", 3)
    assert say("drain") == "accepted 0"


def test_failed_messages_leave_again() -> None:
    campaign = over("failed", "sent")
    assert say("resend_failed", campaign.pk) == "queued 1"
    assert states() == ["queued", "sent"]
    with pytest.raises(CommandError, match="running"):
        say("resend_failed", campaign.pk)


def test_messages_in_doubt_leave_again_when_their_number_is_typed() -> None:
    campaign = over("in_doubt", "in_doubt", "sent")
    with pytest.raises(CommandError, match="ils sont 2"):
        say("resend_doubt", campaign.pk, "--yes", 3)
    with pytest.raises(CommandError):
        say("resend_doubt", campaign.pk)
    assert say("resend_doubt", campaign.pk, "--yes", 2) == "queued 2"


def test_a_campaign_that_does_not_exist_is_a_sentence() -> None:
    with pytest.raises(CommandError, match="n° 7"):
        say("resend_failed", 7)


def test_the_relays_log_settles_what_it_names(tmp_path: Path) -> None:
    campaign = over("in_doubt", "in_doubt", "in_doubt", "sent")
    sent, refused, _, settled = Delivery.objects.order_by("position")
    at = "Dec  1 09:00:00 relay postfix"
    lines = []
    for queue_id, row, said in (
        ("4XyZ12abCDa", sent, "dsn=2.0.0, status=sent (250 ok)"),
        ("4XyZ12abCDb", refused, "dsn=5.1.1, status=bounced (host mx said: 550 5.1.1 no such user)"),
        ("4XyZ12abCDc", settled, "dsn=5.1.1, status=bounced (host mx said: 550 5.1.1 no such user)"),
    ):
        message_id = filling.message_id(campaign.pk, row.pk, "alpilles.example")
        assert rounds.delivery_of(message_id) == (campaign.pk, row.pk, 0)
        lines += [
            f"{at}/cleanup[1]: {queue_id}: message-id={message_id}",
            f"{at}/smtp[2]: {queue_id}: to=<jeanne@boite.example>, {said}",
        ]
    lines += [f"{at}/cleanup[1]: 4XyZ12abCDd: message-id=<someone@else.example>", "broken \udce9 line"]
    log = tmp_path / "mail.log"
    log.write_text("\n".join(lines), errors="surrogateescape")
    told = say("resolve_doubt", campaign.pk, "--log", log)
    assert told.splitlines() == [
        f"delivery {sent.pk}: sent -> sent",
        f"delivery {refused.pk}: bounced -> refused",
        "proved sent 1, proved refused 1, still in doubt 1",
    ]
    assert states() == ["sent", "failed", "in_doubt", "sent"]
    assert Delivery.objects.get(pk=refused.pk).reason == "unknown_user"
    assert Suppression.objects.count() == 1
    assert set(Evidence.objects.values_list("source", flat=True)) == {
        "postfix log: sent 2.0.0",
        "postfix log: bounced 5.1.1",
    }
    assert say("resolve_doubt", campaign.pk, "--log", log) == "proved sent 0, proved refused 0, still in doubt 1"


@pytest.mark.parametrize("message_id", ["", "<>", "<x@y.example>", "<1.laptop.mq.aa@x.example>"])
def test_a_message_id_that_is_not_ours_names_nothing(message_id: str) -> None:
    assert rounds.delivery_of(message_id) is None
