"""Some connections to one relay: who is asked, who is told, what is taken back, how long one waits."""

import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from campaigns.core.receipt import Phase
from campaigns.wire.letters import Outgoing, Reply, WireProblem, check_dots
from campaigns.wire.line import Wire
from newsletter.core.relay import Relay
from tests.campaigns.wire.server import CLOSE, SILENCE, TAKE_AND_CLOSE, THEN_CLOSE, Journal, Script, Server, usually
from tests.campaigns.wire.street import SENDER, Owner, Street, outgoing, recipient, whole


@contextmanager
def street(script: Script = usually, take: Callable[[], int] = lambda: 1 << 20) -> Iterator[Street]:
    there = Street(Journal(script), take)
    try:
        yield there
    finally:
        there.close()


@contextmanager
def owner(there: Street, messages: int, **options: object) -> Iterator[Owner]:
    wire: Wire = there.wire(**options)
    who = Owner(wire, messages)
    try:
        yield who
    finally:
        who.replies += wire.close(grace=0)
        who.recall()


def play(
    there: Street,
    who: Owner,
    until: Callable[[], object] = lambda: False,
    turns: int = 200,
    seconds: float = 0.05,
) -> None:
    """Let both sides work until all is answered, or until that is true; a turn takes so long."""
    for _ in range(turns):
        who.hand_in()
        who.poll()
        if until() or (not who.left and who.wire.idle()):
            return
        there.step()
        there.time += seconds
    raise AssertionError("it never ends")


def hear_of_it(there: Street, who: Owner) -> None:
    """Go on for a minute, whatever happens."""
    for _ in range(60):
        there.time += 1
        who.hand_in()
        who.poll()
        there.step()


def told(who: Owner) -> list[tuple[int, Phase, int | None]]:
    return [(reply.delivery, reply.phase, reply.code) for reply in who.replies]


def at(verb: str, *answers: str | None, count: int = 1) -> Script:
    """Say these answers the first times, or from the count-th time on."""
    said = dict(enumerate(answers, count))
    return lambda heard, number: said.get(number) if heard == verb else None


def test_every_message_arrives_byte_for_byte_over_as_many_connections_as_work_wants() -> None:
    with street() as there, owner(there, 30, connections=4) as who:
        play(there, who)
        assert sorted(there.journal.accepted) == sorted((recipient(n), whole(outgoing(n))) for n in range(30))
        assert there.journal.connections == 4
        assert told(who) == [(reply.delivery, Phase.REPLIED, 250) for reply in who.replies]


@pytest.mark.parametrize(("seconds", "wanted"), [(0.0, 2), (0.0021, 4), (0.05, 6)])
def test_connections_grow_with_the_time_that_answers_take_and_no_further(seconds: float, wanted: int) -> None:
    with street() as there, owner(there, 300, connections=2, most=6) as who:
        play(there, who, seconds=seconds)
        assert len(there.journal.accepted) == 300
        assert there.journal.connections == wanted


def test_where_the_relay_takes_no_more_connections_no_more_are_tried() -> None:
    tried = []
    with street() as there:

        def dial(relay: Relay) -> Iterator[socket.socket]:
            tried.append(relay)
            if len(tried) <= 3:
                yield from there.dial(relay)

        with owner(there, 300, connections=2, most=6, dial=dial) as who:
            play(there, who)
            assert (len(there.journal.accepted), len(tried)) == (300, 4)


def test_one_message_takes_one_connection() -> None:
    with street() as there, owner(there, 1, connections=4) as who:
        play(there, who)
        assert there.journal.connections == 1


def test_where_one_address_refuses_the_next_is_tried() -> None:
    class Refusing(socket.socket):
        def getsockopt(self, *_: object) -> int:  # type: ignore[override]
            return errno.ECONNREFUSED

    with street() as there:

        def dial(relay: Relay) -> Iterator[socket.socket]:
            ours, theirs = socket.socketpair()
            theirs.close()
            yield Refusing(fileno=ours.detach())
            yield from there.dial(relay)

        with owner(there, 3, connections=1, dial=dial) as who:
            play(there, who)
        assert told(who) == [(number, Phase.REPLIED, 250) for number in range(3)]


