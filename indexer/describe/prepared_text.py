"""What is made of a file's text without the catalogue: passages, their words, a signature. Workers do it.

The process that writes has one processor, readers have all others: what they hand over need only be written.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from index.personal_data import find_personal_data
from index.text import CACHED_CHARACTERS, REMEMBERED_TEXTS, TokenStreams, analyse_text, signature
from indexer.describe.passages import cut_passages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from extractors import Extraction
    from index.model import Passage
    from index.personal_data import LocatedFinding


@dataclass(frozen=True, slots=True)
class PreparedText:
    """The passages of a file, the signature of its text, and the words of its texts as engines compare them.

    `findings` are the personal data in its passages.
    """

    passages: tuple[Passage, ...]
    signature: tuple[int, ...]
    analysed: Mapping[str, TokenStreams]
    findings: tuple[LocatedFinding, ...]


def prepare_text(extraction: Extraction) -> PreparedText:
    """Cut a file's text into passages, and find its words, its signature and the personal data in it."""
    passages = cut_passages(extraction.sections)
    # A part of what the one who takes them keeps: other files come with theirs.
    texts = islice(dict.fromkeys(_list_texts(passages)), REMEMBERED_TEXTS // 4)
    analysed = {text: analyse_text(text) for text in texts}
    return PreparedText(passages, signature(passages), analysed, find_personal_data(passages))


def _list_texts(passages: tuple[Passage, ...]) -> Iterator[str]:
    for passage in passages:
        for text in (passage.title, passage.text, passage.notes):
            if 0 < len(text) <= CACHED_CHARACTERS:
                yield text
