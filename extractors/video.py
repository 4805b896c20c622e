"""Videos: how long they last and what they are called. What is said in them comes from captions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import av.error

from extractors.dates import iso_date
from extractors.errors import Reason, UnreadableFileError
from extractors.plain import people, title_worth_showing
from extractors.sections import Extraction, Format

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.limits import Limits


def extract(path: Path, limits: Limits) -> Extraction:  # noqa: ARG001  every reader has the same shape
    """The duration, title, author and date of a video; it has no Section."""
    try:
        # « file: » so that no name can ever be taken for a network address.
        with av.open(f"file:{path}") as container:
            microseconds, tags = container.duration, dict(container.metadata)
    except av.error.FFmpegError as error:
        raise UnreadableFileError(Reason.DAMAGED, str(error)) from error
    return Extraction(
        Format.VIDEO,
        title=title_worth_showing(tags.get("title", "")),
        authors=people(tags.get("artist", "")),
        created=iso_date(tags.get("creation_time", "")),
        duration=microseconds / 1_000_000 if microseconds and microseconds > 0 else None,
    )