def test_a_message_costs_one_round_trip() -> None:
    with street() as there, owner(there, 20, connections=1) as who:
        play(there, who, lambda: there.journal.accepted)
        start = len(there.journal.accepted)
        for turn in range(1, 10):
            who.hand_in()
            who.poll()
            there.step()
            assert len(there.journal.accepted) == start + turn


def test_room_is_for_the_message_being_written_and_the_one_announced_with_it() -> None:
    with street() as there, owner(there, 0, connections=1) as who:
        while not who.wire.room():
            who.poll()
            there.step()
        assert who.wire.room() == 2
        who.wire.put(outgoing(0))
        who.wire.put(outgoing(1))
        assert who.wire.room() == 0
        while not there.journal.accepted:
            who.poll()
            there.step()
        assert who.wire.room() == 1  # the first waits for the answer to its dot, the second is announced
        who.recall()


def test_a_server_that_closes_after_each_message_costs_nobody_an_attempt() -> None:
    with street(lambda verb, count: "250 ok" + THEN_CLOSE if verb == "dot" else None) as there:
        with owner(there, 12, connections=3) as who:
            play(there, who)
        assert sorted(told(who)) == [(n, Phase.REPLIED, 250) for n in range(12)]
        assert len(there.journal.accepted) == 12


def test_a_third_connection_that_the_relay_does_not_want_leaves_the_work_to_two() -> None:
    with street(lambda verb, count: "421 too many" if verb == "connect" and count > 2 else None) as there:
        with owner(there, 40, connections=4) as who:
            play(there, who)
        assert sorted(told(who)) == [(n, Phase.REPLIED, 250) for n in range(40)]
        # More were tried, and not again and again.
        assert there.journal.connections <= 4


def test_a_sender_that_is_told_to_go_away_everywhere_says_so_and_gives_all_back() -> None:
    with street(lambda verb, count: "421 4.7.0 busy" if verb == "connect" else None) as there, owner(there, 0) as who:
        who.wire.put(outgoing(7))
        with pytest.raises(WireProblem) as problem:
            hear_of_it(there, who)
        assert (problem.value.phase, problem.value.code, problem.value.text) == (Phase.CONNECT, 421, "4.7.0 busy")
        assert there.journal.connections == 3
        who.recall()
        assert (who.recalled, who.wire.idle()) == ([7], True)


def test_a_relay_that_dies_over_every_mail_is_no_relay() -> None:
    with street(lambda verb, count: CLOSE if verb == "mail" else None) as there, owner(there, 5, connections=1) as who:
        with pytest.raises(WireProblem) as problem:
            hear_of_it(there, who)
        assert problem.value.phase is Phase.MAIL


def test_a_recipient_refused_among_others_is_told_alone() -> None:
    with street(at("rcpt", "550 5.1.1 who?", count=3)) as there, owner(there, 6, connections=1) as who:
        play(there, who)
        assert (2, Phase.RCPT, 550) in told(who)
        assert len(told(who)) == 6
        assert sorted(there.journal.recipients()) == [recipient(n) for n in range(6) if n != 2]
        assert there.journal.connections == 1


def test_a_lone_dot_goes_to_a_server_that_invites_a_body_for_nobody() -> None:
    def script(verb: str, count: int) -> str | None:
        return "yes" if verb == "data anyway" else "550 who?" if (verb, count) == ("rcpt", 1) else None

    with street(script) as there, owner(there, 3, connections=1) as who:
        play(there, who)
        assert (told(who)[0], there.journal.connections) == ((0, Phase.RCPT, 550), 1)
        assert (there.journal.recipients(), there.journal.faults) == ([recipient(1), recipient(2)], [])


