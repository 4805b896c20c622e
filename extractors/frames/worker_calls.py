"""What a worker is asked to do with frames; whoever asks loads none of the libraries that decode and compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from extractors.frames.shot_matching import ShownSlides

FRAMES_VERSION = 2
"""Increase it whenever other shots would be found, or other pictures made: all videos are then looked at again."""


def list_shots(path: Path) -> bytes:
    """Return the shots of a video, as `Pictures` are kept. Runs in a worker process; none for what shows nothing.

    UnreadableFileError where the video cannot be opened.
    """
    # Imported within, here and below: only worker processes need these libraries.
    from extractors.frames import shots  # noqa: PLC0415

    return shots.list_shots(path)


def picture_pages(pages: Sequence[Path]) -> bytes:
    """Return the pictures of a deck's pages, from the files of their images. Runs in a worker process.

    UnreadableFileError where one of them cannot be opened.
    """
    from extractors.frames import small_pictures  # noqa: PLC0415

    return small_pictures.picture_pages(pages)


def match_shots(video: bytes, deck: bytes) -> tuple[ShownSlides, ...]:
    """Return for each shot of a video what tells that it shows each page of a deck. Runs in a worker process.

    Both are given as `Pictures` are kept. Empty where the video shows none of the pages.
    """
    from extractors.frames import shot_matching  # noqa: PLC0415

    return shot_matching.match_shots(video, deck)
