"""Who may animate. Everything of the animators' space asks here, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.model import ANIMATORS
from webapp.errors import FORBIDDEN, ProblemError
from webapp.identity import groups, may_animate, who

if TYPE_CHECKING:
    from flask import Blueprint

__all__ = ["deciding_groups", "may_animate", "only_for_animators", "who"]


def only_for_animators(blueprint: Blueprint) -> Blueprint:
    """Refuse the views of a blueprint to whoever may not animate; gives the blueprint."""
    blueprint.before_request(check)
    return blueprint


def check() -> None:
    """Refuse the present request to whoever may not animate."""
    if not may_animate():
        raise ProblemError(403, FORBIDDEN)


def deciding_groups() -> frozenset[str]:
    """The groups of an animator who decides about personal data: without accounts too, what is held back is theirs."""
    return groups() | {ANIMATORS}
