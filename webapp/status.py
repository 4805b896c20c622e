"""What became of each file, for those who drop them. Nothing here changes anything."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for

from index.catalogue import State
from webapp.hive import hive

if TYPE_CHECKING:
    from index.catalogue import FileStatus

blueprint = Blueprint("status", __name__)

_MOST_ROWS = 500
"""Files of one page: more would be slow to show, and nobody reads further without narrowing."""

# What needs a person comes first.
_ORDER = (State.FAILED, State.NO_TEXT, State.DUPLICATE, State.INDEXED)


_SEVERAL = {State.INDEXED: "indexés", State.DUPLICATE: "doublons"}


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
    """Each file of the library with its state, those that need someone first."""
    statuses = hive().catalogue.statuses()
    chosen = {state.value: state for state in State}.get(request.args.get("etat", ""))
    path = request.args.get("fichier", "").strip()
    rows = [each for each in statuses if _wanted(each, chosen, path)]
    return render_template(
        "status.html",
        heaps=_heaps(statuses, chosen),
        chosen=chosen,
        path=path,
        rows=sorted(rows, key=_urgency)[:_MOST_ROWS],
        total=len(rows),
        known=len(statuses),
    )


def _wanted(status: FileStatus, chosen: State | None, path: str) -> bool:
    return (chosen is None or status.state is chosen) and path.casefold() in status.path.casefold()


def _urgency(status: FileStatus) -> tuple[int, str]:
    return _rank(status.state), status.path


def _rank(state: State) -> int:
    return _ORDER.index(state) if state in _ORDER else len(_ORDER)


def _named(state: State, count: int) -> str:
    return _SEVERAL.get(state, state.label) if count > 1 else state.label


def _heaps(statuses: tuple[FileStatus, ...], chosen: State | None) -> list[Heap]:
    counts = Counter(each.state for each in statuses)
    everything = Heap(None, "tous", len(statuses), url_for("status.show"), chosen is None)
    return [everything] + [
        Heap(
            state,
            _named(state, counts[state]),
            counts[state],
            url_for("status.show", etat=state.value),
            chosen is state,
        )
        for state in sorted(State, key=_rank)
        if counts[state] or chosen is state
    ]
