"""Generations: readers never see an empty or half index, and an index learns exactly what it lacks."""

from __future__ import annotations

import json
import shutil
import threading
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest
import tantivy
from filelock import FileLock
from whoosh.fields import COLUMN, TEXT, Schema
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex

from index.engines import protocol
from index.engines.protocol import IndexBusyError, Query
from index.engines.registry import schema_version
from index.engines.tantivy import tantivy_engine, tantivy_entries
from index.engines.tantivy.tantivy_engine import TantivyEngine
from index.generations import generation_store, synchroniser
from index.generations.background_rebuild import BackgroundRebuild
from index.generations.generation_store import find_live_folder
from index.generations.live import Generation, LiveIndex
from index.generations.rebuild import RebuildError, RollbackError, rebuild_live_index, roll_back_live_index
from index.generations.synchroniser import IndexSynchroniser
from index.model.documents import MEMBERS
from index.model.facets import Facet
from index.query.parser import parse_query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from index.catalogue.catalogue import Catalogue
    from index.engines.protocol import IndexedDocument
    from tests.index.conftest import Add


def total(live: LiveIndex, words: str) -> int:
    """How many documents a question finds."""
    return live.engine.search(Query(parse_query(words), frozenset({MEMBERS}))).total if live.engine else 0


def follow(folder: Path, catalogue: Catalogue) -> None:
    """A follower looks once, and waits for the index that it has built, if any."""
    with IndexSynchroniser(folder, catalogue) as follower:
        follower.synchronise()
        follower.wait_for_rebuild()


def test_before_there_is_an_index(tmp_path: Path) -> None:
    """A service that starts before its first indexing finds nothing, and fails at nothing."""
    assert total(LiveIndex(tmp_path / "index"), "CAF") == 0


