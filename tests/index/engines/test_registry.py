"""Engines are chosen by name, and only the one chosen is loaded."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, get_args

import pytest
from whoosh.filedb.filestore import FileStorage
from whoosh.writing import SegmentWriter

import index.engines.protocol
from benchmarks.generated import documents
from index.config.settings import Settings
from index.engines.protocol import IndexBusyError, UnreadableIndexError
from index.engines.registry import ENGINES, open_engine, schema_version
from index.engines.tantivy.tantivy_entries import build_entries
from tests.contract.queries import document, found
from tests.contract.test_commits import size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from index.engines.protocol import IndexedDocument
    from index.model import Facet


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


def test_a_write_that_the_disk_refused_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit that fails leaves the index as it was, and unlocked; with room again, the next one is whole."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with closing(open_engine("whoosh", tmp_path)) as engine:
        engine.write(put=[document("a", "Deck", "caf")])
        for step in ("_flush_segment", "_commit_toc"):
            with monkeypatch.context() as patched:
                patched.setattr(SegmentWriter, step, refuse)
                with pytest.raises(OSError, match="No space"):
                    engine.write(put=[document("b", "Deck", "caf")], drop=["a"])
            assert found(engine, "caf") == ["a"]
        engine.write(put=[document("b", "Deck", "caf")], drop=["a"])
        assert found(engine, "caf") == ["b"]


KILLED_WRITE = """
import os, signal, sys
from pathlib import Path
from whoosh.writing import SegmentWriter
from index.engines.registry import open_engine
from tests.contract.queries import document

setattr(SegmentWriter, sys.argv[2], lambda *_: os.kill(os.getpid(), signal.SIGKILL))
open_engine("whoosh", Path(sys.argv[1])).write(put=[document("b", "Deck", "caf")], drop=["a"])
"""


@pytest.mark.parametrize("step", ["_flush_segment", "_assemble_segment", "_commit_toc"])
def test_a_killed_write_of_whoosh(tmp_path: Path, step: str) -> None:
    """A write that is killed before its commit is as if it had not been, and the next one clears its files away."""
    folder = tmp_path / "index"
    with closing(open_engine("whoosh", folder)) as engine:
        engine.write(put=[document("a", "Deck", "caf")])
        killed = subprocess.run([sys.executable, "-c", KILLED_WRITE, str(folder), step], check=False)  # noqa: S603 - our own script
        assert killed.returncode == -signal.SIGKILL
        assert found(engine, "caf") == ["a"]
        engine.write(put=[document("b", "Deck", "caf")], drop=["a"])
        assert found(engine, "caf") == ["b"]
    assert len(list(folder.glob("*.seg"))) == len(list(folder.glob("*.toc"))) == 1
    assert {path.suffix for path in folder.iterdir()} <= {".seg", ".toc", ""}


def test_what_is_deleted_leaves_the_disk(tmp_path: Path) -> None:
    """Whoosh merges small segments only: a large one is written again without what is deleted once that is a third."""
    library = list(documents(600))
    with closing(open_engine("whoosh", tmp_path)) as engine:
        engine.write(put=library)
        once = size(tmp_path)
        for _ in range(3):
            engine.write(put=library)
        assert size(tmp_path) < 2 * once
        engine.write(drop=[each.id for each in library[1:]])
        assert size(tmp_path) < once / 2
        assert engine.document_ids() == {library[0].id}


def test_a_search_goes_on_in_a_removed_index(tmp_path: Path) -> None:
    """A generation may be removed while somebody searches in it: what is open stays readable."""
    with closing(open_engine("whoosh", tmp_path / "index")) as engine:
        engine.write(put=[document("a", "Deck", "caf")])
        assert found(engine, "caf") == ["a"]
        shutil.rmtree(tmp_path / "index")
        assert found(engine, "caf") == ["a"]


def test_commits_of_one_tick_are_told_apart(tmp_path: Path) -> None:
    """Two commits may have the same time, on a file system whose clock ticks slowly: a reader sees the second too."""
    with closing(open_engine("tantivy", tmp_path)) as writer, closing(open_engine("tantivy", tmp_path)) as reader:
        writer.write(put=[document("a", "Deck", "caf")])
        assert reader.document_ids() == {"a"}
        before = (tmp_path / "meta.json").stat()
        writer.write(put=[document("b", "Deck", "caf")])
        os.utime(tmp_path / "meta.json", ns=(before.st_atime_ns, before.st_mtime_ns))
        assert reader.document_ids() == {"a", "b"}


def test_documents_without_a_key_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known of keys says nothing of an entry that has none: each keeps its own id."""

    def without_key(written: IndexedDocument, facets: Iterable[Facet]) -> Iterator[dict[str, object]]:
        return ({name: entry[name] for name in entry if name != "key"} for entry in build_entries(written, facets))

    monkeypatch.setattr("index.engines.tantivy.tantivy_engine.build_entries", without_key)
    with closing(open_engine("tantivy", tmp_path)) as engine:
        engine.write(put=[document("a", "Deck", "caf"), document("b", "Deck", "caf")])
        for _ in range(2):
            assert set(found(engine, "caf", passages_per_document=0)) == {"a", "b"}


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
