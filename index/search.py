"""The search service: answers a question with ranked documents, marked excerpts and facet counts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from index import embedding, suggest
from index.analysis import fold
from index.embedding import fused
from index.engine import AtLeast, Everything, Lift, Query, Results, Selection, Sort
from index.engines.ranking import RERANKED, words_of
from index.expansion import Equivalents, Expansion, as_typed, in_own_words, said
from index.highlight import Fragment, excerpt, mark
from index.language import parse, positives
from index.live import LiveIndex
from index.model import MEMBERS, Facet, PartialDate
from index.querying import View, bare, whole
from index.related import Sight, related, related_themes
from index.sketch import leaders
from index.spelling import Correction, Lexicon, correct, restore_accents

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from index.catalogue import Catalogue
    from index.embedding import Embedder
    from index.engine import Hit, Match
    from index.model import Document, Event, Locator, Passage
    from index.settings import Settings
    from index.suggest import Suggestion
    from index.vocabulary import Vocabulary

_RELATED = 5

_NEVER = PartialDate(1, 1)


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asks: `text` as typed, the facet values chosen, the page (from 1) and its size in documents.

    `exact` searches the words as typed, without acronyms, synonyms or corrections. `facets` are those whose values the
    answer counts; `excerpts` says whether the documents' best passages are wanted.
    """

    text: str = ""
    selection: Selection = field(default_factory=dict)
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    per_page: int = 10
    groups: frozenset[str] = frozenset({MEMBERS})
    exact: bool = False
    counted: frozenset[Facet] = frozenset(Facet)
    excerpts: bool = True


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage as a result shows it: its locator, its title and its text, the found words marked."""

    locator: Locator
    title: tuple[Fragment, ...]
    fragments: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A document of a result list, the question's words that it lacks, its near-duplicates further down."""

    document: Document
    score: float
    excerpts: tuple[Excerpt, ...]
    missing: tuple[str, ...] = ()
    alike: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value to filter by, and the number of documents that the filter would show."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: `total` documents match, `found` are those of its page; `preparing` says that there is no index yet.

    `expansions` and `corrections` are what was searched beside, or instead of, what was typed; `related` words and
    `themes` (slugs) go with it. `match` is the parsed question, to mark its words elsewhere.
    """

    question: Question
    total: int
    found: tuple[Found, ...]
    facets: Mapping[Facet, tuple[FacetValue, ...]]
    expansions: tuple[Expansion, ...] = ()
    corrections: tuple[Correction, ...] = ()
    related: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    match: Match = field(default_factory=Everything)
    preparing: bool = False

    @property
    def pages(self) -> int:
        """The number of pages of results, at least 1."""
        return max(1, -(-self.total // self.question.per_page))


@dataclass(frozen=True, slots=True)
class Understood:
    """A question's match as the engine receives it, with the expansions and corrections made."""

    match: Match
    expansions: tuple[Expansion, ...] = ()
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class Boosts:
    """What recent documents and those of events gain in the ranking, at most, as shares of their score."""

    recent: float = 0.0
    gathered: float = 0.0


NO_BOOSTS = Boosts()


