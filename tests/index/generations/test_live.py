"""What searches know of the live generation."""

from __future__ import annotations

import errno
import json
import os
import threading
from typing import TYPE_CHECKING, NoReturn

import pytest

from index.accounts import EVERY_ANIMATOR, EVERYBODY, FolderRule
from index.engines.tantivy.tantivy_engine import TantivyEngine
from index.generations import live as live_module
from index.generations import word_store
from index.generations.live import LiveIndex
from index.generations.synchroniser import IndexSynchroniser
from index.model import ANIMATORS

if TYPE_CHECKING:
    from pathlib import Path

    from index.catalogue.catalogue import Catalogue
    from tests.index.conftest import Add


def test_words_that_came_since(tmp_path: Path, catalogue: Catalogue, add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spelling learns the words of new documents without any search waiting for it; nothing new, nothing read."""
    monkeypatch.setattr(live_module, "_LEXICON_SECONDS", 0.0)
    live = LiveIndex(tmp_path / "index")
    assert "illectronisme" not in live.lexicon_of(EVERYBODY)
    with IndexSynchroniser(tmp_path / "index", catalogue) as follower:
        add("Fiche", "le guichet", path="a.pdf")
        follower.synchronise()
        first = live.lexicon_of(EVERYBODY)
        assert "guichet" in first
        assert live.lexicon_of(EVERYBODY) is first
        add("Guide", "l’illectronisme", path="b.pdf")
        follower.synchronise()
        # This one is answered with what was known; the new words are read meanwhile.
        assert live.lexicon_of(EVERYBODY) is first
        for thread in threading.enumerate():
            if thread.name == "lexicon":
                thread.join()
        assert "illectronisme" in live.lexicon_of(EVERYBODY)


def _read_in_background(live: LiveIndex) -> None:
    live.preload()
    for thread in threading.enumerate():
        if thread.name == "lexicon":
            thread.join()


@pytest.fixture
def stored(tmp_path: Path, catalogue: Catalogue, add: Add) -> Path:
    """The folder of an index whose words a service has kept."""
    with IndexSynchroniser(tmp_path / "index", catalogue) as follower:
        add("Fiche", "le guichet de l’Œuvre, élu par la CAF, les élus", path="a.pdf")
        follower.synchronise()
    _read_in_background(LiveIndex(tmp_path / "index"))
    return tmp_path / "index"


def test_words_are_kept_for_the_next_start(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next start has the same words, their forms and numbers, and asks the engine for none of them."""
    asked = LiveIndex(stored).lexicon_of(EVERY_ANIMATOR)
    monkeypatch.setattr(TantivyEngine, "word_frequencies", None)
    words = LiveIndex(stored).lexicon_of(EVERYBODY)
    assert words.export() == asked.export()
    assert words.forms("elu") == ("élu",)
    assert words.forms("oeuvre") == ("œuvre",)
    assert words.written_frequency("CAF") == words.stem_frequency("elu") == 1


def test_words_of_another_revision_are_read_again(stored: Path, catalogue: Catalogue, add: Add) -> None:
    """Words that came are known, and those that nobody may see any more are not."""
    with IndexSynchroniser(stored, catalogue) as follower:
        add("Guide", "l’illectronisme", path="b.pdf")
        catalogue.access.rules.save_folder_rule(FolderRule("", frozenset({ANIMATORS})), "")
        follower.synchronise()
    assert "guichet" not in LiveIndex(stored).lexicon_of(EVERYBODY)
    assert "illectronisme" in LiveIndex(stored).lexicon_of(EVERY_ANIMATOR)


@pytest.mark.parametrize("damage", ["", "{", "[1]", '{"written": ["a"]}', "shorter"])
def test_words_that_are_damaged_are_read_again(stored: Path, damage: str) -> None:
    """Half a file, another program's, one whose lists do not belong together: a start takes longer, that is all."""
    (kept,) = stored.rglob("mots.json")
    content = json.loads(kept.read_text("utf-8"))
    if damage == "shorter":
        content["documents"].pop()
        damage = json.dumps(content)
    kept.write_text(damage, "utf-8")
    assert "guichet" in LiveIndex(stored).lexicon_of(EVERYBODY)
    _read_in_background(LiveIndex(stored))
    assert json.loads(kept.read_text("utf-8"))["written"] == content["written"]


def test_a_folder_that_cannot_be_written_is_no_obstacle(
    stored: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk, or an index that the service may only read: the log says so."""
    (kept,) = stored.rglob("mots.json")
    kept.unlink()

    def refuse(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(word_store, "write_atomically", refuse)
    live = LiveIndex(stored)
    _read_in_background(live)
    assert "guichet" in live.lexicon_of(EVERYBODY)
    assert "cannot be kept" in caplog.text
