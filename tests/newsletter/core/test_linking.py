from newsletter.core.content import Destination, DestinationLine, Editorial, OfferCard, Offers
from newsletter.core.linking import Part, Spot, relink


def test_each_web_link_of_a_text_is_chosen_anew_with_its_words_and_nothing_else_is_touched() -> None:
    seen = []

    def choose(spot: Spot) -> str:
        seen.append(spot)
        return "https://autre.example/?a=1&b=2"

    html = (
        '<p>Lisez <a href="https://un.example/?x=1&amp;y=2"><strong>notre</strong>\n page</a>, '
        '<a href="mailto:a@alpilles.example">écrivez</a> https://nu.example/</p>'
    )
    assert relink(html, choose) == (
        '<p>Lisez <a href="https://autre.example/?a=1&amp;b=2"><strong>notre</strong>\n page</a>, '
        '<a href="mailto:a@alpilles.example">écrivez</a> https://nu.example/</p>'
    )
    assert seen == [Spot("https://un.example/?x=1&y=2", "notre page", Part.EDITORIAL)]


def test_a_link_may_bear_anything_without_leaving_its_attribute() -> None:
    html = relink('<a href="https://un.example/">x</a>', lambda spot: 'https://e.example/"><script>')
    assert html == '<a href="https://e.example/&quot;&gt;&lt;script&gt;">x</a>'


def test_blocks_know_which_offer_and_which_line_a_link_belongs_to() -> None:
    card = OfferCard("7", "Huile", "", "Moulin", "Maussane", "Moulin", link="https://moulin.example/")
    without = OfferCard("8", "Santons", "", "Atelier", "Arles", "Artisan")
    line = DestinationLine("Marché", "Noël", link="https://marche.example/", key="3")
    seen: list[Spot] = []

    def choose(spot: Spot) -> str:
        seen.append(spot)
        return "https://autre.example/"

    Editorial('<a href="https://un.example/">ici</a>').linked(choose)
    offers = Offers((card, without)).linked(choose)
    Destination("Office", "Dans la destination", (line,)).linked(choose)
    assert [one.link for one in offers.cards] == ["https://autre.example/", ""]
    assert seen == [
        Spot("https://un.example/", "ici", Part.EDITORIAL),
        Spot("https://moulin.example/", "Huile", Part.OFFER, "7"),
        Spot("https://marche.example/", "Noël", Part.DESTINATION, "3"),
    ]
