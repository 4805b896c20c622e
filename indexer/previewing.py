"""Draws documents' pages while nothing is to be read: first what someone asked for, then the newest documents."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeVar

from extractors import Format, Limits, Pool, Reason, UnreadableFileError
from extractors.previews import can_show, draw, open_for_show, smaller
from index.catalogue import Catalogue
from index.previews import DrawnPage, PlacedWord, Previews
from indexer.snapshot import stat_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from index.catalogue import Original
    from index.settings import Settings

Given = TypeVar("Given")

log = logging.getLogger(__name__)

PAGE_WIDTH, THUMBNAIL_WIDTH = 1000, 320
"""Pixels: a page fills two thirds of a screen, a thumbnail is recognised in a list."""

_MOST_PAGES = 500
"""A longer document is a database printed out: its text is found, its images would fill the disk."""

_TICK_SECONDS = 1.0
_RETRY_SECONDS = 60.0
"""How long to wait after the disk refused something: whoever looks after it needs longer than that."""

_LAST = 19
"""The operating system's niceness of work for which nobody waits."""

# Some room stays free for the pages that people ask for.
_FULL_SHARE = 0.9

_NOT_THE_FILES_FAULT = frozenset({Reason.NO_CONVERTER, Reason.UNREADABLE})
"""Refusals that may be over tomorrow: a converter gets installed, rights are given. Others are the content's own."""


class FileMovedError(Exception):
    """The file is no longer the content that was to be drawn: the indexer will find out what it has become."""


@dataclass(frozen=True, slots=True)
class Workers:
    """The pool that draws, and its limits."""

    pool: Pool
    limits: Limits


@contextmanager
def previewer(settings: Settings, free: threading.Event) -> Iterator[Previewer]:
    """Open what draws an installation's pages whenever `idle` is set, with a worker of its own.

    A deck that takes long to draw must not stand before a file that was just dropped.
    """
    with ExitStack() as stack:
        # A connection of its own: it works in another thread than the indexer.
        catalogue = Catalogue.open(settings.catalogue_url)
        stack.callback(catalogue.close)
        limits = Limits(
            seconds=settings.extraction_seconds, memory_bytes=settings.extraction_megabytes * 2**20, niceness=_LAST
        )
        workers = Workers(stack.enter_context(Pool(1, limits)), limits)
        previews = Previews(settings.preview_folder, settings.preview_megabytes * 2**20)
        yield Previewer(settings.library, catalogue, previews, workers, free)


