"""Which files are whole, as the kernel tells: nobody has them open for writing."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from indexer.watch import find_closed_files, open_files

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A folder with one file of a few words, on a disk of this machine."""
    (tmp_path / "a.txt").write_text("la CAF", encoding="utf-8")
    if not find_closed_files(tmp_path, ["a.txt"]):
        pytest.skip("the file system of temporary files does not tell")
    return tmp_path


def test_a_file_being_written_is_not_whole(library: Path) -> None:
    """A copy under way has its writer, even if it pauses; once closed, it is whole."""
    with (library / "a.txt").open("a", encoding="utf-8"):
        assert find_closed_files(library, ["a.txt"]) == frozenset()
    assert find_closed_files(library, ["a.txt"]) == {"a.txt"}


def test_a_file_being_read_is_whole(library: Path) -> None:
    """Somebody may look at it at the same time."""
    with (library / "a.txt").open(encoding="utf-8"):
        assert find_closed_files(library, ["a.txt"]) == {"a.txt"}


def test_what_cannot_be_known_is_not_whole(library: Path) -> None:
    """An empty file, whose content may follow; a link, a folder, a pipe, what is gone."""
    (library / "vide.txt").touch()
    (library / "lien.txt").symlink_to("a.txt")
    (library / "dossier").mkdir()
    os.mkfifo(library / "tube")
    assert find_closed_files(library, ["vide.txt", "lien.txt", "dossier", "tube", "absent.txt"]) == frozenset()


def test_a_share_has_writers_elsewhere(library: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On a file system of another machine nothing is known, and neither is it where mounts cannot be listed."""
    mounts = tmp_path / "mounts"
    monkeypatch.setattr(open_files, "_MOUNTS", mounts)
    device = (library / "a.txt").stat().st_dev
    for kind, found in (("cifs", frozenset()), ("fuse.sshfs", frozenset()), ("ext4", {"a.txt"})):
        line = f"36 35 {os.major(device)}:{os.minor(device)} / /srv rw shared:1 - {kind} //serveur/partage rw\n"
        mounts.write_text(line, encoding="utf-8")
        assert find_closed_files(library, ["a.txt"]) == found
    mounts.unlink()
    assert find_closed_files(library, ["a.txt"]) == frozenset()


def test_no_lease_is_left(library: Path) -> None:
    """A program that opens the file right after is neither kept waiting nor does its opening end this process."""
    find_closed_files(library, ["a.txt"])
    signal.alarm(20)
    try:
        with (library / "a.txt").open("a", encoding="utf-8") as file:
            file.write(" de Grigny")
    finally:
        signal.alarm(0)
    assert (library / "a.txt").read_text(encoding="utf-8") == "la CAF de Grigny"


def test_a_program_that_opens_the_file_meanwhile(library: Path) -> None:
    """A writer that comes while the lease is held ends neither this process nor itself."""
    done = threading.Event()

    def write_again_and_again() -> None:
        while not done.is_set():
            with (library / "a.txt").open("a", encoding="utf-8") as file:
                file.write(".")

    writer = threading.Thread(target=write_again_and_again)
    writer.start()
    try:
        for _ in range(500):
            assert find_closed_files(library, ["a.txt"]) <= {"a.txt"}
    finally:
        done.set()
        writer.join(20)
    assert not writer.is_alive()
