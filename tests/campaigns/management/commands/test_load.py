"""`manage.py load FOLDER`: the whole story or, at one bad line, none of it."""

import csv
import shutil
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from audiences.models import Consent, Subscriber, Subscription
from campaigns import enqueuing, schedule
from campaigns.management.commands.load import moment
from campaigns.models import Campaign
from newsletter import editions
from newsletter.core.places import read_communes
from newsletter.core.review import OfferState
from newsletter.models import Association, Edition, Member, Offer, OfferMove, OfferRevision, Place, Placement, User
from newsletter.places import FILE

pytestmark = pytest.mark.django_db

DEMO: Path = settings.BASE_DIR / "data" / "demo"
ROWS = (
    *(Association, User, Member, Offer, OfferMove, OfferRevision, Edition, Placement),
    *(Subscriber, Subscription, Consent),
)


@pytest.fixture(scope="session")
def told_communes() -> list[Place]:
    """The communes that the story names, as the map of France has them."""
    named = {
        (row["commune"], row["postcode"])
        for file in ("members.csv", "readers.csv")
        for row in csv.DictReader(StringIO((DEMO / file).read_text(encoding="utf-8")))
        if row["commune"]
    }
    fields = [field.name for field in Place._meta.fields]
    return [
        Place(
            **{name: getattr(commune, name) for name in fields if name != "postcodes"}
            | {"postcodes": [*commune.postcodes]}
        )
        for commune in read_communes(FILE)
        if any((commune.name.replace("'", "’"), postcode) in named for postcode in commune.postcodes)
    ]


