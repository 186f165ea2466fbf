"""An edition that would come after its day is launched only by somebody who says that they know."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns import etas, paces, schedule
from campaigns.models import Campaign, Progress
from newsletter.models import User
from tests import make
from tests.make import NOON, SENDING_DAY

pytestmark = pytest.mark.django_db
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def draft(readers: int, per_day: int, *, days: int = 1, now: object = None) -> Campaign:
    """A draft that so many readers wait for, `days` before its edition's day."""
    today = timezone.localdate()
    offer = make.approved(valid_from=today, valid_until=today + timedelta(days=days + 1))
    edition = make.locked_edition(offer, planned_on=today + timedelta(days=days))
    make.readers(readers)
    paces.set_pace(paces.relays()[0], per_day=per_day)
    return schedule.plan(edition, [], starts_at=None, by=None)


def test_one_that_keeps_its_day_is_launched_without_a_word(client: Client, board: User) -> None:
    campaign = draft(2, per_day=1, days=5)
    assert "confirm_late" not in client.get(reverse("campaign-launch", args=[campaign.pk])).content.decode()
    client.post(reverse("campaign-launch-now", args=[campaign.pk]), {"as_shown": schedule.plan_hash(campaign)})
    campaign.refresh_from_db()
    assert campaign.state == "scheduled"


def test_one_that_misses_its_day_is_refused_until_it_is_confirmed(client: Client, board: User) -> None:
    campaign = draft(5, per_day=1, days=1)
    page = client.get(reverse("campaign-launch", args=[campaign.pk])).content.decode()
    assert "après le jour prévu" in page
    assert "Une offre au moins serait déjà terminée" in page
    refused = client.post(
        reverse("campaign-launch-now", args=[campaign.pk]), {"as_shown": schedule.plan_hash(campaign)}
    )
    campaign.refresh_from_db()
    assert (refused.status_code, campaign.state) == (400, "draft")
    assert "Cochez cette case" in refused.content.decode()
    client.post(
        reverse("campaign-launch-now", args=[campaign.pk]),
        {"confirm_late": "on", "as_shown": schedule.plan_hash(campaign)},
    )
    campaign.refresh_from_db()
    assert campaign.state == "scheduled"


def test_the_verb_itself_refuses_and_says_by_how_much() -> None:
    campaign = draft(5, per_day=1)
    with pytest.raises(schedule.TooLate) as told:
        schedule.launch(campaign, by=None, now=timezone.now())
    late = told.value.lateness
    assert late.ends_at > timezone.now() + 3 * DAY
    assert (late.planned_on, late.offer_ends) == (
        campaign.edition.planned_on,
        campaign.edition.planned_on + DAY,
    )
    campaign.refresh_from_db()
    assert (campaign.state, campaign.moves.count()) == ("draft", 0)


def test_a_day_that_is_already_over_is_late_too() -> None:
    edition = make.locked_edition()
    make.reader()
    campaign = schedule.plan(edition, [], starts_at=None, by=None)
    evening = NOON.replace(month=12, day=SENDING_DAY.day, hour=20)
    assert etas.too_late(campaign, 1, now=evening) is None
    assert etas.too_late(campaign, 1, now=evening + DAY) is not None


def test_while_it_runs_the_end_is_told_by_the_measured_speed(client: Client, board: User) -> None:
    make.readers(3)
    now = timezone.now()
    campaign = make.running(now=now)
    for minutes, done in ((3, 0), (1, 1)):
        Progress.objects.create(campaign=campaign, minute=now - minutes * MINUTE, done=done)
    assert etas.expected(campaign, now=now) == now + 6 * MINUTE
    assert "Fin prévue" in client.get(reverse("campaign", args=[campaign.pk])).content.decode()
    make.settled(campaign, "sent", "sent", "sent")
    assert etas.expected(campaign, now=now) is None
    assert "Fin prévue" not in client.get(reverse("campaign", args=[campaign.pk])).content.decode()
