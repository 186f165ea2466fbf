"""One connection as a table of questions and answers: whatever is said, whenever, every message's fate is known."""

from collections.abc import Callable, Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.core.receipt import Phase
from campaigns.wire.letters import Outgoing, Parcel, Reply
from campaigns.wire.session import TRIES, Session
from newsletter.core.relay import Relay
from tests.campaigns.wire.street import SENDER, outgoing, recipient, whole

EHLO = {True: b"250-us\r\n250 PIPELINING\r\n", False: b"250 us\r\n"}


def queue(*parcels: Parcel) -> Callable[[], Parcel | None]:
    waiting = iter(parcels)
    return lambda: next(waiting, None)


def nobody() -> None:
    return None


def parcels(count: int) -> list[Parcel]:
    return [Parcel(outgoing(number)) for number in range(count)]


def opened(pipelining: bool = True, offers: bytes = b"") -> Session:
    session = Session(Relay("smtp.relay.example", 25), ehlo_name="test.example")
    session.receive(b"220 us\r\n")
    session.write(nobody)
    session.receive(offers or EHLO[pipelining])
    return session


def write(session: Session, take: Callable[[], Parcel | None] = nobody, *, dot: bool = True) -> bytes:
    """Write all that may be written, as a kernel that takes everything, or everything but the dot."""
    out = b""
    while written := session.write(take):
        if parcel := written.parcel:
            parcel.begun, parcel.phase = True, Phase.DOT_SENT if dot else Phase.BODY
            out += whole(parcel)
            if not dot:
                return out
        out += written.tail
    return out


def envelope(number: int) -> bytes:
    return f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{recipient(number)}>\r\nDATA\r\n".encode()


def test_the_body_its_dot_and_the_next_envelope_leave_in_one_write() -> None:
    session, (first, second) = opened(), parcels(2)
    take = queue(first, second)
    assert write(session, take) == envelope(0)
    session.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
    assert write(session, take) == whole(first) + b".\r\n" + envelope(1)
    session.receive(b"250 queued as 1\r\n250 ok\r\n250 ok\r\n354 go\r\n")
    assert session.replies == [Reply(0, Phase.REPLIED, 250, "queued as 1", begun=True)]
    assert write(session, take) == whole(second) + b".\r\n"
    session.receive(b"451 4.3.0 later\r\n")
    assert session.replies[1:] == [Reply(1, Phase.REPLIED, 451, "4.3.0 later", begun=True)]


def test_an_envelope_that_comes_late_follows_the_dot_without_waiting_for_its_answer() -> None:
    session, (first, second) = opened(), parcels(2)
    write(session, queue(first))
    session.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
    assert write(session) == whole(first) + b".\r\n"
    assert session.hungry
    assert write(session, queue(second)) == envelope(1)
    assert not session.hungry


def test_without_pipelining_one_command_waits_for_one_answer() -> None:
    session, (first, second) = opened(pipelining=False), parcels(2)
    take = queue(first, second)
    written = [write(session, take)]
    for answer in (b"250 ok", b"250 ok", b"354 go", b"250 queued", b"550 no"):
        session.receive(answer + b"\r\n")
        written.append(write(session, take))
    mail, rcpt, data = envelope(0).splitlines(keepends=True)
    assert written == [mail, rcpt, data, whole(first) + b".\r\n", mail, b"RSET\r\n"]
    assert [(reply.phase, reply.code) for reply in session.replies] == [(Phase.REPLIED, 250), (Phase.MAIL, 550)]


WORDS = {
    "ok": b"250 ok\r\n",
    "go": b"354 go\r\n",
    "later": b"451 4.3.0 later\r\n",
    "no": b"550 5.1.1 who\r\n",
    "off": b"421 4.3.2 down\r\n",
    "odd": b"334 odd\r\n",
    "junk": b"999 what\r\n",
}
CODES = {"ok": 250, "later": 451, "no": 550, "off": 421}
PHASES = (Phase.MAIL, Phase.RCPT, Phase.DATA)


