"""All that a catalogue holds of a library, to compare two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.catalogue.file_statuses import FileState, StatusFilter
from index.model.documents import MEMBERS

if TYPE_CHECKING:
    from index.catalogue.catalogue import Catalogue


def read_library_state(catalogue: Catalogue) -> list[list[tuple[object, ...]]]:
    """Documents with their contents and tags, and files with their states, without the ids that are drawn."""
    documents = catalogue.documents.find_each(catalogue.documents.list_ids(), frozenset({MEMBERS, "animateurs"}))
    with catalogue.transaction() as transaction:
        held = [
            (each.paths, each.title, each.format, transaction.documents.find_content(each.id), each.tags)
            for each in documents.values()
        ]
    files = [
        (each.path, each.state, each.reason, each.advice)
        for state in FileState
        for each in catalogue.file_statuses.find(StatusFilter(frozenset({state})))
    ]
    return [sorted(held, key=str), sorted(files, key=str)]
