"""Generations: readers never see an empty or half index, and an index learns exactly what it lacks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from index.engine import Query
from index.engines.tantivy import TantivyEngine
from index.generations import Follower, Generation, LiveIndex, RebuildError, live_folder, rebuild
from index.language import parse
from index.model import MEMBERS

if TYPE_CHECKING:
    from pathlib import Path

    from index.catalogue import Catalogue
    from tests.index.conftest import Add


def total(live: LiveIndex, words: str) -> int:
    """How many documents a question finds."""
    return live.engine.search(Query(parse(words), frozenset({MEMBERS}))).total if live.engine else 0


def test_before_there_is_an_index(tmp_path: Path) -> None:
    """A service that starts before its first indexing finds nothing, and fails at nothing."""
    assert total(LiveIndex(tmp_path / "index"), "caf") == 0


def test_following(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """What enters and leaves the catalogue enters and leaves the index; learning twice changes nothing."""
    live = LiveIndex(tmp_path / "index")
    with Follower(tmp_path / "index", catalogue) as follower:
        follower.catch_up()
        add("Fiche", "la CAF", path="a.pdf")
        assert follower.catch_up() == 1
        assert total(live, "caf") == 1
        assert follower.catch_up() == 0
        with catalogue.writing() as write:
            write.forget_place("a.pdf")
        follower.catch_up()
        assert total(live, "caf") == 0


def test_an_empty_catalogue_has_an_index(tmp_path: Path, catalogue: Catalogue) -> None:
    """An index of nothing is no missing index: it is not rebuilt at every look."""
    with Follower(tmp_path / "index", catalogue) as follower:
        follower.catch_up()
        first = live_folder(tmp_path / "index")
        follower.catch_up()
    assert first is not None
    assert live_folder(tmp_path / "index") == first


def test_the_index_is_disposable(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """A deleted index is built again from the catalogue alone."""
    add("Fiche", "la CAF")
    folder = tmp_path / "index"
    with Follower(folder, catalogue) as follower:
        follower.catch_up()
    (folder / "actuel").unlink()
    with Follower(folder, catalogue) as follower:
        follower.catch_up()
    assert total(LiveIndex(folder), "caf") == 1


def test_a_crash_before_remembering_is_harmless(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """An index that forgot how far it had come learns the same again, and holds it once."""
    add("Fiche", "la CAF")
    generation = Generation(tmp_path / "000001", "tantivy")
    generation.catch_up(catalogue)
    (tmp_path / "000001" / "etat.json").unlink()
    assert generation.catch_up(catalogue) == 1
    assert len(generation.engine.ids()) == 1
    generation.close()


def test_readers_follow_a_rebuild(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """A rebuild is made beside, then switched to; the generation before it is kept, older ones go."""
    folder = tmp_path / "index"
    add("Fiche", "la CAF")
    rebuild(folder, catalogue)
    live = LiveIndex(folder)
    assert total(live, "caf") == 1
    add("Autre", "la CAF")
    seen: list[int] = []
    rebuild(folder, catalogue, progress=seen.append)
    rebuild(folder, catalogue)
    assert seen == [2]
    assert total(live, "caf") == 2
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == ["000002", "000003"]


def test_a_follower_follows_a_rebuild(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """What is written after someone else's rebuild goes into the new generation."""
    folder = tmp_path / "index"
    with Follower(folder, catalogue) as follower:
        follower.catch_up()
        rebuild(folder, catalogue)
        add("Fiche", "la CAF")
        follower.catch_up()
    assert total(LiveIndex(folder), "caf") == 1


def test_another_version_is_rebuilt(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """An index made by another analyser is replaced by itself."""
    folder = tmp_path / "index"
    add("Fiche", "la CAF")
    old = rebuild(folder, catalogue)
    state = json.loads((old / "etat.json").read_text(encoding="utf-8"))
    (old / "etat.json").write_text(json.dumps(state | {"analyser": -1}), encoding="utf-8")
    with Follower(folder, catalogue) as follower:
        follower.catch_up()
    assert live_folder(folder) != old
    assert total(LiveIndex(folder), "caf") == 1


@pytest.mark.parametrize("left", [{"schema": -1}, {"engine": "disparu"}, {"engine": None}])
def test_a_reader_waits_for_the_rebuild(
    tmp_path: Path, catalogue: Catalogue, add: Add, left: dict[str, str | int | None]
) -> None:
    """An index that another version left is no breakdown for searches: nothing is found until it is replaced."""
    folder = tmp_path / "index"
    add("Fiche", "la CAF")
    old = rebuild(folder, catalogue)
    state = json.loads((old / "etat.json").read_text(encoding="utf-8"))
    (old / "etat.json").write_text(json.dumps(state | left), encoding="utf-8")
    live = LiveIndex(folder)
    assert total(live, "caf") == 0
    with Follower(folder, catalogue) as follower:
        follower.catch_up()
    assert total(live, "caf") == 1


def test_an_incomplete_rebuild_is_not_switched_to(
    tmp_path: Path, catalogue: Catalogue, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new generation that lacks a document is thrown away; the old one stays in service."""
    folder = tmp_path / "index"
    add("Fiche", "la CAF")
    first = rebuild(folder, catalogue)
    monkeypatch.setattr(TantivyEngine, "ids", lambda _: frozenset())
    with pytest.raises(RebuildError, match="reste en service"):
        rebuild(folder, catalogue)
    assert live_folder(folder) == first
    assert [path.name for path in folder.iterdir() if path.is_dir()] == [first.name]


def test_one_rebuild_at_a_time(tmp_path: Path, catalogue: Catalogue) -> None:
    """A second rebuild says that one is under way."""
    folder = tmp_path / "index"
    folder.mkdir()
    with FileLock(folder / "reconstruction.lock"), pytest.raises(RebuildError, match="déjà en cours"):
        rebuild(folder, catalogue)
