"""A member's share in words for whoever grows wine, and as a reply that the board can paste."""

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.shares import Letter, Share
from campaigns.words import number, readers
from newsletter.fairness_words import helps, seen, told

# What differs by less is said to be the same.
ALIKE = range(95, 106)


@dataclass(frozen=True)
class Row:
    """One letter of the year as the page shows it."""

    letter: Letter
    mark: str
    tone: str
    words: str


def summary(share: Share) -> str:
    """Return in one sentence how much the member was seen, beside the member in the middle."""
    if not share.standings.letters:
        return _("Aucune lettre n’est encore partie : tout le monde commence à égalité.")
    if not share.standing.record.chances:
        return _(
            "Vous n’avez pas encore eu d’offre prête au départ d’une lettre cette année : "
            "vous commencez au milieu de la file, ni devant ni derrière."
        )
    percent = share.percent
    if percent is None or percent in ALIKE:
        return _("Sur un an, vous avez été vu autant que le membre du milieu.")
    if percent < 100:
        return _("Sur un an, vous avez été vu moins que le membre du milieu : vous passez devant lui.")
    return _("Sur un an, vous avez été vu plus que le membre du milieu : il passe devant vous.")


def turn(share: Share) -> str:
    """Return where the member stands in the line of all, the least seen first."""
    said = _("Personne n’a été moins vu que vous.")
    if share.before:
        said = ngettext(
            "%(n)s membre sur %(of)s a été moins vu que vous et passe avant.",
            "%(n)s membres sur %(of)s ont été moins vus que vous et passent avant.",
            share.before,
        ) % {"n": number(share.before), "of": number(share.of)}
    if not share.level:
        return said
    # a fraction of a reader, or the draw, decides between them: nobody reads 500 and 500 as less and more
    level = ngettext(
        "%(n)s autre est à égalité avec vous, à une fraction près.",
        "%(n)s autres sont à égalité avec vous, à une fraction près.",
        share.level,
    ) % {"n": number(share.level)}
    return f"{said} {level}"


def rows(share: Share) -> list[Row]:
    """Return the letters of the year, each with what it brought or why it did not."""
    return [_row(letter) for letter in share.letters]


def _row(letter: Letter) -> Row:
    why = told(letter.reason).words if letter.reason else ""
    if letter.position is not None:
        seat = _("En grand, en tête") if letter.position == 1 else _("Place %(n)s") % {"n": letter.position}
        return Row(letter, _("Placé"), "good", f"{seat}, {readers(letter.readers)}. {why}".rstrip())
    if letter.had_offer:
        return Row(
            letter, _("Pas placé"), "wait", why or _("Une offre était prête ; d’autres membres sont passés avant.")
        )
    return Row(letter, _("Sans offre"), "rest", why or _("Aucune offre n’était prête : cette lettre ne compte pas."))


def reply(share: Share, *, by: str) -> str:
    """Return the share as a mail that the board can paste into its reply."""
    record = share.standing.record
    paragraphs = [
        _("Bonjour,"),
        _("Voici où en est %(name)s dans notre lettre, sur les douze derniers mois.") % {"name": share.member.name},
        summary(share),
    ]
    if share.standings.letters and record.chances:
        figures = [
            ngettext("%(n)s lettre est partie.", "%(n)s lettres sont parties.", share.standings.letters)
            % {"n": number(share.standings.letters)},
            ngettext(
                "Vous aviez une offre prête pour %(n)s d’entre elles ; vous avez eu %(placed)s place.",
                "Vous aviez une offre prête pour %(n)s d’entre elles ; vous avez eu %(placed)s places.",
                share.placed,
            )
            % {"n": number(record.chances), "placed": number(share.placed)},
            _("Pour vous : %(mine)s. Pour le membre du milieu : %(median)s.")
            % {"mine": seen(share.per_letter), "median": seen(share.median)},
            turn(share),
        ]
        paragraphs.append("\n".join(f"– {line}" for line in figures))
    recent = [_line(row) for row in rows(share)[:6]]
    if recent:
        paragraphs.append("\n".join([_("Les dernières lettres :"), *recent]))
    if share.advice:
        paragraphs.append("\n".join([_("Ce qui aiderait :"), *(f"– {helps(one)}" for one in share.advice)]))
    paragraphs += [
        _(
            "Notre règle est la même pour tous : les moins vus d’abord, dans les quotas annoncés, "
            "et un tirage que chacun peut refaire en cas d’égalité."
        ),
        _("Bien à vous,"),
        by,
    ]
    return "\n\n".join(paragraphs)


def _line(row: Row) -> str:
    return f"– {row.letter.title} ({_day(row.letter.on)}) : {row.mark}. {row.words}"


def _day(day: date) -> str:
    return date_format(day, "j F Y")
