"""Forgetting files that are missing for good, unless so many are that a person must agree first."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from index.catalogue import Extent
from indexer.guard import Losses, Removals
from indexer.plan import Removed, spelling
from indexer.sidecars import folder_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from index.catalogue import Catalogue
    from indexer.applying import Scribe

log = logging.getLogger(__name__)

_CHUNK = 200
"""Files forgotten in one transaction: the web's own writes must not wait for thousands."""


class Remover:
    """The known files that are missing, and what becomes of them."""

    def __init__(self, catalogue: Catalogue, scribe: Scribe, share: float) -> None:
        self._catalogue = catalogue
        self._scribe = scribe
        self._share = share
        self._removals = Removals()
        held = catalogue.places_like(catalogue.missing(), ())
        self.gone = {path: place.size for path, place in held.items()}
        """Missing files that stood still, with their sizes in bytes; those that another indexer held back are."""
        self.guard = ""
        """Why nothing is removed for now, in French; empty in ordinary times."""
        self.held = 0

    def see(self, extent: Extent, gone: Mapping[str, int]) -> None:
        """What a look at a part of the library found missing there."""
        self.gone = {path: size for path, size in self.gone.items() if not extent.covers(path)} | dict(gone)

    def discard(self, moved: Iterable[str]) -> None:
        """These paths were not lost: their content is elsewhere."""
        for path in moved:
            self.gone.pop(path, None)

    def turn(self, elsewhere: Callable[[Collection[int]], frozenset[int]]) -> int:
        """Forget what may be forgotten; gives how many files. `elsewhere` says which sizes may yet turn up, renamed."""
        held = self._catalogue.missing()
        if not self.gone and not held:
            self.guard, self.held = "", 0
            return 0
        moving = elsewhere(frozenset(self.gone.values()))
        lost = {path for path, size in self.gone.items() if size not in moving}
        agreed = {path for path in lost if held.get(path)}
        losses = Losses(len(lost - agreed), self._removals.lately(), self._catalogue.places_count())
        stopped = losses.too_many(self._share)
        self._say(losses.message if stopped else "")
        removed = agreed if stopped else lost
        respelt = self._respelt(removed)
        removed -= respelt
        self._removals.note(len(removed - agreed))
        self._forget(sorted(removed))
        kept = lost - removed - respelt
        if kept != held.keys():
            with self._catalogue.writing() as write:
                write.hold(kept)
        self.held = len(kept)
        return len(removed)

    def _respelt(self, paths: Collection[str]) -> set[str]:
        """Those of these files that another, which waits or is being read, may be a new version of: spelt otherwise."""
        if not paths:
            return set()
        folders = Extent(folders=frozenset(map(folder_of, paths)))
        waiting = {spelling(path) for path in self._catalogue.waiting(folders)}
        return {path for path in paths if spelling(path) in waiting}

    def _forget(self, paths: list[str]) -> None:
        for start in range(0, len(paths), _CHUNK):
            chunk = paths[start : start + _CHUNK]
            with self._catalogue.writing() as write:
                self._scribe.settle(write, [Removed(path) for path in chunk])
            self.discard(chunk)

    def _say(self, guard: str) -> None:
        if guard and not self.guard:
            log.warning("%s", guard)
        elif self.guard and not guard:
            log.info("removals go on")
        self.guard = guard
