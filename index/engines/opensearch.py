"""The OpenSearch engine, for installations that outgrow one machine: an index on a cluster, which a folder names.

A document is one entry with its passages nested in it, so that it is written, replaced and removed as one. Texts arrive
analysed; OpenSearch only splits them at white space. An answer covers the whole index, or is an error.
"""

from __future__ import annotations

import json
import logging
import tempfile
import time
import uuid
from contextlib import suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from index.engine import EngineUnavailableError, Hit, Or, Results, UnreadableIndexError
from index.engines import ELSEWHERE
from index.engines.opensearch_client import WRITING_PATIENCE, bulk, connect, patiently, whole
from index.engines.opensearch_entries import MOST_HITS, PASSAGES, entry, index_body, path, properties, title_weight
from index.engines.opensearch_queries import Translator, one_of, term
from index.engines.ranking import CLOSE_IN_DOCUMENTS, CLOSE_IN_PASSAGES, PASSAGE_WEIGHT, RERANKED, by_date, lifted
from index.language import positives
from index.model import Facet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from opensearchpy import OpenSearch

    from index.engine import Cluster, IndexedDocument, Query
    from index.engines.opensearch_client import Action, Json
    from index.engines.opensearch_queries import Json as Asked

SCHEMA_VERSION = 2
"""Increase it whenever the fields or their contents change: an index of another version must be rebuilt."""

BROKEN = (ValueError, LookupError)
"""What reading the folder's file raises where it names no index."""

log = logging.getLogger(__name__)

# Values counted in one facet: more than any facet has, or a shard might leave out one that is frequent on the others.
_MOST_VALUES = 10_000

# Words or documents fetched in one request.
_PAGE = 10_000

# Bytes of a commit held in memory before it is sent; a larger one goes through the disk.
_IN_MEMORY = 32_000_000

# How long the number of passages per document is kept; the weight of titles depends on it, and it changes slowly.
_SHAPE_SECONDS = 60.0

# How long to wait for the copies of a new index before it is made live without them.
_REPLICA_SECONDS = 60

_Passages = dict[str, tuple[float, tuple[int, ...]]]
"""By document id: the score of the best passage, and the ordinals of the best ones."""


def open_index(folder: Path, cluster: Cluster) -> OpenSearchEngine:
    """Open the index that a folder names; if the folder names none, create one and write its name there.

    Raises UnreadableIndexError when the cluster has no such index, or one that lacks a field.
    """
    client = connect(cluster)
    if not (folder / ELSEWHERE).exists():
        _create(client, folder, cluster)
    name = _named(folder)
    # The mapping is strict: writing an unknown field would fail document by document.
    held = patiently(lambda: client.indices.get_mapping(index=name))
    lacking = properties().keys() - held[name]["mappings"].get("properties", {}).keys()
    if lacking:
        raise UnreadableIndexError(f"{name} lacks {', '.join(sorted(lacking))}")
    return OpenSearchEngine(client, name)


def publish(folder: Path, cluster: Cluster) -> None:
    """Move the installation's alias to the index of a folder, in one step, once its copies are there.

    The alias is for other tools: Ruche searches the index by its own name.
    """
    client, name = connect(cluster), _named(folder)
    health = {"wait_for_status": "green", "timeout": f"{_REPLICA_SECONDS}s", "request_timeout": 2 * _REPLICA_SECONDS}
    # If that takes longer, the cluster answers with the error 408.
    with suppress(EngineUnavailableError):
        patiently(lambda: client.cluster.health(index=name, params=health), WRITING_PATIENCE)
    actions = [
        {"remove": {"index": f"{cluster.name}-*", "alias": cluster.name, "must_exist": False}},
        {"add": {"index": name, "alias": cluster.name}},
    ]
    patiently(lambda: client.indices.update_aliases(body={"actions": actions}), WRITING_PATIENCE)


