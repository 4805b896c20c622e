"""The assistant's tools: search, open, cite. Parameters have the names that assistants, and their users, read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from index.errors import ExplainedError
from index.model import Facet
from index.search import Question
from webapp import citing
from webapp.asking import LAST_PAGE, MAX_QUESTION_LENGTH
from webapp.assistants import ranges, showing
from webapp.assistants.answers import CitationAnswer, OpenedDocumentAnswer, SearchAnswer
from webapp.hive import services
from webapp.originals import VIDEO_FORMAT
from webapp.typography import quote_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from index.model import Document, Passage
    from webapp.assistants.desk import AssistantSession

_MAX_DOCUMENTS = 20
_MAX_VALUES = 20
_MAX_ID_LENGTH = 64
_MAX_PLACE_LENGTH = 100

DocumentId = Annotated[
    str, Field(max_length=_MAX_ID_LENGTH, description="Identifiant du document, donné par « chercher ».")
]
FilterNames = Annotated[tuple[str, ...], Field(max_length=_MAX_VALUES)]
PlaceText = Annotated[str, Field(max_length=_MAX_PLACE_LENGTH)]


class DocumentUnknownError(ExplainedError):
    """No such document, or none that this person may see: nothing tells the two apart."""


class ValueUnknownError(ExplainedError):
    """A filter value that the vocabulary does not have."""


class AssistantTools:
    """The three tools, in one person's name. What a person can act upon is raised as ExplainedError."""

    def __init__(self, assistant: AssistantSession) -> None:
        self._assistant = assistant

    def search(
        self,
        *,
        question: Annotated[
            str,
            Field(
                max_length=MAX_QUESTION_LENGTH, description="Mots cherchés, en français ; vide : tous les documents."
            ),
        ] = "",
        themes: Annotated[FilterNames, Field(description="Thèmes, par leur nom ou leur identifiant.")] = (),
        territoires: Annotated[FilterNames, Field(description="Territoires, par leur nom ou leur identifiant.")] = (),
        types: Annotated[FilterNames, Field(description="Types de rendez-vous : « webinaire », « mensuelle »…")] = (),
        annees: Annotated[tuple[int, ...], Field(max_length=_MAX_VALUES, description="Années, comme 2024.")] = (),
        formats: Annotated[FilterNames, Field(description="Formats : « PDF », « Diaporama », « Vidéo »…")] = (),
        nombre: Annotated[int, Field(ge=1, le=_MAX_DOCUMENTS, description="Documents par page de la liste.")] = 5,
        page: Annotated[int, Field(ge=1, le=LAST_PAGE, description="Page de la liste, à partir de 1.")] = 1,
    ) -> SearchAnswer:
        """Return the documents that answer a question, with their best passages."""
        names_by_facet = {
            Facet.THEME: themes,
            Facet.TERRITORY: territoires,
            Facet.EVENT_TYPE: types,
            Facet.FORMAT: formats,
        }
        with self._assistant.open_request() as groups:
            # Years are numbers, and need no vocabulary.
            chosen = _read_selection(names_by_facet) | ({Facet.YEAR: frozenset(map(str, annees))} if annees else {})
            search_question = Question(question.strip(), chosen, page=page, per_page=nombre, groups=groups)
            return showing.build_search_answer(services().search.ask(search_question))

    def open(
        self,
        *,
        document: DocumentId,
        debut: Annotated[
            PlaceText, Field(description="Premier endroit lu : « diapositive 12 », « 34 min 10 s » ; vide : le début.")
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
                return showing.build_opened_document(
                    found, passages, ranges.continue_range(passages, curseur, spoken.digest)
                )
            return showing.build_opened_document(
                found, passages, ranges.select_range(passages, debut, fin, spoken.digest)
            )

    def cite(
        self,
        *,
        document: DocumentId,
        lieu: Annotated[
            PlaceText,
            Field(description="Endroit cité : « diapositive 12 », « 34 min 10 s » ; vide : tout le document."),
        ] = "",
    ) -> CitationAnswer:
        """Return the reference of a document, or of a place in it."""
        with self._assistant.open_request() as groups:
            found = _find_document(document, groups)
            # The text is read only to find the place that is cited.
            passages = _find_text(found, groups)[1] if lieu else ()
            locator = passages[ranges.find_positions(passages, lieu)[0]].locator if lieu else None
            url, place = showing.document_address(found, locator), locator.label if locator else ""
            kind = services().label(Facet.EVENT_TYPE, found.event.type) if found.event else ""
            occasion = showing.describe_event(found) or showing.format_document_date(found)
            return CitationAnswer(
                reference=citing.format_citation(found, kind, url, datetime.now(UTC), place),
                short=", ".join(filter(None, (quote_text(found.title), occasion, place))),
                url=url,
            )


def _find_document(document_id: str, groups: frozenset[str]) -> Document:
    found = services().catalogue.document(document_id, groups)
    if found is None:
        raise DocumentUnknownError(
            f"Aucun document n’a l’identifiant {quote_text(document_id)}\u00a0: prenez-le dans une réponse de "
            f"{quote_text('chercher')}."
        )
    return found


def _find_text(document: Document, groups: frozenset[str]) -> tuple[Document, Sequence[Passage]]:
    """Return the document that holds the text, and its passages: a video is read through its captions."""
    captions = services().catalogue.companion(document, groups) if document.format == VIDEO_FORMAT else None
    spoken = captions or document
    return spoken, services().catalogue.passages(spoken.id)


def _read_selection(names_by_facet: Mapping[Facet, Sequence[str]]) -> dict[Facet, frozenset[str]]:
    return {
        facet: frozenset(value for each in names for value in _find_values(facet, each))
        for facet, names in names_by_facet.items()
        if names
    }


def _find_values(facet: Facet, name: str) -> frozenset[str]:
    """Return the values that a name stands for. An unknown one is refused: left out, it would widen the answer."""
    vocabulary = services().vocabulary
    found = vocabulary.find_values(facet, name)
    if not found:
        known = ", ".join(vocabulary.facet_labels(facet).values())
        raise ValueUnknownError(
            f"{facet.label}\u00a0: la valeur {quote_text(name)} n’existe pas. Valeurs possibles\u00a0: {known}."
        )
    return found
