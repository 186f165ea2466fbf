"""What is wrong with an edition before it is locked or sent, as a list of findings."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from newsletter.core.content import EditionContent
from newsletter.core.holes import Marks, UnknownMergeField

WARN_BYTES = 90_000
CLIP_BYTES = 102_000  # Gmail cuts what is longer, and the way out with it


class Severity(StrEnum):
    """Whether the edition may go out all the same."""

    BLOCKING = "blocking"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One thing to mend: what, where, and the particulars for its sentence."""

    severity: Severity
    code: str
    where: str = ""
    args: tuple[str, ...] = ()

    def sentence(self, language: str = "fr") -> str:
        """Return it in words for the board."""
        table = SENTENCES.get(language.partition("-")[0], SENTENCES["fr"])
        return table[self.code].format(*self.args, where=self.where)


SENTENCES = {
    "fr": {
        "no_offers": "L’édition ne contient aucune offre.",
        "subject_empty": "L’objet du message est vide.",
        "preheader_empty": "L’accroche est vide : la boîte de réception montrera le début du message.",
        "unknown_merge_field": "Le champ « {0} » n’existe pas ({where}).",
        "html_large": "Le message pèse {0} ko : au-delà de 102 ko, Gmail le coupe.",
        "html_clipped": "Le message pèse {0} ko : Gmail le couperait, lien de désinscription compris.",
        "alt_missing": "L’image de « {where} » n’a pas de description.",
        "offer_gone": "« {where} » a été retirée ou refusée depuis : retirez-la de l’édition.",
        "offer_over": "« {where} » sera terminée le jour de l’envoi.",
        "member_suspended": "Le membre de « {where} » est suspendu : retirez l’offre de l’édition.",
        "offer_newer": "« {where} » a une version plus récente, déjà approuvée.",
        "offer_untranslated": "« {where} » n’a pas de texte anglais : elle paraîtra en français.",
        "legal_reduction": "« {where} » annonce une réduction sans dire le prix le plus bas des 30 derniers jours.",
        "legal_before_tax": "« {where} » parle d’un prix hors taxes : un lecteur doit lire le prix TTC.",
    },
    "en": {
        "no_offers": "The edition holds no offer.",
        "subject_empty": "The subject is empty.",
        "preheader_empty": "The preheader is empty: the inbox will show the beginning of the message.",
        "unknown_merge_field": "There is no field “{0}” ({where}).",
        "html_large": "The message weighs {0} kB: Gmail cuts what is over 102 kB.",
        "html_clipped": "The message weighs {0} kB: Gmail would cut it, and the unsubscribe link with it.",
        "alt_missing": "The picture of “{where}” has no description.",
        "offer_gone": "“{where}” was withdrawn or declined since: take it out of the edition.",
        "offer_over": "“{where}” will be over on the day of sending.",
        "member_suspended": "The member of “{where}” is suspended: take the offer out of the edition.",
        "offer_newer": "“{where}” has a newer version, already approved.",
        "offer_untranslated": "“{where}” has no English text: it will appear in French.",
        "legal_reduction": "“{where}” announces a reduction without the lowest price of the last 30 days.",
        "legal_before_tax": "“{where}” speaks of a price before tax: readers must be told the price with tax.",
    },
}


def look(content: EditionContent, html_bytes: int = 0) -> list[Finding]:
    """Return every finding, the blocking ones first; html_bytes is the size of the HTML once typeset."""
    return sorted(_look(content, html_bytes), key=lambda finding: finding.severity is not Severity.BLOCKING)


def _look(content: EditionContent, html_bytes: int) -> Iterator[Finding]:
    if not any(content.offers()):
        yield Finding(Severity.BLOCKING, "no_offers")
    if not content.subject.strip():
        yield Finding(Severity.BLOCKING, "subject_empty", "subject")
    if not content.preheader.strip():
        yield Finding(Severity.WARNING, "preheader_empty", "preheader")
    yield from _unknown_fields(content)
    for block in content.blocks:
        for where, picture in block.pictures():
            if not picture.alt.strip():
                yield Finding(Severity.WARNING, "alt_missing", where)
    kilobytes = str(-(-html_bytes // 1000))
    if html_bytes > CLIP_BYTES:
        yield Finding(Severity.BLOCKING, "html_clipped", "html", (kilobytes,))
    elif html_bytes > WARN_BYTES:
        yield Finding(Severity.WARNING, "html_large", "html", (kilobytes,))


def _unknown_fields(content: EditionContent) -> Iterator[Finding]:
    for where, text in (("subject", content.subject), ("preheader", content.preheader)):
        try:
            Marks().in_text(text)
        except UnknownMergeField as unknown:
            yield Finding(Severity.BLOCKING, "unknown_merge_field", where, (unknown.name,))
    for block in content.blocks:
        try:
            block.marked(Marks())
        except UnknownMergeField as unknown:
            yield Finding(Severity.BLOCKING, "unknown_merge_field", type(block).__name__.lower(), (unknown.name,))
