"""Whoever reads files for the indexer: processes of this machine, or of many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from extractors.sections import Extraction


class Readers(Protocol):
    """Files in, promises out: each kept within the same limits, wherever it is read."""

    @property
    def width(self) -> int:
        """How many files are read at one time."""

    @property
    def trouble(self) -> str:
        """Why nothing can be read at present and what to do, in French; "" where all is well. Any thread may ask."""

    def get_ready(self) -> None:
        """Load what the first file would otherwise wait for, in the background."""

    def submit(self, path: Path, *, first: bool = False) -> Future[Extraction]:
        """The promise of what the file gives; it fails with UnreadableFileError only, or is cancelled by `close`."""

    def close(self) -> None:
        """Stop at once; what was not read yet is cancelled."""
