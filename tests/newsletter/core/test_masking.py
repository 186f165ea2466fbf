"""Whatever looks like an address is blotted out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiences.core.address import BadAddress, parse
from newsletter.core.masking import mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("nothing here", "nothing here"),
        ("550 5.1.1 <jeanne@boite.example>: no such user", "550 5.1.1 <[address]>: no such user"),
        ("to jeanne.o'neil+x@boite.co.example.", "to [address]."),
        ("zoé@lumière.example, paul@a.fr;x", "[address], [address];x"),
        ("celery@worker ready", "celery@worker ready"),
        (f"Not Found: /u/1.laptop.mfrgg.{'a2' * 13}", "Not Found: /u/[token]"),
        (
            f"/preferences/1.k-1.mfrggzdf.{'b7' * 13}/ and PostgreSQL 17.1.2",
            "/preferences/[token]/ and PostgreSQL 17.1.2",
        ),
        ("smtp://user:secret@relay.example:587", "smtp://user:[address]:587"),
    ],
)
def test_addresses_are_blotted_out_of_any_text(text: str, masked: str) -> None:
    assert mask(text) == masked


@given(st.emails(), st.sampled_from(["{}", "<{}>", "to={}, x", "«{}»", "\n{}\n", "{}: 550"]))
def test_no_address_of_ours_survives(address: str, where: str) -> None:
    try:
        parse(address)
    except BadAddress:
        return
    local, _, domain = address.rpartition("@")
    masked = mask(where.format(address))
    assert f"@{domain}" not in masked
    assert len(local) < 3 or local not in masked
