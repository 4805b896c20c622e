"""Ranks the first documents of a search by meaning too, where judged questions have shown that this helps.

Words alone decide what is found, counted and seen: vectors and a reranker change the order only. Whatever fails or
takes too long leaves the order of the words.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.engines import RERANKED_DOCUMENTS
from index.model_service import ServiceRefusalError
from index.personal_data import may_name_person
from index.vectors import (
    Candidates,
    EncoderError,
    RankingWeights,
    VectorIndex,
    VectorLibraryError,
    choose_encoder,
    choose_reranker,
    open_encoder,
    order_candidates,
    parse_decision,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import TypeVar

    from index.catalogue import Catalogue
    from index.config import Settings
    from index.engines import Engine, Hit, Query, Results
    from index.vectors import EncoderSpec, Reranker

    _Result = TypeVar("_Result")

log = logging.getLogger(__name__)

_QUESTION_SECONDS, _RERANK_SECONDS = 1.0, 2.0
"""How long a page waits for a service; then it is as if there were none."""

_PAUSE_SECONDS = 30.0
"""How long a service that failed is left alone: pages would wait for it one after another."""

_DECISION_SECONDS = 5.0
_MOST_REMEMBERED = 256
"""Answers of services that are kept in memory: pages of one question follow each other."""


@dataclass(frozen=True, slots=True)
class RankingModels:
    """The models that may rank beside words: what turns texts into vectors, what judges passages; None for none."""

    encoder: EncoderSpec | None = None
    reranker: Reranker | None = None

    @property
    def has_service(self) -> bool:
        """Whether what is searched for is sent to a service."""
        return bool(self.reranker or (self.encoder and self.encoder.is_service))

    @property
    def key(self) -> str:
        """What tells these models from others: a decision was taken for them."""
        return f"{self.encoder.name if self.encoder else ''} + {self.reranker.name if self.reranker else ''}"


def choose_models(settings: Settings) -> RankingModels:
    """Return the models that the settings name."""
    return RankingModels(choose_encoder(settings), choose_reranker(settings))


@dataclass(frozen=True, slots=True)
class FoundCandidates:
    """The documents that may stand first, by what each says of them, and their hits by id.

    `head` is what words alone put first. `added` are those that vectors brought from further down.
    """

    head: Results
    hits: Mapping[str, Hit]
    scores: Candidates
    added: frozenset[str] = frozenset()


class _Pause:
    """Leaves a service alone for a while once it has failed."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._until = 0.0

    def ask(self, call: Callable[[], _Result]) -> _Result | None:
        """Return what the call gives; None where it fails, or has failed a moment ago."""
        if time.monotonic() < self._until:
            return None
        try:
            return call()
        except (ServiceRefusalError, EncoderError) as error:
            # Neither the question nor what was sent is in the message.
            log.warning("%s: words alone rank for a while: %s", self._name, error)
            self._until = time.monotonic() + _PAUSE_SECONDS
            return None


