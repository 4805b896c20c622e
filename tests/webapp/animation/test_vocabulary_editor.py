"""What animators change in the vocabulary is what the next page shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from index.vocabulary.vocabulary import EntryKind, VocabularyEntry
from tests.composition import create_app
from tests.webapp.conftest import WholeClient
from tests.webapp.small_library import build

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from index.catalogue.catalogue import Catalogue


@pytest.fixture
def own_app(tmp_path: Path) -> Flask:
    """An application of its own, whose catalogue the test may change."""
    made = create_app(build(tmp_path).settings)
    made.test_client_class = WholeClient
    return made


def catalogue_of(app: Flask) -> Catalogue:
    """The catalogue that the application reads."""
    catalogue: Catalogue = app.extensions["ruche"].catalogue
    return catalogue


def found(client: FlaskClient) -> int:
    """How many documents a question finds."""
    told = json.loads(client.get("/api/v1/search?q=camionnette").text)
    return int(told["total"])


def test_a_synonym_and_its_going(own_app: Flask) -> None:
    """A synonym finds at the next question, is told, and finds nothing more once taken back."""
    client = own_app.test_client()
    assert found(client) == 0
    with catalogue_of(own_app).transaction() as transaction:
        number = transaction.vocabulary_changes.add(EntryKind.SYNONYMS, "camionnette", ("camionnette", "bus"))
    assert found(client) > 0
    assert "camionnette" in client.get("/recherche?q=camionnette").text
    with catalogue_of(own_app).transaction() as transaction:
        transaction.vocabulary_changes.undo(number)
    assert found(client) == 0


def test_a_label(own_app: Flask) -> None:
    """A theme that is renamed has its new name in the filters and on documents, at the next page."""
    client = own_app.test_client()
    assert "Hors les murs" not in client.get("/recherche?q=bus").text
    with catalogue_of(own_app).transaction() as transaction:
        transaction.vocabulary_changes.add(
            EntryKind.THEME, "aller-vers", VocabularyEntry("aller-vers", "Hors les murs")
        )
    assert "Hors les murs" in client.get("/recherche?q=bus").text
    assert '"Hors les murs"' in client.get("/suggestions?q=hors+les").text
