"""Describes documents anew when the rules or a sidecar have changed, a few at each step: nothing waits for it."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from index.catalogue import Extent
from indexer.sidecars import parent_folder

if TYPE_CHECKING:
    from index.catalogue import Catalogue
    from indexer.applying import PlanWriter
    from indexer.rules import DescriptionRules

_SLICE_SECONDS = 0.25
DESCRIBED_BY_MEMO = "described-by"
"""The catalogue's memo of the fingerprint of the rules by which all documents were last described."""

_BATCH_SIZE = 20
"""Documents described in one transaction."""


class Describer:
    """The documents that wait to be described anew; after a crash, what had changed is taken up from the start."""

    def __init__(self, catalogue: Catalogue, plan_writer: PlanWriter, rules: DescriptionRules) -> None:
        self._catalogue = catalogue
        self._plan_writer = plan_writer
        self._rules = rules
        self._waiting: deque[str] = deque()
        self._new_fingerprint = ""
        self._changed_sidecars: dict[str, str | None] = {}

    def queue_outdated(self) -> None:
        """Queue all documents if the rules have changed since they were described, and those of changed sidecars."""
        fingerprint = self._rules.fingerprint
        # The memo is looked at only when this process has not queued them already: it is a read of the catalogue.
        if self._new_fingerprint != fingerprint and self._catalogue.memo(DESCRIBED_BY_MEMO) != fingerprint:
            with self._catalogue.writing() as write:
                # From this copy the web process gives a territory its department and region.
                write.keep_areas(self._rules.vocabulary)
            self._new_fingerprint = fingerprint
            self._waiting = deque(self._catalogue.ids())
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
            places = self._catalogue.places(folders).values()
            self._waiting.extend(dict.fromkeys(place.document_id for place in places if place.document_id))

    @property
    def is_busy(self) -> bool:
        """Whether documents wait, or have yet to be recorded as described."""
        return bool(self._waiting or self._new_fingerprint or self._changed_sidecars)

    def describe_next(self) -> None:
        """Describe documents for a moment."""
        until = time.monotonic() + _SLICE_SECONDS
        while self._waiting and time.monotonic() < until:
            with self._catalogue.writing() as write:
                self._plan_writer.describe_documents(
                    write, [self._waiting.popleft() for _ in range(min(_BATCH_SIZE, len(self._waiting)))]
                )
        # Recorded only once all are described: a crash before that repeats some, and forgets none.
        if not self._waiting:
            self._record_done()

    def _record_done(self) -> None:
        if self._new_fingerprint:
            with self._catalogue.writing() as write:
                write.remember(DESCRIBED_BY_MEMO, self._new_fingerprint)
        if self._changed_sidecars:
            self._rules.mark_described(self._changed_sidecars)
        self._new_fingerprint, self._changed_sidecars = "", {}
