"""Addresses are remembered, and stay those that Flask would make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for

if TYPE_CHECKING:
    from flask import Flask


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
