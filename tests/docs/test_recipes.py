"""Documents cite what exists, and the recipes of settings, pages and engines are followed here as far as they claim.

What is not proved: the recipes of formats and facets, beyond their citations (to follow them, a member would have to
be added to an enum at run time). The tests of each registry hold that one entry is enough.
"""

from __future__ import annotations

import re
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
from flask import Blueprint, render_template_string
from pydantic import Field

from index.config.installation import render_settings_file
from index.config.settings import Settings
from index.config.settings_file import load_settings
from index.engines import protocol, registry
from index.engines.protocol import IndexedDocument, Query, Results
from index.engines.registry import open_engine
from tests import ROOT
from tests.contract import test_engine as contract
from tests.docs import citations, test_docs
from tests.webapp import every_page, test_every_page
from tests.webapp.conftest import WholeClient
from tests.webapp.small_library import SmallLibrary, build
from tests.composition import create_app
from webapp.auth.identity import OPEN_ENDPOINTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from flask import Flask

    from index.query import Match

RECIPES = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_what_documents_cite_exists() -> None:
    """Files, folders and names that developers' pages cite are in the tree; those still to come are listed."""
    missing = {each for page in citations.PAGES for each in citations.find_missing(page.read_text(encoding="utf-8"))}
    assert missing == set()


def test_a_citation_of_nothing_would_be_found() -> None:
    """The rule knows what it looks for: a file, a folder, a name; not what stands for the reader's own."""
    text = "`index/nowhere.py`, `index/nowhere/`, `Nothing`, `Settings` in `index/config/settings.py`, `webapp/x.py`"
    assert citations.find_missing(text) == {"index/nowhere.py", "index/nowhere/", "index/config/settings.py: Nothing"}


@pytest.mark.parametrize("kind", ["a format", "a facet", "a setting", "a page", "an engine"])
def test_each_recipe_says_what_to_touch_to_test_and_to_run(kind: str) -> None:
    """A recipe is a numbered list of steps that ends with a test, and a command whose modules of tests exist."""
    recipe = re.search(rf"### Add {kind}\n(.*?)(?=\n##)", RECIPES, flags=re.DOTALL)
    assert recipe
    steps = re.findall(r"^(\d)\. ", recipe[1], flags=re.MULTILINE)
    assert steps == [str(number) for number in range(1, len(steps) + 1)]
    assert re.search(r"^\d\. Test: ", recipe[1], flags=re.MULTILINE)
    command = re.search(r"Proof: `([^`]+)`", recipe[1])
    assert command
    tests = [word for word in command[1].split() if word.startswith("tests")]
    assert tests
    assert [each for each in tests if not (ROOT / each).exists()] == []


class _LongerSettings(Settings):
    patience: int = Field(default=3, ge=1, description="Combien de fois la machine à café est relancée.")


def test_a_new_setting_is_demanded_written_and_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One field more: the reference must name it with its default, `ruche init` writes it, file and variable set it."""
    for module in ("tests.docs.test_docs", "index.config.installation", "index.config.settings_file"):
        monkeypatch.setattr(f"{module}.Settings", _LongerSettings)
    with pytest.raises(AssertionError):
        test_docs.test_every_setting_is_documented("patience")
    monkeypatch.setattr(test_docs, "REFERENCE", "| `patience` | `3` | … |")
    test_docs.test_every_setting_is_documented("patience")
    assert "machine à café est relancée.\n# patience = 3\n" in render_settings_file({})
    (tmp_path / "ruche.toml").write_text("patience = 5", encoding="utf-8")
    assert load_settings(tmp_path / "ruche.toml").model_dump()["patience"] == 5
    monkeypatch.setenv("RUCHE_PATIENCE", "6")
    assert load_settings(tmp_path / "ruche.toml").model_dump()["patience"] == 6


_PAGE = "{% extends 'base.html' %}{% block title %}Café{% endblock %}{% block content %}<h1>Café</h1>{% endblock %}"
new_page = Blueprint("coffee", __name__)


@new_page.get("/cafe")
def show() -> str:
    """The page of the recipe."""
    return render_template_string(_PAGE)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    """A small library, which no test may change."""
    return build(tmp_path_factory.mktemp("ruche"))


@pytest.fixture
def longer_app(library: SmallLibrary) -> Flask:
    """An application with one page more."""
    made = create_app(library.settings)
    made.test_client_class = WholeClient
    made.register_blueprint(new_page)
    return made


def test_a_new_page_is_demanded_and_looked_at(
    longer_app: Flask, library: SmallLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One blueprint more: the list of all pages must have it; then the tests of every page see it, and it passes."""
    with pytest.raises(AssertionError):
        test_every_page.test_every_route_is_looked_at(longer_app)
    monkeypatch.setitem(every_page.PAGES, "coffee.show", ("/cafe",))
    test_every_page.test_every_route_is_looked_at(longer_app)
    assert "/cafe" in every_page.addresses(library)
    # The new page alone: the others have their own run.
    monkeypatch.setattr(test_every_page, "addresses", lambda _: ["/cafe"])
    client = longer_app.test_client()
    texts = {"/cafe": client.get("/cafe").text}
    test_every_page.test_every_page_has_the_look_of_the_settings(texts, library)
    test_every_page.test_pages_are_light(client, library)
    test_every_page.test_what_a_page_needs_is_kept_for_good(client, texts)


