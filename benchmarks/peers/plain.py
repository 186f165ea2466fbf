"""The way of the books: Django's templates, compiled once, a signed link at each place, EmailMultiAlternatives."""

from dataclasses import dataclass

from django.core.mail import EmailMultiAlternatives
from django.core.signing import Signer
from django.template import Context, Engine

from benchmarks.letter import LINKS, PARAGRAPH, SENDER, SITE, SIZE, SUBJECT, WORDS, names

TEXT = "Bonjour {{ reader.first_name }},\n\n{{ words }}\n{% for link in links %}{{ link }}\n{% endfor %}"
HTML = (
    "<!doctype html><html lang='fr'><body><p>Bonjour {{ reader.first_name }},</p>"
    '{% for link in links %}<p><a href="{{ link }}">Voir l’offre</a></p>\n{% endfor %}'
    "{% for _ in paragraphs %}" + PARAGRAPH % "{{ words }}" + "{% endfor %}</body></html>"
)


@dataclass(frozen=True)
class Person:
    """Whoever is written to."""

    pk: int
    email: str
    first_name: str


def people(count: int) -> list[Person]:
    """Return so many readers."""
    return [Person(pk, f"lecteur{pk}@boite.example", name) for pk, name in enumerate(names(count), start=1)]


class Letter:
    """The letter of about 56 kB with 21 signed links."""

    def __init__(self) -> None:
        engine = Engine()
        self._text, self._html = engine.from_string(TEXT), engine.from_string(HTML)
        self._signer = Signer(key="a-key-of-the-bench-and-of-nothing-else")
        self._paragraphs = range(0)
        sizes = []
        for paragraphs in (1, 2):
            self._paragraphs = range(paragraphs)
            sizes.append(len(self.message(people(1)[0]).message().as_bytes()))
        self._paragraphs = range(1 + round((SIZE - sizes[0]) / (sizes[1] - sizes[0])))

    def message(self, reader: Person) -> EmailMultiAlternatives:
        """Return one reader's message, not yet serialised."""
        text, html, out = self.rendered(reader)
        message = EmailMultiAlternatives(
            SUBJECT,
            text,
            f"La lettre des Alpilles <{SENDER}>",
            [reader.email],
            headers={"List-Unsubscribe": f"<{out}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
        )
        message.attach_alternative(html, "text/html")
        return message

    def rendered(self, reader: Person) -> tuple[str, str, str]:
        """Return text, HTML and the way out."""
        links = [f"{SITE}/o/{self._signer.sign(f'{reader.pk}:{number}')}" for number in range(LINKS)]
        context = Context({"reader": reader, "words": WORDS, "links": links, "paragraphs": self._paragraphs})
        return self._text.render(context), self._html.render(context), links[0]
