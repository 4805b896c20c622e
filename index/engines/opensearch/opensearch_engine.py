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

from index.engines.opensearch.connection import (
    WRITE_WAIT_SECONDS,
    check_cluster,  # noqa: F401 - the registry asks it of each engine whose indices are on a cluster
    connect,
    require_complete,
    retry_while_busy,
    send_bulk,
)
from index.engines.opensearch.opensearch_entries import (
    MAX_HITS,
    PASSAGES_FIELD,
    build_entry,
    field_mappings,
    field_path,
    index_body,
    title_weight,
)
from index.engines.opensearch.opensearch_queries import (
    STRICT,
    OpenSearchTranslator,
    facet_aggregation,
    filter_query,
    one_of,
    term,
)
from index.engines.protocol import EngineUnavailableError, Hit, Results, UnreadableIndexError
from index.engines.ranking import (
    DOCUMENT_PROXIMITY_FIELDS,
    PASSAGE_PROXIMITY_FIELDS,
    PASSAGE_WEIGHT,
    RERANKED_DOCUMENTS,
    boost_score,
    is_sorted_by_date,
)
from index.engines.registry import CLUSTER_POINTER_NAME
from index.model import Facet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from opensearchpy import OpenSearch

    from index.engines.opensearch.connection import Action, Json
    from index.engines.opensearch.opensearch_queries import Json as Asked
    from index.engines.protocol import IndexedDocument, Query, SearchCluster
    from index.query import Match

SCHEMA_VERSION = 2
"""Increase it whenever the fields or their contents change: an index of another version must be rebuilt."""

BROKEN = (ValueError, LookupError)
"""What reading the folder's file raises where it names no index."""

log = logging.getLogger(__name__)

# Words or documents fetched in one request.
_PAGE_SIZE = 10_000

# Bytes of a commit held in memory before it is sent; a larger one goes through the disk.
_SPOOL_BYTES = 32_000_000

# How long the number of passages per document is kept; the weight of titles depends on it, and it changes slowly.
_SHAPE_SECONDS = 60.0

# How long to wait for the copies of a new index before it is made live without them.
_REPLICA_SECONDS = 60

_BestPassages = dict[str, tuple[float, tuple[int, ...]]]
"""By document id: the score of the best passage, and the ordinals of the best ones."""


def has_index(folder: Path) -> bool:
    """Whether the folder names an index of the cluster, rather than one to be created."""
    return (folder / CLUSTER_POINTER_NAME).exists()


def open_index(folder: Path, cluster: SearchCluster) -> OpenSearchEngine:
    """Open the index that a folder names; if the folder names none, create one and write its name there.

    Raises UnreadableIndexError when the cluster has no such index, or one that lacks a field.
    """
    client = connect(cluster)
    if not (folder / CLUSTER_POINTER_NAME).exists():
        _create_index(client, folder, cluster)
    name = _read_index_name(folder)
    # The mapping is strict: writing an unknown field would fail document by document.
    held = retry_while_busy(lambda: client.indices.get_mapping(index=name))
    lacking = field_mappings().keys() - held[name]["mappings"].get("properties", {}).keys()
    if lacking:
        raise UnreadableIndexError(f"{name} lacks {', '.join(sorted(lacking))}")
    return OpenSearchEngine(client, name)


def publish(folder: Path, cluster: SearchCluster) -> None:
    """Move the installation's alias to the index of a folder, in one step, once its copies are there.

    The alias is for other tools: Ruche searches the index by its own name.
    """
    client, name = connect(cluster), _read_index_name(folder)
    health = {"wait_for_status": "green", "timeout": f"{_REPLICA_SECONDS}s", "request_timeout": 2 * _REPLICA_SECONDS}
    # If that takes longer, the cluster answers with the error 408.
    with suppress(EngineUnavailableError):
        retry_while_busy(lambda: client.cluster.health(index=name, params=health), WRITE_WAIT_SECONDS)
    actions = [
        {"remove": {"index": f"{cluster.name}-*", "alias": cluster.name, "must_exist": False}},
        {"add": {"index": name, "alias": cluster.name}},
    ]
    retry_while_busy(lambda: client.indices.update_aliases(body={"actions": actions}), WRITE_WAIT_SECONDS)


def remove(folder: Path, cluster: SearchCluster) -> None:
    """Remove from the cluster the index that a folder names."""
    client, name = connect(cluster), _read_index_name(folder)
    retry_while_busy(lambda: client.indices.delete(index=name, params={"ignore_unavailable": "true"}))


