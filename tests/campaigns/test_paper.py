"""The season on A4: a PDF whose words are values, set so that screen readers find their way."""

import json
import re
import zlib
from typing import Any

import pytest

from campaigns import paper

SAID: dict[str, Any] = {
    "lang": "fr",
    "association": "Les Professionnels",
    "title": "Bilan de la saison",
    "member": "Moulin",
    "about": "Moulin à huile, Arles",
    "season": "Automne-hiver 2026-2027",
    "printed": "Édité le 1 décembre 2026",
    "page": "page",
    "figures": [{"n": "1 982", "of": "lecteurs différents"}],
    "columns": ["Édition", "Place", "Partie le", "Envois"],
    "offers": [
        {
            "title": "Huile",
            "readers": "3 lecteurs",
            "beside": "",
            "clicks": "5 ont cliqué",
            "clicks_beside": "",
            "seats": [["Noël", "1ᵉ", "hier", "3", "7"]],
        }
    ],
    "empty": "rien",
    "note_title": "Ce que ces chiffres disent",
    "note": "« Reçue » …",
}
EVIL = [
    "#panic()",
    '#read("/etc/passwd")',
    "$x^2$ *gras* _x_ `y` = titre",
    '"); panic("x',
    "\\u{0} \\ # @ref <label>",
    "// /* commentaire",
    '#import "@preview/x:0.1.0"',
    "{{ x }} %s",
]


def inside(pdf: bytes) -> bytes:
    """Everything in the file, its packed parts opened."""
    parts = [pdf]
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            parts.append(zlib.decompress(found[1]))
        except zlib.error:
            continue
    return b"\n".join(parts)


def test_it_is_a4_tagged_named_and_says_its_language() -> None:
    pdf = paper.member_season(json.dumps(SAID))
    whole = inside(pdf)

    assert pdf.startswith(b"%PDF-")
    assert re.search(rb"/MediaBox ?\[0 0 595\.\d+ 841\.\d+\]", whole)
    assert b"/StructTreeRoot" in whole
    assert b"/Lang" in whole
    assert b"pdfuaid" in whole
    assert b"/TH" in whole


@pytest.mark.parametrize("evil", EVIL)
def test_what_members_typed_is_a_value_and_never_markup(evil: str) -> None:
    said = SAID | {"member": evil, "about": evil, "association": evil, "note": evil}
    said["offers"] = [
        {"title": evil, "readers": evil, "beside": evil, "clicks": evil, "clicks_beside": evil, "seats": [[evil] * 5]}
    ]
    tame = SAID | {"member": "x"}

    headings = [len(re.findall(rb"/S ?/H\d", inside(paper.member_season(json.dumps(one))))) for one in (said, tame)]

    assert headings[0] == headings[1]


def test_a_sign_that_no_font_of_ours_has_does_not_stop_it() -> None:
    pdf = paper.member_season(json.dumps(SAID | {"member": "Moulin 🫒 漢"}))

    assert pdf.startswith(b"%PDF-")
    assert b"pdfuaid" not in inside(pdf)


def test_many_offers_run_over_pages_and_none_is_an_empty_page() -> None:
    many = SAID | {"offers": SAID["offers"] * 40}

    pages = [
        len(re.findall(rb"/Type ?/Page\b(?!s)", inside(paper.member_season(json.dumps(said))))) for said in (many, SAID)
    ]
    assert pages[0] > 2
    assert pages[1] == 1
    assert paper.member_season(json.dumps(SAID | {"offers": []}))
