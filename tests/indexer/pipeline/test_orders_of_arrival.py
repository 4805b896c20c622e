"""Files of one content under several names: what becomes of them does not depend on which came first."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from extractors import EXTRACTOR_VERSION
from index.accounts.audit import CONSOLE
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group
from index.catalogue import FileState, StatusFilter
from index.catalogue.decisions import Deposit
from index.catalogue.metadata_layers import Decisions, MetadataField
from tests.extractors.samples import sample
from tests.indexer.conftest import open_bench
from tests.indexer.library_state import read_library_state

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from extractors import Pool
    from tests.indexer.conftest import Bench

PROSE = "Le non-recours au RSA recule dans le Doubs, dit le compte rendu de la maraude.\n" * 9
# Under a text's suffix a few controls are accidents, under any other they make the content no text.
CONTROLS = "Le RSA\x01 du Jura\x02 et les aides\x03 de la caisse.\n" * 9
TABLE = "# Territoires;Aides\nDoubs;RSA\nJura;ASPA\n" * 9
CAPTIONS = "WEBVTT\n\n00:01.000 --> 00:04.000\nLe chèque énergie, de A à Z\n"


@pytest.fixture(scope="module")
def twins() -> dict[str, bytes]:
    """Contents under three names each, by path."""
    contents = {
        ("affiche.docx", "b/affiche.pdf", "c/AFFICHE.PDF"): sample(".pdf"),
        ("compte-rendu.journal", "b/compte-rendu.txt", "c/compte-rendu.docx"): PROSE.encode(),
        ("note.docx", "b/note.txt", "c/note.journal"): CONTROLS.encode(),
        ("aides.md", "b/aides.csv", "c/aides.txt"): TABLE.encode(),
        ("paroles.txt", "b/paroles.vtt", "c/paroles.journal"): CAPTIONS.encode(),
        ("inconnu.pptx", "b/inconnu.docx", "c/inconnu.pdf"): bytes(range(1, 9)) * 99,
    }
    return {path: content for paths, content in contents.items() for path in paths}


def drop(bench: Bench, contents: Mapping[str, bytes], paths: Iterable[str]) -> None:
    """Put these files into the library, and have them read to the end."""
    for path in paths:
        file = bench.library / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(contents[path])
    settle(bench)


def settle(bench: Bench) -> None:
    """Look until nothing is left to read, or to read again."""
    for _ in range(3):
        bench.step()
        bench.keep_up()


def state_of(bench: Bench) -> str:
    """All that the catalogue holds, as a text."""
    return repr(read_library_state(bench.catalogue))


def paths_in(bench: Bench, states: Collection[FileState]) -> list[str]:
    """The files in these states."""
    return [each.path for each in bench.catalogue.file_statuses.find(StatusFilter(frozenset(states)))]


def test_any_order(twins: Mapping[str, bytes], tmp_path: Path, pool: Pool) -> None:
    """All at once or one after the other, in any order: the same documents, texts, formats and states."""
    paths = list(twins)
    with open_bench(tmp_path / "ensemble", pool) as bench:
        drop(bench, twins, paths)
        expected = state_of(bench)
        # What can be read under one of its names is lost under none.
        assert sorted(paths_in(bench, {FileState.FAILED})) == ["b/inconnu.docx", "c/inconnu.pdf", "inconnu.pptx"]
        assert len(paths_in(bench, {FileState.INDEXED})) == 5
    for order in permutations(range(3)):
        with open_bench(tmp_path / "".join(map(str, order)), pool) as bench:
            for place in order:
                drop(bench, twins, paths[place::3])
            assert state_of(bench) == expected, order


@pytest.mark.parametrize("name", ["compte-rendu.journal", "note.docx"])
def test_a_better_name(name: str, twins: Mapping[str, bytes], bench: Bench) -> None:
    """What failed for its name is read once it is renamed, as if it had never borne the former."""
    drop(bench, twins, [name])
    assert paths_in(bench, {FileState.FAILED}) == [name]
    (bench.library / name).rename(bench.library / "renommé.txt")
    settle(bench)
    assert [each.paths for each in bench.found("aides" if name == "note.docx" else "recule")] == [("renommé.txt",)]
    assert not paths_in(bench, {FileState.FAILED})


def test_another_kind_of_text(twins: Mapping[str, bytes], bench: Bench) -> None:
    """A text that is renamed as a table is read as one, and stays the document that it was."""
    drop(bench, twins, ["c/aides.txt"])
    (before,) = bench.found("ASPA")
    (bench.library / "c/aides.txt").rename(bench.library / "c/aides.csv")
    settle(bench)
    (after,) = bench.found("ASPA")
    assert (before.id, before.format, after.format) == (after.id, "texte", "csv")


@pytest.mark.parametrize("kept", ["note.2024", "b/autre.2024"])
def test_another_copy_under_the_wrong_name(kept: str, bench: Bench) -> None:
    """What is copied under a better name is read, also where another file of the wrong suffix is seen with it."""
    contents = dict.fromkeys(["note.2024", "note.txt", "b/autre.2024"], CONTROLS.encode())
    drop(bench, contents, ["note.2024"])
    if kept != "note.2024":
        (bench.library / "note.2024").unlink()
    drop(bench, contents, ["note.txt", kept])
    assert [each.paths for each in bench.found("aides")] == [tuple(sorted(["note.txt", kept]))]
    assert not paths_in(bench, {FileState.FAILED})


@pytest.mark.parametrize("name", ["rapport.doc", "rapport.txt"])
def test_a_failed_version_that_is_renamed(name: str, bench: Bench) -> None:
    """A document whose new version failed is still itself once the file is renamed, and read or replaced."""
    drop(bench, {"rapport.docx": PROSE.encode()}, ["rapport.docx"])
    (before,) = bench.found("recule")
    drop(bench, {"rapport.docx": CONTROLS.encode()}, ["rapport.docx"])
    assert paths_in(bench, {FileState.FAILED}) == ["rapport.docx"]
    (bench.library / "rapport.docx").rename(bench.library / name)
    settle(bench)
    if name != "rapport.txt":
        drop(bench, {name: f"{PROSE} Les aides aussi.".encode()}, [name])
    (after,) = bench.found("aides")
    assert (after.id, after.paths) == (before.id, (name,))


def test_what_was_said_of_a_deposit_follows_it(bench: Bench) -> None:
    """Who deposits a text under a name that ends like a suffix, and then renames it, has not to say it all again."""
    said = Decisions(fields={MetadataField.TITLE: "Compte rendu du bureau"})
    with bench.catalogue.transaction() as transaction:
        transaction.decisions.announce_deposit(Deposit("CR 12.03.2024", said))
    drop(bench, {"CR 12.03.2024": CONTROLS.encode()}, ["CR 12.03.2024"])
    (bench.library / "CR 12.03.2024").rename(bench.library / "CR 12.03.2024.txt")
    settle(bench)
    assert [each.title for each in bench.found("aides")] == ["Compte rendu du bureau"]


def test_a_file_that_takes_the_former_name(bench: Bench) -> None:
    """What comes to the name of a failed file, while that is read under another, stays apart from it."""
    drop(bench, {"note.docx": CONTROLS.encode()}, ["note.docx"])
    (bench.library / "note.docx").rename(bench.library / "note.txt")
    drop(bench, {"note.docx": PROSE.encode()}, ["note.docx"])
    assert [each.paths for each in bench.found("aides")] == [("note.txt",)]
    assert [each.paths for each in bench.found("recule")] == [("note.docx",)]


@pytest.mark.parametrize("name", ["note.docx", "note.csv"])
def test_a_failed_twin_that_others_see(name: str, bench: Bench) -> None:
    """A document that is renamed stays the same, whatever failed in a folder that others see."""
    bench.catalogue.access.rules.save_group(Group("conseil", "Conseil"), CONSOLE)
    bench.catalogue.access.rules.save_folder_rule(FolderRule("reserve", frozenset({"conseil"})), CONSOLE)
    drop(bench, dict.fromkeys(["reserve/note.2024", "note.txt"], CONTROLS.encode()), ["reserve/note.2024", "note.txt"])
    (before,) = bench.found("aides")
    (bench.library / "note.txt").rename(bench.library / name)
    settle(bench)
    (after,) = bench.found("aides")
    assert (after.id, after.paths) == (before.id, (name,))
    assert after.format == ("csv" if name == "note.csv" else "texte")
    assert paths_in(bench, {FileState.FAILED}) == ["reserve/note.2024"]


@pytest.mark.parametrize(
    ("first", "gone", "come", "format_"),
    [
        (["a.txt"], "a.txt", "a.csv", "csv"),
        (["a.csv", "b.txt"], "a.csv", "", "texte"),
        (["a.txt", "b.csv"], "a.txt", "c.txt", "csv"),
    ],
)
def test_the_first_name_that_is_left(first: list[str], gone: str, come: str, format_: str, bench: Bench) -> None:
    """A plain text is read as its first file says, once others have gone, and where it comes back after a while."""
    contents = dict.fromkeys([*first, come], TABLE.encode())
    drop(bench, contents, first)
    (before,) = bench.found("ASPA")
    (bench.library / gone).unlink()
    settle(bench)
    drop(bench, contents, [come] if come else [])
    (after,) = bench.found("ASPA")
    assert (before.id, after.format) == (after.id, format_)
    again = bench.indexer.run_once()
    assert (again.changes, again.read, bench.catalogue.files.list_outdated(EXTRACTOR_VERSION)) == (0, 0, ())


def test_many_renamed_at_once_are_no_loss(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """Who gives better names to failed files is not warned that they have gone."""
    # Each of a size of its own: no file waits for the content of another.
    failed = {f"notes/{number}.2024": CONTROLS.encode() + b"x" * number for number in range(12)}
    drop(bench, failed, failed)
    for name in failed:
        (bench.library / name).rename(bench.library / name.replace(".2024", ".txt"))
    settle(bench)
    assert "ne sont plus dans la bibliothèque" not in caplog.text
    assert len(paths_in(bench, {FileState.INDEXED})) == 12