def _create_index(client: OpenSearch, folder: Path, cluster: SearchCluster) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{cluster.name}-{folder.name}-{uuid.uuid4().hex[:8]}"
    # The name is written before the index is created: after a crash in between, the index is removed with its folder.
    (folder / CLUSTER_POINTER_NAME).write_text(json.dumps({"engine": "opensearch", "index": name}), encoding="utf-8")
    # Version 3 has another BM25 by default; the weights of fields suppose the scale of the former one.
    version = retry_while_busy(client.info)["version"]["number"]
    body = index_body(cluster, "BM25" if version.startswith("2.") else "LegacyBM25")
    body["aliases"] = {_write_alias(name): {}}

    def create() -> None:
        # A request whose answer was lost may have created it.
        if not client.indices.exists(index=name):
            client.indices.create(index=name, body=body)

    retry_while_busy(create, WRITE_WAIT_SECONDS)


def _read_index_name(folder: Path) -> str:
    return str(json.loads((folder / CLUSTER_POINTER_NAME).read_text(encoding="utf-8"))["index"])


def _write_alias(name: str) -> str:
    """Return the alias through which an index is written; it is deleted with the index."""
    return f"{name}-ecriture"


class OpenSearchEngine:
    """An index on a cluster, by its own name: a search under way ends in the index in which it began."""

    def __init__(self, client: OpenSearch, name: str) -> None:
        self._client = client
        self._name = name
        self._translator: OpenSearchTranslator | None = None
        self._translator_expires = 0.0

    def write(self, *, put: Iterable[IndexedDocument] = (), drop: Iterable[str] = ()) -> None:
        """Replace and remove documents, then make all of it visible, on several shards shard by shard.

        Raises EngineUnavailableError when the cluster does not accept all of it; writing the same again completes it.
        """
        # Nothing is sent before all documents are there: if their source fails half-way, nothing has changed.
        with tempfile.SpooledTemporaryFile(_SPOOL_BYTES, mode="w+", encoding="utf-8", newline="\n") as spool:
            # By id, the position of the document's last version: a document may come twice in one commit.
            places: dict[str, int] = {}
            for document in put:
                places[document.id] = spool.tell()
                spool.write(f"{build_entry(document)}\n")
            send_bulk(
                self._client, _write_alias(self._name), _bulk_actions(spool, places, frozenset(drop) - places.keys())
            )
        # Automatic refresh is off, so that searches see a commit only from here on.
        retry_while_busy(lambda: require_complete(self._client.indices.refresh(index=self._name)), WRITE_WAIT_SECONDS)
        self._translator = None

    def search(self, query: Query) -> Results:
        """Rank and count documents, then find the best passages of those shown."""
        answer = self._search_documents(query)
        counted = answer.get("aggregations", {})
        complete = None if query.strict is None else int(counted[STRICT]["doc_count"])
        counts = {
            facet: _read_facet_counts(counted[facet.value][STRICT] if complete else counted[facet.value])
            for facet in Facet
            if facet in query.facets
        }
        hits = self._build_hits(answer["hits"]["hits"], query)
        return Results(answer["hits"]["total"]["value"], hits, counts, complete)

    def find_matching_ids(self, query: Query) -> frozenset[str]:
        """Return those of `query.only_among` that match."""
        chosen = [one_of(facet.value, values) for facet, values in query.selection.items() if values]
        return (
            frozenset(
                self._iterate_ids(
                    _visible_query(query, [self._current_translator.translate_match(query.match)], chosen)
                )
            )
            if query.only_among
            else frozenset()
        )

    def find_matching_parts(
        self, parts: Sequence[Match], ids: frozenset[str], groups: frozenset[str]
    ) -> Mapping[str, frozenset[int]]:
        """Return by id the positions of the parts that match it."""
        translate = self._current_translator.translate_match
        named = [{"bool": {"must": [translate(part)], "_name": str(place)}} for place, part in enumerate(parts)]
        filters = [one_of("groups", groups), one_of("id", ids)]
        body = {"query": {"bool": {"filter": filters, "should": named}}, "size": len(ids)}
        hits = self._request_search(body)["hits"]["hits"] if ids else []
        return {hit["_id"]: frozenset(map(int, hit.get("matched_queries", ()))) for hit in hits}

    def word_frequencies(self, start: str = "", groups: frozenset[str] | None = None) -> Mapping[str, int]:
        """Return the words that begin with `start`, and how many documents hold each."""
        asked = {"prefix": {"written": {"value": start}}} if start else {"match_all": {}}
        filters = [asked] if groups is None else [asked, one_of("groups", groups)]
        pages: Json = {"size": _PAGE_SIZE, "sources": [{"word": {"terms": {"field": "written"}}}]}
        found: dict[str, int] = {}
        while True:
            answer = self._request_search(
                {"query": filter_query(filters), "size": 0, "aggs": {"words": {"composite": pages}}}
            )["aggregations"]
            found |= {each["key"]["word"]: each["doc_count"] for each in answer["words"]["buckets"]}
            if "after_key" not in answer["words"]:
                # A document that matches brings all its words, not only those with this beginning.
                return {word: documents for word, documents in found.items() if word.startswith(start)}
            pages["after"] = answer["words"]["after_key"]

    def has_word(self, word: str, groups: frozenset[str]) -> bool:
        """Whether a document that these groups may see holds this word."""
        return self._count_documents([term("written", word), one_of("groups", groups)]) > 0

    def document_ids(self) -> frozenset[str]:
        """Return the ids of all documents in the index."""
        return frozenset(self._iterate_ids({"match_all": {}}))

    def count_passages(self, among: frozenset[str] | None = None) -> int:
        """Return how many passages the index holds, of these documents or of all."""
        filters = [] if among is None else [one_of("id", among)]
        answer = self._request_search(
            {"query": filter_query(filters), "size": 0, "aggs": {"held": {"nested": {"path": PASSAGES_FIELD}}}}
        )
        return int(answer["aggregations"]["held"]["doc_count"])

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @property
    def _current_translator(self) -> OpenSearchTranslator:
        """The translator for the index's present number of passages per document, which is read again now and then."""
        if self._translator is None or time.monotonic() >= self._translator_expires:
            self._translator = OpenSearchTranslator(title_weight(self._count_documents([]), self.count_passages()))
            self._translator_expires = time.monotonic() + _SHAPE_SECONDS
        return self._translator

    def _request_search(self, body: Asked, affinity: str = "") -> Json:
        """Return the answer of the whole index to a search request.

        Requests with the same `affinity` go to the same copies of each shard, so that scores agree from page to page.
        """
        # With « dfs », word frequencies are those of the whole index, not of each shard.
        params = {"allow_partial_search_results": "false", "search_type": "dfs_query_then_fetch"}
        if affinity:
            params["preference"] = blake2b(affinity.encode("utf-8", "replace"), digest_size=8).hexdigest()
        body = {"track_total_hits": True, "_source": False, **body}
        return retry_while_busy(
            lambda: require_complete(self._client.search(body=body, index=self._name, params=params))
        )

    def _count_documents(self, filters: Iterable[Asked]) -> int:
        return int(self._request_search({"query": filter_query(filters), "size": 0})["hits"]["total"]["value"])

    def _iterate_ids(self, query: Asked) -> Iterator[str]:
        body: Json = {"query": query, "size": _PAGE_SIZE, "sort": [{"id": "asc"}]}
        while hits := self._request_search(body)["hits"]["hits"]:
            yield from (hit["_id"] for hit in hits)
            body["search_after"] = hits[-1]["sort"]

    def _search_documents(self, query: Query) -> Json:
        """Return the documents of a page, or the head of the list if the page is in it, and the facet counts."""
        # Facet filters come after the aggregations, each of which applies all of them but its own facet's.
        filters = {facet: one_of(facet.value, values) for facet, values in query.selection.items() if values}
        wanted, close = (
            self._current_translator.translate_for_documents(query.match),
            self._current_translator.build_proximity_clauses(query.match, DOCUMENT_PROXIMITY_FIELDS),
        )
        wished = map(self._current_translator.translate_wish, query.wishes)
        strict = None if query.strict is None else self._current_translator.translate_match(query.strict)
        counted = {facet.value: facet_aggregation(facet, filters, strict) for facet in Facet if facet in query.facets}
        if strict is not None:
            counted[STRICT] = {"filter": filter_query([strict, *filters.values()])}
        body = {
            "query": _visible_query(query, [wanted], should=[*close, *wished]),
            "post_filter": filter_query(filters.values()),
            "aggs": counted,
            "docvalue_fields": ["date", "gathered"],
            **_page_window(query),
        }
        return self._request_search(body, repr(query.match))

    def _build_hits(self, found: list[Json], query: Query) -> tuple[Hit, ...]:
        best: _BestPassages = {}
        scored = [(float(hit["_score"] or 0.0), hit["_id"]) for hit in found]
        if not is_sorted_by_date(query):
            if query.passages_per_document and query.offset < RERANKED_DOCUMENTS:
                best = self._find_best_passages([id_ for _, id_ in scored[:RERANKED_DOCUMENTS]], query)
                scored = [*_rerank_head(found[:RERANKED_DOCUMENTS], best, query), *scored[RERANKED_DOCUMENTS:]]
            scored = scored[query.offset : query.offset + query.limit]
        if query.passages_per_document:
            best |= self._find_best_passages([id_ for _, id_ in scored if id_ not in best], query)
        return tuple(Hit(id_, score, best[id_][1] if id_ in best else ()) for score, id_ in scored)

    def _find_best_passages(self, ids: Sequence[str], query: Query) -> _BestPassages:
        """Return the best passages of some documents."""
        asked = self._current_translator.translate_for_passages(query.match)
        if asked is None or not ids:
            return {}
        wanted = {
            "must": [asked],
            "should": self._current_translator.build_proximity_clauses(query.match, PASSAGE_PROXIMITY_FIELDS),
        }
        shown = {
            "size": query.passages_per_document,
            "_source": False,
            "docvalue_fields": [field_path("ordinal")],
            "sort": [{"_score": "desc"}, {field_path("ordinal"): "asc"}],
        }
        nested = {"path": PASSAGES_FIELD, "score_mode": "max", "query": {"bool": wanted}, "inner_hits": shown}
        body = {"query": {"bool": {"must": [{"nested": nested}], "filter": [one_of("id", ids)]}}, "size": len(ids)}
        hits = self._request_search(body, repr(query.match))["hits"]["hits"]
        return {hit["_id"]: (hit["_score"], tuple(_read_ordinals(hit["inner_hits"][PASSAGES_FIELD]))) for hit in hits}


