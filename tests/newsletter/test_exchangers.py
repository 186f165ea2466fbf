"""Who takes a domain's mail, asked of a real nameserver on a socket."""

from collections.abc import Iterator
from typing import Any

import pytest

from newsletter import exchangers
from newsletter.exchangers import Exchangers, Problem, find
from tests.campaigns.nameserver import NXDOMAIN, SERVFAIL, SILENCE, Nameserver


@pytest.fixture
def names(settings: Any) -> Iterator[Nameserver]:
    with Nameserver() as names:
        settings.DNS_SERVERS = names.servers
        yield names


def test_exchangers_come_best_first_and_once(names: Nameserver) -> None:
    names.zone["orange.fr"] = ["20 mx2.Orange.FR.", "10 mx1.orange.fr.", "30 mx1.orange.fr."]
    assert find("orange.fr") == Exchangers(("mx1.orange.fr", "mx2.orange.fr"))


def test_a_null_mx_and_a_domain_that_does_not_exist_take_no_mail(names: Nameserver) -> None:
    names.zone |= {"silent.example": ["0 ."], "gone.example": NXDOMAIN}
    assert find("silent.example") == find("gone.example") == Exchangers(problem=Problem.NOWHERE)


def test_without_mx_the_domains_own_host_takes_its_mail_if_there_is_one(names: Nameserver) -> None:
    names.hosts["small.example"] = "192.0.2.1"
    names.zone["empty.example"] = []
    assert find("small.example") == Exchangers(("small.example",))
    assert find("empty.example") == Exchangers(problem=Problem.NOWHERE)


@pytest.mark.parametrize("how", [SERVFAIL, SILENCE])
def test_who_cannot_say_condemns_nobody(names: Nameserver, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names.zone["ill.example"] = how
    monkeypatch.setattr(exchangers, "PATIENCE", 0.5)
    exchangers._resolver.cache_clear()
    assert find("ill.example") == Exchangers(problem=Problem.UNANSWERED)
    exchangers._resolver.cache_clear()


def test_an_accented_domain_is_asked_for_by_its_ascii_name(names: Nameserver) -> None:
    names.zone["xn--picerie-9xa.example"] = ["10 mx.example."]
    assert find("épicerie.example") == Exchangers(("mx.example",))
