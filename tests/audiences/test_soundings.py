"""What a question would find, before it is kept."""

import pytest

from audiences import segments, soundings
from audiences.core.segment import All, Any, Likes, Near, Not, Speaks
from audiences.soundings import HEIGHT, WIDTH, Overlap
from newsletter.core.interests import Interest
from newsletter.models import Newsletter
from tests import make

pytestmark = pytest.mark.django_db
WINE = Likes(Interest.WINE)


@pytest.fixture
def provence() -> None:
    make.place("Maussane-les-Alpilles", insee="13058", latitude=43.7216, longitude=4.8031)
    make.place("Eygalières", insee="13034", latitude=43.7614, longitude=4.9499)
    make.place("Paris", insee="75056", department="75", population=2_000_000, latitude=48.8566, longitude=2.3522)
    make.place("Saint-Denis", insee="97411", department="974", latitude=-20.88, longitude=55.45)


def test_a_sample_is_masked_and_stays_the_same(provence: None) -> None:
    for _ in range(14):
        make.reader(commune="13058", interests=["wine"])
    letter = Newsletter.objects.get()
    first = soundings.sample(letter, WINE, now=make.NOON)
    assert len(first) == 10
    assert {(one.masked, one.place, one.language) for one in first} == {
        ("l•••@b•••.example", "Maussane-les-Alpilles", "fr")
    }
    assert soundings.sample(letter, WINE, now=make.NOON) == first


def test_two_groups_lie_over_each_other() -> None:
    make.reader(interests=["wine"])
    make.reader(interests=["wine"], language="en")
    make.readers(3, language="en")
    letter = Newsletter.objects.get()
    assert soundings.overlap(letter, WINE, Speaks("en"), readers=2, now=make.NOON) == Overlap(1, 1, 3)
    assert soundings.overlap(letter, Any(), Speaks("en"), readers=0, now=make.NOON) == Overlap(0, 0, 4)


def test_a_map_shows_where_most_of_them_live_and_counts_the_others(provence: None) -> None:
    make.readers(15, commune="13058")
    make.readers(9, commune="13034")
    make.readers(2, commune="97411")
    make.readers(3)
    letter = Newsletter.objects.get()
    chart = soundings.chart(letter, All(), now=make.NOON)
    assert chart is not None
    assert [(dot.name, dot.readers) for dot in chart.dots] == [("Maussane-les-Alpilles", 15), ("Eygalières", 9)]
    assert (chart.unplaced, chart.elsewhere) == (3, 2)
    assert all(0 <= dot.x <= WIDTH and 0 <= dot.y <= HEIGHT for dot in chart.dots)
    maussane, eygalieres = chart.dots
    assert maussane.x < eygalieres.x  # further west
    assert maussane.y > eygalieres.y  # and further south
    assert maussane.r > eygalieres.r


def test_one_reader_in_paris_does_not_shrink_the_alpilles(provence: None) -> None:
    make.readers(30, commune="13058")
    make.reader(commune="75056")
    chart = soundings.chart(Newsletter.objects.get(), All(), now=make.NOON)
    assert chart is not None
    assert [dot.name for dot in chart.dots] == ["Maussane-les-Alpilles"]
    assert chart.elsewhere == 1


def test_there_is_no_map_of_nobody(provence: None) -> None:
    make.reader(commune="97411")
    letter = Newsletter.objects.get()
    assert soundings.chart(letter, All(), now=make.NOON) is None
    assert soundings.chart(letter, Any(), now=make.NOON) is None


def test_an_estimate_asks_the_planner_and_counts_nobody(provence: None) -> None:
    make.readers(5, commune="13058")
    letter = Newsletter.objects.get()
    for tree in (All(), Any(), Not(WINE), Near("13058", 300)):
        expected = soundings.estimate(letter, tree, now=make.NOON)
        assert expected.readers >= 0
        assert expected.is_cheap
    assert segments.count(letter, All(), now=make.NOON) == 5
