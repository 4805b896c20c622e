"""« Utile ? »: one voice a person and document, counted without a name, and of little weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from index.accounts.audit import CONSOLE
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group, NewAccount, Role
from index.catalogue.ballots import BallotCounts
from tests.composition import create_app
from tests.webapp import own_library
from tests.webapp.accounts import guarded, joined, signed_in
from tests.webapp.small_library import SLIDES, VIDEO
from tests.webapp.xpath import page as tree_of
from webapp.server.app_services import services_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from index.catalogue.catalogue import Catalogue
    from tests.webapp.small_library import SmallLibrary

library, app, client, catalogue = own_library.FIXTURES


@pytest.fixture
def site(library: SmallLibrary) -> Flask:
    """The application with accounts."""
    made = create_app(guarded(library))
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def _reader(site: Flask, name: str, role: Role = Role.READER, *groups: str) -> FlaskClient:
    return signed_in(site, joined(site, NewAccount(f"{name}@ruche.example", name, role, frozenset(groups))))


def test_a_person_has_one_voice(site: Flask, library: SmallLibrary) -> None:
    """However often they press, on the document or on an answer: the last counts, and it can be taken back."""
    ada, id_, ballots = _reader(site, "ada"), library.ids[SLIDES], services_of(site).catalogue.ballots
    for opinion in ("oui", "oui", "non", "peut-être"):
        assert ada.post(f"/documents/{id_}/utile", data={"avis": opinion}).status_code == 303
    assert ballots.count_each(1) == {id_: BallotCounts(0, 1, 0)}
    ada.post(f"/documents/{id_}/utile", data={"avis": "oui", "reponse": "1"})
    assert ballots.count_each(1) == {id_: BallotCounts(1, 0, 1)}
    pressed = tree_of(ada.get(f"/documents/{id_}").text).xpath("//button[@aria-pressed='true']/@value")
    assert pressed == ["oui"]
    ada.post(f"/documents/{id_}/utile", data={"avis": "retirer"})
    assert ballots.count_each(1) == {}


def test_clearing_cookies_gives_no_second_voice(app: Flask, library: SmallLibrary, catalogue: Catalogue) -> None:
    """Without accounts a network has one voice, whatever browser it comes by."""
    for _ in range(7):
        app.test_client().post(f"/documents/{library.ids[SLIDES]}/utile", data={"avis": "oui"})
    assert catalogue.ballots.count_each(1) == {library.ids[SLIDES]: BallotCounts(1, 0, 0)}


def test_voices_of_one_person_have_nothing_in_common(site: Flask, library: SmallLibrary) -> None:
    """Neither the account nor one name for two documents is kept."""
    ada = _reader(site, "ada")
    for path in (SLIDES, VIDEO):
        ada.post(f"/documents/{library.ids[path]}/utile", data={"avis": "oui"})

    with services_of(site).catalogue.ballots._database.connect() as connection:  # noqa: SLF001 - idem
        voters = connection.scalars(text("select voter from ballot")).all()
    account = services_of(site).catalogue.access.accounts.find_by_mail("ada@ruche.example")
    assert account is not None
    assert len(set(voters)) == 2
    assert account.id not in "".join(voters)


def test_animators_read_counts_of_what_they_may_see(site: Flask, library: SmallLibrary) -> None:
    """From three voices on, and never of a document that is kept from them."""
    animator, id_ = _reader(site, "ani", Role.ANIMATOR), library.ids[SLIDES]
    for number in range(3):
        shown = tree_of(animator.get("/animation/statistiques").text).xpath("//section[@aria-labelledby='avis']//td")
        assert not shown, number
        _reader(site, f"n{number}").post(f"/documents/{id_}/utile", data={"avis": "oui"})
    cells = tree_of(animator.get("/animation/statistiques").text).xpath("//section[@aria-labelledby='avis']//td")
    assert [each.text for each in cells] == ["3", "0", "0"]
    rules = services_of(site).catalogue.access.rules
    rules.save_group(Group("grigny", "Grigny"), CONSOLE)
    rules.save_folder_rule(FolderRule("webinaires/2024-01-25 L’aller vers", frozenset({"grigny"})), CONSOLE)
    assert not tree_of(animator.get("/animation/statistiques").text).xpath("//section[@aria-labelledby='avis']//td")
    assert animator.post(f"/documents/{id_}/utile", data={"avis": "non"}).status_code == 404


def test_enough_voices_change_the_order_a_little(site: Flask, library: SmallLibrary) -> None:
    """Four change nothing; five lift a document among its equals, for a question that finds several."""
    page = "/recherche?q=financements+évaluation"
    reader = _reader(site, "lecteur")
    before = _found(reader, page)
    last = before[-1]
    for number in range(4):
        _reader(site, f"n{number}").post(f"/documents/{last}/utile", data={"avis": "oui"})
    assert _found(signed_in_again(site, library), page) == before
    site.extensions["ruche"].catalogue.ballots.cast(last, "x" * 32, useful=True)
    after = _found(signed_in_again(site, library), page)
    assert after.index(last) < before.index(last)


def signed_in_again(site: Flask, library: SmallLibrary) -> FlaskClient:
    """The same reader at another service, which has not read the voices yet."""
    account = services_of(site).catalogue.access.accounts.find_by_mail("lecteur@ruche.example")
    assert account is not None
    return signed_in(create_app(guarded(library)), account)


def _found(client: FlaskClient, page: str) -> list[str]:
    cards = tree_of(client.get(page).text).xpath("//article[@class='card']/@id")
    return [each.removeprefix("document-") for each in cards]
