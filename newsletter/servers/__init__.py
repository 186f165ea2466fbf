"""The laptop's own servers, for the demo and the tests: PostgreSQL, Valkey and a mail catcher.

`local.py` is the face. Nothing here imports Django and nothing listens beyond 127.0.0.1.
"""
