"""The protocol that every search engine implements, with the queries it receives and the results it returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from index.model import ExplainedError, Facet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from index.model import PartialDate, Passage
    from index.query import Match


class Sort(Enum):
    """The order of hits. Without words to match, RELEVANCE too means newest first."""

    RELEVANCE = "pertinence"
    DATE = "date"


Selection = Mapping[Facet, frozenset[str]]


@dataclass(frozen=True, slots=True)
class ScoreBoost:
    """What recent documents, and those of events, gain at most, as shares of their score.

    `today` is a day as a number, such as 20240125. The query holds it so that it ranks alike all day long. `useful` is
    what documents gain or lose for what readers said of them, by id; those that are not in it stay as they are.
    """

    recent: float
    event: float
    today: int
    useful: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the asker would rather have: documents that match gain `score`, the others stay where they are."""

    match: Match
    score: float


@dataclass(frozen=True, slots=True)
class Query:
    """A query to an engine. `groups` are the asker's: only documents that one of them may see are found or counted.

    `only_among` restricts the query to these ids, None does not; documents of `excluded` are treated as absent.
    `passages_per_document` is how many passages a hit holds at most; with 0, passages do not count for the rank either.
    `facets` are those whose values are counted: each costs a pass over all that matches. `wishes` rank and filter not.
    `strict` finds a part of what `match` does, which is counted too; where it finds anything, facets count that part.
    """

    match: Match
    # Without default: rights are checked inside the engine, so that no caller can forget them.
    groups: frozenset[str]
    selection: Selection = field(default_factory=dict)
    sort: Sort = Sort.RELEVANCE
    offset: int = 0
    limit: int = 10
    passages_per_document: int = 3
    only_among: frozenset[str] | None = None
    boost: ScoreBoost | None = None
    facets: frozenset[Facet] = frozenset(Facet)
    excluded: frozenset[str] = frozenset()
    wishes: tuple[Wish, ...] = ()
    strict: Match | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found; `passage_ordinals` are those of its best passages, best first."""

    document_id: str
    score: float
    passage_ordinals: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a query: `total` documents match, `hits` are one page of them.

    `facet_counts` are numbers of documents by value. Those of a facet ignore the selection in that facet.
    `complete` of the documents match what the query calls strict; None where it calls nothing so.
    """

    total: int
    hits: tuple[Hit, ...]
    facet_counts: Mapping[Facet, Mapping[str, int]]
    complete: int | None = None


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """What an engine is given of a document; the catalogue holds all of it too."""

    id: str
    title: str
    passages: tuple[Passage, ...]
    facets: Mapping[Facet, tuple[str, ...]]
    groups: frozenset[str]
    date: PartialDate | None
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchCluster:
    """How to reach an engine that is a separate service, and how it stores each index.

    `ca` is the PEM file of the authority that signs its certificates, None for those of the system. `name` begins the
    names of this installation's indices. An index has `shards` shards, each with `replicas` copies besides the first,
    where there are machines for them.
    """

    urls: tuple[str, ...]
    user: str = ""
    # Left out of repr, so that it ends in no log.
    password: str = field(default="", repr=False)
    ca: Path | None = None
    name: str = "ruche"
    shards: int = 1
    replicas: int = 1


class EngineUnavailableError(ExplainedError):
    """The engine does not answer for the moment, or only from a part of the index."""


class UnreadableIndexError(Exception):
    """This version's engines cannot open, query or write to the index of a folder."""


class IndexBusyError(ExplainedError):
    """Another process has been writing to the index for longer than one waits."""

    def __init__(self) -> None:
        super().__init__("L’indexeur se sert encore de cet index\u00a0: recommencez dans une minute.")


WRITER_WAIT_SECONDS = 10.0
"""Seconds to wait for another writer: a commit takes less, and so does the indexer to close a replaced index."""


class Engine(Protocol):
    """A disposable index: all that it holds can be rebuilt from the catalogue."""

    def write(self, *, put: Iterable[IndexedDocument] = (), drop: Iterable[str] = ()) -> None:
        """Replace the documents of `put` and remove the ids of `drop` in one commit: searches see all of it or nothing.

        Raises UnreadableIndexError, with nothing written, where another version made the index and it lacks a field.
        """
        ...

    def search(self, query: Query) -> Results:
        """Return a page of the documents that match, ranked, with their best passages and the facet counts."""
        ...

    def find_matching_ids(self, query: Query) -> frozenset[str]:
        """Return those of `query.only_among` that match, without ranking, counts or passages."""
        ...

    def find_matching_parts(
        self, parts: Sequence[Match], ids: frozenset[str], groups: frozenset[str]
    ) -> Mapping[str, frozenset[int]]:
        """Return by id, of these that the groups may see, the positions of the parts of a question that match it.

        An id that no part matches may be left out.
        """
        ...

    def word_frequencies(self, start: str = "", groups: frozenset[str] | None = None) -> Mapping[str, int]:
        """Return the words (lower case, accents kept) that begin with `start`, and how many documents hold each.

        With `groups`, only documents that these groups may see count.
        """
        ...

    def has_word(self, word: str, groups: frozenset[str]) -> bool:
        """Whether a document that these groups may see holds this word (lower case, accents kept)."""
        ...

    def document_ids(self) -> frozenset[str]:
        """Return the ids of all documents in the index, to be compared with the catalogue's."""
        ...

    def count_passages(self, among: frozenset[str] | None = None) -> int:
        """Return how many passages the index holds, of these documents or of all, to be compared with the catalogue."""
        ...

    def close(self) -> None:
        """Release files and locks."""
        ...
