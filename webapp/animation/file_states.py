"""What became of each file of the library, and what animators can do about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.catalogue import FileState, StatusFilter
from webapp.auth import (
    current_account_id,
    current_groups,
    may_administrate,
    requires_accounts,
    restrict_to_animators,
)
from webapp.pages import indexer_context, state_label
from webapp.server import format_count, services

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers import Response

file_blueprint = restrict_to_animators(Blueprint("files", __name__, url_prefix="/animation/fichiers"))

_MAX_ROWS = 500
"""Files of one page: more would be slow to show, and nobody reads further without filtering."""


@dataclass(frozen=True, slots=True)
class StateCount:
    """The number of files in a state, and the URL of the list of these files."""

    label: str
    count: int
    address: str
    current: bool


@file_blueprint.get("")
def show() -> str:
    """List the files with their states, those that need someone first; `etat` and `fichier` filter the list."""
    catalogue = services().catalogue
    chosen = {state.value: state for state in FileState}.get(request.args.get("etat", ""))
    path = request.args.get("fichier", "").strip()
    states = frozenset({chosen}) if chosen else frozenset(FileState)
    counts = catalogue.file_statuses.count_by_state(groups=current_groups())
    hidden = count_hidden_files(counts)
    matching = catalogue.file_statuses.count_by_state(path, current_groups()) if path else counts
    return render_template(
        "animation/files.html",
        state_counts=_list_state_counts(counts, chosen),
        chosen=chosen,
        path=path,
        rows=catalogue.file_statuses.find(StatusFilter(states, path, limit=_MAX_ROWS, groups=current_groups())),
        total=sum(matching.get(state, 0) for state in states),
        known=sum(counts.values()),
        hidden_files=sum(hidden.values()),
        hidden_failed=hidden[FileState.FAILED],
        **indexer_context(),
    )


def count_hidden_files(visible: Mapping[FileState, int]) -> Counter[FileState]:
    """Return how many files administrators may not see, by state; nothing to others, who learn of no hidden file.

    `visible` are the counts of those that they see. Without accounts, whoever is on the machine may administrate.
    """
    if requires_accounts() and not may_administrate():
        return Counter()
    return Counter(services().catalogue.file_statuses.count_by_state()) - Counter(visible)


@file_blueprint.post("/relecture")
def retry() -> Response:
    """Queue a failed file to be read once more."""
    path = request.form.get("fichier", "")
    waits = False
    # A file that the person may not see gets the same answer as one that has not failed.
    if services().catalogue.files.filter_visible([path], current_groups()):
        with services().catalogue.transaction() as transaction:
            waits = transaction.queue.retry(path)
    if waits:
        flash(f"«\u00a0{path}\u00a0» va être relu\u00a0: rechargez cette page dans un instant.", "success")
    else:
        flash("Ce fichier n’est plus en échec\u00a0: rien à relire.", "info")
    return redirect(url_for("files.show"), 303)


@file_blueprint.post("/suppressions")
def confirm() -> Response:
    """Confirm that the files held back by the guard were meant to be deleted."""
    with services().catalogue.transaction() as transaction:
        gone = transaction.files.confirm_removals(current_account_id())
    flash(f"{format_count(gone, 'suppression confirmée', 'suppressions confirmées')}\u00a0: l’index suit.", "success")
    return redirect(url_for("files.show"), 303)


def _list_state_counts(counts: Mapping[FileState, int], chosen: FileState | None) -> list[StateCount]:
    everything = StateCount("tous", sum(counts.values()), url_for("files.show"), chosen is None)
    # The state that is shown stays in the menu when no file has it any more.
    return [
        everything,
        *(_count_state(state, counts, chosen) for state in FileState if state in counts or chosen is state),
    ]


def _count_state(state: FileState, counts: Mapping[FileState, int], chosen: FileState | None) -> StateCount:
    number = counts.get(state, 0)
    return StateCount(state_label(state, number), number, url_for("files.show", etat=state.value), chosen is state)
