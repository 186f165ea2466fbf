"""The form may be sent so often in an hour by one network, and so often by all; no row says from where."""

from datetime import timedelta

import pytest
from django.db import connection

from audiences import ceilings
from audiences.models import Knock
from tests.make import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("visitor", "network"),
    [
        ("203.0.114.7", "203.0.114.0/24"),
        ("::ffff:203.0.114.7", "203.0.114.0/24"),
        ("2a01:cb1c:1234:5678::9", "2a01:cb1c:1234:5600::/56"),
        ("127.0.0.1", ""),
        ("10.1.2.3", ""),
        ("fd00::1", ""),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_a_network_is_a_street_and_our_own_proxies_are_none(visitor: str, network: str) -> None:
    assert ceilings.network_of(visitor) == network


def test_each_network_and_all_of_them_have_their_ceiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ceilings, "OF_A_NETWORK", 3)
    monkeypatch.setattr(ceilings, "OF_ALL", 5)
    assert [ceilings.let_in("203.0.114.7", now=NOON) for _ in range(4)] == [True] * 3 + [False]
    assert [ceilings.let_in("198.51.101.9", now=NOON) for _ in range(3)] == [True, True, False]
    assert not ceilings.let_in("", now=NOON)
    assert ceilings.let_in("203.0.114.7", now=NOON + HOUR)


def test_no_row_holds_an_address_and_two_hours_cannot_be_joined() -> None:
    ceilings.let_in("203.0.114.7", now=NOON)
    ceilings.let_in("203.0.114.8", now=NOON)
    ceilings.let_in("203.0.114.7", now=NOON + HOUR)
    with connection.cursor() as cursor:
        cursor.execute("SELECT k::text FROM audiences_knock k")
        said = " ".join(row for (row,) in cursor.fetchall())
    assert "203" not in said.replace("2026", "")
    hashed = [bytes(row.network) for row in Knock.objects.exclude(network=ceilings.EVERYBODY)]
    assert len(set(hashed)) == len(hashed) == 2
    assert {row.times for row in Knock.objects.exclude(network=ceilings.EVERYBODY)} == {1, 2}


def test_yesterday_is_forgotten() -> None:
    ceilings.let_in("203.0.114.7", now=NOON)
    assert ceilings.forget(now=NOON + 23 * HOUR) == 0
    assert ceilings.forget(now=NOON + 26 * HOUR) == 2
