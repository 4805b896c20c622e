"""Small grey pictures, of shots or of pages, and how they are kept."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from extractors.recognition import translate_image_errors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PICTURE_WIDTH = 96
"""Pixels: the lines of a slide still stand apart, and a video of an hour takes some hundred kilobytes."""

_HEIGHTS = (24, 192)


@dataclass(frozen=True, slots=True)
class Pictures:
    """Grey pictures of one size, a byte for each pixel; `starts` are the seconds of shots, empty for pages."""

    width: int
    height: int
    starts: tuple[float, ...]
    greys: tuple[bytes, ...]

    def to_bytes(self) -> bytes:
        """Return them as they are kept."""
        head = json.dumps({"width": self.width, "height": self.height, "starts": self.starts})
        return zlib.compress(head.encode() + b"\n" + b"".join(self.greys))

    @classmethod
    def from_bytes(cls, kept: bytes) -> Pictures:
        """Return the pictures that `to_bytes` gave."""
        head, _, greys = zlib.decompress(kept).partition(b"\n")
        told = json.loads(head)
        size = told["width"] * told["height"]
        cut = tuple(greys[at : at + size] for at in range(0, len(greys), size)) if size else ()
        return cls(told["width"], told["height"], tuple(told["starts"]), cut)


def choose_height(width: int, height: int) -> int:
    """Return the height of the small picture of a page or frame of this size."""
    return min(max(round(PICTURE_WIDTH * height / max(width, 1)), _HEIGHTS[0]), _HEIGHTS[1])


def picture_pages(pages: Sequence[Path]) -> bytes:
    """Return the pictures of a deck's pages, from the files of their images. Runs in a worker process.

    UnreadableFileError where one of them cannot be opened.
    """
    greys: list[bytes] = []
    height = 0
    for path in pages:
        with translate_image_errors(), Image.open(path) as image:
            # All pages are brought to the shape of the first: decks have one, and pictures are compared pixel by pixel.
            height = height or choose_height(*image.size)
            greys.append(image.convert("L").resize((PICTURE_WIDTH, height), Image.Resampling.BOX).tobytes())
    return Pictures(PICTURE_WIDTH, height, (), tuple(greys)).to_bytes()
