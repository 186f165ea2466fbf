"""What servers answer: busy, later, no such user, not this one, nothing of it."""

from collections import Counter

import pytest
from django.utils import timezone

from audiences.models import Suppression
from campaigns import chunks
from campaigns.models import Delivery, DeliveryRetry
from tests.faults.judge import Peer
from tests.faults.peer import CLOSE, Rule
from tests.faults.scene import LEAST, Scene

BYTES = 2048  # that a narrow line holds unread
BUSY = "421 4.3.2 too busy, try later"


def nobody_is_suppressed(scene: Scene) -> bool:
    keys = Delivery.objects.filter(subscriber__address__endswith=scene.domain).values("address_key")
    return not Suppression.objects.filter(address_key__in=keys).exists()


@pytest.mark.parametrize("verb", ["connect", "ehlo", "mail", "rcpt", "dot"])
@pytest.mark.fault("421 at {verb}")
def test_a_busy_server_is_asked_again_and_nobody_is_blamed(scene: Scene, verb: str) -> None:
    scene.peer.script(Rule(verb, say=BUSY, last=4))
    campaign = scene.going(150)
    scene.wait(lambda: chunks.tally(campaign).sent + waiting(campaign) == 150, "all have left or wait for their retry")
    late = waiting(campaign)
    scene.hours_pass()
    scene.finishes(campaign)
    counts = scene.judge(campaign)
    assert counts.sent == 150
    assert nobody_is_suppressed(scene)
    scene.seen = f"the server hung up 4 times; {late} waited for their retry, all have it"


def waiting(campaign) -> int:  # type: ignore[no-untyped-def]
    return DeliveryRetry.objects.filter(delivery__campaign=campaign).count()


@pytest.mark.fault("450 then 250")
def test_who_is_put_off_is_tried_again_after_minutes(scene: Scene) -> None:
    scene.peer.script(Rule("rcpt", say="450 4.2.0 greylisted, try again in 5 minutes", every=3))
    campaign = scene.going(300)
    scene.wait(lambda: scene.sent(campaign) == 200, "two thirds have left")
    scene.peer.script()
    assert waiting(campaign) == 100
    soonest = DeliveryRetry.objects.filter(delivery__campaign=campaign).earliest("not_before").not_before
    assert (soonest - timezone.now()).total_seconds() > 200
    scene.hours_pass()
    scene.finishes(campaign)
    counts = scene.judge(campaign)
    assert counts.sent == 300
    scene.seen = "100 of 300 waited for at least 5 minutes (of the database's clock), then had theirs"


@pytest.mark.fault("550 5.1.1 among others on one connection")
def test_only_who_does_not_exist_is_crossed_out(scene: Scene) -> None:
    scene.peer.script(Rule("rcpt", say="550 5.1.1 no such user here", every=10, first=10))
    campaign = scene.going(300)
    scene.finishes(campaign)
    counts = scene.judge(campaign)
    refused = {one["to"] for one in scene.peer.events("refused", scene.domain)}
    failed = Delivery.objects.filter(campaign=campaign, state="failed", reason="unknown_user")
    assert {row.subscriber.address for row in failed.select_related("subscriber")} == refused
    assert counts.failed == len(refused) >= 25
    keys = failed.values("address_key")
    assert Suppression.objects.filter(address_key__in=keys).count() == counts.failed
    assert f"{counts.failed}\u00a0adresses n’existent plus" in scene.page(campaign)
    scene.seen = "exactly the refused are failed and suppressed, their neighbours on the connection have theirs"


@pytest.mark.fault("5xx to the dot")
def test_a_message_refused_at_its_end_failed_and_is_no_doubt(scene: Scene) -> None:
    scene.peer.script(Rule("dot", say="552 5.2.2 mailbox full", every=10, first=5))
    campaign = scene.going(200)
    scene.finishes(campaign)
    counts = scene.judge(campaign)
    assert counts.failed >= 15
    assert set(Delivery.objects.filter(campaign=campaign, state="failed").values_list("reason", flat=True)) == {
        "mailbox_full"
    }
    assert nobody_is_suppressed(scene)
    scene.seen = "failed, each with its reason; nobody suppressed, nobody in doubt"