def test_a_new_page_asks_who_comes(library: SmallLibrary) -> None:
    """Where people must sign in, a page that nobody opened to all asks for it, without a line of its own."""
    app = create_app(library.settings.model_copy(update={"auth": "comptes"}))
    app.register_blueprint(new_page)
    assert "coffee.show" not in OPEN_ENDPOINTS
    answer = app.test_client().get("/cafe")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/connexion")


class _ForgetfulEngine:
    """Keeps ids and finds nothing: what it takes to be opened, and no more."""

    def __init__(self) -> None:
        self._ids: set[str] = set()

    def write(self, *, put: Iterable[IndexedDocument] = (), drop: Iterable[str] = ()) -> None:
        self._ids = (self._ids | {each.id for each in put}) - set(drop)

    def search(self, query: Query) -> Results:
        return Results(0, (), {facet: {} for facet in query.facets})

    def find_matching_ids(self, query: Query) -> frozenset[str]:
        return frozenset(query.only_among or ()) & frozenset()

    def find_matching_parts(
        self,
        parts: Sequence[Match],  # noqa: ARG002 - the protocol's
        ids: frozenset[str],  # noqa: ARG002 - the protocol's
        groups: frozenset[str],  # noqa: ARG002 - the protocol's
    ) -> Mapping[str, frozenset[int]]:
        return {}

    def word_frequencies(self, start: str = "", groups: frozenset[str] | None = None) -> Mapping[str, int]:  # noqa: ARG002 - the protocol's
        return {}

    def has_word(self, word: str, groups: frozenset[str]) -> bool:  # noqa: ARG002 - the protocol's
        return False

    def document_ids(self) -> frozenset[str]:
        return frozenset(self._ids)

    def count_passages(self, among: frozenset[str] | None = None) -> int:  # noqa: ARG002 - the protocol's
        return 0

    def close(self) -> None:
        """It holds nothing."""


@pytest.fixture
def forgetful_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> protocol.Engine:
    """An engine opened by its name, as the recipe makes it known."""
    module = ModuleType("forgetful_engine")
    vars(module).update(open_index=lambda _: _ForgetfulEngine(), SCHEMA_VERSION=1, BROKEN=(OSError,))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(registry.ENGINES, "forgetful", module.__name__)
    return open_engine("forgetful", tmp_path, probe=True)


def test_a_new_engine_is_opened_and_held_to_the_contract(forgetful_engine: protocol.Engine) -> None:
    """One name more in ENGINES: it is opened and probed. One that finds nothing passes the first rule, not the next."""
    assert registry.schema_version("forgetful") == 1
    contract.test_empty(forgetful_engine)
    with pytest.raises(AssertionError):
        contract.test_all_words_come_first(forgetful_engine)


def test_the_contract_takes_every_engine() -> None:
    """The contract's fixture is made of the table that the recipe has one add to: nothing is listed twice."""
    source = (ROOT / "tests/contract/conftest.py").read_text(encoding="utf-8")
    assert "@pytest.fixture(params=sorted(ENGINES))" in source
