"""The assistant's answers, built from what was found; within a request, which gives URLs their host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for

from index.model import Facet
from webapp import asking
from webapp.assistants.answers import (
    FoundDocumentAnswer,
    OpenedDocumentAnswer,
    PassageAnswer,
    ReadPassageAnswer,
    SearchAnswer,
)
from webapp.assistants.ranges import describe_extent
from webapp.hive import services
from webapp.typography import capitalise, format_of_day, quote_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from index import model
    from index.search import Answer, Excerpt, RankedDocument
    from webapp.assistants.ranges import PassageRange


def build_search_answer(given: Answer) -> SearchAnswer:
    """Build the answer to a search."""
    return SearchAnswer(
        total=given.total,
        page=given.question.page,
        pages=given.page_count,
        remarks=list(_list_remarks(given)),
        documents=[_build_found_document(each) for each in given.found],
    )


def build_opened_document(
    document: model.Document, passages: Sequence[model.Passage], read: PassageRange
) -> OpenedDocumentAnswer:
    """Build the answer that gives what was read of a document with these passages."""
    return OpenedDocumentAnswer(
        **_describe_document(document),
        summary=document.summary,
        extent=describe_extent(passages),
        passages=[_build_read_passage(document, each) for each in read.passages],
        cursor=read.cursor,
    )


def document_address(document: model.Document, locator: model.Locator | None = None) -> str:
    """Return the URL of a document, at a place where one is given."""
    page = url_for("documents.show", document_id=document.id, _external=True)
    # Without marked words: this URL is cited.
    return asking.passage_address(page, locator, "") if locator else page


def describe_event(document: model.Document) -> str:
    """Describe a document's event: « Webinaire du 25 janvier 2024 : L’aller vers »; "" where there is none."""
    event = document.event
    if event is None:
        return ""
    kind = f"{capitalise(services().label(Facet.EVENT_TYPE, event.type))} {format_of_day(event.date)}"
    # An event without a title of its own is named after its kind and date, which are said already.
    return f"{kind}\u00a0: {event.title}" if event.title and event.date.label not in event.title else kind


def format_document_date(document: model.Document) -> str:
    """Return the date that a document speaks of, in full; "" where it is unknown."""
    return document.date.label if document.date else ""


def _list_remarks(given: Answer) -> Iterable[str]:
    if given.preparing:
        yield "L’index est en cours de construction\u00a0: réessayez dans quelques minutes."
    for corrected in given.corrections:
        yield f"{quote_text(corrected.typed)} a été compris comme {quote_text(corrected.used)}."
    for expanded in given.expansions:
        yield f"{quote_text(expanded.typed)} a aussi été cherché comme {' ou '.join(map(quote_text, expanded.added))}."


def _describe_document(document: model.Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "title": document.title,
        "format": services().label(Facet.FORMAT, document.format),
        "date": format_document_date(document),
        "event": describe_event(document),
        "themes": _facet_labels(document, Facet.THEME),
        "territories": _facet_labels(document, Facet.TERRITORY),
        "url": document_address(document),
    }


def _facet_labels(document: model.Document, facet: Facet) -> list[str]:
    return [services().label(facet, value) for value in document.facet_values(facet)]


def _build_found_document(found: RankedDocument) -> FoundDocumentAnswer:
    return FoundDocumentAnswer(
        **_describe_document(found.document),
        missing=list(found.missing_words),
        passages=[_build_excerpt(found.document, each) for each in found.excerpts],
    )


def _build_excerpt(document: model.Document, excerpt: Excerpt) -> PassageAnswer:
    return PassageAnswer(
        **_describe_place(document, excerpt.locator),
        title="".join(each.text for each in excerpt.title),
        text="".join(each.text for each in excerpt.fragments),
    )


def _build_read_passage(document: model.Document, passage: model.Passage) -> ReadPassageAnswer:
    return ReadPassageAnswer(
        **_describe_place(document, passage.locator), title=passage.title, text=passage.text, notes=passage.notes
    )


def _describe_place(document: model.Document, locator: model.Locator) -> dict[str, Any]:
    return {"place": locator.label, "anchor": locator.anchor, "url": document_address(document, locator)}
