"""One person, one spelling."""

import unicodedata

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences.core.address import (
    Address,
    AddressFault,
    BadAddress,
    address_key,
    canonical,
    mask,
    parse,
    sendable,
)

ATOMS = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ0123456789!#$%&'*+/=?^_`{|}~-éèçüñøß", min_size=1, max_size=8)
LOCALS = st.lists(ATOMS, min_size=1, max_size=3).map(".".join).filter(lambda text: len(text.encode()) <= 64)
DOMAINS = st.sampled_from(
    ["orange.fr", "Laposte.NET", "mas-des-oliviers.example", "münchen.de", "provençal.fr", "日本語.jp", "a.b.c.org"]
)


@given(LOCALS, DOMAINS)
def test_every_spelling_of_an_address_is_one_person(local: str, domain: str) -> None:
    spelled = parse(f"{local}@{domain}")
    a_label = f"{local}@{idna.encode(domain, uts46=True).decode()}"

    for other in (a_label, f"{local}@{domain.upper()}", f" {local}@{domain}\n", unicodedata.normalize("NFD", a_label)):
        assert canonical(parse(other)) == canonical(spelled)
        assert parse(other).shown == spelled.shown
    assert canonical(parse(f"{local.lower()}@{domain}")) == canonical(spelled)


@given(LOCALS, DOMAINS)
def test_what_is_stored_can_be_read_and_sent_again(local: str, domain: str) -> None:
    address = parse(f"{local}@{domain}")

    assert parse(address.shown) == address
    assert sendable(address.shown) == address.sent
    assert address.domain_ascii.isascii()
    assert address.sent.startswith(unicodedata.normalize("NFC", local))
    assert len(address.shown) <= 320


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_a_reason(text: str) -> None:
    try:
        address = parse(text)
    except BadAddress:
        return
    assert not any(unicodedata.category(c)[0] in "CZ" for c in address.shown + address.sent)
    assert address.sent.count("@") == 1


def test_the_local_part_is_kept_as_typed_and_the_domain_is_sent_as_the_wire_wants_it() -> None:
    assert parse("Jean.Dupont@Hôtel-Les-Baux.FR") == Address(
        "Jean.Dupont", "xn--htel-les-baux-plb.fr", "Jean.Dupont@hôtel-les-baux.fr"
    )


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", AddressFault.EMPTY),
        ("   ", AddressFault.EMPTY),
        ("jeanne", AddressFault.NO_AT),
        ("@orange.fr", AddressFault.NO_AT),
        ("jeanne@", AddressFault.NO_AT),
        ("a@b@orange.fr", AddressFault.NO_AT),
        ("jeanne dupont@orange.fr", AddressFault.SPACE),
        ("jeanne\u00a0d@orange.fr", AddressFault.SPACE),
        ("jeanne\r\nBcc: x@orange.fr", AddressFault.CONTROL),
        ("jeanne\x00@orange.fr", AddressFault.CONTROL),
        ("jeanne\u200b@orange.fr", AddressFault.CONTROL),
        ("jeanne\u202e@orange.fr", AddressFault.CONTROL),
        ("jeanne\u2028@orange.fr", AddressFault.SPACE),
        ('"jeanne d"@orange.fr', AddressFault.QUOTED),
        ('jean"ne@orange.fr', AddressFault.QUOTED),
        ("jeanne@[192.0.2.1]", AddressFault.LITERAL),
        ("jeanne@[IPv6:2001:db8::1]", AddressFault.LITERAL),
        ("jeanne@192.0.2.1", AddressFault.LITERAL),
        ("jeanne@localhost", AddressFault.SINGLE_LABEL),
        ("jeanne@orange.fr.", AddressFault.DOMAIN),
        ("jeanne@orange..fr", AddressFault.DOMAIN),
        ("jeanne@-orange.fr", AddressFault.DOMAIN),
        ("jeanne@orange_fr.fr", AddressFault.DOMAIN),
        ("jeanne@xn--a.fr", AddressFault.DOMAIN),
        (".jeanne@orange.fr", AddressFault.LOCAL),
        ("jea..nne@orange.fr", AddressFault.LOCAL),
        ("jeanne,d@orange.fr", AddressFault.LOCAL),
        ("jeanne<d@orange.fr", AddressFault.LOCAL),
        ("é" * 33 + "@orange.fr", AddressFault.LOCAL_LONG),
        ("a" * 65 + "@orange.fr", AddressFault.LOCAL_LONG),
        ("a@" + ".".join(["b" * 60] * 5) + ".fr", AddressFault.DOMAIN_LONG),
    ],
)
def test_what_nobody_could_write_to_is_refused_with_the_reason(typed: str, code: AddressFault) -> None:
    with pytest.raises(BadAddress) as refused:
        parse(typed)
    assert refused.value.code is code


def test_sixty_four_octets_before_the_at_are_accepted() -> None:
    assert parse("a" * 64 + "@orange.fr").local == "a" * 64


def test_a_mask_shows_enough_to_recognise_and_too_little_to_write_to() -> None:
    assert mask("jeanne@orange.fr") == "j•••@o•••.fr"
    assert mask("j@mail.provence.example") == "j•••@m•••.example"


def test_a_key_needs_the_pepper() -> None:
    assert address_key("a@b.fr", b"one") != address_key("a@b.fr", b"two")
    assert len(address_key("a@b.fr", b"one")) == 32