@pytest.mark.parametrize("answer", [CLOSE, TAKE_AND_CLOSE, "999 what?", "\xe9\xe8", "250-" + "x" * 70_000])
def test_after_the_dot_no_answer_and_nonsense_are_doubt(answer: str) -> None:
    with street(at("dot", answer)) as there, owner(there, 4, connections=1) as who:
        play(there, who)
        assert sorted(told(who)) == [(0, Phase.DOT_SENT, None)] + [(n, Phase.REPLIED, 250) for n in (1, 2, 3)]
        assert who.replies[0].begun


# Time


@pytest.mark.parametrize(
    ("verb", "before", "after", "phase"),
    [
        ("mail", 299, 2, Phase.MAIL),
        ("rcpt", 299, 2, Phase.RCPT),
        ("data", 119, 2, Phase.DATA),
        ("dot", 599, 2, Phase.DOT_SENT),
    ],
)
def test_silence_is_waited_out_as_long_as_the_rfc_wants(verb: str, before: int, after: int, phase: Phase) -> None:
    with street(at(verb, SILENCE)) as there, owner(there, 1, connections=1) as who:
        play(there, who, lambda: there.journal.counts.get(verb))
        there.time += before
        who.poll()
        assert who.replies == []
        there.time += after
        who.poll()
        assert told(who) == [(0, phase, None)]


def test_a_message_behind_a_silent_dot_goes_by_another_way() -> None:
    with street(at("dot", SILENCE)) as there, owner(there, 3, connections=1) as who:
        play(there, who, lambda: there.journal.counts.get("dot"))
        there.time += 601
        play(there, who)
        assert told(who)[0] == (0, Phase.DOT_SENT, None)
        assert there.journal.recipients() == [recipient(1), recipient(2)]


def test_one_byte_every_thirty_seconds_is_no_answer() -> None:
    with street(at("mail", "250 " + "x" * 1_000)) as there, owner(there, 1, connections=1) as who:
        play(there, who, lambda: there.journal.counts.get("ehlo"))
        while not there.journal.counts.get("mail"):
            who.hand_in()
            who.poll()
            there.step(say=0)
        for _ in range(9):
            there.time += 30
            there.step(say=1)
            who.poll()
        assert who.replies == []
        there.time += 31
        who.poll()
        assert told(who) == [(0, Phase.MAIL, None)]


def test_the_pace_scales_every_patience() -> None:
    with street(at("dot", SILENCE)) as there, owner(there, 1, connections=1, pace=0.01) as who:
        play(there, who, lambda: there.journal.counts.get("dot"))
        there.time += 6.1
        who.poll()
        assert told(who) == [(0, Phase.DOT_SENT, None)]


def test_a_kernel_that_takes_no_more_is_waited_for_three_minutes() -> None:
    takes = [0] * 100 + [100, 1 << 20, 1 << 20]
    with street(take=lambda: takes.pop()) as there, owner(there, 1, connections=1) as who:
        play(there, who, lambda: len(takes) < 100)
        there.time += 179
        who.poll()
        assert who.replies == []
        there.time += 2
        who.poll()
        assert (told(who), who.replies[0].begun) == ([(0, Phase.BODY, None)], True)
        assert there.journal.accepted == []


def test_a_dot_is_waited_for_from_when_it_left() -> None:
    takes = [1 << 20, 0, 100, 1 << 20, 1 << 20]
    with street(at("dot", SILENCE), lambda: takes.pop()) as there, owner(there, 1, connections=1) as who:
        play(there, who, lambda: len(takes) < 2)
        there.time += 100
        play(there, who, lambda: there.journal.counts.get("dot"))
        there.time += 599
        who.poll()
        assert who.replies == []
        there.time += 2
        who.poll()
        assert told(who) == [(0, Phase.DOT_SENT, None)]


