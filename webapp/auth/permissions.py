"""What the sender of a request may see and do. Views check it here: animators, administrators, one document."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

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
    document = services().catalogue.documents.find(document_id, current_groups())
    if document is None:
        raise ProblemError(404, NOT_FOUND)
    return document


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
