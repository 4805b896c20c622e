"""A question and its answer as members' tools see them, and the engine's queries that a question becomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.engines import Query, Selection, Sort, Wish
from index.model import MEMBERS, Facet
from index.query import Everything, score_wishes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from index.catalogue import ShownRevision
    from index.engines import Engine, Hit
    from index.model import Document, Locator, Passage
    from index.query import Match, QueryExpansion, SpellingCorrection, UnderstoodWish
    from index.search.highlighting import Fragment


@dataclass(frozen=True, slots=True)
class IndexView:
    """The index as one question sees it: its engine, the last revision that it holds, and the asker's groups.

    `hidden_ids` are documents that these groups may no longer see, although the index, not yet up to date, counts them.
    `shown` is the catalogue's last change when the question began: what is read of it afterwards is no older.
    """

    engine: Engine
    indexed_revision: int | None
    groups: frozenset[str]
    hidden_ids: frozenset[str]
    shown: ShownRevision


def page_query(question: Question, match: Match, wishes: Sequence[UnderstoodWish] = ()) -> Query:
    """Return the query for a question's page of documents, with their passages and the facet counts."""
    return Query(
        match=match,
        wishes=tuple(Wish(wished, score) for wished, score in score_wishes(wishes)),
        groups=question.groups,
        selection=question.selection,
        sort=question.sort,
        offset=(question.page - 1) * question.per_page,
        limit=question.per_page,
        facets=question.facets,
    )


def count_query(match: Match, question: Question, excluded: frozenset[str]) -> Query:
    """Return the query that only counts the documents that match."""
    # Without passages and facets, which take longer than the count itself.
    return Query(
        match,
        question.groups,
        question.selection,
        # By date: nothing is scored.
        sort=Sort.DATE,
        limit=1,
        passages_per_document=0,
        facets=frozenset(),
        excluded=excluded,
    )


def order_passages(hit: Hit, passages: Mapping[int, Passage]) -> tuple[Passage, ...]:
    """Return a hit's passages in its order, of those that the catalogue has read, by ordinal."""
    return tuple(passages[ordinal] for ordinal in hit.passage_ordinals if ordinal in passages)


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks: `text` as typed, the facet values chosen, the page (from 1) and its size in documents.

    `exact` searches the words as typed, without acronyms, synonyms or corrections; `all_words` keeps to the documents
    that hold all words. `facets` are those whose values the answer counts; `excerpts` says whether the documents' best
    passages are wanted.
    """

    text: str = ""
    selection: Selection = field(default_factory=dict)
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    per_page: int = 10
    groups: frozenset[str] = frozenset({MEMBERS})
    exact: bool = False
    all_words: bool = False
    facets: frozenset[Facet] = frozenset(Facet)
    excerpts: bool = True


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage as a result shows it: its locator, its title and its text, the found words marked."""

    locator: Locator
    title: tuple[Fragment, ...]
    fragments: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class RankedDocument:
    """A document of a result list, the question's words that it lacks, its near-duplicates further down."""

    document: Document
    score: float
    excerpts: tuple[Excerpt, ...]
    missing_words: tuple[str, ...] = ()
    near_duplicates: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetCount:
    """A value to filter by, and the number of documents that the filter would show."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: `total` documents match, `found` are those of its page; `preparing` says that there is no index yet.

    `complete` of the matching documents hold all words of the question; None where it does not tell them from those
    that hold a share, as one word or one with operators. Where there are some, `facets` count them alone. `narrowed`
    says that only they are found: because the question wants it, or because they are sorted by date.
    `expansions` and `corrections` are what was searched beside, or instead of, what was typed; `related` words and
    `themes` (slugs) go with it. `match` is the parsed question, to mark its words elsewhere.
    `wishes` are the dates, events, territories and formats that were understood. `dropped_words` are those beside them
    that no document holds: what the wishes mean is found alone.
    """

    question: Question
    total: int
    found: tuple[RankedDocument, ...]
    facets: Mapping[Facet, tuple[FacetCount, ...]]
    expansions: tuple[QueryExpansion, ...] = ()
    corrections: tuple[SpellingCorrection, ...] = ()
    related: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    complete: int | None = None
    narrowed: bool = False
    match: Match = field(default_factory=Everything)
    wishes: tuple[UnderstoodWish, ...] = ()
    dropped_words: str = ""
    preparing: bool = False

    @property
    def asks_nothing(self) -> bool:
        """Whether something was typed that holds no word, such as signs alone: all documents are then shown."""
        return bool(self.question.text.strip()) and isinstance(self.match, Everything)

    @property
    def page_count(self) -> int:
        """The number of pages of results, at least 1."""
        return max(1, -(-self.total // self.question.per_page))


@dataclass(frozen=True, slots=True)
class Interpretation:
    """A question's match as the engine receives it, with the expansions, corrections and wishes understood.

    `dropped_words` stand beside the wishes, and no document holds them.
    """

    match: Match
    expansions: tuple[QueryExpansion, ...] = ()
    corrections: tuple[SpellingCorrection, ...] = ()
    wishes: tuple[UnderstoodWish, ...] = ()
    dropped_words: str = ""


@dataclass(frozen=True, slots=True)
class BoostSettings:
    """What recent documents and those of events gain in the ranking, at most, as shares of their score."""

    recent: float = 0.0
    event: float = 0.0


NO_BOOSTS = BoostSettings()