def test_last_words_are_heard_though_the_kernel_knew_of_the_reset_first() -> None:
    takes = [-1, 0, 1_100, 1 << 20, 1 << 20]

    def take() -> int:
        most = takes.pop() if takes else 1 << 20
        if most < 0:
            there.step()
        return most

    with street(lambda verb, count: "552 too big" + THEN_CLOSE if verb == "middle" else None, take) as there:
        with owner(there, 1, connections=1) as who:
            while not who.replies:
                who.hand_in()
                who.poll()
                there.step() if len(takes) > 2 else None
        assert told(who) == [(0, Phase.BODY, 552)]


# The owner's questions


def test_the_hooks_are_called_in_their_order_around_every_dot() -> None:
    said: list[str] = []
    with street() as there:
        hooks = {
            "may_begin": lambda delivery: not said.append(f"may {delivery}"),
            "before_dot": lambda delivery: said.append(f"dot {delivery} {len(there.journal.accepted)}"),
            "after_reply": lambda delivery, code: said.append(f"reply {delivery} {code}"),
        }
        with owner(there, 2, connections=1, **hooks) as who:
            play(there, who)
    assert said == ["may 0", "may 1", "may 0", "dot 0 0", "reply 0 250", "may 1", "dot 1 1", "reply 1 250"]


def test_a_message_whose_time_has_passed_is_not_even_announced() -> None:
    with street() as there, owner(there, 3, connections=1, may_begin=lambda delivery: delivery != 1) as who:
        play(there, who)
        assert sorted(told(who)) == [(0, Phase.REPLIED, 250), (1, Phase.MAIL, None), (2, Phase.REPLIED, 250)]
        assert (there.journal.connections, there.journal.recipients()) == (1, [recipient(0), recipient(2)])


def test_a_message_that_is_late_when_the_server_waits_for_it_closes_the_line_and_no_empty_one_arrives() -> None:
    asked: list[int] = []

    def may_begin(delivery: int) -> bool:
        asked.append(delivery)
        return delivery != 1 or asked.count(1) != 2

    with street() as there, owner(there, 3, connections=1, may_begin=may_begin) as who:
        play(there, who)
        assert Reply(1, Phase.BODY, None, "too late to send", begun=False) in who.replies
        assert (there.journal.recipients(), there.journal.faults) == ([recipient(0), recipient(2)], [])
        assert there.journal.connections == 2


def test_a_body_that_is_late_before_its_dot_is_never_ended() -> None:
    takes = [0, 300, 1 << 20, 1 << 20]
    late: list[bool] = []
    with street(take=lambda: takes.pop() if takes else 1 << 20) as there:
        with owner(there, 1, connections=1, may_begin=lambda delivery: not late) as who:
            play(there, who, lambda: len(takes) < 2)
            late.append(True)
            play(there, who)
            there.step()
        assert who.replies == [Reply(0, Phase.BODY, None, "too late to send", begun=True)]
        assert (there.journal.bodies_begun, there.journal.accepted) == (1, [])


def test_a_journal_that_cannot_be_written_stops_the_dot_and_is_heard() -> None:
    full = [OSError("no space")]

    def before_dot(delivery: int) -> None:
        if delivery == 1 and full:
            raise full.pop()

    with street() as there, owner(there, 4, connections=1, before_dot=before_dot) as who:
        with pytest.raises(OSError, match="no space"):
            play(there, who)
        assert told(who) == [(0, Phase.REPLIED, 250)]
        there.step()
        assert there.journal.recipients() == [recipient(0)]
        play(there, who)  # the owner may go on once there is space
        assert sorted(there.journal.recipients()) == [recipient(n) for n in range(4)]


