"""Refusals that are about us: the letter pauses with its reason in words, and no reader pays for it."""

import pytest
from django.utils import timezone

from audiences.models import Suppression
from campaigns import chunks, paces
from campaigns.models import Campaign, Delivery, Pace
from newsletter.core.relay import parse_relay
from tests.faults.peer import Rule
from tests.faults.scene import Scene


def detail(campaign: Campaign) -> str:
    return Campaign.objects.get(pk=campaign.pk).pause_detail


def untouched(scene: Scene, campaign: Campaign) -> bool:
    keys = Delivery.objects.filter(campaign=campaign).values("address_key")
    return not (chunks.tally(campaign).failed or Suppression.objects.filter(address_key__in=keys).exists())


@pytest.mark.small
@pytest.mark.fault("554 policy for all")
def test_a_relay_that_refuses_everyone_stops_the_letter_and_suppresses_nobody(scene: Scene) -> None:
    scene.peer.script(Rule("rcpt", say="554 5.7.1 refused for policy reasons"))
    campaign = scene.going(1000)
    assert scene.pauses(campaign) == "relay_policy"
    scene.is_quiet(campaign)
    tried = scene.peer.count("rcpt")
    assert tried <= 200
    assert untouched(scene, campaign)
    assert "Le relais refuse nos messages." in scene.page(campaign)
    scene.peer.script()
    scene.hours_pass()
    scene.resume(campaign)
    scene.finishes(campaign)
    assert scene.judge(campaign).sent == 1000
    scene.seen = (
        f"paused after {tried} refusals, nobody failed or suppressed; mended and resumed, all 1,000 have theirs"
    )


@pytest.mark.fault("535")
def test_a_refused_login_is_a_setting_of_ours(scene: Scene) -> None:
    scene.peer.script(Rule("auth", say="535 5.7.8 authentication failed"), offers=("PIPELINING", "AUTH PLAIN LOGIN"))
    scene.house.restart("send", EMAIL_URL=scene.peer.url.replace("//", "//lettre:falsch@"))
    campaign = scene.going(200)
    assert scene.pauses(campaign) == "login_refused"
    scene.is_quiet(campaign)
    assert untouched(scene, campaign)
    assert "Le relais refuse nos identifiants." in scene.page(campaign)
    assert scene.captured() == []
    scene.peer.script(offers=("PIPELINING", "AUTH PLAIN LOGIN"))
    scene.resume(campaign)
    scene.finishes(campaign)
    assert scene.judge(campaign).sent == 200
    scene.seen = "paused before any row was armed, “Le relais refuse nos identifiants”; resumed, all have theirs"


@pytest.mark.fault("550 5.7.515")
def test_a_refused_identity_is_a_setting_of_ours(scene: Scene) -> None:
    no = "550 5.7.515 Access denied, sending domain alpilles.example does not meet the required authentication level"
    scene.peer.script(Rule("dot", say=no, first=20))
    campaign = scene.going(400)
    assert scene.pauses(campaign) == "relay_policy"
    scene.is_quiet(campaign)
    assert untouched(scene, campaign)
    assert "C’est un réglage de notre côté" in scene.page(campaign)
    assert "5.7.515" in detail(campaign)
    scene.peer.script()
    scene.hours_pass()
    scene.resume(campaign)
    scene.finishes(campaign)
    assert scene.judge(campaign).sent == 400
    scene.seen = "paused at once, “un réglage de notre côté”, with the relay's words; nobody failed"


@pytest.mark.fault("the relay says that its quota is reached")
def test_a_relay_whose_quota_is_used_up_is_asked_again_in_its_next_hour(scene: Scene) -> None:
    scene.peer.script(Rule("mail", say="550 5.4.5 Daily user sending quota exceeded", first=60))
    campaign = scene.going(300)
    assert scene.pauses(campaign) == "relay_quota"
    scene.is_quiet(campaign)
    assert untouched(scene, campaign)
    assert "quota" in scene.page(campaign)
    left = scene.sent(campaign)
    scene.peer.script()
    scene.hours_pass(2)
    scene.finishes(campaign)
    assert scene.judge(campaign).sent == 300
    scene.seen = f"paused after {left}, nobody failed; resumed by itself in the next hour"


@pytest.mark.fault("the quota that we were told is reached")
def test_a_quota_that_is_known_is_kept_over_restarts_and_goes_on_by_itself(scene: Scene) -> None:
    Pace.objects.create(relay=parse_relay(scene.peer.url).name, per_hour=120)
    campaign = scene.going(200)
    scene.wait(lambda: scene.sent(campaign) == 120, "the hour is used up")
    scene.house.kill("send")
    scene.house.run("send")
    assert not scene.held_within(lambda: len(scene.captured()) > 120, seconds=8)
    assert scene.state(campaign) == "running"
    assert paces.room(parse_relay(scene.peer.url), now=timezone.now()) == 0
    scene.hours_pass(1.1)
    scene.finishes(campaign)
    assert scene.judge(campaign).sent == 200
    scene.seen = "exactly 120 in the hour, over a killed worker too; the rest in the next"
