"""The page where a reader chooses light or dark colours. A cookie keeps the choice; no script is needed."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

appearance_blueprint = Blueprint("appearance", __name__)

SCHEME_COOKIE = "affichage"
_YEAR_SECONDS = 365 * 24 * 3600
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


@appearance_blueprint.get("/affichage")
def show() -> str:
    """Show the form with the three schemes."""
    return render_template("appearance.html", choices=_CHOICES)


@appearance_blueprint.post("/affichage")
def choose() -> Response:
    """Keep the chosen scheme in a cookie for a year, then show the form again."""
    answer = redirect(url_for("appearance.show"), code=303)
    answer.set_cookie(
        SCHEME_COOKIE,
        # A value that is no scheme falls back to the system's: the cookie only ever holds known words.
        _parse_scheme(request.form.get("affichage", "")).value,
        max_age=_YEAR_SECONDS,
        httponly=True,
        samesite="Lax",
        # Over plain HTTP a secure cookie would be dropped, and the choice with it.
        secure=request.is_secure,
    )
    return answer


@appearance_blueprint.app_context_processor
def _add_scheme() -> dict[str, Scheme]:
    return {"scheme": _parse_scheme(request.cookies.get(SCHEME_COOKIE, ""))}


def _parse_scheme(value: str) -> Scheme:
    return {scheme.value: scheme for scheme in Scheme}.get(value, Scheme.SYSTEM)