def fate(answers: tuple[str, ...]) -> Iterator[tuple[Phase, int | None, bool] | str]:
    """Say in words of its own what four answers mean for a message: (phase, code, begun), and for the connection."""
    told = False
    for phase, word in zip(PHASES, answers, strict=False):
        wanted = "go" if phase is Phase.DATA else "ok"
        if word in ("odd", "junk") or (word in ("ok", "go") and word != wanted):
            if not told:
                yield phase, None, False
            yield "closed"
            return
        if word != wanted and not told:
            told = True
            yield phase, CODES[word], False
        if word == "off":
            yield "closed"
            return
    if told:
        # The server waits for a body that must not come: a lone dot where it has no recipient, else the end.
        if answers[2] == "go":
            yield "lone dot" if answers[1] in ("later", "no") else "closed"
        return
    if answers[3] in CODES:
        yield Phase.REPLIED, CODES[answers[3]], True
    else:
        yield Phase.DOT_SENT, None, True
    if answers[3] in ("off", "odd", "junk", "go"):
        yield "closed"


@pytest.mark.parametrize("to_mail", WORDS)
def test_every_answer_to_every_question_of_a_pipelined_envelope(to_mail: str) -> None:
    for *rest, last in product(WORDS, repeat=3):
        answers = (to_mail, *rest)
        session, (first, second) = opened(), parcels(2)
        take = queue(first)
        write(session, take)
        session.receive(b"".join(WORDS[word] for word in answers))
        body = write(session, queue(second) if session.invited else nobody)
        if body.startswith(whole(first)):
            session.receive(WORDS[last])
        expected = list(fate((*answers, last)))
        told = [(r.phase, r.code, r.begun) for r in session.replies]
        assert told == [word for word in expected if isinstance(word, tuple)], (answers, last)
        assert session.closed is ("closed" in expected)
        assert (body == b".\r\n") is ("lone dot" in expected)
        if body.startswith(whole(first)) and session.closed:
            assert session.untouched == [second]
        if not session.closed and not body.startswith(whole(first)):
            # The next message is announced after a clean start, and never before.
            session.receive(b"554 no valid recipients\r\n" * (body == b".\r\n"))
            assert write(session, queue(second)) == b"RSET\r\n" + envelope(1)
            session.receive(b"250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n")
            assert session.invited is second


@pytest.mark.parametrize("to_mail", WORDS)
def test_every_answer_to_every_question_asked_one_by_one(to_mail: str) -> None:
    for answers in product([to_mail], *[WORDS] * 3):
        session, (first,) = opened(pipelining=False), parcels(1)
        write(session, queue(first))
        for word in answers:
            session.receive(WORDS[word])
            if session.closed or session.replies:
                break
            write(session)
        told = next(iter(fate(answers)))
        assert [(r.phase, r.code, r.begun) for r in session.replies] == [told]
        if told[1] in (None, 421):
            assert session.closed
        else:
            assert not session.closed


@pytest.mark.parametrize(
    ("heard", "phase"),
    [
        (b"250 ok\r\n", Phase.RCPT),
        (b"250 ok\r\n250 ok\r\n", Phase.DATA),
        (b"250 ok\r\n250 ok\r\n354 go\r\n", Phase.BODY),
    ],
)
def test_a_line_that_dies_in_an_envelope_ends_the_message_where_it_stood(heard: bytes, phase: Phase) -> None:
    session, (first,) = opened(), parcels(1)
    write(session, queue(first))
    session.receive(heard)
    session.lose("reset")
    assert session.replies == [Reply(0, phase, None, "reset", begun=False)]
    assert session.untouched == []


