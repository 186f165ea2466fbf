"""What make says where something is missing: one sentence that tells what to do, and exit 2."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
INSTALL = ROOT / "requirements" / "install.sh"

# A python3 that answers as another machine's would: each question of the script on a line of its own.
FAKE = """#!/bin/sh
case "$*" in
    *version_info*) exit {old} ;;
    -V) echo "Python {version}" ;;
    *"import venv"*) exit {venv_missing} ;;
    "-m venv"*) {make_venv} ;;
    *) exit 1 ;;
esac
"""
# The environment's own python: pip is there and refuses what it is asked to install.
FAKE_VENV = """#!/bin/sh
case "$*" in
    "-m pip --version") exit 0 ;;
    *) exit 1 ;;
esac
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A PATH with the plain tools and whatever a test puts there."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "uname", "touch", "mkdir", "cp", "chmod", "make", "cat"):
        found = shutil.which(name)
        if found:
            (tools / name).symlink_to(found)
    return tools


def python(
    path: Path, *, version: str = "3.11.2", old: bool = False, venv_missing: bool = False, make_venv: str = "exit 1"
) -> None:
    fake = path / "python3"
    fake.write_text(FAKE.format(version=version, old=int(old), venv_missing=int(venv_missing), make_venv=make_venv))
    fake.chmod(0o755)


def install(path: Path, venv: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["sh", str(INSTALL), "python3", str(venv), "local"],
        env={"PATH": str(path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def sentence_of(said: "subprocess.CompletedProcess[str]") -> str:
    """Return the one line that was said; more than one would hide it."""
    assert said.returncode == 2, said
    lines = said.stderr.splitlines()
    assert len(lines) == 1, said.stderr
    return lines[0]


def test_without_python(path: Path, tmp_path: Path) -> None:
    assert "Python 3.11 or newer is needed: install python3" in sentence_of(install(path, tmp_path / "venv"))


def test_with_a_python_that_is_too_old(path: Path, tmp_path: Path) -> None:
    python(path, version="3.9.2", old=True)

    said = sentence_of(install(path, tmp_path / "venv"))

    assert "this is Python 3.9.2" in said
    assert "make PYTHON=" in said


def test_without_venv(path: Path, tmp_path: Path) -> None:
    python(path, venv_missing=True)

    assert "apt install python3-venv" in sentence_of(install(path, tmp_path / "venv"))


def test_where_the_environment_cannot_be_made(path: Path, tmp_path: Path) -> None:
    python(path)

    assert "could not be made" in sentence_of(install(path, tmp_path / "venv"))


def test_on_a_platform_without_wheels_or_without_a_network(path: Path, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").write_text(FAKE_VENV)
    (venv / "bin" / "python").chmod(0o755)
    python(path)

    said = install(path, venv)

    assert "no ready-made wheel for this platform" in sentence_of(said)
    assert not list(venv.glob("*.ready")), "the next make tries again"


def test_with_everything_it_notes_what_is_ready(path: Path, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").write_text("#!/bin/sh\nexit 0\n")
    (venv / "bin" / "python").chmod(0o755)
    python(path)

    said = install(path, venv)

    assert (said.returncode, said.stderr) == (0, "")
    assert sorted(file.name for file in venv.glob("*.ready")) == ["app.ready", "local.ready"]


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_make_passes_the_sentence_on(tmp_path: Path) -> None:
    said = subprocess.run(
        ["make", "test", f"VENV={tmp_path}/venv", "PYTHON=python-that-is-not-there"],
        cwd=ROOT,
        env={**os.environ, "MAKEFLAGS": ""},
        capture_output=True,
        text=True,
    )

    assert said.returncode == 2
    assert "Python 3.11 or newer is needed" in said.stderr