class Previewer:
    """Fills the cache of page images from the catalogue's documents, one page at a time.

    Nothing new is drawn as long as `idle` is not set: new files come first.
    """

    def __init__(
        self, library: Path, catalogue: Catalogue, previews: Previews, workers: Workers, free: threading.Event
    ) -> None:
        self._library = library.resolve()
        self._catalogue = catalogue
        self._previews = previews
        self._pool = workers.pool
        self._limits = workers.limits
        self._free = free
        self._stop = threading.Event()
        # No catalogue has this revision: the first step reads the documents.
        self._revision = -1
        self._known: dict[str, Original] = {}
        self._waiting: dict[str, Original] = {}
        self._seen_to: set[str] = set()
        self._size = previews.size()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Draw in a thread until the block is left."""
        thread = threading.Thread(target=self._work, name="previews", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            # A page that is being drawn ends with the pool, which is closed after this.
            thread.join(_TICK_SECONDS)

    def work_off(self) -> int:
        """Draw all that is wanted now; gives how many documents were handled."""
        done = 0
        while not self._stop.is_set() and (original := self._next()):
            self._see_to(original)
            done += 1
        return done

    def _work(self) -> None:
        while not self._stop.wait(_TICK_SECONDS):
            if self._free.is_set() and not self._try_to_work():
                self._stop.wait(_RETRY_SECONDS)

    def _try_to_work(self) -> bool:
        """Draw what is wanted; gives whether the disk allowed it."""
        try:
            self.work_off()
        except OSError as error:
            log.warning("page images are put off (%s)", error)
            return False
        return True

    def _next(self) -> Original | None:
        self._learn()
        # What someone has opened comes before what is drawn ahead.
        for digest in self._previews.wishes():
            original = self._known.get(digest)
            if original and can_show(Format(original.format)) and self._previews.count(digest) is None:
                return original
            # Drawn meanwhile, without pages to show, or gone: the wish would otherwise be looked at for ever.
            self._previews.refuse(digest)
        return next(iter(self._waiting.values()), None)

    def _learn(self) -> None:
        """Take up which contents the catalogue holds, newest first; images of the others are deleted."""
        # One number tells whether anything has changed: this is asked every second.
        revision = self._catalogue.revision()
        if revision == self._revision:
            return
        self._revision = revision
        self._known = {each.digest: each for each in self._catalogue.originals()}
        # A content that nobody may see any more must leave no image behind.
        self._size -= self._previews.forget_all_but(self._known)
        self._seen_to &= self._known.keys()
        showable = {
            digest: each
            for digest, each in self._known.items()
            if digest not in self._seen_to and can_show(Format(each.format))
        }
        # What is drawn already; should its pages make room one day, they are drawn again when someone asks.
        self._seen_to |= {digest for digest in showable if self._previews.count(digest) is not None}
        self._waiting = {
            digest: each for digest, each in showable.items() if digest not in self._seen_to and self._lacks(digest)
        }

    def _lacks(self, digest: str) -> bool:
        """Whether to draw this content ahead of anyone's asking: once the cache is nearly full, only a thumbnail is."""
        return not (self._is_nearly_full() and self._previews.thumbnail(digest))

    def _is_nearly_full(self) -> bool:
        return self._size > _FULL_SHARE * self._previews.most_bytes

    def _see_to(self, original: Original) -> None:
        wished = original.digest in self._previews.wishes()
        began = time.monotonic()
        # Taken off the list first: what fails must not be tried again at once.
        self._waiting.pop(original.digest, None)
        self._seen_to.add(original.digest)
        try:
            pages = self._draw(original, ahead=not wished)
        except UnreadableFileError as error:
            if error.reason not in _NOT_THE_FILES_FAULT:
                # Recorded as having no pages: it is not tried again, and nobody waits for them.
                self._previews.keep_inventory(original.digest, 0)
            log.info("no page images of %s: %s (%s)", original.digest[:12], error.reason.value, error.detail)
        except CancelledError:
            # The service stops: the wish stays, and is granted when it is back.
            return
        except (FileMovedError, OSError) as error:
            self._seen_to.discard(original.digest)
            log.info("page images of %s put off (%s)", original.digest[:12], error)
        else:
            log.info("%d page images of %s in %.1f s", pages, original.digest[:12], time.monotonic() - began)
        self._previews.refuse(original.digest)

    def _draw(self, original: Original, *, ahead: bool) -> int:
        """Draw a document's pages; gives their number.

        Only the thumbnail is drawn `ahead` of anyone's asking once the cache is nearly full.
        """
        path = self._library / original.path
        with TemporaryDirectory(prefix="ruche-") as folder:
            shown = self._call(original, partial(open_for_show, path, self._limits))
            if shown.pdf is not None:
                path = Path(folder) / "pages.pdf"
                # An office file was converted once: its pages are drawn from the PDF.
                path.write_bytes(shown.pdf)
            pages = min(shown.pages, _MOST_PAGES)
            for number in range(1, pages + 1):
                call = partial(draw, path, shown.kind, number, PAGE_WIDTH, self._limits)
                drawn = self._call(original, call)
                if number == 1:
                    small = self._call(original, partial(smaller, drawn.image, THUMBNAIL_WIDTH))
                    self._size += self._previews.keep_thumbnail(original.digest, small)
                    if ahead and self._is_nearly_full():
                        # Its pages are drawn when others leave.
                        self._seen_to.discard(original.digest)
                        return 0
                page = DrawnPage(
                    drawn.width, drawn.height, drawn.text, tuple(PlacedWord(*each) for each in drawn.words)
                )
                self._size += self._previews.keep_page(original.digest, number, drawn.image, page)
        # Last of all: the inventory says that every page is there.
        self._previews.keep_inventory(original.digest, pages)
        if self._size > self._previews.most_bytes:
            self._size = self._previews.make_room()
        return pages

    def _call(self, original: Original, call: Callable[[], Given]) -> Given:
        """Wait until the indexer is idle and have a worker do something; gives its result if the file has not changed.

        Raises CancelledError when the previewer stops, FileMovedError when the file is another content by now.
        """
        while not self._free.wait(_TICK_SECONDS):
            if self._stop.is_set():
                break
        if self._stop.is_set():
            raise CancelledError
        try:
            return self._pool.call(call).result()
        finally:
            # Its result, or its failure, may be that of another content.
            self._refuse_moved(original)

    def _refuse_moved(self, original: Original) -> None:
        stat = stat_of(self._library / original.path)
        if stat is None or (stat.size, stat.mtime_ns) != (original.size, original.mtime_ns):
            raise FileMovedError(original.path)
