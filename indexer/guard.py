"""Holds removals back when too much is missing at once: a share that is not mounted looks like an emptied library."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

_WINDOW_SECONDS = 600.0
"""Removals of so long ago still count as sudden: a large tree takes minutes to be deleted, scan after scan."""

_MOST_UNGUARDED = 5
"""So few files may well have been deleted by hand, whatever share of a small library they are."""


@dataclass(frozen=True, slots=True)
class Losses:
    """Counts of files: `missing` without anyone's consent, `recent` removals, and `known`, missing ones included."""

    missing: int
    recent: int
    known: int

    def is_suspicious(self, share: float) -> bool:
        """Whether the lost part of what there was reaches `share` (0 to 1), from which on a person must consent."""
        # Files removed within the window count on both sides: they are lost, and they were there.
        lost = self.missing + self.recent
        return self.missing > 0 and lost > _MOST_UNGUARDED and lost >= share * (self.known + self.recent)

    @property
    def message(self) -> str:
        """The sentence that an animator reads."""
        missing = "1 fichier n’est" if self.missing == 1 else f"{self.missing} fichiers ne sont"
        return (
            f"{missing} plus dans la bibliothèque, qui en comptait {self.known + self.recent} : rien n’est retiré de "
            "l’index en attendant. Si le partage est démonté ou incomplet, rétablissez-le ; si ces suppressions sont "
            "voulues, confirmez-les (page des fichiers, ou « ruche confirm »)."
        )


@dataclass(slots=True)
class RecentRemovals:
    """Removals within the window, without those to which a person has agreed."""

    _times_and_counts: deque[tuple[float, int]] = field(default_factory=deque)

    def record(self, removed: int) -> None:
        """Record that files were removed now."""
        if removed:
            self._times_and_counts.append((time.monotonic(), removed))

    def count(self) -> int:
        """Count the files removed within the window."""
        while self._times_and_counts and time.monotonic() - self._times_and_counts[0][0] > _WINDOW_SECONDS:
            self._times_and_counts.popleft()
        return sum(removed for _, removed in self._times_and_counts)
