"""Has the passages of documents turned into vectors, a hundred or so at a time, while nothing else is to do.

What was made is stored at once: whatever ends the indexer costs the batch under way, and no text is given to a model
twice. Once all vectors are there, judged questions decide whether searches use them.
"""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from extractors import FORMATS, UnreadableFileError
from index.accounts import is_for_animators_alone
from index.catalogue import Catalogue, DocumentVectors, VectorProgress
from index.model_service import ServiceRefusalError
from index.search import (
    MeaningRanker,
    TrialDeferredError,
    choose_models,
    digest_questions,
    open_search,
    run_trial,
)
from index.vectors import EncoderError, VectorLibraryError, compare_vectors, digest_text, open_encoder, parse_decision
from index.vocabulary import VocabularyOverrides, load_vocabulary
from indexer.pipeline.jobs import is_cancelled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Future

    from extractors import Pool
    from index.catalogue import Revision
    from index.config import Settings
    from index.model import Passage
    from index.search import RankingModels
    from index.vectors import EncoderSpec, RankingDecision

log = logging.getLogger(__name__)

_BATCH_TEXTS, _BATCH_DOCUMENTS = 128, 32
_REFUSED_SECONDS = 300.0
"""How long to wait after a model, or a service, gave nothing."""

_PROBE = "Les habitants ouvrent leurs droits sociaux à la maison de quartier."
_PROBE_SECONDS = 3_600.0
"""How often it is given again: a service may change its model at any time, and say nothing."""

_SAME_MODEL = 0.99
"""The cosine of what a model once made of the probe and makes now: under it, it is another model of the same name."""

_TRIAL_SECONDS = 60.0
"""How often to look whether something is to be decided anew."""

_GROWTH = 0.25
"""The share by which a library may grow or shrink before ranking is decided anew."""

_PACE_WEIGHT = 0.2


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a background process gave nothing, in French."""

    message: str


@dataclass(frozen=True, slots=True)
class EmbeddingState:
    """How far it is: `documents` that wait, about `seconds_left` of work, None where no pace is known.

    `message` says in French what keeps them waiting.
    """

    documents: int = 0
    seconds_left: float | None = None
    message: str = ""

    def to_status(self) -> dict[str, Any]:
        """Return it as the fields of the indexer's state."""
        return {
            "embedding": self.documents,
            "embedding_left": self.seconds_left,
            "embedding_message": self.message,
        }


@dataclass(frozen=True, slots=True)
class _DocumentTexts:
    """A document at a revision, the texts of its passages by digest, and the vectors that it has; no texts if gone."""

    revision: int
    document_id: str
    texts: Mapping[bytes, str] = field(default_factory=dict)
    digests: tuple[bytes, ...] = ()
    known: Mapping[bytes, bytes] = field(default_factory=dict)
    stored: DocumentVectors | None = None

    @property
    def content(self) -> str:
        """What stands for all its texts."""
        return hashlib.sha256(b"".join(self.digests)).hexdigest() if self.digests else ""

    def make_vectors(self, made: Mapping[bytes, bytes]) -> DocumentVectors:
        """The vectors of its first passages, as far as they are known or were made."""
        vectors = []
        for digest in self.digests:
            if (vector := made.get(digest) or self.known.get(digest)) is None:
                break
            vectors.append(vector)
        return DocumentVectors(self.content, self.digests, tuple(vectors))


@dataclass(frozen=True, slots=True)
class _Batch:
    """What a model was asked: the texts by digest, of these documents; without documents, the probe."""

    documents: tuple[_DocumentTexts, ...]
    texts: Mapping[bytes, str]
    began: float
    future: Future[tuple[bytes, ...] | Refusal]


