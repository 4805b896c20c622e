"""The syntax tree of a question: what documents must contain, as analysed words. Names no engine's library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.text import Word

if TYPE_CHECKING:
    from index.model import Facet


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other, compared by exact forms where the person quoted them, by stems in a compound."""

    words: tuple[Word, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class Prefix:
    """Any word that begins with these folded letters."""

    start: str


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Any word at most `distance` letters (1 or 2) away from this folded one."""

    exact: str
    distance: int


@dataclass(frozen=True, slots=True)
class And:
    """All parts must match."""

    parts: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `minimum` of the parts must match, as for a long question."""

    minimum: int
    parts: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part must match."""

    parts: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not match."""

    part: Match


@dataclass(frozen=True, slots=True)
class Weighted:
    """A part whose score is multiplied by `weight`: a synonym counts less than the word that was typed."""

    part: Match
    weight: float


@dataclass(frozen=True, slots=True)
class InTitle:
    """The part must match in the document's title."""

    part: Match


@dataclass(frozen=True, slots=True)
class ByAuthor:
    """The part must match in the names of the document's authors."""

    part: Match


@dataclass(frozen=True, slots=True)
class Tagged:
    """The document must have one of these values of a facet; adds nothing to the score."""

    facet: Facet
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Written:
    """The document must hold a word as it is written here, accents included; adds nothing to the score."""

    word: str


@dataclass(frozen=True, slots=True)
class Everything:
    """No condition on words, as when someone browses by facets."""


Match = (
    Word
    | Phrase
    | Prefix
    | Fuzzy
    | And
    | AtLeast
    | Or
    | Not
    | Weighted
    | InTitle
    | ByAuthor
    | Tagged
    | Written
    | Everything
)
