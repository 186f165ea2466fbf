"""The house of the faults: one for all of them, each with a letter of its own."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from campaigns import schedule
from campaigns.core.campaign import LIVE
from campaigns.models import Campaign, DeliveryRetry, Pace, Spent
from newsletter import keys
from tests.faults import ground, report
from tests.faults.house import House
from tests.faults.scene import Counts, Scene

lines: list[report.Line] = []
order: list[str] = []
failed: set[str] = set()
reasons: dict[str, str] = {}  # of those that could not be had here


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--small", action="store_true", help="only the most telling faults: what CI runs")


@pytest.hookimpl(tryfirst=True)  # before -k leaves some out: the page has all of them
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: ROOMS.index(item.path.stem))
    order[:] = [name_of(item) for item in items]
    if config.getoption("--small"):
        large = [item for item in items if not item.get_closest_marker("small")]
        items[:] = [item for item in items if item not in large]
        config.hook.pytest_deselected(items=large)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down what was seen; what was not tried keeps its line, and what went wrong has none."""
    if ground.house and not session.config.getoption("--small"):
        report.write([line for line in lines if line.fault not in failed], order, without=failed)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    made = yield
    if made.skipped and isinstance(made.longrepr, tuple):
        reasons[item.nodeid] = f"not had here: {made.longrepr[2].removeprefix('Skipped: ')}"
        if made.when == "setup":
            lines.append(report.Line(name_of(item), reasons[item.nodeid], Counts()))
    if made.failed:
        failed.add(name_of(item))
    return made


def name_of(item: pytest.Item) -> str:
    mark = item.get_closest_marker("fault")
    assert mark is not None, "a fault has its name"
    case = getattr(item, "callspec", None)
    name: str = mark.args[0].format(**case.params) if case else mark.args[0]
    return name


# In the order of the list.
ROOMS = (
    "test_killed",
    "test_witness",
    "test_broker",
    "test_database",
    "test_replies",
    "test_names",
    "test_provider",
    "test_held",
    "test_refused",
    "test_silence",
    "test_covers",
    "test_clocks",
    "test_changed",
    "test_people",
    "test_roads",
)


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The database is the house's own, not one of pytest's."""


@pytest.fixture(scope="session")
def house(django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    running = ground.house
    if running is None:
        pytest.skip("the faults are tested by `make test-faults`, which starts their servers")
    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0)
        keys.verify()
        running.start()
        yield running
        connection.close()


@pytest.fixture
def scene(house: House, request: pytest.FixtureRequest) -> Iterator[Scene]:
    """Everything runs as usual; afterwards the fault's line is written down, and nothing of it goes on."""
    house.as_usual()
    made = Scene(house)
    yield made
    house.peer.script()
    connection.close()
    for campaign in Campaign.objects.filter(state__in=LIVE):
        schedule.cancel(campaign, by=None, now=timezone.now())
    for left in (Pace, Spent, DeliveryRetry.objects.filter(delivery__campaign__state="cancelled")):
        (left if not isinstance(left, type) else left.objects).all().delete()
    seen = reasons.get(request.node.nodeid, made.seen)
    lines.append(report.Line(name_of(request.node), seen, made.counts))
