import pytest

from newsletter.core.relay import BadRelay, Relay, Tls, parse_relay


def test_a_relay_is_read_with_its_password_and_weight() -> None:
    assert parse_relay("smtp+tls://lettre%40alpilles.example:p%2Fw@mail.example:2525?weight=3") == Relay(
        "mail.example", 2525, Tls.STARTTLS, "lettre@alpilles.example", "p/w", 3
    )


def test_ports_follow_the_scheme() -> None:
    assert [parse_relay(f"{scheme}://h").port for scheme in ("smtp", "smtp+tls", "smtps")] == [25, 587, 465]


def test_delivering_directly_is_a_road_without_a_host() -> None:
    road = parse_relay("mx://?weight=2")
    assert road == Relay("", 25, Tls.OFFERED, weight=2, by_operator=True)
    assert (road.direct, road.name, road.title) == (True, "mx", "mx")
    assert parse_relay("mx://:2525").name == "mx:2525"


def test_a_postfix_of_ones_own_is_paced_by_operator_where_that_is_said() -> None:
    assert [parse_relay(f"smtp://h{query}").by_operator for query in ("", "?pace=mx")] == [False, True]
    assert not parse_relay("smtp://h?pace=mx").direct


def test_a_password_is_never_shown() -> None:
    relay = parse_relay("smtp+tls://user:secret@mail.example")
    assert "secret" not in repr(relay) + str(relay) + relay.name


@pytest.mark.parametrize(
    "url",
    [
        "mail.example:25",
        "http://mail.example",
        "smtp://",
        "smtp://h:port",
        "smtp://h?weight=x",
        "mx://h",
        "mx://user:geheim@",
        "smtp://h?pace=slow",
    ],
)
def test_what_cannot_be_read_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(BadRelay):
        parse_relay(url)
