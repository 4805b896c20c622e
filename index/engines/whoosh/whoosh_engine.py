"""Whoosh, the engine in pure Python: slower than Tantivy, and at home wherever Python is.

A document is one entry with its whole text, and an entry for each passage, as in Tantivy's index. Whoosh stores, merges
and ranks them.
"""

from __future__ import annotations

import struct
import threading
from collections import Counter
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whoosh import query as whoosh_query
from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import FileStorage
from whoosh.index import EmptyIndexError, FileIndex, LockError, exists_in
from whoosh.index import IndexError as WhooshIndexError
from whoosh.sorting import Count, FieldFacet

from index.engines import protocol
from index.engines.protocol import Hit, Results, UnreadableIndexError
from index.engines.ranking import (
    DOCUMENT_PROXIMITY_FIELDS,
    PASSAGE_PROXIMITY_FIELDS,
    PASSAGE_WEIGHT,
    RERANKED_DOCUMENTS,
    TEXT_FIELDS,
    boost_score,
    is_sorted_by_date,
)
from index.engines.whoosh.whoosh_queries import (
    add_proximity,
    add_wishes,
    one_of,
    translate_for_documents,
    translate_for_passages,
    translate_match,
)
from index.engines.whoosh.whoosh_schema import DOCUMENT, build_document, build_passages, build_schema
from index.query import Tagged
from index.text import analyse_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from index.engines.protocol import IndexedDocument, Query, ScoreBoost
    from index.model import Facet
    from index.query import Match

SCHEMA_VERSION = 4
"""Increase it whenever the fields or their contents change: an index of another version must be rebuilt."""

BROKEN = (
    WhooshIndexError,
    OSError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    EOFError,
    struct.error,
)
"""What Whoosh raises on an index that it cannot read: it unpacks what it finds as if it were its own."""

_NAME = "ruche"

# The share of deleted entries from which all segments are written again without them: Whoosh merges small segments
# only, and would keep what is deleted from large ones for ever.
_MAX_DELETED = 1 / 3

# One group for all facets: Whoosh reads what a document has of them once.
_FACETS = {"facets": FieldFacet("facets", allow_overlap=True, maptype=Count)}

_Scored = tuple[float, int]
"""A score, and the number of a document or the ordinal of a passage."""

_BestPassages = dict[int, list[_Scored]]


def has_index(folder: Path) -> bool:
    """Whether the folder holds an index, rather than one to be created."""
    return folder.is_dir() and bool(exists_in(str(folder), _NAME))


def open_index(folder: Path) -> WhooshEngine:
    """Open the index of a folder, created if it is absent. Raises UnreadableIndexError where it has other fields."""
    folder.mkdir(parents=True, exist_ok=True)
    storage, schema = FileStorage(str(folder)), build_schema()
    try:
        # With our fields, not those that are pickled in the index, whose classes may be gone.
        index = FileIndex(storage, schema, _NAME)
    except EmptyIndexError:
        index = FileIndex.create(storage, schema, _NAME)
    with closing(index.reader()) as reader:
        if others := set(reader.indexed_field_names()).difference(schema.names()):
            raise UnreadableIndexError(f"the index has other fields: {', '.join(sorted(others))}")
    return WhooshEngine(index)


