"""Who clicked lately, asked by a segment: the database and Python answer alike."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiences import segments
from audiences.core import segment as trees
from audiences.core.segment import BadSegment, Not, Told
from audiences.models import Segment, Subscriber
from campaigns import clicks, schedule, targets
from campaigns.core.clicks import Hit
from campaigns.models import Click, Delivery, Link
from newsletter.core.interests import Category
from tests import make
from tests.campaigns.measured import BROWSER, SENT_AT, letters

pytestmark = pytest.mark.django_db
LATER = SENT_AT + timedelta(hours=2)
QUESTION = {"clicked_within": 30}


@pytest.mark.parametrize("days", [0, -1, 1096, "30", True, None, 2.5, [30]])
def test_a_question_of_any_other_shape_is_refused(days: object) -> None:
    with pytest.raises(BadSegment):
        trees.parse({"clicked_within": days})


def test_a_question_is_read_written_and_said() -> None:
    tree = trees.parse(QUESTION)
    assert tree == Told("clicked_within", 30)
    assert trees.to_json(tree) == QUESTION
    assert segments.describe(tree) == "Les lecteurs qui ont cliqué dans une lettre depuis 30 jours au plus"
    assert segments.describe(Not(tree)) == "Les lecteurs qui n’ont pas cliqué dans une lettre depuis 30 jours"
    assert segments.describe(tree, "en") == "Readers who clicked in a letter in the last 30 days"


def test_a_persons_click_answers_a_machines_and_silence_do_not() -> None:
    newsletter = make.newsletter()
    person, machine, silent = make.consenting(), make.consenting(), make.reader()
    by_reader = {one.delivery.subscriber_id: one for one in letters(make.running(
        make.locked_edition(make.approved(link="https://moulin.example/"))
    ))}  # fmt: skip
    for reader, agent in ((person, BROWSER), (machine, "curl/8")):
        token = by_reader[reader.pk].click(1).split("/")[2]
        clicks.follow(token, Hit(1, LATER, agent=agent))
    clicks.settle_due(now=LATER + timedelta(days=1))

    tree = trees.parse(QUESTION)
    for days, expected in ((1, {person.pk}), (30, {person.pk}), (31, set())):
        with time_machine.travel(LATER + timedelta(days=days), tick=False):
            meant = set(segments.audience(newsletter, tree, now=LATER).values_list("pk", flat=True))
            rest = set(segments.audience(newsletter, Not(tree), now=LATER).values_list("pk", flat=True))
            in_python = {
                reader.pk
                for reader in (person, machine, silent)
                if trees.matches(tree, segments.facts_of(reader), lambda insee, km: ())
            }
        assert meant == in_python == expected
        assert rest == {person.pk, machine.pk, silent.pk} - expected


def test_a_letter_may_be_sent_to_who_clicked() -> None:
    make.newsletter()
    reader = make.consenting()
    make.reader()
    offer = make.approved(link="https://moulin.example/")
    sent = letters(make.running(make.locked_edition(offer)))
    [token] = {path.split("/")[2] for letter in sent for path in letter.paths("/c/")}
    clicks.follow(token, Hit(1, LATER, agent=BROWSER))
    clicks.settle_due(now=LATER + timedelta(minutes=5))

    group = Segment.objects.create(name="Cliqueurs", tree=QUESTION)
    with time_machine.travel(LATER, tick=False):
        campaign = make.running(make.locked_edition(), group, now=LATER)
    assert [row.subscriber for row in Delivery.objects.filter(campaign=campaign)] == [reader]


def test_the_form_asks_it_in_days_keeps_it_and_shows_it_again(client: Client) -> None:
    client.force_login(make.board_member())
    client.post(reverse("segment-new"), {"name": "Curieux", "mode": "any", "clicked_within": "90"})
    row = Segment.objects.get()
    assert row.tree == {"all": [{"clicked_within": 90}]}
    shown = client.get(reverse("segment", args=[row.pk])).content.decode()
    assert re.search(r'name="clicked_within"[^>]*value="90"|value="90"[^>]*name="clicked_within"', shown)
    assert "Ont cliqué dans les derniers jours" in shown
    preview = client.get(reverse("segment-preview"), {"name": "x", "mode": "any", "clicked_within": "7"})
    assert "ont cliqué dans une lettre depuis 7 jours au plus" in preview.content.decode()


@pytest.mark.parametrize("typed", ["0", "-3", "1096", "beaucoup", "2,5"])
def test_the_form_refuses_what_is_no_number_of_days(client: Client, typed: str) -> None:
    client.force_login(make.board_member())
    answer = client.post(reverse("segment-new"), {"name": "Curieux", "mode": "any", "clicked_within": typed})
    assert answer.status_code in (200, 400)
    assert not Segment.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("received", 0),
        ("received", "1"),
        ("received", True),
        ("received", 2**63),
        ("unclicked", 101),
        ("unclicked", 1.5),
        ("clicked_category", "castle"),
        ("clicked_category", ["craft"]),
        ("clicked_category", "lodging__in"),
    ],
)
def test_what_is_no_fact_of_the_sending_is_refused(name: str, value: object) -> None:
    with pytest.raises(BadSegment):
        trees.parse({name: value})


def test_facts_of_the_sending_say_themselves() -> None:
    campaign = make.planned(make.locked_edition(title="Huile nouvelle"))
    received, craft = Told("received", campaign.pk), Told("clicked_category", "craft")
    assert segments.describe(received) == "Les lecteurs qui ont reçu l’envoi «\u00a0Huile nouvelle\u00a0»"
    assert segments.describe(Not(received), "en") == "Readers who did not receive the mailing “Huile nouvelle”"
    assert segments.describe(craft).startswith("Les lecteurs qui ont cliqué sur une offre de la catégorie «\u00a0")
    assert segments.describe(Told("unclicked", 6)) == (
        "Les lecteurs qui acceptent d’être mesurés et ont reçu au moins 6 lettres depuis leur dernier clic"
    )


SENDING = st.one_of(
    st.sampled_from([1, 2, 3, 99]).map(lambda letters: Told("unclicked", letters)),
    st.sampled_from([1, 20, 1000]).map(lambda days: Told("clicked_within", days)),
    st.sampled_from(["craft", "olive_mill", "lodging"]).map(lambda category: Told("clicked_category", category)),
    st.sampled_from([0, 1, 2]).map(lambda index: Told("received", index)),
)
TREES = st.recursive(
    SENDING,
    lambda parts: st.one_of(
        st.lists(parts, max_size=3).map(lambda of: trees.All(tuple(of))),
        st.lists(parts, max_size=3).map(lambda of: trees.Any(tuple(of))),
        parts.map(Not),
    ),
    max_leaves=5,
)


def with_campaigns(tree: trees.Segment, campaigns: list[int]) -> trees.Segment:
    """The same tree, its letters numbered as they are in the database."""
    match tree:
        case trees.All(of) | trees.Any(of):
            return type(tree)(tuple(with_campaigns(part, campaigns) for part in of))
        case Not(of):
            return Not(with_campaigns(of, campaigns))
        case Told("received", index):
            return Told("received", campaigns[int(index)])
        case _:
            return tree


@pytest.fixture
def history() -> tuple[list[Subscriber], list[int]]:
    """Six readers, three letters of a craftsman and of a mill; every other sends, clicks and refuses otherwise."""
    make.newsletter()
    people = [make.consenting() if number % 3 else make.reader() for number in range(6)]
    begun = []
    for number, category in enumerate([Category.CRAFT, Category.OLIVE_MILL]):
        edition = make.locked_edition(make.approved(member=make.member(category=category), link="https://a.example/"))
        campaign = make.running(edition, now=make.NOON + timedelta(days=20 * number))
        begun.append(campaign.pk)
        at = campaign.enqueued_at
        link = Link.objects.create(
            campaign=campaign, position=40, target="https://a.example/", part="offer",
            offer=edition.placements.get().offer,
        )  # fmt: skip
        for place, row in enumerate(Delivery.objects.filter(campaign=campaign).order_by("position")):
            sent = (place + number) % 4 != 3
            Delivery.objects.filter(pk=row.pk).update(
                state="sent" if sent else "skipped", settled_at=at, attempts=1 if sent else 0
            )
            if place % 2 and place % 3:
                mine = at + timedelta(days=place) if place != 1 else None
                Click.objects.create(delivery=row, link=link, subscriber=people[place], first_at=mine, last_at=mine)
                day = timezone.localdate(mine) if mine else None
                Subscriber.objects.filter(pk=people[place].pk).update(clicked_on=day)
    return people, [*begun, begun[-1] + 1]


@pytest.mark.broken_ledger  # the rows are written past the chunks that count them
@given(tree=TREES, later=st.sampled_from([1, 25, 45]))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_and_python_answer_alike_of_the_sending(
    history: tuple[list[Subscriber], list[int]], tree: trees.Segment, later: int
) -> None:
    people, begun = history
    tree = with_campaigns(tree, begun)
    with time_machine.travel(make.NOON + timedelta(days=later), tick=False):
        found = set(Subscriber.objects.filter(segments.to_q(tree)).values_list("pk", flat=True))
        missed = set(Subscriber.objects.filter(~segments.to_q(tree)).values_list("pk", flat=True))
        meant = {one.pk for one in people if trees.matches(tree, segments.facts_of(one), lambda insee, km: ())}
    assert found == meant
    assert missed == {one.pk for one in people} - meant


@pytest.mark.broken_ledger
def test_each_fact_of_the_sending_finds_somebody_and_not_everybody(
    history: tuple[list[Subscriber], list[int]],
) -> None:
    people, begun = history
    with time_machine.travel(make.NOON + timedelta(days=30), tick=False):
        for told in (
            Told("unclicked", 1),
            Told("clicked_within", 25),
            Told("clicked_category", "craft"),
            Told("received", begun[0]),
        ):
            assert 0 < Subscriber.objects.filter(segments.to_q(told)).count() < len(people), told


def test_a_group_that_a_letter_on_its_way_or_an_operation_needs_is_kept() -> None:
    make.reader()
    group = segments.keep(name="Tous", tree=trees.All(), by=None)
    draft = make.planned(make.locked_edition(title="Noël"), group)
    assert segments.why_not_delete(group) == []
    schedule.launch(draft, by=None, now=make.NOON, confirm_late=True)
    operation = make.operation(theme="L’hiver")
    targets.aim(operation, [group])

    with pytest.raises(segments.InUse) as refused:
        segments.delete(group)
    assert refused.value.reasons == ("L’envoi de « Noël » est prévu pour lui.", "L’opération « L’hiver » le vise.")
    with pytest.raises(ProtectedError):
        group.delete()

    schedule.take_back(draft, by=None, now=make.NOON)
    targets.aim(operation, [])
    segments.delete(group)
    assert not Segment.objects.exists()
