"""The Tantivy engine, the default one: an embedded index in a folder, with one writer and any number of readers.

A document is one entry of kind « document » with its whole text, and an entry of kind « passage » for each passage.
Texts arrive analysed; Tantivy only splits them at white space.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import tantivy

from index.engines import protocol
from index.engines.protocol import Hit, IndexedDocument, Results, UnreadableIndexError
from index.engines.ranking import (
    DOCUMENT_PROXIMITY_FIELDS,
    PASSAGE_PROXIMITY_FIELDS,
    PASSAGE_WEIGHT,
    RERANKED_DOCUMENTS,
    boost_score,
    is_sorted_by_date,
)
from index.engines.tantivy.tantivy_entries import (
    DOCUMENT,
    PASSAGE,
    build_entries,
    build_schema,
    commit_or_roll_back,
    document_key,
)
from index.engines.tantivy.tantivy_queries import TantivyTranslator, all_of, with_bonus, without_score
from index.model import Facet
from index.query import Tagged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from index.engines.protocol import Query
    from index.query import Match

SCHEMA_VERSION = 5
"""Increase it whenever the fields or their contents change: an index of another version must be rebuilt."""

BROKEN = (ValueError,)
"""What Tantivy raises on an index that it cannot read, or that lacks a field of a query."""

# Memory of the writer, beyond which it writes a segment.
_HEAP_BYTES = 64_000_000

# A part of Tantivy's message while another writer holds the lock, and the seconds between two attempts.
_LOCK_MESSAGE, _LOCK_POLL_SECONDS = "LockBusy", 0.1

# Values counted in one facet: more than the territories that could ever join.
_MAX_FACET_VALUES = 500

# Parts of a question that one search tells apart by powers of two: a score has 24 bits of precision.
_MAX_PARTS = 20

# The name of the count of all documents among those of facets.
_TOTAL = "total"

# Passages fetched per document: they are ranked all together, and each document must get its best ones.
_FETCHED_PER_DOCUMENT = 5

# Ids kept in memory by their keys, a hundred bytes each.
_MAX_KNOWN_IDS = 100_000

_BestPassages = dict[str, list[tuple[float, int]]]


def has_index(folder: Path) -> bool:
    """Whether the folder holds an index."""
    return folder.is_dir() and tantivy.Index.exists(str(folder))


def open_index(folder: Path) -> TantivyEngine:
    """Open the index of a folder, created if it is absent."""
    folder.mkdir(parents=True, exist_ok=True)
    # An existing index keeps its own schema, which may be another version's.
    path = str(folder)
    index = tantivy.Index.open(path) if tantivy.Index.exists(path) else tantivy.Index(build_schema(), path=path)
    index.register_tokenizer("spaces", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    # Reloaded by hand in `_current_searcher`: a search must see what was committed just before it.
    index.config_reader(reload_policy="manual")
    return TantivyEngine(index, folder)


@contextmanager
def _convert_errors() -> Iterator[None]:
    """Turn Tantivy's errors into UnreadableIndexError."""
    try:
        yield
    except BROKEN as error:
        raise UnreadableIndexError(str(error)) from error


