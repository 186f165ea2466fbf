"""A provider's interface fails in the middle of a call: in doubt is that call, and nobody's letter leaves twice."""

from collections.abc import Iterator

import pytest

from campaigns import chunks
from campaigns.models import Delivery, RoadStanding
from newsletter.core.providers import parse_account
from tests.campaigns.provider import Act, Reply
from tests.faults.provider import MOST, Deed, Provider
from tests.faults.scene import Scene

READERS = 300  # one chunk: one worker has it, and makes one call after the other
THIRD = 3
PACE = 0.02  # an answer's two minutes are two seconds
DOWN = Reply(500, {"ErrorMessage": "internal error"})


@pytest.fixture
def provider(scene: Scene) -> Iterator[Provider]:
    """The workers send through it, as they would through the paid one."""
    with Provider() as provider:
        RoadStanding.objects.filter(road=parse_account(provider.url).name).delete()
        scene.peers = [provider]
        yield provider
        scene.house.stop("send")


@pytest.mark.parametrize("took", ["taken", "not taken"])
@pytest.mark.fault("kill -9 while a provider's call is under way, {took}")
def test_a_worker_killed_while_the_provider_thinks_leaves_that_call_in_doubt(
    scene: Scene, provider: Provider, took: str
) -> None:
    provider.deed = lambda number: Deed("silence", took == "taken") if number == THIRD else Deed()
    scene.house.restart("send", EMAIL_URL=provider.url)
    campaign = scene.going(READERS)
    scene.wait(lambda: len(provider.calls) == THIRD, "the provider has a call that it did not answer")
    scene.house.kill("send")
    scene.house.run("send", EMAIL_URL=provider.url)
    scene.finishes(campaign)
    counts = scene.judge(campaign, doubt=MOST)
    assert counts.in_doubt == MOST
    assert counts.captured == READERS - (0 if took == "taken" else MOST)
    assert f"{MOST}\u00a0incertains" in scene.page(campaign)
    assert "Ne rien faire est sans danger" in scene.page(campaign)
    scene.seen = f"the journal knows the call: its {MOST} are in doubt and stay so, the others went on in other calls"


@pytest.mark.parametrize(
    ("what", "say", "takes"),
    [
        ("answers nothing (clock scaled)", "silence", True),
        ("answers 500", DOWN, False),
        ("cuts the line", "reset", True),
    ],
)
@pytest.mark.fault("a provider {what}, once")
def test_a_call_without_a_good_answer_is_in_doubt_and_the_next_ones_go_on(
    scene: Scene, provider: Provider, what: str, say: Act, takes: bool
) -> None:
    provider.deed = lambda number: Deed(say, takes) if number == THIRD else Deed()
    scene.house.restart("send", app="tests.faults.scaled", EMAIL_URL=provider.url, PACE=str(PACE))
    campaign = scene.going(READERS)
    scene.finishes(campaign)
    counts = scene.judge(campaign, doubt=MOST)
    assert counts.in_doubt == MOST
    assert counts.captured == READERS - (0 if takes else MOST)
    assert len(provider.calls[THIRD].json["Messages"]) == 1
    assert f"{MOST}\u00a0incertains" in scene.page(campaign)
    scene.seen = f"its {MOST} are in doubt; one message asked whether it answers again, then all others left"


@pytest.mark.parametrize(
    ("what", "say"), [("answers nothing (clock scaled)", "silence"), ("answers 500", DOWN), ("cuts the line", "reset")]
)
@pytest.mark.fault("a provider {what}, from then on")
def test_a_provider_that_is_away_pauses_the_letter_before_everyone_is_in_doubt(
    scene: Scene, provider: Provider, what: str, say: Act
) -> None:
    provider.deed = lambda number: Deed(say) if number >= THIRD else Deed()
    scene.house.restart("send", app="tests.faults.scaled", EMAIL_URL=provider.url, PACE=str(PACE))
    campaign = scene.going(READERS)
    assert scene.pauses(campaign) == "relay_unreachable"
    scene.is_quiet(campaign)
    assert len(provider.calls) == THIRD + 1
    assert chunks.tally(campaign).in_doubt == MOST + 1
    assert "Le relais ne répond pas." in scene.page(campaign)
    waiting = Delivery.objects.filter(campaign=campaign, state="queued")
    assert set(waiting.values_list("attempts", flat=True)) == {0}
    provider.deed = lambda number: Deed()
    scene.resume(campaign)
    scene.finishes(campaign)
    counts = scene.judge(campaign, doubt=MOST + 1)
    assert counts.sent == READERS - MOST - 1
    scene.seen = (
        f"“Le relais ne répond pas”: paused with one call in doubt, and the one message that asked whether it answers "
        f"again; resumed, the other {counts.sent} have theirs"
    )
