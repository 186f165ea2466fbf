"""The composer: words, seats, findings, previews; without a script, and with htmx beside it."""

from datetime import timedelta
from typing import Any

import lxml.html
import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError

from newsletter import calls, editions, selecting, tasks
from newsletter.core.review import OfferState
from newsletter.models import Edition, Offer, Override, User
from tests import make
from tests.make import NOON, SENDING_DAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("board")]
HTMX = {"HX-Request": "true"}


def url(name: str, *of: Any) -> str:
    return reverse(f"board:{name}", args=[one.pk for one in of])


def words(**changes: Any) -> dict[str, Any]:
    said = {
        "title": "Fêtes en Alpilles",
        "planned_on": (timezone.localdate() + timedelta(days=8)).isoformat(),
        "subject": "Noël en Alpilles",
        "preheader": "Nos adresses",
        "editorial": "Chers amis,\r\n\r\nVoici l’hiver.",
    }
    return {**said, **changes}


def order(edition: Edition) -> list[int]:
    return list(edition.placements.order_by("position").values_list("offer_id", flat=True))


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_board_opens_an_edition(client: Client, board: User) -> None:
    make.newsletter()

    client.post(reverse("board:edition-new"), words())

    edition = Edition.objects.get()
    assert (edition.title, edition.created_by) == ("Fêtes en Alpilles", board)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, "Donnez un titre"),
        ({"planned_on": "2020-01-01"}, "déjà passé"),
        ({"planned_on": "31/02/2027"}, "Cette date n’existe pas"),
    ],
)
def test_an_edition_is_not_opened_on_a_day_that_is_none(client: Client, changes: dict[str, str], sentence: str) -> None:
    make.newsletter()

    assert sentence in text_of(client.post(reverse("board:edition-new"), words(**changes)))
    assert not Edition.objects.exists()


def test_what_is_written_is_kept_and_shown_again(client: Client) -> None:
    edition = make.edition()

    shown = text_of(client.post(url("edition-write", edition), words(), follow=True))

    edition.refresh_from_db()
    assert edition.editorial == "Chers amis,\n\nVoici l’hiver."
    assert "est enregistrée" in shown
    assert "Voici l’hiver." in shown


def test_an_old_edition_is_still_written_though_its_day_has_passed(client: Client) -> None:
    edition = make.edition(planned_on=timezone.localdate() - timedelta(days=3))

    client.post(url("edition-write", edition), words(planned_on=edition.planned_on.isoformat()))

    edition.refresh_from_db()
    assert edition.subject == "Noël en Alpilles"


def test_a_mistake_keeps_everything_that_was_typed(client: Client) -> None:
    edition = make.edition()

    shown = text_of(client.post(url("edition-write", edition), words(subject="é" * 151, editorial="À garder")))

    assert "L’objet tient en 150 caractères\u00a0; il en a 151." in shown
    assert "À garder" in shown
    edition.refresh_from_db()
    assert edition.subject == "Noël en Alpilles"
    assert edition.editorial == ""


def test_words_for_an_edition_that_was_locked_meanwhile_are_not_lost(client: Client) -> None:
    edition = make.locked_edition()

    shown = text_of(client.post(url("edition-write", edition), words(editorial="À garder")))

    assert "rouvrez-la" in shown
    assert "À garder" in shown


def test_an_automatic_save_answers_with_its_hour_and_what_it_changed(client: Client) -> None:
    edition = make.edition()

    kept = client.post(url("edition-write", edition), words(title="Épiphanie"), headers=HTMX)
    refused = client.post(url("edition-write", edition), words(subject="é" * 151), headers=HTMX)

    assert "Enregistré à" in text_of(kept)
    assert "Épiphanie" in text_of(kept)
    assert kept["HX-Trigger"] == "edition-changed"
    assert "Pas enregistré" in text_of(refused)
    assert "il en a 151" in text_of(refused)


def test_offers_are_placed_moved_arranged_and_removed_without_a_script(client: Client) -> None:
    a, b, c = make.approved(), make.approved(), make.approved()
    edition = make.edition()

    for offer in (a, b, c):
        client.post(url("edition-place", edition, offer))
    assert order(edition) == [a.pk, b.pk, c.pk]
    client.post(url("edition-move", edition, c), {"position": "2"})
    assert order(edition) == [a.pk, c.pk, b.pk]
    client.post(url("edition-move", edition, a), {"position": "0"})
    assert order(edition) == [a.pk, c.pk, b.pk]
    client.post(url("edition-arrange", edition), {"offer": [b.pk, a.pk, c.pk]})
    assert order(edition) == [b.pk, a.pk, c.pk]
    answer = client.post(url("edition-remove", edition, a))
    assert order(edition) == [b.pk, c.pk]
    assert answer["Location"] == url("edition", edition) + "#offres"


