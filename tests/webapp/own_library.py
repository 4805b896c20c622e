"""Fixtures of tests that change a small library: each has one of its own, with the application and its catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.composition import create_app
from tests.webapp.small_library import build

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from index.catalogue.catalogue import Catalogue
    from tests.webapp.small_library import SmallLibrary


@pytest.fixture
def library(tmp_path: Path) -> SmallLibrary:
    """A library that each test may change."""
    return build(tmp_path)


@pytest.fixture
def app(library: SmallLibrary) -> Flask:
    """The application, without the tokens of forms."""
    made = create_app(library.settings)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """An animator."""
    return app.test_client()


@pytest.fixture
def catalogue(app: Flask) -> Catalogue:
    """The application's catalogue."""
    found: Catalogue = app.extensions["ruche"].catalogue
    return found


FIXTURES = (library, app, client, catalogue)
"""In this order; a module takes them by assigning them to names of its own."""
