"""Describes documents anew when the vocabulary, the calendar, sidecars or folder rules have changed."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from index.catalogue import Extent
from index.model import find_stem, normalise_path
from indexer.describe import VocabularyRecord, find_difference, parent_folder

if TYPE_CHECKING:
    from index.catalogue import Catalogue
    from index.query import Match
    from indexer.describe import DescriptionRules, VocabularyDifference
    from indexer.reconcile import PlanWriter

_SLICE_SECONDS = 0.25
DESCRIBED_BY_MEMO = "described-by"
"""The catalogue's memo of the fingerprint of the rules by which all documents were last described."""

VOCABULARY_MEMO = "described-vocabulary"
"""The catalogue's memo of what descriptions took from the vocabulary then."""

PLACED_BY_MEMO = "placed-by"
"""The catalogue's memo of the folder rules by which documents were last told apart and described."""

_BATCH_SIZE = 20
"""Documents described in one transaction."""


_MOST_ENTRIES = 100
"""Entries of the vocabulary that may change for documents to be chosen by them; beyond, all are described."""

FindDocuments = Callable[["Match"], frozenset[str] | None]
"""Gives the documents whose texts match, and those of which it does not know; None where it cannot tell."""


class Describer:
    """The documents that wait to be described anew; after a crash, what had changed is taken up from the start."""

    def __init__(
        self, catalogue: Catalogue, plan_writer: PlanWriter, rules: DescriptionRules, find_documents: FindDocuments
    ) -> None:
        self._catalogue = catalogue
        self._plan_writer = plan_writer
        self._rules = rules
        self._find_documents = find_documents
        # By what all documents are described once those that wait are; None where nobody knows.
        self._record = VocabularyRecord.from_json(catalogue.indexer.read_memo(VOCABULARY_MEMO))
        self._waiting: deque[str] = deque()
        self._new_fingerprint = ""
        self._changed_sidecars: dict[str, str | None] = {}
        self._folder_rules = catalogue.indexer.read_memo(PLACED_BY_MEMO) or "{}"
        self._new_folder_rules: str | None = None

    def queue_outdated(self) -> None:
        """Queue the documents that the rules concern that have changed since they were described.

        Then those of changed sidecars, and those in folders whose audience has changed.
        """
        fingerprint = self._rules.fingerprint
        # The memo is looked at only when this process has not queued them already: it is a read of the catalogue.
        if self._new_fingerprint != fingerprint and self._catalogue.indexer.read_memo(DESCRIBED_BY_MEMO) != fingerprint:
            self._queue_described_otherwise(fingerprint)
        # A sidecar stays pending until its documents are described: only what has changed since it was queued counts.
        changed = {
            path: text
            for path, text in self._rules.pending_sidecars.items()
            if self._changed_sidecars.get(path, "") != text
        }
        if changed:
            self._changed_sidecars |= changed
            # A sidecar concerns its folder and all folders below.
            folders = Extent(trees=frozenset(map(parent_folder, changed)))
            places = self._catalogue.files.find_in_extent(folders).values()
            self._waiting.extend(dict.fromkeys(place.document_id for place in places if place.document_id))
        self._queue_placed_otherwise()

    def _queue_described_otherwise(self, fingerprint: str) -> None:
        """Queue the documents that a change of the vocabulary concerns, or all where that cannot be told."""
        record = self._rules.record
        difference = find_difference(self._record, record) if self._record else None
        concerned = self._find_concerned(difference) if difference else None
        with self._catalogue.transaction() as transaction:
            # From this copy the web process gives a territory its department and region.
            transaction.descriptions.save_areas(self._rules.vocabulary)
            # Until all are described, they are described by nothing: whatever stops us, all are described anew then,
            # even if the change is taken back meanwhile.
            transaction.indexer.write_memo(DESCRIBED_BY_MEMO, "")
            transaction.indexer.write_memo(VOCABULARY_MEMO, "")
        self._record, self._new_fingerprint = record, fingerprint
        if concerned is None:
            self._waiting = deque(self._catalogue.documents.list_ids(with_parts=True))
        else:
            # What waits already is described by the present rules, too.
            self._waiting.extend(sorted(concerned.difference(self._waiting)))

    def _find_concerned(self, difference: VocabularyDifference) -> set[str] | None:
        """Find the documents that may be described otherwise; None where that cannot be told."""
        if len(difference.slugs) > _MOST_ENTRIES:
            return None
        match = difference.match
        holding = self._find_documents(match) if match else frozenset[str]()
        if holding is None:
            return None
        documents = self._catalogue.documents
        titles = documents.list_own_titles()
        concerned = {*holding, *documents.find_tagged(difference.slugs), *documents.list_outside_index()}
        concerned |= {id_ for id_, title in titles.items() if difference.concerns_text(title)}
        folders = Extent(trees=self._rules.find_concerned_folders(difference))
        # Files of one folder share its names.
        is_named = lru_cache(maxsize=None)(difference.concerns_text)
        for path, place in self._catalogue.files.find_in_extent().items():
            names = (*PurePosixPath(path).parent.parts, find_stem(path))
            if place.document_id and (folders.covers(path) or any(map(is_named, names))):
                concerned.add(place.document_id)
        # Only what is living: the others are described when they come back.
        return concerned & titles.keys()

    def _queue_placed_otherwise(self) -> None:
        """Queue the documents of folders whose rule has changed.

        They may have to be told apart, or described without a sidecar that not all of their readers see.
        """
        rules = {folder: sorted(groups) for folder, groups in self._catalogue.files.read_rules_by_folder().items()}
        present = json.dumps(rules, sort_keys=True)
        if present == (self._folder_rules if self._new_folder_rules is None else self._new_folder_rules):
            return
        # What was queued for other rules may have been described by then, or not yet: it differs from either.
        changed = set[str]()
        for before in map(json.loads, filter(None, (self._folder_rules, self._new_folder_rules))):
            changed |= {folder for folder in rules.keys() | before.keys() if rules.get(folder) != before.get(folder)}
        self._new_folder_rules = present
        # Compared as files are found again under other capitals: one too many costs little.
        folders = tuple(f"{normalise_path(folder)}/" if folder else "" for folder in changed)
        places = self._catalogue.files.list_all()
        concerned = (place.document_id for place in places if normalise_path(place.path).startswith(folders))
        # Before all others: until they are described, some who may see them do not.
        self._waiting.extendleft(reversed([id_ for id_ in dict.fromkeys(concerned) if id_]))

    @property
    def is_busy(self) -> bool:
        """Whether documents wait, or have yet to be recorded as described."""
        return bool(
            self._waiting or self._new_fingerprint or self._changed_sidecars or self._new_folder_rules is not None
        )

    def describe_next(self) -> None:
        """Describe documents for a moment."""
        until = time.monotonic() + _SLICE_SECONDS
        while self._waiting and time.monotonic() < until:
            with self._catalogue.transaction() as transaction:
                self._plan_writer.describe_documents(
                    transaction, [self._waiting.popleft() for _ in range(min(_BATCH_SIZE, len(self._waiting)))]
                )
        # Recorded only once all are described: a crash before that repeats some, and forgets none.
        if not self._waiting:
            self._record_done()

    def _record_done(self) -> None:
        if self._new_fingerprint:
            with self._catalogue.transaction() as transaction:
                transaction.indexer.write_memo(DESCRIBED_BY_MEMO, self._new_fingerprint)
                transaction.indexer.write_memo(VOCABULARY_MEMO, self._record.to_json() if self._record else "")
        if self._changed_sidecars:
            self._rules.mark_described(self._changed_sidecars)
        if self._new_folder_rules is not None:
            with self._catalogue.transaction() as transaction:
                transaction.indexer.write_memo(PLACED_BY_MEMO, self._new_folder_rules)
            self._folder_rules = self._new_folder_rules
        self._new_fingerprint, self._changed_sidecars, self._new_folder_rules = "", {}, None
