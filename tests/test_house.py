"""The house keeps to its plan (ARCHITECTURE.md): who may import whom, what is where, and what never stands here."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(settings.BASE_DIR)
WINGS = ("newsletter", "audiences", "campaigns")
# The house as a whole, and helpers of tests.
ABOUT_NO_MODULE = {
    "tests/test_house.py",
    "tests/test_doors.py",
    "tests/test_literally.py",
    "tests/test_look.py",
    "tests/test_duties.py",
    "tests/test_catalogue.py",
    "tests/test_every_page.py",
    "tests/test_languages.py",
    "tests/test_vendor.py",
    "tests/test_demo_story.py",
    "tests/newsletter/views/test_pages.py",
    "tests/newsletter/test_provider_mail.py",
    "tests/test_install.py",
    "tests/test_widths.py",
    "tests/campaigns/test_ledger_machine.py",
    "tests/campaigns/test_ledger_model.py",
    # what people do type, through every room
    "tests/newsletter/test_strange_words.py",
    # the way to the mail exchangers, through every room
    "tests/campaigns/test_direct.py",
    # a whole way: other tools’ files, from their headings to the ledger
    "tests/audiences/test_foreign_files.py",
    # the wire as a whole, whatever room of it is at fault
    "tests/campaigns/wire/test_invariants.py",
    "tests/campaigns/wire/test_sockets.py",
}
# What draws the demo's pictures and makes the places: run once, by hand, and read by nobody in a hurry.
MAKERS = "data/"
DOORS = re.compile(
    r"(views|forms|tasks|management|apps|admin|templatetags|migrations|models)\b|.*(_form|forms|urls|words)$"
)


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


TRACKED = tracked()
OURS = [path for path in TRACKED if "vendor" not in path.parts]
TEXTS = [
    path for path in OURS if path.suffix in {".py", ".html", ".txt", ".mjml", ".css", ".js", ".md", ".toml", ".sh"}
]
CODE = [path for path in OURS if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in WINGS]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_nothing_is_imported_upwards_or_to_the_right(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None)

    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_every_model_has_its_migration(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_migration_says_what_it_does() -> None:
    named = [path.stem for path in CODE if path.parent.name == "migrations" and path.stem != "__init__"]

    assert named
    assert not [stem for stem in named if not re.fullmatch(r"\d{4}_[a-z]+(_[a-z0-9]+)+", stem) or "auto" in stem]


OF_THE_WHOLE = ("tests/journeys/", "tests/faults/", "tests/benches/")


def test_the_tests_mirror_the_house() -> None:
    files = [path for path in OURS if name(path).startswith("tests/") and path.name.startswith("test_")]
    elsewhere = []
    for path in files:
        if name(path) in ABOUT_NO_MODULE or name(path).startswith(OF_THE_WHOLE):
            continue
        wing = ROOT / path.relative_to(ROOT / "tests").parent
        noun = path.stem.removeprefix("test_")
        # a test may be about one module, about a package, or about a room of a package
        if not any(found.stem.startswith(noun) or noun.startswith(found.stem) for found in wing.glob("[a-z]*")):
            elsewhere.append(name(path))

    assert files
    assert elsewhere == []
    assert {known for known in ABOUT_NO_MODULE if not (ROOT / known).exists()} == set()


ADDRESS = re.compile(r"[\w.+-]+@((?:[\w-]+\.)+[a-z]{2,})", re.IGNORECASE)
# Rules about addresses are about those of the world; nothing is ever sent to these.
ABOUT_ADDRESSES = ("tests/audiences/core/test_address.py", "tests/newsletter/core/test_masking.py")


def test_every_address_in_the_tests_ends_in_example() -> None:
    real = {
        f"{name(path)}: {found[0]}"
        for path in TEXTS
        if name(path).startswith("tests/") and name(path) not in ABOUT_ADDRESSES
        for found in ADDRESS.finditer(path.read_text())
        if not found[1].lower().endswith(".example")
    }

    assert real == set()


def test_no_file_is_longer_than_one_reads() -> None:
    """400 lines; a test, whose sentences are read one by one, may have 500."""
    long = {
        name(path): lines
        for path in TEXTS
        if not name(path).startswith((MAKERS, "requirements/"))
        and "migrations" not in path.parts
        and (lines := len(path.read_text().splitlines())) > (500 if name(path).startswith("tests/") else 400)
    }

    assert long == {}


def functions(path: Path) -> Iterator[ast.FunctionDef]:
    """Yield what a module offers to others: its functions, and the methods of its classes, without a leading _."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node


