"""Makes the index equal to the library: scans fill a queue, steps of work empty it, and neither waits for the other."""

from __future__ import annotations

import json
import logging
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from extractors import EXTRACTOR_VERSION
from index.catalogue import UNWATCHED_MEMO, WHOLE_LIBRARY, Extent, Phase
from index.engines import EngineUnavailableError
from index.text import REMEMBERED_TEXTS, forget_analyses
from indexer.describe import parent_folder
from indexer.pipeline import Aligner, Describer, FrameAligner, Pipeline, Rereader
from indexer.reconcile import (
    PART_KINDS,
    UNREADABLE_DIGEST,
    ClockReading,
    DebounceTiming,
    FolderTracker,
    PlanWriter,
    PreviousScan,
    Remover,
    UnsettledPath,
    compare_scan,
    find_differences,
    is_readable,
)
from indexer.runtime.status_reporter import StatusReporter
from indexer.watch import find_closed_files, scan_library

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from extractors import ExtractionExecutor, Pool
    from extractors.transcription import SpeechEngine
    from index.catalogue import Catalogue, FileLocation
    from index.generations import IndexSynchroniser
    from index.model import FileStat
    from index.preview_cache import PreviewCache
    from indexer.describe import DescriptionRules
    from indexer.errors import LibraryUnavailableError
    from indexer.pipeline import PassageEmbedder, Transcriber, TranscriptionState
    from indexer.reconcile import Comparison, Differences
    from indexer.watch import ScanResult

log = logging.getLogger(__name__)

_SYNCHRONISE_SECONDS = 3.0
"""During long work, how often what was written is given to the index: each time costs a commit, and a merge later."""

_MOST_PASSAGES = REMEMBERED_TEXTS // 3
"""So many passages, of three texts at most, are given to the index at the latest, while their words are remembered: to
find them again costs more than a commit."""

_MOST_UNWATCHED = 200
"""How many folders without events are named to animators: where there are more, the system's limit is far too low."""

_STEP_TIMEOUT_SECONDS = 0.2
"""How long one step of work waits for a file to be hashed or read."""


@dataclass(frozen=True, slots=True)
class IndexerOptions:
    """Seconds for which a file must stay unchanged; share of files (0 to 1) whose sudden loss needs consent."""

    settle_seconds: float = 1.0
    guard_share: float = 0.3


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come: `done` of `total` files to read."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class IndexingResult:
    """What one run did, in files; `unsettled` files still change and need another scan.

    `guard_message` says in French why removals are held back; it is empty when they are not.
    """

    changes: int
    read: int
    failed: int
    unsettled: int
    guard_message: str = ""


