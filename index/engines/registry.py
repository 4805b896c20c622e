"""Opens the engine that the settings name; only that engine's modules, and its library, are imported."""

from __future__ import annotations

import json
import shutil
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, cast

from index.engines.protocol import Query, ScoreBoost, Sort, UnreadableIndexError
from index.model import MEMBERS, Facet
from index.query import And, ByAuthor, Everything, Fuzzy, InTitle, Or, Phrase, Prefix, Tagged
from index.text import Word

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from index.engines.protocol import Engine, SearchCluster

ENGINES = {
    "tantivy": "index.engines.tantivy.tantivy_engine",
    "whoosh": "index.engines.whoosh.whoosh_engine",
    "opensearch": "index.engines.opensearch.opensearch_engine",
}
"""The module of each engine. It offers `open_index(folder)`, `has_index(folder)`, `SCHEMA_VERSION`, and `BROKEN`: the
exceptions that its library raises on an index that it cannot read."""

CLUSTERED_ENGINES = frozenset({"opensearch"})
"""Engines whose indices are on a cluster, while a folder names them. Their modules offer `open_index(folder, cluster)`,
`publish(folder, cluster)`, `remove(folder, cluster)` and `check_cluster(cluster)`."""

CLUSTER_POINTER_NAME = "ailleurs.json"
"""The file, in the folder of an index on a cluster, that holds the engine and the name of the index there."""


def open_engine(
    name: str, folder: Path, *, create: bool = True, probe: bool = False, cluster: SearchCluster | None = None
) -> Engine:
    """Open the index of a folder; with `probe`, check that it answers queries of every kind.

    An absent one is created where `create` says so: an index that has lost a file must not be taken for a new one.
    Raises UnreadableIndexError where it is absent otherwise, where the engine or its library is absent or cannot read
    the index, and EngineUnavailableError where its cluster does not answer.
    """
    if name in CLUSTERED_ENGINES and cluster is None:
        raise UnreadableIndexError(f"no setting says where {name!r} is")
    # A generation of another installation or version may name an engine that is not installed here.
    try:
        module = import_module(ENGINES[name])
    except (KeyError, ImportError) as error:
        raise UnreadableIndexError(f"engine {name!r} is not there") from error
    if not create and not module.has_index(folder):
        raise UnreadableIndexError("it has lost a file without which it would be opened empty")
    try:
        where = (folder, cluster) if name in CLUSTERED_ENGINES else (folder,)
        engine = cast("Engine", module.open_index(*where))
        if probe:
            _probe_fields(engine)
    except module.BROKEN as error:
        raise UnreadableIndexError(str(error)) from error
    return engine


def publish_index(folder: Path, cluster: SearchCluster | None) -> None:
    """Announce to the cluster, if the index is on one, that the index of this folder is about to become live."""
    if (folder / CLUSTER_POINTER_NAME).exists() and cluster:
        _import_cluster_engine(folder).publish(folder, cluster)


def remove_index(folder: Path, cluster: SearchCluster | None) -> None:
    """Remove an index and its folder. Raises EngineUnavailableError where its cluster does not answer."""
    # The cluster's part first: without the folder nobody would know its name.
    if (folder / CLUSTER_POINTER_NAME).exists() and cluster:
        _import_cluster_engine(folder).remove(folder, cluster)
    shutil.rmtree(folder)


def check_engine_cluster(name: str, cluster: SearchCluster | None) -> None:
    """Ask the cluster of an engine, if it needs one, whether it is there. Raises EngineUnavailableError."""
    if name in CLUSTERED_ENGINES and cluster:
        import_module(ENGINES[name]).check_cluster(cluster)


def _import_cluster_engine(folder: Path) -> ModuleType:
    return import_module(ENGINES[json.loads((folder / CLUSTER_POINTER_NAME).read_text(encoding="utf-8"))["engine"]])


def schema_version(name: str) -> int:
    """Return the version of an engine's schema; an index of another version must be rebuilt."""
    return int(import_module(ENGINES[name]).SCHEMA_VERSION)


def _probe_fields(engine: Engine) -> None:
    """Search by every field and kind of query: an index of another version may lack a field."""
    groups = frozenset({MEMBERS})
    # By a word of the index itself; one without words has nothing to be asked for.
    for written in islice(engine.word_frequencies("a"), 1):
        word = Word(written, written)
        parts = (word, Phrase((word, word), exact=False), Prefix("a"), Fuzzy(written, 1), InTitle(word), ByAuthor(word))
        match = And((Everything(), Or((*parts, *(Tagged(facet, frozenset({written})) for facet in Facet)))))
        engine.search(Query(match, groups, boost=ScoreBoost(1.0, 1.0, 20240101)))
    engine.search(Query(Everything(), groups, sort=Sort.DATE))
    engine.find_matching_ids(Query(Everything(), groups, only_among=engine.document_ids()))
