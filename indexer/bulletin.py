"""What the indexer says of itself: kept in the catalogue, for those who look after it."""

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
_PACE_SECONDS = 120.0
"""The pace of late: over so long, so that one slow file does not make it jump."""


class Bulletin:
    """The indexer's state, told at least every few seconds while there is somebody to tell it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
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
        """So many contents were read, or could not be."""
        self.state = replace(self.state, read=self.state.read + read, failed=self.state.failed + failed)
        self._pace.append((time.monotonic(), read + failed))

    def note(self, **changes: Any) -> None:
        """Something of the state is otherwise now; a new phase or a new message is told at once."""
        before = self.state
        self.state = replace(before, **changes)
        told = (before.phase, before.guard, before.message) == (self.state.phase, self.state.guard, self.state.message)
        if not told:
            self.tell()

    def turn(self, *, reading: bool) -> None:
        """One turn of the indexer's wheel: time spent reading is counted, and the state told when it is time."""
        now = time.monotonic()
        if reading:
            self.state = replace(self.state, reading_seconds=self.state.reading_seconds + now - self._turned)
        self._turned = now
        if self._told is None or now - self._told >= _EVERY_SECONDS:
            self.tell()

    def tell(self) -> None:
        """Write the state down."""
        pending = self._catalogue.waiting_count()
        pace = self._per_minute()
        left = 60 * pending / pace if pending and pace else None
        self.state = replace(
            self.state, heartbeat=datetime.now(UTC), pending=pending, per_minute=pace, seconds_left=left
        )
        with self._catalogue.writing() as write:
            write.tell(self.state)
        self._told = time.monotonic()

    def stop(self) -> None:
        """The last word."""
        self.state = replace(self.state, phase=Phase.STOPPED)
        self.tell()

    def _per_minute(self) -> float:
        now = time.monotonic()
        while self._pace and now - self._pace[0][0] > _PACE_SECONDS:
            self._pace.popleft()
        if not self._pace or self.state.phase is Phase.IDLE:
            return 0.0
        return 60 * sum(count for _, count in self._pace) / max(1.0, now - self._pace[0][0])
