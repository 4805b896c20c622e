"""Serialises the answer to a search: what was understood, the cards, the documents found, and why in this order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from index.query import And, AtLeast, ByAuthor, Fuzzy, InTitle, Not, Or, Phrase, Prefix, Tagged, Weighted
from index.text import Word
from webapp.api.serializers import (
    serialise_acronym,
    serialise_document,
    serialise_event,
    serialise_facets,
    serialise_locator,
)
from webapp.pages import first_address, passage_address, word_params
from webapp.server import services

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from index.model import Document
    from index.query import Match, UnderstoodWish
    from index.search import Answer, Cards, Excerpt, Fragment, PassageAnswer, RankedDocument
    from webapp import client
    from webapp.pages import BatchRow


def serialise_answer(
    found: Answer,
    cards: Cards,
    answers: Sequence[PassageAnswer],
    following: str | None,
    previous: str | None,
    *,
    explained: bool,
) -> dict[str, Any]:
    """Serialise what was found, cards and passages that answer, with the URLs of the pages around, and why if asked."""
    question = found.question
    # Encoded once for all the passages of the page.
    words = urlencode(word_params(question))
    return {
        "query": question.text,
        "exact": question.exact,
        "sort": question.sort.value,
        "expansions": [{"typed": each.typed, "added": each.added} for each in found.expansions],
        "corrections": [{"typed": each.typed, "used": each.used} for each in found.corrections],
        "answers": [_serialise_passage_answer(each, words) for each in answers],
        "cards": _serialise_cards(cards),
        "understood": [_serialise_wish(each) for each in found.wishes],
        "related": found.related,
        "related_themes": found.themes,
        "preparing": found.preparing,
        "total": found.total,
        "complete": found.complete,
        "narrowed": found.narrowed,
        "page": question.page,
        "pages": found.page_count,
        "per_page": question.per_page,
        "results": [_serialise_result(each, words) for each in found.found],
        "facets": serialise_facets(found),
        "next": following,
        "previous": previous,
        "explanation": _serialise_explanation(found) if explained else None,
    }


def serialise_batch_row(row: BatchRow) -> dict[str, Any]:
    """Serialise the answer to one question of a list."""
    return {
        # As typed, but for spaces: a tool finds its question again.
        "query": row.text,
        "meaning": row.meaning,
        "total": row.answer.total,
        "document": _refer_to(row.document) if row.document else None,
        "place": row.excerpt.locator.label if row.excerpt else "",
        "text": row.said,
        "url": first_address(row, external=True) or None,
    }


def _serialise_passage_answer(answer: PassageAnswer, word_query: str) -> dict[str, Any]:
    document = serialise_document(answer.document)
    return {
        "document": _refer_to(answer.document),
        "locator": serialise_locator(answer.locator),
        "url": passage_address(document["url"], answer.locator, word_query),
        "title": answer.title,
        "text": _join_fragments(answer.fragments),
        "highlights": _highlight_spans(answer.fragments),
        "coverage": answer.coverage,
    }


def _serialise_cards(cards: Cards) -> dict[str, Any]:
    return {
        "events": [
            serialise_event(each.event, len(each.documents)) | {"materials": list(map(_refer_to, each.documents))}
            for each in cards.events
        ],
        "subjects": [
            {"facet": each.facet.value, "value": each.slug, "label": each.label, "documents": each.documents}
            for each in cards.subjects
        ],
        "acronyms": list(map(serialise_acronym, cards.acronyms)),
        "territories": [
            {
                "value": each.slug,
                "label": each.label,
                "documents": [
                    _refer_to(found.document) | {"missing": list(found.missing_words)} for found in each.found
                ],
            }
            for each in cards.groups
        ],
    }


def _refer_to(document: Document) -> dict[str, str]:
    return {"id": document.id, "title": document.title}


def _serialise_wish(wish: UnderstoodWish) -> dict[str, Any]:
    facet = wish.facet.value if wish.facet else None
    return {"kind": wish.kind.value, "label": wish.label, "facet": facet, "values": sorted(wish.values)}


def _serialise_result(found: RankedDocument, word_query: str) -> client.Result:
    document = serialise_document(found.document)
    return {
        **document,
        "score": found.score,
        "passages": [_serialise_excerpt(document["url"], each, word_query) for each in found.excerpts],
        "missing": list(found.missing_words),
        "alike": [{"id": each.id, "title": each.title} for each in found.near_duplicates],
    }


def _serialise_excerpt(page: str, excerpt: Excerpt, word_query: str) -> client.Excerpt:
    return {
        "locator": serialise_locator(excerpt.locator),
        "url": passage_address(page, excerpt.locator, word_query),
        "title": _join_fragments(excerpt.title),
        "text": _join_fragments(excerpt.fragments),
        "highlights": _highlight_spans(excerpt.fragments),
    }


def _join_fragments(fragments: Iterable[Fragment]) -> str:
    return "".join(each.text for each in fragments)


def _highlight_spans(fragments: Iterable[Fragment]) -> list[list[int]]:
    """Return where the found words are in the text, as [start, end] in characters."""
    spans, at = [], 0
    for fragment in fragments:
        if fragment.marked:
            spans.append([at, at + len(fragment.text)])
        at += len(fragment.text)
    return spans


def _serialise_explanation(found: Answer) -> dict[str, Any]:
    settings = services().settings
    return {
        "understood": _explain_match(found.match),
        "boost_recent": settings.boost_recent,
        "boost_event": settings.boost_event,
    }


_WRAPPER_KINDS: dict[type, str] = {Not: "sauf", InTitle: "titre", ByAuthor: "auteur"}


def _explain_match(match: Match, weight: float = 1.0) -> dict[str, Any]:
    """Return a node of the syntax tree, with its children."""
    # A weight is no node of the answer: it is shown on the part that it weighs.
    if isinstance(match, Weighted):
        return _explain_match(match.part, match.weight * weight)
    kind, details = _explain_leaf(match)
    return {"kind": kind, "text": None, "stem": None, "weight": weight, "minimum": None, "parts": []} | details


def _explain_leaf(match: Match) -> tuple[str, dict[str, Any]]:
    match match:
        case Word(exact, stem):
            return "mot", {"text": exact, "stem": stem}
        case Phrase(words, exact):
            # An expression is searched word for word or by its stems.
            text = " ".join(word.exact if exact else word.stem for word in words)
            return "expression", {"text": text, "parts": [_explain_match(word) for word in words]}
        case Prefix(start):
            return "debut", {"text": start}
        case Fuzzy(exact):
            return "proche", {"text": exact}
        case Tagged(facet, values):
            return "etiquette", {"text": f"{facet.value}:{', '.join(sorted(values))}"}
        case _:
            return _explain_compound(match)


def _explain_compound(match: Match) -> tuple[str, dict[str, Any]]:
    match match:
        case AtLeast(minimum, parts):
            return "au-moins", _explain_parts(parts) | {"minimum": minimum}
        case And(parts):
            return "tous", _explain_parts(parts)
        case Or(parts):
            return "un", _explain_parts(parts)
        case Not(part) | InTitle(part) | ByAuthor(part):
            return _WRAPPER_KINDS[type(match)], _explain_parts((part,))
        case _:
            return "tout", {}


def _explain_parts(parts: tuple[Match, ...]) -> dict[str, Any]:
    return {"parts": [_explain_match(each) for each in parts]}
