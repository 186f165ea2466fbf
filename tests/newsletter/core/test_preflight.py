import pytest

from newsletter.core.content import EditionContent, Editorial, Hero, Identity, OfferCard, Offers, Picture
from newsletter.core.preflight import SENTENCES, Finding, Severity, look

CARD = OfferCard("1", "Noël au mas", "", "Le Mas", "Maussane", "Hébergement")


def content(**said: object) -> EditionContent:
    whole = {
        "language": "fr",
        "title": "Fêtes",
        "subject": "Fêtes",
        "preheader": "Venez",
        "identity": Identity("Les Alpilles", "13520", "Vous êtes inscrit.", "bonjour@alpilles.example"),
        "blocks": (Offers((CARD,)),),
    }
    return EditionContent(**whole | said)  # type: ignore[arg-type]


def test_a_whole_edition_has_no_finding() -> None:
    assert look(content(), html_bytes=80_000) == []


def test_an_edition_without_offers_or_subject_is_held() -> None:
    assert look(content(subject=" ", blocks=(Offers(()),))) == [
        Finding(Severity.BLOCKING, "no_offers"),
        Finding(Severity.BLOCKING, "subject_empty", "subject"),
    ]


def test_unknown_merge_fields_are_named_where_they_stand() -> None:
    edition = content(subject="%%prenom%%", preheader="%%name%%", blocks=(Offers((CARD,)), Editorial("<p>%%nom%%</p>")))

    assert look(edition) == [
        Finding(Severity.BLOCKING, "unknown_merge_field", "subject", ("prenom",)),
        Finding(Severity.BLOCKING, "unknown_merge_field", "preheader", ("name",)),
        Finding(Severity.BLOCKING, "unknown_merge_field", "editorial", ("nom",)),
    ]
    assert look(edition)[0].sentence() == "Le champ « prenom » n’existe pas (subject)."


@pytest.mark.parametrize(
    ("size", "severity"), [(90_000, None), (90_001, Severity.WARNING), (102_001, Severity.BLOCKING)]
)
def test_gmail_must_not_cut_the_way_out(size: int, severity: Severity | None) -> None:
    assert [finding.severity for finding in look(content(), html_bytes=size)] == ([severity] if severity else [])


def test_a_picture_without_a_description_is_named() -> None:
    hero = Hero(Picture("https://x.example/a.jpg", " ", 600, 300))

    assert look(content(blocks=(hero, Offers((CARD,))))) == [Finding(Severity.WARNING, "alt_missing", "hero")]


def test_every_finding_speaks_both_languages() -> None:
    assert SENTENCES["fr"].keys() == SENTENCES["en"].keys()
