"""Locked editions are anyone's to read, without anyone's personal links."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns import schedule
from tests import make

pytestmark = pytest.mark.django_db


def test_a_locked_edition_is_read_by_anyone(client: Client) -> None:
    edition = make.locked_edition(make.approved(title="Huile nouvelle"), editorial="Cher {prénom|voisin},")

    answer = client.get(reverse("edition-archive", args=[edition.slug]))
    shown = answer.content.decode()

    assert "Huile nouvelle" in shown
    assert "Cher voisin," in shown
    assert "Se désinscrire" not in shown
    assert "Lire en ligne" not in shown
    assert "script-src" not in answer["Content-Security-Policy"]


def test_an_edition_that_is_still_written_is_not_public(client: Client) -> None:
    edition = make.edition(make.approved(), title="À venir")

    assert client.get(reverse("edition-archive", args=[edition.slug])).status_code == 404
    assert "À venir" not in client.get(reverse("editions")).content.decode()


def test_reopening_takes_an_edition_back(client: Client) -> None:
    edition = make.locked_edition()
    client.get(reverse("edition-archive", args=[edition.slug]))
    edition.locked_at, edition.content_hash = None, ""
    edition.save()

    assert client.get(reverse("edition-archive", args=[edition.slug])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_as_many_queries_however_long(
    client: Client, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        make.locked_edition(planned_on=date(2026, 1, 6))

    with django_assert_num_queries(2):
        shown = client.get(reverse("editions")).content.decode()

    assert shown.count("/editions/fetes-") == count


def test_what_is_locked_for_a_later_day_is_not_announced_before_it_leaves(client: Client) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    edition = make.locked_edition(title="Surprise", planned_on=tomorrow)

    before = [client.get(reverse(name)).content.decode() for name in ("editions", "home")]
    make.running(edition)
    schedule.finish_done(now=make.NOON)
    after = [client.get(reverse(name)).content.decode() for name in ("editions", "home")]

    assert ["Surprise" in shown for shown in before + after] == [False, False, True, True]


def test_nothing_is_posted_to_the_archive(client: Client) -> None:
    assert client.post(reverse("editions")).status_code == 405
