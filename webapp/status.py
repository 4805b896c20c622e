"""The service status page for everyone: whether deposits are indexed, how much there is, what arrived last."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template

from index.catalogue import State
from webapp.hive import groups, hive

blueprint = Blueprint("status", __name__)

# Only these agree in number: « en attente », « en échec » and « sans texte » do not change.
_SEVERAL = {State.INDEXED: "indexés", State.DUPLICATE: "doublons", State.IGNORED: "ignorés", State.SEEN: "vus"}


@blueprint.get("/etat")
def show() -> str:
    """Show how many documents the person may read and whether new ones arrive; files and folders are for animators."""
    catalogue = hive().catalogue
    return render_template(
        "status.html",
        readable=catalogue.readable(groups()),
        # A number only: names of files are for animators.
        failed=catalogue.status_counts(groups=groups()).get(State.FAILED, 0),
        latest=next(iter(catalogue.latest(groups(), 1)), None),
        **indexer(),
    )


def indexer() -> dict[str, Any]:
    """Return the variables of `_indexer.html`: the last state of the indexer, if there is any, and if it is silent."""
    said = hive().catalogue.indexer_state()
    return {"indexer": said, "silent": said is not None and said.silent(datetime.now(UTC))}


def named(state: State, count: int) -> str:
    """Return the label of a state as it follows a number of files: « 2 indexés »."""
    return _SEVERAL.get(state, state.label) if count > 1 else state.label
