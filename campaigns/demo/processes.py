"""The processes that a small server runs: web, two kinds of workers, the clock. Each ends with the demo."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType

from django.conf import settings

from newsletter.servers.process import Running, spawn, stop

PATIENCE = 30.0


class ProcessEnded(Exception):
    """A process of ours ended by itself; the message says where it wrote why."""


class Processes:
    """Started as children that hear no Ctrl-C; ended together, politely first."""

    def __init__(self, *, port: int) -> None:
        self.port = port
        self.logs: Path = settings.VAR_DIR / "log"
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Start web, workers and clock; they need a few seconds to answer."""
        self.logs.mkdir(parents=True, exist_ok=True)
        for file in settings.VAR_DIR.glob("clock*"):  # one file or three, as the system keeps them
            file.unlink()
        self._run(
            "web",
            *("gunicorn", "newsletter.wsgi:application", "--bind", f"127.0.0.1:{self.port}"),
            *("--workers", "1", "--threads", "8", "--worker-tmp-dir", str(settings.VAR_DIR), "--no-control-socket"),
        )
        worker = ("celery", "-A", "celery_app", "worker", "--loglevel", "WARNING", "--without-gossip")
        self._run("send", *worker, "--without-mingle", "-Q", "send", "-c", "2", "-n", "send@%h")
        self._run("default", *worker, "--without-mingle", "-Q", "default", "-c", "1", "-n", "default@%h")
        self._run("clock", "celery", "-A", "celery_app", "beat", "--loglevel", "WARNING", "--pidfile", "")

    def wait_for_web(self) -> None:
        """Return once the web process answers; raise ProcessEnded if it gave up."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.look()
            if self._answers():
                return
            time.sleep(0.1)
        raise ProcessEnded(f"The web process does not answer; {self.logs / 'web.log'} may say why.")

    def look(self) -> None:
        """Raise ProcessEnded if one of them is gone."""
        for name, child in self._children.items():
            if child.poll() is not None:
                raise ProcessEnded(f"The process “{name}” ended; {self.logs / (name + '.log')} says why.")

    def end(self) -> None:
        """Ask all of them to end, then make those that do not."""
        for child in self._children.values():
            if child.poll() is None:
                child.terminate()
        for child in self._children.values():
            stop(Running(child, {}), patience=10)
        self._children.clear()

    def _answers(self) -> bool:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            opener.open(f"http://127.0.0.1:{self.port}/", timeout=5).close()
        except urllib.error.HTTPError as answer:
            answer.close()
        except OSError:
            return False
        return True

    def _run(self, name: str, module: str, *arguments: str) -> None:
        self._children[name] = spawn(
            [sys.executable, "-m", module, *arguments],
            log=self.logs / f"{name}.log",
            cwd=settings.BASE_DIR,
            env=dict(os.environ),
        )

    def __enter__(self) -> "Processes":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        self.end()
