"""What a member's offer brought, mailed once the operation is over."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from campaigns import report_words
from newsletter import calls, diary, editions, operations, selecting, tasks
from newsletter.core.operation import READ_FOR, OperationState
from newsletter.models import Member, Notice, Offer, Operation
from tests import make
from tests.campaigns import reported
from tests.make import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def mill() -> Member:
    return make.member("Moulin", email="moulin@x.example")


def composed(mill: Member, *, sent: bool = True) -> tuple[Operation, Offer]:
    """An operation whose one edition carries the mill's offer, and left to eight readers of whom six agree."""
    row = make.calling(theme="Le feu")
    make.readers(2)
    for _ in range(6):
        make.consenting()
    offer = make.answered(make.call_of(row, mill), link="https://moulin.example/")
    calls.close(row, by=None, now=NOON + DAY)
    selecting.draft_editions(row, by=None, now=NOON + DAY)
    edition = row.planned.select_related("edition").get().edition
    assert edition is not None
    if sent:
        edition.subject, edition.preheader, edition.title = "Au coin du feu", "En hiver", "Décembre"
        edition.save()
        editions.lock(edition, by=None, now=NOON + DAY)
        campaign = reported.sent(edition)
        reported.clicked(reported.who_agree(campaign)[:5], reported.link(campaign))
    row.refresh_from_db()
    return row, offer


def mailed(at: timedelta) -> list[str]:
    with time_machine.travel(NOON + at, tick=False):
        tasks.mail_notices()
    return [f"{one.to[0]}: {one.body}" for one in mail.outbox if one.extra_headers["X-Garrigue-Kind"] == "summary"]


def test_the_member_is_told_once_some_days_after_the_operation_is_over(mill: Member) -> None:
    row, _ = composed(mill)
    over = max(row.planned.values_list("send_on", flat=True)) - NOON.date() + DAY
    diary.keep(now=NOON + over)
    diary.keep(now=NOON + over)

    assert Operation.objects.get().state == OperationState.CLOSED
    assert mailed(over + READ_FOR - timedelta(minutes=1)) == []
    told = mailed(over + READ_FOR)
    assert mailed(over + READ_FOR + DAY) == told

    (said,) = (one.replace("\u202f", " ").replace("\u00a0", " ") for one in told)
    assert said.startswith("moulin@x.example: ")
    assert "« Le feu » est terminée." in said
    assert "8 lecteurs" in said
    assert "5 ont cliqué, sur 6 qui acceptent la mesure" in said
    assert f"/espace/{mill.pk}/bilan/?saison=2026-hiver" in said


def test_whose_offer_never_left_is_told_nothing(mill: Member) -> None:
    row, offer = composed(mill, sent=False)
    operations.finish(row, by=None, now=NOON + DAY)

    assert report_words.summary(offer) is None
    assert mailed(DAY + READ_FOR) == []
    assert Notice.objects.get(kind="summary").letters == 0


def test_who_had_no_place_is_owed_nothing(mill: Member) -> None:
    row = make.calling()
    calls.close(row, by=None, now=NOON + DAY)
    selecting.draft_editions(row, by=None, now=NOON + DAY)
    operations.finish(row, by=None, now=NOON + DAY)

    assert not Notice.objects.filter(kind="summary").exists()


def test_fewer_than_five_who_clicked_are_not_told_to_the_member(mill: Member) -> None:
    _, offer = composed(mill)
    link = offer.links.get()
    link.clicks.filter(pk=link.clicks.earliest("pk").pk).delete()

    found = report_words.summary(offer)

    assert found is not None
    assert "Clics de personnes masqués." in found.lines
