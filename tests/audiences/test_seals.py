"""The chain over the ledger of consent: every committed line is sealed once, and whatever is done to it shows."""

import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from audiences import seals
from audiences.core import chain
from audiences.core.consent import Act, Method, Purpose
from audiences.ledger import Saying, line, say
from audiences.models import Consent, ConsentSeal, SealFloor
from audiences.seals import Fault
from newsletter.models import Newsletter
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
SAYING = Saying(Method.FORM, "/lettre/")


@pytest.fixture
def letter() -> Newsletter:
    return make.newsletter(slug="alpilles")


def write(letter: Newsletter, count: int) -> list[int]:
    rows = [
        line(letter, bytes([7, n % 256]) * 16, Purpose.NEWSLETTER, Act.GIVEN, SAYING, at=NOON) for n in range(count)
    ]
    return [row.pk for row in Consent.objects.bulk_create(rows)]


@contextmanager
def as_nobody_may() -> Iterator[Any]:
    """As a superuser who puts the triggers aside."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield cursor
        cursor.execute("SET session_replication_role = DEFAULT")


def test_every_line_is_sealed_once_in_its_order(letter: Newsletter) -> None:
    written = write(letter, 7)
    assert [seals.seal(limit=3) for _ in range(4)] == [3, 3, 1, 0]

    assert list(ConsentSeal.objects.order_by("pk").values_list("consent_id", flat=True)) == written
    verdict = seals.verify(batch=2)
    assert (verdict.sealed, verdict.fault, verdict.unsealed) == (7, None, 0)
    assert verdict.head == bytes(ConsentSeal.objects.latest("pk").row_hash)


def test_an_empty_ledger_holds() -> None:
    assert seals.seal_due() == 0
    assert seals.verify() == seals.Verdict(0, chain.FIRST)


@pytest.mark.parametrize(
    "change",
    [
        "act = 'withdrawn'",
        "at = at + interval '1 microsecond'",
        "address_key = '\\x00'",
        "newsletter = 'luberon'",
        "wording = 'x'",
        "actor = 1",
        "recorded_at = recorded_at - interval '1 day'",
    ],
)
def test_a_changed_line_is_named(letter: Newsletter, change: str) -> None:
    written = write(letter, 5)
    seals.seal_due()
    with as_nobody_may() as cursor:
        cursor.execute(f"UPDATE audiences_consent SET {change} WHERE id = %s", [written[2]])
    verdict = seals.verify()
    assert (verdict.broken, verdict.fault, verdict.sealed) == (written[2], Fault.CHANGED, 2)
    with pytest.raises(CommandError, match=f"ligne {written[2]} .* n’est plus celle") as refused:
        call_command("verify_consents")
    assert refused.value.returncode == 1


def test_a_vanished_line_and_a_cut_chain_are_named(letter: Newsletter) -> None:
    written = write(letter, 6)
    seals.seal_due()
    with as_nobody_may() as cursor:
        cursor.execute("DELETE FROM audiences_consent WHERE id = %s", [written[3]])
    assert (seals.verify().broken, seals.verify().fault) == (written[3], Fault.MISSING)
    with as_nobody_may() as cursor:
        cursor.execute("DELETE FROM audiences_consentseal WHERE consent_id = %s", [written[3]])
    assert (seals.verify().broken, seals.verify().fault) == (written[4], Fault.UNLINKED)


def test_a_line_slipped_in_has_no_seal_and_a_forged_seal_has_no_key(letter: Newsletter) -> None:
    written = write(letter, 3)
    seals.seal_due()
    head = bytes(ConsentSeal.objects.latest("pk").row_hash)
    [slipped] = write(letter, 1)
    with as_nobody_may() as cursor:
        cursor.execute(
            "UPDATE audiences_consent SET recorded_at = now() - interval '2 minutes' WHERE id = %s", [slipped]
        )
    assert (seals.verify().unsealed, seals.verify().first_unsealed) == (1, slipped)
    with pytest.raises(CommandError, match=f"1 ligne attend son sceau .* ligne {slipped}"):
        call_command("verify_consents")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(seals.LINE)} FROM audiences_consent WHERE id = %s", [slipped])
        said = cursor.fetchone()
    forged = chain.row_hash(chain.key_of("another pepper"), head, said)
    ConsentSeal.objects.create(consent_id=slipped, prev_hash=head, row_hash=forged)
    assert (seals.verify().broken, seals.verify().fault) == (slipped, Fault.CHANGED)
    assert len(written) == 3


def test_an_end_that_was_cut_off_shows_to_whoever_noted_the_seal(letter: Newsletter) -> None:
    written = write(letter, 4)
    seals.seal_due()
    head = seals.verify().head.hex()
    call_command("verify_consents", head=head, at=4)
    with as_nobody_may() as cursor:
        cursor.execute("DELETE FROM audiences_consent WHERE id = %s", [written[3]])
        cursor.execute("DELETE FROM audiences_consentseal WHERE consent_id = %s", [written[3]])
    call_command("verify_consents")
    with pytest.raises(CommandError, match="elle a été refaite"):
        call_command("verify_consents", head=head, at=4)


@pytest.mark.parametrize(
    "statement", ["UPDATE audiences_consentseal SET consent_id = 1", "DELETE FROM audiences_consentseal"]
)
def test_the_seals_refuse_to_be_changed(letter: Newsletter, statement: str) -> None:
    write(letter, 1)
    seals.seal_due()
    with connection.cursor() as cursor, pytest.raises(Exception, match="append-only"), transaction.atomic():
        cursor.execute(statement)


def test_the_floor_rises_a_minute_late_and_a_line_below_it_is_found_again(letter: Newsletter) -> None:
    written = write(letter, 3)
    seals.seal()
    assert (SealFloor.objects.get().floor, SealFloor.objects.get().rising) == (0, written[2])
    seals.seal()
    assert SealFloor.objects.get().floor == 0  # who drew a number may not have begun to write
    SealFloor.objects.update(noted_at=SealFloor.objects.get().noted_at - timedelta(minutes=2))  # type: ignore[operator]
    # this test's own transaction is the oldest that still writes
    mark = SealFloor.objects.get()
    SealFloor.objects.update(before=0)
    seals.seal()
    assert SealFloor.objects.get().floor == written[2]
    assert mark.before > 0
    with as_nobody_may() as cursor:
        cursor.execute("DELETE FROM audiences_consentseal WHERE consent_id = %s", [written[2]])
    assert seals.seal() == 0
    seals.look_again()
    assert seals.seal() == 1


@pytest.mark.django_db(transaction=True)
def test_a_line_that_commits_late_is_sealed_and_two_sealers_are_one_chain() -> None:
    letter = make.newsletter(slug="alpilles")
    with psycopg.connect(_url()) as slow:
        slow.execute(
            "INSERT INTO audiences_consent (address_key, purpose, newsletter, act, method, wording, locale,"
            " form_version, source, at) VALUES ('\\x01', 'newsletter', 'alpilles', 'given', 'form', '', 'fr', '', '',"
            " now())"
        )
        later = write(letter, 20)
        crowd = [threading.Thread(target=_seal_and_close) for _ in range(4)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        seals.seal_due()
        assert seals.verify().sealed == 20
    assert seals.seal_due() == 1
    verdict = seals.verify()
    assert (verdict.sealed, verdict.fault) == (21, None)
    assert ConsentSeal.objects.latest("pk").consent_id < later[0]


def _url() -> str:
    said = connection.get_connection_params()
    return f"postgresql://{said['user']}:{said['password']}@{said['host']}:{said['port']}/{said['dbname']}"


def _seal_and_close() -> None:
    for _ in range(5):
        seals.seal(limit=3)
    connection.close()


def test_memory_does_not_grow_with_the_ledger(letter: Newsletter) -> None:
    def most(lines: int) -> int:
        write(letter, lines)
        seals.seal_due()
        tracemalloc.start()
        assert seals.verify(batch=500).fault is None
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    few, many = most(1_000), most(9_000)
    assert many < 1.3 * few


def test_what_is_said_is_sealed_as_it_is_said(letter: Newsletter) -> None:
    say(letter, bytes(32), Purpose.TRACKING, Act.GIVEN, SAYING, now=NOON)
    assert seals.seal_due() == 1


@given(
    st.lists(
        st.one_of(st.integers(), st.text(max_size=9), st.binary(max_size=9), st.none(), st.datetimes()), max_size=5
    ),
    st.lists(
        st.one_of(st.integers(), st.text(max_size=9), st.binary(max_size=9), st.none(), st.datetimes()), max_size=5
    ),
)
def test_two_lines_have_one_seal_only_if_they_say_the_same(one: list[object], other: list[object]) -> None:
    key = chain.key_of("pepper")
    same = chain.row_hash(key, chain.FIRST, one) == chain.row_hash(key, chain.FIRST, other)
    assert same == ([_kind(value) for value in one] == [_kind(value) for value in other])


def _kind(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else chain._plain(value)
