"""The passages that answer a question best: windows of whole sentences that hold most of its telling words."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.engines import Sort
from index.model import Unit
from index.query import And, AtLeast, Everything, Phrase, is_sentence_question, positive_leaves
from index.search.highlighting import highlight_text
from index.search.questions import Question, count_query, order_passages, page_query
from index.text import Word, tokenise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from index.catalogue import Catalogue
    from index.model import Document, Locator, Passage
    from index.query import Leaf, Lexicon, Match
    from index.search.highlighting import Fragment, Span
    from index.search.questions import Answer, IndexView

_MAX_ANSWERS = 3

_DOCUMENTS_READ, _PASSAGES_READ = 10, 5
"""The documents at the head of the results in which an answer is looked for, and the passages of each."""

LEAST_COVERAGE = 0.5
"""The share of a question's words, weighed by how rare they are, that the best passage must hold to be shown."""

LEAST_INFORMATION = 0.9
"""What the words that the best passage holds must tell, as a share of what it takes to tell one document of the library
from all others. A passage may hold most of « qu’est-ce qu’on fait si la personne n’a droit à rien »; so do many."""

# What the ranking of documents and of their passages counts beside the coverage, which is 1 at most.
_DOCUMENT_WEIGHT, _PASSAGE_COST = 0.5, 0.06

# Beside a passage that holds most of the question, one that holds much less of it is no answer.
_LEAST_SHARE_OF_MOST = 0.45

_MARGIN = 0.5

_SENTENCES, _MAX_CHARACTERS = 3, 420

# A line of a slide or of a table is a sentence; one that goes on in lower case, or in a transcript, is not at its end.
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[^\W\d_a-zà-ÿ]|[«•|–-])|\s*\n+\s*(?![\sa-zà-ÿœ])")
_SPOKEN_END = re.compile(r"(?<=[.!?…])\s+")


@dataclass(frozen=True, slots=True)
class PassageAnswer:
    """A passage that answers: its document, its place, its title, and whole sentences with the words asked marked.

    `coverage` is the share of the question's words, weighed by how rare they are, that it holds.
    """

    document: Document
    locator: Locator
    title: str
    fragments: tuple[Fragment, ...]
    score: float
    coverage: float


