"""What the terminal shows while the story is told: chapters that are done, a bar, and the tour at its end."""

import os
import sys
import time
from collections.abc import Sequence
from typing import TextIO

from tqdm import tqdm

from campaigns.demo.tour import Stop

BAR = "  {percentage:3.0f} % {bar:30} {desc}"


class Screen:
    """A bar for a person; plain lines where the output is a file or a pipe."""

    def __init__(self, out: TextIO, *, total: int) -> None:
        self.out = out
        self.total = total
        self._seen = out.isatty() and sys.stderr.isatty()
        self.bar = tqdm(total=total, bar_format=BAR, ascii="─╸━", disable=not self._seen, leave=False)
        self._bold, self._soft, self._good, self._plain = ("\033[1m", "\033[2m", "\033[32m", "\033[0m")
        if not self._seen or os.environ.get("NO_COLOR"):
            self._bold = self._soft = self._good = self._plain = ""
        self._chapter, self._since = "", time.monotonic()
        self._told = self._share = 0.0
        if self._seen:
            self._line("")
            self._line(f"  {self._bold}Garrigue{self._plain}, la lettre des professionnels d’une destination")
            self._line("")

    def chapter(self, words: str, share: int) -> None:
        """Begin a chapter that is so many percent of the story; the one before it is done."""
        self._done()
        self._chapter, self._share, self._since = words, share, time.monotonic()
        self.bar.set_description_str(words)
        if not self._seen:
            self._line(f"· {words}")

    def within(self, words: str, part: float) -> None:
        """Say how far the chapter is, as a part of one."""
        self.bar.set_description_str(words)
        self._reach(self._told + self._share * part)

    def tell(self, words: str) -> None:
        """Say what the chapter brought, in place of its name."""
        if self._seen:
            self._chapter = words
        else:
            self._line(f"  {words}")

    def end(self) -> None:
        """The last chapter is done and the bar goes."""
        self._done()
        self.close()

    def close(self) -> None:
        """The bar goes, wherever the story was."""
        self._chapter = ""
        self.bar.close()

    def tour(self, stops: Sequence[Stop], *, site: str, mails: str) -> None:
        """Print what there is to see, in its order, each with its link."""
        say = self._line
        say("")
        say(f"  {self._bold}Le tour{self._plain}, dans l’ordre. Chaque lien connecte en un clic (démo seulement).")
        for number, stop in enumerate(stops, start=1):
            say("")
            say(f"  {self._good}{number}{self._plain}  {self._bold}{stop.words}{self._plain}")
            say(f"     {stop.link}")
            if stop.then:
                say(f"     {stop.then}")
        say("")
        say(f"  {self._soft}Le site{self._plain}        {site}")
        say(f"  {self._soft}Les courriels{self._plain}  {mails}")
        say("")
        say("  Ctrl-C pour finir. « make demo » reprend ici, « make demo-reset » oublie tout.")

    def _done(self) -> None:
        if self._chapter and self._seen:
            took = time.monotonic() - self._since
            seconds = f"  {self._soft}{took:.0f} s{self._plain}" if took >= 1 else ""
            self._line(f"  {self._good}✓{self._plain} {self._chapter}{seconds}")
        self._told += self._share
        self._share = 0.0
        self._reach(self._told)

    def _reach(self, where: float) -> None:
        self.bar.n = min(float(self.total), where)
        self.bar.refresh()

    def _line(self, words: str) -> None:
        if self._seen:
            self.bar.write(words, file=self.out)
        else:
            self.out.write(words + "\n")
            self.out.flush()
