"""Engines are chosen by name, and only the one chosen is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, get_args

import pytest
from whoosh.filedb.filestore import FileStorage

import index.engine
from index.engine import IndexBusyError, UnreadableIndexError
from index.engines import ENGINES, open_engine, schema_version
from index.settings import Settings
from tests.contract.asking import document, found

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
        "from index.engines import open_engine\n"
        "open_engine('whoosh', Path(sys.argv[1])).close()\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "index")], check=True)  # noqa: S603 - our own script


def test_one_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second writer waits for the first, then says what is happening; readers read on."""
    monkeypatch.setattr(index.engine, "WRITER_PATIENCE", 0.0)
    with closing(open_engine("whoosh", tmp_path)) as engine:
        lock = FileStorage(str(tmp_path)).lock("ruche_WRITELOCK")
        assert lock.acquire()
        with pytest.raises(IndexBusyError, match="recommencez"):
            engine.write()
        assert engine.ids() == frozenset()
        lock.release()
        engine.write()


def test_commits_of_one_tick_are_told_apart(tmp_path: Path) -> None:
    """Two commits may have the same time, on a file system whose clock ticks slowly: a reader sees the second too."""
    with closing(open_engine("tantivy", tmp_path)) as writer, closing(open_engine("tantivy", tmp_path)) as reader:
        writer.write(put=[document("a", "Deck", "caf")])
        assert reader.ids() == {"a"}
        before = (tmp_path / "meta.json").stat()
        writer.write(put=[document("b", "Deck", "caf")])
        os.utime(tmp_path / "meta.json", ns=(before.st_atime_ns, before.st_mtime_ns))
        assert reader.ids() == {"a", "b"}


def test_a_damaged_index_is_told_as_such(tmp_path: Path) -> None:
    """Whoever asks an index that was damaged meanwhile hears what every engine says, not what its library does."""
    with closing(open_engine("tantivy", tmp_path)) as engine:
        engine.write(put=[document("a", "Deck", "caf")])
        (tmp_path / "meta.json").write_text("{", encoding="utf-8")
        for ask in (engine.ids, engine.passages, engine.words, lambda: found(engine, "caf")):
            with pytest.raises(UnreadableIndexError):
                ask()
