"""The clicks drawn on the letter as it was sent: beside each link its number, its people and their share."""

import re
import secrets
from html import escape

from django.utils.translation import get_language, gettext, ngettext

from campaigns import letter_words, links, words
from campaigns.followed import Clicks
from campaigns.letter_reports import LetterReport
from newsletter import contents, pictures, rendering
from newsletter.core.holes import FIRST_NAME
from newsletter.core.linking import Spot

# How strongly a mark is coloured; what is not told has a colour of its own.
STRENGTHS = 4
STYLE = """<style>
a.carte { outline: 2px solid #a3452a; outline-offset: 1px; }
.clics {
  background: #efe0c4; border-radius: 9px; color: #2b2a23; display: inline-block; font: 12px/1.4 Arial, sans-serif;
  letter-spacing: 0; margin: 3px 0 3px 5px; padding: 1px 8px 1px 2px; text-align: left; text-transform: none;
  vertical-align: middle; white-space: nowrap;
}
.clics b { background: #fffdf9; border-radius: 8px; color: #2b2a23; display: inline-block; margin-right: 5px;
  min-width: 16px; padding: 0 1px; text-align: center; }
.clics.bare { background: none; padding: 0; }
.clics.bare b { background: #efe0c4; margin: 0; }
.clics.on-picture { margin: 0; position: absolute; transform: translate(10px, -32px); }
.clics.on-button { margin: -9px 0 0 -12px; position: absolute; }
.clics.c2 { background: #e3b682; }
.clics.c3 { background: #b9532f; color: #fff; }
.clics.c4 { background: #7d2a15; color: #fff; }
.clics.masked { background: #dedad0; color: #45423a; }
</style>"""


def drawn(report: LetterReport) -> str:
    """Return the letter's page, each of its counted links leading to where it leads, with its mark."""
    edition = report.campaign.edition
    content = contents.content_of(edition, pictures.Size.ARCHIVE)
    numbers = links.numbered(content)
    known = {one.link.position: one for one in report.followed.links if one.link}
    # nobody can have written this address into an offer: it is drawn for this one page
    host = f"https://{secrets.token_hex(16)}.invalid"

    def choose(spot: Spot) -> str:
        number = numbers.get(spot)
        return f"{host}/{number}" if number in known else spot.target

    page = rendering.render(content.linked(choose), public=True).html_for({FIRST_NAME: ""})
    told: set[int] = set()
    strengths = _strengths(report)
    anchor = re.compile(rf'<a\b([^>]*)\bhref="{re.escape(host)}/(\d+)"([^>]*)>(.*?)</a>', re.DOTALL)

    def marked(found: re.Match[str]) -> str:
        before, number, after, inner = found.groups()
        one = known[int(number)]
        target = escape(one.link.target) if one.link else ""
        place = "on-picture" if "<img" in inner else "on-button" if "inline-block" in before + after else ""
        mark = _mark(one, report, strengths[int(number)], place=place, again=int(number) in told)
        told.add(int(number))
        return f'<a class="carte" rel="noreferrer"{before}href="{target}"{after}>{inner}</a>{mark}'

    page = anchor.sub(marked, page)
    return page.replace("<head>", '<head><base target="_blank">', 1).replace("</head>", f"{STYLE}</head>", 1)


def told(one: Clicks, report: LetterReport) -> str:
    """Return what a mark says: people and their share of who agree, else clicks, else that it is not shown."""
    if one.people is not None and report.whole.agree:
        people = ngettext("%(n)s personne", "%(n)s personnes", one.people) % {"n": words.number(one.people)}
        return " · ".join(filter(None, (people, share(one, report))))
    if report.whole.agree == 0 and one.own is not None:
        return ngettext("%(n)s clic", "%(n)s clics", one.own) % {"n": words.number(one.own)}
    return str(letter_words.HIDDEN)


def share(one: Clicks, report: LetterReport) -> str:
    """Return how many of a hundred who agree followed the link; nothing where either is not told."""
    return letter_words.part(one.people, report.whole.agree)


def _strengths(report: LetterReport) -> dict[int, int]:
    """Return how strongly each link is coloured, the most followed one most; 0 for what is not told."""
    by_people = bool(report.whole.agree)
    counts = {one.link.position: one.people if by_people else one.own for one in report.followed.links if one.link}
    top = max((count or 0 for count in counts.values()), default=0)
    return {
        position: 0 if count is None else 1 + (STRENGTHS - 1) * count // max(top, 1)
        for position, count in counts.items()
    }


def _mark(one: Clicks, report: LetterReport, strength: int, *, place: str, again: bool) -> str:
    number = one.link.position if one.link else 0
    classes = ["clics", f"c{strength}" if strength else "masked", place, "bare" if again else ""]
    said = "" if again else escape(told(one, report))
    label = escape(gettext("Lien %d de la carte") % number)
    lang = get_language() or "fr"
    return f'<span class="{" ".join(filter(None, classes))}" lang="{lang}"><b title="{label}">{number}</b>{said}</span>'
