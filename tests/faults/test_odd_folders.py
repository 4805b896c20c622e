"""Whatever a file system may hold or refuse, the running service goes on and finds what can be found."""

from __future__ import annotations

import os
import shutil
import subprocess
import unicodedata
from typing import TYPE_CHECKING

import pytest

from index.catalogue.file_statuses import FileState, StatusFilter
from tests.service.installation import Installation, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.service.installation import Service

PATIENCE = 60.0
# Before 1970, the year 1, and beyond what 64 bits of nanoseconds hold; file systems bound them as they can.
_DATES = (-1, -62_135_596_800, 4_102_444_800, 16_000_000_000, 253_402_300_799, 2**62)
_IN_A_LIMIT = 'echo 10 > /proc/sys/user/max_inotify_watches && exec "$@"'
_LIMITED = ("unshare", "-Ur", "sh", "-c", _IN_A_LIMIT, "sh")


def write(library: Path, path: bytes | str, text: str) -> bytes:
    """A text file under a name of any bytes."""
    file = os.path.join(os.fsencode(library), os.fsencode(path))  # noqa: PTH118  pathlib has no names of bytes
    os.makedirs(os.path.dirname(file), exist_ok=True)  # noqa: PTH103, PTH120  idem
    with open(file, "w", encoding="utf-8") as written:  # noqa: PTH123  idem
        written.write(text)
    return file


def total(service: Service, words: str, wanted: int) -> None:
    """Wait until a question has so many answers."""
    service.wait_for(words, lambda answer: answer["total"] == wanted, PATIENCE)


def test_any_name_and_any_date(tmp_path: Path) -> None:
    """Names of any bytes and files of any date stop nothing: what has no name is told of, all else is found."""
    installation = Installation.new(tmp_path)
    with installation.serve() as service, installation.catalogue() as catalogue:
        for name in (b"R\xe9unions/a.txt", b"Bilans/\xff\xfe.txt", b"\xc3\x28/b/c.txt", b"\xed\xa0\x80.txt"):
            write(installation.library, name, "illisible")
        for number, date in enumerate(_DATES):
            os.utime(write(installation.library, f"dates/{number}.txt", f"glycine {number}"), (date, date))
        for text_name in ("a\nb.txt", "c\x1bd.txt", " espaces .txt", "-option.txt", "é" * 100 + ".txt", "👩‍👩‍👧.txt"):
            write(installation.library, f"noms/{text_name}", f"capucine {text_name}")
        total(service, "glycine", len(_DATES))
        total(service, "capucine", 6)
        wait_until(
            lambda: (
                {"R\ufffdunions/", "Bilans/\ufffd\ufffd.txt"}
                <= {each.path for each in catalogue.file_statuses.find(StatusFilter(frozenset({FileState.IGNORED})))}
            ),
            "names that are no text are not listed",
        )
        assert service.process.poll() is None
        shutil.rmtree(os.path.join(os.fsencode(installation.library), b"R\xe9unions"))  # noqa: PTH118  idem
        write(installation.library, "suite.txt", "pervenche")
        total(service, "pervenche", 1)


def test_twins(tmp_path: Path) -> None:
    """Names that differ in case or in composition only are files of their own, each read once."""
    installation = Installation.new(tmp_path)
    for name in ("Note.txt", "note.txt", "été.txt", unicodedata.normalize("NFD", "été.txt")):
        write(installation.library, name, f"anémone {name.encode().hex()}")
    with installation.serve() as service, installation.catalogue() as catalogue:
        total(service, "anemone", 4)
        wait_until(lambda: (state := catalogue.indexer.read_state()) and not state.pending, "it does not end")
        state = catalogue.indexer.read_state()
        assert state
        assert state.read == 4
    assert "0 fichier lu" in installation.run("index").stdout


@pytest.mark.parametrize(
    "bin_",
    [
        "#recycle",
        "$RECYCLE.BIN/S-1-5-21",
        "@Recycle",
        "@eaDir",
        "System Volume Information",
        "~snapshot/h.0",
        ".Trashes",
    ],
)
def test_recycle_bins(bin_: str, tmp_path: Path) -> None:
    """A file that a share moves into its recycle bin, its thumbnails or its snapshots has left."""
    installation = Installation.new(tmp_path)
    for number in range(4):
        write(installation.library, f"{number}.txt", f"garance {number}")
    assert "4 fichiers lus" in installation.run("index").stdout
    (installation.library / bin_).mkdir(parents=True)
    (installation.library / "0.txt").rename(installation.library / bin_ / "0.txt")
    assert installation.run("index").returncode == 0
    assert installation.run("search", "garance").stdout.startswith("3 documents")


def can_limit() -> bool:
    """Whether this system gives a namespace in which the number of watches can be bounded."""
    if shutil.which("unshare") is None:
        return False
    tried = subprocess.run([*_LIMITED, "true"], check=False, capture_output=True)  # noqa: S603  constants above
    return tried.returncode == 0


@pytest.mark.skipif(not can_limit(), reason="this system refuses namespaces")
def test_folders_that_the_system_refuses_to_watch(tmp_path: Path) -> None:
    """Beyond the system's limit, folders are named, and their files found by comparing them often."""
    installation = Installation.new(tmp_path, polling_seconds="1", rescan_seconds="3600")
    for number in range(30):
        (installation.library / f"d{number}").mkdir()
    with installation.start("watch", before=_LIMITED), installation.catalogue() as catalogue:
        wait_until(lambda: "not watched" in installation.journal.read_text(encoding="utf-8"), "nothing is told")
        for number in range(30):
            write(installation.library, f"d{number}/neuf/f.txt", f"glaieul {number}")
        wait_until(
            lambda: catalogue.file_statuses.count_by_state().get(FileState.INDEXED, 0) == 30, "files are not found"
        )
        assert '"d' in (catalogue.indexer.read_memo("unwatched") or "")
