"""Keeps the live index generation up to date with the catalogue, and has it replaced when it is outdated.

Generations are numbered folders, one of them live; the one before it is kept for a rollback. An index is updated in one
way only: it reads the catalogue's changes after its own revision. A new one starts at revision 0, so it reads all.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Self

from index.engines import EngineUnavailableError, Query, UnreadableIndexError
from index.generations.background_rebuild import BackgroundRebuild
from index.generations.generation_store import current_versions, find_live_folder, is_current, is_refused
from index.generations.live import Generation
from index.generations.rebuild import find_flaw, rebuild_live_index

if TYPE_CHECKING:
    from pathlib import Path

    from index.catalogue import Catalogue
    from index.engines import SearchCluster
    from index.query import Match


log = logging.getLogger(__name__)

_MIN_NEW_DOCUMENTS, _MIN_GROWTH_SHARE = 20, 0.25
"""New documents, and their share of the library, from which word associations are computed again."""


_CHECKED_DOCUMENTS = 10
"""Documents looked for by their words in an index that was found whole when it was built: each start, and each command,
waits for it, and counts tell what was lost."""

_CHECK_PAUSES = 20
"""Comparisons with the catalogue are this many times as far apart as one takes."""


class IndexSynchroniser:
    """Keeps the live generation equal to the catalogue. Only the indexer has one, so there is one writer.

    A generation of another version is replaced: the next one is built in another process, while this one is still
    updated and searched. Where there is no generation, the first one is built before anything else.
    """

    def __init__(
        self, folder: Path, catalogue: Catalogue, engine: str = "tantivy", cluster: SearchCluster | None = None
    ) -> None:
        self._folder = folder
        self._cluster = cluster
        self._catalogue = catalogue
        self._engine = engine
        self._generation: Generation | None = None
        self._unusable: Path | None = None
        self._background_rebuild = BackgroundRebuild(folder, catalogue.url, engine, cluster)
        self._new_documents = self._new_documents_at_last_check = 0
        self._check_at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._background_rebuild.stop()
        self._close_generation()

    def synchronise(self, *, defer_associations: bool = False) -> int:
        """Bring the live index up to date; return how many documents changed in it.

        With `defer_associations`, word associations wait for a later call, as when more files are about to come.
        """
        live = find_live_folder(self._folder) or self._build_first()
        try:
            learnt = 0 if live == self._unusable else self._open_generation(live).synchronise(self._catalogue)
        except UnreadableIndexError as error:
            log.warning(
                "index %s is followed no longer: this version cannot read it or add to it (%s)", live.name, error
            )
            self._close_generation()
            # Remembered, so that it is not opened again at each call until its replacement is live.
            self._unusable, learnt = live, 0
        self._start_rebuild_if_outdated(live)
        self._new_documents += learnt
        if not defer_associations:
            self._learn_associations_if_grown()
        return learnt

    def find_documents(self, match: Match) -> frozenset[str] | None:
        """The documents that match, and those that the index has yet to learn; None where it cannot tell.

        Whoever may see them: nothing of it is to be shown to anybody.
        """
        live = find_live_folder(self._folder)
        if live is None or live == self._unusable or not is_current(live, self._engine):
            return None
        try:
            generation = self._open_generation(live)
            # First: what changes while the index is asked was described by whoever changed it.
            later = self._catalogue.revisions.find_changed_since(generation.indexed_revision)
            groups, ids = self._catalogue.documents.list_audiences(), generation.engine.document_ids()
            return later | generation.engine.find_matching_ids(Query(match, groups, only_among=ids))
        except (UnreadableIndexError, EngineUnavailableError) as error:
            log.info("the index cannot tell which documents hold some words: %s", error)
            return None

    def check_contents(self) -> None:
        """Compare the live index with the catalogue, and have it rebuilt where they differ.

        To be called when the index has learnt all: a file that was lost, or put back from an older copy, shows here.
        Large indexes are compared less often, so that this takes no more than a small share of the time.
        """
        live, now = find_live_folder(self._folder), time.monotonic()
        if live in {None, self._unusable} or self._background_rebuild.is_running() or now < self._check_at:
            return
        try:
            generation = self._open_generation(live)
            if not generation.has_associations:
                generation.learn_associations(self._catalogue)
            flaw = find_flaw(generation, self._catalogue, _CHECKED_DOCUMENTS)
        except UnreadableIndexError as error:
            flaw = str(error)
        self._check_at = time.monotonic() + _CHECK_PAUSES * (time.monotonic() - now)
        # All of the index was read to compare it: at rest its pages are let go. The next change opens it again.
        self._close_generation()
        if flaw:
            log.warning("index %s differs from the catalogue, and is rebuilt: %s", live.name, flaw)
            self._unusable = live
            self._start_rebuild_if_outdated(live)

    def _build_first(self) -> Path:
        return rebuild_live_index(self._folder, self._catalogue, self._engine, cluster=self._cluster)

    def wait_for_rebuild(self) -> None:
        """Wait for the rebuild under way, if any, then bring what it built up to date."""
        if self._background_rebuild.wait():
            self.synchronise()

    def _open_generation(self, live: Path) -> Generation:
        if self._generation is None or self._generation.folder != live:
            self._close_generation()
            self._generation = Generation(live, cluster=self._cluster)
            # An older catalogue has taken the place of the one indexed: reading on from here would miss its changes.
            if self._generation.indexed_revision > self._catalogue.revisions.read_last():
                raise UnreadableIndexError("it knows more than the catalogue, which must have been replaced")
        return self._generation

    def _start_rebuild_if_outdated(self, live: Path) -> None:
        """Start a rebuild, unless the live generation is of this version or an administrator went back to it."""
        chosen = is_current(live, self._engine) or is_refused(self._folder, current_versions(self._engine))
        if self._background_rebuild.is_running() or (chosen and live != self._unusable):
            return
        self._background_rebuild.start()

    def _close_generation(self) -> None:
        if self._generation:
            self._generation.close()
            self._generation = None

    def _learn_associations_if_grown(self) -> None:
        """Compute word associations again once the library has grown enough since the last time."""
        # The catalogue counts its documents only when there is something new, not at each call.
        if (
            self._generation
            and self._new_documents > self._new_documents_at_last_check
            and self._new_documents >= _MIN_NEW_DOCUMENTS
        ):
            self._new_documents_at_last_check = self._new_documents
            if self._new_documents >= self._catalogue.documents.count_all().documents * _MIN_GROWTH_SHARE:
                self._generation.learn_associations(self._catalogue)
                self._new_documents = self._new_documents_at_last_check = 0