class TantivyEngine:
    """An index in a folder. It takes the folder's writer lock at its first write, and holds it until it is closed."""

    def __init__(self, index: tantivy.Index, folder: Path) -> None:
        self._index = index
        self._schema = index.schema
        self._translator = TantivyTranslator(index.schema)
        self._meta_path = str(folder / "meta.json")
        self._loaded_stamp = 0, 0
        self._reload_lock = threading.Lock()
        # A key is made of its id, so what is known of it never changes.
        self._ids_by_key: dict[int, str] = {}
        self._reload()
        self._writer: tantivy.IndexWriter | None = None

    def write(self, *, put: Iterable[IndexedDocument] = (), drop: Iterable[str] = ()) -> None:
        """Replace and remove documents with all their passages, in one commit."""
        if self._writer is None:
            self._writer = self._acquire_writer()
        with commit_or_roll_back(self._writer) as writer:
            for id_ in drop:
                writer.delete_documents_by_term("id", id_)
            for document in put:
                writer.delete_documents_by_term("id", document.id)
                for entry in build_entries(document, self._translator.facets):
                    writer.add_document(self._to_tantivy_document(entry))

    @_convert_errors()
    def search(self, query: Query) -> Results:
        """Rank and count documents, then find the best passages of those shown."""
        searcher = self._current_searcher()
        filters = self._build_filters(query)
        if is_sorted_by_date(query):
            ranked, bonus = self._translator.translate_match(query.match), list[tantivy.Query]()
        else:
            ranked = self._translator.translate_for_documents(query.match)
            bonus = [
                *self._translator.build_proximity_clauses(query.match, DOCUMENT_PROXIMITY_FIELDS),
                *map(self._translator.translate_wish, query.wishes),
            ]
        found = self._rank_documents(searcher, self._filter_query(ranked, DOCUMENT, filters.values(), bonus), query)
        complete, counts = self._count(searcher, query, filters)
        return Results(
            total=found.count,  # type: ignore[attr-defined]  # left out of Tantivy's stub
            hits=self._build_hits(searcher, found, query),
            facet_counts=counts,
            complete=complete,
        )

    @_convert_errors()
    def find_matching_ids(self, query: Query) -> frozenset[str]:
        """Return those of `query.only_among` that match."""
        among = query.only_among or frozenset()
        wanted = self._filter_query(
            self._translator.translate_match(query.match), DOCUMENT, self._build_filters(query).values()
        )
        searcher = self._current_searcher()
        found = searcher.search(wanted, limit=max(1, len(among)), count=False)
        return frozenset(str(searcher.doc(address).get_first("id")) for _, address in found.hits)

    @_convert_errors()
    def find_matching_parts(
        self, parts: Sequence[Match], ids: frozenset[str], groups: frozenset[str]
    ) -> Mapping[str, frozenset[int]]:
        """Return by id the positions of the parts that match it."""
        searcher, translator = self._current_searcher(), self._translator
        among = without_score(translator.one_of("id", ids))
        visible = [translator.one_of("groups", groups)]
        keys = {document_key(id_): id_ for id_ in ids}
        found: dict[str, set[int]] = {id_: set() for id_ in ids}
        for first in range(0, len(parts), _MAX_PARTS):
            asked = parts[first : first + _MAX_PARTS]
            # Each part gives a power of two: a document's score is the sum of those that match.
            powers = [
                tantivy.Query.const_score_query(translator.translate_match(part), float(1 << place))
                for place, part in enumerate(asked)
            ]
            wanted = self._filter_query(among, DOCUMENT, visible, powers)
            hits = searcher.search(wanted, limit=max(1, len(ids)), count=False).hits
            columns = searcher.fast_field_values("key", [address for _, address in hits])
            for (score, _), key in zip(hits, columns, strict=True):
                held = round(score)
                found[keys[int(key or 0)]].update(first + place for place in range(len(asked)) if held >> place & 1)
        return {id_: frozenset(places) for id_, places in found.items()}

    @_convert_errors()
    def word_frequencies(self, start: str = "", groups: frozenset[str] | None = None) -> Mapping[str, int]:
        """Return the words that begin with `start`, and how many documents hold each."""
        visible = None if groups is None else self._translator.one_of("groups", groups)
        return dict(self._current_searcher().terms_with_prefix("written", start, visible))

    @_convert_errors()
    def has_word(self, word: str, groups: frozenset[str]) -> bool:
        """Whether a document that these groups may see holds this word."""
        wanted = all_of([self._translator.term("written", word), self._translator.one_of("groups", groups)])
        return bool(self._current_searcher().search(wanted, limit=1, count=False).hits)

    @_convert_errors()
    def document_ids(self) -> frozenset[str]:
        """Return the ids of all documents in the index."""
        searcher = self._current_searcher()
        everything = searcher.search(
            self._translator.term("kind", DOCUMENT), limit=max(1, searcher.num_docs), count=False
        )
        return frozenset(str(searcher.doc(address).get_first("id")) for _, address in everything.hits)

    @_convert_errors()
    def count_passages(self, among: frozenset[str] | None = None) -> int:
        """Return how many passages the index holds, of these documents or of all."""
        among_these = [] if among is None else [self._translator.one_of("id", among)]
        wanted = all_of([self._translator.term("kind", PASSAGE), *among_these])
        return int(self._current_searcher().search(wanted, limit=1).count)  # type: ignore[attr-defined]  # idem

    def close(self) -> None:
        """Wait for merges to end, and release the writer's lock."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

    def _acquire_writer(self) -> tantivy.IndexWriter:
        """Return the folder's writer, waiting a while for another process to release it. Raises IndexBusyError."""
        until = time.monotonic() + protocol.WRITER_WAIT_SECONDS
        while True:
            try:
                writer = self._index.writer(_HEAP_BYTES, 1)
            except ValueError as error:
                if _LOCK_MESSAGE not in str(error):
                    raise
                if time.monotonic() >= until:
                    raise protocol.IndexBusyError from error
                time.sleep(_LOCK_POLL_SECONDS)
            else:
                # Files of an interrupted commit would be in the way of the next one, which uses the same names.
                writer.garbage_collect_files()
                return writer

    @_convert_errors()
    def _to_tantivy_document(self, entry: dict[str, object]) -> tantivy.Document:
        # With the schema: documents built of plain integers break Tantivy's writer thread.
        return tantivy.Document.from_dict(entry, self._schema)

    def _read_stamp(self) -> tuple[int, int]:
        """Return what changes at each commit: the inode too, since two commits may have the same time."""
        try:
            found = os.stat(self._meta_path)  # noqa: PTH116 - each search looks several times: a path costs more than the look
        except FileNotFoundError:
            # The generation was removed: a search under way goes on in the files that are open.
            return self._loaded_stamp
        return found.st_ino, found.st_mtime_ns

    def _current_searcher(self) -> tantivy.Searcher:
        if self._read_stamp() != self._loaded_stamp:
            self._reload()
        return self._index.searcher()

    def _reload(self) -> None:
        # One at a time: of two reloads at once, the older one might end last.
        with self._reload_lock:
            # Read before the reload: a commit in between is then loaded by the next search.
            stamp = self._read_stamp()
            self._index.reload()
            self._loaded_stamp = stamp

    def _rank_documents(self, searcher: tantivy.Searcher, query: tantivy.Query, asked: Query) -> tantivy.SearchResult:
        if is_sorted_by_date(asked):
            return searcher.search(query, limit=asked.limit, offset=asked.offset, order_by_field="date")
        # The head of the list is reranked by best passages as a whole, so it is fetched whichever page is asked for.
        limit = max(RERANKED_DOCUMENTS if asked.passages_per_document else 1, asked.offset + asked.limit)
        return searcher.search(query, limit=limit)

    def _build_hits(self, searcher: tantivy.Searcher, found: tantivy.SearchResult, query: Query) -> tuple[Hit, ...]:
        scored = self._name_hits(searcher, found)
        best: _BestPassages = {}
        if not is_sorted_by_date(query):
            if query.passages_per_document and query.offset < RERANKED_DOCUMENTS:
                head = [id_ for _, id_ in scored[:RERANKED_DOCUMENTS]]
                best = self._find_best_passages(searcher, head, query, _FETCHED_PER_DOCUMENT * len(head))
                scored = self._rerank_head(searcher, found, scored, best, query)
            scored = scored[query.offset : query.offset + query.limit]
        if query.passages_per_document:
            lacking = [id_ for _, id_ in scored if id_ not in best]
            best |= self._find_best_passages(searcher, lacking, query, _FETCHED_PER_DOCUMENT * len(lacking))
        return tuple(
            Hit(id_, score, tuple(ordinal for _, ordinal in best.get(id_, ())[: query.passages_per_document]))
            for score, id_ in scored
        )

    def _name_hits(self, searcher: tantivy.Searcher, found: tantivy.SearchResult) -> list[tuple[float, str]]:
        """Return the scores of what was found with the documents' ids."""
        keys = searcher.fast_field_values("key", [address for _, address in found.hits])
        named = []
        for (score, address), column in zip(found.hits, keys, strict=True):
            # A stored text is unpacked with its neighbours: each document is named so once, and by its key afterwards.
            id_ = self._ids_by_key.get(key := int(column or 0)) or str(searcher.doc(address).get_first("id"))
            if key and len(self._ids_by_key) < _MAX_KNOWN_IDS:
                self._ids_by_key[key] = id_
            named.append((score, id_))
        return named

    def _rerank_head(
        self,
        searcher: tantivy.Searcher,
        found: tantivy.SearchResult,
        scored: list[tuple[float, str]],
        best: _BestPassages,
        query: Query,
    ) -> list[tuple[float, str]]:
        """Return scores and ids, the head of the list reranked by each document's text and best passage together."""
        addresses = [address for _, address in found.hits[:RERANKED_DOCUMENTS]]
        days, gathered = (searcher.fast_field_values(name, addresses) for name in ("date", "gathered"))
        head = []
        for (score, id_), day, is_gathered in zip(scored[:RERANKED_DOCUMENTS], days, gathered, strict=True):
            whole = score + PASSAGE_WEIGHT * (best[id_][0][0] if id_ in best else 0.0)
            head.append((boost_score(whole, id_, int(day or 0), has_event=bool(is_gathered), boost=query.boost), id_))
        return [*sorted(head, key=lambda each: -each[0]), *scored[RERANKED_DOCUMENTS:]]

    def _find_best_passages(
        self, searcher: tantivy.Searcher, ids: Sequence[str], query: Query, limit: int
    ) -> _BestPassages:
        """Return by document the scores and ordinals of its best passages; at most `limit` in all, best first."""
        # Most often none is left to ask for: nothing is translated then.
        wanted = self._translator.translate_for_passages(query.match) if ids else None
        if wanted is None:
            return {}
        close = self._translator.build_proximity_clauses(query.match, PASSAGE_PROXIMITY_FIELDS)
        among = self._filter_query(wanted, PASSAGE, [self._translator.one_of("id", ids)], close)
        hits = searcher.search(among, limit=limit, count=False).hits
        addresses = [address for _, address in hits]
        keys = {document_key(id_): id_ for id_ in ids}
        best: _BestPassages = {}
        columns = (searcher.fast_field_values(name, addresses) for name in ("key", "ordinal"))
        for (score, _), key, ordinal in zip(hits, *columns, strict=True):
            best.setdefault(keys[int(key or 0)], []).append((score, int(ordinal or 0)))
        return best

    def _count(
        self, searcher: tantivy.Searcher, query: Query, filters: dict[Facet | None, tantivy.Query]
    ) -> tuple[int | None, dict[Facet, dict[str, int]]]:
        """Return how many documents match strictly, and numbers of documents by facet and value."""
        if query.strict is not None:
            strict = self._translator.translate_match(query.strict)
            total, counts = self._count_facets(searcher, strict, filters, query.facets)
            if total:
                return total, counts
        none = None if query.strict is None else 0
        if not query.facets:
            return none, {}
        wanted = self._translator.translate_match(query.match)
        return none, self._count_facets(searcher, wanted, filters, query.facets)[1]

    def _count_facets(
        self,
        searcher: tantivy.Searcher,
        wanted: tantivy.Query,
        filters: dict[Facet | None, tantivy.Query],
        counted: frozenset[Facet],
    ) -> tuple[int, dict[Facet, dict[str, int]]]:
        """Return a number of documents, and those by facet and value; those of a facet ignore the selection in it."""
        # One round for all and for facets without selection, and one for each facet that has one.
        held = counted.intersection(self._translator.facets)
        free = [facet for facet in Facet if facet in held and facet not in filters]
        chosen = [facet for facet in filters if facet in held]
        rounds = [(free, filters)]
        rounds += [
            ([facet], {key: each for key, each in filters.items() if key is not facet}) for facet in chosen if facet
        ]
        totals: list[int] = []
        counts: dict[Facet, dict[str, int]] = {facet: {} for facet in counted - held}
        for facets, kept in rounds:
            asked: dict[str, object] = {
                facet.value: {"terms": {"field": facet.value, "size": _MAX_FACET_VALUES}} for facet in facets
            }
            # Every entry has one key: counted here, all documents take no round of their own.
            asked |= {_TOTAL: {"value_count": {"field": "key"}}}
            answer = searcher.aggregate(self._filter_query(wanted, DOCUMENT, kept.values()), asked)
            totals.append(int(answer[_TOTAL]["value"]))
            for facet in facets:
                counts[facet] = {each["key"]: each["doc_count"] for each in answer[facet.value]["buckets"]}
        return totals[0], counts

    def _build_filters(self, query: Query) -> dict[Facet | None, tantivy.Query]:
        """Return the conditions that do not rank: by facet its selection, under None rights and restrictions to ids."""
        allowed = [self._translator.one_of("groups", query.groups)]
        if query.only_among is not None:
            allowed.append(self._translator.one_of("id", query.only_among))
        if query.excluded:
            allowed.append(self._translator.none_of("id", query.excluded))
        filters: dict[Facet | None, tantivy.Query] = {None: all_of(allowed)}
        return filters | {
            facet: self._translator.translate_match(Tagged(facet, values))
            for facet, values in query.selection.items()
            if values
        }

    def _filter_query(
        self, wanted: tantivy.Query, kind: str, filters: Iterable[tantivy.Query], bonus: Iterable[tantivy.Query] = ()
    ) -> tantivy.Query:
        conditions = (without_score(each) for each in (self._translator.term("kind", kind), *filters))
        return with_bonus([wanted, *conditions], bonus)
