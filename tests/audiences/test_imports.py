"""A file of readers comes in, whatever it is written in, and only as far as someone answers for it."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from audiences import imports, ledger, subscriptions, suppressions
from audiences.core.consent import Act, CustomerKind, Method, Purpose, StopReason
from audiences.core.guessing import BadFile, Column
from audiences.core.importing import Counts
from audiences.imports import NotNow, Statement
from audiences.keys import key_of
from audiences.models import Consent, Import, RefusedLine, StagedReader, Subscriber, Subscription
from newsletter.models import Newsletter
from tests import make
from tests.audiences.files import FAIR, counted, everybody, received, taken, worked

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
HEAD = "E-mail;Prénom;Code postal;Commune;Intérêts;Date d’inscription;Mesure\n"
JEANNE = "Jeanne@Lavande.example;Jeanne;13520;Maussane-les-Alpilles;vin, À table;02/03/2025;oui\n"
PAUL = "paul@lavande.example;Paul;;;;;\n"


@pytest.fixture
def letter() -> Newsletter:
    make.place("Maussane-les-Alpilles", insee="13058")
    return make.newsletter()


def test_a_file_brings_readers_with_the_consent_that_the_board_attests(letter: Newsletter) -> None:
    assert taken(HEAD + JEANNE + PAUL) == Counts(new=2)

    jeanne = Subscriber.objects.get(first_name="Jeanne")
    assert (jeanne.address, jeanne.commune, jeanne.department) == ("Jeanne@lavande.example", "13058", "13")
    assert jeanne.interests == ["table", "wine"]
    line = Consent.objects.get(address_key=key_of("jeanne@lavande.example"))
    assert (line.method, line.source, line.at.date().isoformat()) == ("attested_import", FAIR.source, "2025-03-01")
    paul = Consent.objects.get(address_key=key_of("paul@lavande.example"))
    assert paul.at.date().isoformat() == "2026-02-28"  # the first of March begins in Paris an hour earlier
    assert not Subscription.objects.filter(tracking=True).exists()


def test_being_measured_needs_evidence_that_is_attested(letter: Newsletter) -> None:
    attested = Statement(FAIR.source, FAIR.given_on, tracking_evidence="Case cochée sur le bulletin")
    taken(HEAD + JEANNE + PAUL, attested)

    assert [one.subscriber.first_name for one in Subscription.objects.filter(tracking=True)] == ["Jeanne"]
    said = ledger.lines(letter, key_of("jeanne@lavande.example"), Purpose.TRACKING)
    assert [line.act for line in said] == [Act.GIVEN]


def test_who_refused_to_be_measured_since_is_not(letter: Newsletter) -> None:
    subscriptions.unmeasure(letter, key_of("jeanne@lavande.example"), now=make.NOON - DAY)
    taken(HEAD + JEANNE, Statement(FAIR.source, None, tracking_evidence="Case cochée"))
    assert not Subscription.objects.get().tracking


def test_without_a_source_of_consent_nothing_is_read(letter: Newsletter) -> None:
    row = received(HEAD + JEANNE)
    with pytest.raises(NotNow):
        imports.tell(row, {Column.ADDRESS: 0}, Statement("  ", None), by=None, now=make.NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Import.objects.filter(pk=row.pk).update(state="reading")


def test_a_dry_run_writes_nothing_and_counts_exactly(letter: Newsletter) -> None:
    suppressions.suppress("non@lavande.example", reason=StopReason.COMPLAINED, now=make.NOON)
    taken("email\nla@lavande.example\n")
    subscriptions.ask(letter, address="demande@lavande.example", now=make.NOON - 40 * DAY)
    before = everybody()
    row = counted(
        "email;langue;date\nla@lavande.example;;\nnon@lavande.example;;\nsans-arobase;;\nneuf@lavande.example;;\n"
        "demande@lavande.example;;\nx@lavande.example;klingon;\ny@lavande.example;;demain\nz@lavande.example;;01/01/2099\n"
    )

    reasons = {"no_at": 1, "bad_language": 1, "bad_day": 1, "consent_in_future": 1, "suppressed": 1}
    assert imports.counts_of(row) == Counts(1, 1, 1, reasons=reasons)
    assert everybody() == before
    refused = RefusedLine.objects.values_list("number", "code", "column")
    assert sorted(refused) == [
        (3, "suppressed", ""),
        (4, "no_at", "email"),
        (7, "bad_language", "langue"),
        (8, "bad_day", "date"),
        (9, "consent_in_future", "date"),
    ]
    imports.confirm(row, by=None, now=make.NOON)
    imports.confirm(row, by=None, now=make.NOON)  # pressed twice
    worked(row)
    assert imports.counts_of(row) == Counts(1, 1, 1, reasons=reasons)
    assert RefusedLine.objects.count() == 5


def test_the_same_file_again_changes_nothing(letter: Newsletter) -> None:
    taken(HEAD + JEANNE + PAUL)
    before = [*everybody(), *Consent.objects.values_list()]
    assert taken(HEAD + JEANNE + PAUL) == Counts(unchanged=2)
    assert [*everybody(), *Consent.objects.values_list()] == before


def test_the_same_person_five_times_is_one(letter: Newsletter) -> None:
    spellings = [
        "Élodie@café.example",
        "élodie@CAFÉ.example",
        "e\u0301lodie@café.example",
        "ÉLODIE@xn--caf-dma.example",
    ]
    again = "\n".join([*spellings, f" {spellings[0]} "])
    assert taken("email\n" + again) == Counts(new=1, reasons={"repeated": 4})
    assert everybody() == [("Élodie@café.example", "", "", "fr", "confirmed")]
    assert Consent.objects.count() == 1


def test_an_older_file_never_changes_what_a_reader_chose_and_a_newer_fills_what_is_empty(letter: Newsletter) -> None:
    make.place("Arles", insee="13004", postcodes=["13200"])
    taken(HEAD + JEANNE + PAUL)
    head = "email;prénom;commune;date\n"
    assert taken(head + "paul@lavande.example;Pablo;Arles;01/01/2024\n") == Counts(unchanged=1)
    assert taken(head + "paul@lavande.example;Pablo;Arles;01/09/2026\n") == Counts(updated=1)
    assert taken(head + "paul@lavande.example;Pablo;Arles;01/09/2026\n") == Counts(unchanged=1)

    paul = Subscriber.objects.get(address="paul@lavande.example")
    assert (paul.first_name, paul.commune) == ("Paul", "13004")


@pytest.mark.parametrize("reason", StopReason)
def test_whoever_is_suppressed_is_never_imported_again(letter: Newsletter, reason: StopReason) -> None:
    suppressions.suppress("paul@lavande.example", reason=reason, now=make.NOON)
    assert taken(HEAD + PAUL.replace("paul", "PAUL")) == Counts(reasons={"suppressed": 1})
    assert everybody() == []


def test_whoever_left_after_the_consent_of_the_file_stays_away(letter: Newsletter) -> None:
    taken(HEAD + PAUL)
    subscriptions.leave(letter, key_of("paul@lavande.example"), now=make.NOON)
    assert taken(HEAD + PAUL) == Counts(reasons={"withdrawn": 1})
    assert everybody()[0][-1] == "ended"


def test_a_first_name_that_is_a_formula_or_a_link_is_left_out(letter: Newsletter) -> None:
    names = ["=cmd|'/C calc'!A0", "@SUM(1)", "+33", "-1", "http://x.example", "Zoé", "Jean-Paul", "D’Artagnan"]
    content = "email;prenom\n" + "".join(f"l{n}@lavande.example;{name}\n" for n, name in enumerate(names))
    row = counted(content)
    assert imports.counts_of(row) == Counts(new=8)
    assert row.notes == {"name": 5}
    imports.confirm(row, by=None, now=make.NOON)
    worked(row)
    assert [name for _address, name, *_rest in everybody()] == [*[""] * 5, "Zoé", "Jean-Paul", "D’Artagnan"]


@pytest.mark.parametrize("written", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_every_writing_and_delimiter_is_understood(letter: Newsletter, written: str, delimiter: str) -> None:
    content = "Prénom;E-mail\nÉlodie;elodie@lavande.example\nFrançois;francois@lavande.example\n"
    assert taken(content.replace(";", delimiter).encode(written)) == Counts(new=2)
    assert [name for _address, name, *_rest in everybody()] == ["Élodie", "François"]


def test_mixed_line_ends_empty_lines_and_a_heading_twice(letter: Newsletter) -> None:
    content = "email;prenom\r\na@lavande.example;Ana\n\r\nb@lavande.example;Bo\remail;prenom\n;\nc@lavande.example;Cy"
    assert taken(content) == Counts(new=3, reasons={"heading_again": 1})
    assert RefusedLine.objects.get().number == 5


def test_of_two_columns_of_one_name_the_first_is_meant(letter: Newsletter) -> None:
    taken("email;email;prenom\na@lavande.example;b@lavande.example;Ana\n")
    assert [address for address, *_rest in everybody()] == ["a@lavande.example"]


def test_addresses_with_what_cannot_be_seen_are_refused_by_their_line(letter: Newsletter) -> None:
    strange = ["a\x00b@lavande.example", "c\x1b[31m@lavande.example", "d\u202e@lavande.example", "e f@lavande.example"]
    content = "email\n" + "\n".join([*strange, "ok@lavande.example", "g@lavande.example\x0b"])
    assert taken(content) == Counts(new=1, reasons={"control": 4, "space": 1})


def test_a_quotation_mark_that_is_lost_costs_its_own_line(letter: Newsletter) -> None:
    content = 'email;prenom\na@lavande.example;"Ana\nb@lavande.example;Bo\n"c@lavande.example";"Cy; dite ""la Cy"""\n'
    assert taken(content).new == 2
    assert RefusedLine.objects.get().number == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n \r\n", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "not_a_table"),
        (b"\xff\xd8\xff\xe0" + bytes(range(1, 256)) * 40, "not_a_table"),
        (b"%PDF-1.7\n%\xe2\xe3", "not_a_table"),
        (bytes(range(256)) * 40, "not_a_table"),
        (b"\xff\xfe" + b"\x00\xd8" * 50, "no_address"),
        (b"PK\x03\x04" + b"x" * 4000, "workbook"),
        (b"nom;ville\nJeanne;Arles\n", "no_address"),
        (b"a" * 200_000, "line_too_long"),
    ],
)
def test_what_brings_no_readers_is_refused_as_a_whole(letter: Newsletter, content: bytes, code: str) -> None:
    with pytest.raises(BadFile, match=code):
        received(content)
    assert not Import.objects.exists()


