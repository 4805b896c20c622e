"""One module an engine; each engine's library is named in its own module only, and imported when it is chosen."""

from __future__ import annotations

import json
import shutil
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, cast

from index.engine import (
    And,
    ByAuthor,
    Everything,
    Fuzzy,
    InTitle,
    Lift,
    Or,
    Phrase,
    Prefix,
    Query,
    Sort,
    Tagged,
    UnreadableIndexError,
    Word,
)
from index.model import MEMBERS, Facet

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from index.engine import Cluster, Engine

ENGINES = {
    "tantivy": "index.engines.tantivy",
    "whoosh": "index.engines.whoosh",
    "opensearch": "index.engines.opensearch",
}
"""The setting's value -> the module, which offers `open_index(folder)`, `SCHEMA_VERSION`, and `BROKEN`: what its
library raises on an index that it cannot read."""

CLUSTERED = frozenset({"opensearch"})
"""Engines whose indices live on a cluster, the folder naming them. `open_index(folder, cluster)` takes where that is;
their modules offer `publish(folder, cluster)` and `remove(folder, cluster)` as well."""

ELSEWHERE = "ailleurs.json"
"""In the folder of an index that lives on a cluster: the engine, and the name of the index there."""


def open_engine(name: str, folder: Path, *, probed: bool = False, cluster: Cluster | None = None) -> Engine:
    """The index of a folder, created when absent; when `probed`, it has answered questions of every kind.

    Raises UnreadableIndexError where the engine or its library is absent, or the index is one that it cannot read;
    EngineUnavailableError where its cluster does not answer.
    """
    if name in CLUSTERED and cluster is None:
        raise UnreadableIndexError(f"no setting says where {name!r} is")
    try:
        module = import_module(ENGINES[name])
    except (KeyError, ImportError) as error:
        raise UnreadableIndexError(f"engine {name!r} is not there") from error
    try:
        where = (folder, cluster) if name in CLUSTERED else (folder,)
        engine = cast("Engine", module.open_index(*where))
        if probed:
            _probe(engine)
    except module.BROKEN as error:
        raise UnreadableIndexError(str(error)) from error
    return engine


def publish(folder: Path, cluster: Cluster | None) -> None:
    """Have a cluster know which index is about to be the live one."""
    if (folder / ELSEWHERE).exists() and cluster:
        _clustered(folder).publish(folder, cluster)


def remove(folder: Path, cluster: Cluster | None) -> None:
    """Remove an index, and first what a cluster holds of it. Raises EngineUnavailableError where that cannot be."""
    if (folder / ELSEWHERE).exists() and cluster:
        _clustered(folder).remove(folder, cluster)
    shutil.rmtree(folder)


def _clustered(folder: Path) -> ModuleType:
    return import_module(ENGINES[json.loads((folder / ELSEWHERE).read_text(encoding="utf-8"))["engine"]])


def schema_version(name: str) -> int:
    """The version of an engine's schema: an index of another one must be rebuilt."""
    return int(import_module(ENGINES[name]).SCHEMA_VERSION)


def _probe(engine: Engine) -> None:
    """Ask of every field: an index that another version made may lack one."""
    groups = frozenset({MEMBERS})
    for written in islice(engine.words("a"), 1):
        word = Word(written, written)
        parts = (word, Phrase((word, word), exact=False), Prefix("a"), Fuzzy(written, 1), InTitle(word), ByAuthor(word))
        match = And((Everything(), Or((*parts, *(Tagged(facet, frozenset({written})) for facet in Facet)))))
        engine.search(Query(match, groups, lift=Lift(1.0, 1.0, 20240101)))
    engine.search(Query(Everything(), groups, sort=Sort.DATE))
    engine.matching(Query(Everything(), groups, among=engine.ids()))
