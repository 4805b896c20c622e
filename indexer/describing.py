"""Describing documents anew when the rules or the vocabulary have changed, some at each turn: nothing waits for it."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.catalogue import Catalogue
    from indexer.applying import Scribe

_SLICE_SECONDS = 0.25
_DESCRIBED_BY = "described-by"
_BATCH = 20
"""Documents described in one transaction."""


class Describer:
    """The documents that wait to be described anew; after a crash, a change of rules starts over."""

    def __init__(self, catalogue: Catalogue, scribe: Scribe) -> None:
        self._catalogue = catalogue
        self._scribe = scribe
        self._waiting: deque[str] = deque()
        self._rules = ""

    def follow(self, rules: str) -> None:
        """Have every document described anew unless these rules described them already."""
        if self._catalogue.memo(_DESCRIBED_BY) != rules and self._rules != rules:
            self._rules = rules
            self._waiting = deque(self._catalogue.ids())

    def again(self, ids: Iterable[str]) -> None:
        """Have these documents described anew."""
        self._waiting.extend(ids)

    @property
    def is_busy(self) -> bool:
        """Whether any document waits, or the rules are still to be remembered."""
        return bool(self._waiting or self._rules)

    def turn(self) -> None:
        """Describe for a moment."""
        until = time.monotonic() + _SLICE_SECONDS
        while self._waiting and time.monotonic() < until:
            with self._catalogue.writing() as write:
                self._scribe.describe(write, [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))])
        if self._rules and not self._waiting:
            with self._catalogue.writing() as write:
                write.remember(_DESCRIBED_BY, self._rules)
            self._rules = ""
