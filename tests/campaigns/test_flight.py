"""The flight recorder names the reason, whatever it is, with its time; and says it in French."""

import inspect
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audiences import subscriptions, suppressions
from audiences.admissions import ConsentSource
from audiences.core.address import BadAddress
from audiences.core.consent import Method, StopReason
from audiences.models import Segment, Subscriber, Subscription
from campaigns import flight, rounds, schedule, timelines
from campaigns.core.campaign import PauseReason
from campaigns.core.delivery import DeliveryState
from campaigns.core.rounds import Proof
from campaigns.flight import Reason
from campaigns.flight_words import SENTENCES, sentence
from campaigns.models import Campaign, DeliveryRetry
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
JEANNE = "jeanne@boite.example"
HOUR = timedelta(hours=1)


def codes(campaign: Campaign, address: str = JEANNE) -> list[str]:
    chain = flight.why(address, campaign)
    for reason in chain:
        assert "%(" not in sentence(reason)
    return [reason.code for reason in chain]


def link(campaign: Campaign, code: str) -> Reason:
    [found] = [reason for reason in flight.why(JEANNE, campaign) if reason.code == code]
    return found


def test_the_whole_way_of_a_letter_that_left() -> None:
    make.reader(JEANNE)
    campaign = make.running()
    make.settled(campaign, "sent", settled_at=NOON + HOUR)
    chain = flight.why(JEANNE, campaign)
    assert [(reason.at, reason.code) for reason in chain] == [
        (NOON, "subscribed"),
        (None, "described_by"),
        (NOON, "enqueued"),
        (NOON, "armed"),
        (NOON + HOUR, "reply"),
        (NOON + HOUR, "is_sent"),
    ]
    assert [sentence(reason) for reason in chain[2:3]] == ["Sur la liste des lecteurs : n° 1 sur 1."]


def test_an_address_is_known_however_it_is_spelled_and_a_bad_one_is_refused() -> None:
    make.reader(JEANNE)
    campaign = make.running()
    assert codes(campaign, "Jeanne@BOITE.example")[0] == "subscribed"
    with pytest.raises(BadAddress):
        flight.why("jeanne", campaign)


def test_nobody_of_that_address_is_known() -> None:
    assert codes(make.running()) == ["unknown_reader", "left_out"]


def test_who_was_erased_is_known_by_what_outlives_them() -> None:
    reader = make.reader(JEANNE)
    suppressions.suppress(JEANNE, reason=StopReason.ERASED, now=NOON)
    reader.delete()
    assert codes(make.running()) == ["unknown_reader", "suppressed", "left_out"]


def test_who_reads_another_letter_only_was_never_subscribed() -> None:
    edition = make.locked_edition()
    make.reader(JEANNE, of=make.newsletter())
    assert codes(make.running(edition))[0] == "never_subscribed"


def test_who_never_confirmed_is_told_with_their_consent() -> None:
    campaign = make.running()
    subscriptions.ask(campaign.edition.newsletter, address=JEANNE, source="/abonnement/", now=NOON)
    assert codes(campaign)[:2] == ["not_confirmed", "consent_asked"]


def test_who_left_is_told_when_and_how() -> None:
    campaign = make.running()
    source = ConsentSource(Method.ATTESTED_IMPORT, "salon.csv", NOON - 10 * HOUR)
    letter = campaign.edition.newsletter
    held = subscriptions.admit(letter, address=JEANNE, consent=source, now=NOON - HOUR)
    subscriptions.leave(letter, bytes(held.subscriber.address_key), method=Method.ONE_CLICK, now=NOON)
    assert codes(campaign)[:3] == ["left", "consent_given", "consent_withdrawn"]
    assert link(campaign, "left").at == NOON
    assert sentence(link(campaign, "consent_withdrawn")) == "Consentement retiré (lien de désinscription)."


def test_who_came_after_the_list_was_frozen() -> None:
    campaign = make.running()
    make.reader(JEANNE)
    Subscription.objects.update(confirmed_at=NOON + HOUR)
    assert codes(campaign) == ["subscribed", "joined_too_late", "described_by", "left_out"]


@pytest.mark.parametrize("reason", StopReason)
def test_who_is_suppressed_is_told_why(reason: StopReason) -> None:
    make.reader(JEANNE)
    suppressions.suppress(JEANNE, reason=reason, now=NOON - HOUR)
    campaign = make.running()
    assert "left_out" in codes(campaign)
    assert link(campaign, "suppressed") == Reason(NOON - HOUR, "suppressed", {"reason": reason})


def test_who_asked_for_a_pause_is_told_until_when() -> None:
    make.reader(JEANNE, paused_until=NOON.date() + timedelta(days=9))
    campaign = make.running()
    assert sentence(link(campaign, "pausing")) == "A demandé une pause jusqu’au 2 décembre 2026."


