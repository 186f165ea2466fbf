"""The database and Python answer a segment alike."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiences import segments, subscriptions, suppressions
from audiences.core import segment as trees
from audiences.core.catchment import distance_km
from audiences.core.consent import CustomerKind, StopReason, SubscriptionState
from audiences.core.segment import (
    All,
    Any,
    BadSegment,
    Came,
    Facts,
    InDepartment,
    InEpci,
    Likes,
    Near,
    NearMember,
    Not,
    Segment,
    Speaks,
    Within,
)
from audiences.keys import key_of
from audiences.models import Segment as SegmentRow
from audiences.models import Subscriber, Subscription
from newsletter.core.interests import Interest
from newsletter.models import Newsletter, Place
from tests import make
from tests.audiences.trees import COMMUNES, DAYS, TREES
from tests.together import together

pytestmark = pytest.mark.django_db
NOON = make.NOON

FACTS = st.builds(
    Facts,
    language=st.sampled_from(["fr", "en", "de"]),
    commune=st.sampled_from([*COMMUNES, ""]),
    department=st.sampled_from(["13", "84", "75", "2A", ""]),
    interests=st.frozensets(st.sampled_from([interest.value for interest in Interest]), max_size=4),
    kind=st.sampled_from([kind.value for kind in CustomerKind]),
    subscribed_on=DAYS,
    came_by=st.sampled_from([door.value for door in Came]),
)


@pytest.fixture
def alpilles() -> None:
    make.place("Maussane-les-Alpilles", insee="13058", epci="241300375", latitude=43.7216, longitude=4.8031)
    make.place("Eygalières", insee="13034", epci="241300375", latitude=43.7614, longitude=4.9499)
    make.place("Fontvieille", insee="13038", latitude=43.7283, longitude=4.7111)
    make.place("Avignon", insee="84007", department="84", epci="248400251", latitude=43.9493, longitude=4.8055)
    make.place("Paris", insee="75056", department="75", latitude=48.8566, longitude=2.3522)


def ring_by_hand(insee: str, km: int) -> frozenset[str]:
    """Every commune measured, without boxes or SQL."""
    centre = Place.objects.filter(insee=insee).first()
    if centre is None:
        return frozenset()
    return frozenset(
        place.insee
        for place in Place.objects.all()
        if distance_km(centre.latitude, centre.longitude, place.latitude, place.longitude) <= km
    )


def subscriber(facts: Facts, number: int) -> Subscriber:
    address = f"r{number}@boite.example"
    return Subscriber(
        address=address,
        address_key=key_of(address),
        language=facts.language,
        commune=facts.commune,
        department=facts.department,
        interests=sorted(facts.interests),
        kind=facts.kind,
        subscribed_on=facts.subscribed_on,
        came_by=facts.came_by,
    )


@given(tree=TREES, people=st.lists(FACTS, min_size=1, max_size=12))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_and_python_answer_alike(alpilles: None, tree: Segment, people: list[Facts]) -> None:
    with transaction.atomic():
        rows = Subscriber.objects.bulk_create([subscriber(facts, number) for number, facts in enumerate(people)])
        found = set(Subscriber.objects.filter(segments.to_q(tree)).values_list("pk", flat=True))
        missed = set(Subscriber.objects.filter(~segments.to_q(tree)).values_list("pk", flat=True))
        transaction.set_rollback(True)

    meant = {row.pk for row in rows if trees.matches(tree, segments.facts_of(row), ring_by_hand)}
    assert found == meant
    assert missed == {row.pk for row in rows} - meant


@given(tree=TREES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_audience_can_be_compiled_to_plain_sql(alpilles: None, tree: Segment) -> None:
    made = Newsletter.objects.first() or make.newsletter()
    sql, _ = segments.audience(made, tree, now=NOON).values("id").query.sql_with_params()
    assert sql.startswith("SELECT")


def test_nobody_without_standing_consent_is_in_an_audience(alpilles: None) -> None:
    letter, other = make.newsletter(), make.newsletter()
    jeanne = make.reader(of=letter)
    asked, ended, paused, back, suppressed = make.readers(5, of=letter)
    make.reader(of=other)
    Subscription.objects.filter(subscriber=asked).update(state=SubscriptionState.ASKED)
    Subscription.objects.filter(subscriber=ended).update(state=SubscriptionState.ENDED)
    Subscriber.objects.filter(pk=paused.pk).update(paused_until=make.TODAY + timedelta(days=1))
    Subscriber.objects.filter(pk=back.pk).update(paused_until=make.TODAY)
    suppressions.suppress(suppressed.address, reason=StopReason.COMPLAINED, now=NOON)

    for everybody in (All(), Not(Any()), Any((All(),)), Not(Likes(Interest.WINE))):
        assert set(segments.audience(letter, everybody, now=NOON)) == {jeanne, back}
        assert segments.count(letter, everybody, now=NOON) == 2


def test_a_segment_that_matches_nobody_is_an_empty_audience(alpilles: None) -> None:
    make.reader()
    letter = Newsletter.objects.get()

    for nobody in (Any(), Not(All()), Near("99999", 50), Speaks("de")):
        assert segments.count(letter, nobody, now=NOON) == 0
        assert segments.sample(letter, nobody, now=NOON) == []


def test_a_ring_is_asked_as_a_set_of_communes(alpilles: None) -> None:
    near, far = make.reader(commune="13034"), make.reader(commune="84007")
    letter = Newsletter.objects.get()
    around = Near("13058", 15)

    assert list(segments.audience(letter, around, now=NOON)) == [near]
    assert set(segments.audience(letter, Near("13058", 30), now=NOON)) == {near, far}
    assert segments.rings_of([around])[around] == {"13058", "13034", "13038"}


def test_a_ring_may_be_drawn_around_a_member(alpilles: None) -> None:
    mill = make.member("Moulin Cornille", commune=Place.objects.get(insee="13058"))
    near, far = make.reader(commune="13034"), make.reader(commune="84007")
    letter = Newsletter.objects.get()
    around = NearMember(mill.pk, 15)

    assert list(segments.audience(letter, around, now=NOON)) == [near]
    assert list(segments.audience(letter, Not(around), now=NOON)) == [far]
    assert segments.count(letter, NearMember(mill.pk + 1, 15), now=NOON) == 0
    assert (
        segments.describe(around) == "Les lecteurs qui habitent à moins de 15\u00a0km de «\u00a0Moulin Cornille\u00a0»"
    )


def test_a_group_within_a_group_follows_it(alpilles: None) -> None:
    wine, table = make.reader(interests=["wine"]), make.reader(interests=["table"])
    letter = Newsletter.objects.get()
    inner = segments.keep(name="Vin", tree=Likes(Interest.WINE), by=None)
    outer = segments.keep(name="Autres", tree=Not(Within(inner.pk)), by=None)
    assert list(segments.audience(letter, segments.tree_of(outer), now=NOON)) == [table]
    assert segments.describe(segments.tree_of(outer)) == "Les lecteurs qui ne sont pas dans le groupe «\u00a0Vin\u00a0»"
    kept = segments.frozen(outer)

    segments.change(inner, name="Table", tree=Likes(Interest.TABLE))
    assert list(segments.audience(letter, segments.tree_of(outer), now=NOON)) == [wine]
    assert list(segments.audience(letter, trees.parse(kept), now=NOON)) == [table]


def test_groups_never_ask_for_each_other_in_a_circle() -> None:
    inner = segments.keep(name="A", tree=Speaks("fr"), by=None)
    outer = segments.keep(name="B", tree=All((Within(inner.pk),)), by=None)
    for tree in (Within(outer.pk), Within(inner.pk), Within(outer.pk + 99)):
        with pytest.raises(BadSegment):
            segments.change(inner, name="A", tree=tree)
    assert segments.tree_of(inner) == Speaks("fr")


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_that_would_close_a_circle_one_is_refused() -> None:
    one = segments.keep(name="A", tree=All(), by=None)
    two = segments.keep(name="B", tree=All(), by=None)

    told = together(
        lambda: segments.change(one, name="A", tree=Within(two.pk)),
        lambda: segments.change(two, name="B", tree=Within(one.pk)),
    )
    assert [type(error) for error in told] == [BadSegment]


def test_a_group_that_another_one_asks_for_is_kept() -> None:
    inner = segments.keep(name="Vin", tree=Likes(Interest.WINE), by=None)
    outer = segments.keep(name="Ailleurs", tree=Not(Within(inner.pk)), by=None)
    with pytest.raises(segments.InUse) as refused:
        segments.delete(inner)
    assert refused.value.reasons == ("Le groupe « Ailleurs » le reprend.",)

    segments.change(outer, name="Ailleurs", tree=All())
    segments.delete(inner)
    assert [row.name for row in SegmentRow.objects.all()] == ["Ailleurs"]


def test_an_intercommunality_is_said_by_its_name() -> None:
    assert "CC Vallée des Baux-Alpilles" in segments.describe(InEpci("241300375"))


def test_many_segments_are_counted_in_one_question(alpilles: None, django_assert_num_queries: object) -> None:
    make.reader(commune="13034", language="en")
    make.reader(commune="84007", interests=["wine"])
    letter = Newsletter.objects.get()
    asked = [Near("13058", 15), Near("84007", 5), Speaks("en"), Likes(Interest.WINE), Any(), All()]

    with django_assert_num_queries(1):  # type: ignore[operator]
        assert segments.counts(letter, asked, now=NOON) == [1, 1, 1, 1, 0, 2]
    assert segments.counts(letter, [], now=NOON) == []


def test_a_stored_segment_comes_back_as_it_was_put() -> None:
    tree = All((Likes(Interest.TABLE), Not(InDepartment("2A"))))
    row = segments.keep(name="Gourmands", tree=tree, by=None)
    assert segments.tree_of(row) == tree

    segments.change(row, name="Gourmets", tree=Any())
    row.refresh_from_db()
    assert (row.name, segments.tree_of(row)) == ("Gourmets", Any())


def test_a_segment_is_said_with_the_names_of_its_places(alpilles: None) -> None:
    assert segments.describe(Near("13034", 10)) == "Les lecteurs qui habitent à moins de 10\u00a0km d’Eygalières"


def test_a_sample_stays_the_same(alpilles: None) -> None:
    make.readers(8)
    letter = Newsletter.objects.get()
    first = segments.sample(letter, All(), now=NOON, size=3)
    assert len(first) == 3
    assert segments.sample(letter, All(), now=NOON, size=3) == first


def test_someone_who_has_left_is_in_no_audience() -> None:
    jeanne = make.reader(subscribed_on=date(2026, 1, 1))
    letter = Newsletter.objects.get()
    subscriptions.leave(letter, jeanne.address_key, now=NOON)
    assert segments.count(letter, now=NOON) == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_who_keep_a_segment_under_one_name_one_is_told() -> None:
    def keeping() -> object:
        return segments.keep(name="Voisins", tree=All(()), by=None)

    assert [type(error) for error in together(keeping, keeping)] == [segments.NameTaken]
    other = segments.keep(name="Lointains", tree=All(()), by=None)
    with pytest.raises(segments.NameTaken):
        segments.change(other, name="Voisins", tree=All(()))
