"""Has the workers read contents: each once, however many files hold it."""

from __future__ import annotations

from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer import reading
from indexer.intake import Claim, is_unchanged

if TYPE_CHECKING:
    from pathlib import Path

    from extractors import Extraction, Readers
    from indexer.plan import Arrival
    from indexer.reading import Reading


@dataclass(frozen=True, slots=True)
class Errand:
    """A file to read: how it was claimed from the queue, and what the plan makes of it."""

    claim: Claim
    arrival: Arrival


@dataclass(frozen=True, slots=True)
class Returned:
    """What reading a content gave, with the jobs whose file still holds it and those whose file changed meanwhile."""

    reading: Reading
    errands: tuple[Errand, ...]
    spoilt: tuple[Errand, ...]


class Desk:
    """The contents that the workers are reading."""

    def __init__(self, library: Path, readers: Readers) -> None:
        self._library = library
        self._readers = readers
        # Jobs by digest: all files of one content share one reading.
        self._errands: dict[str, list[Errand]] = {}
        self.futures: dict[Future[Extraction], str] = {}

    @property
    def files(self) -> int:
        """How many files wait for a reading to end."""
        return sum(map(len, self._errands.values()))

    def submit(self, errand: Errand) -> None:
        """Have a file read, unless its content is being read already."""
        digest = errand.arrival.trace.digest
        if digest in self._errands:
            self._errands[digest].append(errand)
            return
        self._errands[digest] = [errand]
        path = self._library / errand.arrival.path
        self.futures[self._readers.submit(path, first=errand.claim.urgent)] = digest

    def collect(self) -> list[Returned]:
        """Take the contents whose reading has ended, well or not."""
        returned = []
        # A cancelled reading keeps its jobs: `close` gives their claims back.
        for future in [each for each in self.futures if each.done() and not is_cancelled(each)]:
            digest = self.futures.pop(future)
            errands = self._errands.pop(digest)
            returned.append(self._returned(reading.outcome(future, digest), errands))
        return returned

    def _returned(self, outcome: Reading, errands: list[Errand]) -> Returned:
        whole = [each for each in errands if is_unchanged(self._library / each.arrival.path, each.claim.file)]
        if errands[0] not in whole:
            # The first file is the one that was read: if it has changed, the text may be of a content nobody hashed.
            whole = []
        return Returned(outcome, tuple(whole), tuple(each for each in errands if each not in whole))

    def close(self) -> list[Claim]:
        """Cancel what no worker has begun; gives the claims that were not seen to."""
        for future in self.futures:
            future.cancel()
        return [errand.claim for errands in self._errands.values() for errand in errands]


def is_cancelled(future: Future[Extraction]) -> bool:
    """Whether a reading was given up because the pool closes: that says nothing of the file."""
    # A pool that closes cancels promises, or lets those under way fail with the same error.
    return future.cancelled() or isinstance(future.exception(), CancelledError)
