"""The analysed texts that all engines index. It depends on no library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.analysis import Streams, streams

if TYPE_CHECKING:
    from index.model import Passage

TEXTS = ("title", "headings", "body")


def of_passage(passage: Passage) -> dict[str, Streams]:
    """Return a passage's analysed texts by field, the notes after the text in one field."""
    # Few passages have notes. In a field of their own, BM25 would take notes for overlong wherever there are any, since
    # the mean length would be near 0, and their words would count for nothing.
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
