"""Who belongs to the association is the board's to say."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from newsletter import editions, invitations, members
from newsletter.models import Member, Offer, Place, User
from tests import make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("board")]


@pytest.fixture(autouse=True)
def communes() -> dict[str, Place]:
    return {
        "maussane": make.place("Maussane-les-Alpilles", postcodes=["13520"]),
        "saint-remy": make.place("Saint-Rémy-de-Provence", postcodes=["13210"]),
        "remy-60": make.place("Rémy", postcodes=["60190"]),
        "remy-62": make.place("Rémy", postcodes=["62156"]),
    }


def add(client: Client, **changes: Any) -> Any:
    said = {
        "name": "Mas des Oliviers",
        "category": "lodging",
        "commune": "saint remy de provence",
        "contact": "Luc Roumanille",
        "email": "luc@mas.example",
        "phone": "04 90 00 00 00",
        "website": "www.mas.example",
    }
    return client.post(reverse("board:member-new"), {**said, **changes}, follow=True)


def test_a_member_is_taken_in_with_the_person_who_signs_in_for_it(client: Client, communes: dict[str, Place]) -> None:
    add(client)

    mas = Member.objects.get()
    assert (mas.name, mas.commune, mas.website) == (
        "Mas des Oliviers",
        communes["saint-remy"],
        "https://www.mas.example",
    )
    assert [(person.email, person.name) for person in User.objects.filter(memberships__member=mas)] == [
        ("luc@mas.example", "Luc Roumanille")
    ]


@pytest.mark.parametrize("typed", ["Maussane-les-Alpilles", "13520", "maussane les alpilles (13520)"])
def test_a_commune_is_found_by_name_or_postcode(client: Client, communes: dict[str, Place], typed: str) -> None:
    add(client, commune=typed)

    assert Member.objects.get().commune == communes["maussane"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Indiquez le nom"),
        ({"category": "banque"}, "banque"),
        ({"commune": "Atlantide"}, "Nous ne trouvons pas cette commune"),
        ({"commune": "Rémy"}, "Rémy (60190), Rémy (62156)"),
        ({"email": "luc@"}, "Cette adresse ne semble pas complète"),
        ({"website": "http://"}, "Ce lien ne semble pas complet"),
    ],
)
def test_a_mistake_is_said_at_its_field_and_the_rest_is_kept(
    client: Client, changes: dict[str, str], sentence: str
) -> None:
    shown = add(client, **changes).content.decode()

    assert sentence in shown
    assert "04 90 00 00 00" in shown
    assert not Member.objects.exists()


def test_a_name_is_taken_once(client: Client) -> None:
    make.member("Mas des Oliviers")

    assert "Un membre porte déjà ce nom" in add(client, name="MAS DES OLIVIERS").content.decode()


def test_communes_are_offered_while_typing(client: Client) -> None:
    shown = client.get(reverse("board:communes"), {"commune": "saint-re"}).content.decode()

    assert shown.strip() == '<option value="Saint-Rémy-de-Provence (13210)"></option>'


def test_members_are_narrowed_by_standing_dues_trade_and_commune(client: Client, communes: dict[str, Place]) -> None:
    year = timezone.localdate().year
    paid = make.member("Payé", commune=communes["maussane"])
    make.member("Dû", commune=communes["saint-remy"], category="lodging")
    members.note_paid(paid, year=year, paid_on=timezone.localdate(), by=None, now=timezone.now())
    members.note_paid(paid, year=year - 1, paid_on=timezone.localdate(), by=None, now=timezone.now())
    members.suspend(make.member("Suspendu"), reason="", now=timezone.now())

    def names(query: str) -> list[str]:
        shown = client.get(reverse("board:members") + query).content.decode()
        return [name for name in ("Dû", "Payé", "Suspendu") if f">{name}</a>" in shown]

    assert names("") == ["Dû", "Payé"]
    assert names("?standing=suspended") == ["Suspendu"]
    assert names("?standing=all") == ["Dû", "Payé", "Suspendu"]
    assert names("?dues=paid") == ["Payé"]
    assert names("?dues=owing") == ["Dû"]
    assert names("?category=lodging") == ["Dû"]
    assert names(f"?commune={communes['maussane'].pk}") == ["Payé"]
    assert names("?dues=nonsense&commune=x") == ["Dû", "Payé"]


def test_a_year_is_noted_once_and_struck(client: Client, board: User) -> None:
    mas, today = make.member(), timezone.localdate()
    for _ in range(2):
        client.post(reverse("board:member-paid", args=[mas.pk]), {"year": today.year, "paid_on": today.isoformat()})
    noted = mas.years.get()
    assert (noted.year, noted.paid_on, noted.noted_by) == (today.year, today, board)
    assert "réglée" in client.get(reverse("board:member", args=[mas.pk])).content.decode()

    client.post(reverse("board:member-unpaid", args=[mas.pk, today.year]))
    assert not mas.years.exists()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"year": "26", "paid_on": "2026-01-01"}, "par exemple 2026"),
        ({"year": "2026", "paid_on": "2999-01-01"}, "pas encore venu"),
        ({"year": "2026", "paid_on": ""}, "jour du règlement"),
    ],
)
def test_a_mistake_about_dues_is_said_at_its_field(client: Client, said: dict[str, str], sentence: str) -> None:
    mas = make.member()

    assert sentence in client.post(reverse("board:member-paid", args=[mas.pk]), said).content.decode()
    assert not mas.years.exists()


def test_a_suspended_member_leaves_every_selection_and_its_links_die(client: Client) -> None:
    mas = make.member(email="luc@mas.example")
    offer = make.approved(member=mas, title="Noël", valid_until=date(2030, 1, 1))
    way_in = invitations.invite_member(mas, by=None, now=timezone.now())
    edition = make.edition()
    token = invitations.token_of(way_in)

    client.post(reverse("board:member-suspend", args=[mas.pk]), {"reason": "Cotisation impayée"})

    mas.refresh_from_db()
    assert (mas.is_active, mas.suspended_for) == (False, "Cotisation impayée")
    assert not Offer.objects.ready(date(2026, 12, 1)).exists()
    with pytest.raises(editions.MemberSuspended):
        editions.place(edition, offer)
    assert Client().get(reverse("invitation", args=[token])).status_code == 410
    assert client.post(reverse("board:member-invite", args=[mas.pk])).status_code == 404

    client.post(reverse("board:member-resume", args=[mas.pk]))
    mas.refresh_from_db()
    assert (mas.is_active, mas.suspended_at, mas.suspended_for) == (True, None, "")
    assert editions.place(edition, offer).position == 1
    assert Client().get(reverse("invitation", args=[token])).status_code == 410, "a link that died stays dead"


def test_an_edition_that_already_holds_a_suspended_members_offer_cannot_be_locked() -> None:
    mas = make.member()
    edition = make.edition(make.approved(member=mas, valid_until=date(2030, 1, 1)))
    members.suspend(mas, reason="", now=timezone.now())

    with pytest.raises(editions.NotReady) as refused:
        editions.lock(edition, by=None, now=timezone.now())
    assert [finding.code for finding in refused.value.findings] == ["member_suspended"]


def test_people_come_and_go(client: Client) -> None:
    mas = make.member()
    client.post(reverse("board:member-let-in", args=[mas.pk]), {"email": "Luc@mas.example", "name": "Luc"})
    luc = User.objects.get(memberships__member=mas)
    assert luc.email == "Luc@mas.example"

    for _ in range(2):
        client.post(reverse("board:member-let-out", args=[mas.pk, luc.pk]))
    assert not mas.people.exists()
    assert User.objects.filter(pk=luc.pk).exists()
    assert (
        "ne semble pas complète"
        in client.post(reverse("board:member-let-in", args=[mas.pk]), {"email": "luc@"}).content.decode()
    )


def test_the_details_are_changed_and_the_address_of_the_page_stays(client: Client, communes: dict[str, Place]) -> None:
    mas = make.member("Mas", commune=communes["remy-60"])
    make.member("Autre")
    said = {"name": "Mas neuf", "category": "lodging", "commune": "Rémy (60190)", "website": "www.mas.example"}
    client.post(reverse("board:member-edit", args=[mas.pk]), said)

    now = Member.objects.get(pk=mas.pk)
    assert (now.name, now.slug, now.category, now.commune, now.website) == (
        "Mas neuf",
        mas.slug,
        "lodging",
        communes["remy-60"],
        "https://www.mas.example",
    )
    taken = client.post(reverse("board:member-edit", args=[mas.pk]), said | {"name": "AUTRE"}).content.decode()
    assert "Un membre porte déjà ce nom" in taken
