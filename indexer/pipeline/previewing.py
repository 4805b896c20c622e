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

from extractors import Limits, Pool, Reason, UnreadableFileError
from extractors.rendering import (
    awaits_converter,
    can_preview,
    list_installed_programs,
    open_preview,
    render_page,
    shrink_image,
)
from index.catalogue import WITHOUT_IMAGES_MEMO, Catalogue, CatalogueError
from index.preview_cache import PreviewCache, PreviewPage, PreviewWord
from indexer.watch import stat_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from index.catalogue import SourceFile
    from index.config import Settings

Given = TypeVar("Given")

log = logging.getLogger(__name__)

PAGE_WIDTH, THUMBNAIL_WIDTH, SMALL_PAGE_WIDTH = 1000, 320, 240
"""Pixels: a page fills two thirds of a screen, a document's thumbnail a card, that of its other pages half as much.

A page that is opened shows all small pages of a deck at once.
"""

_MOST_PAGES = 500
"""A longer document is a database printed out: its text is found, its images would fill the disk."""

_TICK_SECONDS = 1.0
_RETRY_SECONDS = 60.0
"""How long to wait after the disk refused something: whoever looks after it needs longer than that."""

_NICENESS = 19
"""The operating system's niceness of work for which nobody waits."""

# Some room stays free for the pages that people ask for.
_NEARLY_FULL_SHARE = 0.9

_TEMPORARY_REASONS = frozenset({Reason.NO_CONVERTER, Reason.UNREADABLE, Reason.TOO_SLOW})
"""Refusals that may be over tomorrow: a converter gets installed, rights are given, the machine has less to do.

Others are the content's own.
"""


class FileMovedError(Exception):
    """The file is no longer the content that was to be drawn: the indexer will find out what it has become."""


@dataclass(frozen=True, slots=True)
class PreviewWorkers:
    """The pool that draws, and its limits."""

    pool: Pool
    limits: Limits


@contextmanager
def open_previewer(settings: Settings, idle: threading.Event) -> Iterator[Previewer]:
    """Open what draws an installation's pages whenever `idle` is set, with a worker of its own.

    A deck that takes long to draw must not stand before a file that was just dropped.
    """
    with ExitStack() as stack:
        # A connection of its own: it works in another thread than the indexer.
        catalogue = Catalogue.open(settings.catalogue_url)
        stack.callback(catalogue.close)
        limits = Limits(
            seconds=settings.extraction_seconds, memory_bytes=settings.extraction_megabytes * 2**20, niceness=_NICENESS
        )
        workers = PreviewWorkers(stack.enter_context(Pool(1, limits)), limits)
        previews = PreviewCache(settings.preview_folder, settings.preview_megabytes * 2**20)
        yield Previewer(settings.library, catalogue, previews, workers, idle)


