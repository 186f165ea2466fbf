"""What the catalogues hold, and what the code and the templates ask of them, read without the gettext tools."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

HOUSE = Path(settings.BASE_DIR)
ASKING = {
    "gettext": 1,
    "gettext_lazy": 1,
    "gettext_noop": 1,
    "ngettext": 2,
    "ngettext_lazy": 2,
}
_CALL = re.compile(r"\b(n?gettext|_)\((?=u?['\"])")
_STRING = re.compile(r"""u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*,?\s*""")
_FIELD = re.compile(r'^(msgid|msgid_plural|msgstr(?:\[\d\])?) ((?:".*"\n?)+)', re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    """One line of a catalogue: what is asked, singular and plural, and what is said."""

    asked: tuple[str, ...]
    said: tuple[str, ...]
    fuzzy: bool


def entries(language: str) -> list[Entry]:
    """Return what the .po of this language holds, its header apart."""
    found = []
    for block in _po(language).read_text().split("\n\n")[1:]:
        live = "\n".join(line for line in block.splitlines() if not line.startswith("#"))
        fields = [(name, "".join(map(ast.literal_eval, text.split("\n")))) for name, text in _fields(live)]
        asked = tuple(text for name, text in fields if name.startswith("msgid"))
        said = tuple(text for name, text in fields if name.startswith("msgstr"))
        if asked:
            found.append(Entry(asked, said, "#, fuzzy" in block))
    return found


def asked() -> set[tuple[str, ...]]:
    """Return every wording that a template or a module asks for."""
    return set(_in_templates()) | set(_in_code())


def compiled(language: str) -> Path:
    return _po(language).with_suffix(".mo")


def _po(language: str) -> Path:
    return HOUSE / "locale" / language / "LC_MESSAGES" / "django.po"


def _fields(block: str) -> Iterator[tuple[str, str]]:
    for name, text in _FIELD.findall(block + "\n"):
        yield name, text.strip()


@cache
def _in_templates() -> list[tuple[str, ...]]:
    found = []
    for path in (HOUSE / "templates").rglob("*.*"):
        source = templatize(path.read_text()) if path.suffix in (".html", ".txt", ".mjml") else ""
        for call in _CALL.finditer(source):
            found.append(_strings(source[call.end() :], 2 if call[1] == "ngettext" else 1))
    return found


def _strings(source: str, count: int) -> tuple[str, ...]:
    said = []
    for _ in range(count):
        string = _STRING.match(source)
        assert string, source[:80]
        said.append(str(ast.literal_eval(string[1])))
        source = source[string.end() :]
    return tuple(said)


@cache
def _in_code() -> list[tuple[str, ...]]:
    found = []
    for wing in ("newsletter", "audiences", "campaigns"):
        for path in (HOUSE / wing).rglob("*.py"):
            found += list(_in_module(ast.parse(path.read_text())))
    return found


def _in_module(module: ast.Module) -> Iterator[tuple[str, ...]]:
    names = {
        alias.asname or alias.name: ASKING[alias.name]
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in ASKING
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield tuple(ast.literal_eval(argument) for argument in node.args[: names[node.func.id]])
