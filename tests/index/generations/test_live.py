"""What searches know of the live generation."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from index.accounts import EVERYBODY
from index.generations import live as live_module
from index.generations.live import LiveIndex
from index.generations.synchroniser import IndexSynchroniser

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

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
