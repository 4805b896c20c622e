"""Opening recordings, videos or sound, by PyAV."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import av
import av.error

from extractors.errors import Reason, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FRENCH = frozenset({"fr", "fra", "fre"})
"""Languages that tracks of a recording name for French."""


@contextmanager
def open_recording(path: Path) -> Iterator[Any]:
    """The open video or sound; FFmpeg's errors while it is read become UnreadableFileError."""
    try:
        # « file: », so that FFmpeg never takes a name for an address and opens a connection.
        with av.open(f"file:{path}") as container:
            yield container
    except av.error.FFmpegError as error:
        raise UnreadableFileError(Reason.DAMAGED, str(error)) from error
