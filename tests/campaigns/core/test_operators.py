"""Who runs a domain's mail."""

from datetime import timedelta

import pytest

from campaigns.core.operators import DEFAULT, LANES, NOWHERE, SUFFIXES, lane_of, operator_of


@pytest.mark.parametrize(
    ("hosts", "operator"),
    [
        (["smtp-in.orange.fr"], "orange"),
        (["SMTP-IN.WANADOO.FR."], "orange"),
        (["smtpz4.laposte.net"], "laposte"),
        (["smtp-in.sfr.fr"], "sfr"),
        (["mx1.free.fr", "mx2.free.fr"], "free"),
        (["mx.bbox.fr"], "bouygues"),
        (["gmail-smtp-in.l.google.com", "alt1.gmail-smtp-in.l.google.com"], "google"),
        (["aspmx.l.google.com"], "google"),
        (["outlook-com.olc.protection.outlook.com"], "microsoft"),
        (["mas-oliviers-fr.mail.protection.outlook.com"], "microsoft"),
        (["mas-oliviers-fr.a-v1.mx.microsoft"], "microsoft"),
        (["mta7.am0.yahoodns.net"], "yahoo"),
        (["mx01.mail.icloud.com"], "apple"),
        (["mx1.mail.ovh.net", "mx2.mail.ovh.net"], "ovh"),
        (["mx00.kundenserver.de"], "ionos"),
        (["mx01.ionos.fr"], "ionos"),
        (["spool.mail.gandi.net", "aspmx.l.google.com"], "gandi"),
        (["mail.moulin-castelas.example"], "moulin-castelas.example"),
        (["a.mx.hoster.example", "b.mx.hoster.example"], "hoster.example"),
        (["mx.ville.gouv.fr"], "ville.gouv.fr"),
        (["mx.alpilles.asso.fr"], "alpilles.asso.fr"),
        (["asso.fr"], "asso.fr"),
        (["mail.shop.co.uk"], "shop.co.uk"),
        (["notgoogle.com"], "notgoogle.com"),
        (["192.0.2.1"], "192.0.2.1"),
        (["localhost"], "localhost"),
        ([], ""),
    ],
)
def test_the_best_mail_exchanger_names_the_operator(hosts: list[str], operator: str) -> None:
    assert operator_of(hosts) == operator


def test_orange_and_la_poste_are_written_to_over_two_connections_with_a_hundred_each() -> None:
    for operator in ("orange", "laposte"):
        assert (lane_of(operator).connections, lane_of(operator).per_connection) == (2, 100)


def test_a_stranger_gets_the_cautious_lane() -> None:
    assert lane_of("hoster.example") == DEFAULT
    assert (lane_of("sfr").block, lane_of("free").block) == (timedelta(hours=2), timedelta(hours=24))


def test_every_lane_belongs_to_an_operator_that_can_be_found() -> None:
    assert set(LANES) - {NOWHERE} <= set(SUFFIXES.values())
