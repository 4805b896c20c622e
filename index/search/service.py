"""The search service: answers a question with ranked documents, marked excerpts and facet counts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING
from weakref import ref

from index.engines import (
    Query,
    Results,
    ScoreBoost,
    Sort,
    list_part_words,
)
from index.generations import LiveIndex
from index.model import Facet
from index.query import (
    Lexicon,
    positive_leaves,
    require_all,
)
from index.search import autocompletion
from index.search.answering import (
    DocumentPassage,
    PassageAnswer,
    asks_for_passages,
    find_answers,
    find_best_passages,
)
from index.search.autocompletion import WordVisibility, find_related_themes, find_related_words, list_vocabulary_words
from index.search.cards import Cards, CardSources, build_cards
from index.search.interpretation import Interpreter, read_today
from index.search.memory import AnswerMemory, KnownEvents, Moment, Usefulness, estimate_size, keep_last
from index.search.questions import (
    NO_BOOSTS,
    Answer,
    BoostSettings,
    IndexView,
    Interpretation,
    Question,
    count_query,
    page_query,
)
from index.search.results import build_facet_counts, build_found, find_missing_words
from index.search.shared_answers import SharedAnswers, build_shared_key
from index.vocabulary import EntryKind
from index.web_processes import current_web_process

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from index.catalogue import Catalogue, ShownRevision
    from index.config import Settings
    from index.engines import Engine
    from index.model import Document
    from index.query import Match
    from index.search.autocompletion import Suggestion
    from index.search.meaning import MeaningRanker
    from index.vocabulary import Vocabulary

_MAX_RELATED = 5


@dataclass(frozen=True, slots=True)
class _Found:
    """What the index says of a question: how it was understood, what it finds, the words that each document lacks.

    `narrowed` says that only documents with all words are found.
    """

    understood: Interpretation
    results: Results = field(default_factory=lambda: Results(0, (), {}))
    narrowed: bool = False
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Search:
    """Searches the live index, and fills in what it found from the catalogue and the vocabulary."""

    def __init__(
        self,
        live: LiveIndex,
        catalogue: Catalogue,
        vocabulary: Vocabulary,
        *,
        meaning: MeaningRanker | None = None,
        boosts: BoostSettings = NO_BOOSTS,
        shared: SharedAnswers | None = None,
    ) -> None:
        self._live = live
        self._catalogue = catalogue
        self._vocabulary = vocabulary
        self._meaning = meaning
        self._boosts = boosts
        self._shared = shared
        self._usefulness = Usefulness(catalogue)
        self._vocabulary_words = list_vocabulary_words(vocabulary)
        self._word_visibility = WordVisibility(live)
        self._interpreter = Interpreter(live, catalogue, vocabulary, self._word_visibility)
        self._known_events = KnownEvents(catalogue)
        self._memory = AnswerMemory()
        self._hidden: dict[frozenset[str], tuple[tuple[int, ShownRevision], frozenset[str]]] = {}

    @property
    def indexed_revision(self) -> int | None:
        """The last revision of the catalogue that searches see; None where there is no index."""
        return self._live.indexed_revision if self._live.exists else None

    def preload(self) -> None:
        """Start to load in the background what the first question would otherwise wait for."""
        self._live.preload()
        if self._meaning:
            self._meaning.preload()

    def outage_message(self) -> str:
        """Return why searches fail for the moment, in a French sentence; an empty string where they do not."""
        return self._live.outage_message()

    def with_vocabulary(self, vocabulary: Vocabulary) -> Search:
        """Return the same search with another vocabulary; nothing has to be indexed again."""
        return Search(
            self._live, self._catalogue, vocabulary, meaning=self._meaning, boosts=self._boosts, shared=self._shared
        )

    def ask(self, question: Question) -> Answer:
        """Return the answer to a question. Whatever is typed has one, even if it is empty.

        It is the one given before, as long as it would be the same.
        """
        view = self._open_view(question.groups)
        moment = self._read_moment(view)
        if moment is None:
            return self._answer(question, view)
        answer: Answer | None = self._memory.find(question, moment)
        if answer is None:
            answer = self._answer(question, view)
            self._memory.keep(question, moment, answer, estimate_size(answer))
        return answer

    def recall(self, question: Question, name: str, pack: Callable[[Answer], bytes]) -> bytes:
        """Return what `pack` makes of the answer to a question: the same as before, as long as the answer would be.

        Nothing but the answer and `name` may go into it. Other web processes of the service may have made it.
        """
        view = self._open_view(question.groups)
        moment = self._read_moment(view)
        if moment is None:
            return pack(self._answer(question, view))
        packed: bytes | None = self._memory.find(question, moment, name)
        if packed is None:
            packed = self._recall_shared(question, name, moment, pack)
            self._memory.keep(question, moment, packed, len(packed), name)
        return packed

    def _recall_shared(self, question: Question, name: str, moment: Moment, pack: Callable[[Answer], bytes]) -> bytes:
        view = moment.view
        index = self._live.identify(view.engine, view.indexed_revision, view.groups) if self._shared else None
        if self._shared is None or index is None:
            return pack(self._answer(question, view))
        key = build_shared_key(question, name, moment, index, self._vocabulary_digest)
        packed = self._shared.find(key)
        if packed is None:
            packed = pack(self._answer(question, view))
            self._shared.keep(key, packed)
        return packed

    @cached_property
    def _vocabulary_digest(self) -> str:
        entries = [(kind.value, sorted(self._vocabulary.entries_of_kind(kind).items())) for kind in EntryKind]
        return sha256(repr(entries).encode()).hexdigest()

    def _read_moment(self, view: IndexView | None) -> Moment | None:
        """Return what an answer depends on now, beside its question; None where none is remembered."""
        # Models rank by services that may be away for a while, and remember by themselves.
        if view is None or self._meaning:
            return None
        known = self._live.associations
        return Moment(view, ref(self._live.lexicon_of(view.groups)), known, read_today(), self._build_boost())

    def _answer(self, question: Question, view: IndexView | None) -> Answer:
        found = self._ask_index(question, view) if view else _Found(self._interpreter.interpret(question, None))
        understood, results = found.understood, found.results
        documents, passages = self._catalogue.documents.find_with_passages(
            {hit.document_id: hit.passage_ordinals if question.excerpts else () for hit in results.hits},
            question.groups,
        )
        # A document may have been removed between the index's answer and the catalogue's.
        hits = [hit for hit in results.hits if hit.document_id in documents]
        stems, known = _list_stems(understood.match), self._live.associations
        events = self._known_events.find_named(question, results, view)
        return Answer(
            question=question,
            total=results.total,
            found=build_found(understood.match, found.missing, hits, (documents, passages)),
            facets={
                facet: build_facet_counts(facet, question, results, events, self._vocabulary)
                for facet in Facet
                if facet in question.facets
            },
            expansions=understood.expansions,
            corrections=understood.corrections,
            related=self._find_related_words(stems, known, view),
            # Only themes of documents that the asker may see, which the facet counts hold.
            themes=tuple(
                slug
                for slug in find_related_themes(stems, known, _MAX_RELATED)
                if slug in results.facet_counts.get(Facet.THEME, {})
            ),
            complete=results.complete,
            narrowed=found.narrowed,
            match=understood.match,
            wishes=understood.wishes,
            dropped_words=understood.dropped_words,
            preparing=view is None,
        )

    def _ask_index(self, question: Question, view: IndexView) -> _Found:
        understood = self._interpreter.interpret(question, view)
        results, narrowed = self._search_loosely(view, question, understood)
        ids = [hit.document_id for hit in results.hits]
        return _Found(understood, results, narrowed, find_missing_words(question, understood, ids, view))

    def _search_loosely(self, view: IndexView, question: Question, understood: Interpretation) -> tuple[Results, bool]:
        """Return the documents that hold a share of the words, and whether they were narrowed to those with all."""
        strict = replace(understood, match=require_all(understood.match))
        if strict == understood:
            return self._search_engine(view, question, understood), False
        # By date, a document with one of the words would stand before those on the question.
        if question.all_words or question.sort is Sort.DATE:
            kept = self._search_engine(view, question, strict)
            if question.all_words or kept.total:
                return replace(kept, complete=kept.total), True
        return self._search_engine(view, question, understood, strict.match), False

    def build_cards(self, answer: Answer) -> Cards:
        """Return what is shown above the results: events, territories, themes and acronyms that a question names."""
        sources = CardSources(self._catalogue, self._vocabulary, self.ask, self.total)
        return self._memory.derive(answer, "cards", lambda: build_cards(answer, sources))

    def find_answers(self, answer: Answer) -> tuple[PassageAnswer, ...]:
        """Return the passages that answer a question in a sentence; none where none is good enough."""
        return self._memory.derive(answer, "passages", lambda: self._find_answers(answer))

    def _find_answers(self, answer: Answer) -> tuple[PassageAnswer, ...]:
        view = self._open_view(answer.question.groups) if asks_for_passages(answer) else None
        return find_answers(answer, view, self._catalogue, self._live.lexicon_of(view.groups)) if view else ()

    def find_best_passages(self, answer: Answer, limit: int) -> tuple[DocumentPassage, ...]:
        """Return the passages that stand first for a question, as many as `limit`, from several documents."""
        view = self._open_view(answer.question.groups)
        return find_best_passages(answer, view, self._catalogue, limit) if view else ()

    def total(self, question: Question) -> int:
        """Return how many documents answer a question."""
        view = self._open_view(question.groups)
        if view is None:
            return 0
        match = self._interpreter.interpret(question, view).match
        asked = require_all(match) if question.all_words else match
        return view.engine.search(count_query(asked, question, view.hidden_ids)).total

    def interpret(self, question: Question) -> Interpretation:
        """Parse a question, restore accents, correct unknown words, and add acronyms and synonyms."""
        # Without words the index is not asked, so that a document's page opens even if the engine does not answer.
        view = self._open_view(question.groups) if question.text.strip() else None
        return self._interpreter.interpret(question, view)

    def find_answering_ids(self, question: Question, document_ids: frozenset[str]) -> frozenset[str]:
        """Return those of these ids whose documents answer a question with all its words.

        Whoever follows a question is not told of each document that holds one word of it.
        """
        view = self._open_view(question.groups)
        if view is None or not document_ids:
            return frozenset()
        understood = self._interpreter.interpret(question, view)
        if understood.dropped_words:
            return frozenset()
        match = require_all(understood.match)
        return view.engine.find_matching_ids(Query(match, question.groups, question.selection, only_among=document_ids))

    def suggest_completions(self, typed: str, groups: frozenset[str]) -> tuple[Suggestion, ...]:
        """Return completions of a question that is being typed."""
        sources = self.suggestion_sources(groups)
        return autocompletion.complete_question(typed, sources) if sources else ()

    def find_similar_ids(self, document: Document, groups: frozenset[str], limit: int = 5) -> tuple[str, ...]:
        """Return the ids of documents about the same subjects, as far as the index knows: some may be gone."""
        sources = self.suggestion_sources(groups)
        return autocompletion.find_similar_ids(document, sources, limit) if sources else ()

    def suggestion_sources(self, groups: frozenset[str]) -> autocompletion.SuggestionSources | None:
        """Return what suggestions for these groups are made from; None without an index."""
        view = self._open_view(groups)
        if view is None:
            return None
        # The index still shows these groups what is now hidden: its words might come from there.
        lexicon = Lexicon({}) if view.hidden_ids else self._live.lexicon_of(groups)
        return autocompletion.SuggestionSources(view.engine, self._catalogue, self._vocabulary, lexicon, groups)

    def _find_related_words(
        self, stems: Sequence[str], known: Mapping[str, Sequence[str]], view: IndexView | None
    ) -> tuple[str, ...]:
        """Return words of the vocabulary that go with a question, all of which the asker may see."""
        if view is None or not stems or not known or view.hidden_ids:
            return ()
        words = find_related_words(stems, known, self._vocabulary_words, 2 * _MAX_RELATED)
        sees = self._word_visibility.for_groups(view.engine, view.indexed_revision, view.groups)
        # Lazily, no more than needed: each check is a query to the index.
        return tuple(islice((word for word in words if sees(word.lower())), _MAX_RELATED))

    def label(self, facet: Facet, value: str) -> str:
        """Return what a member reads for a facet's value."""
        return self._vocabulary.label(facet, value)

    def _search_engine(
        self, view: IndexView, question: Question, understood: Interpretation, strict: Match | None = None
    ) -> Results:
        query = replace(self._make_query(view, question, understood), strict=strict)
        if self._meaning and question.sort is Sort.RELEVANCE and any(positive_leaves(query.match)):
            return self._meaning.search(view.engine, query, question.text)
        return view.engine.search(query)

    def build_query(self, question: Question) -> tuple[Engine, Query] | None:
        """Return the query by words that a question becomes, with what answers it; None where there is no index."""
        view = self._open_view(question.groups)
        if view is None:
            return None
        return view.engine, self._make_query(view, question, self._interpreter.interpret(question, view))

    def _make_query(self, view: IndexView, question: Question, understood: Interpretation) -> Query:
        query = page_query(question, understood.match, understood.wishes)
        return replace(query, boost=self._build_boost(), excluded=view.hidden_ids)

    def _open_view(self, groups: frozenset[str]) -> IndexView | None:
        """Return the index as these groups see it now; None where there is none."""
        engine = self._live.engine
        if engine is None:
            return None
        # Read before the catalogue's revision: what is indexed in between is only hidden once more.
        learnt = self._live.indexed_revision
        shown = self._catalogue.revisions.read_shown()
        if learnt is None or learnt >= shown.documents:
            return IndexView(engine, learnt, groups, frozenset(), shown)
        return IndexView(engine, learnt, groups, self._find_hidden(learnt, groups, shown), shown)

    def _find_hidden(self, learnt: int, groups: frozenset[str], shown: ShownRevision) -> frozenset[str]:
        """Return the documents that the index still shows these groups, and that are hidden by now.

        While thousands of files come, the index is behind, and each question asks.
        """
        moment, hidden = self._hidden.get(groups, (None, frozenset[str]()))
        if moment != (learnt, shown):
            # The number was read before: what is read now is of that moment or later, and serves until the next one.
            hidden = self._catalogue.revisions.find_hidden_since(learnt, groups)
            self._hidden = keep_last(self._hidden, groups, ((learnt, shown), hidden))
        return hidden

    def _build_boost(self) -> ScoreBoost | None:
        # Empty until some document has enough voices: ranks are then what they were.
        useful = self._usefulness.read()
        if self._boosts == NO_BOOSTS and not useful:
            return None
        today = datetime.now(UTC)
        day = today.year * 10_000 + today.month * 100 + today.day
        return ScoreBoost(self._boosts.recent, self._boosts.event, day, useful)


def open_search(settings: Settings, catalogue: Catalogue, vocabulary: Vocabulary) -> Search:
    """Return the search of an installation."""
    live = LiveIndex(settings.index_folder, settings.cluster)
    boosts = BoostSettings(settings.boost_recent, settings.boost_event)
    process = current_web_process()
    shared = SharedAnswers(process.folder) if process else None
    return Search(live, catalogue, vocabulary, meaning=_open_meaning(settings, catalogue), boosts=boosts, shared=shared)


def _open_meaning(settings: Settings, catalogue: Catalogue) -> MeaningRanker | None:
    # Imported late: clients of services are loaded only where there are any.
    if not (settings.embedding or settings.reranker):
        return None
    from index.search.meaning import MeaningRanker, choose_models  # noqa: PLC0415

    return MeaningRanker(catalogue, choose_models(settings))


def _list_stems(match: Match) -> list[str]:
    # A compound stands beside its words.
    return list(dict.fromkeys(word.stem for leaf in positive_leaves(match) for word in list_part_words(leaf)))
