"""The wire on real sockets: whole kernels, real TLS, a relay that hangs up in the worst moment."""

import shutil
import ssl
from pathlib import Path

import pytest

from campaigns.core.receipt import Phase
from campaigns.wire.letters import Outgoing, Reply, WireProblem
from campaigns.wire.line import Wire
from newsletter.core.relay import Relay, Tls
from tests.campaigns.wire.relay import RelayServer, certificate
from tests.campaigns.wire.server import CLOSE, SILENCE, TAKE_AND_CLOSE, THEN_CLOSE
from tests.campaigns.wire.street import SENDER, outgoing, recipient, whole

OFFERS_TLS = "250-us\r\n250-PIPELINING\r\n250 STARTTLS"
OFFERS_LOGIN = "250-us\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("openssl"):
        pytest.skip("openssl is not there to make a certificate")
    return certificate(tmp_path_factory.mktemp("tls"))


def trusting(path: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(path))


def send(relay: Relay, *messages: Outgoing, **options: object) -> list[Reply]:
    """Send these messages and return what was told of them, in their order."""
    wire = Wire(relay, ehlo_name="test.example", **({"connections": 2, "pace": 0.02} | options))  # type: ignore[arg-type]
    waiting, replies = list(messages), []
    try:
        while len(replies) < len(messages):
            while waiting and wire.room():
                wire.put(waiting.pop(0))
            replies += wire.poll(1)
    finally:
        wire.close()
    return sorted(replies, key=lambda reply: reply.delivery)


def fates(replies: list[Reply]) -> list[tuple[Phase, int | None]]:
    return [(reply.phase, reply.code) for reply in replies]


SENT = (Phase.REPLIED, 250)


@pytest.mark.parametrize("bytewise", [False, True])
def test_messages_larger_than_any_buffer_arrive_whole(bytewise: bool) -> None:
    messages = [outgoing(0, 60_000), *(outgoing(number, 2_000) for number in range(1, 12))]
    with RelayServer(bytewise=bytewise) as server:
        assert fates(send(server.relay(), *messages)) == [SENT] * 12
    assert sorted(server.journal.accepted) == sorted((recipient(m.delivery), whole(m)) for m in messages)
    assert (server.journal.faults, server.journal.heard[-1]) == ([], "QUIT")


@pytest.mark.parametrize("size", [1, 4_000])
def test_a_message_of_more_pieces_than_the_kernel_takes_arrives_whole(size: int) -> None:
    pieces = [b"%d:" % number + b"a" * size + b"\r\n" for number in range(3_000)]
    messages = [Outgoing(number, SENDER, recipient(number), pieces) for number in range(3)]
    with RelayServer() as server:
        assert fates(send(server.relay(), *messages)) == [SENT] * 3
    assert sorted(server.journal.accepted) == [(m.recipient, b"".join(pieces)) for m in messages]


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize(
    ("verb", "answer", "fate"),
    [
        ("mail", "451 later", (Phase.MAIL, 451)),
        ("rcpt", "550 5.1.1 who?", (Phase.RCPT, 550)),
        ("data", "554 no", (Phase.DATA, 554)),
        ("dot", "552 too big", (Phase.REPLIED, 552)),
        ("mail", "421 down", (Phase.MAIL, 421)),
        ("dot", "421 down", (Phase.REPLIED, 421)),
        ("dot", CLOSE, (Phase.DOT_SENT, None)),
        ("dot", TAKE_AND_CLOSE, (Phase.DOT_SENT, None)),
        ("dot", SILENCE, (Phase.DOT_SENT, None)),
        ("middle", CLOSE, (Phase.BODY, None)),
    ],
)
def test_trouble_over_the_second_of_five_is_told_of_that_one_alone(
    verb: str, answer: str, fate: tuple[Phase, int | None], reset: bool
) -> None:
    middle = [answer]

    def script(heard: str, count: int) -> str | None:
        if heard == "middle" == verb:
            # A body so large that the kernels cannot hold it is in its middle for sure.
            return middle.pop() if middle and server.journal.counts["data"] == 2 else None
        return answer if (heard, count) == (verb, 2) else None

    messages = [outgoing(number, 800_000 if verb == "middle" and number == 1 else 100) for number in range(5)]
    with RelayServer(script, reset=reset) as server:
        told = send(server.relay(), *messages, connections=1, pace=0.001 if answer == SILENCE else 0.02)
    assert fates(told) == [SENT, fate, SENT, SENT, SENT]
    assert server.journal.faults == []
    taken = [0, 1, 2, 3, 4] if answer == TAKE_AND_CLOSE else [0, 2, 3, 4]
    assert sorted(server.journal.recipients()) == [recipient(number) for number in taken]


