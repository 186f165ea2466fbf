"""The builder of segments: every button works without a script, and nothing is kept before it is saved."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import lxml.html
import pytest
from django.test import Client

from audiences import segments
from audiences.core.consent import CustomerKind
from audiences.core.segment import (
    All,
    Came,
    CameBy,
    InDepartment,
    InEpci,
    InRegion,
    InZone,
    Kind,
    Likes,
    Near,
    NearMember,
    Not,
    Speaks,
    SubscribedSince,
    Told,
    Within,
)
from audiences.core.segment import Any as AnyOf
from audiences.core.segment import Segment as Question
from audiences.models import Segment
from newsletter.core.calendar.zones import SchoolZone
from newsletter.core.interests import Interest
from newsletter.models import Place
from tests import make

pytestmark = pytest.mark.django_db
NEW = "/bureau/segments/composer/"
WINE = Likes(Interest.WINE)
Queries = Callable[[int], Any]


@pytest.fixture
def board(client: Client) -> Client:
    client.force_login(make.board_member(), backend="django.contrib.auth.backends.ModelBackend")
    return client


class Builder:
    """Somebody at the page: what its form says, and what the next button does to it."""

    def __init__(self, client: Client, url: str = NEW) -> None:
        self.client, self.url = client, url
        self.answer = client.get(url)
        self.read()

    def read(self) -> None:
        self.html = self.answer.content.decode()
        if self.answer.status_code == 200:
            form = lxml.html.fromstring(self.html).get_element_by_id("draft")
            self.said = {name: value for name, value in form.form_values() if name != "csrfmiddlewaretoken"}

    def press(self, do: str, **said: str) -> "Builder":
        typed = {name.replace("_", "-"): value for name, value in said.items()}
        self.answer = self.client.post(self.url, {**self.said, **typed, "do": do})
        self.read()
        return self

    def add(self, kind: str, *, to: int = 0, **said: str) -> "Builder":
        self.press(f"add:{to}", **{f"c{to}_add": kind})
        at = int(re.findall(r'name="c(\d+)-value"[^>]*autofocus', self.html)[0]) if "autofocus" in self.html else 0
        for name, value in said.items():
            self.said[f"c{at}-{name}"] = value
        return self

    @property
    def rows(self) -> list[str]:
        return [self.said[f"c{n}"] for n in range(100) if f"c{n}" in self.said]


def test_a_tree_is_built_by_buttons_alone_and_kept_only_when_saved(board: Client) -> None:
    make.place("Maussane-les-Alpilles", insee="13058")
    builder = Builder(board).add("near", value="Maussane-les-Alpilles", km="20").add("group")
    assert builder.rows == ["0:group", "1:near", "1:group"]
    builder.press("add:2", c2_add="likes").press("add:2", c2_add="speaks", c3_value="wine")
    builder.said["c4-value"] = "en"
    assert not Segment.objects.exists()

    assert builder.press("save", name="Voisins").answer.url == "/bureau/segments/"  # type: ignore[attr-defined]
    assert segments.tree_of(Segment.objects.get()) == All((Near("13058", 20), AnyOf((WINE, Speaks("en")))))


def test_rows_move_up_down_in_out_and_away(board: Client) -> None:
    builder = Builder(board).add("speaks", value="fr").add("group")
    builder.press("up:2")
    assert builder.rows == ["0:group", "1:group", "1:speaks"]
    builder.press("into:2")
    assert builder.rows == ["0:group", "1:group", "2:speaks"]
    assert builder.said["c2-value"] == "fr"
    builder.press("out:2").press("wrap:2").press("drop:3:1:0")
    assert builder.rows == ["0:group", "1:group", "2:speaks", "1:group"]
    builder.press("remove:1")
    assert builder.rows == ["0:group", "1:group"]


EVERY: list[Question] = [
    WINE,
    Speaks("de"),
    Near("13058", 20),
    InDepartment("2A"),
    InRegion("93"),
    InEpci("241300375"),
    InZone(SchoolZone.B),
    Kind(CustomerKind.PRESS),
    SubscribedSince(date(2026, 1, 2)),
    CameBy(Came.FILE),
    Told("clicked_within", 90),
    Told("clicked_category", "craft"),
    Told("unclicked", 6),
]


@pytest.mark.parametrize(
    "tree",
    [
        *(All((leaf,)) for leaf in EVERY),
        All(tuple(EVERY)),
        AnyOf((All((WINE, Not(Speaks("fr")))), Not(AnyOf((WINE, Kind(CustomerKind.TRADE)))))),
        Not(All((WINE, Speaks("en")))),
        Not(Not(WINE)),
        All(),
    ],
    ids=str,
)
def test_what_is_stored_is_opened_and_saved_unchanged(board: Client, tree: Question) -> None:
    make.place("Maussane-les-Alpilles", insee="13058")
    row = segments.keep(name="Fin", tree=tree, by=None)
    builder = Builder(board, f"/bureau/segments/{row.pk}/composer/")
    assert builder.press("save").answer.status_code == 302, builder.html
    row.refresh_from_db()
    assert segments.tree_of(row) == tree


def test_members_groups_and_letters_are_chosen_from_lists(board: Client) -> None:
    home = make.place("Maussane-les-Alpilles", insee="13058")
    mill = make.member("Moulin Cornille", commune=home)
    make.reader(commune="13058", interests=["wine"])
    sent = make.running()
    wine = segments.keep(name="Vin", tree=WINE, by=None)
    tree = All((NearMember(mill.pk, 10), Not(Within(wine.pk)), Told("received", sent.pk)))
    row = segments.keep(name="Autour", tree=tree, by=None)

    builder = Builder(board, f"/bureau/segments/{row.pk}/composer/")
    assert "Moulin Cornille" in builder.html
    assert sent.edition.title in builder.html
    builder.press("save")
    row.refresh_from_db()
    assert segments.tree_of(row) == tree


@pytest.mark.parametrize(
    ("kind", "said", "sentence"),
    [
        ("likes", {}, "Complétez ce critère."),
        ("likes", {"value": "fishing"}, "choisissez autrement"),
        ("near", {"value": "Nulle-Part", "km": "5"}, "Nous ne trouvons pas cette commune."),
        ("near", {"value": "Maussane", "km": "vingt"}, "À combien de kilomètres"),
        ("near", {"value": "Maussane", "km": "301"}, "À combien de kilomètres"),
        ("near", {"value": "13520", "km": "5"}, "Plusieurs communes répondent"),
        ("department", {"value": "XX"}, "Ce numéro de département"),
        ("subscribed_since", {"value": "2026-02-30"}, "Cette date n’existe pas."),
        ("epci", {"value": "Île-de-Sein"}, "aucune intercommunalité"),
        ("clicked_within", {"value": "0"}, "choisissez autrement"),
        ("segment", {"value": "1 OR 1=1"}, "choisissez autrement"),
        ("group", {}, "Ce groupe est vide"),
    ],
)
def test_what_is_unfinished_is_said_beside_its_row_and_nothing_is_kept(
    board: Client, kind: str, said: dict[str, str], sentence: str
) -> None:
    make.place("Maussane-les-Alpilles", insee="13058")
    make.place("Paradou", insee="13068")
    make.place("Île-de-Sein", insee="29083", postcodes=["29990"], epci="")
    builder = Builder(board).add(kind, **said).press("save", name="Voisins")
    assert sentence in builder.html
    assert "Rien n’est encore enregistré." in builder.html
    for value in said.values():
        if kind not in ("likes", "segment"):
            assert f'value="{value}"' in builder.html
    assert not Segment.objects.exists()


def test_of_several_communes_one_is_chosen(board: Client) -> None:
    make.place("Maussane-les-Alpilles", insee="13058")
    make.place("Paradou", insee="13068")
    builder = Builder(board).add("near", value="13520", km="5").press("save", name="Ici")
    builder.press("save", c1_which="13068")
    assert segments.tree_of(Segment.objects.get()) == All((Near("13068", 5),))


def test_an_intercommunality_is_found_by_one_of_its_communes(board: Client) -> None:
    make.place("Maussane-les-Alpilles", insee="13058", epci="241300375")
    Builder(board).add("epci", value="Maussane-les-Alpilles").press("save", name="Ici")
    assert segments.tree_of(Segment.objects.get()) == All((InEpci("241300375"),))


def test_the_draft_says_whom_it_means_with_masked_addresses_and_a_map(board: Client) -> None:
    make.place("Maussane-les-Alpilles", insee="13058")
    make.reader("jeanne@boite.example", commune="13058", interests=["wine"])
    make.reader("paul@boite.example", commune="13058")
    table = segments.keep(name="Tous", tree=All(), by=None)
    builder = Builder(board).add("likes", value="wine")
    builder.said["compare"] = str(table.pk)
    part = board.post("/bureau/segments/trouves/", builder.said).content.decode()

    assert "<html" not in part
    assert "Les lecteurs qui aiment le vin." in part
    assert "Compte exact." in part
    assert "j•••@b•••.example" in part
    assert "jeanne@" not in part
    assert "paul@" not in part
    assert "<title>Maussane-les-Alpilles : 1</title>" in part
    numbers = re.findall(r"<dd>(\d+)</dd>", part)
    assert numbers == ["1", "0", "1"]


def test_what_is_dear_is_estimated_first_and_the_page_says_so(board: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make.readers(3)
    monkeypatch.setattr("audiences.soundings.DEAR", 0.0)
    said = Builder(board).said
    part = board.post("/bureau/segments/trouves/", said).content.decode()
    assert "environ" in part
    assert "Estimation de la base" in part
    assert 'hx-trigger="load"' in part
    exact = board.post("/bureau/segments/trouves/?exact", said).content.decode()
    assert "Compte exact." in exact
    assert ">3<" in re.sub(r"\s", "", exact)
    assert "Compte exact." in Builder(board).press("count").html


def test_a_group_that_would_ask_for_itself_is_refused_in_words(board: Client) -> None:
    inner = segments.keep(name="A", tree=All(), by=None)
    outer = segments.keep(name="B", tree=All((Within(inner.pk),)), by=None)
    builder = Builder(board, f"/bureau/segments/{inner.pk}/composer/").add("segment", value=str(outer.pk))
    assert "se reprendrait lui-même" in builder.press("save").html


def test_a_text_is_read_into_rows(board: Client) -> None:
    builder = Builder(board).press("text", text='{"any": [{"speaks": "en"}, {"not": {"likes": "wine"}}]}')
    assert builder.rows == ["0:group", "1:speaks", "1:group", "2:likes"]
    assert not Segment.objects.exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"address__regex": "."}', "que nous ne savons pas des lecteurs"),
        ('{"_connector": "OR"}', "que nous ne savons pas des lecteurs"),
        ('{"not": ' * 1000 + "1" + "}" * 1000, "emboîté trop profondément"),
        ("{" * 900_000, "trop long"),
        ("oui", "n’est pas du JSON"),
        ('{"segment": 0}', "n’est pas permise"),
    ],
)
def test_a_hostile_text_is_refused_in_words(board: Client, text: str, sentence: str) -> None:
    builder = Builder(board).press("text", text=text)
    assert builder.answer.status_code == 200
    assert sentence in builder.html


def test_ten_megabytes_are_refused_before_they_are_read(board: Client) -> None:
    answer = board.post(NEW, {"do": "text", "text": "[" * 10_000_000})
    assert answer.status_code in (400, 413)


def hostile_rows() -> list[dict[str, str]]:
    return [
        {"c0": "0:_connector"},
        {"c0": "0:group", "c1": "1:address__regex", "c1-value": "."},
        {"c0": "0:group", "c1": "1:subscriptions__state", "c1-value": "ended"},
        {"c0": "99999999999999999999:group", "c1": "-5:likes", "c1-value": "wine"},
        {"c0": "0:group", **{f"c{n}": f"{n}:group" for n in range(1, 150)}},
        {"c0": "0:group", "c1": "1:near", "c1-value": "%' OR 1=1", "c1-km": "1e9"},
        {"c0": "0:group", "c1": "1:received", "c1-value": "9" * 30},
        {"c0": "0:group", "c1": "1:likes", "c1-value": "\x00"},
        {"c0": "0:group", "do": "drop:1:1:1"},
        {"c0": "0:group", "c1": "1:likes", "do": "drop:1:1:0"},
        {"c0": "0:group", "do": "remove:0"},
        {"c0": "0:group", "do": "up:7"},
        {"c0": "0:group", "do": "__class__:0"},
        {"c0": "0:group", "do": "add:0", "c0-add": "__class__"},
    ]


@pytest.mark.parametrize("said", hostile_rows(), ids=str)
def test_a_form_of_a_hostile_hand_breaks_nothing(board: Client, said: dict[str, str]) -> None:
    for url in (NEW, "/bureau/segments/trouves/"):
        assert board.post(url, said).status_code == 200
    assert board.post(NEW, {**said, "do": "save", "name": "X"}).status_code in (200, 302)


def test_more_rows_than_a_segment_has_are_refused(board: Client) -> None:
    assert board.post(NEW, {f"c{n}": "1:group" for n in range(250)}).status_code == 400


def test_a_segment_is_deleted_after_one_more_question(board: Client) -> None:
    row = segments.keep(name="Fin", tree=All(), by=None)
    url = f"/bureau/segments/{row.pk}/supprimer/"
    assert "Les lecteurs restent" in board.get(url).content.decode()
    assert Segment.objects.exists()
    assert board.post(url).status_code == 302
    assert not Segment.objects.exists()


def test_a_segment_in_use_says_by_what_and_stays(board: Client) -> None:
    inner = segments.keep(name="Vin", tree=WINE, by=None)
    segments.keep(name="Ailleurs", tree=Not(Within(inner.pk)), by=None)
    url = f"/bureau/segments/{inner.pk}/supprimer/"
    for answer in (board.get(url), board.post(url)):
        page = answer.content.decode()
        assert "Le groupe « Ailleurs » le reprend." in page
        assert "button stop" not in page
    assert Segment.objects.count() == 2


@pytest.mark.parametrize("rows", [1, 12])
def test_the_page_asks_the_same_number_of_questions_however_many_rows(
    board: Client, rows: int, django_assert_num_queries: Queries
) -> None:
    make.newsletter()
    tree = All((*(Likes(Interest.WINE),) * rows, *(Told("clicked_within", 5 + n) for n in range(rows))))
    row = segments.keep(name="Fin", tree=tree, by=None)
    board.get(f"/bureau/segments/{row.pk}/composer/")
    with django_assert_num_queries(12):
        board.get(f"/bureau/segments/{row.pk}/composer/")


def test_nobody_lives_nowhere(board: Client) -> None:
    make.newsletter()
    assert "<svg" not in Builder(board).html
    assert not Place.objects.exists()
