"""Fields of responses, each described in the OpenAPI document."""

from __future__ import annotations

from typing import Any, cast

from apiflask import Schema
from marshmallow import fields, validate

_DAY = r"^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$"


# Fields are required throughout: a member of a response is always there, if need be null or empty.
def string(description: str, *, none: bool = False, **told: Any) -> fields.String:
    """Return a required text field; `nullable` allows null."""
    return fields.String(required=True, allow_none=none, metadata={"description": description, **told})


def whole(description: str, *, none: bool = False) -> fields.Integer:
    """Return a required integer field."""
    return fields.Integer(required=True, allow_none=none, strict=True, metadata={"description": description})


def real(description: str, *, none: bool = False) -> fields.Float:
    """Return a required number field."""
    return fields.Float(required=True, allow_none=none, metadata={"description": description})


def boolean(description: str) -> fields.Boolean:
    """Return a required boolean field."""
    return fields.Boolean(required=True, metadata={"description": description})


def day_or_month(description: str, *, none: bool = False) -> fields.String:
    """Return a required field for a date, or a month where the day is unknown."""
    return string(description, none=none, pattern=_DAY)


def instant(description: str, *, none: bool = False) -> fields.String:
    """Return a required field for a date and time."""
    return string(description, none=none, format="date-time")


def address(description: str, *, none: bool = False) -> fields.String:
    """Return a required URL field."""
    return string(description, none=none, format="uri")


def one_of(choices: list[str], description: str) -> fields.String:
    """Return a required field for one of some words."""
    return fields.String(required=True, validate=validate.OneOf(choices), metadata={"description": description})


def many(inner: fields.Field[Any] | type[Schema], description: str) -> fields.List[Any]:
    """Return a required list field; the list may be empty."""
    field = inner if isinstance(inner, fields.Field) else fields.Nested(inner)
    return fields.List(field, required=True, metadata={"description": description})


def made(name: str, members: dict[str, fields.Field[Any]], base: type[Schema] = Schema) -> type[Schema]:
    """Make a schema from a dictionary, for members whose names are no Python identifiers, such as facets."""
    return cast("type[Schema]", base.from_dict(dict(members), name=name))


NEXT = address("Adresse de la page suivante\u00a0; null à la dernière.", none=True)


def page_of(name: str, schema: type[Schema], description: str) -> type[Schema]:
    """Make the schema of a page of a list."""
    return made(f"{_title(name)}Page", {name: many(schema, description), "next": NEXT})


def list_of(name: str, schema: type[Schema], description: str) -> type[Schema]:
    """Make the schema of a whole list."""
    return made(_title(name), {name: many(schema, description)})


def _title(name: str) -> str:
    return name.title().replace("_", "")