class Endless(io.RawIOBase):
    """So many bytes of one line, of which nobody holds more than a few."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.most = 0

    def read(self, size: int = -1) -> bytes:
        self.most = max(self.most, size if size >= 0 else self.left)
        taken = min(size if size >= 0 else self.left, self.left)
        self.left -= taken
        return b"a" * taken


def test_a_line_of_two_gigabytes_is_refused_and_never_held(letter: Newsletter, monkeypatch: Any) -> None:
    whole = Endless(2_000_000_000)
    with pytest.raises(BadFile, match="too_large"):
        imports.receive(letter, whole, name="ligne.csv", by=None, now=make.NOON)
    assert whole.left > 1_500_000_000
    assert whole.most <= 1_000_000


def test_a_long_line_among_others_is_refused_alone(letter: Newsletter) -> None:
    content = "email\na@lavande.example\n" + "x" * 300_000 + "@lavande.example\nb@lavande.example\n"
    assert taken(content) == Counts(new=2, reasons={"line_too_long": 1})
    assert RefusedLine.objects.get().number == 3


def test_a_confirmed_file_is_forgotten_when_it_is_done(letter: Newsletter) -> None:
    row = received(HEAD + JEANNE)
    storage, name = row.file.storage, row.file.name
    assert storage.exists(name)
    assert "media" not in storage.path(name)
    imports.tell(row, {Column.ADDRESS: 0}, FAIR, by=None, now=make.NOON)
    worked(row)
    imports.confirm(row, by=None, now=make.NOON)
    worked(row)
    assert (row.file.name, StagedReader.objects.count()) == ("", 0)
    assert not imports.discard(row)


def test_what_nobody_confirms_is_forgotten_after_a_day(letter: Newsletter) -> None:
    row = counted(HEAD + JEANNE)
    assert imports.forget_old(now=make.NOON + DAY) == 0
    assert imports.forget_old(now=make.NOON + 2 * DAY) == 1
    assert not Import.objects.filter(pk=row.pk).exists()
    assert not StagedReader.objects.exists()


def test_a_reader_who_signs_up_by_themselves_keeps_their_own_words(letter: Newsletter) -> None:
    subscriptions.admit(
        letter,
        address="jeanne@lavande.example",
        first_name="Jeannette",
        language="en",
        kind=CustomerKind.PRESS,
        consent=subscriptions.ConsentSource(Method.FORM, "/lettre/", make.NOON - DAY),
        now=make.NOON,
    )
    assert taken(HEAD + JEANNE) == Counts(unchanged=1)
    assert everybody() == [("jeanne@lavande.example", "Jeannette", "", "en", "confirmed")]
