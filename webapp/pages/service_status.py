"""The service status page for everyone: whether deposits are indexed, how much there is, what arrived last."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template

from index.catalogue import UNWATCHED_MEMO, WITHOUT_IMAGES_MEMO, FileState
from index.vectors import parse_decision
from webapp.auth import current_groups
from webapp.server import services

status_blueprint = Blueprint("status", __name__)

# Only these agree in number: « en attente », « en échec » and « sans texte » do not change.
_PLURAL_LABELS = {
    FileState.INDEXED: "indexés",
    FileState.DUPLICATE: "doublons",
    FileState.IGNORED: "ignorés",
    FileState.SEEN: "vus",
    FileState.WITHHELD: "retenus",
    FileState.METADATA_FILE: "fiches",
    FileState.WRONG_METADATA_FILE: "fiches à corriger",
}


@status_blueprint.get("/etat")
def show() -> str:
    """Show how many documents the person may read and whether new ones arrive; files and folders are for animators."""
    catalogue = services().catalogue
    return render_template(
        "status.html",
        readable=catalogue.documents.count_readable(current_groups()),
        # A number only: names of files are for animators.
        failed=catalogue.file_statuses.count_by_state(groups=current_groups()).get(FileState.FAILED, 0),
        latest=next(iter(catalogue.documents.list_latest(current_groups(), 1)), None),
        **indexer_context(),
    )


def indexer_context() -> dict[str, Any]:
    """Return the variables of `_indexer.html`: the last state of the indexer, if there is any, and if it is silent."""
    said = services().catalogue.indexer.read_state()
    return {
        "indexer": said,
        "silent": said is not None and said.is_silent(datetime.now(UTC)),
        "unwatched": _list_unwatched(),
        # A number only, as all of the indexer's.
        "ranking": _explain_ranking(),
        "without_images": int(services().catalogue.indexer.read_memo(WITHOUT_IMAGES_MEMO) or 0),
    }


def _explain_ranking() -> tuple[str, ...]:
    """What judged questions decided about ranking by meaning, where the settings ask for it."""
    settings = services().settings
    decision = parse_decision(services().catalogue.vectors.read_decision())
    return decision.explain() if decision and (settings.embedding or settings.reranker) else ()


def _list_unwatched() -> tuple[str, ...]:
    """The folders for which the system gives the indexer no events, of those that the person sees."""
    catalogue = services().catalogue
    folders = json.loads(catalogue.indexer.read_memo(UNWATCHED_MEMO) or "[]")
    # Paths of files are compared with the rules of folders: any name stands for one.
    seen = catalogue.files.filter_visible([f"{folder}/x" for folder in folders], current_groups())
    return tuple(path.removesuffix("/x") for path in seen)


def state_label(state: FileState, count: int) -> str:
    """Return the label of a state as it follows a number of files: « 2 indexés »."""
    return _PLURAL_LABELS.get(state, state.label) if count > 1 else state.label