def test_following(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """What enters and leaves the catalogue enters and leaves the index; learning twice changes nothing."""
    live = LiveIndex(tmp_path / "index")
    with IndexSynchroniser(tmp_path / "index", catalogue) as follower:
        follower.synchronise()
        add("Fiche", "la CAF", path="a.pdf")
        assert follower.synchronise() == 1
        assert total(live, "CAF") == 1
        assert follower.synchronise() == 0
        with catalogue.transaction() as transaction:
            transaction.files.forget("a.pdf")
        follower.synchronise()
        assert total(live, "CAF") == 0


def test_an_empty_catalogue_has_an_index(tmp_path: Path, catalogue: Catalogue) -> None:
    """An index of nothing is no missing index: it is not rebuilt at every look."""
    with IndexSynchroniser(tmp_path / "index", catalogue) as follower:
        follower.synchronise()
        first = find_live_folder(tmp_path / "index")
        follower.synchronise()
    assert first is not None
    assert find_live_folder(tmp_path / "index") == first


def test_the_index_is_disposable(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """A deleted index is built again from the catalogue alone."""
    add("Fiche", "la CAF")
    folder = tmp_path / "index"
    with IndexSynchroniser(folder, catalogue) as follower:
        follower.synchronise()
    (folder / "actuel").unlink()
    with IndexSynchroniser(folder, catalogue) as follower:
        follower.synchronise()
    assert total(LiveIndex(folder), "CAF") == 1


def test_a_crash_before_remembering_is_harmless(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """An index that forgot how far it had come learns the same again, and holds it once."""
    add("Fiche", "la CAF")
    generation = Generation(tmp_path / "000001", "tantivy")
    generation.synchronise(catalogue)
    (tmp_path / "000001" / "etat.json").unlink()
    assert generation.synchronise(catalogue) == 1
    assert len(generation.engine.document_ids()) == 1
    generation.close()


def test_readers_follow_a_rebuild(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """A rebuild is made beside, then switched to; the generation before it is kept, older ones go."""
    folder = tmp_path / "index"
    add("Fiche", "la CAF")
    rebuild_live_index(folder, catalogue)
    live = LiveIndex(folder)
    assert total(live, "CAF") == 1
    add("Autre", "la CAF")
    seen: list[int] = []
    rebuild_live_index(folder, catalogue, progress=seen.append)
    rebuild_live_index(folder, catalogue)
    assert seen == [2]
    assert total(live, "CAF") == 2
    assert sorted(path.name for path in folder.iterdir() if path.is_dir()) == ["000002", "000003"]


def test_a_follower_follows_a_rebuild(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """What is written after someone else's rebuild goes into the new generation."""
    folder = tmp_path / "index"
    with IndexSynchroniser(folder, catalogue) as follower:
        follower.synchronise()
        rebuild_live_index(folder, catalogue)
        add("Fiche", "la CAF")
        follower.synchronise()
    assert total(LiveIndex(folder), "CAF") == 1


def restate(generation: Path, **said: str | int | None) -> None:
    """Have a generation say something else of itself."""
    state = json.loads((generation / "etat.json").read_text(encoding="utf-8"))
    (generation / "etat.json").write_text(json.dumps(state | said), encoding="utf-8")


@pytest.mark.parametrize("left", [{"analyser": -1}, {"schema": -1}, {"engine": "whoosh"}])
def test_another_version_is_served_until_it_is_rebuilt(
    tmp_path: Path, catalogue: Catalogue, add: Add, left: dict[str, str | int]
) -> None:
    """An index of another version, or engine, is asked and followed until the next one, built beside, is whole."""
    folder = tmp_path / "index"
    add("Fiche", "la CAF")
    old = rebuild_live_index(folder, catalogue, str(left.get("engine", "tantivy")))
    restate(old, **left)
    live = LiveIndex(folder)
    assert total(live, "CAF") == 1
    with IndexSynchroniser(folder, catalogue) as follower:
        add("Autre", "la CAF")
        assert follower.synchronise() == 1
        assert find_live_folder(folder) == old
        assert total(live, "CAF") == 2
        follower.wait_for_rebuild()
        assert find_live_folder(folder) != old
        add("Troisième", "la CAF")
        follower.synchronise()
    assert total(live, "CAF") == 3


def schema_without(facet: Facet) -> tantivy.Schema:
    """The fields of an index that was made before a facet came."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tantivy_entries, "Facet", [each for each in Facet if each is not facet])
        return tantivy_entries.build_schema()


def test_an_index_of_fewer_facets_is_served_until_it_is_rebuilt(
    tmp_path: Path, catalogue: Catalogue, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index made before a facet came has nothing by it; it answers all else, and what comes is found in it."""
    folder, everyone = tmp_path / "index", frozenset({MEMBERS})
    asked = Query(parse_query("CAF"), everyone)
    chosen = Query(parse_query("CAF"), everyone, {Facet.TERRITORY: frozenset({"grigny"})})
    add("Fiche", "la CAF", territories=("grigny",))
    with monkeypatch.context() as before:
        before.setattr(tantivy_engine, "build_schema", partial(schema_without, Facet.TERRITORY))
        before.setattr(generation_store, "FACET_FINGERPRINT", "moins")
        old = rebuild_live_index(folder, catalogue)
    live = LiveIndex(folder)
    with IndexSynchroniser(folder, catalogue) as follower:
        add("Autre", "la CAF", territories=("grigny",))
        assert follower.synchronise() == 1
        assert find_live_folder(folder) == old
        assert live.engine
        assert live.engine.search(asked).total == 2
        assert live.engine.search(asked).facet_counts.keys() == set(Facet)
        assert live.engine.search(asked).facet_counts[Facet.TERRITORY] == {}
        assert live.engine.search(chosen).total == total(live, "territoire:grigny") == 0
        follower.wait_for_rebuild()
    assert live.engine
    assert live.engine.search(chosen).total == total(live, "territoire:grigny") == 2
    assert live.engine.search(chosen).facet_counts[Facet.TERRITORY] == {"grigny": 2}


@pytest.mark.parametrize("left", [{"engine": "disparu"}, {"engine": None}])
def test_a_reader_waits_for_the_rebuild(
    tmp_path: Path, catalogue: Catalogue, add: Add, left: dict[str, str | None]
) -> None:
    """An index that nothing here can open is no breakdown for searches: they find nothing until it is replaced."""
    folder = tmp_path / "index"
    add("Fiche", "la CAF")
    restate(rebuild_live_index(folder, catalogue), **left)
    live = LiveIndex(folder)
    assert live.engine is None
    follow(folder, catalogue)
    assert total(live, "CAF") == 1


def test_a_schema_that_lacks_a_field_is_not_asked(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """An index whose fields are others' is replaced, not stumbled over at each search."""
    folder = tmp_path / "index"
    add("Fiche", "la CAF")
    old = rebuild_live_index(folder, catalogue)
    shutil.rmtree(old)
    old.mkdir()
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("body", stored=True)
    tantivy.Index(builder.build(), path=str(old))
    generation_store.write_state(old, {**generation_store.current_versions("tantivy"), "schema": -1, "revision": 1})
    live = LiveIndex(folder)
    assert live.engine is None
    follow(folder, catalogue)
    assert total(live, "CAF") == 1


def test_an_index_of_whoosh_with_other_fields_is_not_asked(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """An index that another version of the Whoosh engine made is rebuilt, and is no error to whoever opens it."""
    folder = tmp_path / "index"
    add("Fiche", "la CAF")
    old = rebuild_live_index(folder, catalogue, "whoosh")
    state = {**generation_store.read_state(old), "schema": schema_version("whoosh") - 1}
    shutil.rmtree(old)
    old.mkdir()
    with FileIndex.create(FileStorage(str(old)), Schema(id=COLUMN(), exact=TEXT()), "ruche").writer() as writer:
        writer.add_document(id=b"a", exact="la caf")
    generation_store.write_state(old, state)
    live = LiveIndex(folder)
    assert live.engine is None
    with IndexSynchroniser(folder, catalogue, "whoosh") as follower:
        follower.synchronise()
        follower.wait_for_rebuild()
    new = find_live_folder(folder)
    assert new is not None
    assert new != old
    assert generation_store.is_current(new, "whoosh")
    assert total(live, "CAF") == 1


def test_a_damaged_index_is_replaced(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """An index of this very version that cannot be opened any more is built again by itself."""
    folder = tmp_path / "index"
    add("Fiche", "la CAF")
    (rebuild_live_index(folder, catalogue) / "meta.json").write_text("{", encoding="utf-8")
    live = LiveIndex(folder)
    assert live.engine is None
    follow(folder, catalogue)
    assert total(live, "CAF") == 1


def test_an_index_of_another_catalogue_is_replaced(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """An index that has learnt more than the catalogue holds, which was put back to an earlier day, is built again."""
    folder = tmp_path / "index"
    add("Fiche", "la CAF")
    old = rebuild_live_index(folder, catalogue)
    restate(old, revision=1_000)
    follow(folder, catalogue)
    assert find_live_folder(folder) != old
    assert LiveIndex(folder).indexed_revision == catalogue.revisions.read_last()


def test_what_changes_during_a_rebuild_is_in(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """Documents that come, change or leave while an index is built stand in it as they are in the end."""
    folder = tmp_path / "index"
    add("Parti", "la CAF du nord", path="parti.pdf")
    add("Reste", "la CAF du sud")

    def change(_: int) -> None:
        if catalogue.documents.count_all().documents == 2:
            with catalogue.transaction() as transaction:
                transaction.files.forget("parti.pdf")
            for where in ("centre", "levant", "couchant"):
                add(where, f"la CAF du {where}")

    rebuild_live_index(folder, catalogue, progress=change)
    live = LiveIndex(folder)
    assert [total(live, f"caf {where}") for where in ("nord", "sud", "centre", "levant", "couchant")] == [0, 1, 1, 1, 1]
    assert live.indexed_revision == catalogue.revisions.read_last()


def without_last_passage(self: TantivyEngine, put: Iterable[IndexedDocument] = (), drop: Iterable[str] = ()) -> None:
    """Write documents that each lack their last passage."""
    WRITE(self, put=[replace(each, passages=each.passages[:-1]) for each in put], drop=drop)


def in_other_words(self: TantivyEngine, put: Iterable[IndexedDocument] = (), drop: Iterable[str] = ()) -> None:
    """Write documents whose passages are there, and say nothing."""
    WRITE(
        self,
        put=[replace(each, passages=tuple(replace(one, text="rien") for one in each.passages)) for each in put],
        drop=drop,
    )


def without_titles(self: TantivyEngine, put: Iterable[IndexedDocument] = (), drop: Iterable[str] = ()) -> None:
    """Write documents that lack their titles."""
    WRITE(self, put=[replace(each, title="") for each in put], drop=drop)


def no_document(self: TantivyEngine, put: Iterable[IndexedDocument] = (), drop: Iterable[str] = ()) -> None:
    """Write nothing."""
    WRITE(self, put=list(put)[1:], drop=drop)


WRITE = TantivyEngine.write


LOSSES = {
    no_document: "a 1 documents, le catalogue 2",
    without_last_passage: "a 2 passages, le catalogue 4",
    in_other_words: "ne trouve pas « familiales »",
    without_titles: "ne trouve pas « allocations »",
}


@pytest.mark.parametrize("loss", LOSSES)
def test_an_incomplete_rebuild_is_not_switched_to(
    tmp_path: Path, catalogue: Catalogue, add: Add, monkeypatch: pytest.MonkeyPatch, loss: Callable[..., None]
) -> None:
    """A new generation that lost something is thrown away; the old one stays in service."""
    folder = tmp_path / "index"
    for number in range(2):
        add(f"Allocations {number}", "prestations familiales", "caisses familiales")
    first = rebuild_live_index(folder, catalogue)
    monkeypatch.setattr(TantivyEngine, "write", loss)
    with pytest.raises(RebuildError, match=f"{LOSSES[loss]}.*reste en service"):
        rebuild_live_index(folder, catalogue)
    assert find_live_folder(folder) == first
    assert [path.name for path in folder.iterdir() if path.is_dir()] == [first.name]


def test_rolling_back(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """The index before is put back, up to date, and is followed; going back once more returns to the newer one."""
    folder = tmp_path / "index"
    add("Fiche", "la CAF")
    first, second = rebuild_live_index(folder, catalogue), rebuild_live_index(folder, catalogue)
    add("Autre", "la CAF")
    live = LiveIndex(folder)
    assert roll_back_live_index(folder, catalogue) == first
    assert total(live, "CAF") == 2
    with IndexSynchroniser(folder, catalogue) as follower:
        add("Troisième", "la CAF")
        follower.synchronise()
        assert total(live, "CAF") == 3
    assert roll_back_live_index(folder, catalogue) == second
    assert total(live, "CAF") == 3


@pytest.mark.parametrize("name", ["tantivy", "whoosh"])
def test_going_back_while_the_indexer_still_writes(
    tmp_path: Path, catalogue: Catalogue, add: Add, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """An index that the follower has not left yet is waited for; if it stays, one is told so, and nothing changes."""
    folder = tmp_path / "index"
    add("Fiche", "la CAF")
    first, second = rebuild_live_index(folder, catalogue, name), rebuild_live_index(folder, catalogue, name)
    add("Autre", "la CAF")
    writing, leave = threading.Event(), threading.Event()
    holder = threading.Thread(target=hold, args=(first, writing, leave))
    holder.start()
    assert writing.wait(60)
    monkeypatch.setattr(protocol, "WRITER_WAIT_SECONDS", 0.2)
    with pytest.raises(IndexBusyError, match="L’indexeur se sert encore"):
        roll_back_live_index(folder, catalogue, name)
    assert find_live_folder(folder) == second
    monkeypatch.setattr(protocol, "WRITER_WAIT_SECONDS", 60.0)
    leaving = threading.Timer(0.5, leave.set)
    leaving.start()
    assert roll_back_live_index(folder, catalogue, name) == first
    holder.join()
    assert total(LiveIndex(folder), "CAF") == 2


def hold(generation: Path, writing: threading.Event, leave: threading.Event) -> None:
    """Be at work on a generation, until it is time to leave."""

    def nothing() -> Iterator[str]:
        writing.set()
        leave.wait(120)
        yield "inconnu"

    with closing(Generation(generation)) as held:
        held.engine.write(drop=nothing())


def test_what_one_went_back_from_is_not_built_again(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """After going back to an index of another version, the follower keeps to it until a rebuild is asked for."""
    folder = tmp_path / "index"
    add("Fiche", "la CAF")
    old = rebuild_live_index(folder, catalogue)
    restate(old, analyser=-1)
    with IndexSynchroniser(folder, catalogue) as follower:
        follower.synchronise()
        follower.wait_for_rebuild()
        assert roll_back_live_index(folder, catalogue) == old
        add("Autre", "la CAF")
        assert follower.synchronise() == 1
        follower.wait_for_rebuild()
        assert find_live_folder(folder) == old
        assert total(LiveIndex(folder), "CAF") == 2
        newest = rebuild_live_index(folder, catalogue)
        follower.synchronise()
        follower.wait_for_rebuild()
    assert find_live_folder(folder) == newest
    assert sorted(path for path in folder.iterdir() if path.is_dir()) == [old, newest]


def test_nothing_to_go_back_to(tmp_path: Path, catalogue: Catalogue) -> None:
    """Where no index before is kept, or none that would answer, that is said and nothing changes."""
    folder = tmp_path / "index"
    first = rebuild_live_index(folder, catalogue)
    with pytest.raises(RollbackError, match="Aucun index précédent"):
        roll_back_live_index(folder, catalogue)
    second = rebuild_live_index(folder, catalogue)
    restate(first, engine="disparu")
    with pytest.raises(RollbackError, match="autre version"):
        roll_back_live_index(folder, catalogue)
    assert find_live_folder(folder) == second


def test_a_rebuild_stops_with_its_follower(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """A service that stops during a rebuild takes it along, and the next one builds it."""
    folder = tmp_path / "index"
    add("Fiche", "la CAF")
    old = rebuild_live_index(folder, catalogue)
    restate(old, analyser=-1)
    with IndexSynchroniser(folder, catalogue) as follower:
        follower.synchronise()
    with FileLock(folder / "reconstruction.lock", timeout=0):
        assert find_live_folder(folder) == old
    follow(folder, catalogue)
    assert find_live_folder(folder) != old


def test_a_rebuild_beside_has_nothing_to_say(
    tmp_path: Path, catalogue: Catalogue, add: Add, capfd: pytest.CaptureFixture[str]
) -> None:
    """One that goes well writes no line of its own into the journal that it shares with the indexer."""
    folder = tmp_path / "index"
    add("Fiche", "la CAF")
    old = rebuild_live_index(folder, catalogue)
    restate(old, analyser=-1)
    follow(folder, catalogue)
    assert find_live_folder(folder) != old
    assert capfd.readouterr().err == ""


def test_a_rebuild_that_fails_is_told(
    tmp_path: Path, catalogue: Catalogue, add: Add, caplog: pytest.LogCaptureFixture
) -> None:
    """A rebuild beside that cannot be made leaves the old index in service, and its reason in the log."""
    folder = tmp_path / "index"
    add("Fiche", "la CAF")
    restate(rebuild_live_index(folder, catalogue), analyser=-1)
    with FileLock(folder / "reconstruction.lock"), IndexSynchroniser(folder, catalogue) as follower:
        follower.synchronise()
        follower.wait_for_rebuild()
        add("Autre", "la CAF")
        assert follower.synchronise() == 1
    assert "déjà en cours" in caplog.text


def test_one_rebuild_at_a_time(tmp_path: Path, catalogue: Catalogue) -> None:
    """A second rebuild says that one is under way."""
    folder = tmp_path / "index"
    folder.mkdir()
    with FileLock(folder / "reconstruction.lock"), pytest.raises(RebuildError, match="déjà en cours"):
        rebuild_live_index(folder, catalogue)


@pytest.mark.parametrize("program", ["/nulle/part/python", "/bin/false"])
def test_a_rebuild_that_cannot_start(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Where no process starts, or it dies at once, the indexer goes on, says so, and does not try again at once."""
    monkeypatch.setattr("sys.executable", program)
    beside = BackgroundRebuild(tmp_path, "sqlite://", "tantivy")
    beside.start()
    beside.wait()
    assert [each.levelname for each in caplog.records if each.name == "index.generations.background_rebuild"][-1:] == [
        "ERROR"
    ]
    beside.start()
    assert not beside.is_running()


def check(folder: Path, catalogue: Catalogue, engine: str) -> None:
    """A follower learns, compares what the index holds with the catalogue, and waits for what it has built, if any."""
    with IndexSynchroniser(folder, catalogue, engine) as follower:
        follower.synchronise()
        follower.check_contents()
        follower.wait_for_rebuild()


@pytest.mark.parametrize("engine", ["tantivy", "whoosh"])
def test_a_lost_file(engine: str, tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """An index that lacks any file of its own is rebuilt, never opened empty."""
    add("Fiche", "la CAF")
    check(tmp_path / "index", catalogue, engine)
    live = find_live_folder(tmp_path / "index")
    assert live is not None
    # Locks hold nothing, and Tantivy's list of its files is made again.
    names = [path.name for path in live.iterdir() if path.suffix != ".lock" and path.name != ".managed.json"]
    assert len(names) > 2
    for number, name in enumerate(names):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "index", folder)
        (folder / live.name / name).unlink()
        check(folder, catalogue, engine)
        assert total(LiveIndex(folder), "CAF") == 1, name


def test_a_file_lost_while_nothing_changes(
    tmp_path: Path, catalogue: Catalogue, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next comparison opens the index again: at rest it is closed, so that none of its pages are held."""
    monkeypatch.setattr(synchroniser, "_CHECK_PAUSES", 0)
    add("Fiche", "la CAF")
    with IndexSynchroniser(tmp_path / "index", catalogue) as follower:
        follower.synchronise()
        follower.check_contents()
        first = find_live_folder(tmp_path / "index")
        assert first is not None
        next(first.glob("*.store")).unlink()
        follower.check_contents()
        follower.wait_for_rebuild()
    assert find_live_folder(tmp_path / "index") != first
    assert total(LiveIndex(tmp_path / "index"), "CAF") == 1


def test_an_older_copy_of_the_index(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """What the catalogue holds and the index does not is noticed, though the index says that it has learnt all."""
    folder = tmp_path / "index"
    add("Fiche", "la CAF", path="a.pdf")
    check(folder, catalogue, "tantivy")
    live = find_live_folder(folder)
    assert live is not None
    shutil.copytree(live, tmp_path / "avant")
    add("Autre fiche", "la MSA", path="b.pdf")
    check(folder, catalogue, "tantivy")
    state = (live / "etat.json").read_bytes()
    shutil.rmtree(live)
    shutil.copytree(tmp_path / "avant", live)
    (live / "etat.json").write_bytes(state)
    assert total(LiveIndex(folder), "MSA") == 0
    check(folder, catalogue, "tantivy")
    assert total(LiveIndex(folder), "MSA") == 1
