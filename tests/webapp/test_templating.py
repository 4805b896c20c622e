"""Compiled templates, kept from one start to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import DictLoader, Environment, meta, nodes

from webapp.templating import CheckedBytecodeCache

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest
    from flask import Flask


def _said(folder: Path, template: str) -> str:
    """What a template says in a process that has just started."""
    started = Environment(
        loader=DictLoader({"page": template}), bytecode_cache=CheckedBytecodeCache(folder), autoescape=True
    )
    return started.get_template("page").render(name="Ruche")


def test_a_template_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next start takes what the last one compiled, and compiles anew what was changed since."""
    folder = tmp_path / "gabarits"
    assert _said(folder, "Bonjour {{ name }}") == "Bonjour Ruche"
    monkeypatch.setattr(Environment, "_generate", None)
    assert _said(folder, "Bonjour {{ name }}") == "Bonjour Ruche"
    monkeypatch.undo()
    assert _said(folder, "Bonsoir {{ name }}") == "Bonsoir Ruche"


def test_what_was_kept_in_part_is_not_taken(tmp_path: Path) -> None:
    """A power cut may leave any part of a file, or nothing of it."""
    _said(tmp_path, "Bonjour {{ name }}")
    (kept,) = tmp_path.iterdir()
    whole = kept.read_bytes()
    for length in (0, 10, 40, len(whole) - 1):
        kept.write_bytes(whole[:length])
        assert _said(tmp_path, "Bonjour {{ name }}") == "Bonjour Ruche"
        assert kept.read_bytes() == whole


def test_pages_need_no_room_on_the_disk(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where a template cannot be kept the page is shown all the same, and the log says so."""
    (tmp_path / "gabarits").write_text("un fichier, pas un dossier", encoding="utf-8")
    assert _said(tmp_path / "gabarits", "Bonjour {{ name }}") == "Bonjour Ruche"
    assert "could not be kept" in caplog.text


def _list_lasting(environment: Environment) -> Iterator[tuple[str, nodes.Template]]:
    """The partial templates that are imported without the context of a page: they are made once."""
    trees = {
        name: environment.parse(environment.loader.get_source(environment, name)[0])  # type: ignore[union-attr]
        for name in environment.list_templates()
    }
    imports = [each for tree in trees.values() for each in tree.find_all((nodes.Import, nodes.FromImport))]
    names = {each.template.value for each in imports if not each.with_context}  # type: ignore[attr-defined]
    yield from ((name, trees[name]) for name in sorted(names))


def test_a_partial_template_that_lasts_knows_no_page(app: Flask) -> None:
    """What is made once for all requests uses what it is handed, and keeps nothing of one person for the next."""
    lasting = dict(_list_lasting(app.jinja_env))
    assert {"_forms.html", "_parts.html", "_results.html"} <= lasting.keys()
    for name, tree in lasting.items():
        # A page that is extended would be rendered whole, for nobody.
        assert not list(tree.find_all(nodes.Extends)), name
        assert meta.find_undeclared_variables(tree) <= app.jinja_env.globals.keys(), name
        # Set for all requests at once: a constant, never what a call gives, such as who is signed in.
        kept = [each for part in tree.body if isinstance(part, nodes.Assign) for each in part.find_all(nodes.Call)]
        assert kept == [], name
