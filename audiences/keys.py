"""The hand that knows the pepper."""

from django.conf import settings

from audiences.core.address import Address, address_key, canonical, parse


def key_of(address: Address | str) -> bytes:
    """Return the keyed hash of a person's address; raise BadAddress where a text is none."""
    if isinstance(address, str):
        address = parse(address)
    return address_key(canonical(address), settings.ADDRESS_PEPPER.encode())