def _bulk_actions(spool: Any, places: Mapping[str, int], drop: Iterable[str]) -> Iterator[Action]:
    """Yield the actions of a commit: removals, then the last version of each document, read from the spool."""
    for id_ in sorted(drop):
        yield (json.dumps({"delete": {"_id": id_}}),)
    for id_, place in places.items():
        spool.seek(place)
        yield json.dumps({"index": {"_id": id_}}), spool.readline().rstrip("\n")


def _visible_query(
    query: Query, must: list[Asked], filters: Iterable[Asked] = (), should: Iterable[Asked] = ()
) -> Asked:
    """Return a query restricted to documents that the asker may see, to `only_among`, and without `excluded`."""
    allowed = [one_of("groups", query.groups), *filters]
    if query.only_among is not None:
        allowed.append(one_of("id", query.only_among))
    refused = [one_of("id", query.excluded)] if query.excluded else []
    return {"bool": {"must": must, "filter": allowed, "should": list(should), "must_not": refused}}


def _read_facet_counts(answer: Json) -> dict[str, int]:
    return {bucket["key"]: bucket["doc_count"] for bucket in answer["values"]["buckets"]}


def _page_window(query: Query) -> Json:
    """Return which documents of the list to fetch, and their order."""
    if is_sorted_by_date(query):
        size = query.limit if query.offset + query.limit <= MAX_HITS else 0
        order = [{"date": "desc"}, {"id": "asc"}]
        return {"from": query.offset if size else 0, "size": size, "sort": order}
    # The head of the list is reranked by best passages as a whole, so it is fetched whichever page is asked for.
    size = max(RERANKED_DOCUMENTS if query.passages_per_document else 1, query.offset + query.limit)
    return {"size": min(size, MAX_HITS), "sort": [{"_score": "desc"}, {"id": "asc"}]}


def _rerank_head(head: list[Json], best: _BestPassages, query: Query) -> list[tuple[float, str]]:
    """Return the scores and ids of the head of the list, reranked by each document's text and best passage together."""
    ranked = []
    for hit in head:
        score = hit["_score"] + PASSAGE_WEIGHT * (best[hit["_id"]][0] if hit["_id"] in best else 0.0)
        day, gathered = (hit["fields"][name][0] for name in ("date", "gathered"))
        ranked.append((boost_score(score, hit["_id"], day, has_event=bool(gathered), boost=query.boost), hit["_id"]))
    return sorted(ranked, key=lambda each: -each[0])


def _read_ordinals(inner: Json) -> Iterator[int]:
    return (int(hit["fields"][field_path("ordinal")][0]) for hit in inner["hits"]["hits"])
