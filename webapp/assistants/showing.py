"""The assistant's answers, built from what was found; within a request, which gives URLs their host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for

from index.model import Facet
from webapp import asking
from webapp.assistants.answers import FoundDocument, OpenedDocument, Passage, ReadPassage, SearchAnswer
from webapp.assistants.ranges import extent
from webapp.hive import hive
from webapp.typography import capital, of_day, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from index import model
    from index.search import Answer, Excerpt, Found
    from webapp.assistants.ranges import Read


def answer(given: Answer) -> SearchAnswer:
    """Build the answer to a search."""
    return SearchAnswer(
        total=given.total,
        page=given.question.page,
        pages=given.pages,
        remarks=list(_remarks(given)),
        documents=[_found(each) for each in given.found],
    )


def opened(document: model.Document, passages: Sequence[model.Passage], read: Read) -> OpenedDocument:
    """Build the answer that gives what was read of a document with these passages."""
    return OpenedDocument(
        **_described(document),
        summary=document.summary,
        extent=extent(passages),
        passages=[_read(document, each) for each in read.passages],
        cursor=read.cursor,
    )


def address(document: model.Document, locator: model.Locator | None = None) -> str:
    """Return the URL of a document, at a place where one is given."""
    page = url_for("documents.show", document_id=document.id, _external=True)
    # Without marked words: this URL is cited.
    return asking.passage_of(page, locator, "") if locator else page


def occasion(document: model.Document) -> str:
    """Describe a document's event: « Webinaire du 25 janvier 2024 : L’aller vers »; "" where there is none."""
    event = document.event
    if event is None:
        return ""
    kind = f"{capital(hive().label(Facet.EVENT_TYPE, event.type))} {of_day(event.date)}"
    # An event without a title of its own is named after its kind and date, which are said already.
    return f"{kind}\u00a0: {event.title}" if event.title and event.date.label not in event.title else kind


def day(document: model.Document) -> str:
    """Return the date that a document speaks of, in full; "" where it is unknown."""
    return document.date.label if document.date else ""


def _remarks(given: Answer) -> Iterable[str]:
    if given.preparing:
        yield "L’index est en cours de construction\u00a0: réessayez dans quelques minutes."
    for corrected in given.corrections:
        yield f"{quoted(corrected.typed)} a été compris comme {quoted(corrected.used)}."
    for expanded in given.expansions:
        yield f"{quoted(expanded.typed)} a aussi été cherché comme {' ou '.join(map(quoted, expanded.added))}."


def _described(document: model.Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "title": document.title,
        "format": hive().label(Facet.FORMAT, document.format),
        "date": day(document),
        "event": occasion(document),
        "themes": _labels(document, Facet.THEME),
        "territories": _labels(document, Facet.TERRITORY),
        "url": address(document),
    }


def _labels(document: model.Document, facet: Facet) -> list[str]:
    return [hive().label(facet, value) for value in document.values(facet)]


def _found(found: Found) -> FoundDocument:
    return FoundDocument(
        **_described(found.document),
        missing=list(found.missing),
        passages=[_best(found.document, each) for each in found.excerpts],
    )


def _best(document: model.Document, excerpt: Excerpt) -> Passage:
    return Passage(
        **_placed(document, excerpt.locator),
        title="".join(each.text for each in excerpt.title),
        text="".join(each.text for each in excerpt.fragments),
    )


def _read(document: model.Document, passage: model.Passage) -> ReadPassage:
    return ReadPassage(
        **_placed(document, passage.locator), title=passage.title, text=passage.text, notes=passage.notes
    )


def _placed(document: model.Document, locator: model.Locator) -> dict[str, Any]:
    return {"place": locator.label, "anchor": locator.anchor, "url": address(document, locator)}
