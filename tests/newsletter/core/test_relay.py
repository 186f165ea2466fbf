import pytest

from newsletter.core.relay import BadRelay, Relay, Tls, parse_relay


def test_a_relay_is_read_with_its_password_and_weight() -> None:
    assert parse_relay("smtp+tls://lettre%40alpilles.example:p%2Fw@mail.example:2525?weight=3") == Relay(
        "mail.example", 2525, Tls.STARTTLS, "lettre@alpilles.example", "p/w", 3
    )


def test_ports_follow_the_scheme() -> None:
    assert [parse_relay(f"{scheme}://h").port for scheme in ("smtp", "smtp+tls", "smtps")] == [25, 587, 465]


def test_a_password_is_never_shown() -> None:
    relay = parse_relay("smtp+tls://user:secret@mail.example")
    assert "secret" not in repr(relay) + str(relay) + relay.name


@pytest.mark.parametrize(
    "url", ["mail.example:25", "http://mail.example", "smtp://", "smtp://h:port", "smtp://h?weight=x"]
)
def test_what_cannot_be_read_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(BadRelay):
        parse_relay(url)