def test_every_rule_and_every_verb_says_what_it_promises() -> None:
    promising = [path for path in CODE if not DOORS.match(path.relative_to(ROOT).parts[1].removesuffix(".py"))]
    silent = [
        f"{name(path)}: {function.name}"
        for path in promising
        for function in functions(path)
        if not ast.get_docstring(function)
    ]

    assert len(promising) > 50
    assert silent == []


def test_nothing_is_printed_and_nothing_is_left_to_be_done() -> None:
    found = [
        f"{name(path)}: {line.strip()}"
        for path in TEXTS
        if not name(path).startswith((MAKERS, "tests/", "benchmarks/", "docs/"))
        and path.suffix in {".py", ".js", ".html", ".css"}
        for line in path.read_text().splitlines()
        if re.search(r"(?<![\w.])print\(|console\.log|\b(TODO|FIXME|XXX)\b", line)
    ]

    assert found == []


def test_no_file_knows_a_machine_or_a_host_of_packages() -> None:
    """Written in pieces, or this file would find itself."""
    words = re.compile(
        "|".join(
            [r"/ho" r"me/\w", r"/ro" r"ot/", r"/work" r"/", r"/Use" r"rs/", "py" r"thonhosted", r"py" r"pi\.org/simple"]
        )
    )
    found = [
        f"{name(path)}: {line.strip()[:100]}"
        for path in TRACKED
        if path.suffix not in {".png", ".jpg", ".gz", ".woff2", ".ico"}
        for line in path.read_text(errors="replace").splitlines()
        if words.search(line)
    ]

    assert found == []


def test_nothing_lies_about_that_is_neither_words_nor_a_picture() -> None:
    known = {
        ".py",
        ".pyi",
        ".html",
        ".txt",
        ".mjml",
        ".typ",
        ".css",
        ".js",
        ".md",
        ".toml",
        ".sh",
        ".in",
        ".po",
        ".mo",
        ".csv",
    }
    known |= {".png", ".jpg", ".svg", ".gz", ".eml", ".c", ".json", ".yml", ".service", ".example"}
    named = {".gitignore", "Makefile", ".ci/run", "LICENSE"}

    assert [name(path) for path in OURS if path.suffix not in known and name(path) not in named] == []


def test_what_the_architecture_calls_is_there_to_be_called() -> None:
    named = re.findall(r"`(?:\w+\.)?(\w+)\.([a-z_]+)(?:\(|`)", (ROOT / "ARCHITECTURE.md").read_text())
    rooms = {path.stem: path for path in CODE if path.parent.name in WINGS}
    missing = [
        f"{room}.{verb}"
        for room, verb in named
        if room in rooms and not re.search(rf"^(def|class) {verb}\b|^{verb.upper()}\b", rooms[room].read_text(), re.M)
    ]

    assert len(named) > 10
    assert missing == []


LOADED = re.compile(
    r"""<(?:script|img|iframe|audio|video|source|embed|link)\b[^>]*?(?:src|href|srcset)=["']?\s*(?:https?:)?//"""
    r"""|url\(\s*["']?(?:https?:)?//|@import|\bimport\s*\(?["']https?:|fetch\(\s*["']https?:|\bfont-face\b""",
    re.IGNORECASE,
)


def test_no_page_and_no_style_fetches_anything_from_elsewhere() -> None:
    found = [
        f"{name(path)}: {match.group()}"
        for path in OURS
        if path.suffix in {".html", ".mjml", ".css", ".js", ".svg"} and not name(path).startswith("docs/")
        for match in LOADED.finditer(path.read_text())
    ]

    assert found == []