def test_an_edition_shows_what_is_placed_and_what_could_be(client: Client) -> None:
    placed, free = make.approved(title="Placée"), make.approved(title="Libre")
    make.approved(title="Finie", valid_until=SENDING_DAY - timedelta(days=1))
    make.offer(OfferState.SUBMITTED, title="En attente")

    context = client.get(url("edition", make.edition(placed))).context

    assert [seat.offer for seat in context["seats"]] == [placed]
    assert list(context["free"]) == [free]


REFUSED = {
    "draft": (lambda edition: make.offer(), "n’est plus acceptée"),
    "over": (lambda edition: make.approved(valid_until=SENDING_DAY - timedelta(days=1)), "sera terminée"),
    "placed": (lambda edition: edition.placements.get().offer, "est déjà dans l’édition"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_cannot_be_placed_is_answered_in_a_sentence(client: Client, case: str, headers: dict[str, str]) -> None:
    edition = make.edition(make.approved())
    build, sentence = REFUSED[case]
    before = order(edition)

    answer = client.post(url("edition-place", edition, build(edition)), headers=headers, follow=True)

    assert sentence in text_of(answer)
    assert order(edition) == before


@pytest.mark.parametrize("sent", [[], ["1"], ["x"], ["9" * 40], ["²"]])
def test_an_order_from_an_older_page_is_refused_and_the_true_one_shown(client: Client, sent: list[str]) -> None:
    edition = make.edition(make.approved(), make.approved())
    before = order(edition)

    answer = client.post(url("edition-arrange", edition), {"offer": sent}, headers=HTMX)

    assert "Quelqu’un a ajouté ou retiré une offre" in text_of(answer)
    assert order(edition) == before


def test_findings_stand_beside_the_composer_blocking_ones_first(client: Client) -> None:
    edition = make.edition(subject="", preheader="", editorial="Cher {prnom}")

    findings = client.get(url("edition", edition)).context["findings"]

    assert [finding["blocking"] for finding in findings] == [True, True, True, False]
    assert "« prnom » n’existe pas (éditorial)" in findings[0]["words"].replace("\u00a0", " ")
    assert "écrivez {prénom}" in findings[0]["words"]


def test_an_edition_without_offers_is_not_locked_and_the_page_says_why(client: Client) -> None:
    edition = make.edition()

    shown = text_of(client.post(url("edition-lock", edition), follow=True))

    assert "ne peut pas encore être verrouillée" in shown
    assert "ne contient aucune offre" in shown


def test_an_edition_is_locked_and_reopened(client: Client) -> None:
    edition = make.edition(make.approved())

    locked = text_of(client.post(url("edition-lock", edition), follow=True))
    edition.refresh_from_db()
    assert edition.is_locked
    assert "Rouvrir l’édition" in locked
    assert "Enregistrer" not in locked

    client.post(url("edition-reopen", edition))
    edition.refresh_from_db()
    assert not edition.is_locked


def test_the_reason_of_the_wing_that_sends_is_shown(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "_reopening_guards", [lambda edition: "L’envoi a commencé."])

    assert "L’envoi a commencé." in text_of(client.post(url("edition-reopen", make.locked_edition()), follow=True))


def test_a_newer_approved_version_is_offered_and_taken(client: Client) -> None:
    offer = make.approved(title="Huile nouvelle")
    edition = make.edition(offer)
    newest = make.revision(offer, title="Huile d’hiver")

    assert "Prendre la version la plus récente" in text_of(client.get(url("edition", edition)))
    client.post(url("edition-refresh", edition, offer))

    assert edition.placements.get().revision == newest


def test_the_previews_show_what_was_placed_and_a_script_as_text(client: Client) -> None:
    offer = make.approved(title="Huile nouvelle", text="<script>alert(1)</script>")
    edition = make.edition(offer, subject="Noël", editorial="Cher {prénom},\n\n<img src=x onerror=alert(1)>")

    html = client.get(url("preview", edition))
    text = client.get(url("preview-text", edition))

    assert "Huile nouvelle" in text_of(html)
    assert "Huile nouvelle" in text_of(text)
    assert "Cher Jeanne," in text_of(html)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text_of(html)
    assert "<script" not in text_of(html)
    assert "<img src=x" not in text_of(html)
    assert text["Content-Type"] == "text/plain; charset=utf-8"


def test_no_script_can_run_in_a_preview(client: Client) -> None:
    policy = client.get(url("preview", make.edition(make.approved())))["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "sandbox allow-same-origin" in policy
    assert "allow-scripts" not in policy


def test_an_unfinished_edition_has_its_preview_all_the_same(client: Client) -> None:
    edition = make.edition(subject="", editorial="{{ inconnu }} %%autre%% {x}")

    assert "{{ inconnu }}" in text_of(client.get(url("preview", edition)))


def test_a_test_goes_to_the_one_who_asked(client: Client, board: User) -> None:
    edition = make.edition(make.approved(), subject="Noël en Alpilles")

    shown = text_of(client.post(url("edition-test", edition), follow=True))

    assert [(message.to, message.subject) for message in mail.outbox] == [([board.email], "[Test] Noël en Alpilles")]
    assert board.email in shown


def test_a_silent_broker_is_said_in_a_sentence(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*ids: int) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.send_test, "delay_on_commit", down, raising=False)

    shown = text_of(client.post(url("edition-test", make.edition()), follow=True))

    assert "n’a pas pu partir" in shown


@pytest.mark.parametrize("count", [1, 3])
def test_the_composer_costs_as_many_queries_however_many_offers(
    client: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    edition = make.edition(*(make.approved() for _ in range(count)))
    for _ in range(count):
        make.approved()

    with django_assert_max_num_queries(9):
        client.get(url("edition", edition))


def test_the_whole_way_from_a_submitted_offer_to_a_locked_edition(client: Client) -> None:
    make.newsletter()
    offer = make.offer(OfferState.SUBMITTED, title="Le gros souper")
    client.post(url("offer-approve", offer))
    client.post(reverse("board:edition-new"), words(planned_on=(NOON + timedelta(days=20)).date().isoformat()))
    edition = Edition.objects.get()
    client.post(url("edition-write", edition), words())
    client.post(url("edition-place", edition, Offer.objects.get()))

    client.post(url("edition-lock", edition))

    edition.refresh_from_db()
    assert edition.is_locked
    assert "Le gros souper" in text_of(client.get(url("preview", edition)))


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_seat_that_the_selection_gave_is_taken_with_a_reason_typed_beside_it(
    client: Client, headers: dict[str, str]
) -> None:
    row = make.calling(make.member("Mas"), closes_at=timezone.now() + timedelta(days=1))
    offer = make.answered(row.calls.get())
    calls.close(row, by=None, now=timezone.now())
    [edition] = selecting.draft_editions(row, by=None, now=timezone.now())

    asked = client.post(url("edition-remove", edition, offer), headers=headers)
    assert order(edition) == [offer.pk]
    assert [choice.call.member.name for choice in asked.context["why"]["choices"]] == ["Mas"]
    assert lxml.html.fromstring(asked.content.decode()).xpath("//*[@id='pourquoi']//textarea[@autofocus]")
    empty = client.post(url("edition-remove", edition, offer), {"words": " "}, headers=headers)
    assert "Écrivez pourquoi" in text_of(empty)
    client.post(url("edition-remove", edition, offer), {"words": "Complet."}, headers=headers)

    assert order(edition) == []
    assert Override.objects.get().words == "Complet."


def test_an_order_that_gives_the_large_place_away_is_kept_until_the_reason_is_typed(client: Client) -> None:
    row = make.calling(make.member("A"), make.member("B"), closes_at=timezone.now() + timedelta(days=1))
    for call in row.calls.all():
        make.answered(call)
    calls.close(row, by=None, now=timezone.now())
    [edition] = selecting.draft_editions(row, by=None, now=timezone.now())
    wanted = order(edition)[::-1]

    asked = client.post(url("edition-arrange", edition), {"offer": wanted})
    assert asked.context["why"]["typed"] == [("offer", str(one)) for one in wanted]
    client.post(url("edition-arrange", edition), {"offer": wanted, "words": "B ouvre la lettre."})

    assert order(edition) == wanted
    assert Override.objects.count() == 2
