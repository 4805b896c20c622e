"""The threat model names tests that exist, and the lock holds nothing that is known to be dangerous."""

from __future__ import annotations

from tests import ROOT

import ast
import re
from pathlib import Path

import pytest
import requests

PAGE = ROOT / "docs" / "securite.md"
_NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
_PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
_ADVISORIES = "https://api.osv.dev/v1/querybatch"
"""OSV tells of advisories, PyPI's and GitHub's among them (https://google.github.io/osv.dev/post-v1-querybatch/)."""

_SECONDS = 10


def test_each_test_of_the_threat_model_exists() -> None:
    """A threat whose test was renamed or taken away is one that nothing stands against."""
    named = _NAMED.findall(PAGE.read_text(encoding="utf-8"))
    assert len(named) > 30
    for file, name in named:
        path = ROOT / file
        assert path.is_file(), file
        assert not name or name in _tests(path), f"{file}::{name}"


def test_each_threat_has_its_test() -> None:
    """Each row of the tables of threats names at least one test."""
    rows = [line for line in _threats().splitlines() if line.startswith("| ") and not line.startswith("| menace")]
    assert len(rows) > 20
    assert [row for row in rows if not _NAMED.search(row)] == []


@pytest.mark.advisories
def test_the_lock_holds_nothing_known_to_be_dangerous() -> None:
    """No advisory is known of a version that the service runs on."""
    pinned = _PINNED.findall((ROOT / "requirements" / "run.txt").read_text(encoding="utf-8"))
    asked = [{"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in pinned]
    try:
        answer = requests.post(_ADVISORIES, json={"queries": asked}, timeout=_SECONDS)
        answer.raise_for_status()
        told = answer.json()["results"]
    except (requests.RequestException, ValueError, KeyError) as error:
        pytest.skip(f"advisories cannot be read here: {type(error).__name__}")
    found = {
        f"{name} {version}": [each["id"] for each in advisories.get("vulns", ())]
        for (name, version), advisories in zip(pinned, told, strict=True)
        if advisories.get("vulns")
    }
    assert found == {}


def test_the_lock_is_read_whole() -> None:
    """The check of advisories asks about every package of the lock."""
    text = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    assert len(_PINNED.findall(text)) == len(re.findall(r"^[a-z0-9].*==", text, re.MULTILINE)) > 40


def _threats() -> str:
    text = PAGE.read_text(encoding="utf-8")
    return text[text.index("## Menaces") : text.index("## Ce qui reste")]


def _tests(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