@dataclass(frozen=True, slots=True)
class DocumentPassage:
    """A passage with the document that it is of."""

    document: Document
    passage: Passage


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document in which an answer is looked for: its score among the results, and its passages, the best first."""

    document: Document
    score: float
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class _Term:
    """A part of the question: its alternatives, each as stems that must all be there, and its weight."""

    alternatives: tuple[frozenset[str], ...]
    weight: float

    def is_in(self, stems: frozenset[str]) -> bool:
        """Whether one alternative is among these stems."""
        return any(alternative <= stems for alternative in self.alternatives)


def asks_for_passages(answer: Answer) -> bool:
    """Whether passages may answer a question: it is a sentence of several words that found something."""
    question = answer.question
    several = isinstance(answer.match, And | AtLeast)
    return question.page == 1 and bool(answer.total) and several and is_sentence_question(question.text)


def find_answers(answer: Answer, view: IndexView, catalogue: Catalogue, lexicon: Lexicon) -> tuple[PassageAnswer, ...]:
    """Return the passages that answer a question in a sentence; none where it is none, or none is good enough."""
    if not asks_for_passages(answer):
        return ()
    everything = count_query(Everything(), Question(groups=answer.question.groups), view.hidden_ids)
    documents = view.engine.search(everything).total
    return choose_answers(answer.match, _find_candidates(answer, view, catalogue), lexicon, documents)


def find_best_passages(
    answer: Answer, view: IndexView, catalogue: Catalogue, limit: int
) -> tuple[DocumentPassage, ...]:
    """Return the passages in which an answer is looked for: the best of each document, then the second of each."""
    if not answer.total:
        return ()
    found = _find_candidates(answer, view, catalogue)
    ranked = [
        DocumentPassage(each.document, each.passages[place])
        for place in range(_PASSAGES_READ)
        for each in found
        if place < len(each.passages)
    ]
    return tuple(ranked[:limit])


def _find_candidates(answer: Answer, view: IndexView, catalogue: Catalogue) -> list[Candidate]:
    question = answer.question
    head = replace(question, page=1, per_page=_DOCUMENTS_READ, sort=Sort.RELEVANCE, facets=frozenset())
    query = page_query(head, answer.match, answer.wishes)
    hits = view.engine.search(replace(query, passages_per_document=_PASSAGES_READ, excluded=view.hidden_ids)).hits
    documents, passages = catalogue.documents.find_with_passages(
        {hit.document_id: hit.passage_ordinals for hit in hits}, question.groups
    )
    return [
        Candidate(documents[hit.document_id], hit.score, order_passages(hit, passages.get(hit.document_id, {})))
        for hit in hits
        # A document may have been removed between the index's answer and the catalogue's.
        if hit.document_id in documents
    ]


def choose_answers(
    match: Match, candidates: Sequence[Candidate], lexicon: Lexicon, documents: int
) -> tuple[PassageAnswer, ...]:
    """Return the passages that answer best, the best first, one of each document; none where the best is too poor.

    `candidates` stand in the order of the results; `documents` is the number of all that the asker may see.
    """
    terms = _weigh_terms(match, lexicon, documents)
    if not terms or not candidates or not candidates[0].score:
        return ()
    best = [found for each in candidates if (found := _find_best_passage(each, match, terms, candidates[0].score))]
    best = sorted(best, key=lambda each: -each.score)[:_MAX_ANSWERS]
    # Of all three: the first may owe its place to its document.
    most = max((each.coverage for each in best), default=0.0)
    asked = sum(term.weight for term in terms)
    if most < LEAST_COVERAGE or most * asked < LEAST_INFORMATION * math.log2(1 + documents):
        return ()
    return tuple(each for each in best if each.coverage >= _LEAST_SHARE_OF_MOST * most)


def _find_best_passage(
    candidate: Candidate, match: Match, terms: Sequence[_Term], best_score: float
) -> PassageAnswer | None:
    found = []
    for place, passage in enumerate(candidate.passages):
        window, coverage = _find_best_window(passage, terms)
        score = coverage + _DOCUMENT_WEIGHT * candidate.score / best_score - _PASSAGE_COST * place
        found.append((score, coverage, window, passage))
    if not found:
        return None
    score, coverage, window, passage = max(found, key=lambda each: each[0])
    return PassageAnswer(
        candidate.document, passage.locator, passage.title, highlight_text(window, match), score, coverage
    )


def _weigh_terms(match: Match, lexicon: Lexicon, documents: int) -> list[_Term]:
    """Return the parts of a question, each weighing the bits of information that holding it gives."""
    parts = match.parts if isinstance(match, And | AtLeast) else (match,)
    terms = []
    for part in parts:
        leaves = [leaf for leaf in positive_leaves(part) if isinstance(leaf, Word | Phrase)]
        if leaves:
            typed = _list_stems(leaves[0])
            rarest = min(lexicon.stem_frequency(stem) for stem in typed)
            # A word that no document holds tells as much as one of a single document; half a document more keeps a word
            # that all hold above nothing.
            bits = math.log2(1 + documents / (max(1, rarest) + _MARGIN))
            terms.append(_Term(tuple(map(_list_stems, leaves)), bits))
    return terms


def _list_stems(leaf: Leaf) -> frozenset[str]:
    words: Iterable[Word] = leaf.words if isinstance(leaf, Phrase) else (leaf,) if isinstance(leaf, Word) else ()
    return frozenset(word.stem for word in words)


def _find_best_window(passage: Passage, terms: Sequence[_Term]) -> tuple[str, float]:
    """Return the sentences of a passage that hold most of the terms, and the share that they hold with its title."""
    # A heading may be the question itself, and its text the answer: it counts as the sentences do.
    title = _list_text_stems(passage.title)
    total = sum(term.weight for term in terms)
    is_heading_question = sum(term.weight for term in terms if term.is_in(title)) >= LEAST_COVERAGE * total
    best, window = (-1.0, 0.0, 0), ""
    for start, text in enumerate((*list_windows(passage, passage.text), *list_windows(passage, passage.notes))):
        stems = _list_text_stems(text)
        own = sum(term.weight for term in terms if term.is_in(stems))
        share = sum(term.weight for term in terms if term.is_in(stems) or term.is_in(title)) / total
        # The window that begins with the first sentence found: what follows it answers. Under a heading, the first one.
        rank = (share, 0.0 if is_heading_question else own, -start if is_heading_question or not own else start)
        if rank > best:
            best, window = rank, text
    return window, max(best[0], 0.0)


def list_windows(passage: Passage, text: str) -> Iterator[str]:
    """Yield, from each sentence of a text, a few whole sentences."""
    spoken = passage.locator.unit is Unit.TIME
    sentences = [" ".join(text[start:end].split()) for start, end in find_sentences(text, spoken=spoken)]
    for first in range(len(sentences)):
        window = sentences[first]
        for sentence in sentences[first + 1 : first + _SENTENCES]:
            if len(window) + len(sentence) > _MAX_CHARACTERS:
                break
            window = f"{window} {sentence}"
        yield window


def find_sentences(text: str, *, spoken: bool) -> list[Span]:
    """Return the offsets of the sentences of a text; those of speech end by their punctuation alone."""
    pattern = _SPOKEN_END if spoken else _SENTENCE_END
    ends = [*((each.start(), each.end()) for each in pattern.finditer(text)), (len(text), len(text))]
    spans, start = [], 0
    for end, following in ends:
        if text[start:end].strip():
            spans.append((start, end))
        start = following
    return spans


def _list_text_stems(text: str) -> frozenset[str]:
    return frozenset(token.word.stem for token in tokenise(text))
