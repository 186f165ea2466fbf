"""Somebody at a browser without scripts: opens pages, fills in what has a label, presses what can be pressed."""

import re
from pathlib import Path
from urllib.parse import urljoin

import lxml.html
import requests
from lxml.html import HtmlElement


class Person:
    """Keeps their cookies and the page before their eyes."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy stands between us and this machine
        # Who waits before pressing may find the line closed by then; a browser dials again, this one never keeps it.
        self.session.headers["Connection"] = "close"
        self.answer: requests.Response
        self.page: HtmlElement
        self._files: dict[str, Path] = {}

    def open(self, address: str) -> None:
        self._see(self.session.get(urljoin(self.site, address)))

    def follow(self, words: str) -> None:
        """Follow the link with these words."""
        self.open(urljoin(self.answer.url, self._find("//a[@href]", words).get("href")))

    def fill_in(self, **fields: str | bool | Path) -> None:
        """Fill in the fields of these names; each must have a label that a person can read."""
        for name, value in fields.items():
            found = self.page.xpath("//*[@name=$name]", name=name)
            assert found, f"no field {name} on {self.answer.url}"
            field = found[0]
            assert self.page.xpath("//label[@for=$id]", id=field.get("id")), f"the field {name} has no label"
            if isinstance(value, Path):
                self._files[name] = value
            elif isinstance(value, bool):
                field.checked = value
            else:
                field.value = value

    def choose(self, words: str) -> None:
        """Tick the box, or take the choice, whose label has these words."""
        label = self._find("//label", words)
        box = label.xpath(".//input") or self.page.xpath("//input[@id=$id]", id=label.get("for"))
        box[0].checked = True

    def press(self, words: str) -> None:
        """Press the button with these words, as a browser does: its form goes with it."""
        button = self._find("//button", words)
        form = next(button.iterancestors("form"))
        data = [(name, value) for name, value in form.form_values() if name not in self._files]
        if button.get("name"):
            data.append((button.get("name"), button.get("value", "")))
        files = {name: (path.name, path.read_bytes()) for name, path in self._files.items()}
        address = urljoin(self.answer.url, button.get("formaction") or form.get("action") or "")
        if form.method == "POST":
            self._see(self.session.post(address, data, files=files or None))
        else:
            self._see(self.session.get(address, params=data))

    @property
    def sees(self) -> str:
        """What stands on the page, as one line."""
        return _plain(self.page.text_content())

    @property
    def where(self) -> str:
        return self.answer.url.removeprefix(self.site)

    def number_in_address(self) -> int:
        """Return the number that the page's address names."""
        found = re.search(r"/(\d+)/", self.where)
        assert found, self.where
        return int(found[1])

    def _find(self, path: str, words: str) -> HtmlElement:
        for element in self.page.xpath(path):
            if words in _plain(element.get("aria-label") or element.text_content()):
                return element
        raise AssertionError(f"nothing says “{words}” on {self.answer.url}:\n{self.sees[:2000]}")

    def _see(self, answer: requests.Response) -> None:
        words = re.sub(r"<[^>]*>|\s+", " ", answer.text.partition("<main")[2] or answer.text)
        assert answer.ok, f"{answer.status_code} of {answer.url}: {words[:2000]}"
        self.answer, self._files = answer, {}
        self.page = lxml.html.fromstring(answer.content, parser=lxml.html.HTMLParser(encoding="utf-8"))


def _plain(text: str) -> str:
    """Return the text on one line, whatever spaces the typesetter chose."""
    return " ".join(text.split())
