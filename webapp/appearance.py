"""Light or dark, as each person chooses; their browser keeps the choice, and nothing needs a script."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

blueprint = Blueprint("appearance", __name__)

COOKIE = "affichage"
_YEAR = 365 * 24 * 3600
"""Seconds."""


class Scheme(Enum):
    """The colours of the pages, by the names that the design system gives them."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"

    @property
    def colours(self) -> str:
        """What the browser may paint its own parts in, such as scrollbars."""
        return "light dark" if self is Scheme.SYSTEM else self.value

    @property
    def media(self) -> str:
        """Where the dark style sheets hold; never on paper, nowhere when empty."""
        return {
            Scheme.SYSTEM: "screen and (prefers-color-scheme: dark)",
            Scheme.LIGHT: "",
            Scheme.DARK: "screen",
        }[self]


_CHOICES = (
    (Scheme.SYSTEM.value, "Système", "Comme le reste de votre appareil."),
    (Scheme.LIGHT.value, "Clair", "Texte sombre sur fond clair."),
    (Scheme.DARK.value, "Sombre", "Texte clair sur fond sombre."),
)


@blueprint.get("/affichage")
def show() -> str:
    """The choice, and what it does."""
    return render_template("appearance.html", choices=_CHOICES)


@blueprint.post("/affichage")
def choose() -> Response:
    """Keep the choice in the browser."""
    answer = redirect(url_for("appearance.show"), code=303)
    answer.set_cookie(
        COOKIE,
        _known(request.form.get("affichage", "")).value,
        max_age=_YEAR,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return answer


@blueprint.app_context_processor
def _present() -> dict[str, Scheme]:
    return {"scheme": _known(request.cookies.get(COOKIE, ""))}


def _known(value: str) -> Scheme:
    return {scheme.value: scheme for scheme in Scheme}.get(value, Scheme.SYSTEM)