@pytest.mark.parametrize(("dot", "phase"), [(False, Phase.BODY), (True, Phase.DOT_SENT)])
def test_a_line_that_dies_in_a_body_is_doubt_only_once_the_dot_may_have_left(dot: bool, phase: Phase) -> None:
    session, (first, second) = opened(), parcels(2)
    take = queue(first, second)
    write(session, take)
    session.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
    write(session, take, dot=dot)
    session.lose("reset")
    assert session.replies == [Reply(0, phase, None, "reset", begun=True)]
    assert session.untouched == [second]


@pytest.mark.parametrize(
    ("said", "code", "text"),
    [
        (b"552 5.3.4 too big\r\n", 552, "5.3.4 too big"),
        (b"421 down\r\n", 421, "down"),
        (b"250 already?\r\n", None, "out of step: 250 already?"),
    ],
)
def test_an_answer_in_the_middle_of_a_body_ends_it_and_is_never_an_acceptance(
    said: bytes, code: int | None, text: str
) -> None:
    session, (first,) = opened(), parcels(1)
    write(session, queue(first))
    session.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
    write(session, dot=False)
    session.receive(said)
    assert (session.closed, session.replies) == (True, [Reply(0, Phase.BODY, code, text, begun=True)])


def test_a_server_that_closes_after_its_hundredth_message_costs_nobody_an_attempt() -> None:
    session, (first, second) = opened(), parcels(2)
    take = queue(first, second)
    write(session, take)
    session.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
    write(session, take)
    session.receive(b"250 queued\r\n")
    session.lose("closed")
    assert ([reply.delivery for reply in session.replies], session.untouched) == ([0], [second])


def test_a_message_over_whose_mail_one_connection_after_another_dies_is_told_in_the_end() -> None:
    [poison] = parcels(1)
    for attempt in range(TRIES):
        session = opened()
        write(session, queue(poison))
        session.lose("closed")
        assert (session.untouched == [poison]) is (attempt < TRIES - 1)
    assert session.replies == [Reply(0, Phase.MAIL, None, "closed", begun=False)]


def test_a_message_that_waited_behind_another_has_no_part_in_the_end() -> None:
    [second] = parcels(1)
    for _ in range(TRIES + 1):
        session, [first] = opened(), parcels(1)
        take = queue(first, second)
        write(session, take)
        session.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
        write(session, take)
        session.receive(b"421 4.7.0 too fast\r\n")
        assert session.replies == [Reply(0, Phase.REPLIED, 421, "4.7.0 too fast", begun=True)]
        assert session.untouched == [second]


def test_what_is_said_unasked_ends_the_session() -> None:
    for said in (b"250 hello?\r\n", b"421 idle for too long\r\n"):
        session = opened()
        session.receive(said)
        assert (session.closed, session.replies, session.problem is None) == (True, [], False)


def test_a_recalled_message_never_begins_and_the_line_is_closed_only_if_the_server_waits_for_it() -> None:
    session, (first, second) = opened(), parcels(2)
    take = queue(first, second)
    write(session, take)
    session.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
    write(session, take)
    assert session.recall() == [second]
    session.receive(b"250 queued\r\n")
    assert not session.closed
    session.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
    assert (session.closed, session.untouched, write(session)) == (True, [], b"")
    assert [reply.delivery for reply in session.replies] == [0]


def test_a_recalled_message_that_the_server_refuses_leaves_the_session_fit_for_the_next() -> None:
    session, (first, second) = opened(), parcels(2)
    write(session, queue(first))
    assert session.recall() == [first]
    session.receive(b"250 ok\r\n550 no\r\n503 no\r\n")
    assert write(session, queue(second)) == b"RSET\r\n" + envelope(1)
    assert session.replies == []


def test_a_message_recalled_while_the_server_waits_for_it_is_not_begun() -> None:
    session, (first,) = opened(), parcels(1)
    write(session, queue(first))
    session.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
    assert (session.recall(), session.closed, write(session)) == ([first], True, b"")


