"""The interface of what reads files for the indexer, and its two implementations: local processes, a Dask cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection
    from concurrent.futures import Future
    from pathlib import Path

    from extractors.model import Extraction, Limits


class ExtractionExecutor(Protocol):
    """Reads files concurrently, all within the same limits, and gives a future for each."""

    @property
    def capacity(self) -> int:
        """How many files are read at the same time."""

    @property
    def outage(self) -> str:
        """Why no file can be read at present and what to do, in French; "" where files can be read. Thread-safe."""

    def warm_up(self, names: Collection[str] = ()) -> None:
        """Start loading libraries in the background, so that the first file does not wait for them.

        `names` are those of the files that will be read, where they are known: few need few libraries.
        """

    def submit(self, path: Path, *, first: bool = False) -> Future[Extraction]:
        """Have a file read, before all waiting ones if `first`.

        The future fails with UnreadableFileError only, or is cancelled by `close`.
        """

    def close(self) -> None:
        """Stop at once; files that are not read yet are cancelled."""


DASK_SCHEME = "dask://"
"""What the address of a Dask scheduler begins with, where an installation names one."""


def open_dask_pool(address: str, limits: Limits) -> ExtractionExecutor:
    """The readers of a Dask scheduler (`dask://host:port`). ModuleNotFoundError where Dask is not installed."""
    # Imported only where it is used: it takes a second, and is not installed everywhere.
    from extractors.workers.dask_cluster import DaskPool  # noqa: PLC0415

    return DaskPool(address.removeprefix(DASK_SCHEME), limits)
