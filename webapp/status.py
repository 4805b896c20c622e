"""What became of each file, for those who drop them. Nothing here changes anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template, request, url_for

from index.catalogue import State, StatusFilter
from webapp.hive import hive

if TYPE_CHECKING:
    from collections.abc import Mapping

blueprint = Blueprint("status", __name__)

_MOST_ROWS = 500
"""Files of one page: more would be slow to show, and nobody reads further without narrowing."""

_SEVERAL = {State.INDEXED: "indexés", State.DUPLICATE: "doublons", State.IGNORED: "ignorés", State.SEEN: "vus"}


@dataclass(frozen=True, slots=True)
class Heap:
    """The files of one state; the address shows only them."""

    state: State | None
    label: str
    count: int
    address: str
    current: bool


@blueprint.get("/etat")
def show() -> str:
    """Each file of the library with its state, those that need someone first, and what the indexer says of itself."""
    return render_template("status.html", **listing("status.show"))


def listing(endpoint: str) -> dict[str, Any]:
    """What a page of states shows, as its address says: `etat`, `fichier`; its links lead to the same endpoint."""
    catalogue = hive().catalogue
    chosen = {state.value: state for state in State}.get(request.args.get("etat", ""))
    path = request.args.get("fichier", "").strip()
    states = frozenset({chosen}) if chosen else frozenset(State)
    counts = catalogue.status_counts()
    matching = catalogue.status_counts(path) if path else counts
    indexer = catalogue.indexer_state()
    return {
        "endpoint": endpoint,
        "heaps": _heaps(endpoint, counts, chosen),
        "chosen": chosen,
        "path": path,
        "rows": catalogue.statuses(StatusFilter(states, path, limit=_MOST_ROWS)),
        "total": sum(matching.get(state, 0) for state in states),
        "known": sum(counts.values()),
        "indexer": indexer,
        "silent": indexer is not None and indexer.silent(datetime.now(UTC)),
    }


def _named(state: State, count: int) -> str:
    return _SEVERAL.get(state, state.label) if count > 1 else state.label


def _heaps(endpoint: str, counts: Mapping[State, int], chosen: State | None) -> list[Heap]:
    everything = Heap(None, "tous", sum(counts.values()), url_for(endpoint), chosen is None)
    return [everything] + [
        Heap(
            state,
            _named(state, counts.get(state, 0)),
            counts.get(state, 0),
            url_for(endpoint, etat=state.value),
            chosen is state,
        )
        for state in State
        if state in counts or chosen is state
    ]
