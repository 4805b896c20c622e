"""Engines are chosen by name, and only the one chosen is loaded."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, get_args

import pytest
from whoosh.filedb.filestore import FileStorage

import index.engines.protocol
from index.config.settings import Settings
from index.engines.protocol import IndexBusyError, UnreadableIndexError
from index.engines.registry import ENGINES, open_engine, schema_version
from tests.contract.queries import document, found

if TYPE_CHECKING:
    from pathlib import Path


def test_every_engine_may_be_set() -> None:
    """The setting offers the engines that there are."""
    assert set(get_args(Settings.model_fields["engine"].annotation)) == set(ENGINES)


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_every_engine_has_a_version(name: str) -> None:
    """An index tells by its version whether it must be rebuilt."""
    assert schema_version(name) >= 1


def test_whoosh_needs_no_tantivy(tmp_path: Path) -> None:
    """Where Tantivy cannot be installed, nothing that Whoosh needs asks for it."""
    script = (
        "import sys; sys.modules['tantivy'] = None\n"
        "from pathlib import Path\n"
        "from index.engines.registry import open_engine\n"
        "open_engine('whoosh', Path(sys.argv[1])).close()\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "index")], check=True)  # noqa: S603 - our own script


def test_one_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second writer waits for the first, then says what is happening; readers read on."""
    monkeypatch.setattr(index.engines.protocol, "WRITER_WAIT_SECONDS", 0.0)
    with closing(open_engine("whoosh", tmp_path)) as engine:
        lock = FileStorage(str(tmp_path)).lock("ruche_WRITELOCK")
        assert lock.acquire()
        with pytest.raises(IndexBusyError, match="recommencez"):
            engine.write()
        assert engine.document_ids() == frozenset()
        lock.release()
        engine.write()


def test_commits_of_one_tick_are_told_apart(tmp_path: Path) -> None:
    """Two commits may have the same time, on a file system whose clock ticks slowly: a reader sees the second too."""
    with closing(open_engine("tantivy", tmp_path)) as writer, closing(open_engine("tantivy", tmp_path)) as reader:
        writer.write(put=[document("a", "Deck", "caf")])
        assert reader.document_ids() == {"a"}
        before = (tmp_path / "meta.json").stat()
        writer.write(put=[document("b", "Deck", "caf")])
        os.utime(tmp_path / "meta.json", ns=(before.st_atime_ns, before.st_mtime_ns))
        assert reader.document_ids() == {"a", "b"}


def test_a_damaged_index_is_told_as_such(tmp_path: Path) -> None:
    """Whoever asks an index that was damaged meanwhile hears what every engine says, not what its library does."""
    with closing(open_engine("tantivy", tmp_path)) as engine:
        engine.write(put=[document("a", "Deck", "caf")])
        (tmp_path / "meta.json").write_text("{", encoding="utf-8")
        for ask in (engine.document_ids, engine.count_passages, engine.word_frequencies, lambda: found(engine, "caf")):
            with pytest.raises(UnreadableIndexError):
                ask()


def test_a_document_has_one_version_though_a_merge_begins_at_once(tmp_path: Path) -> None:
    """A merge that a killed writer did not end is begun by the next one, in the middle of its first commit."""
    # Long enough for no merge to end before its writer is forgotten.
    written = [
        [document("longue", "Longue", *("quelques mots de plus " * 20,) * 5_000)],
        [document("note", "Note", "b"), document("voisine", "Une", "c"), document("reste", "Reste", "f")],
    ]
    written += [[document(f"d{each}", "Deck", "d")] for each in range(5)]
    # Its neighbour's new version marks the segment that holds the note as up to date.
    written += [[document("voisine", "Deux", "e")]]
    for each in written:
        # Forgotten at once: its merges never end, as those of a process that is killed.
        open_engine("tantivy", tmp_path).write(put=each)
    with closing(open_engine("tantivy", tmp_path)) as engine:
        engine.write(put=[document("note", "Note", "nouveau")])
    with closing(open_engine("tantivy", tmp_path)) as engine:
        assert engine.count_passages(frozenset({"note"})) == 1
        assert engine.count_passages() == 5_000 + 3 + 5
        assert (found(engine, "b"), found(engine, "nouveau")) == ([], ["note"])


def test_a_commit_that_was_cut_short_stands_in_the_way_of_none(tmp_path: Path) -> None:
    """Killed between its files and the name that makes them the index, a commit is made again by the next writer."""
    before, after = tmp_path / "avant", tmp_path / "apres"
    with closing(open_engine("tantivy", before)) as engine:
        engine.write(put=[document("a", "A", "un"), document("b", "B", "un")])
    shutil.copytree(before, after)
    with closing(open_engine("tantivy", after)) as engine:
        engine.write(put=[document("a", "A", "deux")])
    left = {each.name for each in after.iterdir()} - {each.name for each in before.iterdir()}
    assert any(name.endswith(".del") for name in left)
    for name in {*left, ".managed.json"}:
        shutil.copyfile(after / name, before / name)
    with closing(open_engine("tantivy", before)) as engine:
        engine.write(put=[document("a", "A", "deux")])
        assert (found(engine, "un"), found(engine, "deux")) == (["b"], ["a"])
