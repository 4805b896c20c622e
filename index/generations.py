"""The index's generations: numbered folders, one of them live. Readers follow the switch; the last one is kept.

An index is brought up to date in one way only: it learns the catalogue's revisions after its own. A new generation
starts at revision 0 and so learns everything.
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
"""Documents, and share of the library, after which words that go together are learnt anew."""


class Follower:
    """Keeps the live generation equal to the catalogue. One at a time: the indexer's.

    A generation of another version is replaced by itself: the next one is built in another process, while this one is
    followed and asked. Where there is none at all, the first one is built before anything else.
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
        """Bring the live index up to date; gives how many documents it learnt.

        When `hurried`, what suffers to wait is left for another time: more is about to come.
        """
        live = live_folder(self._folder) or self._first()
        try:
            learnt = 0 if live == self._unfit else self._following(live).catch_up(self._catalogue)
        except UnreadableIndexError as error:
            log.warning(
                "index %s is followed no longer: this version cannot read it or add to it (%s)", live.name, error
            )
            self._leave()
            self._unfit, learnt = live, 0
        self._renew(live)
        self._unrelated += learnt
        if not hurried:
            self._relate()
        return learnt

    def _first(self) -> Path:
        return rebuild(self._folder, self._catalogue, self._engine, cluster=self._cluster)

    def finish(self) -> None:
        """Wait for the rebuild under way, if any, and follow what it built."""
        if self._beside.wait():
            self.catch_up()

    def _following(self, live: Path) -> Generation:
        if self._generation is None or self._generation.folder != live:
            self._leave()
            self._generation = Generation(live, cluster=self._cluster)
            if self._generation.revision > self._catalogue.revision():
                raise UnreadableIndexError("it knows more than the catalogue, which must have been replaced")
        return self._generation

    def _renew(self, live: Path) -> None:
        """Have the next generation built, unless the live one will do, or someone has chosen to go back to it."""
        chosen = is_current(live, self._engine) or is_refused(self._folder, versions(self._engine))
        if self._beside.is_running() or (chosen and live != self._unfit):
            return
        self._beside.start()

    def _leave(self) -> None:
        if self._generation:
            self._generation.close()
            self._generation = None

    def _relate(self) -> None:
        """Learn anew which words go together once the library has grown by a good part."""
        if self._generation and self._unrelated > self._weighed and self._unrelated >= _LEAST_GROWTH:
            self._weighed = self._unrelated
            if self._unrelated >= self._catalogue.totals().documents * _GROWTH:
                self._generation.relate(self._catalogue)
                self._unrelated = self._weighed = 0
