"""The line to the relay is not safe: then nothing is said on it, least of all a password."""

import subprocess
from pathlib import Path

import pytest

from campaigns import chunks
from tests.faults.scene import Scene


def certificate(folder: Path) -> Path:
    """A certificate that nobody vouches for."""
    made, key = folder / "certificate.pem", folder / "key.pem"
    wanted = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    where = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(made)]
    subprocess.run(["openssl", *wanted.split(), *where], check=True, capture_output=True)
    made.write_text(made.read_text() + key.read_text())
    return made


@pytest.mark.parametrize("what", ["STARTTLS stripped", "bad certificate"])
@pytest.mark.fault("{what}")
def test_a_line_that_is_not_safe_carries_neither_password_nor_letter(scene: Scene, what: str, tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    said = ("PIPELINING", "AUTH PLAIN")
    if what == "STARTTLS stripped":
        scene.peer.script(offers=said)
    else:
        scene.peer.script(offers=(*said, "STARTTLS"), certificate=pem)
    url = f"smtp+tls://lettre:geheim@localhost:{scene.peer.port}"
    scene.house.restart("send", EMAIL_URL=url)
    campaign = scene.going(100)
    assert scene.pauses(campaign) == "relay_insecure"
    scene.is_quiet(campaign)
    assert (scene.peer.count("auth"), scene.peer.count("mail"), scene.captured()) == (0, 0, [])
    assert (chunks.tally(campaign).queued, chunks.tally(campaign).failed) == (100, 0)
    assert "La liaison avec le relais n’est pas sûre." in scene.page(campaign)
    # mended: the relay covers its line, and somebody we trust vouches for it
    scene.peer.script(offers=(*said, "STARTTLS"), certificate=pem)
    scene.house.restart("send", EMAIL_URL=url, SSL_CERT_FILE=str(pem))
    scene.resume(campaign)
    scene.finishes(campaign)
    assert scene.judge(campaign).sent == 100
    scene.seen = (
        "paused before the log-in, “La liaison avec le relais n’est pas sûre”; mended and resumed, all have theirs"
    )
