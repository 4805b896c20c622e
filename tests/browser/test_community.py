"""Whom to ask, what was decided, many questions at once: each from its page to its end, with or without JavaScript."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from index.accounts.model import Lifetimes, NewAccount
from index.generations.synchroniser import IndexSynchroniser
from index.model.documents import Locator, Passage, Unit
from tests.composition import create_app
from tests.model_server import Answer, serve_model
from tests.webapp.accounts import administrator_token, guarded, joined
from tests.webapp.http_server import served
from tests.webapp.small_library import DATA, Entry, add, build
from webapp.mailing.announcing import send_announcements
from webapp.server.app_services import services_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import Visitor
    from tests.webapp.small_library import SmallLibrary

pytestmark = pytest.mark.browser

_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_NUMBERS = count(1)
"""Of rooms: a name that was told before is no new one."""

_MINUTES = Passage(0, Locator(Unit.HEADING, 1), "- Relire la trame\n- Louer un bus", "Décisions")


@pytest.fixture(scope="module")
def sessions() -> dict[str, str]:
    """The secrets of the sessions that the site opened."""
    return {}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    """A library of these tests alone, with minutes, and a file of receivers that are on this machine."""
    minutes = Entry("mensuelles/Compte rendu.docx", "docx", "Compte rendu", (_MINUTES,), DATA, ("rgpd",))
    root = tmp_path_factory.mktemp("communaute")
    built = build(root, more=[minutes])
    told = {"announcements": root / "annonces.yaml", "announcements_private": True}
    told |= {"public_address": "http://ruche.example"}
    return replace(built, settings=guarded(built).model_copy(update=told))


@pytest.fixture(scope="module")
def site(library: SmallLibrary, sessions: dict[str, str]) -> Iterator[str]:
    """A site with accounts, of these tests alone, which keep things in it."""
    settings = library.settings
    sessions["administrator"] = administrator_token(settings)
    app = create_app(settings)
    account = joined(app, NewAccount("lou@ruche.example", "Lou Martin"))
    sessions["member"] = services_of(app).catalogue.access.sessions.open(account.id, Lifetimes())
    with served(app) as address:
        yield address


@pytest.fixture
def session(site: str, sessions: dict[str, str]) -> str:
    """Of an administrator, who may animate."""
    assert site
    return sessions["administrator"]


def test_one_is_in_the_directory_until_one_leaves_it(visitor: Visitor) -> None:
    """Told, agreed to by a box, found by a question, erased."""
    page = visitor.page
    page.goto("/annuaire")
    page.get_by_role("link", name="Ajouter ma fiche").click()
    page.get_by_label(re.compile("^Fonction")).fill("Coordination aller-vers")
    page.get_by_label(re.compile("^Organisation")).fill("CCAS de Grigny")
    page.get_by_label(re.compile("^Territoire")).select_option("grigny")
    # The box is hidden beneath its drawing: one presses its words.
    page.get_by_text("Aller-vers", exact=True).click()
    page.get_by_label("Courriel professionnel").fill("bus@ccas.example")
    page.get_by_text("J’accepte que les membres connectés lisent cette fiche").click()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("body")).to_contain_text("est dans l’annuaire")
    page.goto("/recherche?q=Qui connaît l’aller-vers à Grigny ?")
    card = page.locator(".contact-card")
    expect(card).to_contain_text("CCAS de Grigny")
    expect(card.get_by_role("link", name="bus@ccas.example")).to_have_attribute("href", "mailto:bus@ccas.example")
    assert page.evaluate(_OVERFLOW) == 0 if visitor.scripted else True
    visitor.picture("annuaire-recherche")
    page.goto("/annuaire")
    visitor.picture("annuaire")
    page.get_by_role("link", name="Ma fiche").first.click()
    visitor.picture("annuaire-ma-fiche")
    page.get_by_role("button", name=re.compile("^Effacer")).click()
    expect(page.get_by_role("main")).to_contain_text("Vous n’êtes pas dans l’annuaire")


def test_an_animator_imports_a_directory(visitor: Visitor, tmp_path: Path) -> None:
    """From a file, through what would change, to what waits for its people."""
    page, file = visitor.page, tmp_path / "annuaire.csv"
    file.write_text("Fonction;Organisation;Courriel\nAccueil;CCAS;a@ccas.example\nx;;y\n", encoding="utf-8")
    page.goto("/animation/annuaire/import")
    page.get_by_label("Un tableau (CSV)").set_input_files(file)
    page.get_by_role("button", name="Voir ce qui changerait").click()
    expect(page.get_by_role("main")).to_contain_text("Il manque l’organisation")
    visitor.picture("annuaire-import")
    page.get_by_role("button", name="Proposer les lignes cochées").click()
    expect(page.get_by_role("main")).to_contain_text("a@ccas.example")
    page.get_by_role("button", name=re.compile("^Effacer")).first.click()
    expect(page.get_by_role("main")).not_to_contain_text("a@ccas.example")


def test_a_line_that_is_no_decision_is_dismissed(visitor: Visitor) -> None:
    """It leaves the list, and comes back from the dismissed ones."""
    page = visitor.page
    page.goto("/decisions")
    visitor.picture("decisions")
    page.get_by_text("Filtrer les décisions").click()
    page.get_by_label("Année").select_option("2024")
    page.get_by_role("button", name="Filtrer").click()
    expect(page.locator(".decision")).to_have_count(2)
    page.get_by_role("button", name=re.compile("Louer un bus")).click()
    expect(page.locator(".decision")).to_have_count(1)
    page.get_by_role("link", name="Lignes écartées").click()
    page.get_by_role("button", name=re.compile("^Remettre")).click()
    page.goto("/decisions?theme=rgpd")
    expect(page.locator(".decision")).to_have_count(2)
    page.get_by_role("link", name=re.compile("^Compte rendu, section 1")).first.click()
    expect(page).to_have_url(re.compile("#section-1$"))


def test_a_list_is_asked_and_downloaded(visitor: Visitor) -> None:
    """As a page, then as a table."""
    page = visitor.page
    page.goto("/recherche/liste")
    page.get_by_label("Une question par ligne").fill("Grigny\nRSA\nzanzibar")
    page.get_by_role("button", name="Chercher", exact=True).last.click()
    expect(page.locator(".batch tbody tr")).to_have_count(3)
    visitor.picture("plusieurs-questions")
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger les réponses").click()
    assert Path(download.value.path()).read_text(encoding="utf-8-sig").count("\n") == 4


def test_a_room_is_added_tried_told_and_stopped(visitor: Visitor, library: SmallLibrary) -> None:
    """It stands in the settings' file; the page tries it, shows what it was told, and sends again what it refused."""
    page, settings = visitor.page, library.settings
    assert settings.announcements
    settings.announcements.write_text("[]", encoding="utf-8")
    settings.announcements.chmod(0o600)
    page.goto("/animation/annonces")
    expect(page.get_by_role("main")).to_contain_text("Aucun salon ni outil n’est prévenu")
    app, name = create_app(settings), f"Salon {next(_NUMBERS)}"
    with serve_model(Answer(200), Answer(403), Answer(200)) as server:
        room = {"nom": name, "sorte": "texte", "adresse": server.address}
        settings.announcements.write_text(json.dumps([room]), encoding="utf-8")
        now = datetime.now(UTC)
        send_announcements(app, settings, now)
        page.goto("/animation/annonces")
        page.get_by_role("button", name=re.compile("^Envoyer un essai")).click()
        expect(page.get_by_role("main")).to_contain_text("a pris l’essai")
        entry = Entry(f"divers/{name}.pdf", "pdf", "Guide des annonces", content=name.encode())
        add(services_of(app).catalogue, settings.library, entry)
        with IndexSynchroniser(settings.index_folder, services_of(app).catalogue) as follower:
            follower.synchronise()
        send_announcements(app, settings, now + timedelta(hours=1))
        page.reload()
        row = page.locator(".rows > li").filter(has_text="Guide des annonces").first
        expect(row).to_contain_text("le destinataire refuse")
        visitor.picture(f"annonces-refusee-{name[-1]}")
        row.get_by_role("button", name=re.compile("^Renvoyer")).click()
        expect(page.get_by_role("main")).to_contain_text("Elle partira")
        send_announcements(app, settings, datetime.now(UTC) + timedelta(hours=2))
        page.reload()
        expect(page.locator(".rows > li").filter(has_text="Guide des annonces").first).to_contain_text("Remise le")
        assert page.evaluate(_OVERFLOW) == 0 if visitor.scripted else True
        visitor.picture(f"annonces-{name[-1]}")
    settings.announcements.write_text("[]", encoding="utf-8")
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("Aucun salon ni outil n’est prévenu")