@pytest.mark.parametrize(
    ("offers", "message", "phase", "code"),
    [
        (b"250-us\r\n250 SIZE 100\r\n", outgoing(0), Phase.MAIL, 552),
        (b"", Outgoing(0, SENDER, "é@boite.example", [b"a\r\n"]), Phase.RCPT, 553),
        (b"", Outgoing(0, "é@boite.example", "a@boite.example", [b"a\r\n"]), Phase.MAIL, 553),
        (b"", Outgoing(0, SENDER, "a@b.example>\r\nRCPT TO:<c@d.example", [b"a\r\n"]), Phase.RCPT, 553),
        (b"", Outgoing(0, SENDER, "", [b"a\r\n"]), Phase.RCPT, 553),
        (b"", Outgoing(0, SENDER, "a" * 2_000, [b"a\r\n"]), Phase.RCPT, 553),
        (b"", Outgoing(0, SENDER, "\udc80@b.example", [b"a\r\n"]), Phase.RCPT, 553),
    ],
)
def test_what_the_server_would_refuse_or_misread_is_refused_here(
    offers: bytes, message: Outgoing, phase: Phase, code: int
) -> None:
    session, [second] = opened(offers=offers), [Parcel(Outgoing(1, SENDER, recipient(1), [b"a\r\n"]))]
    assert write(session, queue(Parcel(message), second)).startswith(b"MAIL FROM:<lettre@")
    assert [(r.delivery, r.phase, r.code, r.begun) for r in session.replies] == [(0, phase, code, False)]


def test_an_address_beyond_ascii_goes_out_where_smtputf8_is_offered() -> None:
    session = opened(offers=b"250-us\r\n250-PIPELINING\r\n250 SMTPUTF8\r\n")
    wanted = f"MAIL FROM:<{SENDER}> SMTPUTF8\r\nRCPT TO:<rené@boite.example>\r\nDATA\r\n".encode()
    assert write(session, queue(Parcel(Outgoing(0, SENDER, "rené@boite.example", [b"a\r\n"])))) == wanted


def test_goodbye_is_said_only_when_nothing_hangs_on_it() -> None:
    session, (first,) = opened(), parcels(1)
    write(session, queue(first))
    assert session.quit() is False
    session.receive(b"250 ok\r\n250 ok\r\n354 go\r\n")
    write(session)
    session.receive(b"250 queued\r\n")
    assert (session.quit(), write(session)) == (True, b"QUIT\r\n")
    session.receive(b"221 bye\r\n")
    assert session.closed


def conversation(sayings: list[bytes], cut: Callable[[bytes], list[bytes]]) -> tuple[object, ...]:
    """Send five messages to a server that answers each of our writes with the next saying, in pieces."""
    session, waiting, told = opened(), parcels(5), []
    take = queue(*waiting)
    write(session, take)
    for saying in sayings:
        for piece in cut(saying):
            session.receive(piece)
            told += session.replies
            session.replies = []
        write(session, take)
    return told, session.closed, [parcel.delivery for parcel in session.untouched], list(session.asked)


@settings(deadline=None)
@given(
    st.lists(st.lists(st.sampled_from([*WORDS.values(), b"250-x\r\n250 y\r\n"]), max_size=5).map(b"".join), max_size=6),
    st.data(),
)
def test_the_pieces_in_which_a_server_speaks_change_nothing(sayings: list[bytes], data: st.DataObject) -> None:
    def cut(saying: bytes) -> list[bytes]:
        at = sorted(data.draw(st.lists(st.integers(0, len(saying)), max_size=4)))
        return [saying[start:end] for start, end in zip([0, *at], [*at, len(saying)], strict=True)]

    def facts(result: tuple[object, ...]) -> object:
        told, closed, untouched, asked = result
        return told, closed, untouched, len(asked)  # type: ignore[arg-type]

    assert facts(conversation(sayings, cut)) == facts(conversation(sayings, lambda saying: [saying]))
