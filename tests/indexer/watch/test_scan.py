"""Looking at a library, and waiting until what is seen has settled."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from index.catalogue.file_records import Extent
from index.model.documents import FileStat
from index.model.library_names import is_ignored
from indexer.errors import LibraryUnavailableError
from indexer.reconcile.comparison import ClockReading, UnsettledPath, debounce
from indexer.watch.scan import ScanResult, scan_library

if TYPE_CHECKING:
    from pathlib import Path

SECOND = 1_000_000_000
YOUNG, OLD = FileStat(1, 100 * SECOND, 100 * SECOND), FileStat(1, 1, 1)
NOW = ClockReading(monotonic=50.0, wall_ns=100 * SECOND)


def test_files_in_folders(tmp_path: Path) -> None:
    """Every file is seen, by its path from the library's folder."""
    (tmp_path / "été" / "sous").mkdir(parents=True)
    (tmp_path / "été" / "sous" / "a.txt").write_text("abc", encoding="utf-8")
    (tmp_path / "b.txt").write_text("", encoding="utf-8")
    sighting = scan_library(tmp_path)
    assert sorted(sighting.files) == ["b.txt", "été/sous/a.txt"]
    assert sighting.files["été/sous/a.txt"].size == 3


@pytest.mark.parametrize(
    "name", ["~$deck.pptx", ".cache", "a.tmp", "film.mp4.part", "x.crdownload", "Thumbs.db", ".DS_Store", "desktop.ini"]
)
def test_what_programs_leave_behind(name: str) -> None:
    """Locks, unfinished downloads and hidden files are no documents."""
    assert is_ignored(name)


def test_links_are_refused_by_name(tmp_path: Path) -> None:
    """A link could lead outside the library: it is not followed, and that is said."""
    (tmp_path / "lien.txt").symlink_to("/etc/hostname")
    sighting = scan_library(tmp_path)
    assert sighting.files == {}
    assert "lien symbolique" in sighting.left_out["lien.txt"].reason


def test_paths_that_no_catalogue_holds(tmp_path: Path) -> None:
    """A file at the end of a very long path is left out, and stops no other one."""
    deep = tmp_path
    for _ in range(12):
        deep = deep / ("é" * 100)
        deep.mkdir()
    (deep / "a.txt").touch()
    (tmp_path / "b.txt").touch()
    whole = scan_library(tmp_path)
    assert list(whole.files) == ["b.txt"]
    ((path, left_out),) = whole.left_out.items()
    assert left_out.reason == "chemin trop long"
    assert len(path.encode()) < 2_704
    below = deep.relative_to(tmp_path).as_posix()
    assert scan_library(tmp_path, Extent(trees=frozenset({below}))).files == {}


def test_unreadable_names_are_told(tmp_path: Path) -> None:
    """A name that is no text is told in a printable form."""
    with open(os.fsencode(tmp_path) + b"/caf\xe9.txt", "wb"):  # noqa: PTH123 - a path of bytes
        pass
    assert list(scan_library(tmp_path).left_out) == ["caf\ufffd.txt"]


def test_an_absent_library_is_no_empty_library(tmp_path: Path) -> None:
    """A share that is not mounted must not look like one whose files were all deleted."""
    with pytest.raises(LibraryUnavailableError, match="le partage est-il monté"):
        scan_library(tmp_path / "absent")


def test_a_library_that_goes_during_the_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A share that opens and then does not list is away: its files are not missing."""
    (tmp_path / "a.txt").write_text("abc", encoding="utf-8")
    (tmp_path / "sous").mkdir()
    scandir = os.scandir
    opened: list[Path] = []

    def stale(path: Path) -> object:
        opened.append(path)
        if len(opened) > 1:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", stale)
    with pytest.raises(LibraryUnavailableError, match="le partage est-il monté"):
        scan_library(tmp_path)


def test_what_cannot_be_told_hides_what_may_lie_below() -> None:
    """Where it could not even be told whether a name is a folder's, nothing below is missing."""
    sighting = ScanResult({}, unreadable=("sous", "clos/"))
    assert [sighting.is_unreadable(path) for path in ("sous", "sous/a.txt", "clos/a.txt")] == [True] * 3
    assert not sighting.is_unreadable("sous-titres.txt")


def test_a_new_file_waits() -> None:
    """What has just changed is not read yet; what stood still for the delay is."""
    settled, standing = debounce({}, {"a": YOUNG}, NOW, 1.0)
    assert (settled, standing) == (frozenset(), {"a": UnsettledPath(YOUNG, 50.0)})
    later = ClockReading(51.0, 101 * SECOND)
    assert debounce(standing, {"a": YOUNG}, later, 1.0) == (frozenset({"a"}), {})


def test_a_growing_file_waits_anew() -> None:
    """Each change starts the delay again."""
    grown = FileStat(2, 101 * SECOND, 101 * SECOND)
    settled, standing = debounce({"a": UnsettledPath(YOUNG, 50.0)}, {"a": grown}, ClockReading(51.0, 101 * SECOND), 1.0)
    assert (settled, standing) == (frozenset(), {"a": UnsettledPath(grown, 51.0)})


def test_an_old_file_is_settled_at_first_sight() -> None:
    """A first indexing does not wait for files that nobody has touched for long."""
    assert debounce({}, {"a": OLD}, NOW, 1.0)[0] == {"a"}


def test_a_copy_that_keeps_its_date_waits() -> None:
    """A file's date may be the original's: its own time of change says that it has just come."""
    copied = FileStat(1, 1, 100 * SECOND)
    assert debounce({}, {"a": copied}, NOW, 1.0)[0] == frozenset()


def test_a_missing_file_waits() -> None:
    """A file that is missing may be on its way to another folder: it is forgotten after the delay only."""
    settled, standing = debounce({}, {"a": None}, NOW, 1.0)
    assert settled == frozenset()
    assert debounce(standing, {"a": None}, ClockReading(51.0, 101 * SECOND), 1.0)[0] == {"a"}


def test_a_folder_moved_during_the_scan_is_seen_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reserved folder must not seem to be a copy, seen under its old name first and under the new one later."""
    (tmp_path / "a").mkdir()
    (tmp_path / "z").mkdir()
    (tmp_path / "z/secret.txt").write_text("secret", encoding="utf-8")
    listed = os.scandir

    def list_and_move(path: Path) -> object:
        # Folders are listed last first: « z » has been seen when « a » is.
        if path == tmp_path / "a":
            (tmp_path / "z").rename(tmp_path / "a/new")
        return listed(path)

    monkeypatch.setattr(os, "scandir", list_and_move)
    scan = scan_library(tmp_path)
    assert (set(scan.files), set(scan.folders)) == ({"a/new/secret.txt"}, {"a", "a/new"})


def test_folders_are_known_by_their_directory(tmp_path: Path) -> None:
    """Under another name it is the same; excluded ones are known too, and what is no folder is not."""
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "brouillon/dessous").mkdir(parents=True)
    (tmp_path / "lien").symlink_to(tmp_path / "a")
    (tmp_path / ".rucheignore").write_text("brouillon\n", encoding="utf-8")
    before = scan_library(tmp_path).folders
    assert set(before) == {"a", "a/b", "brouillon"}
    (tmp_path / "a").rename(tmp_path / "c")
    part = scan_library(tmp_path, Extent(trees=frozenset({"c"}))).folders
    assert part == {"c": before["a"], "c/b": before["a/b"]}