def test_a_search_without_results_becomes_a_question_with_an_answer(visitor: Visitor) -> None:
    """One gesture keeps the words; « Moi aussi » counts; the answer, with a document, makes a document of it."""
    page, words = visitor.page, f"xylophone{next(_NUMBERS)}"
    page.goto(f"/recherche?q={words}")
    page.get_by_role("link", name="Poser la question à la communauté").click()
    expect(page.get_by_label(re.compile("^Votre question"))).to_have_value(words)
    visitor.picture("questions-nouvelle")
    page.get_by_label(re.compile("^Votre question")).fill(f"Où acheter un {words} pour le bus ?")
    page.get_by_role("button", name="Envoyer la question").click()
    # What exists already is shown once, and the same button then sends.
    expect(page.get_by_role("heading", name="Ce qui existe déjà")).to_be_visible()
    visitor.picture("questions-propositions")
    page.get_by_role("button", name="Envoyer la question").click()
    expect(page.get_by_role("main")).to_contain_text("Votre question est posée")
    page.get_by_role("button", name="Moi aussi").click()
    expect(page.get_by_role("button", name="Moi aussi")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="Répondre", exact=True).click()
    page.get_by_label(re.compile("^Votre réponse")).fill("Au marché de Grigny, le jeudi.")
    page.get_by_role("group", name="Documents qui répondent peut-être").locator("label").first.click()
    page.get_by_role("button", name="Envoyer la réponse").click()
    expect(page).to_have_url(re.compile("/documents/"))
    expect(page.get_by_role("main")).to_contain_text("Au marché de Grigny, le jeudi.")
    expect(page.get_by_role("heading", name="Documents cités")).to_be_visible()
    assert page.evaluate(_OVERFLOW) == 0 if visitor.scripted else True
    visitor.picture("question-repondue")
    page.goto("/questions?etat=repondue")
    expect(page.get_by_role("main")).to_contain_text(words)
    visitor.picture("questions")