@pytest.mark.fault("disconnect mid-DATA")
def test_a_line_that_breaks_in_the_middle_of_a_body_sent_nothing(scene: Scene) -> None:
    peer = Peer(scene.house.var / "narrow", narrow=BYTES)
    try:
        scene.peers = [peer]
        peer.script(Rule("body", say=CLOSE, every=10, first=5, last=35))
        scene.house.restart("send", app="tests.faults.narrow", EMAIL_URL=peer.url)
        campaign = scene.going(100)
        scene.wait(lambda: chunks.tally(campaign).sent + waiting(campaign) == 100, "all were tried, nobody is in doubt")
        cuts = peer.events("cut", scene.domain)
        assert [cut["whole"] for cut in cuts] == [False] * 4
        assert min(cut["after"] for cut in cuts) > 0
        put_off = DeliveryRetry.objects.filter(delivery__campaign=campaign)
        assert {row.delivery.subscriber.address for row in put_off} == {cut["to"] for cut in cuts}
        scene.hours_pass()
        scene.finishes(campaign)
        counts = scene.judge(campaign)
        assert (counts.sent, counts.captured) == (100, 100)
        begun = Counter(one["to"] for one in peer.events("begun", scene.domain))
        assert {address for address, times in begun.items() if times == 2} == {cut["to"] for cut in cuts}
        bytes_read = sorted(cut["after"] for cut in cuts)
    finally:
        peer.end()
    scene.seen = (
        f"cut {len(cuts)} times after {bytes_read[0]:,} to {bytes_read[-1]:,} bytes of a body, before its dot: "
        "certainly not accepted, tried again, one copy each"
    )


@pytest.mark.parametrize(
    ("what", "say", "reason"),
    [
        ("null MX", "556 5.1.10 Recipient address has null MX", "unknown_host"),
        ("NXDOMAIN", "550 5.1.2 Domain not found", "unknown_host"),
        ("SERVFAIL", "450 4.1.2 Host or domain name not found. Name service error, try again", ""),
    ],
)
@pytest.mark.fault("{what}, as a relay says it")
def test_a_domain_without_mail_is_crossed_out_and_one_that_cannot_be_asked_waits(
    scene: Scene, what: str, say: str, reason: str
) -> None:
    scene.peer.script(Rule("rcpt", say=say, every=10, first=10, last=100))
    campaign = scene.going(150)
    scene.wait(lambda: chunks.tally(campaign).open == waiting(campaign), "all were tried")
    assert waiting(campaign) == (0 if reason else 10)
    scene.hours_pass()
    scene.finishes(campaign)
    counts = scene.judge(campaign)
    assert counts.failed == (10 if reason else 0)
    failed = Delivery.objects.filter(campaign=campaign, state="failed")
    assert set(failed.values_list("reason", flat=True)) == ({reason} if reason else set())
    assert nobody_is_suppressed(scene) is not bool(reason)
    scene.seen = (
        "failed and suppressed, their neighbours have theirs" if reason else "waited for their retry, all have it"
    )


@pytest.mark.parametrize("took", ["accepted", "not accepted"])
@pytest.mark.fault("disconnect after the dot, {took}")
def test_a_line_that_breaks_after_the_dot_leaves_a_doubt_that_only_a_human_ends(scene: Scene, took: str) -> None:
    scene.peer.script(Rule("dot", say=CLOSE, takes=took == "accepted", first=20, last=20 + LEAST - 1))
    campaign = scene.going(200)
    scene.finishes(campaign)
    counts = scene.judge(campaign, doubt=LEAST)
    assert counts.in_doubt == LEAST
    assert counts.captured == 200 - (0 if took == "accepted" else LEAST)
    assert "incertains" in scene.page(campaign)
    scene.seen = f"{LEAST} hung up on, {LEAST} in doubt, none of them sent again by itself"


@pytest.mark.parametrize(
    ("what", "rules", "doubt"),
    [
        ("999 and 8-bit letters at the dot", (Rule("dot", say="999 \xff\xfe?", first=20, last=21),), 2),
        ("10 MB at the dot", (Rule("dot", say="250-" + "x" * 10_000_000, first=20, last=20),), 1),
        ("nonsense at RCPT", (Rule("rcpt", say="bonjour \xe9\xe8", first=20, last=23),), 0),
    ],
)
@pytest.mark.fault("garbage replies: {what}")
def test_nonsense_is_no_answer(scene: Scene, what: str, rules: tuple[Rule, ...], doubt: int) -> None:
    scene.peer.script(*rules)
    campaign = scene.going(150)
    scene.wait(lambda: chunks.tally(campaign).open == waiting(campaign), "all were tried")
    scene.hours_pass()
    scene.finishes(campaign)
    counts = scene.judge(campaign, doubt=doubt)
    assert counts.in_doubt == doubt
    scene.seen = (
        "no definite answer to a dot is doubt" if doubt else "no answer before the body: tried again, all have it"
    )
