"""Fields of requests, each with its error messages in French."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import File
from marshmallow import fields, validate

from index.model import Facet
from webapp.asking import LONGEST, MOST_VALUES

MOST_PER_PAGE = 100

_Messages = dict[str, str | list[Any] | dict[Any, Any]]
_MESSAGES: _Messages = {
    "required": "Il manque.",
    "null": "Il ne peut pas être vide.",
    "invalid": "Ce n’est pas un texte.",
    "invalid_utf8": "Ce n’est pas un texte.",
    "validator_failed": "Il ne convient pas.",
}
# PostgreSQL refuses NUL in a text.
_NO_NUL = validate.Regexp(r"^[^\u0000]*$", error="Il contient un caractère nul.")
# The alphabet of base64 in URLs (RFC 4648, section 5).
_BASE64 = validate.Regexp(
    r"^[A-Za-z0-9_-]+$", error="Ce n’est pas un curseur\u00a0: prenez celui que donne «\u00a0next\u00a0»."
)


class Text(fields.String):
    """A text with French error messages."""

    default_error_messages = _MESSAGES


class Whole(fields.Integer):
    """A whole number, written in ASCII digits."""

    default_error_messages = _MESSAGES | {
        "invalid": "Il faut un nombre entier.",
        "too_large": "Ce nombre est trop grand.",
    }

    def _validated(self, value: Any) -> int:
        # int() would also read spaces, underscores and the digits of other alphabets.
        if isinstance(value, str) and not (value.isascii() and value.isdigit()):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class Sent(File):
    """A file of a form."""

    default_error_messages = _MESSAGES | {"invalid": "Il faut un fichier."}


class Within(fields.Nested):
    """An object within another."""

    default_error_messages = _MESSAGES | {"type": "Il faut un objet JSON."}


class Several(fields.List[Any]):
    """A list of values of one kind."""

    default_error_messages = _MESSAGES | {"invalid": "Il faut une liste."}


class Strict(Schema):
    """A schema that refuses unknown names: a tool must learn of its mistakes, where a page would be lenient."""

    error_messages = {  # noqa: RUF012 - marshmallow's name
        "unknown": "Ce paramètre n’existe pas.",
        "type": "Il faut un objet JSON.",
        "invalid": "Il faut un objet JSON.",
    }


def text(description: str, longest: int = LONGEST, also: validate.Validator = _NO_NUL, **options: Any) -> Text:
    """Return a text parameter, optional, which also has to fit `also`."""
    told = validate.Length(max=longest, error=f"Il faut {longest} caractères au plus.")
    return Text(validate=[told, also], metadata={"description": description}, **options)


def several(inner: fields.Field[Any], description: str, **options: Any) -> Several:
    """Return a list parameter of bounded length; in a URL the parameter is repeated."""
    most = validate.Length(max=MOST_VALUES, error=f"Il faut {MOST_VALUES} valeurs au plus.")
    return Several(inner, validate=most, metadata={"description": description}, **options)


def values(description: str) -> Several:
    """Return a parameter that takes several texts."""
    return several(text(""), description)


def one_of(choices: list[str], description: str, **options: Any) -> Text:
    """Return a parameter that takes one of some words."""
    told = validate.OneOf(choices, error=f"Valeurs possibles\u00a0: {', '.join(choices)}.")
    return Text(validate=told, metadata={"description": description}, **options)


def flag(description: str) -> Text:
    """Return a parameter that says yes by « 1 », no by « 0 » or by its absence."""
    return one_of(["0", "1"], description, load_default="0")


def per_page(absent: int = 20) -> Whole:
    """Return the parameter for the number of rows of a page."""
    told = validate.Range(1, MOST_PER_PAGE, error=f"Il faut un nombre entier de 1 à {MOST_PER_PAGE}.")
    return Whole(validate=told, load_default=absent, metadata={"description": "Nombre de réponses par page."})


def cursor() -> Text:
    """Return the parameter for where to go on in a list."""
    told = "Où reprendre la liste\u00a0: la valeur que porte l’adresse «\u00a0next\u00a0» de la page précédente."
    return text(told, load_default="", also=_BASE64)


def facets() -> dict[str, fields.Field[Any]]:
    """Return the filters of a search, by their names in URLs."""
    return {
        facet.value: values(f"{facet.label}\u00a0: une valeur ou plusieurs (paramètre répété)\u00a0; l’une suffit.")
        for facet in Facet
    }


class Page(Strict):
    """Parameters of a list in pages."""

    par_page = per_page()
    curseur = cursor()
