"""From a person's words to documents, with their best passages marked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.engine import Query, Selection, Sort
from index.highlight import Fragment, excerpt, mark
from index.language import parse
from index.model import MEMBERS, Facet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from index.catalogue import Catalogue
    from index.engine import Hit, Results
    from index.generations import LiveIndex
    from index.model import Document, Locator, Passage
    from index.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks: `text` as typed, the facet values chosen, the page (from 1) and its size in documents."""

    text: str = ""
    selection: Selection = field(default_factory=dict)
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    per_page: int = 10
    groups: frozenset[str] = frozenset({MEMBERS})


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage as shown in a result: its place, then its title and its text in fragments, the found words marked."""

    locator: Locator
    title: tuple[Fragment, ...]
    fragments: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One document of a result list."""

    document: Document
    score: float
    excerpts: tuple[Excerpt, ...]


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value that one may filter by; `count` is the number of documents it would show."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """`total` documents answer the question, `found` are those of its page; `facets` list values by falling count."""

    question: Question
    total: int
    found: tuple[Found, ...]
    facets: Mapping[Facet, tuple[FacetValue, ...]]

    @property
    def pages(self) -> int:
        """How many pages the answer has, at least one."""
        return max(1, -(-self.total // self.question.per_page))


class Search:
    """Asks the live index, and tells what it found with the catalogue's and the vocabulary's words."""

    def __init__(self, live: LiveIndex, catalogue: Catalogue, vocabulary: Vocabulary) -> None:
        self._live = live
        self._catalogue = catalogue
        self._vocabulary = vocabulary

    def ask(self, question: Question) -> Answer:
        """Answer a question; anything that a person may type has an answer, be it empty."""
        match = parse(question.text)
        results = self._live.search(
            Query(
                match=match,
                groups=question.groups,
                selection=question.selection,
                sort=question.sort,
                offset=(question.page - 1) * question.per_page,
                limit=question.per_page,
            )
        )
        documents = self._catalogue.documents([hit.document_id for hit in results.hits], question.groups)
        passages = self._catalogue.passages_at({hit.document_id: hit.passages for hit in results.hits})
        found = tuple(
            Found(
                document=documents[hit.document_id],
                score=hit.score,
                excerpts=tuple(
                    Excerpt(passage.locator, mark(passage.title, match), excerpt(passage, match))
                    for passage in _in_order(hit, passages.get(hit.document_id, {}))
                ),
            )
            for hit in results.hits
            # Between the index's answer and the catalogue's, a document may have gone.
            if hit.document_id in documents
        )
        return Answer(question, results.total, found, self._facets(question, results))

    def label(self, facet: Facet, value: str) -> str:
        """What a member reads for a facet's value."""
        return self._vocabulary.label(facet, value)

    def _facets(self, question: Question, results: Results) -> dict[Facet, tuple[FacetValue, ...]]:
        return {facet: self._values(facet, question, results) for facet in Facet}

    def _values(self, facet: Facet, question: Question, results: Results) -> tuple[FacetValue, ...]:
        selected = question.selection.get(facet, frozenset())
        counts = dict.fromkeys(selected, 0) | dict(results.counts.get(facet, {}))
        values = [
            FacetValue(value, self.label(facet, value), count, value in selected) for value, count in counts.items()
        ]
        if facet is Facet.YEAR:
            return tuple(sorted(values, key=lambda each: each.value, reverse=True))
        return tuple(sorted(values, key=lambda each: (-each.count, each.label)))


def _in_order(hit: Hit, passages: Mapping[int, Passage]) -> list[Passage]:
    return [passages[ordinal] for ordinal in hit.passages if ordinal in passages]
