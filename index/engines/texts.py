"""The analysed texts that all engines index. It depends on no library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.analysis import TokenStreams, analyse_text

if TYPE_CHECKING:
    from index.model import Passage

TEXT_FIELDS = ("title", "headings", "body")


def analyse_passage(passage: Passage) -> dict[str, TokenStreams]:
    """Return a passage's analysed texts by field, the notes after the text in one field."""
    # Few passages have notes. In a field of their own, BM25 would take notes for overlong wherever there are any, since
    # the mean length would be near 0, and their words would count for nothing.
    return {
        "headings": analyse_text(passage.title),
        "body": _append_notes(analyse_text(passage.text), analyse_text(passage.notes)),
    }


def _append_notes(text: TokenStreams, notes: TokenStreams) -> TokenStreams:
    if not notes.exact:
        return text
    return TokenStreams(
        exact=f"{text.exact} {notes.exact}".strip(),
        stem=f"{text.stem} {notes.stem}".strip(),
        compounds=f"{text.compounds} {notes.compounds}".strip(),
        written_words=text.written_words | notes.written_words,
    )