class MeaningRanker:
    """Ranks the head of a search by the models of the settings, as far as the last decision allows."""

    def __init__(self, catalogue: Catalogue, models: RankingModels) -> None:
        self.models = models
        self._catalogue = catalogue
        self._index = VectorIndex(catalogue, models.encoder.name) if models.encoder else None
        self._pauses = {"embedding": _Pause("embedding"), "reranker": _Pause("reranker")}
        self._remembered: OrderedDict[object, object] = OrderedDict()
        self._weights = RankingWeights()
        self._next_look = 0.0

    def preload(self) -> None:
        """Start to load in the background what the first question would otherwise wait for."""
        threading.Thread(target=self._load, name="vectors", daemon=True).start()

    def _load(self) -> None:
        if self._read_weights().vectors and self._prepare_index():
            self.encode_question("ruche")

    def search(self, engine: Engine, query: Query, text: str) -> Results:
        """Return the page of a query, the documents at the head of the list in the order of all that is heard."""
        weights = self._read_weights()
        # The decision comes first: before one, nothing is asked of any model, and nothing sent. Then
        # a number or an address that names somebody leaves no machine.
        if not weights or (self.models.has_service and may_name_person(text)):
            return engine.search(query)
        found = self.find_candidates(engine, query, text, weights)
        order = order_candidates(found.scores, weights) if found else []
        if not found or not order:
            return engine.search(query)
        hits = [found.hits[id_] for id_ in order[query.offset : query.offset + query.limit]]
        missing = query.limit - len(hits)
        if missing and found.head.total > len(order):
            # Further down stand the documents as words rank them, less those that were brought up.
            after = max(query.offset, len(order)) - len(found.added)
            others = replace(query, excluded=query.excluded | found.added, offset=after, limit=missing)
            hits += engine.search(replace(others, facets=frozenset(), strict=None)).hits
        return replace(found.head, hits=tuple(hits))

    def find_candidates(
        self, engine: Engine, query: Query, text: str, weights: RankingWeights
    ) -> FoundCandidates | None:
        """Return the first documents by words and by meaning, with what each says of them; None where a model fails.

        The engine alone says which of those near in meaning the asker may see, and which the question finds.
        """
        head_query = replace(query, offset=0, limit=RERANKED_DOCUMENTS)
        head = engine.search(head_query)
        found = FoundCandidates(head, {hit.document_id: hit for hit in head.hits}, _score_words(head.hits))
        if weights.vectors and head.hits:
            asked = self.encode_question(text) if self._prepare_index() else None
            # Without vectors the reranker is not asked either: its weight was chosen beside theirs.
            if asked is None:
                return None
            found = self._add_nearest(engine, head_query, found, asked)
        if weights.reranker and head.hits:
            found = self.rerank(text, found, replace(weights, reranker=0.0))
        return found

    def encode_question(self, text: str) -> bytes | None:
        """Return the vector of a question; None where the model does not give it in time."""
        spec = self.models.encoder
        if spec is None:
            return None
        return self._remember(
            ("question", text),
            lambda: self._pauses["embedding"].ask(lambda: open_encoder(spec).encode_question(text, _QUESTION_SECONDS)),
        )

    def rerank(self, text: str, found: FoundCandidates, weights: RankingWeights) -> FoundCandidates:
        """Return the candidates with what the reranker says of the first ones; as they are where it does not answer."""
        reranker = self.models.reranker
        first = order_candidates(found.scores, weights)[:RERANKED_DOCUMENTS]
        wanted = {id_: found.hits[id_].passage_ordinals[:1] for id_ in first}
        if reranker is None:
            return found
        read = self._catalogue.documents.find_passages(wanted)
        # One passage of each, the best by words: it is what the asker would read first.
        texts = {id_: f"{each.title}\n{each.text}" for id_ in first for each in read.get(id_, {}).values()}
        judged = self._remember(
            ("reranker", text, *texts.items()),
            lambda: self._pauses["reranker"].ask(lambda: reranker.judge(text, [*texts.values()], _RERANK_SECONDS)),
        )
        scores = dict(zip(texts, judged, strict=True)) if judged and texts else {}
        return replace(found, scores=replace(found.scores, reranker=scores))

    def _add_nearest(self, engine: Engine, query: Query, found: FoundCandidates, asked: bytes) -> FoundCandidates:
        """The candidates with the cosines of their nearest passages, and those nearest in meaning among all found."""
        index = self._index
        if index is None:
            return found
        cosines = index.measure(asked, found.hits)
        near: dict[str, float] = {}
        if found.head.total > len(found.head.hits):
            for some in index.iterate_nearest(asked):
                allowed = engine.find_matching_ids(replace(query, only_among=frozenset(some)))
                near |= {id_: cosine for id_, cosine in some.items() if id_ in allowed}
                if len(near) >= RERANKED_DOCUMENTS:
                    break
        # As many as words put forward: neither side fills the list alone.
        near = dict([*near.items()][:RERANKED_DOCUMENTS])
        added = frozenset(near.keys() - found.hits.keys())
        hits = dict(found.hits)
        if added:
            more = replace(query, only_among=added, facets=frozenset(), strict=None)
            hits |= {hit.document_id: hit for hit in engine.search(more).hits}
        scores = Candidates(_score_words(hits.values()).words, {**near, **cosines})
        return FoundCandidates(found.head, hits, scores, added & hits.keys())

    def _prepare_index(self) -> bool:
        """Bring the vectors up to date; gives whether they may be used."""
        try:
            return self._index is not None and self._index.refresh()
        except VectorLibraryError as error:
            log.warning("words alone rank: %s", error)
            return False

    def _read_weights(self) -> RankingWeights:
        """What the last decision allows these models; read again every few seconds."""
        if (now := time.monotonic()) >= self._next_look:
            # Set first: a slow catalogue is asked by one thread, not by all.
            self._next_look = now + _DECISION_SECONDS
            decision = parse_decision(self._catalogue.vectors.read_decision())
            self._weights = decision.weights if decision and decision.key == self.models.key else RankingWeights()
        return self._weights

    def _remember(self, key: object, ask: Callable[[], _Result | None]) -> _Result | None:
        """What was answered a moment ago, or is now; a failure is not remembered."""
        if (known := self._remembered.get(key)) is not None:
            return known  # type: ignore[return-value]  # a key begins with the kind of its value
        if (answer := ask()) is not None:
            self._remembered[key] = answer
            if len(self._remembered) > _MOST_REMEMBERED:
                self._remembered.popitem(last=False)
        return answer


def _score_words(hits: Iterable[Hit]) -> Candidates:
    return Candidates({hit.document_id: hit.score for hit in hits})
