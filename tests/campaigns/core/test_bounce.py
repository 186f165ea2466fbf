"""Refusals as they are really said, and the traps among them. To suppress a living reader is the worse mistake."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.core.bounce import BEFORE_READER, classify, weigh
from campaigns.core.fault import Fault, Verdict, Whose
from campaigns.core.receipt import Phase
from campaigns.core.wordings import discreet

REPLIES = Path(__file__).parents[3] / "data" / "bounces" / "replies.csv"
DEAD = (Fault.UNKNOWN_USER, Fault.UNKNOWN_HOST)


def replies() -> list[dict[str, str]]:
    with REPLIES.open(encoding="utf-8", newline="") as file:
        return [{**row, "reply": row["reply"].replace("\\n", "\n")} for row in csv.DictReader(file)]


def verdict(row: dict[str, str]) -> Verdict:
    return weigh(int(row["code"]), row["reply"], phase=Phase(row["phase"]), direct=row["road"] == "mx")


@pytest.mark.parametrize("row", replies(), ids=lambda row: f"{row['operator']} {row['code']} {row['reply'][:30]}")
def test_a_real_reply_is_understood(row: dict[str, str]) -> None:
    found = verdict(row)
    assert (found.fault, found.stops) == (row["fault"], bool(row["stops"]))


def test_every_real_reply_has_a_source_and_every_fault_a_reply() -> None:
    assert all(row["source"] for row in replies())
    assert {row["fault"] for row in replies()} == set(Fault)


@pytest.mark.parametrize("row", replies(), ids=lambda row: f"{row['operator']} {row['code']} {row['reply'][:30]}")
def test_no_4xx_and_no_answer_before_the_reader_was_named_says_that_somebody_is_dead(row: dict[str, str]) -> None:
    text = row["reply"]
    assert all(classify(450, text, phase=phase) not in DEAD for phase in Phase)
    assert all(classify(int(row["code"]), text, phase=phase) not in DEAD for phase in BEFORE_READER)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("mailbox unavailable", Fault.UNKNOWN),
        ("no", Fault.UNKNOWN),
        ("", Fault.UNKNOWN),
        ("5.2.1 Mailbox disabled, not accepting messages", Fault.UNKNOWN),
        ("5.1.1 Recipient rejected due to policy", Fault.POLICY),
        ("5.1.1 User unknown; too many unknown users from your address, slow down", Fault.THROTTLE),
        ("5.7.1 <lettre@alpilles.example>: Sender address rejected: User unknown", Fault.POLICY),
        ("5.1.1 mailbox is full, user unknown", Fault.MAILBOX_FULL),
        ("5.7.1 rejected, client [91.195.1.10] said no", Fault.POLICY),
        ("<spam.policy@blocked.example>: user unknown", Fault.UNKNOWN_USER),
        ("5.1.1 user unknown, see https://mail.example/spam-policy", Fault.UNKNOWN_USER),
        ("Adresse mail : utilisateur inconnu", Fault.UNKNOWN_USER),
        ("5.6.7 the relay takes no address beyond ASCII (SMTPUTF8)", Fault.UNKNOWN),
        ("5.1.1 return path address unknown", Fault.POLICY),
        ("envelope sender address does not exist", Fault.POLICY),
        ("your email address is not known to us", Fault.POLICY),
        ("5.1.1 user over quota", Fault.MAILBOX_FULL),
        ("5.1.1 user account has expired", Fault.UNKNOWN),
        ("5.1.1 refused due to recipient preferences", Fault.UNKNOWN),
        ("5.1.1 spamming not allowed", Fault.CONTENT),
        ("no such person at this address", Fault.UNKNOWN_USER),
        ("vdeliver: invalid or unknown virtual user", Fault.UNKNOWN_USER),
    ],
)
def test_a_550_to_a_recipient_is_dead_only_when_nothing_else_speaks(text: str, fault: Fault) -> None:
    assert classify(550, text, phase=Phase.RCPT) is fault


@pytest.mark.parametrize(
    ("phase", "code", "text", "fault"),
    [
        (Phase.RCPT, 550, "5.1.1 unknown", Fault.UNKNOWN_USER),
        (Phase.RCPT, 550, "5.1.2 bad host", Fault.UNKNOWN_HOST),
        (Phase.RCPT, 552, "5.2.2 over quota", Fault.MAILBOX_FULL),
        (Phase.RCPT, 452, "4.2.2 mailbox full, over quota", Fault.MAILBOX_FULL),
        (Phase.DATA, 552, "5.3.4 too big", Fault.SIZE),
        (Phase.MAIL, 421, "too busy", Fault.THROTTLE),
        (Phase.REPLIED, 421, "4.7.0 try later", Fault.THROTTLE),
        (Phase.REPLIED, 451, "local error", Fault.TRANSIENT),
        (Phase.REPLIED, 550, "no reason given", Fault.UNKNOWN),
        (Phase.MAIL, 550, "no reason given", Fault.POLICY),
    ],
)
def test_without_words_the_codes_decide(phase: Phase, code: int, text: str, fault: Fault) -> None:
    assert classify(code, text, phase=phase) is fault


def test_the_same_policy_word_stops_at_our_relays_mail_and_is_counted_at_one_readers_server() -> None:
    text = "5.7.1 rejected by policy"
    at_mail = weigh(550, text, phase=Phase.MAIL)
    at_dot = weigh(550, text, phase=Phase.REPLIED)
    at_reader = weigh(550, text, phase=Phase.RCPT, direct=True)
    assert (at_mail.stops, at_dot.stops, at_reader.stops) == (True, False, False)
    assert (at_mail.suspect, at_dot.suspect, at_reader.suspect) == (False, True, True)


def test_a_quota_is_the_relays_word_and_a_rate_when_a_mail_exchanger_says_it() -> None:
    text = "4.7.1 hourly sending limit exceeded"
    assert weigh(451, text, phase=Phase.RCPT) == Verdict(Fault.QUOTA, Whose.RELAY, certain=True)
    assert weigh(451, text, phase=Phase.RCPT, direct=True) == Verdict(Fault.THROTTLE, Whose.OPERATOR, certain=True)


def test_a_groups_closed_door_is_the_readers_matter() -> None:
    found = weigh(550, "5.7.133 sender not authenticated for group", phase=Phase.RCPT, direct=True)
    assert (found.whose, found.stops, found.suspect) == (Whose.READER, False, False)


@given(st.integers(0, 999), st.text(max_size=300), st.sampled_from(Phase), st.booleans())
def test_any_garbage_has_a_verdict_and_kills_nobody(code: int, text: str, phase: Phase, direct: bool) -> None:
    found = weigh(code, text, phase=phase, direct=direct)
    assert not (found.dead and (code < 500 or phase in BEFORE_READER))


def test_a_reply_of_ten_megabytes_is_read_in_no_time() -> None:
    assert classify(550, "user " * 2_000_000, phase=Phase.RCPT) is Fault.UNKNOWN


def test_a_veiled_reply_names_nobody() -> None:
    said = '5.1.1 <jeanne.martin@orange.example>: unknown [jeanne@wanadoo.example] "j@a.example", mx 192.0.2.1'
    assert discreet(said) == '5.1.1 <…>: unknown […] "…", mx 192.0.2.1'
