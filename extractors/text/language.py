"""The language of a text, told by its commonest words."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain, islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from extractors.model import Section

# The commonest words of each language that the others do not share, or share little.
_WORDS: dict[str, frozenset[str]] = {
    "fr": frozenset(
        {
            *("le", "la", "les", "des", "du", "et", "est", "une", "un", "dans", "pour", "qui", "que", "sur", "par"),
            *("avec", "au", "aux", "ce", "cette", "ces", "sont", "pas", "plus", "nous", "vous", "ou", "leur", "être"),
            *("été", "dont", "elle", "il", "ils", "mais", "votre", "vos", "l", "d", "qu", "n", "s", "c"),
        }
    ),
    "en": frozenset(
        {
            *("the", "of", "and", "to", "in", "is", "that", "for", "it", "with", "was", "are", "be", "this", "by"),
            *("from", "or", "have", "which", "not", "but", "they", "you", "we", "can", "has", "will", "your", "at"),
        }
    ),
    "es": frozenset(
        {
            *(
                "el",
                "los",
                "las",
                "y",
                "del",
                "con",
                "una",
                "por",
                "para",
                "como",
                "más",
                "pero",
                "sus",
                "este",
                "esta",
            ),
            *("son", "al", "muy", "sin", "sobre", "hay", "está", "ser", "lo", "no", "su"),
        }
    ),
    "de": frozenset(
        {
            *(
                "der",
                "die",
                "das",
                "und",
                "ist",
                "nicht",
                "mit",
                "den",
                "von",
                "zu",
                "für",
                "auf",
                "ein",
                "eine",
                "dem",
            ),
            *("sich", "des", "auch", "wird", "werden", "bei", "oder", "im", "zur", "zum"),
        }
    ),
    "it": frozenset(
        {
            *(
                "il",
                "di",
                "che",
                "gli",
                "della",
                "per",
                "una",
                "sono",
                "con",
                "non",
                "del",
                "dei",
                "delle",
                "nel",
                "alla",
            ),
            *("più", "anche", "ha", "come", "si", "lo", "è"),
        }
    ),
    "pt": frozenset(
        {
            *("o", "os", "as", "do", "da", "dos", "das", "em", "uma", "para", "com", "não", "por", "mais", "ao", "são"),
            *("foi", "pela", "pelo", "seu", "sua", "ou", "e", "é", "na", "no"),
        }
    ),
}
_WORD = re.compile(r"[^\W\d_]+")
_MOST_WORDS = 5000
# Fewer common words than this prove nothing.
_ENOUGH = 5
# How many times as many as the second language has, in tenths.
_CLEARLY = 13


def language_of(sections: Iterable[Section], declared: str = "") -> str:
    """The language of these texts in ISO 639-1: what they are written in, else what the file declares, else nothing.

    A declared language is only that of the software which wrote the file: most French documents say « en-US ».
    """
    texts = (text for section in sections for text in (section.title, section.text, section.notes))
    words = islice(chain.from_iterable(map(_WORD.findall, filter(None, texts))), _MOST_WORDS)
    return _told_by(Counter(" ".join(words).lower().split())) or _code(declared)


def _told_by(words: Counter[str]) -> str:
    counts = sorted(((sum(map(words.__getitem__, common)), code) for code, common in _WORDS.items()), reverse=True)
    (most, code), (second, _) = counts[0], counts[1]
    return code if most >= _ENOUGH and most * 10 >= second * _CLEARLY else ""


def _code(declared: str) -> str:
    """« fr-FR », « fr_FR », « fra » or « French » as « fr »."""
    code = re.split(r"[-_]", declared.strip().lower())[0]
    return _LONG_CODES.get(code, code if len(code) == 2 else "")  # noqa: PLR2004  what ISO 639-1 is made of


_LONG_CODES = {"fra": "fr", "fre": "fr", "eng": "en", "spa": "es", "deu": "de", "ger": "de", "ita": "it", "por": "pt"}
