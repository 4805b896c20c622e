"""Has the workers read contents: each once for a suffix, however many files hold it."""

from __future__ import annotations

from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index.model import find_suffix
from indexer.pipeline.hashing import Claim, is_unchanged
from indexer.reconcile import to_outcome

if TYPE_CHECKING:
    from pathlib import Path

    from extractors import Extraction, ExtractionExecutor
    from indexer.reconcile import Arrival, ReadOutcome

    _Reading = tuple[str, str]
    """What is read at once: the digest of a content, and the suffix of its files."""


@dataclass(frozen=True, slots=True)
class Job:
    """A file to read: how it was claimed from the queue, and what the plan makes of it."""

    claim: Claim
    arrival: Arrival


@dataclass(frozen=True, slots=True)
class JobResult:
    """What reading a content gave, with the jobs whose file still holds it and those whose file changed meanwhile."""

    outcome: ReadOutcome
    unchanged: tuple[Job, ...]
    changed: tuple[Job, ...]


class ExtractionJobs:
    """The contents that the workers are reading."""

    def __init__(self, library: Path, executor: ExtractionExecutor) -> None:
        self._library = library
        self._executor = executor
        # All files of one content and one suffix share one reading: the suffix tells plain texts apart.
        self._jobs: dict[_Reading, list[Job]] = {}
        self.futures: dict[Future[Extraction], _Reading] = {}

    @property
    def file_count(self) -> int:
        """How many files wait for a reading to end."""
        return sum(map(len, self._jobs.values()))

    def submit(self, job: Job) -> None:
        """Have a file read, unless its content is being read already."""
        path = self._library / job.arrival.path
        reading = (job.arrival.fingerprint.digest, find_suffix(job.arrival.path))
        if reading in self._jobs:
            self._jobs[reading].append(job)
            return
        self._jobs[reading] = [job]
        self.futures[self._executor.submit(path, first=job.claim.urgent)] = reading

    def collect_results(self) -> list[JobResult]:
        """Take the contents whose reading has ended, well or not."""
        results = []
        # A cancelled reading keeps its jobs: `close` gives their claims back.
        for future in [each for each in self.futures if each.done() and not is_cancelled(each)]:
            reading = self.futures.pop(future)
            results.append(self._make_result(to_outcome(future, reading[0]), self._jobs.pop(reading)))
        return results

    def _make_result(self, outcome: ReadOutcome, jobs: list[Job]) -> JobResult:
        unchanged = [each for each in jobs if is_unchanged(self._library / each.arrival.path, each.claim.file.stat)]
        if jobs[0] not in unchanged:
            # The first file is the one that was read: if it has changed, the text may be of a content nobody hashed.
            unchanged = []
        return JobResult(outcome, tuple(unchanged), tuple(each for each in jobs if each not in unchanged))

    def close(self) -> list[Claim]:
        """Cancel what no worker has begun; gives the claims that were not seen to."""
        for future in self.futures:
            future.cancel()
        return [job.claim for jobs in self._jobs.values() for job in jobs]


def is_cancelled(future: Future[Any]) -> bool:
    """Whether a reading was given up because the pool closes: that says nothing of the file."""
    # A pool that closes cancels promises, or lets those under way fail with the same error.
    return future.cancelled() or isinstance(future.exception(), CancelledError)
