"""The assistant's tools: search, open, cite. Parameters have the names that assistants, and their users, read."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from flask import url_for
from pydantic import Field

from index.model import FACETS, MANUAL_FACETS, ExplainedError, Facet
from index.search import Question
from webapp.mcp import passage_ranges
from webapp.mcp.answer_schemas import (
    CitationAnswer,
    FoundDocumentAnswer,
    OpenedDocumentAnswer,
    PassageAnswer,
    ReadPassageAnswer,
    SearchAnswer,
)
from webapp.mcp.passage_ranges import describe_extent
from webapp.pages import LAST_PAGE, MAX_QUESTION_LENGTH, format_citation, passage_address
from webapp.server import capitalise, format_of_day, quote_text, services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from index.model import Document, FacetSpec, Locator, Passage
    from index.search import Answer, Excerpt, RankedDocument
    from webapp.mcp.assistant_session import AssistantSession
    from webapp.mcp.passage_ranges import PassageRange

_MAX_DOCUMENTS = 20
_MAX_VALUES = 20
_MAX_ID_LENGTH = 64
_MAX_PLACE_LENGTH = 100

DocumentId = Annotated[
    str, Field(max_length=_MAX_ID_LENGTH, description="Identifiant du document, donné par « chercher ».")
]
PlaceText = Annotated[str, Field(max_length=_MAX_PLACE_LENGTH)]


class DocumentUnknownError(ExplainedError):
    """No such document, or none that this person may see: nothing tells the two apart."""


class ValueUnknownError(ExplainedError):
    """A filter value that the vocabulary does not have."""


FILTER_SPECS = {spec.assistant_name: spec for spec in FACETS if spec.assistant_name}
"""The facets by which an assistant may filter, by the names of their parameters."""

_Search = TypeVar("_Search", bound="Callable[..., SearchAnswer]")


def declare_filters(search: _Search) -> _Search:
    """Declare a parameter for each filter of the registry, after the question: the SDK reads the signature."""
    signature = inspect.signature(search, eval_str=True)
    named = [each for each in signature.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
    filters = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=(), annotation=_annotate_filter(spec))
        for name, spec in FILTER_SPECS.items()
    ]
    after = next(at for at, each in enumerate(named) if each.name == "question") + 1
    search.__signature__ = signature.replace(parameters=[*named[:after], *filters, *named[after:]])  # type: ignore[attr-defined]  # inspect's own name
    return search


def _annotate_filter(spec: FacetSpec) -> Any:
    # Years are numbers, and need no vocabulary.
    values = tuple[int, ...] if spec.facet is Facet.YEAR else tuple[str, ...]
    return Annotated[values, Field(max_length=_MAX_VALUES, description=spec.assistant_hint)]


class AssistantTools:
    """The three tools, in one person's name. What a person can act upon is raised as ExplainedError."""

    def __init__(self, assistant: AssistantSession) -> None:
        self._assistant = assistant

    @declare_filters
    def search(
        self,
        *,
        question: Annotated[
            str,
            Field(
                max_length=MAX_QUESTION_LENGTH, description="Mots cherchés, en français ; vide : tous les documents."
            ),
        ] = "",
        nombre: Annotated[int, Field(ge=1, le=_MAX_DOCUMENTS, description="Documents par page de la liste.")] = 5,
        page: Annotated[int, Field(ge=1, le=LAST_PAGE, description="Page de la liste, à partir de 1.")] = 1,
        **filters: tuple[str | int, ...],
    ) -> SearchAnswer:
        """Return the documents that answer a question, with their best passages."""
        with self._assistant.open_request() as groups:
            chosen = _read_selection(filters)
            search_question = Question(question.strip(), chosen, page=page, per_page=nombre, groups=groups)
            return build_search_answer(services().search.ask(search_question))

    def open(
        self,
        *,
        document: DocumentId,
        debut: Annotated[
            PlaceText, Field(description="Premier endroit lu : « diapositive 12 », « 34:10 » ; vide : le début.")
        ] = "",
        fin: Annotated[PlaceText, Field(description="Dernier endroit lu, compris ; vide : la fin.")] = "",
        curseur: Annotated[
            PlaceText, Field(description="Pour lire la suite : la valeur « cursor » de la réponse d’avant.")
        ] = "",
    ) -> OpenedDocumentAnswer:
        """Return a document, or the part of it between two places."""
        with self._assistant.open_request() as groups:
            found = _find_document(document, groups)
            spoken, passages = _find_text(found, groups)
            # The cursor also holds the end that was asked for first: `debut` and `fin` no longer count.
            if curseur:
                return build_opened_document(
                    found, passages, passage_ranges.continue_range(passages, curseur, spoken.digest)
                )
            return build_opened_document(
                found, passages, passage_ranges.select_range(passages, debut, fin, spoken.digest)
            )

    def cite(
        self,
        *,
        document: DocumentId,
        lieu: Annotated[
            PlaceText,
            Field(description="Endroit cité : « diapositive 12 », « 34:10 » ; vide : tout le document."),
        ] = "",
    ) -> CitationAnswer:
        """Return the reference of a document, or of a place in it."""
        with self._assistant.open_request() as groups:
            found = _find_document(document, groups)
            # The text is read only to find the place that is cited.
            passages = _find_text(found, groups)[1] if lieu else ()
            locator = passages[passage_ranges.find_positions(passages, lieu)[0]].locator if lieu else None
            url, place = document_address(found, locator), locator.label if locator else ""
            kind = services().label(Facet.EVENT_TYPE, found.event.type) if found.event else ""
            occasion = describe_event(found) or format_document_date(found)
            return CitationAnswer(
                reference=format_citation(found, kind, url, datetime.now(UTC), place),
                short=", ".join(filter(None, (quote_text(found.title), occasion, place))),
                url=url,
            )


