"""Write the readers of the story: invented people with names that are usual in France, and no real address.

    python data/demo/make_readers.py --count 2000 --out data/demo/readers.csv

The seed is fixed: the first 2,000 of any larger audience are the same 2,000. The first of all is Jeanne.
"""

import argparse
import csv
import random
import sys
import unicodedata
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

COLUMNS = (
    "address",
    "first_name",
    "language",
    "postcode",
    "commune",
    "interests",
    "kind",
    "consent_source",
    "consent_date",
    "tracking",
)

JEANNE = {
    "address": "jeanne.martin@boite-aux-lettres.example",
    "first_name": "Jeanne",
    "language": "fr",
    "postcode": "13520",
    "commune": "Maussane-les-Alpilles",
    "interests": "table|olive|feasts|heritage",
    "kind": "direct",
    "consent_source": "Formulaire du site, confirmé par courriel",
    "consent_date": "today-412",
    "tracking": "yes",
}

FIRST_NAMES = """
    Marie Nathalie Isabelle Sylvie Catherine Françoise Valérie Christine Monique Sophie Martine Sandrine
    Véronique Stéphanie Céline Anne Aurélie Émilie Julie Camille Léa Manon Chloé Inès Sarah Laura Pauline
    Mathilde Claire Hélène Brigitte Annie Dominique Chantal Élodie Virginie Laurence Delphine Karine Audrey
    Lucie Marion Charlotte Juliette Alice Margaux Agathe Élise Yasmine Fatima Nadia Leïla Thi-Lan Jacqueline
    Michel Philippe Alain Patrick Nicolas Christophe Pierre Christian Éric Frédéric Laurent Stéphane David
    Pascal Daniel Jean Thierry Bruno Julien Sébastien Olivier Thomas Alexandre Antoine Guillaume Maxime
    Romain Vincent Mathieu Benoît François Hervé Gilles Denis Serge Bernard Gérard Rémi Hugo Louis Lucas
    Gabriel Arthur Paul Victor Karim Mehdi Samir Ahmed Mamadou Xavier Yann Loïc Fabien Cédric Jérôme Franck
""".split()

LAST_NAMES = """
    Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux
    David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefèvre Faure
    André Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier Garcia Perrin Robin Clément
    Morin Nicolas Henry Roussel Mathieu Gautier Masson Marchand Duval Denis Dumont Marie Lemaire Noël Meyer
    Dufour Meunier Brun Blanchard Giraud Joly Rivière Lucas Brunet Gaillard Barbier Arnaud Martinez Gérard
    Roche Renard Schmitt Roy Leroux Colin Vidal Caron Picard Roger Fabre Aubert Lemoine Renaud Dumas Lacroix
    Olivier Philippe Bourgeois Pierre Benoît Rey Leclerc Payet Rolland Leclercq Guillaume Lecomte Lopez Jean
    Dupuy Guillot Hubert Berger Carpentier Sánchez Dupuis Moulin Louis Deschamps Huet Vasseur Perez Boucher
    Fleury Royer Klein Jacquet Adam Paris Poirier Marty Aubry Guyot Carré Charles Renault Charpentier Ménard
    Maillard Baron Bertin Bailly Hervé Schneider Fernandez Legall Collet Léger Bouvier Julien Prévost Millet
    Perrot Daniel Cousin Germain Breton Besson Langlois Rémy Pelletier Lévêque Perrier Leblanc Barré Lebrun
    Marchal Weber Mallet Hamon Boulanger Jacob Monnier Michaud Rodriguez Guichard Gillet Étienne Grondin
    Poulain Tessier Chevallier Collin Chauvin Bouchet Gay Lemaître Bénard Maréchal Humbert Reynaud Antoine
    Hoarau Perret Barthélemy Cordier Pichon Lejeune Gilbert Lamy Delaunay Pasquier Carlier Laporte Nguyen
    Benali Haddad Traoré Diallo Kone Cissé Belkacem Cohen Rossi Ferrari Da-Costa Pereira Ferreira
""".split()

