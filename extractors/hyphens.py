r"""Re-joining words that are hyphenated at a line end.

PDFium marks a hyphen at a line end as U+FFFE and drops the line end; other programs leave « accompagne-\nment ».
Neither distinguishes a hyphen that the typesetter added from one that belongs to the word: the spelling of the same
word elsewhere in the document decides, then rules of French spelling.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

HYPHEN_MARK = "\ufffe"
"""Stands for a hyphen at a line end, together with the line end."""

_LINE_END = re.compile(r"(?<=\w)-[ \t]*\r?\n(?=\w)")
# The word before is bounded: on a page without any space, matching would take quadratic time.
_CUT = re.compile(rf"([^\s{HYPHEN_MARK}]{{0,80}}){HYPHEN_MARK}(?=([\w’']*)(-?))")
_WORD = re.compile(r"\w+(?:-\w+)*")
_LAST_WORD = re.compile(r"\w*\Z")

# First words of French compounds, which keep their hyphen: « non-recours », « sous-préfecture ». « ex » and « mi » are
# not among them, since far more simple words than compounds begin so (« ex-périence », « mi-nistère »).
_HYPHENATED_FIRST_WORDS = frozenset(
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
# Last words of compounds and inversions, before which the hyphen stays: « celle-ci », « pouvez-vous », « au-delà ».
_HYPHENATED_LAST_WORDS = frozenset(
    {
        *("ce", "ci", "là", "il", "ils", "elle", "elles", "on", "je", "tu", "nous", "vous", "moi", "toi", "lui", "eux"),
        *("même", "mêmes", "être", "delà", "dessus", "dessous", "après", "joint", "joints"),
    }
)
# Of a compound of three words (« vis-à-vis »), the word in the middle has at most this many letters.
_SHORT_WORD = 4


@dataclass(frozen=True, slots=True)
class DocumentWords:
    """The words of a document that no line end cuts, in lower case."""

    words: AbstractSet[str]

    def has_word(self, word: str) -> bool:
        """Whether the document has this word elsewhere, in any case."""
        return word.lower() in self.words


def collect_words(text: str) -> DocumentWords:
    """The words of a text, hyphenated compounds counted as one word."""
    return DocumentWords(frozenset(" ".join(_WORD.findall(text)).lower().split()))


def rejoin_words(text: str, known: DocumentWords) -> str:
    """The text with marked words re-joined: « accompagne⏎ment » to one word, « non⏎recours » with its hyphen."""
    if HYPHEN_MARK not in text:
        return text
    return _CUT.sub(lambda cut: cut[1] + _choose_joint(cut, known), text)


def mark_line_ends(text: str) -> str:
    """The text with every hyphen at a line end replaced by HYPHEN_MARK; U+0002, another mark for it, as well."""
    return _LINE_END.sub(HYPHEN_MARK, text.replace("\x02", HYPHEN_MARK))


def _choose_joint(cut: re.Match[str], known: DocumentWords) -> str:
    """What goes between the two halves of a word: "-" or ""."""
    before, after = cut[1], cut[2]
    last = _LAST_WORD.findall(before)[0]
    if not last or not after or _is_never_cut(before, last, after):
        return "-"
    joined, compound = known.has_word(last + after), known.has_word(f"{last}-{after}")
    # The document itself decides, if it has one of the two spellings and not the other.
    if joined != compound:
        return "" if joined else "-"
    # The middle word of a compound, followed by a hyphen of its own: « vis⏎à-vis ».
    inside_compound = bool(cut[3]) and len(after) <= _SHORT_WORD
    return (
        "-"
        if inside_compound or last.lower() in _HYPHENATED_FIRST_WORDS or after.lower() in _HYPHENATED_LAST_WORDS
        else ""
    )


def _is_never_cut(before: str, last: str, after: str) -> bool:
    """Whether the halves are of a number, a proper name or an address: those break only at a hyphen of their own."""
    return last[-1].isdigit() or not after[0].islower() or any(sign in before for sign in "/@_")
