"""Access rights of the API's views."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from webapp.animation.access import require_animator

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")


def restrict_view_to_animators(view: Callable[P, R]) -> Callable[P, R]:
    """Restrict a view to animators; to be placed right under the route."""

    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        # Before the parameters are validated: someone without rights is told nothing else.
        require_animator()
        return view(*args, **kwargs)

    return wrapper
