"""Territories compared by theme, with the documents behind each number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.accounts.audit import CONSOLE
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group, NewAccount
from tests.composition import create_app
from tests.webapp.accounts import guarded, joined, signed_in
from tests.webapp.small_library import Entry, build
from tests.webapp.xpath import page as tree_of
from webapp.server.app_services import services_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

_MORE = (
    Entry("flers/Bus.pdf", "pdf", "Le bus de Flers", themes=("aller-vers", "rgpd"), territories=("flers",)),
    Entry("réservé/Secret.pdf", "pdf", "Cachetine", themes=("aller-vers", "logement"), territories=("flers",)),
)


def test_two_territories_stand_side_by_side(tmp_path: Path) -> None:
    """Each theme of either, those of both first, with titles; a number leads to just as many documents."""
    library = build(tmp_path, more=_MORE)
    app = create_app(guarded(library))
    rules = services_of(app).catalogue.access.rules
    rules.save_group(Group("grigny", "Grigny"), CONSOLE)
    rules.save_folder_rule(FolderRule("réservé", frozenset({"grigny"})), CONSOLE)
    inside = signed_in(app, joined(app, NewAccount("in@ruche.example", "In", groups=frozenset({"grigny"}))))
    outside = signed_in(app, joined(app, NewAccount("out@ruche.example", "Out")))
    assert _themes(outside)[0] == _themes(inside)[0] == "Aller-vers"
    assert (len(_themes(outside)), len(_themes(inside))) == (2, 3)
    page = "/territoires/comparer?a=grigny&b=flers"
    assert "Cachetine" in inside.get(page).text
    assert "Cachetine" not in outside.get(page).text
    for who, wanted in ((inside, "2"), (outside, "1")):
        links = tree_of(who.get(page).text).xpath("//table[contains(@class, 'comparison-all')]//td/a")
        (link,) = (
            each
            for each in links
            if {"theme=aller-vers", "territoire=flers"} <= set(each.get("href").split("?")[1].split("&"))
        )
        assert link.text == wanted
        assert len(tree_of(who.get(link.get("href")).text).xpath("//article[@class='card']")) == int(wanted)


def _themes(client: FlaskClient) -> list[str]:
    rows = tree_of(client.get("/territoires/comparer?a=grigny&b=flers").text)
    return [each.text for each in rows.xpath("//table[contains(@class, 'comparison-pair')]//th[@scope='row']/a")]


def test_what_is_no_territory_asks_to_choose(client: FlaskClient) -> None:
    """An unknown name, one alone, or none: the table of all is there, and nothing breaks."""
    for query in ("", "?a=grigny", "?a=grigny&b=nulle-part", "?a=%3Cscript%3E&b="):
        answer = client.get(f"/territoires/comparer{query}")
        assert answer.status_code == 200
        assert not tree_of(answer.text).xpath("//table[contains(@class, 'comparison-pair')]")
        assert tree_of(answer.text).xpath("//table[contains(@class, 'comparison-all')]")