class PassageEmbedder:
    """Makes one batch at a time, and begins none while files are to be read: what is dropped comes first."""

    def __init__(self, catalogue: Catalogue, settings: Settings, models: RankingModels, pool: Pool) -> None:
        self._catalogue = catalogue
        self._settings = settings
        self._models = models
        self._spec = models.encoder
        self._pool = pool
        self._batch: _Batch | None = None
        self._trial: Future[RankingDecision | Refusal] | None = None
        self._progress: VectorProgress | None = None
        self._next_probe = 0.0
        self._revision = -1
        self._not_before = self._next_trial_look = 0.0
        self._pace: float | None = None
        self._left = 0
        self._message = ""

    @property
    def state(self) -> EmbeddingState:
        """What the indexer tells of it."""
        seconds = self._pace * self._left if self._pace is not None else None
        return EmbeddingState(self._left, seconds, self._message)

    def advance(self, *, idle: bool) -> None:
        """Take up what was made, and begin the next batch where the indexer is `idle`. Waits for nothing."""
        if self._batch and self._batch.future.done():
            batch, self._batch = self._batch, None
            self._finish_batch(batch)
        if self._trial and self._trial.done():
            trial, self._trial = self._trial, None
            self._finish_trial(trial)
        if self._batch or self._trial or not idle or time.monotonic() < self._not_before:
            return
        if not self._spec or not self._begin_batch(self._spec):
            self._begin_trial()

    def close(self) -> None:
        """Stop: the batch under way is made again another time."""
        for future in (self._batch and self._batch.future, self._trial):
            if future:
                future.cancel()

    def _begin_batch(self, spec: EncoderSpec) -> bool:
        """Begin what is next; gives whether something is under way."""
        if time.monotonic() >= self._next_probe:
            if self._progress is None:
                # Told from the start, however long the model takes to load.
                self._left = self._catalogue.documents.count_all().documents
            self._submit(spec, (), {digest_text(_PROBE): _PROBE})
            return True
        revision = self._catalogue.revisions.read_last()
        progress = self._progress
        # The revision tells whether anything changed since the last look: most looks end here.
        if progress is None or (progress.is_complete and revision == self._revision):
            return False
        chosen, texts = self._choose_documents(spec, progress)
        if texts:
            self._submit(spec, chosen, texts)
            return True
        # What needs no model is stored without it.
        self._store(chosen, {})
        if len(chosen) == _BATCH_DOCUMENTS:
            return True
        self._revision = revision
        if not progress.is_complete:
            self._complete()
        return False

    def _choose_documents(
        self, spec: EncoderSpec, progress: VectorProgress
    ) -> tuple[tuple[_DocumentTexts, ...], dict[bytes, str]]:
        """The next documents that changed, and the texts of theirs that lack a vector: no more than a batch."""
        chosen: list[_DocumentTexts] = []
        texts: dict[bytes, str] = {}
        for each in self._catalogue.revisions.list_since(progress.revision, _BATCH_DOCUMENTS):
            document = self._read_document(spec, each)
            chosen.append(document)
            texts |= {digest: text for digest, text in document.texts.items() if digest not in document.known}
            # A long document is made in several batches; what is made of it is stored with each.
            if len(texts) >= _BATCH_TEXTS:
                break
        return tuple(chosen), dict([*texts.items()][:_BATCH_TEXTS])

    def _read_document(self, spec: EncoderSpec, revision: Revision) -> _DocumentTexts:
        model, id_ = spec.name, revision.document_id
        stored = self._catalogue.vectors.find(model, id_)
        document = revision.document
        # What only animators see is kept back for what it says of persons: no service gets it.
        if document is None or (spec.is_service and is_for_animators_alone(document.groups)):
            return _DocumentTexts(revision.number, id_, stored=stored)
        written = [text for passage in document.passages if (text := _join_texts(passage))]
        digests = tuple(map(digest_text, written))
        found = _DocumentTexts(revision.number, id_, dict(zip(digests, written, strict=True)), digests, stored=stored)
        source = stored or self._catalogue.vectors.find_content(model, found.content)
        known = dict(zip(source.digests, source.vectors, strict=False)) if source else {}
        return replace(found, known=known)

    def _submit(self, spec: EncoderSpec, documents: tuple[_DocumentTexts, ...], texts: Mapping[bytes, str]) -> None:
        future = self._pool.submit_call(partial(encode_texts, spec, tuple(texts.values())))
        self._batch = _Batch(documents, texts, time.monotonic(), future)

    def _finish_batch(self, batch: _Batch) -> None:
        if is_cancelled(batch.future):
            return
        made = _take_result(batch.future)
        expected = self._progress.dimensions if self._progress and batch.documents else 0
        if expected and not isinstance(made, Refusal) and {*map(len, made)} != {expected}:
            made = Refusal("le modèle ne donne plus des vecteurs de la même longueur")
        if isinstance(made, Refusal):
            self._put_off(made)
            return
        self._message = ""
        if not batch.documents:
            self._read_progress(made[0])
            return
        before = self._left
        self._store(batch.documents, dict(zip(batch.texts, made, strict=True)))
        self._measure_pace(before - self._left, time.monotonic() - batch.began)

    def _put_off(self, refusal: Refusal) -> None:
        self._message = refusal.message
        self._not_before = time.monotonic() + _REFUSED_SECONDS
        log.warning("vectors are put off: %s", refusal.message)

    def _read_progress(self, probe: bytes) -> None:
        """Find out how far this model is; from the beginning where it is another one under the same name."""
        model = self._spec.name if self._spec else ""
        progress = self._catalogue.vectors.read_progress()
        known = bytes.fromhex(progress.probe) if progress and progress.model == model else None
        if progress is None or known is None or compare_vectors(known, probe) < _SAME_MODEL:
            progress = VectorProgress(model, probe=probe.hex(), dimensions=len(probe))
            with self._catalogue.transaction() as transaction:
                if known is not None:
                    transaction.vectors.drop(model)
                transaction.vectors.write_progress(progress)
        self._progress, self._next_probe = progress, time.monotonic() + _PROBE_SECONDS
        self._left = self._catalogue.revisions.count_since(progress.revision)

    def _store(self, documents: Sequence[_DocumentTexts], made: Mapping[bytes, bytes]) -> None:
        """Store the vectors of documents, and how far the model is: up to the first that lacks some."""
        if not documents or self._progress is None:
            return
        progress = self._progress
        with self._catalogue.transaction() as transaction:
            for each in documents:
                vectors = each.make_vectors(made)
                if vectors != each.stored and (each.stored or each.digests):
                    transaction.vectors.save(progress.model, each.document_id, vectors)
                # What follows it is looked at again: a revision stands for all before it.
                if not vectors.is_whole:
                    break
                progress = replace(progress, revision=each.revision)
            transaction.vectors.write_progress(progress)
        self._progress = progress
        self._left = self._catalogue.revisions.count_since(progress.revision)

    def _complete(self) -> None:
        """All there were are made: searches may use them, and those of other models are of no more use."""
        if self._progress is None:
            return
        self._progress = replace(self._progress, is_complete=True)
        with self._catalogue.transaction() as transaction:
            transaction.vectors.write_progress(self._progress)
            transaction.vectors.drop_others(self._progress.model)
        self._next_trial_look = 0.0

    def _measure_pace(self, documents: int, seconds: float) -> None:
        if documents > 0:
            pace = seconds / documents
            self._pace = pace if self._pace is None else self._pace + _PACE_WEIGHT * (pace - self._pace)

    def _begin_trial(self) -> None:
        """Have judged questions decide, where they have not yet for these models, questions and about this library."""
        if time.monotonic() < self._next_trial_look or (
            self._spec and not (self._progress and self._progress.is_complete)
        ):
            return
        self._next_trial_look = time.monotonic() + _TRIAL_SECONDS
        asked = digest_questions(self._catalogue.judged_questions.list_all())
        decision = parse_decision(self._catalogue.vectors.read_decision())
        documents = self._catalogue.documents.count_all().documents
        if (
            decision
            and (decision.key, decision.asked) == (self._models.key, asked)
            and abs(documents - decision.documents) <= _GROWTH * decision.documents
        ):
            return
        self._trial = self._pool.submit_call(partial(decide_ranking, self._settings))

    def _finish_trial(self, trial: Future[RankingDecision | Refusal]) -> None:
        if is_cancelled(trial):
            return
        decision = _take_result(trial)
        if isinstance(decision, Refusal):
            self._put_off(decision)
            return
        self._message = ""
        with self._catalogue.transaction() as transaction:
            transaction.vectors.write_decision(decision.to_json())
        for sentence in decision.explain():
            log.info("ranking was decided: %s", sentence)


