"""Addresses are remembered, and stay those that Flask would make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for
from werkzeug.routing import Map, Rule

from tests.composition import create_app
from webapp.app import LazyRule

if TYPE_CHECKING:
    import pytest
    from flask import Flask

    from tests.webapp.small_library import SmallLibrary


def test_remembered_for_what_they_depend_on(app: Flask) -> None:
    """Neither the path that the site is put under, nor another host, is that of the request before."""
    for _ in range(2):
        with app.test_request_context("/", "http://un.test"):
            assert url_for("pages.search", q="aide", theme=("a", "b")) == "/recherche?q=aide&theme=a&theme=b"
            assert url_for("pages.search", q="aide", _external=True) == "http://un.test/recherche?q=aide"
            assert url_for("pages.search", _anchor="pied") == "/recherche#pied"
        with app.test_request_context("/", "http://autre.test/ruche"):
            assert url_for("pages.search", q="aide", theme=("a", "b")) == "/ruche/recherche?q=aide&theme=a&theme=b"
            assert url_for("pages.search", q="aide", _external=True) == "http://autre.test/ruche/recherche?q=aide"
            assert url_for("pages.search") == "/ruche/recherche"


def test_equal_values_written_otherwise(app: Flask) -> None:
    """One and true are equal, and are not the same address."""
    with app.test_request_context("/"):
        assert url_for("pages.search", page=1) == "/recherche?page=1"
        assert url_for("pages.search", page=True) == "/recherche?page=True"


def test_rules_are_compiled_when_the_first_address_is_asked_for(
    library: SmallLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What makes an application quick to start relies on a private method of Werkzeug: it is the one that is called."""
    compiled: list[str] = []
    compile_builder = Rule._compile_builder  # noqa: SLF001 - what is relied on

    def count(rule: Rule, append_unknown: bool = True) -> object:  # noqa: FBT001, FBT002 - Werkzeug's
        compiled.append(str(rule.endpoint))
        return compile_builder(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", count)
    app = create_app(library.settings)
    assert compiled == []
    with app.test_request_context("/"):
        for number in ("1", "2"):
            assert url_for("pages.search", page=number) == f"/recherche?page={number}"
    assert compiled == ["pages.search"]


def test_addresses_are_those_of_werkzeug(app: Flask) -> None:
    """Those of each route, with one parameter more than its path has and without."""
    plain = Map(converters=app.url_map.converters)
    for rule in app.url_map.iter_rules():
        assert isinstance(rule, LazyRule)
        plain.add(expected := Rule(rule.rule, endpoint=rule.endpoint, defaults=rule.defaults))
        values: dict[str, object] = dict.fromkeys(rule.arguments - set(rule.defaults or ()), 7)
        for asked in (values, values | {"q": "l’été & après"}):
            for append_unknown in (True, False):
                assert rule.build(asked, append_unknown) == expected.build(asked, append_unknown)
