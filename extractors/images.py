"""Image files, opened by Pillow without trusting them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from PIL import Image

from extractors.errors import Reason, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_PIXELS = 100_000_000
_REFUSALS = (OSError, SyntaxError, ValueError, EOFError)


@contextmanager
def image_errors() -> Iterator[None]:
    """Name what goes wrong with an image; opening, seeking and decoding all raise."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadableFileError(Reason.TOO_LARGE, str(error)) from error
    except _REFUSALS as error:
        raise UnreadableFileError(Reason.DAMAGED, f"{type(error).__name__}: {error}") from error


def check_size(image: Image.Image) -> None:
    """Refuse an image that would fill the memory; its header is enough to know."""
    if image.width * image.height > _MOST_PIXELS:
        raise UnreadableFileError(Reason.TOO_LARGE, f"{image.width} × {image.height} pixels")
