"""Who may use the animators' space. All of its pages check it here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.model import ANIMATORS
from webapp.errors import FORBIDDEN, ProblemError
from webapp.identity import current_account_id, current_groups, may_animate

if TYPE_CHECKING:
    from flask import Blueprint

__all__ = ["current_account_id", "may_animate", "personal_data_groups", "restrict_to_animators"]


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
