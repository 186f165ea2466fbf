"""The communes as rows, and what people type for them."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from newsletter import places
from newsletter.models import Place
from tests import make

HEAD = "insee,name,department,region,epci,postcodes,population,latitude,longitude,exact\n"
MAUSSANE = "13058,Maussane-les-Alpilles,13,93,241300375,13520,2233,43.7216,4.8031,1\n"


@pytest.mark.django_db
def test_every_commune_of_france_is_brought_in_and_again_without_a_change() -> None:
    count = places.load()
    assert count == Place.objects.count() > 34_000

    before = Place.objects.extra(select={"version": "xmin::text"}).values_list("version").distinct()
    versions = list(before)
    assert places.load() == count
    assert list(before) == versions


@pytest.mark.django_db
def test_what_the_file_corrects_is_corrected(tmp_path: Path) -> None:
    file = tmp_path / "communes.csv"
    file.write_text(HEAD + MAUSSANE)
    places.load(file)
    file.write_text(HEAD + MAUSSANE.replace("2233", "2300"))
    assert places.load(file) == 1
    assert Place.objects.get().population == 2300


@pytest.mark.django_db
def test_a_file_that_is_none_is_said_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "communes.csv"
    file.write_text(HEAD + MAUSSANE + "13011,Les Baux\n")
    with pytest.raises(CommandError, match="line 3"):
        call_command("load_places", file)
    with pytest.raises(CommandError):
        call_command("load_places", tmp_path / "nowhere.csv")
    assert not Place.objects.exists()


@pytest.mark.django_db
def test_people_find_their_commune_by_name_or_postcode() -> None:
    remy = make.place("Saint-Rémy-de-Provence", postcodes=["13210"], population=9000)
    make.place("Maussane-les-Alpilles", population=2000)
    make.place("Paradou", population=1800)

    assert places.named("saint remy de provence") == [remy]
    assert places.named(places.label(remy)) == [remy]
    assert [place.name for place in places.named("13520")] == ["Maussane-les-Alpilles", "Paradou"]
    assert places.named("Saint-Rémy") == []
    assert places.search("saint rém") == [remy]
    assert places.named("") == places.search("") == []
    assert places.named("(.*") == []
