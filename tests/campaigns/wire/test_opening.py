"""From the greeting to the first envelope: no password in clear, no TLS talked away, a sentence where it ends."""

import base64

import pytest

from campaigns.core.receipt import Phase
from campaigns.wire.letters import WireProblem
from campaigns.wire.opening import Offers, offers
from campaigns.wire.session import Session
from newsletter.core.relay import Relay, Tls

PLAIN_PASSWORD = base64.b64encode(b"\0garrigue\0s3cret").decode()


def talk(relay: Relay, *answers: str, cover: bool = True) -> tuple[Session, list[str]]:
    """Answer each of its commands in turn; return the session and what it said."""
    session, said = Session(relay, ehlo_name="test.example"), []
    if relay.tls is Tls.IMPLICIT:
        session.covered()
    for answer in answers:
        session.receive(answer.encode("latin-1") + b"\r\n")
        if session.opening.covering and cover and not session.closed:
            session.covered()
        while write := session.write(lambda: None):
            said += write.tail.decode().splitlines()
    return session, said


def relay(tls: Tls = Tls.NONE, user: str = "", host: str = "smtp.relay.example") -> Relay:
    return Relay(host, 25, tls, user, "s3cret" if user else "")


def test_it_introduces_itself_by_name_after_a_greeting_of_any_length() -> None:
    session, said = talk(relay(), "220-welcome\r\n220-to\r\n220 us", "250-us\r\n250-SIZE 1000\r\n250 PIPELINING")
    assert (said, session.ready, session.opening.offers) == (
        ["EHLO test.example"],
        True,
        Offers(pipelining=True, size=1000),
    )


def test_a_server_without_esmtp_is_greeted_the_old_way() -> None:
    session, said = talk(relay(), "220 us", "502 what?", "250 us")
    assert (said, session.ready) == (["EHLO test.example", "HELO test.example"], True)


def test_to_a_mail_exchanger_the_line_is_covered_where_that_is_offered_and_only_there() -> None:
    offered = ("220 us", "250-us\r\n250 STARTTLS")
    session, said = talk(relay(Tls.OFFERED), *offered, "220 go", "250 us")
    assert (session.ready, said) == (True, ["EHLO test.example", "STARTTLS", "EHLO test.example"])
    session, said = talk(relay(Tls.OFFERED), "220 us", "250 us")
    assert (session.ready, said) == (True, ["EHLO test.example"])
    session, said = talk(relay(Tls.OFFERED), *offered, "454 not now")
    assert (session.ready, said) == (True, ["EHLO test.example", "STARTTLS"])


def test_under_starttls_what_was_offered_in_clear_counts_no_more() -> None:
    session, said = talk(
        relay(Tls.STARTTLS, "garrigue"),
        "220 us",
        "250-us\r\n250-STARTTLS\r\n250-PIPELINING\r\n250 AUTH PLAIN",
        "220 go",
        "250-us\r\n250 AUTH LOGIN",
        "334 ",
        "334 ",
        "235 welcome",
    )
    assert session.ready
    assert said[:4] == ["EHLO test.example", "STARTTLS", "EHLO test.example", "AUTH LOGIN"]
    assert [base64.b64decode(word) for word in said[4:]] == [b"garrigue", b"s3cret"]
    assert session.opening.offers == Offers(auth=frozenset({"LOGIN"}))


def test_under_implicit_tls_it_logs_in_at_once() -> None:
    session, said = talk(
        relay(Tls.IMPLICIT, "garrigue"), "220 us", "250-us\r\n250 AUTH LOGIN PLAIN", "235 2.7.0 welcome"
    )
    assert (session.ready, said) == (True, ["EHLO test.example", f"AUTH PLAIN {PLAIN_PASSWORD}"])


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
def test_on_the_machine_itself_a_password_needs_no_cover(host: str) -> None:
    session, said = talk(relay(user="garrigue", host=host), "220 us", "250-us\r\n250 AUTH PLAIN", "235 ok")
    assert (session.ready, said[-1]) == (True, f"AUTH PLAIN {PLAIN_PASSWORD}")


