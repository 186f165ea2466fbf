"""Where a child goes to school says when the family leaves: the school-holiday zone of each department.

Zones group académies, académies group departments. Sources: ministère de l'Éducation nationale, calendrier scolaire
(zones A, B and C as they stand since January 2016) and Code de l'éducation, article R. 222-2 (which departments make
an académie). Corsica and the overseas have calendars of their own.
"""

from enum import StrEnum


class SchoolZone(StrEnum):
    """Whose calendar the schools of a department follow."""

    A = "a"
    B = "b"
    C = "c"
    CORSICA = "corsica"
    OVERSEAS = "overseas"


# The three that share the winter and the spring between them, in the order in which they are drawn.
ZONES = (SchoolZone.A, SchoolZone.B, SchoolZone.C)

ACADEMIES: dict[SchoolZone, dict[str, tuple[str, ...]]] = {
    SchoolZone.A: {
        "Besançon": ("25", "39", "70", "90"),
        "Bordeaux": ("24", "33", "40", "47", "64"),
        "Clermont-Ferrand": ("03", "15", "43", "63"),
        "Dijon": ("21", "58", "71", "89"),
        "Grenoble": ("07", "26", "38", "73", "74"),
        "Limoges": ("19", "23", "87"),
        "Lyon": ("01", "42", "69"),
        "Poitiers": ("16", "17", "79", "86"),
    },
    SchoolZone.B: {
        "Aix-Marseille": ("04", "05", "13", "84"),
        "Amiens": ("02", "60", "80"),
        "Lille": ("59", "62"),
        "Nancy-Metz": ("54", "55", "57", "88"),
        "Nantes": ("44", "49", "53", "72", "85"),
        "Nice": ("06", "83"),
        "Normandie": ("14", "27", "50", "61", "76"),
        "Orléans-Tours": ("18", "28", "36", "37", "41", "45"),
        "Reims": ("08", "10", "51", "52"),
        "Rennes": ("22", "29", "35", "56"),
        "Strasbourg": ("67", "68"),
    },
    SchoolZone.C: {
        "Créteil": ("77", "93", "94"),
        "Montpellier": ("11", "30", "34", "48", "66"),
        "Paris": ("75",),
        "Toulouse": ("09", "12", "31", "32", "46", "65", "81", "82"),
        "Versailles": ("78", "91", "92", "95"),
    },
    SchoolZone.CORSICA: {"Corse": ("2A", "2B")},
    SchoolZone.OVERSEAS: {
        "Guadeloupe": ("971", "977", "978"),  # Saint-Barthélemy and Saint-Martin belong to it
        "Martinique": ("972",),
        "Guyane": ("973",),
        "La Réunion": ("974",),
        "Mayotte": ("976",),
        # no académie, but a vice-rectorat or a service of their own
        "Saint-Pierre-et-Miquelon": ("975",),
        "Wallis-et-Futuna": ("986",),
        "Polynésie française": ("987",),
        "Nouvelle-Calédonie": ("988",),
    },
}

BY_DEPARTMENT: dict[str, SchoolZone] = {
    department: zone
    for zone, academies in ACADEMIES.items()
    for departments in academies.values()
    for department in departments
}


def zone_of(department: str) -> SchoolZone | None:
    """Return whose calendar the schools of this department follow; None for what is no department of France."""
    return BY_DEPARTMENT.get(department.strip().upper())


def academy_of(department: str) -> str | None:
    """Return the académie, or what stands for one overseas."""
    asked = department.strip().upper()
    return next(
        (name for academies in ACADEMIES.values() for name, found in academies.items() if asked in found),
        None,
    )
