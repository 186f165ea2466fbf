"""The witness: believed only when whole, of this session and of the running boot."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.wire.journal import HEAD, Journal, JournalFailed, Witness, read

WHOLE = f"{HEAD} 7 boot\na 1 2 3\nd 1\nr 1 250\nd 2\n"


def written(path: Path, text: str) -> Witness | None:
    path.write_text(text)
    return read(path, session=7, boot="boot")


def test_what_was_appended_is_read_back(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "deep" / "7.journal", session=7, boot="boot")
    journal.armed([1, 2, 3])
    journal.dot(1)
    journal.replied(1, 250)
    journal.dot(2)
    assert read(journal.path, session=7, boot="boot") == Witness(frozenset({1, 2, 3}), frozenset({1, 2}), {1: 250})
    assert journal.path.stat().st_mode & 0o777 == 0o600
    journal.close(remove=True)
    assert not journal.path.exists()


def test_a_message_armed_anew_has_no_dot_yet(tmp_path: Path) -> None:
    witness = written(tmp_path / "j", WHOLE + "a 1 2\n")
    assert witness == Witness(frozenset({1, 2, 3}), frozenset(), {})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a 1 2 3\n",
        WHOLE.replace(" 7 ", " 8 "),
        WHOLE.replace("boot", "other"),
        WHOLE[:-1],
        WHOLE + "x 1\n",
        WHOLE + "d one\n",
        WHOLE + "d 1 2\n",
        WHOLE + "\n",
        HEAD + " 7 boot",
    ],
)
def test_what_is_not_whole_or_not_ours_witnesses_nothing(tmp_path: Path, text: str) -> None:
    assert written(tmp_path / "j", text) is None


def test_a_missing_or_unreadable_journal_witnesses_nothing(tmp_path: Path) -> None:
    assert read(tmp_path / "none", session=7, boot="boot") is None
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    assert read(tmp_path / "bytes", session=7, boot="boot") is None


@given(cut=st.integers(0, len(WHOLE)))
def test_a_journal_cut_anywhere_never_claims_less_than_was_done(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    """Cut at a line's end it is an earlier state of the same life; cut within a line it says nothing."""
    witness = written(tmp_path_factory.mktemp("j") / "j", WHOLE[:cut])
    lines = [WHOLE[:end] for end in range(len(WHOLE) + 1) if WHOLE[:end].endswith("\n")]
    assert (witness is not None) == (WHOLE[:cut] in lines)


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with pytest.raises(JournalFailed):
        Journal(Path("/dev/full"), session=7, boot="boot")


def test_a_journal_that_could_not_be_begun_leaves_nothing_open(tmp_path: Path) -> None:
    """A full disk is tried each second, for hours."""
    full = tmp_path / "1.journal"
    full.symlink_to("/dev/full")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        with pytest.raises(JournalFailed):
            Journal(full, session=1, boot="boot")
    assert len(list(Path("/proc/self/fd").iterdir())) == before