ABROAD = {
    "Emma": "Whitfield Hargreaves Pemberton Lockwood Ashdown",
    "Oliver": "Bennett Fairclough Thornbury Marlowe Redfern",
    "Grace": "O’Connor Kinsella Brennan Tierney",
    "William": "MacAllister Dunbar Sinclair Ferguson",
    "Anna": "Lindqvist Bergström Nyberg Dahl",
    "Lukas": "Brandt Hofmann Winkler Seidel Vogt",
    "Katrin": "Baumgartner Schäfer Lorenz Hartwig",
    "Pieter": "Van-Dijk De-Groot Hoekstra Verbeek",
    "Sanne": "Jansen Kuiper Mulder Visser",
    "Giulia": "Moretti Ricci Galli Fontana",
    "Emily": "Carter Sullivan Prescott Whitaker",
    "James": "Holloway Abbott Caldwell Mercer",
    "Yuki": "Tanaka Mori Hayashi Ito",
    "Freya": "Andersen Holm Krogh Lund",
}

# (weight, postcode, commune): what is near is written to more often.
ALPILLES = (
    (22, "13210", "Saint-Rémy-de-Provence"),
    (14, "13520", "Maussane-les-Alpilles"),
    (10, "13890", "Mouriès"),
    (9, "13990", "Fontvieille"),
    (7, "13810", "Eygalières"),
    (6, "13520", "Paradou"),
    (4, "13930", "Aureille"),
    (4, "13103", "Saint-Étienne-du-Grès"),
    (2, "13103", "Mas-Blanc-des-Alpilles"),
    (3, "13520", "Les Baux-de-Provence"),
    (6, "13430", "Eyguières"),
    (4, "13660", "Orgon"),
    (8, "13150", "Tarascon"),
    (8, "13310", "Saint-Martin-de-Crau"),
)
NEIGHBOURS = (
    (30, "13001", "Marseille"),
    (14, "13100", "Aix-en-Provence"),
    (14, "13200", "Arles"),
    (8, "13300", "Salon-de-Provence"),
    (4, "13160", "Châteaurenard"),
    (4, "13500", "Martigues"),
    (3, "13800", "Istres"),
    (3, "13400", "Aubagne"),
    (3, "13690", "Graveson"),
    (2, "13940", "Mollégès"),
    (2, "13440", "Cabannes"),
    (2, "13280", "Arles"),
    (16, "84000", "Avignon"),
    (6, "84300", "Cavaillon"),
    (4, "84800", "L’Isle-sur-la-Sorgue"),
    (4, "84200", "Carpentras"),
    (3, "84100", "Orange"),
    (2, "84400", "Apt"),
    (2, "84220", "Gordes"),
    (14, "30000", "Nîmes"),
    (4, "30300", "Beaucaire"),
    (3, "30400", "Villeneuve-lès-Avignon"),
    (3, "30700", "Uzès"),
    (3, "30100", "Alès"),
)
FRANCE = (
    (44, "75011", "Paris"),
    (24, "69003", "Lyon"),
    (10, "31000", "Toulouse"),
    (9, "34000", "Montpellier"),
    (8, "38000", "Grenoble"),
    (8, "44000", "Nantes"),
    (8, "33000", "Bordeaux"),
    (8, "59000", "Lille"),
    (7, "67000", "Strasbourg"),
    (7, "06000", "Nice"),
    (6, "35000", "Rennes"),
    (5, "83000", "Toulon"),
    (4, "21000", "Dijon"),
    (4, "63000", "Clermont-Ferrand"),
    (4, "42000", "Saint-Étienne"),
    (4, "92100", "Boulogne-Billancourt"),
    (4, "78000", "Versailles"),
    (3, "74000", "Annecy"),
    (3, "73000", "Chambéry"),
    (3, "26000", "Valence"),
    (3, "37000", "Tours"),
    (3, "49000", "Angers"),
    (3, "76000", "Rouen"),
    (3, "54000", "Nancy"),
    (3, "51100", "Reims"),
    (2, "94300", "Vincennes"),
    (2, "92200", "Neuilly-sur-Seine"),
    (2, "25000", "Besançon"),
    (2, "64000", "Pau"),
    (2, "29200", "Brest"),
    (2, "86000", "Poitiers"),
    (2, "68000", "Colmar"),
    (1, "20000", "Ajaccio"),
)
# From home to away: what share of the readers lives there. The rest lives abroad and reads English.
RINGS = ((0.15, ALPILLES), (0.35, NEIGHBOURS), (0.43, FRANCE))

