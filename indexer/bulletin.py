"""Keeps what the indexer reports of itself in the catalogue, where the web process and the commands read it."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from index.catalogue import IndexerState, Phase

if TYPE_CHECKING:
    from index.catalogue import Catalogue

_EVERY_SECONDS = 5.0
"""How often the status is written while nothing in it is urgent: readers take a longer silence for a dead indexer."""
_PACE_SECONDS = 120.0
"""The window over which the reading rate is measured, so that one slow file does not make it jump."""


class Bulletin:
    """The indexer's status; it is written at once when something important changes, else every few seconds."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        # When the library was last compared outlives a restart; the counts begin anew.
        before = catalogue.indexer_state()
        now = datetime.now(UTC)
        self.state = IndexerState(
            now,
            now,
            compared=before.compared if before else None,
            compared_seconds=before.compared_seconds if before else 0.0,
        )
        self._told: float | None = None
        self._turned = time.monotonic()
        self._pace: deque[tuple[float, int]] = deque()

    def count(self, read: int, failed: int) -> None:
        """Count contents that were read, and those that could not be."""
        self.state = replace(self.state, read=self.state.read + read, failed=self.state.failed + failed)
        self._pace.append((time.monotonic(), read + failed))

    def note(self, **changes: Any) -> None:
        """Change fields of the state; a new phase, guard or message is written at once."""
        before = self.state
        self.state = replace(before, **changes)
        told = (before.phase, before.guard, before.message) == (self.state.phase, self.state.guard, self.state.message)
        if not told:
            self.tell()

    def turn(self, *, reading: bool) -> None:
        """Count the time spent reading since the last call, and write the state if that is due."""
        now = time.monotonic()
        if reading:
            self.state = replace(self.state, reading_seconds=self.state.reading_seconds + now - self._turned)
        self._turned = now
        if self._told is None or now - self._told >= _EVERY_SECONDS:
            self.tell()

    def tell(self) -> None:
        """Write the state, with the queue's length and the time it will take at the present rate."""
        pending = self._catalogue.waiting_count()
        pace = self._per_minute()
        # No rate, no estimate: none is better than one that comes from a single file.
        left = 60 * pending / pace if pending and pace else None
        self.state = replace(
            self.state, heartbeat=datetime.now(UTC), pending=pending, per_minute=pace, seconds_left=left
        )
        with self._catalogue.writing() as write:
            write.tell(self.state)
        self._told = time.monotonic()

    def stop(self) -> None:
        """Write that the indexer has stopped: silence would otherwise be taken for a crash."""
        self.state = replace(self.state, phase=Phase.STOPPED)
        self.tell()

    def _per_minute(self) -> float:
        now = time.monotonic()
        while self._pace and now - self._pace[0][0] > _PACE_SECONDS:
            self._pace.popleft()
        if not self._pace or self.state.phase is Phase.IDLE:
            return 0.0
        # Over a second at least: right after the first contents, the rate would be absurd.
        return 60 * sum(count for _, count in self._pace) / max(1.0, now - self._pace[0][0])