class Search:
    """Searches the live index, and fills in what it found from the catalogue and the vocabulary."""

    def __init__(
        self,
        live: LiveIndex,
        catalogue: Catalogue,
        vocabulary: Vocabulary,
        *,
        embedder: Embedder | None = None,
        boosts: Boosts = NO_BOOSTS,
    ) -> None:
        self._live = live
        self._catalogue = catalogue
        self._vocabulary = vocabulary
        self._embedder = embedder
        self._boosts = boosts
        self._equivalents = Equivalents(vocabulary)
        self._sight = Sight()

    @property
    def revision(self) -> int | None:
        """The last revision of the catalogue that searches see; None where there is no index."""
        return self._live.revision if self._live.is_there else None

    def get_ready(self) -> None:
        """Start to load in the background what the first question would otherwise wait for."""
        self._live.get_ready()

    def trouble(self) -> str:
        """Return why searches fail for the moment, in a French sentence; an empty string where they do not."""
        return self._live.trouble()

    def worded(self, vocabulary: Vocabulary) -> Search:
        """Return the same search with another vocabulary; nothing has to be indexed again."""
        return Search(self._live, self._catalogue, vocabulary, embedder=self._embedder, boosts=self._boosts)

    def ask(self, question: Question) -> Answer:
        """Return the answer to a question. Whatever is typed has one, even if it is empty."""
        view = self._view(question.groups)
        understood = self._understand(question, view)
        results = self._results(view, question, understood.match) if view else Results(0, (), {})
        documents, passages = self._catalogue.answered(
            {hit.document_id: hit.passages if question.excerpts else () for hit in results.hits}, question.groups
        )
        # A document may have been removed between the index's answer and the catalogue's.
        hits = [hit for hit in results.hits if hit.document_id in documents]
        stems, known = _stems(understood.match), self._live.related
        return Answer(
            question=question,
            total=results.total,
            found=self._found(question, understood.match, hits, (documents, passages), view),
            facets={facet: self._values(facet, question, results) for facet in Facet if facet in question.counted},
            expansions=understood.expansions,
            corrections=understood.corrections,
            related=self._related(stems, known, view),
            # Only themes of documents that the asker may see, which the facet counts hold.
            themes=tuple(
                slug for slug in related_themes(stems, known, _RELATED) if slug in results.counts.get(Facet.THEME, {})
            ),
            match=understood.match,
            preparing=view is None,
        )

    def total(self, question: Question) -> int:
        """Return how many documents answer a question."""
        view = self._view(question.groups)
        if view is None:
            return 0
        return view.engine.search(bare(self._understand(question, view).match, question, view.hidden)).total

    def understand(self, question: Question) -> Understood:
        """Parse a question, restore accents, correct unknown words, and add acronyms and synonyms."""
        # Without words the index is not asked, so that a document's page opens even if the engine does not answer.
        return self._understand(question, self._view(question.groups) if question.text.strip() else None)

    def _understand(self, question: Question, view: View | None) -> Understood:
        match = parse(question.text, self._vocabulary)
        if view is None or not question.text.strip():
            return Understood(match)
        lexicon = self._live.lexicon
        match = restore_accents(match, lexicon)
        if question.exact:
            return Understood(match)
        sees = self._sight.of(view.engine, view.learnt, view.groups)
        match, corrections = correct(
            match,
            lexicon,
            # In the asker's documents only: a word left as typed must not reveal that hidden documents hold it.
            known=lambda word: view.engine.search(bare(word, Question(groups=view.groups), view.hidden)).total > 0,
            visible=lambda written: not view.hidden and sees(written),
        )
        match, expansions = self._equivalents.expand(match)
        return Understood(
            match,
            tuple(replace(each, typed=in_own_words(each.typed, question.text)) for each in expansions),
            tuple(replace(each, typed=in_own_words(each.typed, question.text)) for each in corrections),
        )

    def answering(self, question: Question, among: frozenset[str]) -> frozenset[str]:
        """Return those of these ids whose documents answer a question."""
        view = self._view(question.groups)
        if view is None or not among:
            return frozenset()
        match = self._understand(question, view).match
        return view.engine.matching(Query(match, question.groups, question.selection, among=among))

    def complete(self, typed: str, groups: frozenset[str]) -> tuple[Suggestion, ...]:
        """Return completions of a question that is being typed."""
        sources = self._sources(groups)
        return suggest.complete(typed, sources) if sources else ()

    def more_like(self, document: Document, groups: frozenset[str], limit: int = 5) -> tuple[str, ...]:
        """Return the ids of documents about the same subjects, as far as the index knows: some may be gone."""
        sources = self._sources(groups)
        return suggest.more_like(document, sources, limit) if sources else ()

    def _sources(self, groups: frozenset[str]) -> suggest.Sources | None:
        view = self._view(groups)
        if view is None:
            return None
        # The index still shows these groups what is now hidden: its words might come from there.
        lexicon = Lexicon({}) if view.hidden else self._live.lexicon
        return suggest.Sources(view.engine, self._catalogue, self._vocabulary, lexicon, groups)

    def _related(self, stems: Sequence[str], known: Mapping[str, Sequence[str]], view: View | None) -> tuple[str, ...]:
        """Return words that go with a question, all of which the asker may see."""
        if view is None or not stems or not known or view.hidden:
            return ()
        words = related(stems, known, 2 * _RELATED)
        sees = self._sight.of(view.engine, view.learnt, view.groups)
        # Lazily, no more than needed: each check is a query to the index.
        return tuple(islice((word for word in words if sees(word)), _RELATED))

    def label(self, facet: Facet, value: str) -> str:
        """Return what a member reads for a facet's value."""
        return self._vocabulary.label(facet, value)

    def _results(self, view: View, question: Question, match: Match) -> Results:
        query = replace(whole(question, match), lift=self._lift(), without=view.hidden)
        by_meaning = self._embedder and question.sort is Sort.RELEVANCE and any(positives(match))
        if not by_meaning or query.offset + query.limit > RERANKED:
            return view.engine.search(query)
        # The head of the list is ranked as a whole, so that no document is on two pages.
        head = view.engine.search(replace(query, offset=0, limit=RERANKED))
        hits = self._by_meaning(question.text, head.hits)
        return replace(head, hits=hits[query.offset : query.offset + query.limit])

    def _view(self, groups: frozenset[str]) -> View | None:
        """Return the index as these groups see it now; None where there is none."""
        engine = self._live.engine
        if engine is None:
            return None
        # Read before the catalogue's revision: what is indexed in between is only hidden once more.
        learnt = self._live.revision
        if learnt is None or learnt >= self._catalogue.revision():
            return View(engine, learnt, groups, frozenset())
        return View(engine, learnt, groups, self._catalogue.unseen_since(learnt, groups))

    def _lift(self) -> Lift | None:
        if self._boosts == NO_BOOSTS:
            return None
        today = datetime.now(UTC)
        return Lift(self._boosts.recent, self._boosts.gathered, today.year * 10_000 + today.month * 100 + today.day)

    def _by_meaning(self, text: str, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        if self._embedder is None or not hits:
            return hits
        best = self._catalogue.passages_at({hit.document_id: hit.passages[:1] for hit in hits})
        texts = {
            id_: "\n".join(f"{passage.title}\n{passage.text}" for passage in passages.values())
            for id_, passages in best.items()
        }
        by_id = {hit.document_id: hit for hit in hits}
        return tuple(by_id[id_] for id_ in fused(text, texts, self._embedder))

    def _found(
        self,
        question: Question,
        match: Match,
        hits: list[Hit],
        read: tuple[Mapping[str, Document], Mapping[str, Mapping[int, Passage]]],
        view: View | None,
    ) -> tuple[Found, ...]:
        documents, passages = read
        missing = self._missing(question, match, [hit.document_id for hit in hits], view)
        first = leaders([documents[hit.document_id] for hit in hits])
        return tuple(
            Found(
                document=documents[hit.document_id],
                score=hit.score,
                excerpts=tuple(
                    Excerpt(passage.locator, mark(passage.title, match), excerpt(passage, match))
                    for passage in _in_order(hit, passages.get(hit.document_id, {}))
                ),
                missing=missing.get(hit.document_id, ()),
                alike=first[hit.document_id],
            )
            for hit in hits
            if hit.document_id in first
        )

    def _missing(
        self, question: Question, match: Match, ids: list[str], view: View | None
    ) -> dict[str, tuple[str, ...]]:
        """Return the words of a long question that each document lacks, by its id."""
        if view is None or not isinstance(match, AtLeast) or not ids:
            return {}
        typed = as_typed(question.text)
        lacking: dict[str, list[str]] = {id_: [] for id_ in ids}
        for part in match.parts:
            holding = view.engine.matching(Query(part, question.groups, among=frozenset(ids)))
            for id_ in lacking.keys() - holding:
                lacking[id_].append(said(part, typed))
        return {id_: tuple(filter(None, words)) for id_, words in lacking.items()}

    def _values(self, facet: Facet, question: Question, results: Results) -> tuple[FacetValue, ...]:
        selected = question.selection.get(facet, frozenset())
        counts = dict.fromkeys(selected, 0) | dict(results.counts.get(facet, {}))
        if not counts:
            return ()
        events = self._catalogue.events_named(list(counts), question.groups) if facet is Facet.EVENT else {}
        values = [
            FacetValue(value, _event_label(events[value]), count, value in selected)
            if value in events
            else FacetValue(value, self.label(facet, value), count, value in selected)
            for value, count in counts.items()
        ]
        # Years and events stand by date, the latest first; other values by falling count.
        if facet is Facet.YEAR:
            return tuple(sorted(values, key=lambda each: each.value, reverse=True))
        if facet is Facet.EVENT:
            latest = sorted(values, key=lambda each: events[each.value].date if each.value in events else _NEVER)
            return tuple(reversed(latest))
        return tuple(sorted(values, key=lambda each: (-each.count, fold(each.label))))


def _event_label(event: Event) -> str:
    return f"{event.title} ({event.date.label})"


def open_search(settings: Settings, catalogue: Catalogue, vocabulary: Vocabulary) -> Search:
    """Return the search of an installation. Raises EmbeddingError when its settings name a model that does not load."""
    return Search(
        LiveIndex(settings.index_folder, settings.cluster),
        catalogue,
        vocabulary,
        embedder=embedding.load(settings.embedding),
        boosts=Boosts(settings.boost_recent, settings.boost_event),
    )


def _stems(match: Match) -> list[str]:
    return [word.stem for leaf in positives(match) for word in words_of(leaf)]


def _in_order(hit: Hit, passages: Mapping[int, Passage]) -> list[Passage]:
    return [passages[ordinal] for ordinal in hit.passages if ordinal in passages]
