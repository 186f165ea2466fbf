"""Nobody is taken in from a file without the source of their consent."""

from datetime import date
from enum import StrEnum

import pytest

from audiences.core import rows
from audiences.core.rows import ReaderFault
from newsletter.core.rows import BadLine, Fault

TODAY = date(2026, 11, 23)
HEAD = "address,first_name,language,interests,kind,consent_source,consent_date,tracking"
GOOD = "jeanne@lavande.example,Jeanne,fr,table|olive,direct,Bulletin signé,2026-03-02,yes"


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ("jeanne@lavande.example", "jeanne@", ReaderFault.BAD_ADDRESS),
        ("jeanne@lavande.example", "", Fault.EMPTY),
        ("Bulletin signé", "", ReaderFault.NO_CONSENT),
        ("Bulletin signé", "  ", ReaderFault.NO_CONSENT),
        ("2026-03-02", "", Fault.EMPTY),
        ("2026-03-02", "mars", Fault.BAD_DAY),
        ("2026-03-02", "today+1", ReaderFault.CONSENT_IN_FUTURE),
        (",fr,", ",provençal,", Fault.UNKNOWN_WORD),
        ("table|olive", "ski", Fault.UNKNOWN_WORD),
        ("direct", "ami", Fault.UNKNOWN_WORD),
        ("yes", "parfois", Fault.UNKNOWN_WORD),
    ],
)
def test_a_bad_reader_is_refused_by_its_line(was: str, becomes: str, fault: StrEnum) -> None:
    text = "\n".join([HEAD, GOOD, GOOD.replace(was, becomes)])

    with pytest.raises(BadLine) as caught:
        list(rows.readers(text, "readers.csv", today=TODAY))

    assert (caught.value.file, caught.value.number, caught.value.fault) == ("readers.csv", 3, fault)


def test_a_file_without_the_column_of_consent_is_refused_whole() -> None:
    with pytest.raises(BadLine) as caught:
        list(rows.readers("address\njeanne@lavande.example", "readers.csv", today=TODAY))

    assert (caught.value.number, caught.value.column) == (1, "consent_source")


def test_silence_about_being_measured_is_refusal() -> None:
    (row,) = rows.readers(f"{HEAD}\n{GOOD.replace('yes', '')}", "readers.csv", today=TODAY)

    assert row.tracking is False
