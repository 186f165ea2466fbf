"""A file of readers brings people in once, and never over their no."""

from pathlib import Path

import pytest

from audiences import subscriptions, suppressions
from audiences.core.consent import Act, Method, StopReason, SubscriptionState
from audiences.keys import key_of
from audiences.models import Consent, Subscriber, Subscription
from audiences.story import load_readers
from newsletter.core.rows import BadLine
from newsletter.story import Loaded
from tests import make

pytestmark = pytest.mark.django_db

HEAD = "address,first_name,postcode,commune,interests,consent_source,consent_date,tracking\n"
JEANNE = "jeanne@lavande.example,Jeanne,13520,Maussane-les-Alpilles,table|olive,Bulletin signé,2026-03-02,oui\n"
PAUL = "paul@lavande.example,Paul,,,,Bulletin signé,2026-04-02,non\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    make.place("Maussane-les-Alpilles", insee="13058")
    readers = tmp_path / "readers.csv"
    readers.write_text(HEAD + JEANNE + PAUL)
    return readers


def test_each_reader_comes_with_the_consent_that_the_file_shows(file: Path) -> None:
    letter = make.newsletter()

    assert load_readers(file, letter, now=make.NOON) == Loaded(new=2)

    jeanne = Subscriber.objects.get(commune="13058")
    assert (jeanne.first_name, jeanne.department, jeanne.interests) == ("Jeanne", "13", ["table", "olive"])
    lines = Consent.objects.filter(address_key=key_of("jeanne@lavande.example"))
    assert {(line.purpose, line.act, line.method, line.source) for line in lines} == {
        (purpose, Act.GIVEN, Method.ATTESTED_IMPORT, "Bulletin signé") for purpose in ("newsletter", "tracking")
    }
    assert [*Subscription.objects.order_by("pk").values_list("tracking", flat=True)] == [True, False]


def test_who_left_since_is_passed_over(file: Path) -> None:
    letter = make.newsletter()
    load_readers(file, letter, now=make.NOON)
    subscriptions.leave(letter, key_of("jeanne@lavande.example"), now=make.NOON)
    suppressions.suppress("paul@lavande.example", reason=StopReason.COMPLAINED, source="essai", now=make.NOON)

    assert load_readers(file, letter, now=make.NOON) == Loaded(passed_over=2)
    assert not Subscription.objects.filter(state=SubscriptionState.CONFIRMED, subscriber__first_name="Jeanne").exists()


def test_a_commune_of_many_namesakes_asks_for_its_postcode(file: Path) -> None:
    make.place("Saint-Rémy", postcodes=["71100"])
    make.place("Saint-Rémy", postcodes=["24700"])
    file.write_text(HEAD + JEANNE + PAUL.replace("Paul,,,", "Paul,,Saint-Rémy,"))

    with pytest.raises(BadLine) as caught:
        load_readers(file, make.newsletter(), now=make.NOON)

    assert (caught.value.number, caught.value.fault) == (3, "many_communes")
    assert Subscriber.objects.count() == 0
