"""Whatever server, kernel, clock and owner do: each message comes back once, and what is told is what was accepted."""

import logging
from collections import Counter

from hypothesis import event, given, settings
from hypothesis import strategies as st

from campaigns.core.receipt import Phase
from campaigns.wire.letters import WireProblem
from campaigns.wire.line import Wire
from tests.campaigns.wire.server import CLOSE, SILENCE, TAKE_AND_CLOSE, THEN_CLOSE, Journal
from tests.campaigns.wire.street import Owner, Street, outgoing, recipient, whole

logging.getLogger("campaigns.wire").setLevel(logging.ERROR)  # hundreds of broken connections are meant

REFUSALS = ["451 4.3.0 later", "550 5.1.1 who?", "421 4.3.2 down"]
TROUBLE = [*REFUSALS, "550 no" + THEN_CLOSE, CLOSE, SILENCE, "999 what", "\xff\xfe", "250-a\r\n550 b", "334 odd"]
ODDS = {
    "connect": ["421 busy", "554 no", CLOSE],
    "ehlo": ["502 what?", "250 peer", "250-peer\r\n250-PIPELINING\r\n250 SIZE 1500", "421 busy", CLOSE],
    "rset": ["421 4.3.2 down", CLOSE],
    "mail": TROUBLE,
    "rcpt": TROUBLE,
    "data": TROUBLE,
    "dot": [*TROUBLE, TAKE_AND_CLOSE, "250 ok" + THEN_CLOSE, "250 ok" + THEN_CLOSE],
}
# What happens at the n-th decision of the server, by verb; mostly nothing.
TROUBLES = st.fixed_dictionaries(
    {verb: st.dictionaries(st.integers(1, 12), st.sampled_from(odd), max_size=3) for verb, odd in ODDS.items()}
)
MIDDLE = st.sampled_from([None, None, None, "552 too big", "552 too big" + THEN_CLOSE, CLOSE])
OWNER = st.sampled_from(["poll"] * 12 + ["recall", "time", "long time", "late", "journal full"])


@settings(max_examples=200, deadline=None)
@given(
    troubles=TROUBLES,
    middle=MIDDLE,
    anyway=st.booleans(),
    takes=st.lists(st.sampled_from([0, 1, 7, 100, 900, 1 << 20, 1 << 20]), max_size=60),
    reads=st.lists(st.sampled_from([1, 30, 200]), max_size=5).map(lambda sizes: [*sizes, 1 << 20]),
    deeds=st.lists(OWNER, max_size=60),
    messages=st.integers(1, 14),
    connections=st.integers(1, 3),
)
def test_every_message_comes_back_once_and_what_is_told_is_true(
    troubles: dict[str, dict[int, str]],
    middle: str | None,
    anyway: bool,
    takes: list[int],
    reads: list[int],
    deeds: list[str],
    messages: int,
    connections: int,
) -> None:
    middles = [middle]

    def script(verb: str, count: int) -> str | None:
        if verb == "middle":  # once
            return middles.pop() if middles else None
        if verb == "data anyway":
            return "yes" if anyway else None
        return troubles[verb].get(count) if verb in troubles else None

    journal = Journal(script)
    street = Street(journal, lambda: takes.pop() if takes else 1 << 20)
    noted: list[int] = []
    replied: list[tuple[int, int | None]] = []
    denied: list[str] = []

    def before_dot(delivery: int) -> None:
        if denied:
            raise OSError(denied.pop())
        noted.append(delivery)

    late = [False]
    wire = street.wire(
        connections=connections,
        may_begin=lambda delivery: not late[0],
        before_dot=before_dot,
        after_reply=lambda delivery, code: replied.append((delivery, code)),
    )
    owner = Owner(wire, messages)
    try:
        play(street, owner, deeds, reads, late, denied)
    finally:
        owner.replies += wire.close(grace=0)
        owner.recall()
        street.step()
        street.close()
    handed = set(range(messages)) - {message.delivery for message in owner.left}
    event(f"all answered: {len(owner.replies) == messages}")

    assert owner.times() == Counter(handed)
    assert journal.faults == []
    bodies = [(recipient(number), whole(outgoing(number))) for number in handed]
    assert all(entry in bodies for entry in journal.accepted)
    accepted = [int(address.removeprefix("reader").partition("@")[0]) for address in journal.recipients()]
    assert len(accepted) == len(set(accepted))
    told = {r.delivery for r in owner.replies if r.phase is Phase.REPLIED and r.code in range(200, 300)}
    doubt = {r.delivery for r in owner.replies if r.phase is Phase.DOT_SENT}
    assert told <= set(accepted) <= told | doubt
    assert set(accepted) | doubt <= set(noted)
    assert len(noted) == len(set(noted))
    assert sorted(replied) == sorted((r.delivery, r.code) for r in owner.replies if r.phase is Phase.REPLIED)
    for reply in owner.replies:
        assert reply.begun or reply.phase not in (Phase.DOT_SENT, Phase.REPLIED)


def play(street: Street, owner: Owner, deeds: list[str], reads: list[int], late: list[bool], denied: list[str]) -> None:
    """Do what the deeds say, then poll until nothing is under way or no connection can be had."""
    for turn in range(1_500):
        deed = deeds.pop() if deeds else "poll"
        late[0] = deed == "late"
        if deed == "recall":
            owner.recall()
        elif deed in ("time", "long time"):
            street.time += 40 if deed == "time" else 700
        elif deed == "journal full":
            denied[:] = ["no space"]
        elif turn > 400:
            street.time += 10  # whoever is silent has to be waited out
        try:
            owner.hand_in()
            owner.poll()
        except WireProblem:
            return
        except OSError as problem:
            assert str(problem) == "no space"  # noqa: PT017
        street.step(reads[turn % len(reads)])
        if not deeds and not owner.left and owner.wire.idle():
            return
    raise AssertionError("it never ends")


def test_a_wire_with_nothing_to_do_asks_for_messages_only_when_the_relay_was_reached() -> None:
    street = Street(Journal())
    wire: Wire = street.wire(connections=2)
    assert (wire.room(), wire.idle()) == (0, True)
    for _ in range(4):
        assert wire.poll(0) == []
        street.step()
    assert wire.room() == 4
    wire.close(grace=0)
    street.close()
