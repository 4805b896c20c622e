"""Who may animate. Everything of the animators' space asks here, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.errors import Explanation, ProblemError
from webapp.identity import may_animate, who

if TYPE_CHECKING:
    from flask import Blueprint

__all__ = ["may_animate", "only_for_animators", "who"]

_FORBIDDEN = Explanation(
    "Réservé à l’équipe d’animation",
    "Cette page sert à déposer et à classer les documents de la communauté.",
    "Si vous devriez y avoir accès, demandez-le à l’équipe d’animation.",
)


def only_for_animators(blueprint: Blueprint) -> Blueprint:
    """Refuse the views of a blueprint to whoever may not animate; gives the blueprint."""
    blueprint.before_request(check)
    return blueprint


def check() -> None:
    """Refuse the present request to whoever may not animate."""
    if not may_animate():
        raise ProblemError(403, _FORBIDDEN)