class Previewer:
    """Fills the cache of page images from the catalogue's documents, one page at a time.

    Nothing new is drawn as long as `idle` is not set: new files come first.
    """

    def __init__(
        self,
        library: Path,
        catalogue: Catalogue,
        previews: PreviewCache,
        workers: PreviewWorkers,
        idle: threading.Event,
    ) -> None:
        self._library = library.resolve()
        self._catalogue = catalogue
        self._previews = previews
        self._pool = workers.pool
        self._limits = workers.limits
        self._idle = idle
        self._stop = threading.Event()
        # No catalogue has this revision: the first step reads the documents.
        self._revision = -1
        self._programs: tuple[str, ...] = ()
        self._originals: dict[str, SourceFile] = {}
        self._waiting: dict[str, SourceFile] = {}
        self._handled: set[str] = set()
        self._cache_bytes = previews.count_bytes()

    @contextmanager
    def run_in_thread(self) -> Iterator[None]:
        """Draw in a thread until the block is left."""
        thread = threading.Thread(target=self._run, name="previews", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            # A page that is being drawn ends with the pool, which is closed after this.
            thread.join(_TICK_SECONDS)

    def draw_all(self) -> int:
        """Draw all that is wanted now; gives how many documents were handled."""
        done, began = 0, time.monotonic()
        while not self._stop.is_set() and (original := self._find_next()):
            self._draw_original(original)
            done += 1
        if done:
            # One line for all: a first start would otherwise write hundreds.
            log.info("page images of %d documents in %.1f s", done, time.monotonic() - began)
        return done

    def _run(self) -> None:
        while not self._stop.wait(_TICK_SECONDS):
            if self._idle.is_set() and not self._try_to_draw_all():
                self._stop.wait(_RETRY_SECONDS)

    def _try_to_draw_all(self) -> bool:
        """Draw what is wanted; gives whether the disk and the catalogue allowed it."""
        try:
            self.draw_all()
        except (OSError, CatalogueError) as error:
            log.warning("page images are put off (%s)", error)
            return False
        return True

    def _find_next(self) -> SourceFile | None:
        self._refresh_originals()
        # What someone has opened comes before what is drawn ahead.
        for digest in self._previews.list_requests():
            original = self._originals.get(digest)
            if original and can_preview(original.format) and not self._is_drawn(original):
                return original
            # Drawn meanwhile, without pages to show, or gone: the wish would otherwise be looked at for ever.
            self._previews.cancel_request(digest)
        return next(iter(self._waiting.values()), None)

    def _refresh_originals(self) -> None:
        """Take up which contents the catalogue holds, newest first; images of the others are deleted."""
        # One number tells whether anything has changed: this is asked every second.
        revision = self._catalogue.revisions.read_last()
        programs = list_installed_programs()
        if (revision, programs) == (self._revision, self._programs):
            return
        if programs != self._programs:
            # What could not be drawn, or not well, may be now.
            self._handled.clear()
        self._revision, self._programs = revision, programs
        self._originals = {each.digest: each for each in self._catalogue.files.list_source_files()}
        # A content that nobody may see any more must leave no image behind.
        self._cache_bytes -= self._previews.delete_all_but(self._originals)
        self._handled &= self._originals.keys()
        showable = {
            digest: each
            for digest, each in self._originals.items()
            if digest not in self._handled and can_preview(each.format)
        }
        # What is drawn already; should its pages make room one day, they are drawn again when someone asks.
        self._handled |= {digest for digest, each in showable.items() if self._is_drawn(each)}
        self._waiting = {
            digest: each
            for digest, each in showable.items()
            if digest not in self._handled and self._needs_drawing(digest)
        }
        self._report_without_images()

    def _is_drawn(self, original: SourceFile) -> bool:
        """Whether the pages are there as well as they can be drawn here."""
        return self._previews.is_current(original.digest) and (
            awaits_converter(original.format) or not self._previews.is_stand_in(original.digest)
        )

    def _report_without_images(self) -> None:
        """Report how many documents wait for LibreOffice, for « Fichiers »."""
        count = str(sum(awaits_converter(each.format) for each in self._originals.values()))
        if count != (self._catalogue.indexer.read_memo(WITHOUT_IMAGES_MEMO) or "0"):
            with self._catalogue.transaction() as transaction:
                transaction.indexer.write_memo(WITHOUT_IMAGES_MEMO, count)

    def _needs_drawing(self, digest: str) -> bool:
        """Whether to draw this content ahead of anyone's asking: once the cache is nearly full, only a thumbnail is."""
        return not (self._is_nearly_full() and self._previews.find_small_page(digest, 1))

    def _is_nearly_full(self) -> bool:
        return self._cache_bytes > _NEARLY_FULL_SHARE * self._previews.max_bytes

    def _draw_original(self, original: SourceFile) -> None:
        is_wished_for = original.digest in self._previews.list_requests()
        began = time.monotonic()
        # Taken off the list first: what fails must not be tried again at once.
        self._waiting.pop(original.digest, None)
        self._handled.add(original.digest)
        try:
            pages = self._draw_pages(original, ahead=not is_wished_for)
        except UnreadableFileError as error:
            if error.reason not in _TEMPORARY_REASONS:
                # Recorded as having no pages: it is not tried again, and nobody waits for them.
                self._previews.write_page_count(original.digest, 0)
            log.info("no page images of %s: %s (%s)", original.digest[:12], error.reason.value, error.detail)
        except CancelledError:
            # The service stops: the wish stays, and is granted when it is back.
            return
        except (FileMovedError, OSError) as error:
            self._handled.discard(original.digest)
            log.info("page images of %s put off (%s)", original.digest[:12], error)
        else:
            log.debug("%d page images of %s in %.1f s", pages, original.digest[:12], time.monotonic() - began)
        self._previews.cancel_request(original.digest)

    def _draw_pages(self, original: SourceFile, *, ahead: bool) -> int:
        """Draw a document's pages; gives their number.

        Only the thumbnail is drawn `ahead` of anyone's asking once the cache is nearly full.
        """
        path = self._library / original.path
        with TemporaryDirectory(prefix="ruche-") as folder:
            shown = self._call_worker(original, partial(open_preview, path, self._limits))
            if shown.pdf is not None:
                path = Path(folder) / "pages.pdf"
                # An office file was converted once: its pages are drawn from the PDF.
                path.write_bytes(shown.pdf)
            pages = min(shown.pages, _MOST_PAGES)
            for number in range(1, pages + 1):
                call = partial(render_page, path, shown.kind, number, PAGE_WIDTH, self._limits)
                drawn = self._call_worker(original, call)
                width = THUMBNAIL_WIDTH if number == 1 else SMALL_PAGE_WIDTH
                small = self._call_worker(original, partial(shrink_image, drawn.image, width))
                self._cache_bytes += self._previews.write_small_page(original.digest, number, small)
                if number == 1 and ahead and self._is_nearly_full():
                    # Its pages are drawn when others leave.
                    self._handled.discard(original.digest)
                    return 0
                page = PreviewPage(
                    drawn.width, drawn.height, drawn.text, tuple(PreviewWord(*each) for each in drawn.words)
                )
                self._cache_bytes += self._previews.write_page(original.digest, number, drawn.image, page)
        # Last of all: the inventory says that every page is there.
        self._previews.write_page_count(original.digest, pages, stand_in=shown.is_stand_in)
        if self._cache_bytes > self._previews.max_bytes:
            self._cache_bytes = self._previews.delete_least_viewed()
        return pages

    def _call_worker(self, original: SourceFile, call: Callable[[], Given]) -> Given:
        """Wait until the indexer is idle and have a worker do something; gives its result if the file has not changed.

        Raises CancelledError when the previewer stops, FileMovedError when the file is another content by now.
        """
        while not self._idle.wait(_TICK_SECONDS):
            if self._stop.is_set():
                break
        if self._stop.is_set():
            raise CancelledError
        try:
            return self._pool.submit_call(call).result()
        finally:
            # Its result, or its failure, may be that of another content.
            self._check_not_moved(original)

    def _check_not_moved(self, original: SourceFile) -> None:
        stat = stat_file(self._library / original.path)
        if stat is None or (stat.size, stat.mtime_ns) != (original.size, original.mtime_ns):
            raise FileMovedError(original.path)
