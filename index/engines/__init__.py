"""Search engines behind one protocol; the library of each is known in its own package only."""

from index.engines.protocol import (
    Engine,
    EngineUnavailableError,
    Hit,
    IndexedDocument,
    Query,
    Results,
    ScoreBoost,
    SearchCluster,
    Selection,
    Sort,
    UnreadableIndexError,
    Wish,
)
from index.engines.ranking import LEAST_VOICES, RERANKED_DOCUMENTS, USEFUL_WEIGHT, compute_usefulness, list_part_words
from index.engines.registry import (
    CLUSTERED_ENGINES,
    ENGINES,
    check_engine_cluster,
    open_engine,
    publish_index,
    remove_index,
    schema_version,
)

__all__ = [
    "CLUSTERED_ENGINES",
    "ENGINES",
    "LEAST_VOICES",
    "RERANKED_DOCUMENTS",
    "USEFUL_WEIGHT",
    "Engine",
    "EngineUnavailableError",
    "Hit",
    "IndexedDocument",
    "Query",
    "Results",
    "ScoreBoost",
    "SearchCluster",
    "Selection",
    "Sort",
    "UnreadableIndexError",
    "Wish",
    "check_engine_cluster",
    "compute_usefulness",
    "list_part_words",
    "open_engine",
    "publish_index",
    "remove_index",
    "schema_version",
]
