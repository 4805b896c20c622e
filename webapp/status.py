"""How the service is doing, for everyone: whether what was dropped is found, how much there is, what came last."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template

from index.catalogue import State
from webapp.hive import groups, hive

blueprint = Blueprint("status", __name__)

_SEVERAL = {State.INDEXED: "indexés", State.DUPLICATE: "doublons", State.IGNORED: "ignorés", State.SEEN: "vus"}


@blueprint.get("/etat")
def show() -> str:
    """What one may read, and what keeps the rest from coming. Files and folders are the animators' to see."""
    catalogue = hive().catalogue
    return render_template(
        "status.html",
        readable=catalogue.readable(groups()),
        failed=catalogue.status_counts().get(State.FAILED, 0),
        latest=next(iter(catalogue.latest(groups(), 1)), None),
        **indexer(),
    )


def indexer() -> dict[str, Any]:
    """What `_indexer.html` shows: what the indexer last said of itself, None where none ever ran; and its silence."""
    said = hive().catalogue.indexer_state()
    return {"indexer": said, "silent": said is not None and said.silent(datetime.now(UTC))}


def named(state: State, count: int) -> str:
    """A state after a number of files."""
    return _SEVERAL.get(state, state.label) if count > 1 else state.label
