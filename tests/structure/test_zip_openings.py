"""Zips are opened where their directory is counted first, and nowhere else."""

from __future__ import annotations

import ast
from contextlib import contextmanager
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import pytest

from extractors import zip_directory as library_zips
from extractors.errors import Reason, UnreadableFileError
from index import zip_directory
from tests import ROOT
from tests.crowded_zips import crowded_zip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path
    from zipfile import ZipFile

PACKAGES = ("extractors", "index", "indexer", "webapp")
OPENERS = {"extractors/zip_directory.py", "index/zip_directory.py"}
OUR_OWN = {"extractors/transcription/speech_model.py", "indexer/demo/timeless_zip.py", "webapp/dsfr.py"}
"""These read an archive that they, or a pinned package, have just made."""


def _find_openings() -> Iterator[str]:
    """The modules that open a zip to read it, by any of the names that zipfile has for it."""
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _name(node.func) in {"ZipFile", "PyZipFile", "is_zipfile"}:
                    mode = node.args[1] if len(node.args) > 1 else None
                    if not (isinstance(mode, ast.Constant) and mode.value == "w"):
                        yield path.relative_to(ROOT).as_posix()


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def test_no_other_module_opens_a_zip() -> None:
    """A reader that opened one by itself would parse the directory before anybody has counted it."""
    assert set(_find_openings()) == OPENERS | OUR_OWN


def test_no_other_container_of_files_is_opened() -> None:
    """No tar, and no archive that Python opens by its suffix: they would need a count of their own."""
    texts = {path: path.read_text(encoding="utf-8") for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    assert [path for path, text in texts.items() if "tarfile" in text or "shutil.unpack_archive" in text] == []


def _open_by_extractors(path: Path, most: int) -> AbstractContextManager[ZipFile]:
    return library_zips.open_zip(path, most)


@contextmanager
def _open_by_index(path: Path, most: int) -> Iterator[ZipFile]:
    with path.open("rb") as file, zip_directory.open_zip(file, most) as archive:
        yield archive


@pytest.fixture(params=[_open_by_extractors, _open_by_index])
def open_zip(request: pytest.FixtureRequest) -> Callable[[Path, int], AbstractContextManager[ZipFile]]:
    """Each of the ways in which a zip is opened."""
    found: Callable[[Path, int], AbstractContextManager[ZipFile]] = request.param
    return found


@pytest.mark.parametrize("zip64", [False, True])
@pytest.mark.parametrize("comment", [b"", b"un commentaire"])
def test_directories_are_counted_first(
    open_zip: Callable[[Path, int], AbstractContextManager[ZipFile]],
    tmp_path: Path,
    zip64: bool,  # noqa: FBT001 - pytest's
    comment: bytes,
) -> None:
    """At the limit a zip is opened; one more is refused, and so are a million, before zipfile has made one object."""
    if zip64 and comment:
        pytest.skip("the end record of the made zip64 has no room for a comment")
    path = tmp_path / "a.zip"
    path.write_bytes(_with_comment(crowded_zip(50, zip64=zip64), comment))
    with open_zip(path, 50) as archive:
        assert len(archive.infolist()) == 50
    for entries in (51, 1_000_000):
        path.write_bytes(_with_comment(crowded_zip(entries, zip64=zip64), comment))
        with pytest.raises((UnreadableFileError, zip_directory.ZipDirectoryError)) as refused, open_zip(path, 50):
            pass
        assert getattr(refused.value, "reason", Reason.TOO_LARGE) is Reason.TOO_LARGE


def test_what_looks_like_an_end_record(
    open_zip: Callable[[Path, int], AbstractContextManager[ZipFile]], tmp_path: Path
) -> None:
    """A table of contents larger than its file is none: such a file is damaged, not too large."""
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK\5\6" + b"commune;aide\nGrigny;domiciliation\n")
    with pytest.raises(BadZipFile), open_zip(path, 50):
        pass


def _with_comment(content: bytes, comment: bytes) -> bytes:
    return content[:-2] + len(comment).to_bytes(2, "little") + comment if comment else content
