"""What speech models make up is taken out: credits that they learnt from films, and words that they repeat."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class HeardSegment:
    """What a model heard from `start` to `end` (seconds), with what it says of its own certainty.

    `log_probability` is the mean of its words' (0 is certain), `silence` the probability that nobody speaks (0 to 1),
    None where a service does not say.
    """

    start: float
    end: float
    text: str
    log_probability: float | None = None
    silence: float | None = None
    doubtful: bool = False


_LOW_LOG_PROBABILITY = -0.8
"""Below this, less than about 45 % of the words are certain."""

_PROBABLE_SILENCE = 0.5

_CREDITS = re.compile(
    r"sous[- ]?titr\w*.{0,60}(amara|radio[- ]canada|st.? ?501|soustitreur|mfp|tv5|jeremy diaz|communaute)"
    r"|^(sous[- ]?titrage|sous[- ]?titres)( par| st.?\W*\d*)?\W*$|subtitles? by|amara\.org|soustitreur\.com"
)
"""Credits of subtitled films, in small letters without accents: nobody says these."""

_POLITE = re.compile(
    r"(merci d.avoir (regarde|suivi)( cette video)?|abonnez[- ]vous( a (la|ma) chaine)?|thanks? (you )?for watching"
    r"|n.oubliez pas de vous abonner|a la prochaine|merci|au revoir|a bientot)"
)
"""What is also said: it is left out only where the model itself doubts that somebody speaks."""

_MOST_TIMES = 3
"""The same words so often in a row may be a speaker's; more often they are the model's."""

_LONGEST_LOOP = 30
"""Words of the longest loop looked for."""


def clean_segments(heard: Iterable[HeardSegment]) -> tuple[tuple[HeardSegment, ...], int]:
    """The segments without what was made up, those of low certainty marked; and how many were left out or cut."""
    kept: list[HeardSegment] = []
    dropped, times = 0, 0
    for segment in heard:
        text = " ".join(segment.text.split())
        said = _simplify(text)
        # Dots and notes of music stand for what is no speech.
        if not any(map(str.isalnum, said)):
            dropped += bool(said)
            continue
        times = times + 1 if kept and said == _simplify(kept[-1].text) else 1
        if is_made_up(said, segment) or times > _MOST_TIMES:
            dropped += 1
            continue
        shorter = cut_loops(text)
        dropped += shorter != text
        kept.append(replace(segment, text=shorter, doubtful=shorter != text or _is_uncertain(segment)))
    return tuple(kept), dropped


def is_made_up(said: str, segment: HeardSegment) -> bool:
    """Whether a text, in small letters without accents, is what models write where nobody speaks."""
    if _CREDITS.search(said):
        return True
    return _is_uncertain(segment) and bool(_POLITE.fullmatch(said.strip(" .!?,")))


def cut_loops(text: str) -> str:
    """The text with words that follow each other again and again written once."""
    words = text.split()
    simple = [_simplify(word).strip(" .,;:!?") for word in words]
    kept: list[str] = []
    place = 0
    while place < len(words):
        size, times = _find_loop(simple, place)
        kept += words[place : place + size]
        place += size * times
    return " ".join(kept)


def _find_loop(words: list[str], place: int) -> tuple[int, int]:
    """How many words from a place on repeat, and how often; one word, once, where none does more than it may."""
    for size in range(1, min(_LONGEST_LOOP, (len(words) - place) // (_MOST_TIMES + 1)) + 1):
        first, times = words[place : place + size], 1
        while words[place + times * size : place + (times + 1) * size] == first:
            times += 1
        if times > _MOST_TIMES:
            return size, times
    return 1, 1


def _is_uncertain(segment: HeardSegment) -> bool:
    low = segment.log_probability is not None and segment.log_probability < _LOW_LOG_PROBABILITY
    return low or (segment.silence is not None and segment.silence > _PROBABLE_SILENCE)


def _simplify(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.replace("’", "'").lower())
    return "".join(each for each in letters if not unicodedata.combining(each)).strip()
