"""Thirty new files of five gatherings: how many gestures depositing and qualifying them takes an animator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import FilePayload, expect

from index.config.settings import Settings
from index.model.documents import MEMBERS, Event, PartialDate
from index.model.facets import Facet
from indexer.runtime.index_command import index_once
from tests.browser.gatherings import write_gatherings
from tests.composition import create_app
from tests.webapp.http_server import served
from webapp.server.app_services import services_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import Locator, Page

    from index.model.documents import Document
    from tests.browser.conftest import Visitor
    from tests.browser.gatherings import Gathering, GatheringFile

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("width", [1280], indirect=True),
    pytest.mark.parametrize("scripted", [True], indirect=True),
]

_MOST_GESTURES = 60
"""With one form a document, and all documents waiting for a look, the same took 69: 17 to deposit, 52 to qualify."""

_EVERYBODY = frozenset({MEMBERS})


@dataclass(frozen=True)
class Place:
    """A served installation."""

    settings: Settings
    app: Flask
    url: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An installation with an empty library, and one event in its calendar."""
    root = tmp_path_factory.mktemp("qualifier")
    settings = Settings(library=root / "bibliotheque", data=root / "donnees", settle_seconds=0.1)
    settings.library.mkdir(parents=True)
    index_once(settings)
    app = create_app(settings)
    with services_of(app).catalogue.transaction() as transaction:
        meeting = Event("2026-09-24-atelier", "atelier", "Évaluer ensemble", PartialDate(2026, 9, 24))
        transaction.events.save(meeting)
    with served(app) as address:
        yield Place(settings, app, address)


@pytest.fixture
def site(place: Place) -> str:
    """Its address."""
    return place.url


class Hand:
    """What a person does with a page, counted: a click, keys pressed together, a text typed, files chosen at once."""

    def __init__(self, page: Page) -> None:
        self.page, self.gestures = page, 0

    def click(self, what: Locator) -> None:
        """Click."""
        self.gestures += 1
        what.click()

    def press(self, keys: str) -> None:
        """Press keys together."""
        self.gestures += 1
        self.page.keyboard.press(keys)

    def type(self, where: Locator, text: str) -> None:
        """Type a text."""
        self.gestures += 1
        where.fill(text)

    def choose(self, where: Locator, value: str) -> None:
        """Choose in a list."""
        self.gestures += 1
        where.select_option(value)

    def pick(self, where: Locator, gathering: Gathering) -> None:
        """Choose the files of a gathering, all at once."""
        self.gestures += 1
        where.set_input_files(
            [FilePayload(name=each.name, mimeType="", buffer=each.content) for each in gathering.files]
        )


def _deposit(hand: Hand, gatherings: tuple[Gathering, ...]) -> None:
    page = hand.page
    hand.click(page.get_by_role("link", name="En déposer d’autres"))
    for each in gatherings:
        hand.pick(page.get_by_label("Fichiers à déposer"), each)
        hand.type(page.get_by_label("Nouveau sous-dossier"), each.folder)
        hand.click(page.get_by_role("button", name="Déposer", exact=True))
        expect(page.locator(".deposit-news")).to_contain_text("6\u00a0fichiers déposés")


def _qualify(hand: Hand, group: Locator, truth: dict[str, tuple[Gathering, GatheringFile]], place: Place) -> None:
    """Correct what is wrong of the first group of the page, as who has read its documents would, and validate."""
    ids = [each.get_attribute("value") or "" for each in group.locator("input[name=document]").all()]
    documents = services_of(place.app).catalogue.documents.find_each(ids, _EVERYBODY)
    said = {id_: truth[each.paths[0]] for id_, each in documents.items()}
    ((event, theme, territory),) = {(gathering.event, file.theme, file.territory) for gathering, file in said.values()}
    for box in group.locator("input[name=garde]").all():
        _, _, value = (box.get_attribute("value") or "").split(":")
        if value not in {theme, territory}:
            hand.click(group.locator(f"label[for='{box.get_attribute('id')}']"))
    if any((each.event.id if each.event else "") != event for each in documents.values()):
        hand.choose(group.get_by_label("Rendez-vous"), event)
    for facet, value in ((Facet.THEME, theme), (Facet.TERRITORY, territory)):
        if value and any(value not in each.facet_values(facet) for each in documents.values()):
            hand.choose(group.get_by_label(f"Ajouter un {facet.label.lower()}"), value)
    # A key pressed before the page's script listens is lost, as a person sees and presses again.
    hand.page.wait_for_load_state("load")
    hand.press("v")


def _is_true_of(document: Document, gathering: Gathering, file: GatheringFile) -> bool:
    return (
        document.event is not None
        and document.event.id == gathering.event
        and document.facet_values(Facet.THEME) == (file.theme,)
        and document.facet_values(Facet.TERRITORY) == ((file.territory,) if file.territory else ())
    )


@pytest.mark.timeout(400)
def test_thirty_files_of_five_gatherings(visitor: Visitor, place: Place) -> None:
    """Depositing and qualifying them takes at most 60 gestures; then each has its event, its theme and its place.

    What the page asks nothing about must be as true as what it asks about.
    """
    gatherings = write_gatherings()
    truth = {
        f"{gathering.folder}/{file.name}": (gathering, file) for gathering in gatherings for file in gathering.files
    }
    assert len(truth) == 30
    page = visitor.page
    hand = Hand(page)
    page.goto("/animation")
    _deposit(hand, gatherings)
    index_once(place.settings)
    page.goto("/animation")
    hand.click(page.get_by_role("link", name="documents à vérifier"))
    catalogue = services_of(place.app).catalogue
    asked = catalogue.decisions.count_doubtful(_EVERYBODY)
    visitor.picture("qualifier-ensemble")
    while (waiting := catalogue.decisions.count_doubtful(_EVERYBODY)) > 0:
        group = page.locator("form[data-group]").first
        named = group.get_attribute("aria-labelledby")
        _qualify(hand, group, truth, place)
        expect(page.locator(f"#{named}")).to_have_count(0)
        assert catalogue.decisions.count_doubtful(_EVERYBODY) < waiting
    documents = catalogue.documents.list_latest(_EVERYBODY, 40)
    assert [each.paths for each in documents if not _is_true_of(each, *truth[each.paths[0]])] == []
    # Not all of them are asked about.
    assert 0 < asked < len(truth)
    assert hand.gestures <= _MOST_GESTURES
