"""The operation of a folder is told by the verbs of the screens, and told again it changes nothing."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from newsletter import calls, operation_story, story
from newsletter.core import operation_story as files
from newsletter.core.operation import Answer
from newsletter.core.quotas import By
from newsletter.core.rows import BadLine
from newsletter.models import Contribution, Newsletter, Notice, Operation, Remark
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
DEMO = settings.BASE_DIR / "data" / "demo"


@pytest.fixture
def letter() -> Newsletter:
    """The association of the demo, with the members that its operation names, and one who is silent."""
    founded = story.load_association(DEMO)
    told = files.operation(story.read(DEMO / "operation.toml"), "operation.toml", today=make.TODAY)
    rows = {row["name"]: row for row in members()}
    for answer in told.answers:
        made = make.member(answer.member, category=rows[answer.member]["category"], website="https://mas.example/")
        made.people.create(user=make.user())
    make.member("Muet", category="craft")
    for row in told.wanted:
        if row.wish.by is By.COMMUNE:
            make.place(row.wish.key, insee="13100")
    return founded.newsletter


def members() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((DEMO / "members.csv").read_text(encoding="utf-8"))))


def test_the_call_runs_with_answers_and_silence_and_partners_have_spoken(letter: Newsletter) -> None:
    row = operation_story.tell(DEMO, letter, by=make.board_member(), now=NOON)

    said = [one.said for one in calls.with_answers(row)]
    assert {Answer.NONE, Answer.APPROVED, Answer.OFFERED, Answer.DECLINED} == set(said)
    assert row.state == "calling"
    assert {remark.opinion for remark in Remark.objects.all()} == {"agree", "reserve"}
    assert {one.accepted_at is not None for one in Contribution.objects.all()} == {True, False}


def test_told_again_it_changes_nothing(letter: Newsletter) -> None:
    for _ in range(2):
        operation_story.tell(DEMO, letter, by=make.board_member(), now=NOON)
        counts = (Operation.objects.count(), Remark.objects.count(), Notice.objects.count())

    assert counts[0] == 1
    assert counts[1] == 4


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('member = "Le Four d’Honorine"', 'member = "Personne"'),
        ('partner = "Parc des Alpilles", line', 'partner = "Personne", line'),
        ('opinion = "reserve"', 'opinion = "peut-être"'),
        ('closes_on = "today+6"', 'closes_on = "bientôt"'),
    ],
)
def test_a_bad_line_is_named_and_leaves_nothing_behind(
    letter: Newsletter, tmp_path: Path, was: str, becomes: str
) -> None:
    text = (DEMO / "operation.toml").read_text(encoding="utf-8")
    assert was in text
    (tmp_path / "operation.toml").write_text(text.replace(was, becomes, 1), encoding="utf-8")

    with pytest.raises(BadLine):
        operation_story.tell(tmp_path, letter, by=make.board_member(), now=NOON)
    assert not Operation.objects.exists()


@pytest.mark.parametrize("today", [date(2026, 12, 20), date(2027, 2, 27), date(2027, 7, 15), date(2028, 2, 29)])
def test_its_days_follow_each_other_whenever_it_is_told(today: date) -> None:
    told = files.operation(story.read(DEMO / "operation.toml"), "operation.toml", today=today)

    for day, _places in told.editions:
        assert today < told.closes_on < day <= told.valid_until
    assert sum(row.wish.at_least for row in told.wanted if row.wish.by is By.CATEGORY) <= sum(
        places for _, places in told.editions
    )
