"""What the sender of a request may see and do. Views check it here: animators, administrators, one document."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import abort, redirect, request, url_for

from index.accounts import Role
from index.model import ANIMATORS
from webapp.auth.identity import current_groups, current_person, requires_accounts
from webapp.server import FORBIDDEN, NOT_FOUND, ProblemError, services

if TYPE_CHECKING:
    from flask import Blueprint

    from index.accounts import Account
    from index.model import Document, Event


def restrict_to_animators(blueprint: Blueprint) -> Blueprint:
    """Refuse a blueprint's views to anyone but animators; return the blueprint."""
    blueprint.before_request(require_animator)
    return blueprint


def require_animator() -> None:
    """Raise ProblemError (403) unless the person who asks is an animator."""
    if not may_animate():
        raise ProblemError(403, FORBIDDEN)


def personal_data_groups() -> frozenset[str]:
    """Return the groups with which the person may decide about personal data; the animators' is always among them."""
    # Without accounts nobody is in the animators' group, yet what is held back must be decided by someone.
    return current_groups() | {ANIMATORS}


def find_document_or_404(document_id: str) -> Document:
    """Return a document. Raises ProblemError (404) where it does not exist, and where the person may not see it."""
    # One answer for « missing » and « hidden »: nobody learns that a hidden document exists.
    document = services().catalogue.documents.find(document_id, current_groups()) or _find_replay_of(document_id)
    if document is None:
        raise ProblemError(404, NOT_FOUND)
    return document


def find_file_or_404(document_id: str) -> Document:
    """Return a document, or a part of a replay as it is by itself. Raises ProblemError (404) likewise."""
    catalogue, groups = services().catalogue, current_groups()
    document = catalogue.documents.find(document_id, groups) or catalogue.replays.find_part(document_id, groups)
    if document is None:
        raise ProblemError(404, NOT_FOUND)
    return document


def _find_replay_of(document_id: str) -> Document | None:
    """Return the replay that a document has become a part of; an address that names the part leads on to it."""
    main = services().catalogue.replays.find_main(document_id, current_groups())
    if main is None:
        return None
    named = request.view_args or {}
    if request.endpoint and named.get("document_id") == document_id:
        address = url_for(request.endpoint, **{**named, "document_id": main})
        # The query as it came: `url_for` would take some of its names for its own.
        query = request.query_string.decode("latin-1")
        # 307: what was a post stays one. Not for good, since the files may part again.
        abort(redirect(f"{address}?{query}" if query else address, HTTPStatus.TEMPORARY_REDIRECT))
    return services().catalogue.documents.find(main, current_groups())


def find_event_or_404(event_id: str) -> Event:
    """Return an event. Raises ProblemError (404) where it does not exist, and where the person may not see it."""
    event = services().catalogue.events.find(event_id, current_groups())
    if event is None:
        raise ProblemError(404, NOT_FOUND)
    return event


def may_animate() -> bool:
    """Return whether the sender is an animator. Without accounts everyone is: they are on the machine itself."""
    return _has_role(Role.ANIMATOR) if requires_accounts() else True


def may_administrate() -> bool:
    """Return whether the sender may manage accounts and rights. Without accounts nobody may: there are none."""
    return _has_role(Role.ADMINISTRATOR)


def require_person() -> Account:
    """Return the account of the sender, for pages about oneself. Raises ProblemError (404) where nobody is known."""
    found = current_person()
    if found is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)
    return found


def restrict_to_accounts(blueprint: Blueprint) -> Blueprint:
    """Answer 404 for a blueprint's views where there are no accounts. Returns the blueprint."""
    blueprint.before_request(_require_accounts)
    return blueprint


def restrict_to_administrators(blueprint: Blueprint) -> Blueprint:
    """Answer 404 for a blueprint's views to all but administrators. Returns the blueprint."""
    blueprint.before_request(_require_administrator)
    return blueprint


def _has_role(role: Role) -> bool:
    found = current_person()
    return found is not None and found.role.includes(role)


def _require_accounts() -> None:
    if not requires_accounts():
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)


def _require_administrator() -> None:
    # 404 and not 403: others need not know what there is to administer.
    if not may_administrate():
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)
