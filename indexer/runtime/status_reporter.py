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

_REPORT_SECONDS = 5.0
"""How often the status is written while nothing in it is urgent: readers take a longer silence for a dead indexer."""
_RATE_WINDOW_SECONDS = 120.0
"""The window over which the reading rate is measured, so that one slow file does not make it jump."""


class StatusReporter:
    """The indexer's status; it is written at once when something important changes, else every few seconds."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        # When the library was last compared outlives a restart; the counts begin anew.
        before = catalogue.indexer.read_state()
        now = datetime.now(UTC)
        self.state = IndexerState(
            now,
            now,
            compared=before.compared if before else None,
            compared_seconds=before.compared_seconds if before else 0.0,
        )
        self._written_at: float | None = None
        self._called_at = time.monotonic()
        self._recent_counts: deque[tuple[float, int]] = deque()

    def count_results(self, read: int, failed: int) -> None:
        """Count contents that were read, and those that could not be."""
        self.state = replace(self.state, read=self.state.read + read, failed=self.state.failed + failed)
        self._recent_counts.append((time.monotonic(), read + failed))

    def update_state(self, **changes: Any) -> None:
        """Change fields of the state; a new phase, guard or message is written at once."""
        before = self.state
        self.state = replace(before, **changes)
        is_same = (before.phase, before.guard, before.message) == (
            self.state.phase,
            self.state.guard,
            self.state.message,
        )
        if not is_same:
            self.write_state()

    def report_if_due(self, *, reading: bool) -> None:
        """Count the time spent reading since the last call, and write the state if that is due."""
        now = time.monotonic()
        if reading:
            self.state = replace(self.state, reading_seconds=self.state.reading_seconds + now - self._called_at)
        self._called_at = now
        if self._written_at is None or now - self._written_at >= _REPORT_SECONDS:
            self.write_state()

    def write_state(self) -> None:
        """Write the state, with the queue's length and the time it will take at the present rate."""
        pending = self._catalogue.queue.count()
        rate = self._rate_per_minute()
        # No rate, no estimate: none is better than one that comes from a single file.
        left = 60 * pending / rate if pending and rate else None
        self.state = replace(
            self.state, heartbeat=datetime.now(UTC), pending=pending, per_minute=rate, seconds_left=left
        )
        with self._catalogue.transaction() as transaction:
            transaction.indexer.write_state(self.state)
        self._written_at = time.monotonic()

    def report_stopped(self) -> None:
        """Write that the indexer has stopped: silence would otherwise be taken for a crash."""
        self.state = replace(self.state, phase=Phase.STOPPED)
        self.write_state()

    def _rate_per_minute(self) -> float:
        now = time.monotonic()
        while self._recent_counts and now - self._recent_counts[0][0] > _RATE_WINDOW_SECONDS:
            self._recent_counts.popleft()
        if not self._recent_counts or self.state.phase is Phase.IDLE:
            return 0.0
        # Over a second at least: right after the first contents, the rate would be absurd.
        return 60 * sum(count for _, count in self._recent_counts) / max(1.0, now - self._recent_counts[0][0])
