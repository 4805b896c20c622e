"""Writes the demonstration library, in folders such as the community would have."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from indexer.demo.captions import write_subrip, write_webvtt
from indexer.demo.documents import DemoDocument, load_demo_documents
from indexer.demo.minutes import write_minutes
from indexer.demo.notes import write_markdown, write_plain_text
from indexer.demo.replay import write_replay
from indexer.demo.slides import write_slides
from indexer.demo.synthesis import write_synthesis

_WRITERS: dict[str, Callable[[DemoDocument], bytes]] = {
    ".docx": write_minutes,
    ".md": write_markdown,
    ".mp4": write_replay,
    ".pdf": write_synthesis,
    ".pptx": write_slides,
    ".srt": write_subrip,
    ".txt": write_plain_text,
    ".vtt": write_webvtt,
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
        _write_file(root / document.path, _WRITERS[document.path.suffix](document), document.timestamp)
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
