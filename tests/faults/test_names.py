"""The DNS fails where we deliver ourselves: readers at a domain that works, and at one that does not."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import F

from audiences.models import Suppression
from campaigns import chunks, domains, tasks
from campaigns.models import Delivery, MailDomain
from tests.campaigns.nameserver import NXDOMAIN, SERVFAIL, Nameserver
from tests.faults.scene import Scene

WELL, ILL = 12, 5
WORKS = ["10 127.0.0.1."]


@pytest.fixture
def names(scene: Scene, settings: Any) -> Iterator[Nameserver]:
    """The workers ask it, and deliver to the peer as to a mail exchanger."""
    with Nameserver({scene.domain: WORKS}) as names:
        settings.RELAY_URLS, settings.DNS_SERVERS = (f"mx://:{scene.peer.port}",), names.servers
        yield names
        scene.house.stop("send")
        scene.house.stop("default")


def begin(scene: Scene, settings: Any) -> None:
    environment = {"EMAIL_URL": settings.RELAY_URLS[0], "DNS_SERVERS": settings.DNS_SERVERS[0]}
    scene.house.restart("send", "default", EHLO_NAME="lettre.alpilles.example", **environment)


def suppressed(scene: Scene) -> int:
    keys = Delivery.objects.filter(subscriber__address__endswith=scene.domain).values("address_key")
    return Suppression.objects.filter(address_key__in=keys).count()


@pytest.mark.parametrize(("what", "says"), [("null MX", ["0 ."]), ("NXDOMAIN", NXDOMAIN)])
@pytest.mark.fault("{what}, as the DNS says it")
def test_a_domain_that_takes_no_mail_is_crossed_out_and_no_server_is_bothered(
    scene: Scene, names: Nameserver, settings: Any, what: str, says: list[str] | str
) -> None:
    names.zone[there := f"parti.{scene.domain}"] = says
    begin(scene, settings)
    scene.readers(WELL)
    scene.readers(ILL, at=there)
    campaign = scene.going(0)
    scene.finishes(campaign)
    counts = scene.judge(campaign)
    assert (counts.sent, counts.failed) == (WELL, ILL)
    failed = Delivery.objects.filter(campaign=campaign, state="failed")
    assert set(failed.values_list("reason", "subscriber__mail_domain")) == {("unknown_host", there)}
    assert suppressed(scene) == ILL
    assert (there, "MX") in names.asked
    assert scene.peer.count("rcpt") == WELL
    assert f"{ILL}\u00a0adresses dont le domaine n’existe plus" in scene.page(campaign)
    scene.seen = "failed and suppressed as “le domaine n’existe plus”, no server was asked; the others have theirs"


@pytest.mark.fault("SERVFAIL, as the DNS says it")
def test_a_domain_that_nobody_can_tell_of_waits_and_is_asked_about_again(
    scene: Scene, names: Nameserver, settings: Any
) -> None:
    names.zone[there := f"malade.{scene.domain}"] = SERVFAIL
    begin(scene, settings)
    scene.readers(WELL)
    scene.readers(ILL, at=there)
    campaign = scene.going(0)
    scene.wait(lambda: scene.sent(campaign) == WELL, "the others have left")
    assert not scene.held_within(lambda: chunks.tally(campaign).queued != ILL, seconds=3)
    waiting = Delivery.objects.filter(campaign=campaign, state="queued")
    assert set(waiting.values_list("attempts", "subscriber__mail_domain")) == {(0, there)}
    assert (scene.state(campaign), suppressed(scene), scene.peer.count("rcpt")) == ("running", 0, WELL)
    words = f"{ILL}\u00a0en attente ; leurs domaines sont redemandés chaque quart d’heure"
    assert words in scene.page(campaign, "details/")
    asked = names.asked.count((there, "MX"))
    names.zone[there] = WORKS
    MailDomain.objects.filter(name=there).update(checked_at=F("checked_at") - domains.AGAIN)
    scene.house.hint(tasks.look_up_domains.name)  # the clock's own hint, which comes every five minutes
    scene.finishes(campaign)
    counts = scene.judge(campaign)
    assert counts.sent == WELL + ILL
    assert suppressed(scene) == 0
    assert names.asked.count((there, "MX")) > asked
    scene.seen = (
        "waited as “Sans réponse du DNS”: nobody was blamed and no try was counted; asked again a quarter of an hour "
        "later, all have theirs"
    )
