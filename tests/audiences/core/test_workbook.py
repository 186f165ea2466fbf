"""A workbook becomes a text table, and one that would eat the machine is refused by a process of its own."""

import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from audiences.core import workbook
from audiences.core.guessing import BadFile


def saved(path: Path, *rows: tuple[object, ...], **cells: str) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cell, value in cells.items():
        book.active[cell] = value
    book.save(path)
    return path


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return tmp_path


def refused(source: Path, target: Path) -> str:
    with pytest.raises(BadFile) as caught:
        workbook.to_text(source, target)
    return caught.value.code.value


def test_what_people_see_in_a_cell_is_what_is_read(here: Path) -> None:
    day, moment = date(2025, 3, 1), datetime(2025, 3, 1, 9, 30)  # noqa: DTZ001
    source = saved(here / "a.xlsx", ("email", "cp", "date"), ("a@x.example", 13520, day), ('é;"b"', 1000.5, moment))
    workbook.to_text(source, here / "a.csv")
    assert (here / "a.csv").read_text().splitlines() == [
        "email;cp;date",
        "a@x.example;13520;2025-03-01",
        '"é;""b""";1000.5;2025-03-01 09:30:00',
    ]


ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body><office:spreadsheet>
<table:table table:name="Feuille1"><table:table-row>
<table:table-cell office:value-type="string"><text:p>email</text:p></table:table-cell></table:table-row>
<table:table-row>
<table:table-cell office:value-type="string"><text:p>zoé@x.example</text:p></table:table-cell></table:table-row>
</table:table></office:spreadsheet></office:body></office:document-content>"""


def test_open_documents_are_read_too(here: Path) -> None:
    with zipfile.ZipFile(here / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:x"/>')
        archive.writestr("content.xml", ODS.replace("\n", ""))
    workbook.to_text(here / "a.ods", here / "a.csv")
    assert (here / "a.csv").read_text() == "email\nzoé@x.example\n"


def test_a_workbook_of_two_cells_far_apart_is_not_laid_out(here: Path) -> None:
    assert refused(saved(here / "far.xlsx", A1="x", XFD1048576="y"), here / "far.csv") == "bomb"


def test_a_zip_bomb_is_counted_and_not_believed(here: Path) -> None:
    whole = saved(here / "a.xlsx", ("email",))
    with (
        zipfile.ZipFile(whole) as source,
        zipfile.ZipFile(here / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb,
    ):
        for name in source.namelist():
            with bomb.open(name, "w") as part:
                part.write(source.read(name))
                if name.endswith("sheet1.xml"):
                    for _ in range(450):
                        part.write(b" " * 1_000_000)
    assert (here / "bomb.xlsx").stat().st_size < 1_000_000
    assert refused(here / "bomb.xlsx", here / "bomb.csv") == "bomb"


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04" + b"x" * 999, b"\xd0\xcf\x11\xe0" + b"\0" * 999, b"PK\x05\x06" + b"\0" * 18]
)
def test_what_only_looks_like_a_workbook_is_refused(here: Path, content: bytes) -> None:
    (here / "no.xlsx").write_bytes(content)
    assert refused(here / "no.xlsx", here / "no.csv") == "workbook"


def test_an_empty_workbook_is_empty(here: Path) -> None:
    assert refused(saved(here / "none.xlsx"), here / "none.csv") == "empty"
