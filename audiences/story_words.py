"""Why a line of a file was refused, readers' files included, in a sentence that names the file and the line."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from audiences.core.address import BadAddress
from audiences.core.rows import ReaderFault
from audiences.words import ADDRESS_FAULTS, Words
from newsletter import story_words
from newsletter.core.rows import BadLine

FAULTS: dict[StrEnum, Words] = {
    ReaderFault.BAD_ADDRESS: _("on ne peut pas écrire à « %(value)s »."),
    ReaderFault.NO_CONSENT: _(
        "%(value)s n’a pas de source de consentement. "
        "Dites dans « consent_source » où cette personne a accepté la lettre, ou retirez la ligne."
    ),
    ReaderFault.CONSENT_IN_FUTURE: _("le consentement est daté d’un jour à venir (« %(value)s »)."),
}


def sentence(wrong: BadLine) -> str:
    """Return the refusal as one sentence: which file, which line, why, and what to do."""
    if wrong.fault not in FAULTS:
        return story_words.sentence(wrong)
    why = str(FAULTS[wrong.fault]) % {"column": wrong.column, "value": wrong.value}
    if isinstance(wrong.__cause__, BadAddress):
        why = f"{why} {ADDRESS_FAULTS[wrong.__cause__.code]}"
    return story_words.where(wrong) + why
