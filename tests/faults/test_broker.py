"""Celery's messages only wake: lost, late, tripled or shuffled, they change nothing."""

import random
import threading
import time

import pytest
import redis
from django.test import Client

from tests.faults.peer import Rule
from tests.faults.scene import Scene


@pytest.mark.small
@pytest.mark.fault("Redis FLUSHALL mid-send")
def test_an_emptied_broker_loses_no_letter(scene: Scene) -> None:
    scene.peer.script(Rule("dot", wait=0.01))
    campaign = scene.going(1500)
    scene.some_have_left(campaign)
    flushed = 0
    with scene.house.broker() as broker:
        while scene.state(campaign) == "running":
            broker.flushall()
            flushed += 1
            time.sleep(0.4)
    scene.finishes(campaign)
    scene.judge(campaign)
    assert flushed > 3
    scene.seen = "emptied every 0.4 s until the end: nobody noticed"


@pytest.mark.fault("Redis down for minutes")
def test_a_broker_that_is_away_only_delays(scene: Scene) -> None:
    scene.peer.script(Rule("dot", wait=0.05))
    campaign = scene.going(8000)
    scene.some_have_left(campaign)
    scene.house.kill_broker()
    time.sleep(75)
    health = Client().get("/health")
    assert (health.status_code, health.json()["broker"]) == (503, False)
    held_still = scene.sent(campaign)
    assert scene.senders() == []  # nobody woke them: what was under way has been written down
    scene.house.start_broker()
    scene.peer.script()
    began = time.monotonic()
    scene.wait(lambda: scene.sent(campaign) > held_still, "it goes on", seconds=60)
    seconds = time.monotonic() - began
    scene.finishes(campaign, seconds=180)
    scene.judge(campaign)
    assert [name for name, child in scene.house.children.items() if child.poll() is not None] == []
    scene.seen = (
        f"killed for 75 s: `/health` said so, nothing was lost; {seconds:.0f} s after its return messages left again"
    )


class BadPostman(threading.Thread):
    """Takes every message from one place and brings it three times, in any order, to another."""

    def __init__(self, *routes: tuple[str, str, str]) -> None:
        super().__init__(daemon=True)
        self.routes = routes
        self.over = threading.Event()
        self.brought = 0

    def run(self) -> None:
        lines = {url: redis.Redis.from_url(url) for _, *urls in self.routes for url in urls}
        while not self.over.is_set():
            for queue, source, target in self.routes:
                taken = []
                while (letter := lines[source].rpop(queue)) is not None:
                    taken += [letter] * 3
                random.shuffle(taken)
                for letter in taken:
                    lines[target].lpush(queue, letter)
                self.brought += len(taken)
            self.over.wait(1.5)
        for line in lines.values():
            line.close()


@pytest.mark.fault("every task delivered three times and shuffled")
def test_every_task_thrice_and_in_any_order_sends_each_letter_once(scene: Scene) -> None:
    front = scene.house.redis_url
    aside, third = front[:-1] + "1", front[:-1] + "2"
    # the clock's words go through the postman, and so do those of the tick to the senders
    scene.house.restart("clock", REDIS_URL=aside)
    scene.house.restart("send", REDIS_URL=third)
    postman = BadPostman(("default", aside, front), ("send", front, third))
    postman.start()
    try:
        scene.peer.script(Rule("dot", wait=0.01))
        campaigns = [scene.scheduled(600), scene.scheduled()]
        scene.finishes(campaigns[0])
        scene.finishes(campaigns[1])
    finally:
        postman.over.set()
        postman.join()
    assert postman.brought > 30
    scene.judge_apart(*campaigns)
    scene.seen = f"{postman.brought} tasks brought, each one thrice and shuffled"
