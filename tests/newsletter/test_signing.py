"""Links that only we can write."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter import signing
from newsletter.signing import BadToken, Purpose


@given(st.binary(max_size=80), st.sampled_from(Purpose))
def test_what_was_sealed_is_unsealed_for_its_purpose_and_for_no_other(raw: bytes, purpose: Purpose) -> None:
    token = signing.seal(purpose, raw)
    assert signing.unseal_bytes(purpose, token) == raw
    for other in set(Purpose) - {purpose}:
        with pytest.raises(BadToken):
            signing.unseal_bytes(other, token)


@given(st.binary(max_size=80))
def test_the_letters_are_base32_in_lower_case(raw: bytes) -> None:
    assert signing.encode(raw) == base64.b32encode(raw).decode().rstrip("=").lower()


@given(st.lists(st.binary(max_size=50), max_size=8), st.binary(max_size=4))
def test_many_at_once_are_written_as_one_by_one(raws: list[bytes], head: bytes) -> None:
    alike = [raw.ljust(50, b"x") for raw in raws]
    assert signing.encode_all(raws) == [signing.encode(raw) for raw in raws]
    assert signing.encode_all(alike) == [signing.encode(raw) for raw in alike]
    sealer = signing.sealer(Purpose.UNSUBSCRIBE)
    payloads = [signing.encode(head + raw) for raw in raws]
    assert sealer.seal_all(payloads) == [sealer.seal(payload) for payload in payloads]


def test_a_token_with_one_letter_changed_is_refused() -> None:
    token = signing.seal(Purpose.UNSUBSCRIBE, "1.jeanne")
    for place in range(len(token)):
        for letter in "a2.é ":
            if token[place] != letter:
                with pytest.raises(BadToken):
                    signing.unseal(Purpose.UNSUBSCRIBE, token[:place] + letter + token[place + 1 :])


@given(st.text(max_size=500))
def test_nothing_else_is_ever_a_token(text: str) -> None:
    with pytest.raises(BadToken):
        signing.unseal(Purpose.UNSUBSCRIBE, text)


def test_an_old_key_verifies_and_the_new_one_signs(settings: pytest.FixtureRequest) -> None:
    settings.SIGNING_KEYS = (("old", "one"),)  # type: ignore[attr-defined]
    old = signing.seal(Purpose.UNSUBSCRIBE, "x")
    settings.SIGNING_KEYS = (("new", "two"), ("old", "one"))  # type: ignore[attr-defined]
    assert signing.unseal(Purpose.UNSUBSCRIBE, old) == "x"
    assert signing.seal(Purpose.UNSUBSCRIBE, "x").startswith("1.new.")
    settings.SIGNING_KEYS = (("new", "two"),)  # type: ignore[attr-defined]
    with pytest.raises(BadToken):
        signing.unseal(Purpose.UNSUBSCRIBE, old)


def test_no_secret_of_django_signs_a_readers_link(settings: pytest.FixtureRequest) -> None:
    before = signing.seal(Purpose.UNSUBSCRIBE, "x")
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]
    assert signing.seal(Purpose.UNSUBSCRIBE, "x") == before
