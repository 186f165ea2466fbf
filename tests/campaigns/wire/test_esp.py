"""Through a provider's HTTP interface over real sockets: every armed message gets one fate, and none two."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import cache

import pytest

from campaigns.core.campaign import PauseReason
from campaigns.core.delivery import Turn
from campaigns.core.receipt import Phase, Receipt
from campaigns.wire.esp import Answer, EspSession, Gate
from campaigns.wire.provider import Letter
from newsletter.core.headers import Address
from newsletter.core.holes import Hole, Kind, Marks
from newsletter.core.message import MessageTemplate, compile_message
from newsletter.core.providers import parse_account
from tests.campaigns import provider
from tests.campaigns.provider import Act, Call, FakeProvider, Reply
from tests.newsletter.core.test_message import READER, TEMPLATE

URLS = {
    "brevo": "brevo://:KEY@",
    "mailjet": "mailjet://PUBLIC:SECRET@",
    "mailgun": "mailgun://:KEY@mg.alpilles.example",
    "sparkpost": "sparkpost://:KEY@",
    "postmark": "postmark://:TOKEN@",
    "resend": "resend://:KEY@",
    "scaleway": "scaleway://PROJECT:KEY@",
}
TAKES: dict[str, Callable[[Call, int], Reply]] = {name: getattr(provider, name) for name in URLS}
IDEMPOTENT = ("brevo", "resend")
NAMES = ("Jeanne", "L'<Ami> & {{params.sa}} %recipient.sa%", "")


def letters(count: int = 3) -> list[Letter]:
    return [
        Letter(
            delivery=index,
            address=f"r{index}@alpilles.example",
            token=f"v1.k1.token{index}",
            values=READER
            | {
                "to_address": f"r{index}@alpilles.example",
                "first_name": NAMES[index % len(NAMES)],
                "unsubscribe_url": f"https://lettre.alpilles.example/d/v1.k1.{index}",
            },
        )
        for index in range(count)
    ]


def sent(
    name: str,
    peer: FakeProvider,
    armed: Sequence[Letter] | None = None,
    *,
    gate: Gate = lambda ids: True,
    answer_timeout: float = 5,
) -> Answer:
    api = peer.api + ("v3/" if name == "mailgun" else "")
    session = EspSession(
        parse_account(f"{URLS[name]}?api={api}"), answer_timeout=answer_timeout, sleep=lambda seconds: None
    )
    armed = letters() if armed is None else armed
    try:
        answer = session.send(TEMPLATE, armed, gate=gate)
    finally:
        session.close()
    assert sorted([*(receipt.delivery for receipt in answer.receipts), *answer.untried]) == sorted(
        letter.delivery for letter in armed
    )
    return answer


def turns(answer: Answer) -> list[Turn]:
    return [receipt.turn for receipt in sorted(answer.receipts, key=lambda receipt: receipt.delivery)]


def script(*acts: Act | Callable[[Call, int], Reply]) -> Callable[[Call, int], Act]:
    """Do these one after the other, the last one from then on."""

    def act(call: Call, count: int) -> Act:
        chosen = acts[min(count, len(acts)) - 1]
        return chosen(call, count) if callable(chosen) else chosen

    return act


@pytest.mark.parametrize("name", URLS)
def test_what_a_provider_takes_is_accepted(name: str) -> None:
    with FakeProvider(TAKES[name]) as peer:
        answer = sent(name, peer)

    assert turns(answer) == [Turn.ACCEPT] * 3
    assert not answer.held_up
    assert len(peer.calls) == (3 if name == "scaleway" else 1)
    assert peer.connections == 1


@pytest.mark.parametrize("name", URLS)
def test_each_reader_has_the_delivery_s_token_and_their_own_way_out(name: str) -> None:
    with FakeProvider(TAKES[name]) as peer:
        sent(name, peer)

    said = b"".join(call.body for call in peer.calls).decode()
    assert all(said.count(f"v1.k1.token{index}") >= 1 for index in range(3))
    assert all(f"d%2Fv1.k1.{index}" in said or f"d/v1.k1.{index}" in said for index in range(3))
    assert "List-Unsubscribe-Post" in said
    assert "List-Id" in said


def test_brevo_gets_one_text_with_fields_and_each_reader_s_values() -> None:
    with FakeProvider(provider.brevo) as peer:
        sent("brevo", peer)

    (call,) = peer.calls
    assert call.path == "/smtp/email"
    assert call.headers["Api-Key"] == "KEY"
    assert "Jeanne" not in call.json["htmlContent"]
    assert [version["to"] for version in call.json["messageVersions"]] == [
        [{"email": f"r{index}@alpilles.example"}] for index in range(3)
    ]
    assert [version["headers"]["List-Unsubscribe"] for version in call.json["messageVersions"]] == [
        f"<https://lettre.alpilles.example/d/v1.k1.{index}>" for index in range(3)
    ]
    params = call.json["messageVersions"][1]["params"]
    assert " L&#x27;&lt;Ami&gt; &amp; {{params.sa}} %recipient.sa%" in params.values()
    assert call.json["sender"] == {"name": "Les Alpilles à table", "email": "lettre@alpilles.example"}
    assert call.json["replyTo"] == {"email": "bonjour@alpilles.example"}


@pytest.mark.parametrize(("name", "field"), [("postmark", "HtmlBody"), ("resend", "html")])
def test_where_no_fields_exist_each_reader_s_whole_message_goes_in_one_call(name: str, field: str) -> None:
    with FakeProvider(TAKES[name]) as peer:
        sent(name, peer)

    (call,) = peer.calls
    assert "Bonjour Jeanne," in call.json[0][field]
    assert "Bonjour L&#x27;&lt;Ami&gt; &amp; {{params.sa}} %recipient.sa%," in call.json[1][field]
    assert "Bonjour," in call.json[2][field]


def test_tracking_is_refused_wherever_a_message_may_say_so() -> None:
    with FakeProvider(provider.mailjet) as peer:
        sent("mailjet", peer)

    assert peer.calls[0].json["Globals"]["TrackOpens"] == "disabled"
    assert peer.calls[0].json["Globals"]["TrackClicks"] == "disabled"
    assert peer.calls[0].json["Globals"]["TemplateLanguage"] is True


@pytest.mark.parametrize(
    ("name", "calls"), [("brevo", [50, 50, 10]), ("resend", [100, 10]), ("postmark", [50, 50, 10])]
)
def test_a_call_is_small_unless_a_key_keeps_it_from_being_sent_twice(name: str, calls: list[int]) -> None:
    with FakeProvider(TAKES[name]) as peer:
        answer = sent(name, peer, letters(110))

    assert turns(answer) == [Turn.ACCEPT] * 110
    sizes = [len(call.json["messageVersions"] if name == "brevo" else call.json) for call in peer.calls]
    assert sizes == calls


def test_a_mailbox_stands_in_a_call_once() -> None:
    first, second, _ = letters()
    twin = Letter(9, first.address.upper(), "v1.k1.twin", first.values)
    with FakeProvider(provider.brevo) as peer:
        answer = sent("brevo", peer, [first, second, twin])

    assert turns(answer) == [Turn.ACCEPT] * 3
    assert [len(call.json["messageVersions"]) for call in peer.calls] == [2, 1]


def test_one_reader_may_be_refused_among_others() -> None:
    def partly(call: Call, count: int) -> Reply:
        said = postmark_said(call)
        said[1] = {
            "ErrorCode": 406,
            "Message": "You tried to send to recipient(s) that have been marked as inactive. "
            "Found inactive addresses: r1@alpilles.example. Inactive recipients are ones ...",
        }
        return Reply(200, said)

    with FakeProvider(partly) as peer:
        answer = sent("postmark", peer)

    assert turns(answer) == [Turn.ACCEPT, Turn.REFUSE, Turn.ACCEPT]
    assert answer.receipts[1].text == "rejected"


def postmark_said(call: Call) -> list[dict[str, object]]:
    return list(provider.postmark(call).body)


def test_a_provider_that_spells_an_address_otherwise_has_taken_it_all_the_same() -> None:
    def louder(call: Call, count: int) -> Reply:
        reply = provider.mailjet(call)
        for one in reply.body["Messages"]:
            one["To"][0]["Email"] = one["To"][0]["Email"].upper()
        return reply

    with FakeProvider(louder) as peer:
        assert turns(sent("mailjet", peer)) == [Turn.ACCEPT] * 3


def test_what_is_neither_taken_nor_refused_is_doubt() -> None:
    mixed = Reply(200, {"results": {"id": "7", "total_accepted_recipients": 2, "total_rejected_recipients": 1}})
    with FakeProvider(script(mixed)) as peer:
        assert turns(sent("sparkpost", peer)) == [Turn.LOSE] * 3


@pytest.mark.parametrize("name", URLS)
def test_without_a_connection_nothing_is_tried_and_the_campaign_pauses(name: str) -> None:
    with FakeProvider(TAKES[name]) as peer:
        pass
    answer = sent(name, peer)

    assert answer.untried == [0, 1, 2]
    assert answer.pause is PauseReason.RELAY_UNREACHABLE


@pytest.mark.parametrize("name", [name for name in URLS if name not in IDEMPOTENT])
@pytest.mark.parametrize("act", ["silence", "reset"])
def test_written_and_unanswered_is_doubt_for_the_whole_call_and_is_not_repeated(name: str, act: str) -> None:
    with FakeProvider(script(act)) as peer:
        answer = sent(name, peer, letters()[:1], answer_timeout=0.3)

    assert turns(answer) == [Turn.LOSE]
    assert answer.receipts[0].phase is Phase.DOT_SENT
    assert answer.receipts[0].code is None
    assert len(peer.calls) == 1


def test_doubt_is_for_one_call_and_the_next_goes_on() -> None:
    with FakeProvider(script(provider.mailjet, "reset", provider.mailjet)) as peer:
        answer = sent("mailjet", peer, letters(150))

    assert turns(answer) == [Turn.ACCEPT] * 50 + [Turn.LOSE] * 50 + [Turn.ACCEPT] * 50
    assert [len(call.json["Messages"]) for call in peer.calls] == [50, 50, 1, 49]
    assert not answer.held_up


@pytest.mark.parametrize("act", ["reset", Reply(500, {"ErrorMessage": "oops"})])
def test_a_provider_that_falls_silent_costs_one_call_and_one_message(act: Act) -> None:
    with FakeProvider(script(provider.mailjet, act)) as peer:
        answer = sent("mailjet", peer, letters(200))

    assert turns(answer) == [Turn.ACCEPT] * 50 + [Turn.LOSE] * 51
    assert len(answer.untried) == 99
    assert answer.pause is PauseReason.RELAY_UNREACHABLE


@pytest.mark.parametrize("status", [500, 502, 504, 409])
def test_an_answer_that_proves_nothing_is_doubt(status: int) -> None:
    with FakeProvider(script(Reply(status, {"message": "?"}))) as peer:
        assert turns(sent("mailgun", peer)) == [Turn.LOSE] * 3


@pytest.mark.parametrize("name", ["brevo", "mailgun", "resend"])
def test_a_success_that_cannot_be_read_is_doubt(name: str) -> None:
    with FakeProvider(script(Reply(200, b"<html>fine</html>"))) as peer:
        assert turns(sent(name, peer)) == [Turn.LOSE] * 3


@pytest.mark.parametrize("name", IDEMPOTENT)
def test_where_a_key_exists_an_unanswered_call_is_repeated_with_it_and_the_same_body(name: str) -> None:
    with FakeProvider(script("reset", TAKES[name])) as peer:
        answer = sent(name, peer)

    assert turns(answer) == [Turn.ACCEPT] * 3
    first, second = peer.calls
    assert first.body == second.body
    if name == "resend":
        assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    else:
        assert len(first.json["headers"]["idempotencyKey"]) == 36


@pytest.mark.parametrize("name", IDEMPOTENT)
@pytest.mark.parametrize("then", ["reset", Reply(409, {"message": "concurrent"}), Reply(400, {"message": "duplicate"})])
def test_only_success_ends_the_doubt_of_a_repeated_call(name: str, then: Act) -> None:
    with FakeProvider(script("reset", then)) as peer:
        answer = sent(name, peer)

    assert turns(answer) == [Turn.LOSE] * 3
    assert len(peer.calls) == 3


def test_another_try_of_the_same_delivery_has_another_key() -> None:
    (letter,) = letters(1)
    again = Letter(letter.delivery, letter.address, letter.token, letter.values, attempt=2)
    with FakeProvider(provider.resend) as peer:
        sent("resend", peer, [letter])
        sent("resend", peer, [letter])
        sent("resend", peer, [again])

    keys = [call.headers["Idempotency-Key"] for call in peer.calls]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize("name", URLS)
def test_a_line_cut_within_the_request_proves_that_nothing_was_taken(name: str) -> None:
    big = template_of_many_bytes()
    with FakeProvider(TAKES[name], hang_up_after=20_000) as peer:
        session = EspSession(parse_account(f"{URLS[name]}?api={peer.api}"), answer_timeout=5)
        answer = session.send(big, letters(1))
        session.close()

    assert turns(answer) == [Turn.DEFER]
    assert answer.receipts[0].phase is Phase.BODY
    assert peer.calls == []


@cache
def template_of_many_bytes() -> MessageTemplate:
    """More than the buffers between two sockets take in."""
    marks = Marks()
    leave = marks.mark(Hole("unsubscribe_url", Kind.URL))
    return compile_message(
        html=f"<p>{leave}</p>" + ("<p>" + "x" * 60 + "</p>\n") * 130_000,
        text=leave,
        subject="x",
        from_=Address("lettre@alpilles.example"),
        list_id="<x>",
        holes=marks.holes,
    )


def test_a_message_tried_too_often_fails_instead_of_waiting_again() -> None:
    (letter,) = letters(1)
    tired = Letter(letter.delivery, letter.address, letter.token, letter.values, may_retry=False)
    with FakeProvider(script(Reply(408, {}))) as peer:
        assert turns(sent("brevo", peer, [letter])) == [Turn.DEFER]
        assert turns(sent("brevo", peer, [tired])) == [Turn.REFUSE]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(401, {"message": "Key not found", "code": "unauthorized"}), PauseReason.LOGIN_REFUSED),
        (Reply(403, {"message": "API key is invalid"}), PauseReason.LOGIN_REFUSED),
        (Reply(403, {"message": "The alpilles.example domain is not verified."}), PauseReason.RELAY_POLICY),
        (Reply(402, {"message": "Not enough credits", "code": "not_enough_credits"}), PauseReason.RELAY_QUOTA),
        (Reply(429, {"message": "daily_quota_exceeded"}), PauseReason.RELAY_QUOTA),
        (Reply(400, {"message": "Sending has been rejected: the sender is not valid"}), PauseReason.RELAY_POLICY),
        (Reply(404, {"message": "no such page"}), PauseReason.RELAY_POLICY),
        (Reply(302, {}, {"Location": "http://127.0.0.1:1/"}), PauseReason.RELAY_POLICY),
    ],
)
def test_what_is_ours_to_mend_pauses_and_no_row_fails(reply: Reply, reason: PauseReason) -> None:
    with FakeProvider(script(reply)) as peer:
        answer = sent("brevo", peer)

    assert answer.pause is reason
    assert answer.untried == [0, 1, 2]
    assert str(reply.status) in answer.detail
    assert len(peer.calls) == 1
    assert "KEY" not in answer.detail.replace("Key", "")


@pytest.mark.parametrize(("headers", "wait"), [({"Retry-After": "17"}, 17), ({}, 60), ({"Retry-After": "soon"}, 60)])
@pytest.mark.parametrize("status", [429, 503])
def test_a_throttle_makes_us_wait_and_counts_against_nobody(status: int, headers: dict[str, str], wait: int) -> None:
    with FakeProvider(script(provider.brevo, Reply(status, {"message": "slow down"}, headers))) as peer:
        answer = sent("brevo", peer, letters(120))

    assert turns(answer) == [Turn.ACCEPT] * 50
    assert answer.untried == list(range(50, 120))
    assert answer.wait == timedelta(seconds=wait)
    assert answer.pause is None
    assert len(peer.calls) == 2


def test_a_call_refused_for_one_reader_is_split_until_the_others_have_gone() -> None:
    def picky(call: Call, count: int) -> Reply:
        for version in call.json["messageVersions"]:
            if version["to"][0]["email"].startswith("r37@"):
                return Reply(
                    400,
                    {"code": "invalid_parameter", "message": f"email {version['to'][0]['email']} is not valid in to"},
                )
        return provider.brevo(call, count)

    with FakeProvider(picky) as peer:
        answer = sent("brevo", peer, letters(50))

    (refused,) = [receipt for receipt in answer.receipts if receipt.turn is Turn.REFUSE]
    assert refused.delivery == 37
    assert refused.text == '{"code": "invalid_parameter", "message": "email … is not valid in to"}'
    assert turns(answer).count(Turn.ACCEPT) == 49
    assert len(peer.calls) < 15


def test_readers_refused_in_the_same_words_one_after_the_other_are_not_to_blame() -> None:
    with FakeProvider(script(Reply(400, {"message": "something of ours"}))) as peer:
        answer = sent("brevo", peer, letters(50))

    assert answer.pause is PauseReason.RELAY_POLICY
    assert turns(answer) == [Turn.REFUSE] * 2
    assert len(answer.untried) == 48


def test_a_message_that_cannot_be_filled_or_addressed_fails_alone() -> None:
    good, bad, ugly = letters()
    bad = Letter(bad.delivery, bad.address, bad.token, dict(bad.values) | {"unsubscribe_url": "javascript:"})
    ugly = Letter(ugly.delivery, "no address", ugly.token, ugly.values)
    with FakeProvider(provider.brevo) as peer:
        answer = sent("brevo", peer, [good, bad, ugly])

    assert turns(answer) == [Turn.ACCEPT, Turn.REFUSE, Turn.REFUSE]
    assert answer.receipts[0] == Receipt(
        1, Turn.REFUSE, Phase.MAIL, None, "unsubscribe_url: not a web address", "unfillable"
    )


def test_the_gate_is_asked_right_before_the_byte_that_completes_a_call() -> None:
    asked: list[list[int]] = []

    def gate(ids: Sequence[int]) -> bool:
        assert len(peer.calls) == len(asked)  # not one whole request more than were let go
        asked.append(list(ids))
        return True

    with FakeProvider(provider.brevo) as peer:
        answer = sent("brevo", peer, letters(60), gate=gate)

    assert asked == [list(range(50)), list(range(50, 60))]
    assert turns(answer) == [Turn.ACCEPT] * 60


def test_what_the_gate_withholds_was_not_sent() -> None:
    answers: Iterator[bool] = iter([True, False])
    with FakeProvider(provider.brevo) as peer:
        answer = sent("brevo", peer, letters(60), gate=lambda ids: next(answers))

    assert turns(answer) == [Turn.ACCEPT] * 50
    assert answer.untried == list(range(50, 60))
    assert not answer.held_up
    assert len(peer.calls) == 1


def test_a_repetition_that_is_withheld_leaves_the_doubt() -> None:
    answers: Iterator[bool] = iter([True, False])
    with FakeProvider(script("reset", provider.brevo)) as peer:
        assert turns(sent("brevo", peer, gate=lambda ids: next(answers))) == [Turn.LOSE] * 3
    assert len(peer.calls) == 1


def test_a_gate_that_fails_has_let_nothing_go() -> None:
    def full(ids: Sequence[int]) -> bool:
        raise OSError(28, "No space left on device")

    with FakeProvider(provider.brevo) as peer:
        answer = sent("brevo", peer, gate=full)

    assert answer.untried == [0, 1, 2]
    assert "No space left" in answer.detail
    assert peer.calls == []


def test_an_answer_before_the_request_was_whole_proves_that_nothing_was_taken() -> None:
    with FakeProvider(provider.brevo, early=Reply(500, {"message": "going down"})) as peer:
        session = EspSession(parse_account(f"brevo://:KEY@?api={peer.api}"), answer_timeout=5)
        answer = session.send(template_of_many_bytes(), letters(1))
        session.close()

    assert turns(answer) == [Turn.DEFER]
    assert peer.calls == []
