"""Two relays: one dies in the middle of a letter, the other carries on, and nobody has it from both."""

from collections import Counter
from typing import Any

import pytest
from django.utils import timezone

from campaigns import roads
from campaigns.core.campaign import PauseReason
from tests.faults.judge import Peer
from tests.faults.peer import Rule
from tests.faults.scene import MOST, Scene


@pytest.mark.fault("relay 1 dies, relay 2 carries on")
def test_when_one_relay_dies_the_other_carries_on(scene: Scene, settings: Any) -> None:
    second = Peer(scene.house.var / "peer-2")
    third = Peer(scene.house.var / "peer-3")
    try:
        for peer in (second, third):
            peer.script(Rule("dot", wait=0.02))
        settings.RELAY_URLS = (second.url, third.url)
        scene.house.restart("send", EMAIL_URL=",".join(settings.RELAY_URLS))
        campaign = scene.going(1000)
        scene.wait(lambda: len(second.accepted(scene.domain)) > 40, "some have left by the first")
        second.kill()
        first = second.accepted(scene.domain)
        scene.finishes(campaign, seconds=150)
        dead, alive = roads.states(now=timezone.now())
        assert (dead.reason, alive.reason) == (PauseReason.RELAY_UNREACHABLE, None)
        assert "Le relais ne répond pas." in scene.page(campaign, "details/")
        scene.peers = [second, third]
        counts = scene.judge(campaign, doubt=2 * MOST)
        assert max(Counter(scene.captured()).values()) == 1
        scene.seen = (
            f"{len(first)} had left by the first when it was killed, the others by the second; "
            f"{counts.in_doubt} in doubt: the first had them unanswered"
        )
    finally:
        third.end()
        second.kill()