class WhooshEngine:
    """An index in a folder, locked for writing only while it writes."""

    def __init__(self, index: FileIndex) -> None:
        self._index = index
        self._folder = Path(index.storage.folder)
        self._searcher = index.searcher()
        # Whoosh's readers move one cursor through their file; threads would not go faster side by side in any case.
        self._lock = threading.Lock()

    def write(self, *, put: Iterable[IndexedDocument] = (), drop: Iterable[str] = ()) -> None:
        """Replace and remove documents with all their passages, in one commit."""
        try:
            writer = self._index.writer(timeout=protocol.WRITER_WAIT_SECONDS, codec=_build_codec())
        except LockError as error:
            raise protocol.IndexBusyError from error
        try:
            self._fill(writer, put, drop)
            writer.commit()
        finally:
            if not writer.is_closed:
                writer.cancel()

    def _fill(self, writer: Any, put: Iterable[IndexedDocument], drop: Iterable[str]) -> None:
        # A document that comes twice is kept as it came last.
        documents = {document.id: document for document in put}
        with self._lock:
            searcher = self._current_searcher()
            old = whoosh_query.Or([one_of(field, {*drop, *documents}) for field in ("id", "document")])
            for number in searcher.docs_for_query(old):
                writer.delete_document(number)
        # All documents before all passages: a search for documents has no need to walk through what lies between them.
        for document in documents.values():
            writer.add_document(**build_document(document))
        for document in documents.values():
            for passage in build_passages(document):
                writer.add_document(**passage)
        held = sum(segment.doc_count_all() for segment in writer.segments)
        writer.optimize = writer.deleted_count() > _MAX_DELETED * held

    def search(self, query: Query) -> Results:
        """Rank and count documents, then find the best passages of those shown."""
        wanted, filters = translate_match(query.match), _build_filters(query)
        ranked = add_proximity(translate_for_documents(query.match), query.match, DOCUMENT_PROXIMITY_FIELDS)
        ranked = add_wishes(ranked, query.wishes)
        by_date = FieldFacet("date", reverse=True) if is_sorted_by_date(query) else None
        with self._lock:
            searcher = self._current_searcher()
            # Whoosh cannot group by the column of an index whose documents are all gone.
            if not searcher.doc_count():
                return Results(0, (), {facet: {} for facet in query.facets}, None if query.strict is None else 0)
            groups = _FACETS if query.facets else None
            complete = None
            if query.strict is not None:
                strict = translate_match(query.strict)
                all_held = whoosh_query.And([strict, *filters.values()])
                counted = searcher.search(all_held, limit=None, scored=False, groupedby=groups)
                complete = len(counted.docs())
            found = searcher.search(
                whoosh_query.And([ranked, *filters.values()]),
                limit=None,
                sortedby=by_date,
                groupedby=None if complete else groups,
            )
            if not complete:
                strict, counted = wanted, found
            return Results(
                total=len(found.docs()),
                hits=_build_hits(searcher, found.top_n, query),
                facet_counts=_count_facets(searcher, counted, strict, filters, query.facets),
                complete=complete,
            )

    def find_matching_ids(self, query: Query) -> frozenset[str]:
        """Return those of `query.only_among` that match."""
        if not query.only_among:
            return frozenset()
        matching = whoosh_query.And([translate_match(query.match), *_build_filters(query).values()])
        with self._lock:
            searcher = self._current_searcher()
            return frozenset(searcher.stored_fields(number)["id"] for number in searcher.docs_for_query(matching))

    def find_matching_parts(
        self, parts: Sequence[Match], ids: frozenset[str], groups: frozenset[str]
    ) -> Mapping[str, frozenset[int]]:
        """Return by id the positions of the parts that match it."""
        found: dict[str, set[int]] = {id_: set() for id_ in ids}
        for place, part in enumerate(parts):
            for id_ in self.find_matching_ids(protocol.Query(part, groups, only_among=ids)):
                found[id_].add(place)
        return {id_: frozenset(places) for id_, places in found.items()}

    def word_frequencies(self, start: str = "", groups: frozenset[str] | None = None) -> Mapping[str, int]:
        """Return the words that begin with `start`, and how many documents hold each."""
        among = one_of("kind", [DOCUMENT]) if groups is None else one_of("groups", groups)
        with self._lock:
            # Counted once other threads may search.
            texts = list(_read_written_words(self._current_searcher(), among))
        words = Counter(chain.from_iterable(text.decode().split() for text in texts))
        return {word: documents for word, documents in words.items() if word.startswith(start)}

    def has_word(self, word: str, groups: frozenset[str]) -> bool:
        """Whether a document that these groups may see holds this word."""
        exact = [analyse_word(word).exact]
        alike = whoosh_query.Or([one_of(f"{text}_exact", exact) for text in TEXT_FIELDS])
        with self._lock:
            texts = _read_written_words(self._current_searcher(), whoosh_query.And([alike, one_of("groups", groups)]))
            return any(word.encode() in text.split() for text in texts)

    def document_ids(self) -> frozenset[str]:
        """Return the ids of all documents in the index."""
        with self._lock:
            searcher = self._current_searcher()
            numbers = searcher.docs_for_query(one_of("kind", [DOCUMENT]))
            return frozenset(searcher.stored_fields(number)["id"] for number in numbers)

    def count_passages(self, among: frozenset[str] | None = None) -> int:
        """Return how many passages the index holds, of these documents or of all."""
        with self._lock:
            searcher = self._current_searcher()
            if among is None:
                return int(searcher.doc_count()) - sum(1 for _ in searcher.docs_for_query(one_of("kind", [DOCUMENT])))
            return sum(1 for _ in searcher.docs_for_query(one_of("document", among)))

    def close(self) -> None:
        """Close all files."""
        with self._lock:
            self._searcher.close()

    def _current_searcher(self) -> Any:
        """Return what searches the last commit; the caller holds the lock."""
        try:
            if self._searcher.up_to_date():
                return self._searcher
            # Whoosh's `refresh` closes the former one first: if the new one cannot be opened, none is left.
            newer = self._index.searcher()
        except (FileNotFoundError, EmptyIndexError) as error:
            if self._folder.is_dir():
                raise UnreadableIndexError(str(error)) from error
            # The generation was removed: a search under way goes on in the files that are open.
            return self._searcher
        self._searcher.close()
        self._searcher = newer
        return newer


