"""Writes the demonstration library, in folders such as the community would have."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING

from indexer.demo.minutes import write_minutes
from indexer.demo.notation import Block, Bullets, PlainParagraph, Subheading, Table
from indexer.demo.other_formats import (
    write_archive,
    write_book,
    write_calendar,
    write_cards,
    write_message,
    write_open_text,
    write_rich_text,
    write_table,
    write_web_page,
    write_workbook,
)
from indexer.demo.pictures import write_picture, write_scan
from indexer.demo.replay import write_replay, write_sound
from indexer.demo.slides import write_slides
from indexer.demo.sources import DemoDocument, load_demo_documents
from indexer.demo.subtitles import write_subrip, write_webvtt
from indexer.demo.synthesis import write_synthesis
from indexer.demo.typesetting import DEMONSTRATION_MARK, typeset

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def write_markdown(document: DemoDocument) -> bytes:
    """Give the text in Markdown; the line after its title is the mark."""
    parts = [f"# {document.title}", f"_{DEMONSTRATION_MARK} – {document.occasion}_"]
    for section in document.sections:
        parts += [f"## {section.title}", *(_to_markdown(block) for block in section.blocks)]
    return (typeset("\n\n".join(parts)) + "\n").encode()


def write_plain_text(document: DemoDocument) -> bytes:
    """Give the text without any markup, with the straight apostrophes of a text editor."""
    parts = [document.title.upper(), f"{DEMONSTRATION_MARK} - {document.occasion}"]
    for section in document.sections:
        parts += [section.title.upper(), *(_to_plain_text(block) for block in section.blocks)]
    return ("\n\n".join(parts) + "\n").encode()


def _to_markdown(block: Block) -> str:
    match block:
        case Subheading(text):
            return f"### {text}"
        case Table(rows):
            lines = ["| " + " | ".join(row) + " |" for row in rows]
            return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])
        case _:
            return _to_plain_text(block)


def _to_plain_text(block: Block) -> str:
    match block:
        case PlainParagraph(text) | Subheading(text):
            return text
        case Bullets(items):
            return "\n".join(f"- {item}" for item in items)
        case Table(rows):
            return "\n".join(" | ".join(row) for row in rows)


_WRITERS: dict[str, Callable[[DemoDocument], bytes]] = {
    ".csv": write_table,
    ".docx": write_minutes,
    ".eml": write_message,
    ".epub": write_book,
    ".html": write_web_page,
    ".ics": write_calendar,
    ".md": write_markdown,
    ".mp3": write_sound,
    ".mp4": write_replay,
    ".odt": write_open_text,
    ".pdf": write_synthesis,
    ".png": write_picture,
    ".pptx": write_slides,
    ".rtf": write_rich_text,
    ".srt": write_subrip,
    ".txt": write_plain_text,
    ".vcf": write_cards,
    ".vtt": write_webvtt,
    ".xlsx": write_workbook,
    ".zip": write_archive,
}

_METADATA_FILES = {"evenements.yaml": "evenements.yaml", "Boîte à outils/_fiche.yaml": "boite-a-outils.yaml"}
"""The calendar and the sidecar: where each goes, and the file of this package that it is a copy of."""

_METADATA_FILES_DATE = datetime(2025, 6, 1, 12, tzinfo=UTC)
"""The date that they bear: after the last event."""


def write_demo_library(root: Path, progress: Callable[[int, int], None] | None = None) -> int:
    """Write the whole demonstration under `root`; gives its number of files.

    Two runs give the same bytes and the same dates; a file that is already right is not written again, so that a
    watcher has nothing to do. `progress` receives the number of files done and the total. Other files are left alone.
    """
    documents = load_demo_documents()
    total = len(documents) + len(_METADATA_FILES)
    for done, document in enumerate(documents, start=1):
        write = write_scan if document.scanned else _WRITERS[document.path.suffix]
        _write_file(root / document.path, write(document), document.timestamp)
        if progress is not None:
            progress(done, total)
    for done, (path, name) in enumerate(_METADATA_FILES.items(), start=len(documents) + 1):
        _write_file(
            root / path, files("indexer.demo").joinpath("content/fiches", name).read_bytes(), _METADATA_FILES_DATE
        )
        if progress is not None:
            progress(done, total)
    return total


def _write_file(path: Path, content: bytes, moment: datetime) -> None:
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    # The date is set in any case: what the file says of itself must not depend on the day of the demonstration.
    os.utime(path, (moment.timestamp(), moment.timestamp()))
