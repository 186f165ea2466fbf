"""The whole product as it runs for people: web, two kinds of workers, the clock, real servers, a mail catcher."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis

from newsletter.servers.catcher import Catcher
from newsletter.servers.local import Servers
from newsletter.servers.process import CODE, Running, free_port, spawn, stop
from tests.journeys.letters import Letter

STORY = Path(__file__).parent / "story"
DATABASE = "journeys"


class House:
    """Started once for all journeys; what it knows is asked by HTTP, at the catcher, and once in the rows."""

    def __init__(self, servers: Servers, var: Path) -> None:
        self.var = var
        self.site = f"http://127.0.0.1:{free_port()}"
        self.catcher = Catcher(servers.catcher_web)
        self.database = urlunsplit(urlsplit(servers.database_url)._replace(path=f"/{DATABASE}"))
        self._server = servers.database_url
        self._broker = servers.redis_url
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = {
            **os.environ,
            "DATABASE_URL": self.database,
            "REDIS_URL": servers.redis_url,
            "EMAIL_URL": servers.email_url,
            "SITE_URL": self.site,
            "GARRIGUE_VAR": str(var),
        }

    def start(self) -> None:
        """Make the database, load a small story by the command of the README, start its four processes."""
        with closing(psycopg.connect(self._server, autocommit=True)) as server:
            server.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
            server.execute(f"CREATE DATABASE {DATABASE}")
        with closing(redis.from_url(self._broker)) as broker:
            broker.flushdb()  # the hints of a run that was killed
        self.catcher.reset()
        self.manage("migrate", "--verbosity", "0")
        self.manage("load", str(STORY))
        (self.var / "log").mkdir(parents=True)
        bind = self.site.removeprefix("http://")
        self._run(
            "web", "gunicorn", "newsletter.wsgi:application", "--bind", bind, "--threads", "8", "--no-control-socket"
        )
        self._run("send", *"celery -A celery_app worker -Q send -c 2 -n send@%h".split())
        self._run("default", *"celery -A celery_app worker -Q default -c 1 -n default@%h".split())
        self._run("clock", *"celery -A celery_app beat --pidfile".split(), "")
        self.wait(self._answers, "an answer of the web process")

    def end(self) -> None:
        for child in self._children.values():
            child.terminate()
        for child in self._children.values():
            stop(Running(child, {}))

    def manage(self, *arguments: str) -> str:
        """Run one of our commands as an administrator would, and return what it said."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=CODE, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def let_the_hour_pass(self) -> None:
        """No journey waits for an hour, after which one may have five more links to sign in by."""
        with closing(psycopg.connect(self.database, autocommit=True)) as line:
            line.execute("UPDATE newsletter_signincode SET created_at = created_at - interval '1 hour'")

    def let_the_minute_pass(self, campaign: int) -> None:
        """What no person can do either: have the 60 seconds of grace be over."""
        with closing(psycopg.connect(self.database, autocommit=True)) as line:
            line.execute("UPDATE campaigns_campaign SET starts_at = now() WHERE id = %s", [campaign])

    def letter(self, to: str, subject: str = "", *, but: Sequence[Letter] = (), seconds: float = 60) -> Letter:
        """Return the last mail to someone with these words in its subject, once there is one.

        News of an offer leaves half a minute after the board's word, so others may come between.
        """
        found: list[Letter] = []

        def look() -> bool:
            found[:] = [one for one in self.letters(to) if subject in one.subject and one not in but]
            return bool(found)

        self.wait(look, lambda: f"“{subject}” for {to}, who has {self._subjects(to)},", seconds=seconds)
        return found[0]

    def letters(self, to: str) -> list[Letter]:
        """Return the mails that someone has, the last first."""
        return [Letter(mail) for mail in self.catcher.mails_to(to)]

    def sign_in_link(self, to: str, *, asked_by: Callable[[], object]) -> str:
        """Return the link that this act has mailed, not that of an earlier one."""
        before = self.letters(to)
        self.let_the_hour_pass()
        asked_by()
        return self.letter(to, "lien de connexion", but=before).link("/connexion/lien/")

    def wait(self, for_it: Callable[[], object], what: str | Callable[[], str], *, seconds: float = 30) -> None:
        """Return as soon as it is so; where that takes too long, say what the processes wrote last."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if for_it():
                return
            gone = [name for name, child in self._children.items() if child.poll() is not None]
            assert not gone, f"{gone} ended by itself\n{self.logs()}"
            time.sleep(0.1)
        late = what if isinstance(what, str) else what()
        raise AssertionError(f"{late} did not come within {seconds} s\n{self.logs()}")

    def logs(self) -> str:
        return "\n".join(f"== {log.stem}\n{log.read_text()[-1500:]}" for log in (self.var / "log").iterdir())

    def _subjects(self, to: str) -> list[str]:
        return [letter.subject for letter in self.letters(to)]

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", urlsplit(self.site).port), 1):
            return True
        return False

    def _run(self, name: str, module: str, *arguments: str) -> None:
        self._children[name] = spawn(
            [sys.executable, "-m", module, *arguments],
            log=self.var / "log" / f"{name}.log",
            cwd=CODE,
            env=self.environment,
        )