@pytest.fixture
def communes(told_communes: list[Place]) -> None:
    Place.objects.bulk_create(told_communes)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The story with its first twenty readers, for a test to spoil."""
    copy = tmp_path / "histoire"
    shutil.copytree(DEMO, copy, ignore=shutil.ignore_patterns("*.py"))
    readers = (copy / "readers.csv").read_text().splitlines(keepends=True)
    (copy / "readers.csv").write_text("".join(readers[:21]))
    return copy


def load(folder: Path, now: str = "2026-11-23") -> str:
    out = StringIO()
    call_command("load", folder, now=moment(now), stdout=out)
    return out.getvalue()


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in ROWS}


def spoil(folder: Path, file: str, was: str, becomes: str) -> None:
    text = (folder / file).read_text()
    assert was in text
    (folder / file).write_text(text.replace(was, becomes, 1))


def refusal(folder: Path) -> str:
    with pytest.raises(CommandError) as caught:
        load(folder)
    assert not any(counts().values()), "something of a refused folder stayed behind"
    return str(caught.value)


def test_the_demo_loads_whole_and_again_changes_nothing(communes: None) -> None:
    load(DEMO)
    first = counts()
    again = load(DEMO, now="2026-11-24")

    assert counts() == first
    assert (first["Member"], first["Offer"], first["Subscriber"], first["Edition"]) == (66, 26, 2000, 2)
    assert "readers.csv\u00a0: 0 repris, 2000 déjà là" in again


def test_the_story_ends_where_its_files_say(communes: None, folder: Path) -> None:
    load(folder)

    states = [Offer.objects.filter(state=state).count() for state in ("approved", "submitted", "draft")]
    assert states == [16, 4, 4]
    main, january = Edition.objects.get(slug__startswith="fetes"), Edition.objects.get(slug__startswith="premiers")
    assert (main.placements.count(), january.placements.count()) == (12, 3)
    assert main.placements.first().offer.member.name == "Moulin de la Pierre Lente"  # type: ignore[union-attr]
    mas = Member.objects.get(name="Mas des Oliviers")
    assert (mas.commune.name, mas.people.get().user.email) == (
        "Maussane-les-Alpilles",
        "helene@mas-des-oliviers.example",
    )
    assert User.objects.get(name="Jeanne Aubert").has_perm("newsletter.board")
    jeanne = Subscriber.objects.get(address="jeanne.martin@boite-aux-lettres.example")
    assert (jeanne.department, jeanne.interests) == ("13", ["table", "olive", "heritage", "feasts"])
    declined = Offer.objects.get(state=OfferState.DECLINED)
    assert declined.moves.latest("pk").by == User.objects.get(name="Jeanne Aubert")


def enqueued(campaign: Campaign, now: datetime) -> int:
    """Let the clock start a launched campaign once its minute is over; return the size of its audience."""
    later = now + timedelta(minutes=2)
    schedule.start_due(now=later)
    campaign.refresh_from_db()
    return enqueuing.enqueue(campaign, now=later)


@pytest.mark.parametrize("now", ["2026-12-20", "2026-12-31", "2027-01-02", "2027-07-15", "2028-02-29"])
def test_on_any_day_of_the_year_the_story_can_be_sent(communes: None, folder: Path, now: str) -> None:
    load(folder, now)

    main = Edition.objects.get(slug__startswith="fetes")
    assert main.planned_on == date.fromisoformat(now)
    assert main.placements.count() == 12
    assert not Placement.objects.filter(offer__valid_until__lt=main.planned_on).exists()

    noon = moment(now)
    chair = User.objects.get(name="Jeanne Aubert")
    for edition in Edition.objects.all():
        campaign = schedule.plan(editions.lock(edition, by=chair, now=noon), [], starts_at=None, by=chair)
        schedule.launch(campaign, by=chair, now=noon, confirm_late=True)
        assert enqueued(campaign, noon) == Subscription.objects.filter(state="confirmed").count()


@pytest.mark.parametrize(
    ("file", "was", "becomes", "sentence"),
    [
        (
            "members.csv",
            "Eygalières",
            "Eygalièrette",
            "members.csv, ligne 4 : la commune « Eygalièrette 13810 » est inconnue.",
        ),
        (
            "members.csv",
            "wine_estate",
            "cave",
            "members.csv, ligne 28 : « cave » n’est pas une valeur connue pour « category ».",
        ),
        (
            "offers.csv",
            "feasts+9",
            "à Noël",
            "offers.csv, ligne 2 : « à Noël » n’est pas une date pour « valid_until ». "
            "Écrivez 2026-12-24, ou comptez : today+3, feasts-20, feasts+12.",
        ),
        (
            "offers.csv",
            "142.00,night",
            "142.00,",
            "offers.csv, ligne 2 : ce prix n’a pas d’unité. "
            "Dites dans « price_unit » à quoi il correspond : person, night…",
        ),
        (
            "offers.csv",
            "Mas des Oliviers,",
            "Mas des Absents,",
            "offers.csv, ligne 2 : aucun adhérent ne s’appelle « Mas des Absents ».",
        ),
        (
            "offers.csv",
            "santons.jpg",
            "santon.jpg",
            "offers.csv, ligne 5 : la photo « santon.jpg » n’est pas dans le dossier « pictures ».",
        ),
        (
            "offers.csv",
            "stay|olive|feasts|nature",
            "",
            "offers.csv, ligne 2 : l’offre est incomplète. "
            "Cochez au moins un thème, pour que l’offre trouve ses lecteurs.",
        ),
        (
            "readers.csv",
            "fr,13001,Marseille",
            "fr,13001,Massilia",
            "readers.csv, ligne 3 : la commune « Massilia 13001 » est inconnue.",
        ),
        (
            "readers.csv",
            '"Carnet d’accueil d’un hébergement, case cochée"',
            "",
            "readers.csv, ligne 3 : pichon.marion@courrier.example n’a pas de source de consentement. "
            "Dites dans « consent_source » où cette personne a accepté la lettre, ou retirez la ligne.",
        ),
        (
            "readers.csv",
            "pichon.marion@courrier",
            "pichon marion@courrier",
            "readers.csv, ligne 3 : on ne peut pas écrire à « pichon marion@courrier.example ». "
            "Cette adresse contient une espace. Retirez-la.",
        ),
        (
            "edition.toml",
            'title = "Façonner son premier santon"',
            'title = "Façonner"',
            "edition.toml, ligne 23 : l’offre « L’Atelier des Santons d’Augusta – Façonner » n’existe pas.",
        ),
        (
            "edition.toml",
            'L’Hostellerie du Vallon Clair", title = "La nuit de Noël aux Baux',
            'Le Veilleur d’Étoiles", title = "Orion au-dessus d’Aureille',
            "edition.toml, ligne 21 : l’offre « Orion au-dessus d’Aureille » ne peut pas être placée "
            "dans cette édition. Le bureau ne l’a pas acceptée.",
        ),
        (
            "association.toml",
            "sender_email =",
            "sender =",
            "association.toml, ligne 7 : il manque une valeur dans « sender_email ».",
        ),
    ],
)
def test_one_bad_line_is_named_and_nothing_is_loaded(
    communes: None, folder: Path, file: str, was: str, becomes: str, sentence: str
) -> None:
    spoil(folder, file, was, becomes)

    assert refusal(folder).replace("\u00a0", " ") == sentence


def test_a_picture_that_is_none_is_refused(communes: None, folder: Path) -> None:
    (folder / "pictures" / "santons.jpg").write_text("rien")

    assert refusal(folder).startswith("offers.csv, ligne 5\u00a0: la photo «\u00a0santons.jpg\u00a0»")


def test_a_folder_that_is_none_or_holds_nothing_is_said_so(tmp_path: Path) -> None:
    assert "n’est pas un dossier" in refusal(tmp_path / "ailleurs")
    assert "Aucun des fichiers attendus" in refusal(tmp_path)


def test_readers_without_a_letter_to_read_are_refused(communes: None, folder: Path) -> None:
    (folder / "association.toml").unlink()
    for file in ("members.csv", "offers.csv", "edition.toml", "edition-janvier.toml"):
        (folder / file).unlink()

    assert "association.toml" in refusal(folder)


def test_a_clock_that_is_none_is_refused(folder: Path) -> None:
    with pytest.raises(CommandError, match="n’est pas une date"):
        moment("demain")
