"""Loaded before Django: the tests have servers of their own and can touch nothing real."""

import os
import sys

from newsletter.servers import laptop
from newsletter.servers.local import Servers

if laptop.is_production():
    print("The demo and the tests never run with DEBUG=0: unset it and try again.", file=sys.stderr)
    raise SystemExit(2)
laptop.forget_real()
# Each of several processes (-n 2) has servers and a folder of its own: none counts another's mails.
process = os.environ.get("PYTEST_XDIST_WORKER", "")
room = laptop.var() / (process or "test")  # a process inherits its run's
os.environ["GARRIGUE_VAR"] = str(room)

servers = Servers(room, durable=False)
os.environ["DATABASE_URL"] = os.environ.get("DEMO_DATABASE_URL") or servers.database_url
