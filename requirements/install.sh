#!/bin/sh
# Make the environment, or say in one sentence what is missing and exit 2.
python=$1 venv=$2 kind=$3
say() { echo "$1" >&2; exit 2; }

command -v "$python" >/dev/null 2>&1 || say "Python 3.11 or newer is needed: install python3 and python3-venv, then type the same again."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    say "Python 3.11 or newer is needed and this is $("$python" -V 2>&1): name a newer one with make PYTHON=python3.12 …"
if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    "$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
        say "Python's venv is missing: install it (Debian: apt install python3-venv), then type the same again."
    "$python" -m venv --clear "$venv" >/dev/null || say "The environment could not be made in $venv: is the folder writable?"
fi
echo "Installing what is needed ($kind), once…"
# dkimpy, for the tests alone, is published as pure source; its hash is checked as everyone's.
"$venv/bin/python" -m pip install --quiet --require-hashes --only-binary :all: --no-binary dkimpy -r "requirements/$kind.txt" ||
    say "The packages could not be installed: there is no network, or no ready-made wheel for this platform ($(uname -sm))."
# dev holds local, local holds app.
case $kind in bench) touch "$venv/bench.ready" ;; dev) touch "$venv/dev.ready" "$venv/local.ready" "$venv/app.ready" ;;
    local) touch "$venv/local.ready" "$venv/app.ready" ;; *) touch "$venv/app.ready" ;; esac
