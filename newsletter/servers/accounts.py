"""Whom a server runs as, and where that account can reach it without any mode being changed.

PostgreSQL refuses to run as root. As root we lend it an account without rights; the account's way to the
data must already be open: where it is not, the server moves, never the modes of somebody's folders.
"""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

from newsletter.servers.process import Account, ServerProblem, plain_environment, run

NOBODY = "nobody"
LOCATION = "LOCATION"


def borrowed(checkout: Path) -> Account | None:
    """Return the account a server borrows when we are root: the checkout's owner, else nobody."""
    if os.geteuid() != 0:
        return None
    owner = checkout.stat()
    # initdb refuses an account without a name, such as a folder mounted from another machine shows
    if owner.st_uid != 0 and _known(owner.st_uid):
        return Account(owner.st_uid, owner.st_gid)
    others = sorted((entry for entry in pwd.getpwall() if entry.pw_uid), key=lambda e: e.pw_name != NOBODY)
    if not others:
        raise ServerProblem("PostgreSQL refuses to run as root and this system has no other account to lend it.")
    return Account(others[0].pw_uid, others[0].pw_gid)


def can(account: Account, question: str, path: Path) -> bool:
    """Ask the system itself (`-x`, `-r`) about a path, as the account: it knows of more than mode bits."""
    root = Path("/")
    command = ["/bin/sh", "-c", f'test {question} "$1"', "sh", str(path)]
    return run(command, cwd=root, env=plain_environment(root), account=account).returncode == 0


def home_for(folder: Path, account: Account | None) -> Path:
    """Return where the server lives: the folder itself, or one elsewhere that the account can reach.

    A folder elsewhere is written down in the file LOCATION. Without that file nothing of it is ours any
    more (`var/` was deleted), so it starts empty.
    """
    if account is None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o711)  # our own folder, just made: the account must pass through it
    if can(account, "-x", folder):
        return folder
    noted = folder / LOCATION
    if noted.exists():
        home = Path(noted.read_text().rstrip("\n"))
        if _is_ours(home) and can(account, "-x", home):
            return home
    for room in dict.fromkeys((Path("/var/tmp"), Path(tempfile.gettempdir()), Path("/dev/shm"))):  # noqa: S108
        if room.is_dir() and can(account, "-x", room):
            home = _fresh(room, folder)
            noted.write_text(f"{home}\n")
            return home
    raise ServerProblem(
        "PostgreSQL refuses to run as root and the account it borrows can reach no folder for its data."
    )


def elsewhere(folder: Path) -> Path | None:
    """Return the folder elsewhere that belongs to this one, if there is one."""
    noted = folder / LOCATION
    home = Path(noted.read_text().rstrip("\n")) if noted.exists() else None
    return home if home and _is_ours(home) else None


def _fresh(room: Path, folder: Path) -> Path:
    """Make an empty folder of ours; its name is derived from the project's, so leftovers are found again."""
    name = "garrigue-" + hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:12]
    home = room / name
    if _is_ours(home):
        shutil.rmtree(home)
    try:
        home.mkdir(mode=0o700)
    except FileExistsError:  # somebody else's: anyone may write in such a room
        home = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=room))
    home.chmod(0o711)
    return home


def _is_ours(home: Path) -> bool:
    try:
        found = home.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()


def _known(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