def encode_texts(spec: EncoderSpec, texts: Sequence[str]) -> tuple[bytes, ...] | Refusal:
    """Return the vectors of texts, or why there are none: what a background process is asked."""
    try:
        return tuple(open_encoder(spec).encode(texts))
    except (ServiceRefusalError, EncoderError) as error:
        return Refusal(str(error))


def decide_ranking(settings: Settings) -> RankingDecision | Refusal:
    """Return what judged questions decide about the models of the settings, or why nothing: idem."""
    # Everything is opened anew: this runs in the background process.
    models = choose_models(settings)
    catalogue = Catalogue.open(settings.catalogue_url)
    try:
        changes = VocabularyOverrides(load_vocabulary(FORMATS, settings.vocabulary), catalogue.vocabulary_changes)
        search = open_search(settings, catalogue, changes.current_vocabulary())
        return run_trial(search, MeaningRanker(catalogue, models), catalogue, catalogue.judged_questions.list_all())
    except (TrialDeferredError, VectorLibraryError) as error:
        return Refusal(str(error))
    finally:
        catalogue.close()


def _take_result(future: Future[Any]) -> Any:
    """What the process gave; a Refusal where it ended."""
    try:
        return future.result()
    except UnreadableFileError as error:
        log.warning("the process of vectors ended: %s (%s)", error, error.detail)
        return Refusal("le calcul s’est arrêté : mémoire insuffisante, ou modèle défectueux")


def _join_texts(passage: Passage) -> str:
    return "\n".join(filter(None, (part.strip() for part in (passage.title, passage.text, passage.notes))))
