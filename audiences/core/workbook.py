"""A workbook (XLSX, ODS, XLS) becomes a text table, in a process of its own that may use only so much.

    python -m audiences.core.workbook SOURCE TARGET

A workbook is a program's memory in disguise: a few kilobytes may unpack to gigabytes, and two cells may span a table of
seventeen thousand million. Whatever happens here happens to this process alone.
"""

import csv
import resource
import subprocess
import sys
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

from audiences.core.guessing import BadFile, NoTable

# What all the parts of a workbook may unpack to, the memory and the seconds of reading it.
UNPACKED = 400_000_000
MEMORY = 1_500_000_000
SECONDS = 60
ROOM = Path(__file__).resolve().parents[2]
_CODES = {3: NoTable.WORKBOOK, 4: NoTable.BOMB, 5: NoTable.EMPTY}


def to_text(source: Path, target: Path) -> None:
    """Write the first sheet that holds something as UTF-8 CSV, one record for each row; BadFile says why not."""
    command = [sys.executable, "-m", "audiences.core.workbook", str(source), str(target)]
    try:
        done = subprocess.run(command, cwd=ROOM, capture_output=True, timeout=2 * SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise BadFile(NoTable.BOMB) from None
    if done.returncode:
        # killed by its limits: it wanted more than a workbook of readers needs
        raise BadFile(_CODES.get(done.returncode, NoTable.BOMB if done.returncode < 0 else NoTable.WORKBOOK))


def unpacked(source: Path) -> int:
    """Return how many bytes the parts of a zip archive unpack to, counted up to one more than is allowed."""
    total = 0
    with zipfile.ZipFile(source) as archive:
        for part in archive.infolist():
            with archive.open(part) as stream:
                # counted, not believed: what an archive says of itself may be anything
                while piece := stream.read(1_000_000):
                    total += len(piece)
                    if total > UNPACKED:
                        return total
    return total


def convert(source: Path, target: Path) -> int:
    """Do it, and return the exit code."""
    from python_calamine import CalamineError, CalamineWorkbook

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        if zipfile.is_zipfile(source) and unpacked(source) > UNPACKED:
            return 4
        book = CalamineWorkbook.from_path(source)
        sheet = next((sheet for name in book.sheet_names if (sheet := book.get_sheet_by_name(name)).height), None)
        if sheet is None:
            return 5
        with target.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, delimiter=";", lineterminator="\n")
            writer.writerows([_text(cell) for cell in row] for row in sheet.iter_rows())
    except MemoryError:
        return 4
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return 3
    return 0


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a postcode is a number to a spreadsheet
    if isinstance(cell, bool):
        return "1" if cell else ""
    if isinstance(cell, datetime | date | time | timedelta):
        return str(cell)
    # a cell of several lines is one; what it is for is told by its words
    return " ".join(str(cell).split("\n"))


if __name__ == "__main__":
    sys.exit(convert(Path(sys.argv[1]), Path(sys.argv[2])))
