"""Whoever was absent finds on two sheets what was decided, what was said when, and what to keep."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from extractors import FORMATS
from index.catalogue import Catalogue
from index.model import Locator, Passage, Unit
from index.preview_cache import PreviewCache, PreviewPage
from tests.webapp.small_library import DATA, LONG_PAGE, OUTREACH, SLIDES, VIDEO, build
from webapp.app import create_app
from webapp.server.app_services import services_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary


@pytest.fixture
def library(tmp_path: Path) -> SmallLibrary:
    """A small library whose minutes tell decisions, and whose deck and replay are aligned."""
    built = build(tmp_path)
    with closing(Catalogue.open(built.settings.catalogue_url)) as catalogue, catalogue.transaction() as transaction:
        transaction.chapters.save(built.ids[VIDEO], built.ids[SLIDES], "", [(1, 0.0, 0.9), (2, 754.4, 0.8)])
        content = transaction.documents.find_content(built.ids[LONG_PAGE])
        passages = (
            Passage(0, Locator(Unit.HEADING, 1), "On a parlé de décisions passées.", "Tour de parole"),
            Passage(
                1,
                Locator(Unit.HEADING, 2),
                "Relevé de décisions\n- Acheter un second véhicule\n2. Écrire aux mairies " + "très " * 100,
                "Relevé de décisions",
            ),
            Passage(2, Locator(Unit.HEADING, 3), "• Relire la trame", "À faire avant l’été"),
            Passage(3, Locator(Unit.HEADING, 4), "• Merci aux équipes", "Mot des décideurs"),
            Passage(
                4,
                Locator(Unit.HEADING, 5),
                "• Louer une salle\nAction | Échéance\nÉcrire une <trame> | Mars",
                "Ce que nous avons décidé",
            ),
        )
        transaction.documents.replace_reading(built.ids[LONG_PAGE], replace(content, passages=passages))
    return built


@pytest.fixture
def client(library: SmallLibrary) -> FlaskClient:
    """Whoever is on the machine."""
    return create_app(library.settings, FORMATS).test_client()


def test_what_was_decided_is_quoted_with_its_place(client: FlaskClient, library: SmallLibrary) -> None:
    """Items of the parts whose heading says so, as written, without bullets, rows as tables; a link leads there."""
    assert f"/rendez-vous/{DATA.id}/rattrapage" in client.get(f"/rendez-vous/{DATA.id}").text
    page = client.get(f"/rendez-vous/{DATA.id}/rattrapage").text
    assert f'<a href="/documents/{library.ids[LONG_PAGE]}#section-2">Relevé de décisions</a>' in page
    assert "<li>Acheter un second véhicule</li>" in page
    assert "<li>Écrire aux mairies très" in page
    assert "très…</li>" in page
    assert "<li>Relire la trame</li>" in page
    assert "<li>Louer une salle</li>" in page
    assert '<th scope="col">Échéance</th></tr></thead><tbody><tr><td>Écrire une &lt;trame&gt;</td>' in page
    assert "décisions passées" not in page
    assert "Merci aux équipes" not in page
    assert "<li>Relevé de décisions</li>" not in page


def test_chapters_and_documents_are_listed(client: FlaskClient, library: SmallLibrary) -> None:
    """Each chapter leads to its second and shows the small image of its slide, each document leads to its page."""
    digest = services_of(client.application).catalogue.files.find_in_extent()[SLIDES].digest
    previews = PreviewCache(library.settings.preview_folder, 10_000_000)
    previews.write_page(digest, 2, b"image", PreviewPage(1000, 563))
    previews.write_small_page(digest, 2, b"image")
    page = client.get(f"/rendez-vous/{OUTREACH.id}/rattrapage").text
    assert f'href="/documents/{library.ids[VIDEO]}?t=754#t-754">12:34' in page
    assert f'<img src="/documents/{library.ids[SLIDES]}/vignettes/2?v=' in page.replace(".webp", "")
    assert f'href="/documents/{library.ids[SLIDES]}"' in page


def test_a_gathering_without_decisions_says_so(client: FlaskClient) -> None:
    """And an unknown one is not found."""
    assert "n’a de partie" in client.get(f"/rendez-vous/{OUTREACH.id}/rattrapage").text
    assert client.get("/rendez-vous/inconnu/rattrapage").status_code == 404
