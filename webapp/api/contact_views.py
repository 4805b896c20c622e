"""The directory, for the tools of members: the contacts whose person agreed to be handed on, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from webapp.api import response_fields, schemas
from webapp.api.blueprint import api
from webapp.api.responses import json_response
from webapp.auth import requires_accounts
from webapp.pages import list_visible_contacts
from webapp.server import NOT_FOUND, ProblemError

if TYPE_CHECKING:
    from flask import Response

    from index.accounts import Contact


@api.get("/contacts")
@api.output(
    response_fields.make_list_schema("contacts", schemas.ContactSchema, "Contacts."), description="Les contacts."
)
@api.doc(
    summary="Lister les contacts",
    description="Les fiches de l’annuaire dont la personne a accepté qu’elles aillent dans d’autres outils. Là où "
    "Ruche ne demande pas de compte, il n’y a pas d’annuaire\u00a0: la réponse est 404.",
    tags=["Annuaire"],
)
def list_contacts() -> Response:
    """List the contacts whose person agreed to be handed on. Raises ProblemError (404) without accounts."""
    if not requires_accounts():
        raise ProblemError(404, NOT_FOUND)
    # Few enough for one answer: the directory is bounded.
    return json_response({"contacts": [_serialise(each) for each in list_visible_contacts() if _is_handed_on(each)]})


def _is_handed_on(contact: Contact) -> bool:
    return contact.shown is not None and contact.shown.exported


def _serialise(contact: Contact) -> dict[str, Any]:
    told = contact.shown.to_json() if contact.shown else {}
    kept = {name: told[name] for name in ("name", "role", "organisation", "territory", "themes", "mail", "phone")}
    until = {name: told[name] or None for name in ("since", "until")}
    confirmed = contact.confirmed.isoformat() if contact.confirmed else ""
    return {"id": contact.id, **kept, "address": told["address"], **until, "confirmed": confirmed}