class Indexer:
    """Makes the catalogue, then the index, equal to the library.

    `apply_scan` takes in what a scan saw; `advance` moves the work on by one step; `run_once` does both until nothing
    is left to do.
    """

    def __init__(
        self,
        library: Path,
        catalogue: Catalogue,
        synchroniser: IndexSynchroniser,
        rules: DescriptionRules,
        executor: ExtractionExecutor,
        *,
        options: IndexerOptions,
        stop: threading.Event | None = None,
    ) -> None:
        # Resolved once and for all: a file that is reached through a symbolic link is refused later.
        self.library = library.resolve()
        self._catalogue = catalogue
        self._synchroniser = synchroniser
        self._settle_seconds = options.settle_seconds
        self._executor = executor
        plan_writer = PlanWriter(rules)
        self._pipeline = Pipeline(self.library, catalogue, plan_writer, executor)
        self._folder_tracker = FolderTracker(self.library, catalogue)
        self._remover = Remover(catalogue, plan_writer, options.guard_share)
        self._describer = Describer(catalogue, plan_writer, rules, synchroniser.find_documents)
        self._rereader = Rereader(self.library, catalogue, plan_writer, executor)
        self._transcriber: Transcriber | None = None
        self._aligner = Aligner(catalogue)
        self._frame_aligner: FrameAligner | None = None
        self._embedder: PassageEmbedder | None = None
        self._plan_writer = plan_writer
        self._rules = rules
        self._status_reporter = StatusReporter(catalogue)
        self._unsettled_paths: dict[str, UnsettledPath] = {}
        self._has_compared = self._is_check_due = False
        self._synchronised_at, self._synchronised_passages = 0.0, 0
        self.stop = stop or threading.Event()
        self.idle = threading.Event()
        """Set while there is nothing new to read: the previewer may then use the machine."""
        # What an indexer had claimed when it crashed is nobody's any more: there is only one indexer at a time.
        with catalogue.transaction() as transaction:
            transaction.queue.release_claims()
            # An earlier version of Ruche joined none, or others.
            transaction.replays.watch(PART_KINDS, all_due=True)

    def run_once(self, progress: Callable[[Progress], None] | None = None) -> IndexingResult:
        """Scan the whole library once, and carry out everything that has settled.

        Raises LibraryUnavailableError, with nothing changed, when the library is absent or cannot be listed.
        """
        # The counts run since the indexer was opened; the difference is what this run did.
        before = self._pipeline.changes, self._pipeline.read, self._pipeline.failed, self._rereader.done_count
        self.apply_scan(scan_library(self.library), awaited=True)
        removed, more = 0, True
        while more and not self.stop.is_set():
            more, removed_now = self._advance()
            removed += removed_now
            # Nothing is read again while anything new is left to read.
            more = more or self._advance_rereading() or self._aligner.advance()
            if progress:
                counts = self._pipeline.read, self._pipeline.failed, self._rereader.done_count
                done = sum(counts) - sum(before[1:])
                progress(Progress(done, done + self._catalogue.queue.count() + self._rereader.remaining_count))
        self.synchronise()
        self._check_index()
        return IndexingResult(
            self._pipeline.changes - before[0] + removed,
            self._pipeline.read - before[1],
            self._pipeline.failed - before[2],
            len(self._unsettled_paths) + len(self._pipeline.changed_folders),
            self._remover.guard_message,
        )

    def apply_scan(self, scan: ScanResult, being_written: Collection[str] = (), *, awaited: bool = False) -> None:
        """Update the queue from a scan of the library, or of a part of it.

        Files in `being_written` have not settled, however long they stay unchanged. Where somebody waits for the end
        of the run (`awaited`), files that their writers have closed have settled, however young they are.
        """
        started = time.monotonic()
        # First of all: a file of a folder that was renamed is read under the rule that has followed it.
        self._folder_tracker.track_folders(scan)
        # Sidecars and calendars are no documents: they are read here, and taken out of the scan.
        scan = self._rules.take_metadata_files(scan)
        self._describer.queue_outdated()
        extent = scan.extent
        whole = extent == WHOLE_LIBRARY
        if whole:
            self._status_reporter.update_state(phase=Phase.COMPARING, message="")
            self._rereader.notice_new_programs()
        waiting = self._catalogue.queue.find_in_extent(extent)
        differences = self._find_differences(scan)
        different = self._drop_still_unreadable(differences, waiting)
        if any(different.values()):
            # New files must settle before they are read: meanwhile a worker can load its libraries.
            self._executor.warm_up(different if awaited else ())
        clock = ClockReading(time.monotonic(), time.time_ns())
        closed = self._find_closed_files(different) if awaited else frozenset[str]()
        previous = PreviousScan(self._unsettled_paths, self._remover.missing, being_written, closed)
        comparison = compare_scan(waiting, scan, different, previous, DebounceTiming(clock, self._settle_seconds))
        self._write_comparison(scan, comparison)
        self._remover.update_missing(
            extent, {path: differences.locations[path].stat.size for path in comparison.missing}
        )
        # These folders have just had the scan that they were waiting for; « * » stands for any file in them.
        self._pipeline.changed_folders = {
            folder for folder in self._pipeline.changed_folders if not extent.covers(f"{folder}/*")
        }
        if whole:
            self._has_compared = self._is_check_due = True
            self._rereader.find_outdated()
            seconds = scan.seconds + time.monotonic() - started
            self._status_reporter.update_state(
                compared=datetime.now(UTC), compared_seconds=seconds, rereading=self._rereader.remaining_count
            )

    def report_unwatched(self, folders: Sequence[str]) -> None:
        """Report the folders for which the system gives no events, for « Fichiers »."""
        named = json.dumps(folders[:_MOST_UNWATCHED])
        if named != (self._catalogue.indexer.read_memo(UNWATCHED_MEMO) or "[]"):
            with self._catalogue.transaction() as transaction:
                transaction.indexer.write_memo(UNWATCHED_MEMO, named)

    def report_unavailable(self, error: LibraryUnavailableError) -> None:
        """Report that the library could not be scanned; nothing else changes."""
        self._status_reporter.update_state(phase=Phase.UNAVAILABLE, message=str(error))

    def advance(self) -> bool:
        """Move the work on by one step; gives whether more can be done at once."""
        more, _ = self._advance()
        # Re-reading is low-priority work like drawing: it does not keep the previewer waiting.
        (self.idle.clear if more else self.idle.set)()
        more = more or self._advance_rereading() or self._aligner.advance()
        if self._frame_aligner:
            self._frame_aligner.advance(idle=not more)
            self._status_reporter.update_state(watching=self._frame_aligner.watching)
        if self._transcriber:
            self._transcriber.advance(idle=not more)
            self._status_reporter.update_state(**self._transcriber.state.to_status())
        if self._embedder:
            self._embedder.advance(idle=not more)
            self._status_reporter.update_state(**self._embedder.state.to_status())
        return more

    def transcribe_with(self, engine: SpeechEngine, pool: Pool) -> None:
        """Have recordings without captions written down, by `advance`, whenever there is nothing else to do."""
        from indexer.pipeline import Transcriber  # noqa: PLC0415 - loads what decodes sound and asks services

        self._transcriber = Transcriber(self.library, self._catalogue, self._plan_writer, engine, pool)

    def embed_with(self, embedder: PassageEmbedder) -> None:
        """Have passages turned into vectors, by `advance`, whenever there is nothing else to do."""
        self._embedder = embedder

    def watch_with(self, previews: PreviewCache, pool: Pool) -> None:
        """Have the videos of gatherings looked at for their slides, by `advance`, when there is nothing else to do."""
        self._aligner = Aligner(self._catalogue, previews)
        self._frame_aligner = FrameAligner(self.library, self._catalogue, self._aligner, previews, pool)

    @property
    def transcription(self) -> TranscriptionState | None:
        """How far recordings are written down; None where they are not."""
        return self._transcriber.state if self._transcriber else None

    def synchronise(self, *, hurried: bool = False) -> None:
        """Take up what others wrote into the catalogue, then bring the index up to date with it."""
        self._rules.refresh()
        self._describer.queue_outdated()
        self._synchroniser.synchronise(defer_associations=hurried)
        self._synchronised_at, self._synchronised_passages = time.monotonic(), self._pipeline.passages
        if not hurried:
            forget_analyses()

    def _try_to_synchronise(self, *, hurried: bool) -> None:
        try:
            self.synchronise(hurried=hurried)
        except EngineUnavailableError as error:
            # What is read meanwhile is safe in the catalogue. The time is set, or each step would ask a dead engine.
            self._synchronised_at = time.monotonic()
            log.warning("the index has not learnt the latest, and will: %s", error)

    def _check_index(self) -> None:
        """Compare the index with the catalogue: once for each comparison of the library, when it has learnt all."""
        self._is_check_due = False
        try:
            self._synchroniser.check_contents()
        except EngineUnavailableError as error:
            log.warning("the index could not be compared with the catalogue: %s", error)

    def wait_for_rebuild(self) -> None:
        """Wait for the index that is being rebuilt in the background, if any."""
        self._synchroniser.wait_for_rebuild()

    @property
    def rescan_extent(self) -> Extent:
        """The folders that need another scan soon, for something in them has not settled."""
        folders = {parent_folder(path) for path in self._unsettled_paths}
        return Extent(folders=frozenset(folders | self._pipeline.changed_folders))

    def close(self) -> None:
        """Stop in good order: what is under way goes back to the queue."""
        self._rereader.close()
        if self._frame_aligner:
            self._frame_aligner.close()
        if self._transcriber:
            self._transcriber.close()
        if self._embedder:
            self._embedder.close()
        self._pipeline.close()
        # Last, so that the last status counts what has gone back to the queue.
        self._status_reporter.report_stopped()

    def _advance(self) -> tuple[bool, int]:
        """Move the work on by one step; gives whether more can be done, and how many files were removed."""
        read, failed = self._pipeline.read, self._pipeline.failed
        more = self._pipeline.advance(self._remover.missing, _STEP_TIMEOUT_SECONDS)
        self._status_reporter.count_results(self._pipeline.read - read, self._pipeline.failed - failed)
        # Before any removal: a file whose content has turned up under another path is not lost.
        self._remover.discard_moved(self._pipeline.moved_paths)
        self._pipeline.moved_paths.clear()
        # Until the whole library has been compared once, the guard would count too few losses.
        removed = self._remover.remove_missing(self._pipeline.find_undecided_sizes) if self._has_compared else 0
        if self._describer.is_busy:
            self._describer.describe_next()
        # While more is to come, the index leaves what is costly and can wait, such as which words go together.
        is_idle = not (more or self._rereader.remaining_count)
        if is_idle or self._is_synchronisation_due():
            self._try_to_synchronise(hurried=not is_idle)
        if is_idle and self._is_check_due:
            self._check_index()
        self._report_status(reading=more)
        return more or self._describer.is_busy, removed

    def _is_synchronisation_due(self) -> bool:
        """Whether the index is to be given what was written during long work."""
        return (
            time.monotonic() - self._synchronised_at >= _SYNCHRONISE_SECONDS
            or self._pipeline.passages - self._synchronised_passages >= _MOST_PASSAGES
        )

    def _advance_rereading(self) -> bool:
        """Move re-reading on by one step; gives whether more of it is left."""
        more = self._rereader.advance(_STEP_TIMEOUT_SECONDS)
        self._status_reporter.update_state(rereading=self._rereader.remaining_count)
        return more

    def _report_status(self, *, reading: bool) -> None:
        """Bring the status up to date, and write it where that is due."""
        state = self._status_reporter.state
        # « Unavailable » stays until a scan of the whole library has succeeded.
        if state.phase is not Phase.UNAVAILABLE and self._has_compared:
            trouble = self._executor.outage
            phase = Phase.WITHOUT_READERS if trouble else Phase.READING if reading else Phase.IDLE
            self._status_reporter.update_state(phase=phase, message=trouble)
        self._status_reporter.update_state(guard=self._remover.guard_message, held=self._remover.held)
        self._status_reporter.report_if_due(reading=reading)

    def _find_differences(self, scan: ScanResult) -> Differences:
        files = self._catalogue.files
        # What an older version of the extractors could not read counts as changed: this version tries it.
        if scan.extent == WHOLE_LIBRARY:
            return find_differences(files.list_all(), files.find_unread(EXTRACTOR_VERSION), scan)
        known = files.find_in_extent(scan.extent)
        return find_differences(known.values(), files.find_unread(EXTRACTOR_VERSION, known), scan)

    def _drop_still_unreadable(self, differences: Differences, waiting: Collection[str]) -> dict[str, FileStat | None]:
        """Leave out the files that could not be opened when last seen and still cannot, unless they wait to be read."""
        return {
            path: stat
            for path, stat in differences.stats.items()
            if stat is None or path in waiting or not self._is_still_unreadable(differences.locations.get(path), stat)
        }

    def _is_still_unreadable(self, location: FileLocation | None, stat: FileStat) -> bool:
        # Without a digest there is no failure on record: such a file would be queued again at every scan.
        if location is None or location.digest != UNREADABLE_DIGEST:
            return False
        return location.stat.matches(stat) and not is_readable(self.library / location.path)

    def _find_closed_files(self, different: Mapping[str, FileStat | None]) -> frozenset[str]:
        # A file that is missing waits, for it may come back elsewhere: what is new may be it, and waits with it.
        return frozenset() if None in different.values() else find_closed_files(self.library, different)

    def _write_comparison(self, scan: ScanResult, comparison: Comparison) -> None:
        """Write what a scan changes in the queue and in the list of what is left out."""
        extent = scan.extent
        # What was known outside the part that was scanned stands as it is.
        unsettled_elsewhere = {path: each for path, each in self._unsettled_paths.items() if not extent.covers(path)}
        self._unsettled_paths = unsettled_elsewhere | dict(comparison.unsettled)
        left_out = {path: each for path, each in scan.left_out.items() if extent.covers(path)}
        before = self._catalogue.files.find_ignored(extent)
        put = [each for path, each in left_out.items() if before.get(path) != each]
        drop = before.keys() - left_out.keys()
        # Most scans change nothing: they do not take the catalogue's one turn at writing.
        if comparison.enqueue or comparison.dequeue or put or drop:
            with self._catalogue.transaction() as transaction:
                transaction.queue.add(comparison.enqueue)
                transaction.queue.remove(comparison.dequeue)
                transaction.files.set_ignored(put, drop)
