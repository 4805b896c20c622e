"""Reads the text of a file in any common encoding, within limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors.errors import Reason, UnreadableFileError
from extractors.text.cleaning import decode_text

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.model import Limits


def read_text(path: Path, limits: Limits) -> str:
    """The decoded content of a file; line ends are left as they are."""
    return decode_text(read_bytes(path, limits))


def read_bytes(path: Path, limits: Limits) -> bytes:
    """The content of a file; UnreadableFileError if it is longer than `text_bytes`."""
    if path.stat().st_size > limits.text_bytes:
        raise UnreadableFileError(Reason.TOO_LARGE, f"plus de {limits.text_bytes} octets de texte")
    return path.read_bytes()
