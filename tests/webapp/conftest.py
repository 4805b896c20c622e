"""Fixtures of the web's tests: a library, applications over it with and without accounts, and who asks them."""

from __future__ import annotations

import ipaddress
import secrets
from typing import TYPE_CHECKING, Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine, func, select, table

from tests.composition import create_app
from tests.webapp.accounts import COOKIE, administrator_token, guarded
from tests.webapp.every_page import addresses
from tests.webapp.small_library import SmallLibrary, build
from tests.webapp.smtp_server import box
from webapp.server.app_services import services_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from werkzeug.test import TestResponse


__all__ = ["box"]


class WholeClient(FlaskClient):
    """Reads each answer to its end and closes it, as servers do: files are not left open.

    Each comes from a network of its own: tests must not make one another wait.
    """

    def __init__(self, *args: Any, **wanted: Any) -> None:
        super().__init__(*args, **wanted)
        self.environ_base["REMOTE_ADDR"] = str(ipaddress.IPv4Address(0x0A000000 + secrets.randbelow(2**24)))

    def open(self, *args: Any, **wanted: Any) -> TestResponse:
        """Ask, and read the answer."""
        return super().open(*args, **wanted | {"buffered": True})


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallLibrary]:
    """A small library, which no test may change: a rule made in one is a failure of another, in some orders only."""
    built = build(tmp_path_factory.mktemp("ruche"))
    before = _count_rows(built)
    yield built
    assert _count_rows(built) == before, "a test has changed the library that all share"


_SHARED_TABLES = (
    "account",
    "member_group",
    "folder_rule",
    "library_folder",
    "document",
    "place",
    "passage",
    "tag",
    "audience",
    "hold",
    "event",
    "deposit",
    "tag_decision",
    "field_decision",
)
"""What documents and rights are made of; visits are counted in others."""


def _count_rows(library: SmallLibrary) -> dict[str, int]:
    """The rows of each of these tables of its catalogue."""
    with create_engine(library.settings.catalogue_url).connect() as connection:
        return {each: connection.scalar(select(func.count()).select_from(table(each))) or 0 for each in _SHARED_TABLES}


@pytest.fixture(scope="session")
def app(library: SmallLibrary) -> Flask:
    """The application over the library."""
    made = create_app(library.settings)
    made.test_client_class = WholeClient
    return made


@pytest.fixture(scope="session")
def guarded_library(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    """The same library for an application that asks for accounts: tests add people, rules and saved searches to it."""
    return build(tmp_path_factory.mktemp("guarded"))


@pytest.fixture(scope="session")
def guarded_app(guarded_library: SmallLibrary) -> Flask:
    """An application over it that asks for accounts."""
    made = create_app(guarded(guarded_library))
    made.test_client_class = WholeClient
    return made


@pytest.fixture
def administrator(guarded_app: Flask) -> FlaskClient:
    """An administrator who is signed in: someone to whom every page answers."""
    client = guarded_app.test_client()
    client.set_cookie(COOKIE, administrator_token(services_of(guarded_app).settings))
    return client


@pytest.fixture(scope="session")
def page_texts(guarded_app: Flask, guarded_library: SmallLibrary) -> dict[str, str]:
    """Every page as an administrator is answered, by address; asked for once, for all tests that look at each."""
    client = guarded_app.test_client()
    client.set_cookie(COOKIE, administrator_token(guarded_library.settings))
    return {address: client.get(address).text for address in addresses(guarded_library)}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Someone who asks the application."""
    return app.test_client()
