"""What is made of a file's text without the catalogue: passages, their words, a signature. Workers do it.

The process that writes has one processor, readers have all others: what they hand over need only be written.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from index.text import CACHED_CHARACTERS, CACHED_TEXTS, TokenStreams, analyse_text, signature
from indexer.describe.passages import cut_passages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from extractors import Extraction
    from index.model import Passage


@dataclass(frozen=True, slots=True)
class PreparedText:
    """The passages of a file, the signature of its text, and the words of its texts as engines compare them."""

    passages: tuple[Passage, ...]
    signature: tuple[int, ...]
    analysed: Mapping[str, TokenStreams]


def prepare_text(extraction: Extraction) -> PreparedText:
    """Cut a file's text into passages, and find its words and its signature."""
    passages = cut_passages(extraction.sections)
    # As many as the one who takes them keeps.
    texts = islice(dict.fromkeys(_list_texts(passages)), CACHED_TEXTS // 2)
    return PreparedText(passages, signature(passages), {text: analyse_text(text) for text in texts})


def _list_texts(passages: tuple[Passage, ...]) -> Iterator[str]:
    for passage in passages:
        for text in (passage.title, passage.text, passage.notes):
            if 0 < len(text) <= CACHED_CHARACTERS:
                yield text