@pytest.mark.parametrize("nth", range(1, 13))
def test_while_a_hook_failed_nothing_begins_on_any_connection(nth: int) -> None:
    noted: list[int] = []

    def before_dot(delivery: int) -> None:
        noted.append(delivery)
        if len(noted) == nth:
            raise OSError("no space")

    with street() as there, owner(there, 40, connections=4, before_dot=before_dot) as who:
        with pytest.raises(OSError, match="no space"):
            play(there, who)
        assert len(noted) == nth
        who.recall()
        who.left = []
        play(there, who)
        assert len(noted) == nth
        assert sorted(there.journal.recipients()) == sorted(recipient(number) for number in noted[:-1])
        assert noted[-1] in who.recalled


def test_a_reply_is_told_though_the_hook_after_it_failed() -> None:
    def after_reply(delivery: int, code: int) -> None:
        raise OSError("no space")

    with street() as there, owner(there, 1, connections=1, after_reply=after_reply) as who:
        with pytest.raises(OSError, match="no space"):
            hear_of_it(there, who)
        assert told(who) == [(0, Phase.REPLIED, 250)]


# Taking back


@pytest.mark.parametrize("verb", ["connect", "ehlo", "mail", "rcpt", "data", "dot"])
def test_recalled_at_any_moment_no_body_begins_and_those_begun_are_completed(verb: str) -> None:
    with street() as there, owner(there, 20, connections=2) as who:
        play(there, who, lambda: there.journal.counts.get(verb, 0) >= 2)
        who.recall()
        begun, who.left = there.journal.bodies_begun, []
        play(there, who)
        for _ in range(5):
            who.poll()
            there.step()
        assert there.journal.faults == []
        assert len(there.journal.accepted) == len(who.replies)
        assert sorted(there.journal.recipients()) == sorted(recipient(reply.delivery) for reply in who.replies)
        assert set(who.times().values()) <= {1}
        assert there.journal.bodies_begun - begun <= 2  # announced already: invited, and closed over it


def test_after_a_recall_the_wire_takes_other_messages() -> None:
    with street() as there, owner(there, 6, connections=1) as who:
        play(there, who, lambda: there.journal.accepted)
        who.recall()
        taken_back = list(who.recalled)
        assert taken_back
        play(there, who)
        assert sorted([reply.delivery for reply in who.replies] + taken_back) == list(range(6))


def test_closing_tells_the_last_word_on_what_was_begun() -> None:
    with street(at("dot", SILENCE)) as there, owner(there, 3, connections=1) as who:
        play(there, who, lambda: there.journal.counts.get("dot"))
        assert who.wire.close(grace=0) == [Reply(0, Phase.DOT_SENT, None, "closed here", begun=True)]
        assert who.wire.recall() == [1, 2]


def test_goodbye_is_said_at_the_end() -> None:
    with street() as there, owner(there, 1, connections=1) as who:
        play(there, who)
        who.wire.close(grace=0)
        there.step()
        assert there.journal.heard[-1] == "QUIT"


# What is put in


@pytest.mark.parametrize("data", [b"", b"no end", b"only lf\n"])
def test_a_message_without_its_last_line_end_is_not_taken(data: bytes) -> None:
    with street() as there, pytest.raises(ValueError):
        there.wire().put(Outgoing(0, SENDER, recipient(0), [data]))


@pytest.mark.parametrize("data", [b".\r\n", b"a\r\n.b\r\n", b"a\nb\r\n", b"a\rb\r\n", b"a", b""])
def test_bytes_that_may_not_go_out_untouched_are_found(data: bytes) -> None:
    with pytest.raises(ValueError):
        check_dots(data)


def test_bytes_fit_for_the_wire_are_let_through() -> None:
    check_dots(b"Subject: a.b\r\n\r\nfin.\r\n")


def test_the_judge_knows_an_empty_message_and_words_behind_data() -> None:
    journal = Journal()
    Server(journal).receive(b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n")
    server = Server(journal)
    server.receive(b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n.\r\n")
    assert journal.faults == ["something was sent behind DATA", "an empty message for c@d"]
