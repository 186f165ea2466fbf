"""Who clicked lately, asked by a segment: the database and Python answer alike."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from audiences import segments
from audiences.core import segment as trees
from audiences.core.segment import BadSegment, Not, Told
from audiences.models import Segment
from campaigns import clicks
from campaigns.core.clicks import Hit
from campaigns.models import Delivery
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
