"""The environment of one command: production's own, or the laptop's servers where none is named.

The demo never reads EMAIL_URL, DATABASE_URL or REDIS_URL: it can touch nothing real.
"""

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from newsletter.servers.local import ServerProblem, Servers, forget
from newsletter.servers.process import CODE, free_port

# What a shell may carry of a real installation.
REAL = (
    *("EMAIL_URL", "DATABASE_URL", "DATABASE_DIRECT_URL", "DATABASE_OWNER_URL", "DATABASE_APP_URL", "REDIS_URL"),
    *("SITE_URL", "SECRET_KEY", "SIGNING_KEYS", "ADDRESS_PEPPER", "ALLOWED_HOSTS", "MAIL_FROM"),
    *(
        "REPLY_TO",
        "DKIM_KEY",
        "BOUNCE_DOMAIN",
        "BOUNCE_INBOX_URL",
        "WEBHOOK_SECRET",
        "MAILGUN_WEBHOOK_KEY",
        "EHLO_NAME",
        "JOURNAL_DIR",
        "MEDIA_DIR",
        "PRIVATE_DIR",
    ),
)
DEMO = ("demo", "demo_reset")
# These open no database, so none is started for them.
WITHOUT_DATABASE = frozenset(
    "help version --help -h --version check collectstatic compilemessages findstatic makemessages "
    "diffsettings demo_reset simulate_fairness".split()
)


@contextlib.contextmanager
def environment(arguments: Sequence[str]) -> Iterator[None]:
    """Give the command its servers for as long as it runs; a problem is said in one sentence, exit 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsletter.settings")
    command = arguments[0] if arguments else "help"
    try:
        if command in DEMO:
            with demo_environment(command, arguments):
                yield
        elif os.environ.get("DATABASE_URL") or is_production() or command in WITHOUT_DATABASE:
            if command == "migrate" and os.environ.get("DATABASE_OWNER_URL"):
                os.environ["DATABASE_APP_URL"] = os.environ["DATABASE_URL"]
                os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
            yield
        else:
            with Servers(var()) as servers:
                os.environ["DATABASE_URL"] = servers.database_url
                if not os.environ.get("REDIS_URL"):
                    os.environ["REDIS_URL"] = servers.redis_url
                yield
    except ServerProblem as problem:
        sys.exit(_say(str(problem)))
    except KeyboardInterrupt:
        sys.exit(130)


@contextlib.contextmanager
def demo_environment(command: str, arguments: Sequence[str]) -> Iterator[None]:
    """Forget everything real, and point the settings at the demo's own servers."""
    if is_production():
        raise ServerProblem("The demo and the tests never run with DEBUG=0: unset it and try again.")
    forget_real()
    os.environ["GARRIGUE_DEMO"] = "1"
    if command == "demo_reset" or {"-h", "--help"} & set(arguments):
        yield
        return
    if "--once" in arguments:
        # Fresh servers of its own; nothing of them stays, but where it failed, for the logs say why.
        os.environ["GARRIGUE_VAR"] = str(var() / "once")
        forget(var())
    with Servers(var()) as servers:
        os.environ["DATABASE_URL"] = os.environ.get("DEMO_DATABASE_URL") or servers.database_url
        os.environ["REDIS_URL"] = os.environ.get("DEMO_REDIS_URL") or servers.redis_url
        os.environ["EMAIL_URL"] = servers.email_url
        os.environ["DEMO_CATCHER_URL"] = servers.catcher_web
        os.environ["SITE_URL"] = f"http://127.0.0.1:{free_port(8000)}"
        yield
    if "--once" in arguments:
        forget(var())
        shutil.rmtree(var())


def forget_real() -> None:
    """Drop whatever belongs to a real installation from this process and its children."""
    for name in REAL:
        os.environ.pop(name, None)


def is_production() -> bool:
    """Return whether DEBUG says that people depend on this."""
    # whatever does not say yes means no, as the settings read it
    return os.environ.get("DEBUG", "1").strip().lower() not in ("1", "true", "on", "ok", "y", "yes")


def var() -> Path:
    """Return where the laptop keeps what may be thrown away."""
    return Path(os.environ.get("GARRIGUE_VAR", CODE / "var"))


def _say(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 2
