"""Changes of documents, for tools that keep a copy."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from index.catalogue import OaiSelection
from webapp.api import cursors, request_fields, response_fields, schemas, serializers
from webapp.api.blueprint import accept_query, api
from webapp.api.responses import cursor_address, json_response
from webapp.auth import current_groups
from webapp.server import services

if TYPE_CHECKING:
    from flask import Response

    from index.catalogue import OaiRecord

# Below 2**63, where SQLite's integers end: a forged cursor must not exceed them.
_MAX_REVISION = 2**62

ChangesSchema = response_fields.make_schema(
    "Changes",
    {
        "changes": response_fields.list_field(schemas.ChangeSchema, "Changements, du plus ancien au plus récent."),
        "cursor": response_fields.string_field(
            "Où reprendre la prochaine fois, même quand il n’y a plus rien pour l’instant."
        ),
        "more": response_fields.boolean_field("S’il y en a d’autres dès maintenant."),
        "next": response_fields.uri_field("Adresse où reprendre, maintenant ou plus tard."),
    },
)


@api.get("/changes")
@accept_query(request_fields.PageQuery)
@api.output(ChangesSchema, description="Ce qui a changé depuis le curseur.")
@api.doc(
    summary="Suivre les changements",
    description="Pour tenir une copie à jour. Sans curseur\u00a0: tout, depuis le début. Chaque document n’y est "
    "qu’une fois, à son dernier changement\u00a0; «\u00a0deleted\u00a0» dit de l’oublier. Ce qui change sans lui "
    "(emplacements, titre du rendez-vous, libellés) n’y est pas. Gardez "
    "«\u00a0cursor\u00a0» et revenez avec lui. Si vos droits changent, le curseur est périmé (410)\u00a0: reprenez du "
    "début, et oubliez ce qui n’y est plus.",
    tags=["Changements"],
)
def list_changes(params: dict[str, Any]) -> Response:
    """List the documents that changed, the oldest change first."""
    most, since = params["par_page"], _decode_revision(params["curseur"])
    # One more than is shown tells whether there are others.
    found = _find_records(since, most + 1)
    shown = found[:most]
    # Always given, so that a tool comes back with it even when nothing has changed.
    cursor = cursors.encode_cursor(shown[-1].revision if shown else since, _rights_digest())
    body = {
        "changes": [serializers.serialise_change(each) for each in shown],
        "cursor": cursor,
        "more": len(found) > most,
        "next": cursor_address(cursor),
    }
    # The relation is there only while there is more; the address in the body also serves to come back later.
    return json_response(body, {"next": body["next"] if body["more"] else None})


def _find_records(since: int, most: int) -> tuple[OaiRecord, ...]:
    """Return changes as harvesters get them: a deletion is told only to those who were offered the document."""
    services().catalogue.oai_changes.date_changes()
    return services().catalogue.oai_changes.list_records(current_groups(), OaiSelection(), since, most)


def _decode_revision(cursor: str) -> int:
    if not cursor:
        return 0
    revision, rights = cursors.decode_cursor(cursor, int, str)
    # With other rights a copy would lack documents that did not change: the tool must start again.
    if rights != _rights_digest() or not 0 <= int(revision) < _MAX_REVISION:
        raise cursors.stale_cursor_error()
    return int(revision)


def _rights_digest() -> str:
    """Return a short digest of the groups of the person who asks."""
    return hashlib.blake2b("\n".join(sorted(current_groups())).encode(), digest_size=6).hexdigest()
