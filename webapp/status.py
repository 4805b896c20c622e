"""How the library is doing, for everyone: how many files are in which state, and what the indexer says of itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template

from index.catalogue import State
from webapp.hive import hive

blueprint = Blueprint("status", __name__)

_SEVERAL = {State.INDEXED: "indexés", State.DUPLICATE: "doublons", State.IGNORED: "ignorés", State.SEEN: "vus"}


@blueprint.get("/etat")
def show() -> str:
    """Numbers alone: names of files may tell what a member may not read, and are for the animators' space."""
    counts = hive().catalogue.status_counts()
    heaps = [(named(state, counts[state]), counts[state]) for state in State if state in counts]
    return render_template("status.html", heaps=heaps, known=sum(counts.values()), **indexer())


def indexer() -> dict[str, Any]:
    """What `_indexer.html` shows: what the indexer last said of itself, None where none ever ran; and its silence."""
    said = hive().catalogue.indexer_state()
    return {"indexer": said, "silent": said is not None and said.silent(datetime.now(UTC))}


def named(state: State, count: int) -> str:
    """A state after a number of files."""
    return _SEVERAL.get(state, state.label) if count > 1 else state.label
