"""The page of personal data: where and what, masked; two buttons; what members see follows."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from index.accounts.audiences import EVERY_ANIMATOR
from index.catalogue.catalogue import Catalogue
from index.catalogue.documents.writes import Content
from index.catalogue.file_records import FileLocation
from index.config.settings import Settings
from index.model.documents import MEMBERS, FileStat, Locator, Passage, Unit
from index.personal_data.doubts import find_personal_data
from tests.composition import create_app

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

PAGE = "/animation/donnees-personnelles"
NIR = "1 85 05 78 006 084 91"


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """A catalogue with one document that holds a social security number."""
    passage = Passage(0, Locator(Unit.SLIDE, 4), f"Dossier {NIR}")
    with closing(Catalogue.open(f"sqlite:///{tmp_path / 'donnees/catalogue.sqlite'}")) as opened:
        with opened.transaction() as transaction:
            content = Content("a" * 64, "pptx", "Bilan <b>2024</b>", (passage,))
            id_ = transaction.documents.create(content)
            transaction.files.save(FileLocation("Bilans/a.pptx", FileStat(1, 1, 0), "a" * 64, id_))
            transaction.personal_data.save_findings({id_: find_personal_data(content.passages)})
        yield opened


@pytest.fixture
def client(catalogue: Catalogue, tmp_path: Path) -> FlaskClient:  # noqa: ARG001 - it must be there first
    """An animator of this library."""
    app = create_app(Settings(library=tmp_path / "bibliotheque", data=tmp_path / "donnees"))
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def visible(catalogue: Catalogue) -> int:
    """How many documents members see."""
    return len(catalogue.documents.list_latest(frozenset({MEMBERS}), 10))


def test_a_doubt_is_told_without_its_value(client: FlaskClient) -> None:
    """Which document, where, what kind, masked; never the value, and no link to what may not be opened."""
    page = client.get(PAGE).text
    assert "Numéro de sécurité sociale</strong>, diapositive 4" in page
    assert "1 85 •• •• ••• ••• ••" in page
    assert "Bilans/a.pptx" in page
    assert "006 084" not in page
    assert "/documents/" not in page.split("<h1>")[1]


def test_an_animator_frees_a_document(client: FlaskClient, catalogue: Catalogue) -> None:
    """« Rien de personnel » shows it to members, at once, and nothing is left to decide."""
    (doubtful,) = catalogue.personal_data.list_undecided(10, EVERY_ANIMATOR)
    wanted = {"doute": str(doubtful.doubts[0].number), "verdict": "rien"}
    answer = client.post(PAGE, data=wanted, follow_redirects=True)
    assert "Rien n’attend de décision" in answer.text
    assert visible(catalogue) == 1


def test_an_animator_keeps_a_document_and_comes_back_on_it(client: FlaskClient, catalogue: Catalogue) -> None:
    """« Garder réservé » leaves it to animators; the decision can be taken again."""
    number = str(catalogue.personal_data.list_undecided(10, EVERY_ANIMATOR)[0].doubts[0].number)
    answer = client.post(PAGE, data={"doute": number, "verdict": "reserve"}, follow_redirects=True)
    assert "Documents gardés réservés (1)" in answer.text
    assert (visible(catalogue), catalogue.personal_data.count_undecided(EVERY_ANIMATOR)) == (0, 0)
    client.post(PAGE, data={"doute": number, "verdict": "a-revoir"})
    assert (visible(catalogue), catalogue.personal_data.count_undecided(EVERY_ANIMATOR)) == (0, 1)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"doute": "1"},
        {"doute": "un", "verdict": "rien"},
        {"doute": "1", "verdict": "x"},
        {"doute": "9" * 30, "verdict": "rien"},
    ],
)
def test_a_form_that_says_nothing_changes_nothing(
    client: FlaskClient, catalogue: Catalogue, sent: dict[str, str]
) -> None:
    """No doubt, or no decision that exists: refused, nothing written."""
    assert client.post(PAGE, data=sent).status_code == 400
    assert catalogue.personal_data.count_undecided(EVERY_ANIMATOR) == 1
