"""What those who keep the library leave out by `.rucheignore`."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Literal

import pytest

from index.catalogue.file_records import Extent
from index.catalogue.file_statuses import FileState
from indexer.errors import LibraryUnavailableError
from indexer.watch.scan import scan_library
from tests.indexer.conftest import Bench, only

if TYPE_CHECKING:
    from pathlib import Path

Form = Literal["NFC", "NFD"]


def library(folder: Path, patterns: str, *files: str) -> Path:
    """A library with a `.rucheignore` and these files."""
    (folder / ".rucheignore").write_text(patterns, encoding="utf-8")
    for each in files:
        (folder / each).parent.mkdir(parents=True, exist_ok=True)
        (folder / each).touch()
    return folder


def test_patterns_as_for_git(tmp_path: Path) -> None:
    """Names, anchored paths, folders, negation; each refusal names its line; a folder left out is not looked into."""
    patterns = "# brouillons\n*.bak\n/privé.pdf\n\narchives/\n!garder.bak\n"
    files = ("a.bak", "garder.bak", "privé.pdf", "sous/privé.pdf", "archives/x/b.pdf", "x/archives", "c.pdf")
    sighting = scan_library(library(tmp_path, patterns, *files))
    assert sorted(sighting.files) == ["c.pdf", "garder.bak", "sous/privé.pdf", "x/archives"]
    assert {path: each.reason for path, each in sighting.left_out.items()} == {
        "a.bak": "écarté par la ligne 2 de .rucheignore (« *.bak »)",
        "privé.pdf": "écarté par la ligne 3 de .rucheignore (« /privé.pdf »)",
        "archives/": "écarté par la ligne 5 de .rucheignore (« archives/ »)",
    }


@pytest.mark.parametrize("line", ["!", "[z-a]", "\\"])
def test_a_line_that_means_nothing(tmp_path: Path, line: str) -> None:
    """It is told, with its number, and the others hold."""
    sighting = scan_library(library(tmp_path, f"*.bak\n{line}\n", "a.bak", "b.pdf"))
    assert list(sighting.files) == ["b.pdf"]
    assert sighting.left_out[".rucheignore"].reason == f"ligne 2 incomprise (« {line} »)"


@pytest.mark.timeout(20)
def test_a_pattern_cannot_hold_up_a_scan(tmp_path: Path) -> None:
    """Stars that would try each letter of a name with each other are refused: five took 25 seconds for one name."""
    patterns = "*a*a*a*a*b\n**/a/**/a/**/a/**/b\n*.bak\n"
    sighting = scan_library(library(tmp_path, patterns, "a" * 250, "a/a/a/a/a/a/a/a/c", "a.bak"))
    assert sorted(sighting.files) == ["a/a/a/a/a/a/a/a/c", "a" * 250]
    assert sighting.left_out[".rucheignore"].reason == "ligne 1 incomprise (« *a*a*a*a*b »)"
    assert "étoiles" in sighting.left_out[".rucheignore"].advice


@pytest.mark.parametrize("patterns", ["x\n" * 501, "x" * 70_000])
def test_too_many_patterns(tmp_path: Path, patterns: str) -> None:
    """A list that would be matched against each path for ever is refused in words, and nothing is read without it."""
    with pytest.raises(LibraryUnavailableError, match="trop long"):
        scan_library(library(tmp_path, patterns, "a.pdf"))


def test_patterns_that_cannot_be_read(tmp_path: Path) -> None:
    """What should be left out must not get in: without its patterns, the library is not looked at."""
    (tmp_path / ".rucheignore").mkdir()
    with pytest.raises(LibraryUnavailableError, match="rucheignore"):
        scan_library(tmp_path)


def test_a_part_obeys_the_patterns_above_it(tmp_path: Path) -> None:
    """A look at a folder that a look at the whole would not come to sees nothing there."""
    library(tmp_path, "archives/\n", "archives/x/a.pdf", ".caché/b.pdf", "c/d.pdf")
    (tmp_path / "lien").symlink_to(tmp_path / "c")
    folders = frozenset({"archives/x", ".caché", "lien", "absent/loin"})
    assert scan_library(tmp_path, Extent(folders=folders)).files == {}
    assert scan_library(tmp_path, Extent(trees=folders)).files == {}
    assert list(scan_library(tmp_path, Extent(folders=frozenset({"c"}))).files) == ["c/d.pdf"]


def test_a_pattern_takes_out_what_is_known(bench: Bench) -> None:
    """Leaving out a file that was found makes it lost and told; taking the pattern away brings the document back."""
    bench.put("privé/a.txt", "la CAF")
    bench.put("b.txt", "la MSA")
    bench.step()
    id_ = only(bench, "caf")
    rules = bench.put(".rucheignore", "privé/\n")
    bench.step()
    assert bench.found("caf") == []
    assert {each.path: each.state for each in bench.catalogue.file_statuses.find()} == {
        "privé/": FileState.IGNORED,
        "b.txt": FileState.INDEXED,
    }
    rules.unlink()
    bench.step()
    assert only(bench, "caf") == id_
    assert len(bench.catalogue.file_statuses.find()) == 2


@pytest.mark.parametrize("composed", ["NFC", "NFD"])
@pytest.mark.parametrize("written", ["NFC", "NFD"])
def test_composition(tmp_path: Path, composed: Form, written: Form) -> None:
    """A line holds for a name however the accents of either are composed."""
    names = [unicodedata.normalize(composed, f"{word}.txt") for word in ("privé", "public")]
    (tmp_path / ".rucheignore").write_text(unicodedata.normalize(written, "privé*\n"), encoding="utf-8")
    for name in names:
        (tmp_path / name).touch()
    assert list(scan_library(tmp_path).files) == names[1:]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """A line holds whatever the encoding in which an editor wrote it."""
    (tmp_path / ".rucheignore").write_bytes("privé.txt\r\nœuvre*\r\n".encode(encoding))
    for name in ("privé.txt", "œuvre.txt", "public.txt"):
        (tmp_path / name).touch()
    assert list(scan_library(tmp_path).files) == ["public.txt"]


def test_lines_of_several_encodings(tmp_path: Path) -> None:
    """Each line is read in its own encoding; those that mean nothing are named, and the others hold."""
    lines = ["privé.txt".encode(), "secrété.txt".encode("cp1252"), b"!", b"a\x00b", "œuvre.txt".encode()]
    (tmp_path / ".rucheignore").write_bytes(b"\n".join(lines))
    for name in ("privé.txt", "secrété.txt", "œuvre.txt", "public.txt"):
        (tmp_path / name).touch()
    sighting = scan_library(tmp_path)
    assert list(sighting.files) == ["public.txt"]
    assert sighting.left_out[".rucheignore"].reason == "lignes 3, 4 incomprises (« ! »…)"
