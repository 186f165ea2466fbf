"""Partners remark line by line, the board answers, and what was said remains."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from newsletter import consultation, contents, editions, rendering, signing
from newsletter.core.consultation import DestinationKind, Line, Opinion, PartnerKind
from newsletter.core.content import Destination
from newsletter.core.operation import NoticeKind, OperationState
from newsletter.models import Contribution, Notice, Remark, RemarkAnswer
from newsletter.signing import Purpose
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
LINES = [Line("theme", "L’hiver"), Line("brief", "Le feu.")]
MARKET: consultation.DestinationWords = {
    "kind": DestinationKind.MARKET,
    "title": "Marché de Noël",
    "text": "Soixante étals.",
    "where": "Place du Micocoulier",
    "link": "https://marche.example/",
    "valid_from": date(2026, 12, 5),
    "valid_until": date(2026, 12, 20),
}


def test_a_partner_is_asked_once_and_written_to_once() -> None:
    row, office = make.operation(), make.partner()

    assert consultation.consult(row, [office], by=None, now=NOON) == 1
    assert consultation.consult(row, [office], by=None, now=NOON + timedelta(days=1)) == 0
    assert row.state == OperationState.CONSULTING
    assert Notice.objects.filter(kind=NoticeKind.CONSULTATION).count() == 1


def test_two_partners_do_not_share_an_address() -> None:
    make.partner(email="office@alpilles.example")

    with pytest.raises(consultation.AddressTaken):
        consultation.add_partner(
            name="Autre", kind=PartnerKind.TOWN, email="Office@alpilles.example", language="fr", now=NOON
        )


def test_a_remark_keeps_the_words_that_it_is_about_though_they_change() -> None:
    asked = make.consulted(make.operation())
    consultation.remark(asked, opinion=Opinion.RESERVE, words="Trop vague.", line=LINES[1].key, lines=LINES, now=NOON)
    written_anew = [LINES[0], Line("brief", "Le feu et la table.")]

    now, before, whole = consultation.heard([asked], written_anew)

    assert [(heard.quoted, len(heard.remarks)) for heard in now] == [("L’hiver", 0), ("Le feu et la table.", 0)]
    assert [(heard.quoted, heard.remarks[0].words) for heard in before] == [("Le feu.", "Trop vague.")]
    assert whole == []


def test_a_line_that_was_written_otherwise_meanwhile_is_shown_again_first() -> None:
    asked = make.consulted(make.operation())

    with pytest.raises(consultation.LineChanged):
        consultation.remark(asked, opinion=Opinion.AGREE, words="", line=LINES[1].key, lines=LINES[:1], now=NOON)
    assert not Remark.objects.exists()


@pytest.mark.parametrize("opinion", [Opinion.RESERVE, Opinion.AGAINST])
def test_a_reserve_says_why_and_an_agreement_need_not(opinion: Opinion) -> None:
    asked = make.consulted(make.operation())

    with pytest.raises(consultation.WordsRequired):
        consultation.remark(asked, opinion=opinion, words=" ", now=NOON)
    consultation.remark(asked, opinion=Opinion.AGREE, words="", now=NOON)
    assert (asked.opinion, asked.opinion_at) == (Opinion.AGREE, NOON)


def test_the_last_opinion_stands_and_the_first_remains_on_record() -> None:
    asked = make.consulted(make.operation())
    consultation.remark(asked, opinion=Opinion.AGAINST, words="Trop tôt.", now=NOON)
    consultation.remark(asked, opinion=Opinion.AGREE, words="", now=NOON + timedelta(hours=1))

    asked.refresh_from_db()
    assert asked.opinion == Opinion.AGREE
    assert [one.opinion for one in consultation.remarks_of([asked])] == [Opinion.AGAINST, Opinion.AGREE]


@pytest.mark.parametrize("state", [state for state in OperationState if state != "consulting"])
def test_opinions_are_heard_before_the_call_only(state: OperationState) -> None:
    asked = make.consulted(make.operation())
    asked.operation.state = state
    asked.operation.opens_at = NOON
    asked.operation.save()

    with pytest.raises(consultation.NotConsulting):
        consultation.remark(asked, opinion=Opinion.AGREE, words="", now=NOON)


def test_the_board_answers_and_its_partner_is_told_once_of_two_answers() -> None:
    asked = make.consulted(make.operation())
    said = consultation.remark(asked, opinion=Opinion.RESERVE, words="Et le marché ?", now=NOON)

    consultation.answer(said, words="Il y sera.", by=None, now=NOON)
    consultation.answer(said, words="Avec ses dates.", by=None, now=NOON + timedelta(minutes=1))

    assert [answer.words for answer in said.answers.all()] == ["Il y sera.", "Avec ses dates."]
    assert Notice.objects.filter(kind=NoticeKind.ANSWER).count() == 1
    with pytest.raises(consultation.WordsRequired):
        consultation.answer(said, words="  ", by=None, now=NOON)


@pytest.mark.parametrize("model", [Remark, RemarkAnswer])
def test_the_database_refuses_to_change_or_forget_what_was_said(model: type[Remark] | type[RemarkAnswer]) -> None:
    asked = make.consulted(make.operation())
    said = consultation.remark(asked, opinion=Opinion.RESERVE, words="Et le marché ?", now=NOON)
    consultation.answer(said, words="Il y sera.", by=make.user(), now=NOON)

    with pytest.raises(DatabaseError, match="what was said remains"), transaction.atomic():
        model.objects.update(words="Autre chose.")
    with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
        model.objects.all().delete()
    assert model.objects.count() == 1


def test_somebody_of_the_board_may_leave_and_their_answer_stays() -> None:
    asked, jeanne = make.consulted(make.operation()), make.user()
    said = consultation.remark(asked, opinion=Opinion.RESERVE, words="Et le marché ?", now=NOON)
    consultation.answer(said, words="Il y sera.", by=jeanne, now=NOON)

    jeanne.delete()

    assert [(answer.words, answer.by) for answer in RemarkAnswer.objects.all()] == [("Il y sera.", None)]


def test_a_link_for_one_purpose_opens_no_consultation() -> None:
    asked = make.consulted(make.operation())

    assert consultation.find(consultation.token_of(asked)) == asked
    for token in ("x", signing.seal(Purpose.INVITATION, str(asked.pk)), signing.seal(Purpose.CONSULTATION, "0")):
        assert consultation.find(token) is None


def test_what_a_partner_tells_stands_in_the_letter_under_their_name_once_accepted() -> None:
    row = make.operation()
    asked = make.consulted(row, make.partner("Office de tourisme des Alpilles"))
    told = consultation.contribute(asked, now=NOON, **MARKET)
    edition = make.edition(make.approved(), planned_on=date(2026, 12, 10))
    row.planned.update(edition=edition)

    assert not [block for block in contents.content_of(edition).blocks if isinstance(block, Destination)]
    consultation.accept(told, by=None, now=NOON)
    [block] = [block for block in contents.content_of(edition).blocks if isinstance(block, Destination)]
    assert block.heading == "Dans la destination · Office de tourisme des Alpilles"
    assert [(line.kicker, line.title, line.where) for line in block.lines] == [
        ("Marché", "Marché de Noël", "Place du Micocoulier")
    ]
    assert len(list(contents.content_of(edition).offers())) == 1, "apart from the members' offers"
    consultation.set_aside(told, by=None, now=NOON)
    assert not [block for block in contents.content_of(edition).blocks if isinstance(block, Destination)]


@pytest.mark.parametrize(("text", "bears"), [("Un verre de vin chaud.", True), ("Un chocolat chaud.", False)])
def test_what_a_partner_tells_of_a_drink_bears_the_notice_too(text: str, bears: bool) -> None:
    row = make.operation()
    told = consultation.contribute(make.consulted(row), now=NOON, **{**MARKET, "text": text})
    edition = make.edition(make.approved(), planned_on=date(2026, 12, 10))
    row.planned.update(edition=edition)
    consultation.accept(told, by=None, now=NOON)

    letter = rendering.render(contents.content_of(edition))

    for said in (letter.html, letter.text):
        assert ("abus d’alcool est dangereux" in said) == bears


def test_what_will_be_over_has_no_seat_and_what_is_locked_stays() -> None:
    row = make.operation()
    asked = make.consulted(row)
    over = consultation.contribute(asked, now=NOON, **{**MARKET, "valid_until": date(2026, 12, 9)})
    told = consultation.contribute(asked, now=NOON, **MARKET)
    edition = make.edition(make.approved(), planned_on=date(2026, 12, 10))
    row.planned.update(edition=edition)
    for one in (over, told):
        consultation.accept(one, by=None, now=NOON)
    assert [seat.contribution for seat in edition.destination.all()] == [told]

    editions.lock(edition, by=None, now=NOON)

    before = contents.content_of(edition).fingerprint()
    for verb in (consultation.take_back, consultation.set_aside):
        with pytest.raises(consultation.Placed):
            verb(told, now=NOON, **({} if verb is consultation.take_back else {"by": None}))
    late = consultation.contribute(asked, now=NOON, **{**MARKET, "title": "Trop tard"})
    consultation.accept(late, by=None, now=NOON)
    assert contents.content_of(edition).fingerprint() == before == edition.content_hash


def test_a_line_taken_back_is_not_accepted_any_more() -> None:
    told = consultation.contribute(make.consulted(make.operation()), now=NOON, **MARKET)

    consultation.take_back(told, now=NOON)
    consultation.accept(told, by=None, now=NOON)

    assert Contribution.objects.get().accepted_at is None
