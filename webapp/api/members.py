"""What members of answers are made of, each told in the OpenAPI document."""

from __future__ import annotations

from typing import Any, cast

from apiflask import Schema
from marshmallow import fields, validate

_DAY = r"^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$"


def string(description: str, *, none: bool = False, **told: Any) -> fields.String:
    """A text that is always there, null where `none` allows it."""
    return fields.String(required=True, allow_none=none, metadata={"description": description, **told})


def whole(description: str, *, none: bool = False) -> fields.Integer:
    """A whole number that is always there."""
    return fields.Integer(required=True, allow_none=none, strict=True, metadata={"description": description})


def real(description: str, *, none: bool = False) -> fields.Float:
    """A number that is always there."""
    return fields.Float(required=True, allow_none=none, metadata={"description": description})


def boolean(description: str) -> fields.Boolean:
    """Yes or no, always there."""
    return fields.Boolean(required=True, metadata={"description": description})


def day_or_month(description: str, *, none: bool = False) -> fields.String:
    """A day or a month."""
    return string(description, none=none, pattern=_DAY)


def instant(description: str, *, none: bool = False) -> fields.String:
    """An instant."""
    return string(description, none=none, format="date-time")


def address(description: str, *, none: bool = False) -> fields.String:
    """An address."""
    return string(description, none=none, format="uri")


def one_of(choices: list[str], description: str) -> fields.String:
    """One of some words."""
    return fields.String(required=True, validate=validate.OneOf(choices), metadata={"description": description})


def many(inner: fields.Field[Any] | type[Schema], description: str) -> fields.List[Any]:
    """A list that is always there, be it empty."""
    field = inner if isinstance(inner, fields.Field) else fields.Nested(inner)
    return fields.List(field, required=True, metadata={"description": description})


def made(name: str, members: dict[str, fields.Field[Any]], base: type[Schema] = Schema) -> type[Schema]:
    """A schema whose members cannot be written as a class: facets have names that Python would not take."""
    return cast("type[Schema]", base.from_dict(dict(members), name=name))


NEXT = address("Adresse de la page suivante\u00a0; null à la dernière.", none=True)


def page_of(name: str, schema: type[Schema], description: str) -> type[Schema]:
    """A page of a list."""
    return made(f"{_title(name)}Page", {name: many(schema, description), "next": NEXT})


def list_of(name: str, schema: type[Schema], description: str) -> type[Schema]:
    """A whole list."""
    return made(_title(name), {name: many(schema, description)})


def _title(name: str) -> str:
    return name.title().replace("_", "")
