"""Loaded before Django: the tests have servers of their own and can touch nothing real."""

import os
import sys

from newsletter.servers import laptop
from newsletter.servers.local import Servers

if laptop.is_production():
    print("The demo and the tests never run with DEBUG=0: unset it and try again.", file=sys.stderr)
    raise SystemExit(2)
laptop.forget_real()
# A run may have several processes (-n 2): they share its servers, and each has a folder of its own, for their databases
# number workers alike, and a journal bears that number.
process = os.environ.get("PYTEST_XDIST_WORKER", "")
room = laptop.var() if process else laptop.var() / "test"  # a process inherits its run's
os.environ["GARRIGUE_VAR"] = str(room / process)

servers = Servers(room, durable=False)
os.environ["DATABASE_URL"] = os.environ.get("DEMO_DATABASE_URL") or servers.database_url
