"""Describes documents anew when the rules or a sidecar have changed, a few at each step: nothing waits for it."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

from index.catalogue import Extent
from indexer.sidecars import folder_of

if TYPE_CHECKING:
    from index.catalogue import Catalogue
    from indexer.applying import Scribe
    from indexer.rules import Rules

_SLICE_SECONDS = 0.25
DESCRIBED_BY = "described-by"
"""The catalogue's memo of the fingerprint of the rules by which all documents were last described."""

_BATCH = 20
"""Documents described in one transaction."""


class Describer:
    """The documents that wait to be described anew; after a crash, what had changed is taken up from the start."""

    def __init__(self, catalogue: Catalogue, scribe: Scribe, rules: Rules) -> None:
        self._catalogue = catalogue
        self._scribe = scribe
        self._rules = rules
        self._waiting: deque[str] = deque()
        self._fingerprint = ""
        self._sidecars: dict[str, str | None] = {}

    def follow(self) -> None:
        """Queue all documents if the rules have changed since they were described, and those of changed sidecars."""
        fingerprint = self._rules.fingerprint
        # The memo is looked at only when this process has not queued them already: it is a read of the catalogue.
        if self._fingerprint != fingerprint and self._catalogue.memo(DESCRIBED_BY) != fingerprint:
            with self._catalogue.writing() as write:
                # From this copy the web process gives a territory its department and region.
                write.keep_areas(self._rules.vocabulary)
            self._fingerprint = fingerprint
            self._waiting = deque(self._catalogue.ids())
        # A sidecar stays pending until its documents are described: only what has changed since it was queued counts.
        changed = {path: text for path, text in self._rules.pending.items() if self._sidecars.get(path, "") != text}
        if changed:
            self._sidecars |= changed
            # A sidecar concerns its folder and all folders below.
            folders = Extent(trees=frozenset(map(folder_of, changed)))
            places = self._catalogue.places(folders).values()
            self._waiting.extend(dict.fromkeys(place.document_id for place in places if place.document_id))

    @property
    def is_busy(self) -> bool:
        """Whether documents wait, or have yet to be recorded as described."""
        return bool(self._waiting or self._fingerprint or self._sidecars)

    def turn(self) -> None:
        """Describe documents for a moment."""
        until = time.monotonic() + _SLICE_SECONDS
        while self._waiting and time.monotonic() < until:
            with self._catalogue.writing() as write:
                self._scribe.describe(write, [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))])
        # Recorded only once all are described: a crash before that repeats some, and forgets none.
        if not self._waiting:
            self._remember()

    def _remember(self) -> None:
        if self._fingerprint:
            with self._catalogue.writing() as write:
                write.remember(DESCRIBED_BY, self._fingerprint)
        if self._sidecars:
            self._rules.followed(self._sidecars)
        self._fingerprint, self._sidecars = "", {}
