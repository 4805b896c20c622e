"""Who may use the animators' space. All of its pages check it here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.model import ANIMATORS
from webapp.errors import FORBIDDEN, ProblemError
from webapp.identity import groups, may_animate, who

if TYPE_CHECKING:
    from flask import Blueprint

__all__ = ["deciding_groups", "may_animate", "only_for_animators", "who"]


def only_for_animators(blueprint: Blueprint) -> Blueprint:
    """Refuse a blueprint's views to anyone but animators; return the blueprint."""
    blueprint.before_request(check)
    return blueprint


def check() -> None:
    """Raise ProblemError (403) unless the person who asks is an animator."""
    if not may_animate():
        raise ProblemError(403, FORBIDDEN)


def deciding_groups() -> frozenset[str]:
    """Return the groups with which the person may decide about personal data; the animators' is always among them."""
    # Without accounts nobody is in the animators' group, yet what is held back must be decided by someone.
    return groups() | {ANIMATORS}
