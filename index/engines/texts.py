"""The texts that all engines keep of a document, in words. Names no library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.analysis import Streams, streams

if TYPE_CHECKING:
    from index.model import Passage

TEXTS = ("title", "headings", "body")


def of_passage(passage: Passage) -> dict[str, Streams]:
    """A passage's texts, by their names.

    What was said over a slide follows what is written there, in one text: few documents have notes, and ranking would
    take a text that is empty nearly everywhere for overlong wherever it is not, and count its words for nothing.
    """
    return {"headings": streams(passage.title), "body": _followed(streams(passage.text), streams(passage.notes))}


def _followed(text: Streams, notes: Streams) -> Streams:
    if not notes.exact:
        return text
    return Streams(
        exact=f"{text.exact} {notes.exact}".strip(),
        stem=f"{text.stem} {notes.stem}".strip(),
        joined=f"{text.joined} {notes.joined}".strip(),
        written=text.written | notes.written,
    )