def _find_document(document_id: str, groups: frozenset[str]) -> Document:
    catalogue = services().catalogue
    found = catalogue.documents.find(document_id, groups)
    # An id that was cited before its file became a part of a replay.
    if found is None and (main := catalogue.replays.find_main(document_id, groups)):
        found = catalogue.documents.find(main, groups)
    if found is None:
        raise DocumentUnknownError(
            f"Aucun document n’a l’identifiant {quote_text(document_id)}\u00a0: prenez-le dans une réponse de "
            f"{quote_text('chercher')}."
        )
    return found


def _find_text(document: Document, groups: frozenset[str]) -> tuple[Document, Sequence[Passage]]:
    """Return the document that holds the text, and its passages: a replay is read through its captions."""
    spoken = services().find_spoken_document(document, groups)
    return spoken, services().catalogue.documents.list_passages(spoken.id)


def _read_selection(filters: Mapping[str, Sequence[str | int]]) -> dict[Facet, frozenset[str]]:
    return {
        spec.facet: frozenset(value for each in filters[name] for value in _find_values(spec.facet, str(each)))
        for name, spec in FILTER_SPECS.items()
        if filters.get(name)
    }


def _find_values(facet: Facet, name: str) -> frozenset[str]:
    """Return the values that a name stands for. An unknown one is refused: left out, it would widen the answer."""
    vocabulary = services().vocabulary
    if facet is Facet.YEAR:
        return frozenset({name})
    found = vocabulary.find_values(facet, name)
    if not found:
        known = ", ".join(vocabulary.facet_labels(facet).values())
        raise ValueUnknownError(
            f"{facet.label}\u00a0: la valeur {quote_text(name)} n’existe pas. Valeurs possibles\u00a0: {known}."
        )
    return found


def build_search_answer(given: Answer) -> SearchAnswer:
    """Build the answer to a search."""
    return SearchAnswer(
        total=given.total,
        page=given.question.page,
        pages=given.page_count,
        remarks=list(_list_remarks(given)),
        documents=[_build_found_document(each) for each in given.found],
    )


def build_opened_document(document: Document, passages: Sequence[Passage], read: PassageRange) -> OpenedDocumentAnswer:
    """Build the answer that gives what was read of a document with these passages."""
    return OpenedDocumentAnswer(
        **_describe_document(document),
        summary=document.summary,
        extent=describe_extent(passages),
        passages=[_build_read_passage(document, each) for each in read.passages],
        cursor=read.cursor,
    )


def document_address(document: Document, locator: Locator | None = None) -> str:
    """Return the URL of a document, at a place where one is given."""
    page = url_for("documents.show", document_id=document.id, _external=True)
    # Without marked words: this URL is cited.
    return passage_address(page, locator, "") if locator else page


def describe_event(document: Document) -> str:
    """Describe a document's event: « Webinaire du 25 janvier 2024 : L’aller vers »; "" where there is none."""
    event = document.event
    if event is None:
        return ""
    kind = f"{capitalise(services().label(Facet.EVENT_TYPE, event.type))} {format_of_day(event.date)}"
    # An event without a title of its own is named after its kind and date, which are said already.
    return f"{kind}\u00a0: {event.title}" if event.title and event.date.label not in event.title else kind


def format_document_date(document: Document) -> str:
    """Return the date that a document speaks of, in full; "" where it is unknown."""
    return document.date.label if document.date else ""


def _list_remarks(given: Answer) -> Iterable[str]:
    if given.preparing:
        yield "L’index est en cours de construction\u00a0: réessayez dans quelques minutes."
    if given.complete is not None and given.complete < given.total:
        yield f"{given.complete} de ces documents contiennent tous les mots, les autres une partie."
    for wish in given.wishes:
        yield f"Compris\u00a0: {wish.label}. Ces documents passent devant."
    for corrected in given.corrections:
        yield f"{quote_text(corrected.typed)} a été compris comme {quote_text(corrected.used)}."
    for expanded in given.expansions:
        yield f"{quote_text(expanded.typed)} a aussi été cherché comme {' ou '.join(map(quote_text, expanded.added))}."


def _describe_document(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "title": document.title,
        "format": services().label(Facet.FORMAT, document.format),
        "date": format_document_date(document),
        "event": describe_event(document),
        **{facet.spec.api_list: _facet_labels(document, facet) for facet in MANUAL_FACETS},
        "transcribed": bool(document.transcribed),
        "url": document_address(document),
    }


def _facet_labels(document: Document, facet: Facet) -> list[str]:
    return [services().label(facet, value) for value in document.facet_values(facet)]


def _build_found_document(found: RankedDocument) -> FoundDocumentAnswer:
    return FoundDocumentAnswer(
        **_describe_document(found.document),
        missing=list(found.missing_words),
        passages=[_build_excerpt(found.document, each) for each in found.excerpts],
    )


def _build_excerpt(document: Document, excerpt: Excerpt) -> PassageAnswer:
    return PassageAnswer(
        **_describe_place(document, excerpt.locator),
        title="".join(each.text for each in excerpt.title),
        text="".join(each.text for each in excerpt.fragments),
    )


def _build_read_passage(document: Document, passage: Passage) -> ReadPassageAnswer:
    return ReadPassageAnswer(
        **_describe_place(document, passage.locator), title=passage.title, text=passage.text, notes=passage.notes
    )


def _describe_place(document: Document, locator: Locator) -> dict[str, Any]:
    return {"place": locator.label, "anchor": locator.anchor, "url": document_address(document, locator)}
