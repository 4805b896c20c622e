"""Names in the library: its calendar, what is left out of it, and what a deposited file may be called."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from index.errors import ExplainedError

CALENDAR_NAME = "evenements.yaml"
"""The file that announces gatherings, at the library's root or in the data folder."""

_HIDDEN_PREFIXES = (".", "~$", "._")
_UNFINISHED_SUFFIXES = (".tmp", ".part", ".partial", ".crdownload", ".download", ".swp", "~")
_SYSTEM_NAMES = frozenset({"thumbs.db", "desktop.ini", "icon\r"})

_LONGEST = 200
"""Bytes in UTF-8: file systems take 255, and a suffix such as « (2) » must still fit."""

_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
"""What Windows refuses in a name: the library is often one of its shares."""

_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
"""What Windows takes for a device, whatever the suffix."""


class UnusableNameError(ExplainedError):
    """Nothing that could be a file's name is left of a name."""


def ignored(name: str) -> bool:
    """Whether a name is one that systems and programs leave behind: hidden, lock, unfinished download."""
    lower = name.lower()
    return lower.startswith(_HIDDEN_PREFIXES) or lower.endswith(_UNFINISHED_SUFFIXES) or lower in _SYSTEM_NAMES


def clean_name(name: str) -> str:
    """One name that every system takes and that the indexer reads; cleaning it again changes nothing.

    Raises UnusableNameError when none is left, or when it is one that the library leaves out.
    """
    spaced = "".join(" " if letter.isspace() else letter for letter in unicodedata.normalize("NFC", name))
    printable = "".join(letter for letter in spaced if unicodedata.category(letter)[0] != "C")
    cleaned = _trimmed(" ".join(_FORBIDDEN.sub("-", printable).split()))
    cleaned = _trimmed(_shortened(f"_{cleaned}" if _DEVICES.match(cleaned) else cleaned))
    if not cleaned or ignored(cleaned):
        raise UnusableNameError(f"Le nom « {printable[:80]} » ne convient pas à un fichier : renommez-le.")
    return cleaned


def numbered(name: str, number: int) -> str:
    """The same name with a number before its suffix: « Compte rendu (2).docx »."""
    path = PurePosixPath(name)
    return f"{path.stem} ({number}){path.suffix}"


def _trimmed(name: str) -> str:
    return name.lstrip(".~$ ").rstrip(". ")


def _shortened(name: str) -> str:
    if len(name.encode()) <= _LONGEST:
        return name
    suffix = PurePosixPath(name).suffix if len(PurePosixPath(name).suffix) < 10 else ""  # noqa: PLR2004 - no format has a longer one
    stem = name.removesuffix(suffix).encode()[: _LONGEST - len(suffix.encode())].decode(errors="ignore")
    return f"{stem.rstrip()}{suffix}"
