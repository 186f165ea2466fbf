import pytest

from newsletter.core.content import EditionContent, Editorial, Identity, OfferCard, Offers, Picture
from newsletter.core.holes import Marks


def card(key: str = "1", **said: str) -> OfferCard:
    return OfferCard(
        key,
        **{"title": f"Offre {key}", "text": "", "member_name": "Le Mas", "commune": "", "category": ""} | said,
    )


def content(**said: object) -> EditionContent:
    whole = {
        "language": "fr",
        "title": "Fêtes",
        "subject": "Fêtes",
        "preheader": "",
        "identity": Identity("Les Alpilles", "13520", "Vous êtes inscrit.", "bonjour@alpilles.example"),
    }
    return EditionContent(**whole | said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("number", "large", "pairs", "last"),
    [(0, 0, 0, 0), (1, 1, 0, 0), (2, 1, 0, 1), (3, 1, 1, 0), (12, 1, 5, 1)],
)
def test_every_offer_has_one_seat(number: int, large: int, pairs: int, last: int) -> None:
    block = Offers(tuple(card(str(n)) for n in range(number)))

    assert (bool(block.large), len(block.pairs), bool(block.last)) == (large, pairs, last)
    seated = [block.large] * large + [c for pair in block.pairs for c in pair] + [block.last] * last
    assert tuple(seated) == block.cards


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/offers/1", "https://x y", ""])
def test_only_web_addresses_are_printed(url: str) -> None:
    with pytest.raises(ValueError):
        Picture(url, "", 10, 10)
    if url:
        with pytest.raises(ValueError):
            card(link=url)


def test_the_same_content_has_the_same_fingerprint() -> None:
    assert content().fingerprint() == content().fingerprint()
    assert content().fingerprint() != content(blocks=(Offers(()),)).fingerprint()
    assert content(blocks=(Editorial("a"),)).fingerprint() != content(blocks=(Editorial("b"),)).fingerprint()


def test_only_the_boards_words_have_merge_fields() -> None:
    offers = Offers((card(text="%%first_name%% {{ x }}"),))
    marked = content(subject="%%first_name%%", blocks=(Editorial("<p>%%first_name%%</p>"), offers)).marked(Marks())

    assert "%%" not in marked.subject
    assert marked.blocks[1] == offers


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("bonjour@alpilles.example", "mailto:bonjour@alpilles.example"),
        ("https://alpilles.example", "https://alpilles.example"),
        ("04 90 54 00 00", ""),
    ],
)
def test_a_contact_leads_where_it_can(contact: str, link: str) -> None:
    assert Identity("a", "b", "c", contact).contact_link == link
