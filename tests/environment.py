"""Loaded before Django: the tests have servers of their own and can touch nothing real."""

import os
import sys

from newsletter.servers import laptop
from newsletter.servers.local import Servers

if laptop.is_production():
    print("The demo and the tests never run with DEBUG=0: unset it and try again.", file=sys.stderr)
    raise SystemExit(2)
laptop.forget_real()
os.environ["GARRIGUE_VAR"] = str(laptop.var() / "test")

servers = Servers(laptop.var(), durable=False)
os.environ["DATABASE_URL"] = os.environ.get("DEMO_DATABASE_URL") or servers.database_url
