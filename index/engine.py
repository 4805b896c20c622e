"""What a search engine must do for Ruche, whichever library does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from index.errors import ExplainedError
from index.model import Facet

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from index.model import PartialDate, Passage


@dataclass(frozen=True, slots=True)
class Word:
    """One word as analysed: `exact` is folded, `stem` is stemmed then folded."""

    exact: str
    stem: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other; `exact` when the person quoted them, by stems when they came as one compound."""

    words: tuple[Word, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class Prefix:
    """Every word that begins with these folded letters."""

    start: str


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Every word at most `distance` letters (1 or 2) away from these folded ones."""

    exact: str
    distance: int


@dataclass(frozen=True, slots=True)
class And:
    """All parts must be there."""

    parts: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """So many of the parts must be there: what a long question asks."""

    minimum: int
    parts: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One part at least must be there."""

    parts: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not be there."""

    part: Match


@dataclass(frozen=True, slots=True)
class Weighted:
    """A part that counts `weight` times what it would (a synonym counts less than the word that was typed)."""

    part: Match
    weight: float


@dataclass(frozen=True, slots=True)
class InTitle:
    """The part must be in the document's title."""

    part: Match


@dataclass(frozen=True, slots=True)
class ByAuthor:
    """The part must be in the names of the document's authors."""

    part: Match


@dataclass(frozen=True, slots=True)
class Tagged:
    """The document has one of these values of a facet; ranks nothing."""

    facet: Facet
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Everything:
    """No condition on words: browsing by facets."""


Match = Word | Phrase | Prefix | Fuzzy | And | AtLeast | Or | Not | Weighted | InTitle | ByAuthor | Tagged | Everything


class Sort(Enum):
    """The order of hits. Without words to match, relevance means newest first."""

    RELEVANCE = "pertinence"
    DATE = "date"


Selection = Mapping[Facet, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Lift:
    """What recent documents, and what gatherings left behind, gain at most: shares of their score.

    `today` is a day as a number, 20240125: the same question asked the same day ranks the same.
    """

    recent: float
    gathered: float
    today: int


@dataclass(frozen=True, slots=True)
class Query:
    """A question to an engine. `groups` are the asker's: only what they may see is found or counted.

    `among`, when given, are the only documents asked about; those of `without` are as if they were not there.
    `passages` are wanted of each document; with none, none is looked at, for the rank either. `counted` are the facets
    whose values are counted: each costs a pass over all that matches.
    """

    match: Match
    groups: frozenset[str]
    selection: Selection = field(default_factory=dict)
    sort: Sort = Sort.RELEVANCE
    offset: int = 0
    limit: int = 10
    passages: int = 3
    among: frozenset[str] | None = None
    lift: Lift | None = None
    counted: frozenset[Facet] = frozenset(Facet)
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found; `passages` are the ordinals of its best passages, best first."""

    document_id: str
    score: float
    passages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """`total` documents match; `counts` are of documents, and a facet's counts ignore its own selection."""

    total: int
    hits: tuple[Hit, ...]
    counts: Mapping[Facet, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """What an engine keeps of a document: enough to find it, nothing that the catalogue lacks."""

    id: str
    title: str
    passages: tuple[Passage, ...]
    facets: Mapping[Facet, tuple[str, ...]]
    groups: frozenset[str]
    date: PartialDate | None
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where an engine that is a service of its own is reached, and what it keeps of each index.

    `ca` is the file of the authority that signs its certificates, where it is not one that everybody knows. `name`
    begins the names of this installation's indices. An index has `shards` parts, each in `replicas` copies besides the
    first, where there are machines for them.
    """

    urls: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    ca: Path | None = None
    name: str = "ruche"
    shards: int = 1
    replicas: int = 1


class EngineUnavailableError(ExplainedError):
    """The engine does not answer for the moment, or not from all of the index: nothing may be concluded from that."""


class UnreadableIndexError(Exception):
    """What lies in the folder is no index that this version's engines can open, ask, or write to."""


class IndexBusyError(ExplainedError):
    """Another process writes to the index, and went on for longer than one waits."""

    def __init__(self) -> None:
        super().__init__("L’indexeur se sert encore de cet index\u00a0: recommencez dans une minute.")


WRITER_PATIENCE = 10.0
"""Seconds to wait for another writer: it commits in less, and leaves an index that is no longer live within seconds."""


class Engine(Protocol):
    """A disposable index: deleting it loses nothing that the catalogue lacks."""

    def write(self, *, put: Iterable[IndexedDocument] = (), drop: Iterable[str] = ()) -> None:
        """Replace and remove documents, whole, in one commit; searches see all of it or nothing.

        Raises UnreadableIndexError, nothing written, where the index is another version's and lacks a field.
        """
        ...

    def search(self, query: Query) -> Results:
        """The documents that match, ranked, with their best passages and the facet counts."""
        ...

    def matching(self, query: Query) -> frozenset[str]:
        """Which of `query.among` match: no ranking, no counts, no passages."""
        ...

    def words(self, start: str = "", groups: frozenset[str] | None = None) -> Mapping[str, int]:
        """Words as written (lower case, accents kept) whose written form begins so, with the documents that hold them.

        With `groups`, only words and documents that these may see are told of.
        """
        ...

    def knows(self, word: str, groups: frozenset[str]) -> bool:
        """Whether a document that these groups may see holds a word so written (lower case, accents kept)."""
        ...

    def ids(self) -> frozenset[str]:
        """The documents that the index holds, so that a drift from the catalogue shows."""
        ...

    def passages(self, among: frozenset[str] | None = None) -> int:
        """How many passages the index holds, of these documents or of all, so that a loss shows."""
        ...

    def close(self) -> None:
        """Give back files and locks."""
        ...
