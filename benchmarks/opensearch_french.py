"""French as Elasticsearch and OpenSearch analyse it: the built-in analyser, and Snowball's stems, on a node of ours."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opensearchpy import OpenSearch, helpers

from benchmarks.judged import DEPTH
from tests.cluster.installation import VERSION, AbsentError, installed
from tests.cluster.nodes import Nodes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.judged import Judged

_ELISION = {
    "type": "elision",
    "articles_case": True,
    "articles": ["l", "m", "t", "qu", "n", "s", "j", "d", "c", "jusqu", "quoiqu", "lorsqu", "puisqu"],
}
"""That of the built-in analyser, as its documentation gives it."""

ANALYSERS = {
    "french (elision, stop, light_french)": "french",
    "elision, stop, snowball": "snowball_french",
}
"""By name, the analysers that are measured."""

_INDEX = "juges"


class Absent(Exception):  # noqa: N818 - it is no fault
    """No node can run here; the message says what is missing."""


@contextmanager
def node() -> Iterator[OpenSearch]:
    """A node's client; raises Absent."""
    try:
        installed(VERSION)
    except (AbsentError, subprocess.CalledProcessError) as error:
        raise Absent(str(error)) from error
    with tempfile.TemporaryDirectory(prefix="opensearch-") as folder:
        nodes = Nodes.prepare(Path(folder), 1, VERSION, "1g")
        try:
            nodes.start(0)
            nodes.wait(1)
            yield OpenSearch(list(nodes.cluster().urls), timeout=60)
        finally:
            nodes.stop()


def fill(client: OpenSearch, judged: Judged, analyser: str) -> None:
    """Index the collection by an analyser."""
    client.indices.delete(index=_INDEX, ignore_unavailable=True)
    texts: dict[str, Any] = {"text": {"type": "text", "analyzer": analyser}}
    own = {
        "filter": {
            "elision": _ELISION,
            "stop": {"type": "stop", "stopwords": "_french_"},
            "stems": {"type": "snowball", "language": "French"},
        },
        "analyzer": {
            "snowball_french": {
                "type": "custom",
                "tokenizer": "standard",
                "filter": ["elision", "lowercase", "stop", "stems"],
            }
        },
    }
    settings = {"number_of_shards": 1, "number_of_replicas": 0, "analysis": own}
    client.indices.create(index=_INDEX, body={"settings": settings, "mappings": {"properties": texts}})
    helpers.bulk(client, map(_entry, judged.documents), refresh=True)


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"_index": _INDEX, "_id": row["id"], "text": f"{row['title']}\n{row['text']}"}


def ranked(client: OpenSearch, queries: Mapping[str, str], ask: Callable[[str], str] = str) -> dict[str, list[str]]:
    """The ranking of each query, by BM25 as it comes."""
    rankings = {}
    for id_, text in queries.items():
        body = {"query": {"match": {"text": ask(text)}}, "size": DEPTH, "_source": False}
        rankings[id_] = [hit["_id"] for hit in client.search(index=_INDEX, body=body)["hits"]["hits"]]
    return rankings