def test_which_part_of_which_segment_did_not_describe_them() -> None:
    make.reader(JEANNE, interests=["table"], language="fr")
    tree = {"all": [{"likes": "table"}, {"any": [{"likes": "wine"}, {"speaks": "en"}]}]}
    wine = Segment.objects.create(name="Amateurs de vin", tree=tree)
    campaign = make.running(None, wine)
    told = link(campaign, "not_described_by")
    assert [type(part).__name__ for part in told.facts["missing"]] == ["Likes", "Speaks"]  # type: ignore[attr-defined]
    assert "Ne fait pas partie de « Amateurs de vin »" in sentence(told)
    assert "vin" in sentence(told).partition("parmi")[2]
    assert codes(campaign)[-1] == "left_out"


def test_the_first_of_several_segments_is_theirs() -> None:
    make.reader(JEANNE, interests=["wine"])
    tables, wines, all_ = (
        Segment.objects.create(name=name, tree=tree)
        for name, tree in (("Table", {"likes": "table"}), ("Vin", {"likes": "wine"}), ("Tous", {"all": []}))
    )
    campaign = make.running(None, tables, wines, all_)
    assert codes(campaign)[1:4] == ["not_described_by", "described_by", "enqueued"]
    assert link(campaign, "described_by").facts["segment"] == "Vin"


def test_who_changed_their_taste_since_is_told_so() -> None:
    make.reader(JEANNE, interests=["wine"])
    campaign = make.running(None, Segment.objects.create(name="Vin", tree={"likes": "wine"}))
    Subscriber.objects.update(interests=[])
    assert codes(campaign)[1:3] == ["not_described_by", "described_then"]


def test_who_has_the_edition_already() -> None:
    make.reader(JEANNE)
    first = make.running()
    make.settled(first, "sent")
    assert "edition_before" in codes(make.running(first.edition))


def test_who_wants_one_letter_a_month_and_had_one() -> None:
    make.reader(JEANNE, monthly=True)
    earlier = make.running()
    make.settled(earlier, "sent", settled_at=NOON - 24 * HOUR)
    campaign = make.running()
    assert sentence(link(campaign, "monthly")).startswith("Veut au plus une lettre par mois, et a reçu « Fêtes")


def test_before_the_list_is_frozen_it_says_so() -> None:
    make.reader(JEANNE)
    assert codes(make.launched())[-1] == "not_frozen_yet"


@pytest.mark.parametrize("state", DeliveryState)
def test_every_state_has_its_sentence(state: DeliveryState) -> None:
    make.reader(JEANNE)
    campaign = make.running()
    make.settled(campaign, state, finished=False, reason="no_consent" if state == "skipped" else "")
    assert codes(campaign)[-1] == f"is_{state}"


def test_a_letter_that_was_deferred_says_when_it_is_tried_again() -> None:
    make.reader(JEANNE)
    campaign = make.running()
    [row] = make.settled(campaign, "queued", finished=False, reply_code=451, reply_text="later", settled_at=None)
    campaign.chunks.update(deferred=1)
    DeliveryRetry.objects.create(delivery=row, not_before=NOON + HOUR)
    assert codes(campaign)[-4:] == ["armed", "reply", "retry", "is_queued"]
    assert link(campaign, "retry").at == NOON + HOUR


def test_a_proof_and_a_new_round_are_told() -> None:
    make.reader(JEANNE)
    campaign = make.running()
    [row] = make.settled(campaign, "in_doubt")
    rounds.prove(row, Proof.UNSENT, by=None, source="journal", now=NOON)
    campaign.refresh_from_db()
    assert codes(campaign)[-4:] == ["enqueued", "new_round", "proven", "is_queued"]
    assert sentence(link(campaign, "proven")) == "Preuve apportée : le message n’est pas parti (journal)."


def test_a_campaign_that_stands_still_is_the_last_word() -> None:
    make.reader(JEANNE)
    campaign = make.running()
    campaign = schedule.pause(campaign, reason=PauseReason.RELAY_QUOTA, by=None, now=NOON + HOUR)
    assert (
        sentence(link(campaign, "campaign_paused")) == "L’envoi est en pause. Le relais dit que son quota est atteint."
    )
    campaign = schedule.cancel(campaign, by=None, now=NOON + 2 * HOUR)
    assert codes(campaign)[-2:] == ["is_cancelled", "campaign_cancelled"]


def test_no_sentence_is_left_untold() -> None:
    """Every code that the story can yield has words, and no words are for nothing."""
    source = "".join(inspect.getsource(teller) for teller in (flight, timelines))
    for code in SENTENCES:
        stem = code.partition("_")[0]
        assert f'"{code}"' in source or f'f"{stem}_' in source or stem == "tracking"
    assert 'f"{about}_{line.act}"' in source


def test_the_command_tells_the_chain_line_by_line() -> None:
    make.reader(JEANNE)
    campaign = make.running()
    make.settled(campaign, "sent")
    out = StringIO()
    call_command("why", JEANNE, str(campaign.pk), stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[-1] == "2026-11-23 12:00:00  Parti : le serveur l’a accepté."
    with pytest.raises(CommandError):
        call_command("why", JEANNE, "0")
