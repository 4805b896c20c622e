"""Compiled templates, kept from one start to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import DictLoader, Environment

from webapp.templating import CheckedBytecodeCache

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


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
