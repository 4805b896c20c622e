"""What became of each file, for those who drop them, and what they can do about it."""

from __future__ import annotations

from flask import Blueprint

from webapp import status
from webapp.animation.access import only_for_animators

blueprint = only_for_animators(Blueprint("files", __name__, url_prefix="/animation/fichiers"))


@blueprint.get("")
def show() -> str:
    """Each file of the library with its state, those that need someone first."""
    return status.show()
