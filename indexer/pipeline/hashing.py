"""Claims files from the queue, in a fair order, and hashes them."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexer.reconcile import FileFingerprint, hash_file
from indexer.watch import stat_file

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from index.catalogue import Catalogue, QueuedFile
    from index.model import FileStat

_HASHING_THREADS = 2
"""Files hashed at one time: disks and shares gain nothing from more."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A file taken from the queue; an `urgent` one passes before those that have waited for long."""

    file: QueuedFile
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class HashedFile:
    """A claimed file with its fingerprint, None where the file changed meanwhile."""

    claim: Claim
    fingerprint: FileFingerprint | None


class FileHasher:
    """Claimed files that are being hashed. Claims alternate between the newest files and the oldest."""

    def __init__(self, library: Path, catalogue: Catalogue) -> None:
        self._library = library
        self._catalogue = catalogue
        self._threads = ThreadPoolExecutor(_HASHING_THREADS, thread_name_prefix="hashing")
        self._newest_first = True
        self.futures: dict[Future[FileFingerprint | None], Claim] = {}

    def claim_files(self, room: int, sizes: Collection[int]) -> bool:
        """Claim at most `room` files, those of the given `sizes` (bytes) before all; gives whether any was waiting."""
        claims: list[Claim] = []
        with self._catalogue.transaction() as transaction:
            # A file of such a size may be a missing one under a new name, on which other decisions wait.
            if sizes:
                claims += [Claim(each) for each in transaction.queue.claim(room, sizes=sizes)]
            # A drop must not wait behind a long pass, nor the pass behind drops: each end of the queue gets half, and
            # what the first leaves goes to the second. Rounded up: with room for one file, the ends take turns.
            for newest in (self._newest_first, not self._newest_first):
                share = -(-(room - len(claims)) // 2) if newest is self._newest_first else room - len(claims)
                claims += [Claim(each, urgent=newest) for each in transaction.queue.claim(share, newest=newest)]
        self._newest_first = not self._newest_first
        self._submit(claims)
        return bool(claims)

    def claim_suspect(self) -> bool:
        """Claim one file whose reading a crash cut short, to be read alone; gives whether there was one."""
        with self._catalogue.transaction() as transaction:
            suspect = transaction.queue.claim_suspect()
        self._submit([Claim(suspect)] if suspect else [])
        return suspect is not None

    def collect_hashed(self) -> list[HashedFile]:
        """Take the files whose hashing has ended."""
        done = [future for future in self.futures if future.done()]
        return [HashedFile(self.futures.pop(future), future.result()) for future in done]

    def list_sizes(self) -> frozenset[int]:
        """Sizes, in bytes, of the files being hashed."""
        return frozenset(claim.file.stat.size for claim in self.futures.values())

    def close(self) -> list[Claim]:
        """Stop; gives the claims that were not seen to."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        return list(self.futures.values())

    def _submit(self, claims: Collection[Claim]) -> None:
        self.futures |= {self._threads.submit(self._fingerprint_file, claim.file): claim for claim in claims}

    def _fingerprint_file(self, file: QueuedFile) -> FileFingerprint | None:
        path = self._library / file.path
        # The order matters: size and times are compared after hashing, or a change in between would go unseen.
        digest = hash_file(path)
        return FileFingerprint(file.stat, digest) if is_unchanged(path, file.stat) else None


def is_unchanged(path: Path, stored: FileStat) -> bool:
    """Whether a file is still as it was when it was queued, or read."""
    present = stat_file(path)
    return present is not None and stored.matches(present)
