"""The interface of what reads files for the indexer: processes of this machine, or a Dask cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from extractors.sections import Extraction


class ExtractionExecutor(Protocol):
    """Reads files concurrently, all within the same limits, and gives a future for each."""

    @property
    def capacity(self) -> int:
        """How many files are read at the same time."""

    @property
    def outage(self) -> str:
        """Why no file can be read at present and what to do, in French; "" where files can be read. Thread-safe."""

    def warm_up(self) -> None:
        """Start loading libraries in the background, so that the first file does not wait for them."""

    def submit(self, path: Path, *, first: bool = False) -> Future[Extraction]:
        """Have a file read, before all waiting ones if `first`.

        The future fails with UnreadableFileError only, or is cancelled by `close`.
        """

    def close(self) -> None:
        """Stop at once; files that are not read yet are cancelled."""
