"""Changes of documents, for tools that keep a copy."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from index.catalogue import Part
from webapp.api import cursors, fields, members, schemas, telling
from webapp.api.answering import answer, here
from webapp.api.blueprint import api, query
from webapp.hive import groups, hive

if TYPE_CHECKING:
    from flask import Response

    from index.catalogue import Offer

# Below 2**63, where SQLite's integers end: a forged cursor must not exceed them.
_FURTHEST = 2**62

Changes = members.made(
    "Changes",
    {
        "changes": members.many(schemas.Change, "Changements, du plus ancien au plus récent."),
        "cursor": members.string("Où reprendre la prochaine fois, même quand il n’y a plus rien pour l’instant."),
        "more": members.boolean("S’il y en a d’autres dès maintenant."),
        "next": members.address("Adresse où reprendre, maintenant ou plus tard."),
    },
)


@api.get("/changes")
@query(fields.Page)
@api.output(Changes, description="Ce qui a changé depuis le curseur.")
@api.doc(
    summary="Suivre les changements",
    description="Pour tenir une copie à jour. Sans curseur\u00a0: tout, depuis le début. Chaque document n’y est "
    "qu’une fois, à son dernier changement\u00a0; «\u00a0deleted\u00a0» dit de l’oublier. Ce qui change sans lui "
    "(emplacements, titre du rendez-vous, libellés) n’y est pas. Gardez "
    "«\u00a0cursor\u00a0» et revenez avec lui. Si vos droits changent, le curseur est périmé (410)\u00a0: reprenez du "
    "début, et oubliez ce qui n’y est plus.",
    tags=["Changements"],
)
def changes(asked: dict[str, Any]) -> Response:
    """List the documents that changed, the oldest change first."""
    most, since = asked["par_page"], _since(asked["curseur"])
    # One more than is shown tells whether there are others.
    found = _offers(since, most + 1)
    shown = found[:most]
    # Always given, so that a tool comes back with it even when nothing has changed.
    cursor = cursors.written(shown[-1].revision if shown else since, _rights())
    body = {
        "changes": [
            {
                "id": each.document_id,
                "revision": each.revision,
                "deleted": each.document is None,
                "document": telling.copy(each.document) if each.document else None,
            }
            for each in shown
        ],
        "cursor": cursor,
        "more": len(found) > most,
        "next": here(cursor),
    }
    # The relation is there only while there is more; the address in the body also serves to come back later.
    return answer(body, {"next": body["next"] if body["more"] else None})


def _offers(since: int, most: int) -> tuple[Offer, ...]:
    """Return changes as harvesters get them: a deletion is told only to those who were offered the document."""
    hive().catalogue.harvest.take_up()
    return hive().catalogue.harvest.offers(groups(), Part(), since, most)


def _since(cursor: str) -> int:
    if not cursor:
        return 0
    revision, rights = cursors.read(cursor, int, str)
    # With other rights a copy would lack documents that did not change: the tool must start again.
    if rights != _rights() or not 0 <= int(revision) < _FURTHEST:
        raise cursors.stale()
    return int(revision)


def _rights() -> str:
    """Return a short digest of the groups of the person who asks."""
    return hashlib.blake2b("\n".join(sorted(groups())).encode(), digest_size=6).hexdigest()
