"""Removes files that are missing for good from the catalogue, unless so many are that a person must consent first."""

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
"""Files removed in one transaction: writes of the web process must not wait for thousands."""


class Remover:
    """The known files that are missing, and the decision to remove them."""

    def __init__(self, catalogue: Catalogue, scribe: Scribe, share: float) -> None:
        self._catalogue = catalogue
        self._scribe = scribe
        self._share = share
        self._removals = Removals()
        # What an earlier indexer held back is still missing until a scan says otherwise.
        held = catalogue.places_like(catalogue.missing(), ())
        self.gone = {path: place.size for path, place in held.items()}
        """Missing files that have settled, with their sizes in bytes."""
        self.guard = ""
        """Why nothing is removed for now, in French; empty when nothing is held back."""
        self.held = 0

    def see(self, extent: Extent, gone: Mapping[str, int]) -> None:
        """Replace what is known to be missing in a part of the library by what a scan of that part found."""
        self.gone = {path: size for path, size in self.gone.items() if not extent.covers(path)} | dict(gone)

    def discard(self, moved: Iterable[str]) -> None:
        """Take out paths that were not lost, for their content is elsewhere."""
        for path in moved:
            self.gone.pop(path, None)

    def turn(self, elsewhere: Callable[[Collection[int]], frozenset[int]]) -> int:
        """Remove the missing files that may be removed; gives how many.

        `find_undecided_sizes` says which of some sizes (bytes) a queued file has: it may be a missing one, renamed.
        """
        held = self._catalogue.missing()
        if not self.gone and not held:
            self.guard, self.held = "", 0
            return 0
        # A rename keeps the size: while a file of that size waits to be hashed, nothing is decided.
        moving = elsewhere(frozenset(self.gone.values()))
        lost = {path for path, size in self.gone.items() if size not in moving}
        agreed = {path for path in lost if held.get(path)}
        # Removals that a person confirmed do not count, or a large one would hold back the next small one.
        losses = Losses(len(lost - agreed), self._removals.lately(), self._catalogue.places_count())
        stopped = losses.too_many(self._share)
        self._say(losses.message if stopped else "")
        removed = agreed if stopped else lost
        # A new version under another spelling needs the document of the old one: it must not be removed before.
        respelt = self._respelt(removed)
        removed -= respelt
        self._removals.note(len(removed - agreed))
        self._forget(sorted(removed))
        kept = lost - removed - respelt
        # Held files are rows of the catalogue: a person confirms what was shown, and a restart forgets nothing.
        if kept != held.keys():
            with self._catalogue.writing() as write:
                write.hold(kept)
        self.held = len(kept)
        return len(removed)

    def _respelt(self, paths: Collection[str]) -> set[str]:
        """Those of these files that another one, queued under another spelling, may be the new version of."""
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
        # The count in the sentence may change at each step: only the beginning and the end are logged.
        if guard and not self.guard:
            log.warning("%s", guard)
        elif self.guard and not guard:
            log.info("removals go on")
        self.guard = guard
