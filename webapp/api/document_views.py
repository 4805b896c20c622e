"""Documents: their metadata, text, versions and original files."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from webapp.api import cursors, request_fields, response_fields, schemas, serializers
from webapp.api.blueprint import accept_query, api
from webapp.api.responses import json_response, list_response
from webapp.auth import current_groups, find_document_or_404, find_file_or_404
from webapp.pages import list_deck_chapters, list_replay_chapters, list_visible_versions, send_original
from webapp.server import NOT_FOUND, ProblemError, services

if TYPE_CHECKING:
    from flask import Response

    from index.model import Document

_TAG = ["Documents"]
_FILE_RESPONSE: dict[str, Any] = {
    "description": "Le fichier, tel qu’il a été déposé.",
    # Originals are of any type.
    # By a type that generated clients know, then by any other: a browser is told that of the file.
    "content": {
        media_type: {"schema": {"type": "string", "format": "binary"}}
        for media_type in ("application/octet-stream", "*/*")
    },
}
_ORIGINAL_RESPONSES: dict[int | str, Any] = {
    200: _FILE_RESPONSE,
    206: _FILE_RESPONSE | {"description": "La partie demandée."},
    416: {"description": "La partie demandée n’existe pas."},
}


@api.get("/documents")
@accept_query(request_fields.PageQuery)
@api.output(
    response_fields.make_page_schema("documents", schemas.DocumentSchema, "Documents."),
    description="Une page de documents.",
)
@api.doc(summary="Lister les documents", description="Tous les documents, les derniers déposés d’abord.", tags=_TAG)
def list_documents(params: dict[str, Any]) -> Response:
    """List documents, the newest deposits first."""
    most, after = params["par_page"], _decode_deposit(params["curseur"])
    # One more than is shown tells whether there is another page.
    found = services().catalogue.documents.list_after(current_groups(), after, most + 1)
    return list_response(
        "documents", [serializers.serialise_document(each) for each in found[:most]], _next_cursor(found, most)
    )


@api.get("/documents/<document_id>")
@api.output(schemas.DocumentSchema, description="Le document.")
@api.doc(summary="Lire une notice", description="Ce que l’on sait d’un document, sans son texte.", tags=_TAG)
def get_document(document_id: str) -> Response:
    """Return what is known of a document."""
    return json_response(serializers.serialise_document(find_document_or_404(document_id)))


@api.get("/documents/<document_id>/passages")
@accept_query(request_fields.PageQuery)
@api.output(
    response_fields.make_page_schema("passages", schemas.PassageSchema, "Passages."),
    description="Une page de passages.",
)
@api.doc(summary="Lire le texte", description="Le texte d’un document, passage par passage, en entier.", tags=_TAG)
def list_passages(document_id: str, params: dict[str, Any]) -> Response:
    """List the passages of a document, in order."""
    found = find_document_or_404(document_id)
    first, most = int(_decode_ordinal(params["curseur"])), params["par_page"]
    read = services().catalogue.documents.list_passages_from(found.id, first, most + 1)
    # The first passage that is not on this page.
    cursor = cursors.encode_cursor(read[most].ordinal) if len(read) > most else None
    return list_response("passages", [serializers.serialise_passage(found.id, each) for each in read[:most]], cursor)


@api.get("/documents/<document_id>/passages/<int:ordinal>")
@api.output(schemas.PassageSchema, description="Le passage.")
@api.doc(summary="Lire un passage", description="Un passage d’un document, par son rang, à partir de 0.", tags=_TAG)
def get_passage(document_id: str, ordinal: int) -> Response:
    """Return one passage."""
    found = find_document_or_404(document_id)
    # A larger number would not fit the column.
    read = services().catalogue.documents.list_passages_from(found.id, ordinal, 1) if ordinal < _MAX_ORDINAL else ()
    if not read or read[0].ordinal != ordinal:
        raise ProblemError(404, NOT_FOUND)
    return json_response(serializers.serialise_passage(found.id, read[0]))


@api.get("/documents/<document_id>/chapters")
@api.output(
    response_fields.make_list_schema("chapters", schemas.ChapterSchema, "Chapitres."), description="Les chapitres."
)
@api.doc(
    summary="Lister les chapitres",
    description="Quand chaque diapositive est commentée\u00a0: d’un enregistrement, ou d’un support dans ses "
    "enregistrements. Vide là où rien n’est sûr.",
    tags=_TAG,
)
def list_chapters(document_id: str) -> Response:
    """List when slides are spoken of, in a recording or for a deck."""
    found = find_document_or_404(document_id)
    format_ = services().format_of(found)
    shown = (list_replay_chapters if format_.is_recording or format_.is_captions else list_deck_chapters)(found)
    return json_response({"chapters": [serializers.serialise_chapter(each) for each in shown]})


@api.get("/documents/<document_id>/parts")
@api.output(
    response_fields.make_list_schema("parts", schemas.PartSchema, "Fichiers."), description="Les autres fichiers."
)
@api.doc(
    summary="Lister les fichiers d’un replay",
    description="Les autres fichiers d’un enregistrement\u00a0: ses sous-titres, son enregistrement sonore. "
    "Vide pour tout autre document. L’adresse de chacun mène au replay\u00a0; son original se télécharge.",
    tags=_TAG,
)
def list_parts(document_id: str) -> Response:
    """List the other files of a replay."""
    found = find_document_or_404(document_id)
    parts = services().catalogue.replays.list_parts(found.id, current_groups())
    return json_response({"parts": [serializers.serialise_part(each) for each in parts]})


@api.get("/documents/<document_id>/versions")
@api.output(
    response_fields.make_list_schema("versions", schemas.VersionSchema, "Versions."), description="Les versions."
)
@api.doc(
    summary="Lister les versions", description="Les contenus que le document a eus, le présent d’abord.", tags=_TAG
)
def list_versions(document_id: str) -> Response:
    """List the contents that a document has had."""
    found = find_document_or_404(document_id)
    return json_response({"versions": [serializers.serialise_version(each) for each in list_visible_versions(found)]})


@api.get("/documents/<document_id>/original")
@api.doc(
    summary="Télécharger l’original",
    description="Le fichier lui-même\u00a0; l’en-tête Range en demande une partie.",
    tags=_TAG,
    responses=_ORIGINAL_RESPONSES,
)
def download_original(document_id: str) -> Response:
    """Send the original file."""
    return send_original(services().settings.library, find_file_or_404(document_id))


_MAX_ORDINAL = 2**31
"""Beyond the 32-bit integers of a database."""


def _decode_ordinal(cursor: str) -> int:
    (place,) = cursors.decode_cursor(cursor, int) if cursor else (0,)
    if not 0 <= int(place) < _MAX_ORDINAL:
        raise cursors.stale_cursor_error()
    return int(place)


def _decode_deposit(cursor: str) -> tuple[datetime, str] | None:
    """Decode the last row of the page before: when the document was added, and its id. None for the first page."""
    if not cursor:
        return None
    added, id_ = cursors.decode_cursor(cursor, str, str)
    try:
        # Converted to UTC at once: a forged date may be none there.
        return datetime.fromisoformat(str(added)).astimezone(UTC), str(id_)
    except (ValueError, OverflowError):
        raise cursors.stale_cursor_error() from None


def _next_cursor(found: tuple[Document, ...], most: int) -> str | None:
    last = found[most - 1] if len(found) > most else None
    return cursors.encode_cursor(last.added.isoformat(), last.id) if last else None
