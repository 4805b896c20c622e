"""The three fixtures of the web's tests: a library, the application over it, and a client of the application."""

from __future__ import annotations

import ipaddress
import secrets
from typing import TYPE_CHECKING, Any

import pytest
from flask.testing import FlaskClient

from tests.composition import create_app
from tests.webapp.accounts import COOKIE, administrator_token, guarded
from tests.webapp.small_library import SmallLibrary, build
from tests.webapp.smtp_server import box
from webapp.server.app_services import services_of

if TYPE_CHECKING:
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
def library(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    """A small library, which no test may change."""
    return build(tmp_path_factory.mktemp("ruche"))


@pytest.fixture(scope="session")
def app(library: SmallLibrary) -> Flask:
    """The application over the library."""
    made = create_app(library.settings)
    made.test_client_class = WholeClient
    return made


@pytest.fixture(scope="session")
def guarded_app(library: SmallLibrary) -> Flask:
    """An application over the library that asks for accounts."""
    made = create_app(guarded(library))
    made.test_client_class = WholeClient
    return made


@pytest.fixture
def administrator(guarded_app: Flask) -> FlaskClient:
    """An administrator who is signed in: someone to whom every page answers."""
    client = guarded_app.test_client()
    client.set_cookie(COOKIE, administrator_token(services_of(guarded_app).settings))
    return client


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Someone who asks the application."""
    return app.test_client()
