"""Fields of requests, each with its error messages in French."""

from __future__ import annotations

from typing import Any

from apiflask import Schema
from apiflask.fields import File
from marshmallow import fields, validate

from index.model import FACETS
from webapp.pages import MAX_FACET_VALUES, MAX_QUESTION_LENGTH

MAX_PER_PAGE = 100

_Messages = dict[str, str | list[Any] | dict[Any, Any]]
_MESSAGES: _Messages = {
    "required": "Il manque.",
    "null": "Il ne peut pas être vide.",
    "invalid": "Ce n’est pas un texte.",
    "invalid_utf8": "Ce n’est pas un texte.",
    "validator_failed": "Il ne convient pas.",
}
# PostgreSQL refuses NUL in a text.
_NO_NUL_VALIDATOR = validate.Regexp(r"^[^\u0000]*$", error="Il contient un caractère nul.")
# The alphabet of base64 in URLs (RFC 4648, section 5).
_CURSOR_VALIDATOR = validate.Regexp(
    # None too: generated clients send the default of a parameter.
    r"^[A-Za-z0-9_-]*$",
    error="Ce n’est pas un curseur\u00a0: prenez celui que donne «\u00a0next\u00a0».",
)


class TextField(fields.String):
    """A text with French error messages."""

    default_error_messages = _MESSAGES


class IntegerField(fields.Integer):
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


class FileField(File):
    """A file of a form."""

    default_error_messages = _MESSAGES | {"invalid": "Il faut un fichier."}


class NestedField(fields.Nested):
    """An object within another."""

    default_error_messages = _MESSAGES | {"type": "Il faut un objet JSON."}


class ListField(fields.List[Any]):
    """A list of values of one kind."""

    default_error_messages = _MESSAGES | {"invalid": "Il faut une liste."}


class StrictSchema(Schema):
    """A schema that refuses unknown names: a tool must learn of its mistakes, where a page would be lenient."""

    error_messages = {  # noqa: RUF012 - marshmallow's name
        "unknown": "Ce paramètre n’existe pas.",
        "type": "Il faut un objet JSON.",
        "invalid": "Il faut un objet JSON.",
    }


def text_parameter(
    description: str,
    max_length: int = MAX_QUESTION_LENGTH,
    also: validate.Validator = _NO_NUL_VALIDATOR,
    **options: Any,
) -> TextField:
    """Return a text parameter, optional, which also has to fit `also`."""
    validator = validate.Length(max=max_length, error=f"Il faut {max_length} caractères au plus.")
    return TextField(validate=[validator, also], metadata={"description": description}, **options)


def list_parameter(inner: fields.Field[Any], description: str, **options: Any) -> ListField:
    """Return a list parameter of bounded length; in a URL the parameter is repeated."""
    most = validate.Length(max=MAX_FACET_VALUES, error=f"Il faut {MAX_FACET_VALUES} valeurs au plus.")
    return ListField(inner, validate=most, metadata={"description": description}, **options)


def values_parameter(description: str) -> ListField:
    """Return a parameter that takes several texts."""
    return list_parameter(text_parameter(""), description)


def choice_parameter(choices: list[str], description: str, **options: Any) -> TextField:
    """Return a parameter that takes one of some words."""
    validator = validate.OneOf(choices, error=f"Valeurs possibles\u00a0: {', '.join(choices)}.")
    return TextField(validate=validator, metadata={"description": description}, **options)


def flag_parameter(description: str) -> TextField:
    """Return a parameter that says yes by « 1 », no by « 0 » or by its absence."""
    return choice_parameter(["0", "1"], description, load_default="0")


def per_page_parameter(default: int = 20) -> IntegerField:
    """Return the parameter for the number of rows of a page."""
    validator = validate.Range(1, MAX_PER_PAGE, error=f"Il faut un nombre entier de 1 à {MAX_PER_PAGE}.")
    return IntegerField(
        validate=validator, load_default=default, metadata={"description": "Nombre de réponses par page."}
    )


def cursor_parameter() -> TextField:
    """Return the parameter for where to go on in a list."""
    description = "Où reprendre la liste\u00a0: la valeur que porte l’adresse «\u00a0next\u00a0» de la page précédente."
    return text_parameter(description, load_default="", also=_CURSOR_VALIDATOR)


def facet_parameters() -> dict[str, fields.Field[Any]]:
    """Return the filters of a search, by their names in URLs."""
    return {
        spec.slug: values_parameter(
            f"{spec.label}\u00a0: une valeur ou plusieurs (paramètre répété)\u00a0; l’une suffit."
        )
        for spec in FACETS
    }


class PageQuery(StrictSchema):
    """Parameters of a list in pages."""

    par_page = per_page_parameter()
    curseur = cursor_parameter()
