"""Fields of responses, each described in the OpenAPI document."""

from __future__ import annotations

from typing import Any, cast

from apiflask import Schema
from marshmallow import fields, validate

_DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$"


# Fields are required throughout: a member of a response is always there, if need be null or empty.
def string_field(description: str, *, nullable: bool = False, **metadata: Any) -> fields.String:
    """Return a required text field; `nullable` allows null."""
    return fields.String(required=True, allow_none=nullable, metadata={"description": description, **metadata})


def integer_field(description: str, *, nullable: bool = False) -> fields.Integer:
    """Return a required integer field."""
    return fields.Integer(required=True, allow_none=nullable, strict=True, metadata={"description": description})


def number_field(description: str, *, nullable: bool = False) -> fields.Float:
    """Return a required number field."""
    return fields.Float(required=True, allow_none=nullable, metadata={"description": description})


def boolean_field(description: str) -> fields.Boolean:
    """Return a required boolean field."""
    return fields.Boolean(required=True, metadata={"description": description})


def date_field(description: str, *, nullable: bool = False) -> fields.String:
    """Return a required field for a date, or a month where the day is unknown."""
    return string_field(description, nullable=nullable, pattern=_DATE_PATTERN)


def datetime_field(description: str, *, nullable: bool = False) -> fields.String:
    """Return a required field for a date and time."""
    return string_field(description, nullable=nullable, format="date-time")


def uri_field(description: str, *, nullable: bool = False) -> fields.String:
    """Return a required URL field."""
    return string_field(description, nullable=nullable, format="uri")


def choice_field(choices: list[str], description: str) -> fields.String:
    """Return a required field for one of some words."""
    return fields.String(required=True, validate=validate.OneOf(choices), metadata={"description": description})


def list_field(inner: fields.Field[Any] | type[Schema], description: str) -> fields.List[Any]:
    """Return a required list field; the list may be empty."""
    field = inner if isinstance(inner, fields.Field) else fields.Nested(inner)
    return fields.List(field, required=True, metadata={"description": description})


def make_schema(name: str, members: dict[str, fields.Field[Any]], base: type[Schema] = Schema) -> type[Schema]:
    """Make a schema from a dictionary, for members whose names are no Python identifiers, such as facets."""
    return cast("type[Schema]", base.from_dict(dict(members), name=name))


NEXT_FIELD = uri_field("Adresse de la page suivante\u00a0; null à la dernière.", nullable=True)


def make_page_schema(name: str, schema: type[Schema], description: str) -> type[Schema]:
    """Make the schema of a page of a list."""
    return make_schema(f"{_schema_title(name)}Page", {name: list_field(schema, description), "next": NEXT_FIELD})


def make_list_schema(name: str, schema: type[Schema], description: str) -> type[Schema]:
    """Make the schema of a whole list."""
    return make_schema(_schema_title(name), {name: list_field(schema, description)})


def _schema_title(name: str) -> str:
    return name.title().replace("_", "")
