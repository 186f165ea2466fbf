# Two commands matter: `make demo` shows it alive, `make test` proves it.
# Everything lives under .venv/ and var/; nothing is written to HOME.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH := var/bench/venv
ARGS ?=
# each of our many processes would compile us anew; what is compiled stands in __pycache__, as Python likes it
unexport PYTHONDONTWRITEBYTECODE
export PIP_CACHE_DIR = $(CURDIR)/var/pip
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: demo demo-reset test test-faults test-benches check lint types contracts migrations messages bench-send bench-feedback bench-audiences clean help

help:
	@sed -n 's/^## //p' Makefile

## make demo        set everything up and run the main job; ARGS="--once", "--stage composed", "--subscribers 500"
demo: $(VENV)/local.ready
	@"$(BIN)/python" manage.py demo $(ARGS)

## make demo-reset  forget everything that the demo made
demo-reset: $(VENV)/local.ready
	@"$(BIN)/python" manage.py demo_reset

## make test        set everything up and run the tests
test: $(VENV)/dev.ready
	@"$(BIN)/python" -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

## make test-faults  do to the sending what can go wrong, with real servers, and write docs/faults.md; ARGS="--small"
test-faults: $(VENV)/dev.ready
	@"$(BIN)/python" -m tests.faults $(ARGS)

## make test-benches  whether the benches below still measure, each once and small; no figure of it is looked at
test-benches: $(VENV)/dev.ready
	@"$(BIN)/python" -m pytest tests/benches $(ARGS)

## make check       lint, types, import contracts, missing migrations, tests: what CI asks
check: lint types contracts migrations test

lint: $(VENV)/dev.ready
	@"$(BIN)/ruff" check . && "$(BIN)/ruff" format --check .

types: $(VENV)/dev.ready
	@"$(BIN)/mypy" newsletter audiences campaigns celery_app.py manage.py

contracts: $(VENV)/dev.ready
	@"$(BIN)/lint-imports"

migrations: $(VENV)/dev.ready
	@"$(BIN)/python" manage.py makemigrations --check --dry-run

## make messages    gather the French words of the interface for locale/en (needs the gettext tools), and compile them
messages: $(VENV)/local.ready
	@"$(BIN)/python" manage.py makemessages -l en --no-location --no-wrap -i ".venv*" -i var -i data -i tests
	@"$(BIN)/python" manage.py compilemessages -l en -l fr

## make bench-feedback  measure how what the world says back is answered and written down (10 minutes); ARGS="--only events-per-s"
bench-feedback: $(VENV)/local.ready
	@"$(BIN)/python" -m benchmarks.feedback $(ARGS)

## make bench-audiences  measure how a million readers come in and are asked about (45 minutes); ARGS="--lines 100000", "--quick"
bench-audiences: $(VENV)/local.ready
	@"$(BIN)/python" -m benchmarks.audiences $(ARGS)

## make bench-send  measure the sending against its named peers (25 minutes); ARGS="--only build,faulty", "--quick"
bench-send: $(VENV)/local.ready $(BENCH)/bench.ready
	@"$(BIN)/python" -m benchmarks.send --peers-python "$(BENCH)/bin/python" $(ARGS)

# The peers live in an environment of their own: nothing of theirs is ever in the project's.
$(BENCH)/%.ready: requirements/%.txt
	@sh requirements/install.sh "$(PYTHON)" "$(BENCH)" "$*"

$(VENV)/%.ready: requirements/%.txt
	@sh requirements/install.sh "$(PYTHON)" "$(VENV)" "$*"
