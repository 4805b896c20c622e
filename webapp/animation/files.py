"""What became of each file of the library, and what animators can do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.catalogue import State, StatusFilter
from webapp import status
from webapp.animation.access import only_for_animators, who
from webapp.hive import groups, hive
from webapp.typography import count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response

blueprint = only_for_animators(Blueprint("files", __name__, url_prefix="/animation/fichiers"))

_MOST_ROWS = 500
"""Files of one page: more would be slow to show, and nobody reads further without filtering."""


@dataclass(frozen=True, slots=True)
class Heap:
    """The number of files in a state, and the URL of the list of these files."""

    label: str
    count: int
    address: str
    current: bool


@blueprint.get("")
def show() -> str:
    """List the files with their states, those that need someone first; `etat` and `fichier` filter the list."""
    catalogue = hive().catalogue
    chosen = {state.value: state for state in State}.get(request.args.get("etat", ""))
    path = request.args.get("fichier", "").strip()
    states = frozenset({chosen}) if chosen else frozenset(State)
    counts = catalogue.status_counts(groups=groups())
    matching = catalogue.status_counts(path, groups()) if path else counts
    return render_template(
        "animation/files.html",
        heaps=_heaps(counts, chosen),
        chosen=chosen,
        path=path,
        rows=catalogue.statuses(StatusFilter(states, path, limit=_MOST_ROWS, groups=groups())),
        total=sum(matching.get(state, 0) for state in states),
        known=sum(counts.values()),
        **status.indexer(),
    )


@blueprint.post("/relecture")
def retry() -> Response:
    """Queue a failed file to be read once more."""
    path = request.form.get("fichier", "")
    waits = False
    # A file that the person may not see gets the same answer as one that has not failed.
    if hive().catalogue.seen_places([path], groups()):
        with hive().catalogue.writing() as write:
            waits = write.retry(path)
    if waits:
        flash(f"«\u00a0{path}\u00a0» va être relu\u00a0: rechargez cette page dans un instant.", "success")
    else:
        flash("Ce fichier n’est plus en échec\u00a0: rien à relire.", "info")
    return redirect(url_for("files.show"), 303)


@blueprint.post("/suppressions")
def confirm() -> Response:
    """Confirm that the files held back by the guard were meant to be deleted."""
    with hive().catalogue.writing() as write:
        gone = write.confirm_deletions(who())
    flash(f"{count(gone, 'suppression confirmée', 'suppressions confirmées')}\u00a0: l’index suit.", "success")
    return redirect(url_for("files.show"), 303)


def _heaps(counts: Mapping[State, int], chosen: State | None) -> list[Heap]:
    everything = Heap("tous", sum(counts.values()), url_for("files.show"), chosen is None)
    # The state that is shown stays in the menu when no file has it any more.
    return [everything, *(_heap(state, counts, chosen) for state in State if state in counts or chosen is state)]


def _heap(state: State, counts: Mapping[State, int], chosen: State | None) -> Heap:
    number = counts.get(state, 0)
    return Heap(status.named(state, number), number, url_for("files.show", etat=state.value), chosen is state)
