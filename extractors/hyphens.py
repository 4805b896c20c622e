r"""Words that a line end cut in two, put together again.

PDFium marks the hyphen at a line end as U+FFFE and drops the line end; others leave « accompagne-\nment ». Neither can
tell a hyphen that the typesetter added from one that belongs to the word: the document's own spelling elsewhere
decides, then French spelling.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

MARK = "\ufffe"

_LINE_END = re.compile(r"(?<=\w)-[ \t]*\r?\n(?=\w)")
# Bounded, or a page without a single space would take the square of its length.
_CUT = re.compile(rf"([^\s{MARK}]{{0,80}}){MARK}(?=([\w’']*)(-?))")
_WORD = re.compile(r"\w+(?:-\w+)*")
_LAST_WORD = re.compile(r"\w*\Z")

# First members that keep their hyphen whatever follows: « non-recours », « sous-préfecture ». « ex » or « mi » are not
# among them: far more words begin so (« ex-périence », « mi-nistère ») than compounds do.
_FIRST = frozenset(
    {
        *(
            "non",
            "sous",
            "avant",
            "après",
            "arrière",
            "demi",
            "semi",
            "quasi",
            "vice",
            "nord",
            "sud",
            "saint",
            "sainte",
        ),
        *("porte", "peut", "rendez", "quelques", "savoir", "compte", "médico", "là"),
    }
)
# Last members that are words of their own: « celle-ci », « pouvez-vous », « au-delà ».
_LAST = frozenset(
    {
        *("ce", "ci", "là", "il", "ils", "elle", "elles", "on", "je", "tu", "nous", "vous", "moi", "toi", "lui", "eux"),
        *("même", "mêmes", "être", "delà", "dessus", "dessous", "après", "joint", "joints"),
    }
)
_SHORT = 4


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a document spells its words where no line end interferes."""

    words: AbstractSet[str]

    def has(self, word: str) -> bool:
        """Whether the document writes this word, whatever its case."""
        return word.lower() in self.words


def spelling(text: str) -> Spelling:
    """The spelling of the words that no line end cuts, compounds counted as one word."""
    return Spelling(frozenset(" ".join(_WORD.findall(text)).lower().split()))


def rejoin(text: str, known: Spelling) -> str:
    """The text without cut words: « accompagne⏎ment » becomes one word, « non⏎recours » keeps its hyphen."""
    if MARK not in text:
        return text
    return _CUT.sub(lambda cut: cut[1] + _glue(cut, known), text)


def mark_line_ends(text: str) -> str:
    """The text with every hyphen at a line end marked as PDFium marks it."""
    return _LINE_END.sub(MARK, text.replace("\x02", MARK))


def _glue(cut: re.Match[str], known: Spelling) -> str:
    before, after = cut[1], cut[2]
    last = _LAST_WORD.findall(before)[0]
    if not last or not after or _never_cut(before, last, after):
        return "-"
    joined, compound = known.has(last + after), known.has(f"{last}-{after}")
    if joined != compound:
        return "" if joined else "-"
    inside_compound = bool(cut[3]) and len(after) <= _SHORT
    return "-" if inside_compound or last.lower() in _FIRST or after.lower() in _LAST else ""


def _never_cut(before: str, last: str, after: str) -> bool:
    """Numbers, proper names and addresses: typesetters break them only at a hyphen that is there."""
    return last[-1].isdigit() or not after[0].islower() or any(sign in before for sign in "/@_")
