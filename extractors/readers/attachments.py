"""Files attached to messages and PDF files: read as any file, within the limits of the file that carries them."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import islice
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from extractors.errors import UnreadableFileError
from extractors.extraction import extract
from extractors.model import Section, SectionUnit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from extractors.model import Extraction, Limits

_MOST_ATTACHMENTS = 50
# Of the file's seconds. The rest is a margin: nothing here stops an attachment that takes longer than what is left, and
# the Pool ends the whole file at its limit.
_SHARE_OF_TIME = 0.7
_LONGEST_SUFFIX = 40


def read_attachments(
    attachments: Iterable[tuple[str, bytes]], sections_before: int, limits: Limits, most: int = _MOST_ATTACHMENTS
) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    """The Sections of attachments given as (name, content), and the warnings about those read in part, or not at all.

    Each Section is titled with its attachment's name; numbers go on after the `sections_before` of the carrying file.
    """
    sections, warnings = list[Section](), list[str]()
    deadline = time.monotonic() + limits.seconds * _SHARE_OF_TIME
    # A `nesting` of 0 ends the recursion: messages attached to messages could go on for ever.
    waiting = iter(attachments if limits.nesting else ())
    for name, content in islice(waiting, most):
        left = deadline - time.monotonic()
        if left <= 0:
            warnings.append(f"La pièce jointe « {name} » n’a pas été lue, faute de temps.")
            continue
        within = replace(limits, seconds=left, ocr_seconds=min(limits.ocr_seconds, left), nesting=limits.nesting - 1)
        try:
            found = read_attachment(name, content, within)
        except UnreadableFileError as error:
            warnings.append(f"La pièce jointe « {name} » n’a pas été lue : {error.reason.message}.")
        else:
            sections += _to_headings(name, found.sections, sections_before + len(sections) + 1)
            warnings += (f"Dans la pièce jointe « {name} » : {warning}" for warning in found.warnings)
    if left_out := sum(1 for _ in waiting):
        warnings.append(f"{left_out} pièces jointes n’ont pas été lues : seules les {most} premières le sont.")
    return tuple(sections), tuple(warnings)


def read_attachment(name: str, content: bytes, limits: Limits) -> Extraction:
    """Read one attachment; UnreadableFileError if that fails.

    Only the suffix of its name is used: the folders it names could lead anywhere.
    """
    safe = PurePosixPath(name.replace("\\", "/")).suffix
    with TemporaryDirectory(prefix="ruche-") as folder:
        path = (
            Path(folder) / f"piece{''.join(sign for sign in safe if sign.isalnum() or sign == '.')[:_LONGEST_SUFFIX]}"
        )
        path.write_bytes(content)
        return extract(path, limits)


def _to_headings(name: str, found: Iterable[Section], first: int) -> Iterator[Section]:
    """The Sections as headings of the carrying file, notes joined to the text.

    Their pages and slides become headings, since « page 3 » would be taken for a page of the carrying file.
    """
    for number, section in enumerate(found, first):
        text = "\n".join(filter(None, (section.text, section.notes)))
        yield Section(SectionUnit.HEADING, number, text, title=f"{name} – {section.title}" if section.title else name)
