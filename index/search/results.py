"""Makes of what an engine found what a page shows: excerpts, words that are missing, values to filter by."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from index.model import Facet, PartialDate
from index.query import AtLeast, label_part, list_telling_parts, map_original_spellings, original_spelling
from index.search.highlighting import highlight_text, render_excerpt
from index.search.questions import Excerpt, FacetCount, RankedDocument, order_passages
from index.text import fold_accents, group_near_duplicates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from index.engines import Hit, Results
    from index.model import Document, Event, Passage
    from index.query import Match
    from index.search.questions import IndexView, Interpretation, Question
    from index.vocabulary import Vocabulary

_EARLIEST_DATE = PartialDate(1, 1)


def build_found(
    match: Match,
    missing: Mapping[str, tuple[str, ...]],
    hits: Sequence[Hit],
    read: tuple[Mapping[str, Document], Mapping[str, Mapping[int, Passage]]],
) -> tuple[RankedDocument, ...]:
    """Return the documents of a page as it shows them, near-duplicates under the first of them.

    `missing` are the words that each lacks, by its id; `read` are the documents by id, and their passages by number.
    """
    documents, passages = read
    first = group_near_duplicates([documents[hit.document_id] for hit in hits])
    # Signatures have served, and are half of what a document takes in memory.
    documents = {id_: replace(each, signature=()) for id_, each in documents.items()}
    return tuple(
        RankedDocument(
            document=documents[hit.document_id],
            score=hit.score,
            excerpts=tuple(
                Excerpt(passage.locator, highlight_text(passage.title, match), render_excerpt(passage, match))
                for passage in order_passages(hit, passages.get(hit.document_id, {}))
            ),
            missing_words=missing.get(hit.document_id, ()),
            near_duplicates=first[hit.document_id],
        )
        for hit in hits
        if hit.document_id in first
    )


def find_missing_words(
    question: Question, understood: Interpretation, ids: Sequence[str], view: IndexView
) -> dict[str, tuple[str, ...]]:
    """Return the words of a question that each document lacks, by its id."""
    match = understood.match
    if not isinstance(match, AtLeast) or not ids:
        return {}
    # A word that was corrected is told as it was searched, with its accents.
    corrected = {fold_accents(each.used): each.used for each in understood.corrections}
    typed = {**corrected, **map_original_spellings(question.text)}
    parts = list_telling_parts(match.parts)
    # « 14/07/2024 », with what stands between its words.
    labels = [original_spelling(label_part(part, typed), question.text) for part in parts]
    held = view.engine.find_matching_parts(parts, frozenset(ids), question.groups)
    return {
        id_: tuple(label for place, label in enumerate(labels) if label and place not in held.get(id_, ()))
        for id_ in ids
    }


def build_facet_counts(
    facet: Facet, question: Question, results: Results, events: Mapping[str, Event], vocabulary: Vocabulary
) -> tuple[FacetCount, ...]:
    """Return the values of a facet that the results have, and those chosen, in the order in which they are shown.

    `events` are those among the values that the asker may see, by id.
    """
    selected = question.selection.get(facet, frozenset())
    counts = dict.fromkeys(selected, 0) | dict(results.facet_counts.get(facet, {}))
    if not counts:
        return ()
    named = events if facet is Facet.EVENT else {}
    values = [
        FacetCount(value, _label_event(named[value]), count, value in selected)
        if value in named
        else FacetCount(value, vocabulary.label(facet, value), count, value in selected)
        for value, count in counts.items()
    ]
    # Years and events stand by date, the latest first; other values by falling count.
    if facet is Facet.YEAR:
        return tuple(sorted(values, key=lambda each: each.value, reverse=True))
    if facet is Facet.EVENT:
        latest = sorted(values, key=lambda each: named[each.value].date if each.value in named else _EARLIEST_DATE)
        return tuple(reversed(latest))
    return tuple(sorted(values, key=lambda each: (-each.count, _fold_label(each.label))))


# Labels are those of the vocabulary, and the same on each page.
_fold_label = lru_cache(maxsize=4_096)(fold_accents)


def _label_event(event: Event) -> str:
    return f"{event.title} ({event.date.label})"