def remove(folder: Path, cluster: Cluster) -> None:
    """Remove from the cluster the index that a folder names."""
    client, name = connect(cluster), _named(folder)
    patiently(lambda: client.indices.delete(index=name, params={"ignore_unavailable": "true"}))


def _create(client: OpenSearch, folder: Path, cluster: Cluster) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{cluster.name}-{folder.name}-{uuid.uuid4().hex[:8]}"
    # The name is written before the index is created: after a crash in between, the index is removed with its folder.
    (folder / ELSEWHERE).write_text(json.dumps({"engine": "opensearch", "index": name}), encoding="utf-8")
    # Version 3 has another BM25 by default; the weights of fields suppose the scale of the former one.
    version = patiently(client.info)["version"]["number"]
    body = index_body(cluster, "BM25" if version.startswith("2.") else "LegacyBM25")
    body["aliases"] = {_writing(name): {}}

    def create() -> None:
        # A request whose answer was lost may have created it.
        if not client.indices.exists(index=name):
            client.indices.create(index=name, body=body)

    patiently(create, WRITING_PATIENCE)


def _named(folder: Path) -> str:
    return str(json.loads((folder / ELSEWHERE).read_text(encoding="utf-8"))["index"])


def _writing(name: str) -> str:
    """Return the alias through which an index is written; it is deleted with the index."""
    return f"{name}-ecriture"


