"""The threat model names tests that exist, and the lock holds nothing that is known to be dangerous."""

from __future__ import annotations

import ast
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests import ROOT
from tests.docs.check_advisories import (
    LOCK,
    RECORD,
    SOURCE,
    SourceUnreachableError,
    ask_advisories,
    digest_lock,
    read_lock,
)

PAGE = ROOT / "docs" / "securite.md"
_NAMED = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
_LONGEST_DAYS = 90


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
    try:
        found = ask_advisories()
    except SourceUnreachableError as error:
        pytest.skip(f"advisories cannot be read here: {error}")
    assert found == {}


def test_the_last_check_is_of_this_lock() -> None:
    """Whoever changes a dependency asks again, by « make advisories »: the record is of these very versions."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    assert record["lock"] == digest_lock()
    assert record["packages"] == len(read_lock())
    assert record["source"] == SOURCE
    assert record["advisories"] == {}


def test_the_last_check_was_answered_lately() -> None:
    """A check that found nobody to ask, or is old, is no check: the reason of the skip says so, and since when."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    age = (datetime.now(UTC).date() - date.fromisoformat(record["asked"])).days
    assert age >= -1
    if not record["answered"]:
        pytest.skip(f"no answer was had from {record['source']} when it was last asked, {age} days ago")
    if age > _LONGEST_DAYS:
        pytest.skip(f"the advisories were last read {age} days ago: run « make advisories »")


def test_the_lock_is_read_whole() -> None:
    """The check of advisories asks about every package of the lock."""
    text = LOCK.read_text(encoding="utf-8")
    assert len(read_lock()) == len(re.findall(r"^[a-z0-9].*==", text, re.MULTILINE)) > 40


def _threats() -> str:
    text = PAGE.read_text(encoding="utf-8")
    return text[text.index("## Menaces") : text.index("## Ce qui reste")]


def _tests(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
