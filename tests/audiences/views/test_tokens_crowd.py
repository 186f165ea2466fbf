"""One click, a thousand times at once, against the server as it runs for people, with the broker away and no worker."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from django.db import connection

from audiences import links
from audiences.keys import key_of
from audiences.models import Consent, Subscription
from newsletter.servers.process import free_port
from tests import make

JEANNE = "jeanne@orange.example"
HOW_OFTEN, AT_ONCE = 1_000, 100


@pytest.fixture
def served(transactional_db: None) -> Iterator[int]:
    """gunicorn on the tests' database; where Redis should be, nobody listens."""
    said = connection.get_connection_params()
    port, nobody = free_port(8100), free_port(16_379)
    at = f"{said['host']}:{said['port']}/{said['dbname']}"
    environment = os.environ | {
        "DATABASE_URL": f"postgres://{said['user']}:{said['password']}@{at}",
        "REDIS_URL": f"redis://127.0.0.1:{nobody}/0",
        "DJANGO_SETTINGS_MODULE": "newsletter.settings",
    }
    command = ["gunicorn", "newsletter.wsgi", "--workers", "2", "--threads", "8", "--no-control-socket"]
    command += ["--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen([sys.executable, "-m", *command], env=environment, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            line = HTTPConnection("127.0.0.1", port, timeout=20)
            try:
                line.request("HEAD", "/u/anything")
                line.getresponse().read()
                break
            except OSError:
                time.sleep(0.2)
            finally:
                line.close()
        yield port
    finally:
        server.terminate()
        server.wait(20)


def test_a_thousand_identical_clicks_are_one_change_without_broker_or_worker(served: int) -> None:
    letter = make.newsletter()
    make.consenting(JEANNE, of=letter)
    path = urlsplit(links.unsubscribe_url(letter.pk, key_of(JEANNE))).path

    def press(_: int) -> int:
        line = HTTPConnection("127.0.0.1", served, timeout=60)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        line.request("POST", path, b"List-Unsubscribe=One-Click", form)
        answer = line.getresponse()
        answer.read()
        line.close()
        return answer.status

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        answers = list(crowd.map(press, range(HOW_OFTEN)))

    assert (len(answers), set(answers)) == (HOW_OFTEN, {200})
    assert Subscription.objects.get().state == "ended"
    withdrawn = Consent.objects.filter(act="withdrawn").values_list("purpose", flat=True)
    assert sorted(withdrawn) == ["newsletter", "tracking"]
