"""One module an engine; each engine's library is named in its own module only, and imported when it is chosen."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from pathlib import Path

    from index.engine import Engine

ENGINES = {
    "tantivy": "index.engines.tantivy",
    "whoosh": "index.engines.whoosh",
}
"""The setting's value -> the module, which offers `open_index(folder)` and `SCHEMA_VERSION`."""


def open_engine(name: str, folder: Path) -> Engine:
    """The index of a folder, created when absent."""
    return cast("Engine", import_module(ENGINES[name]).open_index(folder))


def schema_version(name: str) -> int:
    """The version of an engine's schema: an index of another one must be rebuilt."""
    return int(import_module(ENGINES[name]).SCHEMA_VERSION)
