"""The words beside the boxes, by version: a line of consent names by hash exactly what the person read."""

import hashlib
from dataclasses import dataclass

from audiences.core.consent import Purpose
from audiences.models import Wording


@dataclass(frozen=True)
class Version:
    purpose: Purpose
    locale: str
    version: int
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


# A changed text is a new version at the end; a text that people agreed to is never edited.
VERSIONS = (
    Version(
        Purpose.NEWSLETTER,
        "fr",
        1,
        "J’accepte de recevoir par e-mail la lettre et ses offres de saison. "
        "Je peux me désinscrire à tout moment, en un clic.",
    ),
    Version(
        Purpose.NEWSLETTER,
        "en",
        1,
        "I agree to receive the newsletter and its seasonal offers by e-mail. I can leave at any time, in one click.",
    ),
    Version(
        Purpose.TRACKING,
        "fr",
        1,
        "J’accepte que l’ouverture des lettres et les liens sur lesquels je clique soient mesurés, "
        "pour savoir quelles offres intéressent. Sans cette case, rien n’est mesuré et je reçois la même lettre.",
    ),
    Version(
        Purpose.TRACKING,
        "en",
        1,
        "I agree that opening the letters and the links I click on are measured, to learn which offers are "
        "of interest. Without this box nothing is measured and I receive the same letter.",
    ),
)


def current(purpose: Purpose, locale: str) -> Version:
    """Return the newest words for this box in this language, French where we have none."""
    found = [version for version in VERSIONS if version.purpose is purpose and version.locale == locale]
    return max(found, key=lambda version: version.version) if found else current(purpose, "fr")


def both(locale: str) -> str:
    """Return the hash of what stands beside both boxes: a form on another site says by it which words it showed."""
    shown = current(Purpose.NEWSLETTER, locale).digest + current(Purpose.TRACKING, locale).digest
    return hashlib.sha256(shown.encode()).hexdigest()[:24]


def ensure() -> None:
    """Keep every version as a row. Runs after each migrate; adds what is missing and touches nothing else."""
    Wording.objects.bulk_create(
        (
            Wording(
                purpose=version.purpose.value,
                locale=version.locale,
                version=version.version,
                text=version.text,
                digest=version.digest,
            )
            for version in VERSIONS
        ),
        ignore_conflicts=True,
    )
