"""The page where a reader chooses light or dark colours. A cookie keeps the choice; no script is needed."""

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
    """The colour scheme of the pages; the values are those of the design system's `data-fr-scheme`."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"

    @property
    def colours(self) -> str:
        """The value of `<meta name="color-scheme">`, by which the browser paints its own parts, such as scrollbars."""
        return "light dark" if self is Scheme.SYSTEM else self.value

    @property
    def media(self) -> str:
        """The media query of the dark style sheets; "" where they must not be loaded."""
        # « screen » in each: paper is never dark.
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
    """Show the form with the three schemes."""
    return render_template("appearance.html", choices=_CHOICES)


@blueprint.post("/affichage")
def choose() -> Response:
    """Keep the chosen scheme in a cookie for a year, then show the form again."""
    answer = redirect(url_for("appearance.show"), code=303)
    answer.set_cookie(
        COOKIE,
        # A value that is no scheme falls back to the system's: the cookie only ever holds known words.
        _known(request.form.get("affichage", "")).value,
        max_age=_YEAR,
        httponly=True,
        samesite="Lax",
        # Over plain HTTP a secure cookie would be dropped, and the choice with it.
        secure=request.is_secure,
    )
    return answer


@blueprint.app_context_processor
def _present() -> dict[str, Scheme]:
    return {"scheme": _known(request.cookies.get(COOKIE, ""))}


def _known(value: str) -> Scheme:
    return {scheme.value: scheme for scheme in Scheme}.get(value, Scheme.SYSTEM)
