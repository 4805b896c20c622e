"""What tools are told of refusals: each kind of problem has a request that meets it, and words that a tool can use."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from apiflask.fields import File
from marshmallow import fields

from index.accounts.model import NewAccount, Role
from index.catalogue.database import CatalogueError
from tests.composition import create_app
from tests.webapp.accounts import guarded, joined, signed_in
from tests.webapp.conftest import WholeClient
from tests.webapp.small_library import SLIDES, VIDEO
from webapp.api import cursors, deposit_views, health_views, search_views, vocabulary_views
from webapp.api import request_fields as asked
from webapp.auth import rate_limits
from webapp.server.http_errors import PROBLEM_KINDS, REFUSED_PARAMETER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from marshmallow import Schema
    from werkzeug.test import TestResponse

    from tests.webapp.small_library import SmallLibrary

KEY = {"Authorization": "Bearer essai"}


@pytest.fixture(scope="module")
def open_app(library: SmallLibrary) -> Flask:
    """An application that asks for no account, in which two addresses fail."""
    app = create_app(library.settings)
    app.add_url_rule("/api/v1/panne", "breakdown", _break_down)
    app.add_url_rule("/api/v1/occupe", "busy", _be_busy)
    return app


def _break_down() -> NoReturn:
    raise ZeroDivisionError


def _be_busy() -> NoReturn:
    raise CatalogueError("occupé")


def _tags(library: SmallLibrary) -> str:
    return f"/api/v1/documents/{library.ids[SLIDES]}/tags"


_PROBLEMS: dict[str, tuple[int, Callable[[FlaskClient, SmallLibrary], TestResponse]]] = {
    "demande-incomprise": (400, lambda client, _: client.get("/api/v1/search?q=%00")),
    REFUSED_PARAMETER: (400, lambda client, _: client.get("/api/v1/search?themes=rh")),
    "introuvable": (404, lambda client, _: client.get("/api/v1/documents/inconnu")),
    "methode-impossible": (405, lambda client, _: client.get("/api/v1/deposits")),
    "curseur-perime": (410, lambda client, _: client.get(f"/api/v1/files?curseur={cursors.encode_cursor('a')}")),
    "trop-volumineux": (
        413,
        lambda client, library: client.patch(_tags(library), json={"choose": ["a" * 70_000]}, headers=KEY),
    ),
    "type-non-lu": (415, lambda client, library: client.patch(_tags(library), headers=KEY)),
    "extrait-impossible": (
        416,
        lambda client, library: client.get(
            f"/api/v1/documents/{library.ids[VIDEO]}/original", headers={"Range": "bytes=99999999-"}
        ),
    ),
    "panne": (500, lambda client, _: client.get("/api/v1/panne")),
    "indisponible": (503, lambda client, _: client.get("/api/v1/occupe")),
}
"""Met without accounts: by kind, the code and a request."""

_WITH_ACCOUNTS = {"acces-a-prouver", "acces-refuse", "trop-de-demandes"}


def test_every_kind_is_met_here() -> None:
    """A kind that nothing can meet would be a promise that nobody holds."""
    assert {*_PROBLEMS, *_WITH_ACCOUNTS} == {*PROBLEM_KINDS.values(), REFUSED_PARAMETER}


@pytest.mark.parametrize("kind", _PROBLEMS)
def test_a_problem_is_told_by_its_kind(open_app: Flask, library: SmallLibrary, kind: str) -> None:
    """With its code, and what a tool can do: nothing of pages, browsers or buttons."""
    code, ask = _PROBLEMS[kind]
    _hold(ask(WholeClient(open_app), library), kind, code)


def test_a_value_that_nobody_knows_is_a_refused_parameter(open_app: Flask, library: SmallLibrary) -> None:
    """Of a body as of an address: 422 where it is well made and means nothing."""
    named = {"choose": [{"facet": "theme", "value": "licornes"}]}
    answer = WholeClient(open_app).patch(_tags(library), json=named, headers=KEY)
    _hold(answer, REFUSED_PARAMETER, 422)


def test_problems_of_access_are_told_by_their_kind(
    guarded_app: Flask, guarded_library: SmallLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a token, with one that does not open this, and too often."""
    _hold(WholeClient(guarded_app).get("/api/v1/search"), "acces-a-prouver", 401)
    reader = joined(guarded_app, NewAccount("refusee@ruche.example", "Lou", Role.READER))
    _hold(signed_in(guarded_app, reader).get("/api/v1/files"), "acces-refuse", 403)
    fewer = [replace(each, times="1 per minute") if each.name == "api" else each for each in rate_limits.RATES]
    monkeypatch.setattr(rate_limits, "RATES", fewer)
    often = signed_in(create_app(guarded(guarded_library)), reader)
    assert often.get("/api/v1/themes").status_code == 200
    _hold(often.get("/api/v1/themes"), "trop-de-demandes", 429)


def _hold(answer: TestResponse, kind: str, code: int) -> None:
    assert (answer.status_code, answer.content_type) == (code, "application/problem+json")
    told = answer.get_json(force=True)
    assert (told["type"], told["status"]) == (f"/api#probleme-{kind}", code)
    for word in ("page", "navigateur", "accueil", "bouton", "lecture."):
        assert word not in told["detail"].lower(), told["detail"]


_THEIRS = {
    str(text)
    for each in (File, *vars(fields).values())
    if isinstance(each, type) and issubclass(each, fields.Field)
    for text in each.default_error_messages.values()
}
_ASKED = (
    asked.PageQuery,
    search_views.SearchQuery,
    vocabulary_views.EventsQuery,
    health_views.FilesQuery,
    deposit_views.DepositSchema,
    deposit_views.TagDecisionsSchema,
)


@pytest.mark.parametrize("schema", _ASKED)
def test_what_does_not_fit_is_told_in_french(schema: type[Schema]) -> None:
    """No field and no rule of ours keeps the library's own English words."""
    for field in _fields(schema()):
        assert not _THEIRS & {str(text) for text in field.error_messages.values()}, field
        for rule in field.validators:
            assert vars(rule)["error"] not in {None, getattr(rule, "default_message", "")}, field


def _fields(schema: Schema) -> Iterator[fields.Field[Any]]:
    for field in schema.fields.values():
        yield from _within(field)


def _within(field: fields.Field[Any]) -> Iterator[fields.Field[Any]]:
    yield field
    if isinstance(field, fields.List):
        yield from _within(field.inner)
    if isinstance(field, fields.Nested):
        yield from _fields(field.schema)
