"""Files inside files: read like any other, within the limits of the file that carries them."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from extractors.errors import UnreadableFileError
from extractors.extract import extract
from extractors.sections import Section, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from extractors.limits import Limits
    from extractors.sections import Extraction

_MOST_ATTACHMENTS = 50
_MOST_NAME = 40


def read_attachments(
    attached: Iterable[tuple[str, bytes]], before: int, limits: Limits
) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    """Their Sections, each under the attachment's name and numbered after those `before`; and warnings about them."""
    sections, warnings = list[Section](), list[str]()
    if not limits.nesting:
        return (), ()
    within = replace(limits, nesting=limits.nesting - 1)
    for name, content in islice(attached, _MOST_ATTACHMENTS):
        try:
            found = read_attachment(name, content, within).sections
        except UnreadableFileError as error:
            warnings.append(f"La pièce jointe « {name} » n’a pas été lue : {error.reason.message}.")
            continue
        first = before + len(sections) + 1
        sections += (
            Section(Unit.HEADING, number, "\n".join(filter(None, (each.text, each.notes))), _title(name, each))
            for number, each in enumerate(found, first)
        )
    return tuple(sections), tuple(warnings)


def read_attachment(name: str, content: bytes, limits: Limits) -> Extraction:
    """What one attachment gives; its name is only used for its suffix, whatever folders it pretends to be in."""
    safe = PurePosixPath(name.replace("\\", "/")).suffix
    with TemporaryDirectory(prefix="ruche-") as folder:
        path = Path(folder) / f"piece{''.join(sign for sign in safe if sign.isalnum() or sign == '.')[:_MOST_NAME]}"
        path.write_bytes(content)
        return extract(path, limits)


def _title(name: str, section: Section) -> str:
    return f"{name} – {section.title}" if section.title else name