class OpenSearchEngine:
    """An index on a cluster, by its own name: a search under way ends in the index in which it began."""

    def __init__(self, client: OpenSearch, name: str) -> None:
        self._client = client
        self._name = name
        self._translator: Translator | None = None
        self._until = 0.0

    def write(self, *, put: Iterable[IndexedDocument] = (), drop: Iterable[str] = ()) -> None:
        """Replace and remove documents, then make all of it visible, on several shards shard by shard.

        Raises EngineUnavailableError when the cluster does not accept all of it; writing the same again completes it.
        """
        # Nothing is sent before all documents are there: if their source fails half-way, nothing has changed.
        with tempfile.SpooledTemporaryFile(_IN_MEMORY, mode="w+", encoding="utf-8", newline="\n") as spool:
            # By id, the position of the document's last version: a document may come twice in one commit.
            places: dict[str, int] = {}
            for document in put:
                places[document.id] = spool.tell()
                spool.write(f"{entry(document)}\n")
            bulk(self._client, _writing(self._name), _actions(spool, places, frozenset(drop) - places.keys()))
        # Automatic refresh is off, so that searches see a commit only from here on.
        patiently(lambda: whole(self._client.indices.refresh(index=self._name)), WRITING_PATIENCE)
        self._translator = None

    def search(self, query: Query) -> Results:
        """Rank and count documents, then find the best passages of those shown."""
        answer = self._documents(query)
        counts = {facet: _counted(answer["aggregations"][facet.value]) for facet in Facet if facet in query.counted}
        return Results(answer["hits"]["total"]["value"], self._hits(answer["hits"]["hits"], query), counts)

    def matching(self, query: Query) -> frozenset[str]:
        """Return those of `query.only_among` that match."""
        chosen = [one_of(facet.value, values) for facet, values in query.selection.items() if values]
        return (
            frozenset(self._ids(_filtered(query, [self._make.matching(query.match)], chosen)))
            if query.among
            else frozenset()
        )

    def words(self, start: str = "", groups: frozenset[str] | None = None) -> Mapping[str, int]:
        """Return the words that begin with `start`, and how many documents hold each."""
        asked = {"prefix": {"written": {"value": start}}} if start else {"match_all": {}}
        filters = [asked] if groups is None else [asked, one_of("groups", groups)]
        pages: Json = {"size": _PAGE, "sources": [{"word": {"terms": {"field": "written"}}}]}
        found: dict[str, int] = {}
        while True:
            answer = self._ask({"query": _all(filters), "size": 0, "aggs": {"words": {"composite": pages}}})[
                "aggregations"
            ]
            found |= {each["key"]["word"]: each["doc_count"] for each in answer["words"]["buckets"]}
            if "after_key" not in answer["words"]:
                # A document that matches brings all its words, not only those with this beginning.
                return {word: documents for word, documents in found.items() if word.startswith(start)}
            pages["after"] = answer["words"]["after_key"]

    def knows(self, word: str, groups: frozenset[str]) -> bool:
        """Whether a document that these groups may see holds this word."""
        return self._count([term("written", word), one_of("groups", groups)]) > 0

    def ids(self) -> frozenset[str]:
        """Return the ids of all documents in the index."""
        return frozenset(self._ids({"match_all": {}}))

    def passages(self, among: frozenset[str] | None = None) -> int:
        """Return how many passages the index holds, of these documents or of all."""
        filters = [] if among is None else [one_of("id", among)]
        answer = self._ask({"query": _all(filters), "size": 0, "aggs": {"held": {"nested": {"path": PASSAGES}}}})
        return int(answer["aggregations"]["held"]["doc_count"])

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @property
    def _make(self) -> Translator:
        """The translator for the index's present number of passages per document, which is read again now and then."""
        if self._translator is None or time.monotonic() >= self._until:
            self._translator = Translator(title_weight(self._count([]), self.passages()))
            self._until = time.monotonic() + _SHAPE_SECONDS
        return self._translator

    def _ask(self, body: Asked, like: str = "") -> Json:
        """Return the answer of the whole index to a search request.

        Requests with the same `affinity` go to the same copies of each shard, so that scores agree from page to page.
        """
        # With « dfs », word frequencies are those of the whole index, not of each shard.
        params = {"allow_partial_search_results": "false", "search_type": "dfs_query_then_fetch"}
        if like:
            params["preference"] = blake2b(like.encode("utf-8", "replace"), digest_size=8).hexdigest()
        body = {"track_total_hits": True, "_source": False, **body}
        return patiently(lambda: whole(self._client.search(body=body, index=self._name, params=params)))

    def _count(self, filters: Iterable[Asked]) -> int:
        return int(self._ask({"query": _all(filters), "size": 0})["hits"]["total"]["value"])

    def _ids(self, query: Asked) -> Iterator[str]:
        body: Json = {"query": query, "size": _PAGE, "sort": [{"id": "asc"}]}
        while hits := self._ask(body)["hits"]["hits"]:
            yield from (hit["_id"] for hit in hits)
            body["search_after"] = hits[-1]["sort"]

    def _documents(self, query: Query) -> Json:
        """Return the documents of a page, or the head of the list if the page is in it, and the facet counts."""
        # Facet filters come after the aggregations, each of which applies all of them but its own facet's.
        filters = {facet: one_of(facet.value, values) for facet, values in query.selection.items() if values}
        wanted, close = self._make.matching(query.match), self._make.closeness(query.match, CLOSE_IN_DOCUMENTS)
        body = {
            "query": _filtered(query, [wanted], should=close),
            "post_filter": _all(filters.values()),
            "aggs": {facet.value: _counting(facet, filters) for facet in Facet if facet in query.counted},
            "docvalue_fields": ["date", "gathered"],
            **_window(query),
        }
        return self._ask(body, repr(query.match))

    def _hits(self, found: list[Json], query: Query) -> tuple[Hit, ...]:
        best: _Passages = {}
        scored = [(float(hit["_score"] or 0.0), hit["_id"]) for hit in found]
        if not by_date(query):
            if query.passages and query.offset < RERANKED:
                best = self._passages([id_ for _, id_ in scored[:RERANKED]], query)
                scored = [*_reranked(found[:RERANKED], best, query), *scored[RERANKED:]]
            scored = scored[query.offset : query.offset + query.limit]
        if query.passages:
            best |= self._passages([id_ for _, id_ in scored if id_ not in best], query)
        return tuple(Hit(id_, score, best[id_][1] if id_ in best else ()) for score, id_ in scored)

    def _passages(self, ids: Sequence[str], query: Query) -> _Passages:
        """Return the best passages of some documents."""
        asked = tuple(positives(query.match))
        if not asked or not ids:
            return {}
        # A passage need not hold every word of the question: its document holds them.
        wanted = {
            "must": [self._make.matching(Or(asked))],
            "should": self._make.closeness(query.match, CLOSE_IN_PASSAGES),
        }
        shown = {
            "size": query.passages,
            "_source": False,
            "docvalue_fields": [path("ordinal")],
            "sort": [{"_score": "desc"}, {path("ordinal"): "asc"}],
        }
        nested = {"path": PASSAGES, "score_mode": "max", "query": {"bool": wanted}, "inner_hits": shown}
        body = {"query": {"bool": {"must": [{"nested": nested}], "filter": [one_of("id", ids)]}}, "size": len(ids)}
        hits = self._ask(body, repr(query.match))["hits"]["hits"]
        return {hit["_id"]: (hit["_score"], tuple(_ordinals(hit["inner_hits"][PASSAGES]))) for hit in hits}


