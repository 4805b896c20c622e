"""Files inside files: read like any other, within the limits of the file that carries them."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import islice
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from extractors.errors import UnreadableFileError
from extractors.extract import extract
from extractors.sections import Section, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from extractors.limits import Limits
    from extractors.sections import Extraction

_MOST_ATTACHMENTS = 50
# The last one may still be slow to read.
_SHARE_OF_TIME = 0.7
_MOST_NAME = 40


def read_attachments(
    attached: Iterable[tuple[str, bytes]], before: int, limits: Limits
) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    """Their Sections, each under the attachment's name and numbered after those `before`; and warnings about them."""
    sections, warnings = list[Section](), list[str]()
    deadline = time.monotonic() + limits.seconds * _SHARE_OF_TIME
    for name, content in islice(attached, _MOST_ATTACHMENTS if limits.nesting else 0):
        left = deadline - time.monotonic()
        if left <= 0:
            warnings.append(f"La pièce jointe « {name} » n’a pas été lue, faute de temps.")
            continue
        within = replace(limits, seconds=left, ocr_seconds=min(limits.ocr_seconds, left), nesting=limits.nesting - 1)
        try:
            found = read_attachment(name, content, within).sections
        except UnreadableFileError as error:
            warnings.append(f"La pièce jointe « {name} » n’a pas été lue : {error.reason.message}.")
        else:
            sections += _under(name, found, before + len(sections) + 1)
    return tuple(sections), tuple(warnings)


def read_attachment(name: str, content: bytes, limits: Limits) -> Extraction:
    """What one attachment gives; its name is only used for its suffix, whatever folders it pretends to be in."""
    safe = PurePosixPath(name.replace("\\", "/")).suffix
    with TemporaryDirectory(prefix="ruche-") as folder:
        path = Path(folder) / f"piece{''.join(sign for sign in safe if sign.isalnum() or sign == '.')[:_MOST_NAME]}"
        path.write_bytes(content)
        return extract(path, limits)


def _under(name: str, found: Iterable[Section], first: int) -> Iterator[Section]:
    """An attachment's Sections as parts of the file that carries it, notes put with the text."""
    for number, section in enumerate(found, first):
        text = "\n".join(filter(None, (section.text, section.notes)))
        yield Section(Unit.HEADING, number, text, title=f"{name} – {section.title}" if section.title else name)
