"""Files of one content under several names: what becomes of them does not depend on which came first."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from index.catalogue import FileState, StatusFilter
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
