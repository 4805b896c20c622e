"""The command `ruche watch`: follows the library until it is asked to stop."""

from __future__ import annotations

import logging
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from index.catalogue import WHOLE_LIBRARY, Extent, sqlite_file
from index.child_process import call_when_readable
from index.private_files import open_installation
from indexer.describe import parent_folder
from indexer.errors import LibraryUnavailableError
from indexer.pipeline import open_previewer
from indexer.runtime.open_indexer import open_indexer
from indexer.runtime.stop_signals import stop_on_signal
from indexer.watch import ChangeCollector, LibraryObserver, scan_library

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from indexer.runtime.indexer import Indexer
    from indexer.watch import ScanResult

log = logging.getLogger(__name__)


_STANDBY_SECONDS = 1.0
"""How often an indexer on standby looks whether the other one has ended."""


def watch(
    context: typer.Context,
    *,
    companion: Annotated[bool, typer.Option("--companion", hidden=True)] = False,
) -> None:
    """Suit le dossier et tient l’index à jour, jusqu’à l’arrêt (Ctrl-C).

    Si le catalogue est une base PostgreSQL et qu’un autre indexeur y travaille, attend et prend la suite s’il s’arrête.
    """
    settings = open_installation(context.obj.config, keeps_log=True)
    native = settings.watching == "native"
    every = settings.rescan_seconds if native else settings.polling_seconds
    stop = stop_on_signal()
    if companion:
        # The web process holds our standard input open and writes nothing: its end, however sudden, closes it.
        call_when_readable(sys.stdin.fileno(), stop.set)
    # SQLite belongs to one machine: a second indexer there is a mistake, which is reported rather than waited for.
    wait = _create_standby_wait(stop) if sqlite_file(settings.catalogue_url) is None else None
    with (
        open_indexer(settings, stop, wait) as indexer,
        # Page images are drawn from here too, by a thread that works only while the indexer is idle.
        open_previewer(settings, indexer.idle) as page_previewer,
        page_previewer.run_in_thread(),
    ):
        watch_library(indexer, ScanIntervals(settings.settle_seconds, every, settings.polling_seconds, native=native))


def _create_standby_wait(stop: threading.Event) -> Callable[[], None]:
    """Make the function that an indexer on standby calls: it logs once, sleeps, and exits when `stop` is set."""
    has_logged = False

    def wait() -> None:
        nonlocal has_logged
        if not has_logged:
            log.info("another indexer is at work: this one stands by, and takes over when the other one ends")
            has_logged = True
        if stop.wait(_STANDBY_SECONDS):
            raise typer.Exit

    return wait


_TICK_SECONDS = 1.0
"""When idle, how often the index takes up what others, such as the web process, wrote into the catalogue."""


_SCAN_PAUSE_SECONDS = 0.1
"""The least time between two scans: a large copy sends events without end."""


_PAUSES = 10
"""Scans for want of events are this many times as far apart as one takes."""


_MOST_NAMED = 20
"""How many folders one line of the log names."""


_RETRY_SECONDS = 10.0
"""How often an unavailable library is tried again."""


@dataclass(frozen=True, slots=True)
class ScanIntervals:
    """How often the library is scanned whole, and whether the system's events are heeded in between (`native`).

    `settle_seconds` is how long a file must stay unchanged before it is read, `polling_seconds` how often folders are
    scanned for which the system gives no events.
    """

    settle_seconds: float
    full_scan_seconds: float
    polling_seconds: float = 10.0
    native: bool = True


