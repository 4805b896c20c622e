"""What each process loads: memory and a slow start are paid for by all, whatever they do with it."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from tests import ROOT


@pytest.mark.parametrize(
    ("loaded", "kept_out"),
    [
        # Each reader loads what was run first.
        ("ruche", {"sqlalchemy", "pydantic", "flask", "tantivy", "rich", "extractors"}),
        (
            "ruche, webapp.web_server",
            {"alembic", "authlib", "filelock", "icalendar", "mcp", "pypdfium2", "rapidfuzz", "requests", "rich"}
            | {"stamina", "stdnum", "vobject"},
        ),
        (
            "ruche, indexer.runtime.watch_command",
            {"alembic", "flask", "lxml", "PIL", "pypdfium2", "rapidfuzz", "rich", "whoosh"},
        ),
        # What workers make of a text needs no catalogue.
        ("indexer.describe.prepared_text", {"sqlalchemy", "pydantic", "yaml", "tantivy"}),
        # One file is read sooner than all this is loaded.
        ("ruche, indexer.runtime.index_command", {"sqlalchemy", "rich", "watchdog"}),
        ("ruche, indexer.runtime.open_indexer", {"av", "pathspec", "requests", "rich", "stamina", "watchdog"}),
    ],
    ids=("readers", "web", "indexer", "workers", "command", "command at work"),
)
def test_what_is_not_loaded(loaded: str, kept_out: set[str]) -> None:
    """No process loads at its start what only others need, or what is seldom needed."""
    script = f"import sys, {loaded}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    run = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert not kept_out & set(run.stdout.split())


@pytest.mark.parametrize(
    "face",
    ["extractors", "extractors.workers", "index.catalogue", "indexer.describe", "indexer.pipeline", "indexer.watch"],
)
def test_what_is_loaded_late_is_there(face: str) -> None:
    """A name that a face loads when it is asked for is one that its module has."""
    package = import_module(face)
    assert {name for name in package.__all__ if not hasattr(package, name)} == set()
    with pytest.raises(AttributeError):
        package.no_such_name  # noqa: B018 - asking is the test