@pytest.mark.parametrize(
    ("tls", "user", "answers", "phase", "code", "lasting"),
    [
        (Tls.NONE, "", ["554 go away"], Phase.CONNECT, 554, False),
        (Tls.NONE, "", ["421 busy"], Phase.CONNECT, 421, False),
        (Tls.NONE, "", ["999 what"], Phase.CONNECT, None, False),
        (Tls.NONE, "", ["220 us", "421 later"], Phase.EHLO, 421, False),
        (Tls.NONE, "", ["220 us", "502 what", "550 no"], Phase.EHLO, 550, False),
        (Tls.STARTTLS, "", ["220 us", "250 PIPELINING"], Phase.TLS, None, True),
        (Tls.STARTTLS, "", ["220 us", "502 what", "250 us"], Phase.TLS, None, True),
        (Tls.STARTTLS, "", ["220 us", "250-us\r\n250 STARTTLS", "454 not now"], Phase.TLS, 454, False),
        (Tls.NONE, "garrigue", ["220 us", "250-us\r\n250 AUTH PLAIN"], Phase.AUTH, None, True),
        (Tls.IMPLICIT, "garrigue", ["220 us", "250-us\r\n250 AUTH PLAIN", "535 5.7.8 no"], Phase.AUTH, 535, True),
        (Tls.IMPLICIT, "garrigue", ["220 us", "250-us\r\n250 AUTH PLAIN", "454 later"], Phase.AUTH, 454, False),
        (Tls.IMPLICIT, "garrigue", ["220 us", "250-us\r\n250 AUTH CRAM-MD5"], Phase.AUTH, None, True),
        (Tls.IMPLICIT, "garrigue", ["220 us", "250 us"], Phase.AUTH, None, True),
    ],
)
def test_where_there_is_no_way_on_it_says_where_it_ended(
    tls: Tls, user: str, answers: list[str], phase: Phase, code: int | None, lasting: bool
) -> None:
    session, said = talk(relay(tls, user), *answers)
    problem = session.problem
    assert isinstance(problem, WireProblem)
    assert (session.closed, problem.phase, problem.code, problem.lasting) == (True, phase, code, lasting)
    if code is None:
        assert not any("AUTH" in word for word in said)


@pytest.mark.parametrize("slipped_in", ["250 PIPELINING", "250-half a reply", "25", "999 what?"])
def test_words_slipped_in_behind_starttls_are_not_taken_for_words_under_tls(slipped_in: str) -> None:
    session, _ = talk(relay(Tls.STARTTLS), "220 us", "250-us\r\n250 STARTTLS")
    session.receive(f"220 go\r\n{slipped_in}".encode())
    assert session.closed
    assert session.problem
    assert session.problem.phase is Phase.TLS


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (b"us", Offers()),
        (b"us\nsize 12\nPipelining", Offers(size=12, pipelining=True)),
        (b"us\nSIZE\nSTARTTLS\nSMTPUTF8\n8BITMIME", Offers(starttls=True, smtputf8=True, eightbit=True)),
        (b"us\nSIZE many\n\n \xff", Offers()),
        (b"us\nAUTH=LOGIN PLAIN\nAUTH CRAM-MD5", Offers(auth=frozenset({"LOGIN", "PLAIN", "CRAM-MD5"}))),
    ],
)
def test_offers_are_read_whatever_their_spelling(lines: bytes, found: Offers) -> None:
    assert offers(lines) == found


@pytest.mark.parametrize("name", ["", "a b", "a\r\nQUIT", "nom\x00"])
def test_nobody_introduces_oneself_with_a_command(name: str) -> None:
    with pytest.raises(ValueError):
        Session(relay(), ehlo_name=name)
