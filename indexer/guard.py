"""When too much is missing at once, nothing is removed: a share that is not mounted looks like a library emptied."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

_WINDOW_SECONDS = 600.0
"""Removals of so long ago still count as sudden: a large tree takes minutes to be deleted, look after look."""

_FEW = 5
"""So few files may well be deleted by hand, whatever share of a small library they are."""


@dataclass(frozen=True, slots=True)
class Losses:
    """Files counted: `missing` and that nobody has agreed to lose, removed `lately`, and `known`, missing included."""

    missing: int
    lately: int
    known: int

    def too_many(self, share: float) -> bool:
        """Whether what is lost, over what there was, reaches the share (0 to 1) above which a person must agree."""
        lost = self.missing + self.lately
        return self.missing > 0 and lost > _FEW and lost >= share * (self.known + self.lately)

    @property
    def message(self) -> str:
        """What an animator reads."""
        missing = "1 fichier n’est" if self.missing == 1 else f"{self.missing} fichiers ne sont"
        return (
            f"{missing} plus dans la bibliothèque, qui en comptait {self.known + self.lately} : rien n’est retiré de "
            "l’index en attendant. Si le partage est démonté ou incomplet, rétablissez-le ; si ces suppressions sont "
            "voulues, confirmez-les (page des fichiers, ou « ruche confirm »)."
        )


@dataclass(slots=True)
class Removals:
    """Removals carried out of late, without those that a person agreed to."""

    _removals: deque[tuple[float, int]] = field(default_factory=deque)

    def note(self, removed: int) -> None:
        """So many files were removed just now."""
        if removed:
            self._removals.append((time.monotonic(), removed))

    def lately(self) -> int:
        """How many files were removed within the window."""
        while self._removals and time.monotonic() - self._removals[0][0] > _WINDOW_SECONDS:
            self._removals.popleft()
        return sum(removed for _, removed in self._removals)
