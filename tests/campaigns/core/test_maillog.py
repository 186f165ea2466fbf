"""A Postfix log is read for what it proves, and for nothing more."""

from campaigns.core.maillog import Told, read
from campaigns.core.rounds import Proof

AT = "Dec  1 09:00:00 relay postfix"


def took(queue_id: str, message_id: str) -> list[str]:
    return [
        f"{AT}/smtpd[10]: {queue_id}: client=localhost[127.0.0.1]",
        f"{AT}/cleanup[11]: {queue_id}: message-id=<{message_id}>",
        f"{AT}/qmgr[12]: {queue_id}: from=<lettre@alpilles.example>, size=56000, nrcpt=1 (queue active)",
    ]


def ended(queue_id: str, status: str, dsn: str, said: str = "(250 ok)") -> str:
    return f"{AT}/smtp[13]: {queue_id}: to=<jeanne@boite.example>, relay=mx, dsn={dsn}, status={status} {said}"


def test_what_the_queue_took_was_accepted_even_before_it_left() -> None:
    assert read(took("4XyZ12abCDz", "a@x")) == {"a@x": Told(Proof.SENT, "queued")}


def test_a_message_id_alone_proves_nothing() -> None:
    assert read(took("A1B2C3D4E5", "a@x")[:2]) == {}


def test_sent_and_deferred_are_the_relays_business_bounced_is_a_refusal() -> None:
    lines = [
        *took("AAAAA1", "sent@x"),
        *took("BBBBB2", "deferred@x"),
        *took("CCCCC3", "bounced@x"),
        ended("AAAAA1", "sent", "2.0.0"),
        ended("BBBBB2", "deferred", "4.2.2", "(host mx said: 452 4.2.2 full)"),
        ended("CCCCC3", "bounced", "5.1.1", "(host mx[1.2.3.4] said: 550 5.1.1 unknown (in reply to RCPT TO))"),
    ]
    assert read(lines) == {
        "sent@x": Told(Proof.SENT, "sent", None, "2.0.0"),
        "deferred@x": Told(Proof.SENT, "deferred", 452, "4.2.2"),
        "bounced@x": Told(Proof.REFUSED, "bounced", 550, "5.1.1"),
    }


def test_what_was_deferred_for_days_and_given_up_is_a_refusal() -> None:
    lines = [
        *took("AAAAA1", "a@x"),
        ended("AAAAA1", "deferred", "4.4.1"),
        f"{AT}/qmgr[12]: AAAAA1: from=<lettre@alpilles.example>, status=expired, returned to sender",
    ]
    assert read(lines)["a@x"] == Told(Proof.REFUSED, "expired")


def test_a_queue_id_used_again_is_another_message() -> None:
    lines = [
        *took("AAAAA1", "first@x"),
        ended("AAAAA1", "sent", "2.0.0"),
        f"{AT}/qmgr[12]: AAAAA1: removed",
        *took("AAAAA1", "second@x"),
        ended("AAAAA1", "bounced", "5.1.1"),
    ]
    assert {name: told.status for name, told in read(lines).items()} == {"first@x": "sent", "second@x": "bounced"}


def test_behind_a_filter_the_gravest_word_of_two_queues_stands() -> None:
    lines = [
        *took("AAAAA1", "a@x"),
        *took("BBBBB2", "a@x"),
        ended("BBBBB2", "bounced", "5.1.1"),
        ended("AAAAA1", "sent", "2.0.0"),
    ]
    assert read(lines)["a@x"].proof is Proof.REFUSED


def test_other_lines_and_other_queues_are_passed_over() -> None:
    assert read(["", "kernel: hello", f"{AT}/smtpd[1]: NOQUEUE: reject", ended("ZZZZZ9", "sent", "2.0.0")]) == {}
