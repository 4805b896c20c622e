"""Documents: their metadata, text, versions and original files."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from webapp.api import cursors, fields, members, schemas, telling
from webapp.api.answering import answer, listed
from webapp.api.blueprint import api, query
from webapp.documents import versions_of
from webapp.errors import NOT_FOUND, ProblemError
from webapp.hive import document_or_404, groups, hive
from webapp.originals import send_original

if TYPE_CHECKING:
    from flask import Response

    from index.model import Document

_TAG = ["Documents"]
_FILE: dict[str, Any] = {
    "description": "Le fichier, tel qu’il a été déposé.",
    # Originals are of any type.
    "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
}
_SENT: dict[int | str, Any] = {
    200: _FILE,
    206: _FILE | {"description": "La partie demandée."},
    416: {"description": "La partie demandée n’existe pas."},
}


@api.get("/documents")
@query(fields.Page)
@api.output(members.page_of("documents", schemas.Document, "Documents."), description="Une page de documents.")
@api.doc(summary="Lister les documents", description="Tous les documents, les derniers déposés d’abord.", tags=_TAG)
def documents(asked: dict[str, Any]) -> Response:
    """List documents, the newest deposits first."""
    most, after = asked["par_page"], _deposit(asked["curseur"])
    # One more than is shown tells whether there is another page.
    found = hive().catalogue.deposits(groups(), after, most + 1)
    return listed("documents", [telling.document(each) for each in found[:most]], _after(found, most))


@api.get("/documents/<document_id>")
@api.output(schemas.Document, description="Le document.")
@api.doc(summary="Lire une notice", description="Ce que l’on sait d’un document, sans son texte.", tags=_TAG)
def document(document_id: str) -> Response:
    """Return what is known of a document."""
    return answer(telling.document(document_or_404(document_id)))


@api.get("/documents/<document_id>/passages")
@query(fields.Page)
@api.output(members.page_of("passages", schemas.Passage, "Passages."), description="Une page de passages.")
@api.doc(summary="Lire le texte", description="Le texte d’un document, passage par passage, en entier.", tags=_TAG)
def passages(document_id: str, asked: dict[str, Any]) -> Response:
    """List the passages of a document, in order."""
    found = document_or_404(document_id)
    first, most = int(_place(asked["curseur"])), asked["par_page"]
    read = hive().catalogue.passages_from(found.id, first, most + 1)
    # The first passage that is not on this page.
    cursor = cursors.written(read[most].ordinal) if len(read) > most else None
    return listed("passages", [telling.passage(found.id, each) for each in read[:most]], cursor)


@api.get("/documents/<document_id>/passages/<int:ordinal>")
@api.output(schemas.Passage, description="Le passage.")
@api.doc(summary="Lire un passage", description="Un passage d’un document, par son rang, à partir de 0.", tags=_TAG)
def passage(document_id: str, ordinal: int) -> Response:
    """Return one passage."""
    found = document_or_404(document_id)
    # A larger number would not fit the column.
    read = hive().catalogue.passages_from(found.id, ordinal, 1) if ordinal < _FURTHEST else ()
    if not read or read[0].ordinal != ordinal:
        raise ProblemError(404, NOT_FOUND)
    return answer(telling.passage(found.id, read[0]))


@api.get("/documents/<document_id>/versions")
@api.output(members.list_of("versions", schemas.Version, "Versions."), description="Les versions.")
@api.doc(
    summary="Lister les versions", description="Les contenus que le document a eus, le présent d’abord.", tags=_TAG
)
def versions(document_id: str) -> Response:
    """List the contents that a document has had."""
    found = document_or_404(document_id)
    return answer({"versions": [telling.version(each) for each in versions_of(found)]})


@api.get("/documents/<document_id>/original")
@api.doc(
    summary="Télécharger l’original",
    description="Le fichier lui-même\u00a0; l’en-tête Range en demande une partie.",
    tags=_TAG,
    responses=_SENT,
)
def original(document_id: str) -> Response:
    """Send the original file."""
    return send_original(hive().settings.library, document_or_404(document_id))


_FURTHEST = 2**31
"""Beyond the 32-bit integers of a database."""


def _place(cursor: str) -> int:
    (place,) = cursors.read(cursor, int) if cursor else (0,)
    if not 0 <= int(place) < _FURTHEST:
        raise cursors.stale()
    return int(place)


def _deposit(cursor: str) -> tuple[datetime, str] | None:
    """Decode the last row of the page before: when the document was added, and its id. None for the first page."""
    if not cursor:
        return None
    added, id_ = cursors.read(cursor, str, str)
    try:
        # Converted to UTC at once: a forged date may be none there.
        return datetime.fromisoformat(str(added)).astimezone(UTC), str(id_)
    except (ValueError, OverflowError):
        raise cursors.stale() from None


def _after(found: tuple[Document, ...], most: int) -> str | None:
    last = found[most - 1] if len(found) > most else None
    return cursors.written(last.added.isoformat(), last.id) if last else None
