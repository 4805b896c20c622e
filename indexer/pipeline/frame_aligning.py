"""Looks at the videos of gatherings, so that slides are aligned by what is shown too, while nothing else is to do.

A content is looked at once: its small pictures are kept beside its page images. Decks are often drawn later than their
video is looked at; both are compared when both are there.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from extractors import Pool, UnreadableFileError
from extractors.frames import FRAMES_VERSION, list_shots, match_shots, picture_pages
from indexer.pipeline.jobs import is_cancelled
from indexer.watch import stat_file

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from index.catalogue import Catalogue, SourceFile
    from index.preview_cache import PreviewCache
    from indexer.pipeline.aligning import Aligner, AlignmentPair

log = logging.getLogger(__name__)

_VIDEO = "video"
_PAUSE_SECONDS = 5.0
"""How often it is looked whether pages were drawn."""

_NOTHING = b""
"""The pictures of what cannot be looked at: it is not tried again."""


@dataclass(frozen=True, slots=True)
class _Work:
    """What a worker does: for `digest` make its pictures, or, without, compare the two of `pair`."""

    pair: AlignmentPair
    digest: str
    source: SourceFile | None
    future: Future[Any]


class FrameAligner:
    """Has one video looked at, or one deck compared with one video, at a time. Begins nothing while files come."""

    def __init__(
        self, library: Path, catalogue: Catalogue, aligner: Aligner, previews: PreviewCache, pool: Pool
    ) -> None:
        self._library = library
        self._catalogue = catalogue
        self._aligner = aligner
        self._previews = previews
        self._pool = pool
        self._work: _Work | None = None
        self._refused: set[str] = set()
        self._not_before = 0.0
        self.watching = 0
        """How many videos are to be looked at."""

    def advance(self, *, idle: bool) -> None:
        """Take up what was found, and begin what comes next where the indexer is `idle`. Waits for nothing."""
        if self._work and self._work.future.done():
            work, self._work = self._work, None
            self._finish(work)
            self._not_before = 0.0
        if self._work or not idle or time.monotonic() < self._not_before:
            return
        self._not_before = time.monotonic() + _PAUSE_SECONDS
        pairs = [each for each in self._aligner.list_without_frames() if each.recording.format == _VIDEO]
        unseen = {each.recording.digest for each in pairs if self._read(each.recording.digest) is None} - self._refused
        self.watching = len(unseen)
        for pair in pairs:
            if self._begin(pair):
                return

    def close(self) -> None:
        """Stop: what is under way is done again another time."""
        if self._work:
            self._work.future.cancel()

    def _begin(self, pair: AlignmentPair) -> bool:
        """Begin what is missing for a pair; gives whether something is under way."""
        video, deck = (self._read(each.digest) for each in (pair.recording, pair.deck))
        if video is None:
            return self._begin_video(pair)
        if deck is None:
            return self._begin_deck(pair)
        if not video or not deck or pair.inputs in self._refused:
            return False
        self._work = _Work(pair, "", None, self._pool.submit_call(partial(match_shots, video, deck)))
        return True

    def _begin_video(self, pair: AlignmentPair) -> bool:
        digest = pair.recording.digest
        if digest in self._refused:
            return False
        sources = (each for each in self._catalogue.files.list_source_files() if each.digest == digest)
        source = next(sources, None)
        if source is None or not self._is_as_known(source):
            # The indexer will find out what it has become.
            return False
        future = self._pool.submit_call(partial(list_shots, self._library / source.path))
        self._work = _Work(pair, digest, source, future)
        return True

    def _begin_deck(self, pair: AlignmentPair) -> bool:
        digest = pair.deck.digest
        count = self._previews.count_pages(digest) or 0
        pages = [self._previews.find_page_image(digest, number) for number in range(1, count + 1)]
        found = [each for each in pages if each]
        if digest in self._refused or not count or len(found) < count:
            return False
        self._work = _Work(pair, digest, None, self._pool.submit_call(partial(picture_pages, found)))
        return True

    def _finish(self, work: _Work) -> None:
        if is_cancelled(work.future):
            return
        try:
            found = work.future.result()
        except UnreadableFileError as error:
            log.info("not looked at %s: %s (%s)", work.digest[:12] or work.pair.key, error.reason.value, error.detail)
            # Until the indexer starts again for a share that was away, for good where the content is at fault.
            self._refused.add(work.digest or work.pair.inputs)
            if work.source and self._is_as_known(work.source):
                self._previews.write_pictures(work.digest, FRAMES_VERSION, _NOTHING)
            return
        if not work.digest:
            self._aligner.align(work.pair, found)
        elif work.source and not self._is_as_known(work.source):
            # These may be the shots of another content.
            self._refused.add(work.digest)
        else:
            self._previews.write_pictures(work.digest, FRAMES_VERSION, found)

    def _read(self, digest: str) -> bytes | None:
        return self._previews.read_pictures(digest, FRAMES_VERSION)

    def _is_as_known(self, source: SourceFile) -> bool:
        stat = stat_file(self._library / source.path)
        return stat is not None and (stat.size, stat.mtime_ns) == (source.size, source.mtime_ns)
