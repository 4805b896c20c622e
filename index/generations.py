"""Keeps the live index generation up to date with the catalogue, and has it replaced when it is outdated.

Generations are numbered folders, one of them live; the one before it is kept for a rollback. An index is updated in one
way only: it reads the catalogue's changes after its own revision. A new one starts at revision 0, so it reads all.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Self

from index.beside import Beside
from index.engine import UnreadableIndexError
from index.live import Generation, LiveIndex
from index.rebuilding import RebuildError, RollbackError, rebuild, rollback
from index.shelf import is_current, is_refused, live_folder, versions

if TYPE_CHECKING:
    from pathlib import Path

    from index.catalogue import Catalogue
    from index.engine import Cluster

__all__ = [
    "Follower",
    "Generation",
    "LiveIndex",
    "RebuildError",
    "RollbackError",
    "live_folder",
    "rebuild",
    "rollback",
]

log = logging.getLogger(__name__)

_LEAST_GROWTH, _GROWTH = 20, 0.25
"""New documents, and their share of the library, from which word associations are computed again."""


class Follower:
    """Keeps the live generation equal to the catalogue. Only the indexer has one, so there is one writer.

    A generation of another version is replaced: the next one is built in another process, while this one is still
    updated and searched. Where there is no generation, the first one is built before anything else.
    """

    def __init__(
        self, folder: Path, catalogue: Catalogue, engine: str = "tantivy", cluster: Cluster | None = None
    ) -> None:
        self._folder = folder
        self._cluster = cluster
        self._catalogue = catalogue
        self._engine = engine
        self._generation: Generation | None = None
        self._unfit: Path | None = None
        self._beside = Beside(folder, catalogue.url, engine, cluster)
        self._unrelated = self._weighed = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._beside.stop()
        self._leave()

    def catch_up(self, *, hurried: bool = False) -> int:
        """Bring the live index up to date; return how many documents changed in it.

        With `defer_associations`, word associations wait for a later call, as when more files are about to come.
        """
        live = live_folder(self._folder) or self._first()
        try:
            learnt = 0 if live == self._unfit else self._following(live).catch_up(self._catalogue)
        except UnreadableIndexError as error:
            log.warning(
                "index %s is followed no longer: this version cannot read it or add to it (%s)", live.name, error
            )
            self._leave()
            # Remembered, so that it is not opened again at each call until its replacement is live.
            self._unfit, learnt = live, 0
        self._renew(live)
        self._unrelated += learnt
        if not hurried:
            self._relate()
        return learnt

    def _first(self) -> Path:
        return rebuild(self._folder, self._catalogue, self._engine, cluster=self._cluster)

    def finish(self) -> None:
        """Wait for the rebuild under way, if any, then bring what it built up to date."""
        if self._beside.wait():
            self.catch_up()

    def _following(self, live: Path) -> Generation:
        if self._generation is None or self._generation.folder != live:
            self._leave()
            self._generation = Generation(live, cluster=self._cluster)
            # An older catalogue has taken the place of the one indexed: reading on from here would miss its changes.
            if self._generation.revision > self._catalogue.revision():
                raise UnreadableIndexError("it knows more than the catalogue, which must have been replaced")
        return self._generation

    def _renew(self, live: Path) -> None:
        """Start a rebuild, unless the live generation is of this version or an administrator went back to it."""
        chosen = is_current(live, self._engine) or is_refused(self._folder, versions(self._engine))
        if self._beside.is_running() or (chosen and live != self._unfit):
            return
        self._beside.start()

    def _leave(self) -> None:
        if self._generation:
            self._generation.close()
            self._generation = None

    def _relate(self) -> None:
        """Compute word associations again once the library has grown enough since the last time."""
        # The catalogue counts its documents only when there is something new, not at each call.
        if self._generation and self._unrelated > self._weighed and self._unrelated >= _LEAST_GROWTH:
            self._weighed = self._unrelated
            if self._unrelated >= self._catalogue.totals().documents * _GROWTH:
                self._generation.relate(self._catalogue)
                self._unrelated = self._weighed = 0
