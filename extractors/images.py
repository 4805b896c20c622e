"""Opening image files by Pillow without trusting them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from PIL import Image

from extractors.errors import Reason, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

# A page of A4 at 600 dots per inch has 35 million.
_MOST_PIXELS = 100_000_000
# What Pillow's decoders raise on damaged files.
_PILLOW_ERRORS = (OSError, SyntaxError, ValueError, EOFError)


@contextmanager
def translate_image_errors() -> Iterator[None]:
    """Turn Pillow's errors into UnreadableFileError: opening, seeking and decoding can all raise."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadableFileError(Reason.TOO_LARGE, str(error)) from error
    except _PILLOW_ERRORS as error:
        raise UnreadableFileError(Reason.DAMAGED, f"{type(error).__name__}: {error}") from error


def check_image_size(image: Image.Image) -> None:
    """Refuse (UnreadableFileError) an image of too many pixels, before any of them is decoded."""
    if image.width * image.height > _MOST_PIXELS:
        raise UnreadableFileError(Reason.TOO_LARGE, f"{image.width} × {image.height} pixels")
