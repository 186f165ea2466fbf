"""What the environment says is read whole or refused in a sentence."""

import pytest

from newsletter.core.environment import (
    REQUIRED,
    BadEnvironment,
    introduction,
    relays,
    require,
    server,
    signing_keys,
    site,
)

WHOLE = dict.fromkeys(REQUIRED, "said") | {"SIGNING_KEYS": "k1:" + "k" * 32, "ADDRESS_PEPPER": "p" * 32}


def test_an_environment_that_says_everything_is_enough() -> None:
    require(WHOLE)


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("nothing", [None, ""])
def test_what_people_depend_on_must_be_said(name: str, nothing: str | None) -> None:
    said = {key: value for key, value in WHOLE.items() if key != name} | ({name: nothing} if nothing == "" else {})

    with pytest.raises(BadEnvironment, match=f"are not: {name}."):
        require(said)


@pytest.mark.parametrize(("name", "short"), [("SIGNING_KEYS", "k1:" + "k" * 32 + ",k2:short"), ("ADDRESS_PEPPER", "p")])
def test_a_secret_that_can_be_guessed_is_refused_and_not_repeated(name: str, short: str) -> None:
    with pytest.raises(BadEnvironment, match=f"{name} must have|in {name} must have") as refused:
        require(WHOLE | {name: short})
    assert "short" not in str(refused.value)


def test_the_first_key_signs() -> None:
    assert signing_keys("new:a, old:b:c") == (("new", "a"), ("old", "b:c"))


@pytest.mark.parametrize("said", ["", "secret", ":secret", "k1:", "k1:secret,", "k.1:secret", "k 1:secret", "é:secret"])
def test_keys_that_would_make_links_nobody_can_read_are_refused(said: str) -> None:
    with pytest.raises(BadEnvironment) as refused:
        signing_keys(said)
    assert "secret" not in str(refused.value)


def test_one_name_is_one_key() -> None:
    with pytest.raises(BadEnvironment, match="twice"):
        signing_keys("a:1,a:2")


@pytest.mark.parametrize("said", ["https://lettre.example", "https://lettre.example/", "http://127.0.0.1:8000"])
def test_a_site_is_kept_without_its_last_slash(said: str) -> None:
    assert site(said) == said.rstrip("/")


@pytest.mark.parametrize(
    "said",
    [
        "",
        "lettre.example",
        "ftp://lettre.example",
        "https://",
        "https://h:port",
        "https://h/path",
        "https://a@h",
        "//h",
    ],
)
def test_a_site_that_no_link_can_begin_with_is_refused(said: str) -> None:
    with pytest.raises(BadEnvironment, match="SITE_URL must look like"):
        site(said)


def test_only_servers_that_we_can_talk_to() -> None:
    assert server("REDIS_URL", "rediss://h:6379/0", ("redis", "rediss")) == "rediss://h:6379/0"
    for said in ("", "h:6379", "amqp://h", "redis://h:port"):
        with pytest.raises(BadEnvironment, match=r"REDIS_URL must be a URL that begins with redis:// or rediss://\."):
            server("REDIS_URL", said, ("redis", "rediss"))


def test_a_relay_named_twice_is_refused_and_so_is_direct_delivery_without_a_name_of_ones_own() -> None:
    with pytest.raises(BadEnvironment, match="twice"):
        relays(["smtp://u:geheim@h:25", "smtp://u:geheim@h:25?weight=2"])
    with pytest.raises(BadEnvironment, match="EHLO_NAME"):
        introduction("", relays(["smtp://h", "mx://"]))
    assert introduction("mail.example", relays(["mx://"])) == "mail.example"
    assert introduction("", relays(["smtp://h"])) == ""


@pytest.mark.parametrize(
    "said",
    [
        [],
        ["mail.example"],
        ["brevo://geheim@"],
        ["brevo://:k@[geheim"],
        ["smtp://u:geheim/x@h:25"],
        ["smtp://h", "smtp://[geheim"],
    ],
)
def test_a_relay_that_cannot_be_read_is_refused_without_its_password(said: list[str]) -> None:
    with pytest.raises(BadEnvironment, match="EMAIL_URL") as refused:
        relays(said)
    assert "geheim" not in f"{refused.value}{refused.value.__cause__}"
    assert refused.value.__suppress_context__ or not refused.value.__context__