def _build_codec() -> W3Codec:
    codec = W3Codec()
    # Of no use where all that matches is ranked, and looked for on disk once for each word of each entry.
    codec.length_stats = False
    return codec


def _build_filters(query: Query) -> dict[Facet | None, whoosh_query.Query]:
    """Return the conditions that do not rank: by facet its selection, under None rights and restrictions to ids."""
    allowed = one_of("groups", query.groups)
    if query.only_among is not None:
        allowed = whoosh_query.And([allowed, one_of("id", query.only_among)])
    if query.excluded:
        allowed = whoosh_query.AndNot(allowed, one_of("id", query.excluded))
    return {None: allowed} | {
        facet: translate_match(Tagged(facet, values)) for facet, values in query.selection.items() if values
    }


def _read_written_words(searcher: Any, among: whoosh_query.Query) -> Iterator[bytes]:
    """Yield the words, as they are written and between spaces, of each document that a query finds."""
    column = None
    for number in searcher.docs_for_query(among):
        # An index without documents has no column.
        column = column or searcher.reader().column_reader("written", translate=False)
        yield column[number]


def _count_facets(
    searcher: Any,
    found: Any,
    wanted: whoosh_query.Query,
    filters: Mapping[Facet | None, whoosh_query.Query],
    counted: frozenset[Facet],
) -> dict[Facet, dict[str, int]]:
    """Return numbers of documents by facet and value; those of a facet ignore the selection in it."""
    counts: dict[Facet, dict[str, int]] = {}
    # One round for all facets without selection, and one for each facet that has one.
    for facet in counted:
        if facet in filters:
            kept = [query for name, query in filters.items() if name is not facet]
            answer = searcher.search(whoosh_query.And([wanted, *kept]), limit=None, scored=False, groupedby=_FACETS)
        else:
            answer = found
        held = answer.groups("facets").items()
        counts[facet] = {value: documents for (name, value), documents in held if name == facet.value}
    return counts


def _build_hits(searcher: Any, ranked: Sequence[_Scored], query: Query) -> tuple[Hit, ...]:
    """Return the page of hits that a query asks for, of all documents found in their order."""
    by_date, best = is_sorted_by_date(query), _BestPassages()
    if query.passages_per_document and query.offset < RERANKED_DOCUMENTS and not by_date:
        head = ranked[:RERANKED_DOCUMENTS]
        best = _find_best_passages(searcher, [number for _, number in head], query)
        ranked = [*_rerank(searcher, head, best, query.boost), *ranked[RERANKED_DOCUMENTS:]]
    shown = ranked[query.offset : query.offset + query.limit]
    if query.passages_per_document:
        best |= _find_best_passages(searcher, [number for _, number in shown if number not in best], query)
    hits = []
    for score, number in shown:
        stored = searcher.stored_fields(number)
        ordinals = tuple(ordinal for _, ordinal in best.get(number, ())[: query.passages_per_document])
        hits.append(Hit(stored["id"], float(stored["date"]) if by_date else score, ordinals))
    return tuple(hits)


def _rerank(searcher: Any, head: Iterable[_Scored], best: _BestPassages, boost: ScoreBoost | None) -> list[_Scored]:
    """Return documents ordered by their text and best passage together, with what recent ones and events gain."""
    reranked = []
    for score, number in head:
        stored = searcher.stored_fields(number)
        whole = score + PASSAGE_WEIGHT * (best[number][0][0] if number in best else 0.0)
        reranked.append(
            (boost_score(whole, stored["id"], stored["date"], has_event=stored["gathered"], boost=boost), number)
        )
    return sorted(reranked, key=lambda each: -each[0])


def _find_best_passages(searcher: Any, numbers: Sequence[int], query: Query) -> _BestPassages:
    """Return by document the scores and ordinals of its passages that match, best first."""
    asked = translate_for_passages(query.match)
    if asked is None or not numbers:
        return {}
    by_id = {searcher.stored_fields(number)["id"]: number for number in numbers}
    wanted = add_proximity(asked, query.match, PASSAGE_PROXIMITY_FIELDS)
    best: _BestPassages = {}
    for score, passage in searcher.search(whoosh_query.And([wanted, one_of("document", by_id)]), limit=None).top_n:
        stored = searcher.stored_fields(passage)
        best.setdefault(by_id[stored["document"]], []).append((score, stored["ordinal"]))
    return best
