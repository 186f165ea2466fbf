"""What every sender in the benches writes: the words, the readers' names, the size. Knows nothing of the project."""

SIZE = 56_000
LINKS = 21
SITE = "https://alpilles.example"
SENDER = "lettre@alpilles.example"
SUBJECT = "Noël en Alpilles : l’huile est nouvelle"
WORDS = "L’huile nouvelle est sortie des moulins, les santons sèchent sur les étagères, le vin cuit refroidit. "
PARAGRAPH = '<p style="margin:0 0 16px;font-size:17px">%s</p>\n'
NAMES = "Jeanne Zoé Paul Anne-Marie Éloïse Marcel Inès Jean-Baptiste Lucie Théo Mireille Hugo Fanny Noé".split()


def names(count: int) -> list[str]:
    """Return so many first names, some of them with accents."""
    return [NAMES[number % len(NAMES)] for number in range(count)]