def test_a_reply_that_came_with_the_hanging_up_is_heard() -> None:
    with RelayServer(lambda verb, count: "250 ok" + THEN_CLOSE if verb == "dot" else None, reset=True) as server:
        told = send(server.relay(), *(outgoing(number) for number in range(20)))
    # After RST a kernel may have forgotten the last words: then it is doubt, and never anything else.
    assert {(reply.phase, reply.code) for reply in told} <= {SENT, (Phase.DOT_SENT, None)}
    assert sorted(server.journal.recipients()) == sorted(recipient(number) for number in range(20))


def test_an_address_where_nobody_listens_is_told_by_name_of_the_phase() -> None:
    with RelayServer() as server:
        relay = server.relay()
    with pytest.raises(WireProblem) as problem:
        send(relay, outgoing(0))
    assert (problem.value.phase, problem.value.code) == (Phase.CONNECT, None)


def test_a_host_without_an_address_is_a_problem_of_the_connection() -> None:
    with pytest.raises(WireProblem) as problem:
        send(Relay("relay.invalid", 25), outgoing(0), attempts=1)
    assert (problem.value.phase, problem.value.code) == (Phase.CONNECT, None)


# TLS


@pytest.mark.parametrize("bytewise", [False, True])
def test_under_starttls_messages_arrive_and_the_server_is_asked_for_by_name(own: Path, bytewise: bool) -> None:
    messages = [outgoing(number, 4_000) for number in range(8)]
    script = {"ehlo": OFFERS_LOGIN}
    server = RelayServer(lambda verb, count: script.get(verb), Tls.STARTTLS, own, bytewise=bytewise)
    with server:
        assert fates(send(server.relay("garrigue"), *messages, context=trusting(own))) == [SENT] * 8
    assert sorted(server.journal.accepted) == sorted((recipient(m.delivery), whole(m)) for m in messages)
    assert set(server.names) == {"localhost"}
    before, _, after = "\n".join(server.journal.heard).partition("STARTTLS")
    assert ("AUTH" in before, "AUTH PLAIN" in after) == (False, True)


def test_under_implicit_tls_messages_larger_than_any_buffer_arrive_whole(own: Path) -> None:
    messages = [outgoing(0, 60_000), outgoing(1), outgoing(2, 9_000)]
    with RelayServer(tls=Tls.IMPLICIT, certificate=own) as server:
        assert fates(send(server.relay(), *messages, context=trusting(own))) == [SENT] * 3
    assert sorted(server.journal.accepted) == sorted((recipient(m.delivery), whole(m)) for m in messages)


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.IMPLICIT])
def test_a_certificate_of_nobody_we_trust_ends_it_at_once(own: Path, tls: Tls) -> None:
    with RelayServer(lambda verb, count: OFFERS_TLS if verb == "ehlo" else None, tls, own) as server:
        with pytest.raises(WireProblem) as problem:
            send(server.relay("garrigue"), outgoing(0))
        assert (problem.value.phase, problem.value.lasting) == (Phase.TLS, True)
    assert not any("AUTH" in line for line in server.journal.heard)


def test_a_certificate_of_another_name_ends_it_at_once(own: Path, tmp_path: Path) -> None:
    other = certificate(tmp_path, "smtp.other.example")
    server = RelayServer(tls=Tls.IMPLICIT, certificate=other)
    with server, pytest.raises(WireProblem, match="certificate") as problem:
        send(server.relay(), outgoing(0), context=trusting(other))
    assert (problem.value.phase, problem.value.lasting) == (Phase.TLS, True)


def test_starttls_talked_away_is_never_gone_without(own: Path) -> None:
    server = RelayServer(tls=Tls.STARTTLS, certificate=own)
    with server, pytest.raises(WireProblem) as problem:
        send(server.relay("garrigue"), outgoing(0), context=trusting(own))
    assert problem.value.phase is Phase.TLS
    assert server.journal.heard == ["EHLO test.example"]


def test_a_refused_log_in_ends_it_at_once(own: Path) -> None:
    script = {"ehlo": OFFERS_LOGIN, "auth": "535 5.7.8 no"}
    server = RelayServer(lambda verb, count: script.get(verb), Tls.STARTTLS, own)
    with server, pytest.raises(WireProblem) as problem:
        send(server.relay("garrigue"), outgoing(0), context=trusting(own))
    assert (problem.value.phase, problem.value.code, server.journal.connections) == (Phase.AUTH, 535, 1)


def test_a_line_that_dies_under_tls_is_doubt_after_the_dot_and_nothing_before(own: Path) -> None:
    script = {("dot", 2): TAKE_AND_CLOSE}
    server = RelayServer(lambda verb, count: script.get((verb, count)), Tls.IMPLICIT, own)
    with server:
        told = send(server.relay(), *(outgoing(n) for n in range(5)), context=trusting(own), connections=1)
    assert fates(told) == [SENT, (Phase.DOT_SENT, None), SENT, SENT, SENT]
    assert sorted(server.journal.recipients()) == [recipient(number) for number in range(5)]