class ScanScheduler:
    """Decides which part of the library to scan, and when."""

    def __init__(self, indexer: Indexer, intervals: ScanIntervals) -> None:
        self._indexer = indexer
        self._intervals = intervals
        self.collector = ChangeCollector(indexer.library)
        self._observer = LibraryObserver(indexer.library, self.collector) if intervals.native else None
        # Times are monotonic seconds; zero is in the past, so the first scan is due at once.
        self._full_scan_at = self._rescan_at = self._not_before = self._poll_at = 0.0
        self._unwatched = frozenset[str]()

    def take_due_extent(self) -> Extent | None:
        """Take the part of the library that is to be scanned now; None where none is."""
        now = time.monotonic()
        if now < self._not_before:
            return None
        if now >= self._full_scan_at:
            if self._observer:
                self._observer.ensure_observing()
            # A full scan covers what was collected; the observer starts first, so that nothing in between is missed.
            self.collector.take_extent()
            return WHOLE_LIBRARY
        changed = self.collector.take_extent() or Extent()
        unsettled = self._indexer.rescan_extent if now >= self._rescan_at else Extent()
        unwatched = self._list_unwatched_trees() if now >= self._poll_at else frozenset()
        extent = Extent(changed.folders | unsettled.folders, changed.trees | unsettled.trees | unwatched)
        return extent if extent != Extent() else None

    def record_scan(self, extent: Extent, scan: ScanResult | None) -> None:
        """Set when to scan next, after a scan of `extent`; None where it failed because the library is away."""
        now = time.monotonic()
        self._not_before = now + _SCAN_PAUSE_SECONDS
        # Some scans within the delay: a file is read soon after it has settled, at little cost.
        self._rescan_at = now + self._intervals.settle_seconds / 4
        if scan is None:
            self._full_scan_at = now + _RETRY_SECONDS
            return
        # Whatever the share, no more than a tenth of the time goes into looking at it.
        self._poll_at = now + max(self._intervals.polling_seconds, _PAUSES * scan.seconds)
        if extent == WHOLE_LIBRARY:
            is_polled = self._observer is not None and not self._observer.is_observing
            every = min(self._intervals.full_scan_seconds, self._poll_at - now) if is_polled else None
            self._full_scan_at = now + (self._intervals.full_scan_seconds if every is None else every)
        self._update_unwatched(extent, scan)

    def _update_unwatched(self, extent: Extent, scan: ScanResult) -> None:
        """Note which folders of a scan the system gives no events for: they are scanned often, and told of."""
        if self._observer is None:
            return
        looked_at = (folder for folder in scan.folders if f"{folder}/" not in scan.left_out)
        elsewhere = {folder for folder in self._unwatched if not extent.covers(f"{folder}/x")}
        unwatched = self._observer.find_unwatched(looked_at) | elsewhere
        # The first time too: an earlier indexer may have left its report.
        if unwatched != self._unwatched or extent == WHOLE_LIBRARY:
            self._indexer.report_unwatched(sorted(unwatched))
        if unwatched > self._unwatched:
            log.warning(
                "%d folders are not watched, and compared every %.0f s (raise fs.inotify.max_user_watches): %s",
                len(unwatched),
                self._intervals.polling_seconds,
                ", ".join(sorted(unwatched)[:_MOST_NAMED]),
            )
        self._unwatched = unwatched

    def _list_unwatched_trees(self) -> frozenset[str]:
        """The folders without events that lie in no other one."""
        return frozenset(folder for folder in self._unwatched if parent_folder(folder) not in self._unwatched)

    def wait_until_due(self) -> None:
        """Wait until something changes or a scan is due, a second at most."""
        now = time.monotonic()
        if now < self._not_before:
            self._indexer.stop.wait(self._not_before - now)
            return
        # Where nothing is unsettled, only the next full scan is awaited.
        rescan_at = self._rescan_at if self._indexer.rescan_extent.folders else self._full_scan_at
        poll_at = self._poll_at if self._unwatched else self._full_scan_at
        self.collector.changed.wait(
            max(0.0, min(_TICK_SECONDS, rescan_at - now, poll_at - now, self._full_scan_at - now))
        )

    def close(self) -> None:
        """Stop observing."""
        if self._observer:
            self._observer.close()


def watch_library(indexer: Indexer, intervals: ScanIntervals) -> None:
    """Keep the index equal to the library until `indexer.stop` is set.

    Scans run in a thread of their own: on a slow share they take long, and what is queued is read meanwhile.
    """
    scan_thread = ThreadPoolExecutor(1, thread_name_prefix="looking")
    try:
        with closing(ScanScheduler(indexer, intervals)) as scheduler:
            _run_scans(indexer, scheduler, scan_thread)
    finally:
        # Not waited for: a share that no longer answers must not keep the indexer from giving back what it was reading.
        scan_thread.shutdown(wait=False, cancel_futures=True)


def _run_scans(indexer: Indexer, scheduler: ScanScheduler, scan_thread: ThreadPoolExecutor) -> None:
    # At most one scan at a time; only its result comes back here, so the indexer itself runs in one thread.
    running_scan: tuple[Extent, Future[ScanResult]] | None = None
    while not indexer.stop.is_set():
        if running_scan is None and (extent := scheduler.take_due_extent()):
            running_scan = extent, scan_thread.submit(scan_library, indexer.library, extent)
        more = indexer.advance()
        if running_scan is None:
            if not more:
                scheduler.wait_until_due()
            continue
        extent, scan = running_scan
        # With work left, the scan is only polled.
        wait([scan], timeout=0.0 if more else _TICK_SECONDS)
        if scan.done():
            scheduler.record_scan(extent, _apply_finished_scan(indexer, scan, scheduler.collector))
            running_scan = None


def _apply_finished_scan(indexer: Indexer, future: Future[ScanResult], collector: ChangeCollector) -> ScanResult | None:
    """Give the indexer what a scan saw; gives the scan, None where the library could not be scanned."""
    try:
        scan = future.result()
    except LibraryUnavailableError as error:
        log.error("%s", error)  # noqa: TRY400 - the sentence says it all; a traceback would hide it
        indexer.report_unavailable(error)
        return None
    # Asked for after the scan: a file whose writing began while it ran must not be taken for settled.
    indexer.apply_scan(scan, being_written=collector.list_files_being_written())
    return scan
