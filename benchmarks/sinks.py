"""Who takes the mail and throws it away, and the reference that sends it: the cheap sink, a refusing one, Postfix's."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
HOST = "127.0.0.1"
SEED = 20_261_201
PER_MILLE = {"4xx": 50, "5xx": 20}


class Unavailable(Exception):
    """A tool that this machine does not have; the message says what to do."""


class Sinks:
    """The sinks, one at a time on one port, so that the workers' relay has one address."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        folder.mkdir(parents=True, exist_ok=True)

    @contextlib.contextmanager
    def cheap(self) -> Iterator[None]:
        """csink: it accepts everything, and the sender is the limit."""
        with self._serving([str(self._built("csink")), str(self.port)]):
            yield

    @contextlib.contextmanager
    def refusing(self, *, faulty: bool) -> Iterator[None]:
        """Our own sink; a faulty one refuses 5 % for now and 2 % for good, by a fixed seed."""
        shares = [str(share if faulty else 0) for share in PER_MILLE.values()]
        with self._serving([str(self._built("refusing")), str(self.port), str(SEED), *shares]):
            yield

    @contextlib.contextmanager
    def postfix(self) -> Iterator[None]:
        """Postfix's smtp-sink, as everyone measures with it."""
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        command = [str(self._postfix("smtp-sink")), *user, f"{HOST}:{self.port}", "1024"]
        with self._serving(command, env=self._libraries()):
            yield

    def source(self, count: int, size: int) -> float:
        """Let smtp-source send so many messages over 20 sessions that stay open; return its messages a second."""
        command = [str(self._postfix("smtp-source")), "-d", "-s", "20", "-m", str(count), "-l", str(size)]
        command += ["-f", "lettre@alpilles.example", "-t", "lecteur@boite.example", f"{HOST}:{self.port}"]
        start = time.perf_counter()
        subprocess.run(command, check=True, env=self._libraries(), stdout=subprocess.DEVNULL)
        return count / (time.perf_counter() - start)

    def postfix_version(self) -> str:
        """Return the version of the reference tools."""
        return next(self.folder.glob("postfix_*.deb")).name.removeprefix("postfix_").removesuffix(".deb")

    @contextlib.contextmanager
    def _serving(self, command: list[str], env: dict[str, str] | None = None) -> Iterator[None]:
        process = subprocess.Popen(command, env=env)
        try:
            deadline = time.monotonic() + 10
            while not self._listens():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise Unavailable(f"the sink did not start: {command[0]}")
                time.sleep(0.02)
            yield
        finally:
            process.terminate()
            process.wait()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0

    def _built(self, name: str) -> Path:
        source, binary = HERE / f"{name}.c", self.folder / name
        if not binary.exists() or binary.stat().st_mtime < source.stat().st_mtime:
            compiler = shutil.which("cc")
            if not compiler:
                raise Unavailable("the sinks want a C compiler: cc is not there (Debian: apt install gcc libc6-dev)")
            subprocess.run([compiler, "-O2", "-w", "-o", binary, source], check=True)
        return binary

    def _postfix(self, name: str) -> Path:
        """Return a tool of Debian's package, unpacked beside us and not installed."""
        root = self.folder / "postfix"
        program = root / "usr" / "sbin" / name
        if not program.exists():
            if not (shutil.which("apt-get") and shutil.which("dpkg")):
                raise Unavailable("smtp-source and smtp-sink come from Debian's package postfix: no apt-get here")
            try:
                subprocess.run(["apt-get", "-qq", "update"], check=False, capture_output=True, timeout=120)
                subprocess.run(
                    ["apt-get", "-qq", "download", "postfix"],
                    check=True,
                    cwd=self.folder,
                    capture_output=True,
                    timeout=120,
                )
            except (subprocess.SubprocessError, OSError) as problem:
                raise Unavailable(f"Debian's package postfix could not be fetched: {problem}") from problem
            subprocess.run(["dpkg", "-x", next(self.folder.glob("postfix_*.deb")), root], check=True)
        return program

    def _libraries(self) -> dict[str, str]:
        self._postfix("smtp-source")
        return {**os.environ, "LD_LIBRARY_PATH": str(self.folder / "postfix" / "usr" / "lib" / "postfix")}
