"""From a locked edition to a launched campaign: to whom, when, and one question."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audiences.models import Segment
from campaigns import schedule, warmups
from campaigns.models import Campaign, CampaignMove
from newsletter.models import Edition, User
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("board")]


def group(name: str = "Gourmands", **tree: Any) -> Segment:
    return Segment.objects.create(name=name, tree=tree or {"likes": "table"})


def prepare(client: Client, edition: Edition, **said: Any) -> Any:
    return client.post(reverse("campaign-prepare", args=[edition.pk]), {"whom": "all", "when": "now", **said})


def page(client: Client, name: str, pk: int) -> str:
    return client.get(reverse(name, args=[pk])).content.decode()


def launch(client: Client, campaign: Campaign) -> Any:
    seen = {"as_shown": schedule.plan_hash(campaign)}
    return client.post(reverse("campaign-launch-now", args=[campaign.pk]), seen, follow=True)


def test_without_groups_the_letter_goes_to_everyone_and_the_page_says_how_many(client: Client) -> None:
    make.readers(3)
    edition = make.locked_edition()

    assert "À tous les inscrits (3\u00a0lecteurs)" in page(client, "campaign-prepare", edition.pk)
    answer = prepare(client, edition)

    campaign = Campaign.objects.get()
    assert answer["Location"] == reverse("campaign-launch", args=[campaign.pk])
    assert campaign.variants.get().segment is None


def test_with_groups_nobody_writes_to_everyone_by_forgetting_to_choose(client: Client) -> None:
    make.reader(interests=["table"])
    make.reader()
    group()
    edition = make.locked_edition()
    url = reverse("campaign-prepare", args=[edition.pk])

    assert "Gourmands (1\u00a0lecteur)" in page(client, "campaign-prepare", edition.pk)
    answer = client.post(url, {"when": "now"})

    assert answer.status_code == 400
    assert "Dites à qui la lettre part." in answer.content.decode()
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"whom": "some"}, "Cochez au moins un groupe"),
        ({"whom": "all", "segments": "mine"}, "Des groupes sont cochés"),
        ({"whom": "nobody"}, "nobody"),
        ({"whom": "some", "segments": "999999"}, "999999"),
        ({"when": ""}, "Dites quand elle part."),
        ({"when": "later"}, "Donnez le jour et l’heure"),
        ({"when": "later", "starts_at": "mardi"}, "Écrivez le jour et l’heure ainsi"),
        ({"when": "later", "starts_at": "2020-01-01T09:30"}, "Cette heure est déjà passée"),
        ({"when": "later", "starts_at": "2126-01-01T09:30"}, "C’est dans plus d’un an"),
    ],
)
def test_a_wrong_answer_is_said_at_its_field_and_what_was_typed_stays(
    client: Client, said: dict[str, Any], sentence: str
) -> None:
    mine = group()
    if said.get("segments") == "mine":
        said = {**said, "segments": mine.pk}

    answer = prepare(client, make.locked_edition(), **said)
    shown = answer.content.decode()

    assert answer.status_code == 400
    assert sentence in shown
    assert "aria-invalid" in shown or "aria-describedby" in shown
    if "starts_at" in said:
        assert f'value="{said["starts_at"]}"' in shown
    assert not Campaign.objects.exists()


def test_the_page_is_found_again_as_it_was_answered(client: Client) -> None:
    gourmands, edition = group(), make.locked_edition()
    hour = (timezone.localtime() + timedelta(days=2)).replace(minute=30)

    prepare(client, edition, whom="some", segments=[gourmands.pk], when="later", starts_at=f"{hour:%Y-%m-%dT%H:%M}")
    again = client.get(reverse("campaign-prepare", args=[edition.pk])).context["form"].initial

    assert (again["whom"], again["segments"], again["when"]) == ("some", [gourmands.pk], "later")
    assert timezone.localtime(again["starts_at"]).strftime("%H:%M") == f"{hour:%H:%M}"


def test_an_open_edition_is_locked_first(client: Client) -> None:
    edition = make.edition(make.approved())
    answer = client.get(reverse("campaign-prepare", args=[edition.pk]), follow=True)

    assert answer.redirect_chain[-1][0] == reverse("board:edition", args=[edition.pk])
    assert "Verrouillez d’abord l’édition" in answer.content.decode()


def test_the_launch_page_says_everything_once(client: Client) -> None:
    make.reader(interests=["table"])
    make.reader(interests=["table", "wine"])
    make.reader(interests=["wine"])
    edition = make.locked_edition(subject="Noël en Alpilles")
    edition.newsletter.reply_to = "bonjour@alpilles.example"
    edition.newsletter.save()
    campaign = make.planned(edition, group("Gourmands"), group("Vignerons", likes="wine"))

    shown = page(client, "campaign-launch", campaign.pk)

    for words in (
        "Noël en Alpilles",
        "Gourmands",
        "1\u00a0lecteur de plus",
        "lettre@alpilles.example",
        "bonjour@alpilles.example",
        "Une minute après votre confirmation",
        "Moins d’une minute",
        "Envoyer à 3\u00a0lecteurs",
    ):
        assert words in shown


def test_who_has_the_edition_already_is_not_counted_again(client: Client) -> None:
    make.readers(2)
    edition = make.locked_edition()
    make.running(edition)
    make.readers(3)

    shown = page(client, "campaign-launch", make.planned(edition).pk)

    assert "Envoyer à 3\u00a0lecteurs" in shown
    assert "2 autres sont laissés de côté" in shown
    assert "Cette édition a déjà un envoi" in page(client, "campaign-prepare", edition.pk)


@pytest.mark.broken_ledger
def test_whoever_wants_one_letter_a_month_is_not_counted_after_one(client: Client) -> None:
    make.reader(monthly=True)
    make.reader()
    make.running(make.locked_edition(), now=timezone.now()).deliveries.update(state="sent", settled_at=timezone.now())

    assert "Envoyer à 1\u00a0lecteur<" in page(client, "campaign-launch", make.planned(make.locked_edition()).pk)


def test_launching_twice_launches_once_and_leads_to_the_same_page(client: Client, board: User) -> None:
    make.reader()
    campaign = make.planned()

    first, second = launch(client, campaign), launch(client, campaign)

    assert [answer.redirect_chain[-1][0] for answer in (first, second)] == [reverse("campaign", args=[campaign.pk])] * 2
    assert "Cet envoi était déjà lancé." in second.content.decode()
    assert CampaignMove.objects.get().by == board
    assert client.get(reverse("campaign-launch", args=[campaign.pk])).status_code == 302


def test_a_letter_to_nobody_is_not_launched(client: Client) -> None:
    campaign = make.planned()

    assert "Personne ne recevrait cette lettre" in page(client, "campaign-launch", campaign.pk)
    answer = launch(client, campaign)

    assert "choisissez d’autres lecteurs" in answer.content.decode()
    campaign.refresh_from_db()
    assert campaign.state == "draft"


def test_a_plan_that_a_colleague_changed_meanwhile_is_looked_at_again(client: Client) -> None:
    make.readers(2, interests=["table"])
    campaign = make.planned()
    seen = {"as_shown": schedule.plan_hash(campaign)}
    schedule.plan(
        campaign.edition, [Segment.objects.create(name="Table", tree={"likes": "table"})], starts_at=None, by=None
    )
    page = client.post(reverse("campaign-launch-now", args=[campaign.pk]), seen, follow=True)
    campaign.refresh_from_db()
    assert campaign.state == "draft"
    assert "ont changé entre-temps" in page.content.decode()


def test_an_edition_reopened_meanwhile_is_not_sent(client: Client) -> None:
    make.reader()
    campaign = make.planned()
    Edition.objects.update(locked_at=None, content_hash="")

    assert "rouverte entre-temps" in launch(client, campaign).content.decode()
    campaign.refresh_from_db()
    assert campaign.state == "draft"


@pytest.mark.broken_ledger
def test_the_lists_of_editions_say_how_their_sending_stands(client: Client) -> None:
    make.reader()
    edition = make.locked_edition()
    lists = ("board:editions", [])
    said = []
    for step in (
        lambda: make.planned(edition),
        lambda: schedule.launch(Campaign.objects.get(), by=None, now=timezone.now()),
        lambda: Campaign.objects.update(state="finished"),
    ):
        step()
        shown = client.get(reverse(lists[0])).content.decode()
        said += [words for words in ("Envoi à lancer", "Envoi programmé", "Envoyée") if f">{words}<" in shown]

    assert said == ["Envoi à lancer", "Envoi programmé", "Envoyée"]
    assert "Voir l’envoi" in client.get(reverse("board:edition", args=[edition.pk])).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_cost_as_many_queries_however_many_groups(
    client: Client, count: int, django_assert_max_num_queries: Any
) -> None:
    groups = [group(f"Groupe {number}") for number in range(count)]
    campaign = make.planned(None, *groups)
    make.running(make.locked_edition())
    client.get(reverse("campaigns"))

    with django_assert_max_num_queries(12):
        page(client, "campaign-prepare", campaign.edition_id)
    with django_assert_max_num_queries(23):
        page(client, "campaign-launch", campaign.pk)


def test_a_new_domain_s_days_are_said_before_anything_leaves(client: Client) -> None:
    make.readers(3)
    campaign = make.planned()
    assert "plusieurs jours" not in page(client, "campaign-launch", campaign.pk)
    warmups.begin("alpilles.example", first_day=timezone.localdate() + timedelta(days=2))
    shown = page(client, "campaign-launch", campaign.pk)
    assert "la lettre part sur plusieurs jours" in shown
    assert "environ 2 jours" in " ".join(shown.lower().split())
