"""The assistant's tools: search, open, cite. Parameters have the names that assistants, and their users, read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from index.errors import ExplainedError
from index.model import Facet
from index.search import Question
from webapp import citing
from webapp.asking import LAST_PAGE, LONGEST
from webapp.assistants import ranges, showing
from webapp.assistants.answers import Citation, OpenedDocument, SearchAnswer
from webapp.hive import hive
from webapp.originals import VIDEO
from webapp.typography import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from index.model import Document, Passage
    from webapp.assistants.desk import Desk

_MOST_DOCUMENTS = 20
_MOST_VALUES = 20
_LONGEST_ID = 64
_LONGEST_PLACE = 100

Id = Annotated[str, Field(max_length=_LONGEST_ID, description="Identifiant du document, donné par « chercher ».")]
Names = Annotated[tuple[str, ...], Field(max_length=_MOST_VALUES)]
Place = Annotated[str, Field(max_length=_LONGEST_PLACE)]


class DocumentUnknownError(ExplainedError):
    """No such document, or none that this person may see: nothing tells the two apart."""


class ValueUnknownError(ExplainedError):
    """A filter value that the vocabulary does not have."""


class Tools:
    """The three tools, in one person's name. What a person can act upon is raised as ExplainedError."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def search(
        self,
        *,
        question: Annotated[
            str, Field(max_length=LONGEST, description="Mots cherchés, en français ; vide : tous les documents.")
        ] = "",
        themes: Annotated[Names, Field(description="Thèmes, par leur nom ou leur identifiant.")] = (),
        territoires: Annotated[Names, Field(description="Territoires, par leur nom ou leur identifiant.")] = (),
        types: Annotated[Names, Field(description="Types de rendez-vous : « webinaire », « mensuelle »…")] = (),
        annees: Annotated[tuple[int, ...], Field(max_length=_MOST_VALUES, description="Années, comme 2024.")] = (),
        formats: Annotated[Names, Field(description="Formats : « PDF », « Diaporama », « Vidéo »…")] = (),
        nombre: Annotated[int, Field(ge=1, le=_MOST_DOCUMENTS, description="Documents par page de la liste.")] = 5,
        page: Annotated[int, Field(ge=1, le=LAST_PAGE, description="Page de la liste, à partir de 1.")] = 1,
    ) -> SearchAnswer:
        """Return the documents that answer a question, with their best passages."""
        named = {Facet.THEME: themes, Facet.TERRITORY: territoires, Facet.EVENT_TYPE: types, Facet.FORMAT: formats}
        with self._desk.serving() as groups:
            # Years are numbers, and need no vocabulary.
            chosen = _selection(named) | ({Facet.YEAR: frozenset(map(str, annees))} if annees else {})
            asked = Question(question.strip(), chosen, page=page, per_page=nombre, groups=groups)
            return showing.answer(hive().search.ask(asked))

    def open(
        self,
        *,
        document: Id,
        debut: Annotated[
            Place, Field(description="Premier endroit lu : « diapositive 12 », « 34 min 10 s » ; vide : le début.")
        ] = "",
        fin: Annotated[Place, Field(description="Dernier endroit lu, compris ; vide : la fin.")] = "",
        curseur: Annotated[
            Place, Field(description="Pour lire la suite : la valeur « cursor » de la réponse d’avant.")
        ] = "",
    ) -> OpenedDocument:
        """Return a document, or the part of it between two places."""
        with self._desk.serving() as groups:
            found = _document(document, groups)
            spoken, passages = _text(found, groups)
            # The cursor also holds the end that was asked for first: `debut` and `fin` no longer count.
            if curseur:
                return showing.opened(found, passages, ranges.after(passages, curseur, spoken.digest))
            return showing.opened(found, passages, ranges.between(passages, debut, fin, spoken.digest))

    def cite(
        self,
        *,
        document: Id,
        lieu: Annotated[
            Place, Field(description="Endroit cité : « diapositive 12 », « 34 min 10 s » ; vide : tout le document.")
        ] = "",
    ) -> Citation:
        """Return the reference of a document, or of a place in it."""
        with self._desk.serving() as groups:
            found = _document(document, groups)
            # The text is read only to find the place that is cited.
            passages = _text(found, groups)[1] if lieu else ()
            locator = passages[ranges.positions(passages, lieu)[0]].locator if lieu else None
            url, place = showing.address(found, locator), locator.label if locator else ""
            kind = hive().label(Facet.EVENT_TYPE, found.event.type) if found.event else ""
            occasion = showing.occasion(found) or showing.day(found)
            return Citation(
                reference=citing.citation(found, kind, url, datetime.now(UTC), place),
                short=", ".join(filter(None, (quoted(found.title), occasion, place))),
                url=url,
            )


def _document(document_id: str, groups: frozenset[str]) -> Document:
    found = hive().catalogue.document(document_id, groups)
    if found is None:
        raise DocumentUnknownError(
            f"Aucun document n’a l’identifiant {quoted(document_id)}\u00a0: prenez-le dans une réponse de "
            f"{quoted('chercher')}."
        )
    return found


def _text(document: Document, groups: frozenset[str]) -> tuple[Document, Sequence[Passage]]:
    """Return the document that holds the text, and its passages: a video is read through its captions."""
    captions = hive().catalogue.companion(document, groups) if document.format == VIDEO else None
    spoken = captions or document
    return spoken, hive().catalogue.passages(spoken.id)


def _selection(named: Mapping[Facet, Sequence[str]]) -> dict[Facet, frozenset[str]]:
    return {
        facet: frozenset(value for each in names for value in _values(facet, each))
        for facet, names in named.items()
        if names
    }


def _values(facet: Facet, name: str) -> frozenset[str]:
    """Return the values that a name stands for. An unknown one is refused: left out, it would widen the answer."""
    vocabulary = hive().vocabulary
    found = vocabulary.values_named(facet, name)
    if not found:
        known = ", ".join(vocabulary.values(facet).values())
        raise ValueUnknownError(
            f"{facet.label}\u00a0: la valeur {quoted(name)} n’existe pas. Valeurs possibles\u00a0: {known}."
        )
    return found
