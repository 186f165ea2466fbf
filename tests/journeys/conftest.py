"""Journeys share one running house; each starts with people of its own."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests import environment
from tests.journeys.house import House
from tests.journeys.person import Person

# A page of four processes and a browser on two cores may take longer than one on a desk.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    running = House(environment.servers, tmp_path_factory.mktemp("house"))
    try:
        running.start()
        yield running
    finally:
        running.end()


@pytest.fixture
def somebody(house: House) -> Person:
    return Person(house.site)


@pytest.fixture
def signed_in(house: House) -> Callable[[str], Person]:
    """Let people in by the mailed link: an address goes in, a person comes out."""

    def let_in(address: str) -> Person:
        person = Person(house.site)
        person.open("/connexion/")
        person.fill_in(email=address)
        person.open(house.sign_in_link(address, asked_by=lambda: person.press("Recevoir le lien")))
        person.press("Me connecter")
        return person

    return let_in