def _actions(spool: Any, places: Mapping[str, int], drop: Iterable[str]) -> Iterator[Action]:
    """Yield the actions of a commit: removals, then the last version of each document, read from the spool."""
    for id_ in sorted(drop):
        yield (json.dumps({"delete": {"_id": id_}}),)
    for id_, place in places.items():
        spool.seek(place)
        yield json.dumps({"index": {"_id": id_}}), spool.readline().rstrip("\n")


def _all(filters: Iterable[Asked]) -> Asked:
    return {"bool": {"filter": list(filters)}}


def _filtered(query: Query, must: list[Asked], filters: Iterable[Asked] = (), should: Iterable[Asked] = ()) -> Asked:
    """Return a query restricted to documents that the asker may see, to `only_among`, and without `excluded`."""
    allowed = [one_of("groups", query.groups), *filters]
    if query.among is not None:
        allowed.append(one_of("id", query.among))
    refused = [one_of("id", query.without)] if query.without else []
    return {"bool": {"must": must, "filter": allowed, "should": list(should), "must_not": refused}}


def _counting(facet: Facet, filters: Mapping[Facet, Asked]) -> Asked:
    """Return the aggregation that counts a facet's values under the selections of the other facets.

    A facet's own selection is ignored, so that the counts show what another choice in it would find.
    """
    others = [query for each, query in filters.items() if each is not facet]
    values = {"terms": {"field": facet.value, "size": _MOST_VALUES}}
    return {"filter": _all(others), "aggs": {"values": values}}


def _counted(answer: Json) -> dict[str, int]:
    return {bucket["key"]: bucket["doc_count"] for bucket in answer["values"]["buckets"]}


def _window(query: Query) -> Json:
    """Return which documents of the list to fetch, and their order."""
    if by_date(query):
        size = query.limit if query.offset + query.limit <= MOST_HITS else 0
        order = [{"date": "desc"}, {"id": "asc"}]
        return {"from": query.offset if size else 0, "size": size, "sort": order}
    # The head of the list is reranked by best passages as a whole, so it is fetched whichever page is asked for.
    size = max(RERANKED if query.passages else 1, query.offset + query.limit)
    return {"size": min(size, MOST_HITS), "sort": [{"_score": "desc"}, {"id": "asc"}]}


def _reranked(head: list[Json], best: _Passages, query: Query) -> list[tuple[float, str]]:
    """Return the scores and ids of the head of the list, reranked by each document's text and best passage together."""
    ranked = []
    for hit in head:
        score = hit["_score"] + PASSAGE_WEIGHT * (best[hit["_id"]][0] if hit["_id"] in best else 0.0)
        day, gathered = (hit["fields"][name][0] for name in ("date", "gathered"))
        ranked.append((lifted(score, day, gathered=bool(gathered), lift=query.lift), hit["_id"]))
    return sorted(ranked, key=lambda each: -each[0])


def _ordinals(inner: Json) -> Iterator[int]:
    return (int(hit["fields"][path("ordinal")][0]) for hit in inner["hits"]["hits"])