INTERESTS = {
    "table": 42,
    "wine": 30,
    "olive": 26,
    "stay": 24,
    "family": 22,
    "nature": 28,
    "heritage": 24,
    "craft": 16,
    "wellbeing": 14,
    "feasts": 26,
}
KINDS = (("direct", 950), ("trade", 40), ("press", 10))
SOURCES = (
    "Formulaire du site, confirmé par courriel",
    "Bulletin signé à l’accueil de la Maison des Alpilles",
    "Bulletin signé au marché de Noël",
    "Carnet d’accueil d’un hébergement, case cochée",
    "Bulletin signé à la fête de l’huile nouvelle",
    "Bulletin signé à l’office de tourisme",
)
MAILBOXES = (
    ("boite-aux-lettres.example", 30),
    ("courrier.example", 22),
    ("lavande.example", 12),
    ("postiers.example", 12),
    ("fil-direct.example", 10),
    ("cigale.example", 8),
    ("tourne-vent.example", 6),
)


def readers(count: int, *, seed: int = 1225) -> Iterator[dict[str, str]]:
    """Yield so many readers, the same ones each time, no address twice."""
    yield from islice(_everyone(random.Random(seed)), count)  # noqa: S311 - a story, no secret


def write(readers_count: int, out: TextIO) -> None:
    """Write them as CSV, ready for `manage.py load`."""
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(readers(readers_count))


def _everyone(dice: random.Random) -> Iterator[dict[str, str]]:
    yield JEANNE
    taken = {JEANNE["address"]}
    while True:
        ring = _ring(dice)
        first = dice.choice(FIRST_NAMES if ring else list(ABROAD))
        last = dice.choice(LAST_NAMES if ring else ABROAD[first].split())
        address = _address(dice, first, last, taken)
        taken.add(address)
        _, postcode, commune = dice.choices(ring, [place[0] for place in ring])[0] if ring else (0, "", "")
        yield {
            "address": address,
            # One reader in twelve never told us their name: the letter must greet them all the same.
            "first_name": "" if dice.random() < 1 / 12 else first,
            "language": "fr" if ring else "en",
            "postcode": postcode,
            "commune": commune,
            "interests": "|".join(_interests(dice)),
            "kind": _one_of(dice, KINDS),
            "consent_source": dice.choice(SOURCES),
            "consent_date": f"today-{dice.randint(20, 900)}",
            "tracking": "yes" if dice.random() < 0.35 else "no",
        }


def _ring(dice: random.Random) -> tuple[tuple[int, str, str], ...]:
    throw = dice.random()
    for share, ring in RINGS:
        if throw < share:
            return ring
        throw -= share
    return ()


def _interests(dice: random.Random) -> list[str]:
    wanted = dice.choices((0, 1, 2, 3, 4), (8, 22, 34, 24, 12))[0]
    liked: set[str] = set()
    while len(liked) < wanted:
        liked.add(dice.choices(list(INTERESTS), list(INTERESTS.values()))[0])
    return [interest for interest in INTERESTS if interest in liked]


def _one_of(dice: random.Random, weighted: tuple[tuple[str, int], ...]) -> str:
    return dice.choices([name for name, _ in weighted], [weight for _, weight in weighted])[0]


def _address(dice: random.Random, first: str, last: str, taken: set[str]) -> str:
    first, last = _plain(first), _plain(last)
    name = dice.choice((f"{first}.{last}", f"{first}.{last}", f"{first[0]}.{last}", f"{last}.{first}"))
    mailbox = _one_of(dice, MAILBOXES)
    address, number = f"{name}@{mailbox}", 1
    while address in taken:
        number += 1
        address = f"{name}{number}@{mailbox}"
    return address


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return letters.lower().replace("-", "")


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the readers of the story.")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    if asked.out is None:
        write(asked.count, sys.stdout)
        return
    with asked.out.open("w", encoding="utf-8", newline="") as out:
        write(asked.count, out)


if __name__ == "__main__":
    main()
