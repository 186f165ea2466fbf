"""Catalogue files made for the tests, after the documented shapes: every name, text and number is invented."""

import io
import json
import zipfile
from typing import Any

HOME = "https://data.datatourisme.fr/"


def poi(number: int = 1, **changes: Any) -> dict[str, Any]:
    """An inn of DATAtourisme, literals in the several ways in which they are written."""
    told: dict[str, Any] = {
        "@id": f"{HOME}13/{number:04d}aaaa-inn",
        "dc:identifier": f"PACA{number}",
        "@type": ["schema:LodgingBusiness", "Accommodation", "PlaceOfInterest", "PointOfInterest"],
        "rdfs:label": {"fr": [f"Auberge du Cyprès {number}"], "en": ["Cypress inn"]},
        "hasDescription": [
            {
                "shortDescription": {"fr": ["Huit chambres au pied des Alpilles."], "de": "Acht Zimmer."},
                "dc:description": {"fr": ["Un jardin, une table d’hôtes le jeudi."]},
                "hasTranslatedProperty": [{"dc:contributor": ["deepl"]}],
            }
        ],
        "isLocatedAt": [
            {
                "schema:geo": {"schema:latitude": "43.7215", "schema:longitude": "4.7990"},
                "schema:address": [
                    {
                        "schema:streetAddress": ["3 chemin du Cyprès"],
                        "schema:postalCode": "13520",
                        "schema:addressLocality": "Maussane-les-Alpilles",
                        "hasAddressCity": {"@id": "kb:13058", "insee": "13058"},
                    }
                ],
                "schema:openingHoursSpecification": [
                    {"schema:validFrom": "2027-04-01T00:00:00", "schema:validThrough": "2027-09-30T23:59:59"}
                ],
            }
        ],
        "offers": [{"schema:priceSpecification": [{"schema:minPrice": ["95"], "schema:priceCurrency": "EUR"}]}],
        "hasContact": [
            {
                "schema:telephone": ["+33 4 90 00 00 01"],
                "schema:email": ["bonjour@cypres.example"],
                "foaf:homepage": ["https://www.cypres.example"],
            }
        ],
        "hasMainRepresentation": [
            {
                "ebucore:hasRelatedResource": [{"ebucore:locator": ["https://photos.example/cypres.jpg"]}],
                "ebucore:hasAnnotation": [{"credits": ["Studio Mistral"], "ebucore:isCoveredBy": "CC BY 4.0"}],
            }
        ],
        "hasBeenPublishedBy": [{"schema:legalName": "Office inventé des Alpilles"}],
        "lastUpdateDatatourisme": "2026-05-06T04:06:26.155Z",
    }
    return told | changes


def market(number: int = 9, **changes: Any) -> dict[str, Any]:
    """An event of DATAtourisme."""
    return poi(
        number,
        **{
            "@id": f"{HOME}13/{number:04d}aaaa-market",
            "@type": ["EntertainmentAndEvent", "schema:SaleEvent", "PointOfInterest"],
            "rdfs:label": {"fr": ["Marché des santons"]},
            "takesPlaceAt": [{"@type": ["Period"], "startDate": "2026-12-05", "endDate": "2026-12-08"}],
            **changes,
        },
    )


def file_of(told: dict[str, Any]) -> str:
    """The name under which an object is packed: `13-0001aaaa-inn.json`, two folders below."""
    stem = told["@id"].removeprefix(HOME).replace("/", "-")
    return f"0/00/{stem}.json"


def packed(papers: dict[str, bytes | str], **options: Any) -> io.BytesIO:
    """A zip of these papers."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **({"compression": zipfile.ZIP_DEFLATED} | options)) as archive:
        for name, paper in papers.items():
            archive.writestr(name, paper)
    file.seek(0)
    return file


def flux(*told: dict[str, Any], prefix: str = "objects/", only_listed: bool = False) -> io.BytesIO:
    """A DATAtourisme feed of these objects; with `only_listed`, the index names papers that are not there."""
    index = [{"label": "…", "lastUpdateDatatourisme": "2026-05-06", "file": file_of(one)} for one in told]
    papers: dict[str, bytes | str] = {"index.json": json.dumps(index), "context.jsonld": "{}"}
    if not only_listed:
        papers |= {prefix + file_of(one): json.dumps(one) for one in told}
    return packed(papers)


def object_(number: int = 5678, **changes: Any) -> dict[str, Any]:
    """A holiday house of Apidae."""
    told: dict[str, Any] = {
        "id": number,
        "identifier": f"sitra{number}",
        "type": "HEBERGEMENT_LOCATIF",
        "state": "PUBLISHED",
        "nom": {"libelleFr": f"Le Cabanon des Baux {number}", "libelleEn": "The Cabin"},
        "gestion": {"dateModification": "2026-05-06T10:00:00.000+0200", "membreProprietaire": {"nom": "OT inventé"}},
        "presentation": {
            "descriptifCourt": {"libelleFr": "Deux pièces sous les pins."},
            "descriptifDetaille": {"libelleFr": "Une terrasse vers le soir.\r\nChiens bienvenus."},
        },
        "localisation": {
            "adresse": {
                "adresse1": "Route des Baux",
                "codePostal": "13520",
                "commune": {"id": 1, "code": "13011", "nom": "Les Baux-de-Provence"},
            },
            "geolocalisation": {"valide": True, "geoJson": {"type": "Point", "coordinates": [4.795, 43.744]}},
        },
        "informations": {
            "moyensCommunication": [
                {"type": {"id": 205}, "coordonnees": {"fr": "www.cabanon.example"}},
                {"type": {"id": 201, "libelleFr": "Téléphone"}, "coordonnees": {"fr": "04 90 00 00 02"}},
                {"type": {"id": 204}, "coordonnees": {"fr": "cabanon@baux.example"}},
            ]
        },
        "ouverture": {
            "periodesOuvertures": [{"dateDebut": "2027-04-01", "dateFin": "2027-09-30", "tousLesAns": True}],
        },
        "descriptionTarif": {"gratuit": False, "tarifsEnClair": {"libelleFr": "La semaine à partir de 420 €."}},
        "illustrations": [
            {
                "nom": {"libelleFr": "La terrasse"},
                "copyright": {"libelleFr": "Jeanne Inventée"},
                "traductionFichiers": [{"locale": "fr", "url": "https://photos.example/cabanon.jpg"}],
            }
        ],
    }
    return told | changes


def export(*told: Any, gone: list[Any] | None = None, **papers: bytes | str) -> io.BytesIO:
    """An Apidae export: one paper for each object or packet."""
    names = [one["id"] if isinstance(one, dict) else n for n, one in enumerate(told)]
    packs = {
        f"objets_modifies/objets_modifies-{name}.json": json.dumps(one, ensure_ascii=False)
        for name, one in zip(names, told, strict=True)
    }
    return packed({**packs, "objets_supprimes.json": json.dumps(gone or []), **papers})


def single(told: Any) -> io.BytesIO:
    """One JSON file."""
    return io.BytesIO(json.dumps(told, ensure_ascii=False).encode())
