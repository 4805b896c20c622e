"""Lays the demonstration library out in folders, as the community would have them."""

import os
from collections.abc import Callable
from pathlib import Path

from indexer.demo.captions import write_subrip, write_webvtt
from indexer.demo.documents import Document, demo_documents
from indexer.demo.minutes import write_minutes
from indexer.demo.notes import write_markdown, write_plain_text
from indexer.demo.replay import write_replay
from indexer.demo.slides import write_slides
from indexer.demo.synthesis import write_synthesis

_WRITERS: dict[str, Callable[[Document], bytes]] = {
    ".docx": write_minutes,
    ".md": write_markdown,
    ".mp4": write_replay,
    ".pdf": write_synthesis,
    ".pptx": write_slides,
    ".srt": write_subrip,
    ".txt": write_plain_text,
    ".vtt": write_webvtt,
}


def write_demo_library(root: Path, progress: Callable[[int, int], None] | None = None) -> int:
    """Write the whole demonstration under `root`, and give its number of files.

    Two runs give the same bytes and the same dates; a file that is already right is not written again, so that a
    watcher has nothing to do. `progress` receives the number of files done and the total. Files that are not of
    the demonstration are left alone.
    """
    documents = demo_documents()
    for done, document in enumerate(documents, start=1):
        _write(root / document.path, document)
        if progress is not None:
            progress(done, len(documents))
    return len(documents)


def _write(path: Path, document: Document) -> None:
    content = _WRITERS[path.suffix](document)
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    moment = document.moment.timestamp()
    os.utime(path, (moment, moment))
