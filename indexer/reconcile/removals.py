"""Holds removals back when too much is missing at once: a share that is not mounted looks like an emptied library."""

from __future__ import annotations

import logging
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.catalogue import Extent
from index.model import normalise_path
from indexer.describe import parent_folder
from indexer.reconcile.change_plan import UNREADABLE_DIGEST, Removed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from index.catalogue import Catalogue
    from indexer.reconcile.plan_writer import PlanWriter

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


log = logging.getLogger(__name__)

_FILES_PER_TRANSACTION = 200
"""Files removed in one transaction: writes of the web process must not wait for thousands."""


class Remover:
    """The known files that are missing, and the decision to remove them."""

    def __init__(self, catalogue: Catalogue, plan_writer: PlanWriter, guard_share: float) -> None:
        self._catalogue = catalogue
        self._plan_writer = plan_writer
        self._guard_share = guard_share
        self._recent_removals = RecentRemovals()
        # What an earlier indexer held back is still missing until a scan says otherwise.
        held = catalogue.files.find_held_removals()
        self._may_hold = bool(held)
        held_locations = catalogue.files.find(held, ())
        self.missing = {path: place.stat.size for path, place in held_locations.items()}
        """Missing files that have settled, with their sizes in bytes."""
        self.guard_message = ""
        """Why nothing is removed for now, in French; empty when nothing is held back."""
        self.held = 0

    def update_missing(self, extent: Extent, missing: Mapping[str, int]) -> None:
        """Replace what is known to be missing in a part of the library by what a scan of that part found."""
        self.missing = {path: size for path, size in self.missing.items() if not extent.covers(path)} | dict(missing)

    def discard_moved(self, moved: Iterable[str]) -> None:
        """Take out paths that were not lost, for their content is elsewhere."""
        for path in moved:
            self.missing.pop(path, None)

    def remove_missing(self, find_undecided_sizes: Callable[[Collection[int]], frozenset[int]]) -> int:
        """Remove the missing files that may be removed; gives how many.

        `find_undecided_sizes` says which of some sizes (bytes) a queued file has: it may be a missing one, renamed.
        """
        # Held removals are asked for at each step only while there may be some: they come from here alone.
        if not self.missing and not self._may_hold:
            return 0
        held = self._catalogue.files.find_held_removals()
        if not self.missing and not held:
            self.guard_message, self.held, self._may_hold = "", 0, False
            return 0
        # A rename keeps the size: while a file of that size waits to be hashed, nothing is decided.
        undecided = find_undecided_sizes(frozenset(self.missing.values()))
        lost = {path for path, size in self.missing.items() if size not in undecided}
        # Removals that a person confirmed do not count, or a large one would hold back the next small one.
        agreed = {path for path in lost if held.get(path)} | self._find_elsewhere(lost)
        losses = Losses(len(lost - agreed), self._recent_removals.count(), self._catalogue.files.count())
        is_held_back = losses.is_suspicious(self._guard_share)
        self._set_guard_message(losses.message if is_held_back else "")
        removed = agreed if is_held_back else lost
        # A new version under another spelling needs the document of the old one: it must not be removed before.
        superseded = self._find_respelt(removed)
        removed -= superseded
        self._recent_removals.record(len(removed - agreed))
        self._remove_files(sorted(removed))
        kept = lost - removed - superseded
        # Held files are rows of the catalogue: a person confirms what was shown, and a restart forgets nothing.
        if kept != held.keys():
            self._may_hold = self._may_hold or bool(kept)
            with self._catalogue.transaction() as transaction:
                transaction.files.set_held_removals(kept)
        self.held = len(kept)
        return len(removed)

    def _find_elsewhere(self, paths: Collection[str]) -> set[str]:
        """Those of these files whose content is at another place that is there.

        They are no loss: they were moved, which was seen in two steps. Held back, what went into a reserved folder
        would still be shown where it was.
        """
        lost = self._catalogue.files.find(paths, ())
        present = self._catalogue.files.find((), {place.digest for place in lost.values()} - {UNREADABLE_DIGEST})
        there = {place.digest for path, place in present.items() if path not in self.missing}
        return {path for path, place in lost.items() if place.digest in there}

    def _find_respelt(self, paths: Collection[str]) -> set[str]:
        """Those of these files that another one, queued under another spelling, may be the new version of."""
        if not paths:
            return set()
        folders = Extent(folders=frozenset(map(parent_folder, paths)))
        waiting = {normalise_path(path) for path in self._catalogue.queue.find_in_extent(folders)}
        return {path for path in paths if normalise_path(path) in waiting}

    def _remove_files(self, paths: list[str]) -> None:
        for start in range(0, len(paths), _FILES_PER_TRANSACTION):
            chunk = paths[start : start + _FILES_PER_TRANSACTION]
            with self._catalogue.transaction() as transaction:
                self._plan_writer.write_changes(transaction, [Removed(path) for path in chunk])
            self.discard_moved(chunk)

    def _set_guard_message(self, message: str) -> None:
        # The count in the sentence may change at each step: only the beginning and the end are logged.
        if message and not self.guard_message:
            log.warning("%s", message)
        elif self.guard_message and not message:
            log.info("removals go on")
        self.guard_message = message
