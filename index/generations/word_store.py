"""The words of a generation that all members see, in a file beside its index, so that a start has them at once.

Otherwise the engine is asked for the documents of each word, and each is folded: a quarter of the time of a start.
"""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING

from index.generations.generation_store import current_versions, read_json, read_state, write_atomically
from index.query import Lexicon

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

_NAME = "mots.json"


def read_words(folder: Path, revision: int | None) -> Lexicon | None:
    """Return the words that were kept at a revision of a generation; None where there are none, or they are damaged."""
    kept = read_json(folder / _NAME)
    if not kept:
        return None
    try:
        if kept["made"] != _describe(folder, revision):
            return None
        return Lexicon.restore(kept)
    except (AttributeError, KeyError, TypeError, ValueError):
        log.warning("the words kept beside index %s are damaged, and are read from it", folder.name)
        return None


def keep_words(folder: Path, revision: int | None, lexicon: Lexicon) -> None:
    """Keep the words of a generation at a revision. Where that cannot be done, the next start takes longer."""
    kept = {"made": _describe(folder, revision), **lexicon.export()}
    try:
        # Each web process writes its own file before it takes the place of the other's.
        write_atomically(folder / _NAME, json.dumps(kept, ensure_ascii=False), f".{os.getpid()}")
    except OSError as error:
        log.warning("the words of index %s cannot be kept beside it: %s", folder.name, error)


def _describe(folder: Path, revision: int | None) -> dict[str, object]:
    """Return what the words depend on: the revision of the index, and how this version of Ruche folds words."""
    return {"revision": revision, **current_versions(str(read_state(folder).get("engine", "")))}
