"""Whoosh, the engine in pure Python: slower than Tantivy, and at home wherever Python is.

An index is a folder of segments; each commit names those that it is made of, and readers follow the commits.
"""

from __future__ import annotations

import struct
import threading
import time
from collections import Counter, defaultdict
from contextlib import closing
from itertools import chain
from typing import TYPE_CHECKING, Any

from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import FileStorage
from whoosh.index import EmptyIndexError, FileIndex, LockError
from whoosh.index import IndexError as WhooshIndexError
from whoosh.reading import SegmentReader

from index.engines import protocol
from index.engines.protocol import Results
from index.engines.whoosh.commits import Parts
from index.engines.whoosh.fields import entry, schema
from index.engines.whoosh.hits import hits
from index.engines.whoosh.whoosh_entries import Documents
from index.engines.whoosh.whoosh_queries import Finder
from index.model import ExplainedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from index.engines.protocol import IndexedDocument, Query
    from index.engines.whoosh.commits import Commit
    from index.model import Facet

SCHEMA_VERSION = 3
"""Raised whenever the fields, or what they hold, change: an index of another version must be rebuilt."""

BROKEN = (
    WhooshIndexError,
    OSError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    EOFError,
    ImportError,
    struct.error,
)
"""What Whoosh raises on an index that it cannot read: it unpacks what it finds as if it were its own."""

_NAME = "ruche"

_BUFFER = 64
"""Megabytes of postings sorted in memory, as Whoosh reckons them; what is beyond goes through the disk."""

_TRIES = 20
"""Times to open a commit: its files may go, for a newer one, between its being named and its being opened."""

_LARGE = 128
"""Documents of a segment that is worth its files: smaller ones mostly repeat each other's words."""

_FEW, _MANY = 4, 8
"""Small and large segments of about one size that make one: each document is written again once for each such step."""

_MOST_DELETED = 1 / 3
"""The share of deleted documents from which a segment is written again without them, lest the disk fill up."""


def open_index(folder: Path) -> WhooshEngine:
    """The index of a folder, created when absent."""
    folder.mkdir(parents=True, exist_ok=True)
    storage, ours = FileStorage(str(folder)), schema()
    try:
        # Told our fields, Whoosh does not load those that an index has kept: they name classes, which may have moved.
        return WhooshEngine(FileIndex(storage, ours, _NAME))
    except EmptyIndexError:
        return WhooshEngine(FileIndex.create(storage, ours, _NAME))


class WhooshEngine:
    """An index in a folder, opened for writing only while it writes."""

    def __init__(self, index: Any) -> None:
        self._index = index
        self._parts = Parts(index.storage, schema())
        self._documents: Documents | None = None
        # Whoosh's readers move one cursor through their file; threads would not go faster side by side in any case.
        self._lock = threading.Lock()

    def write(self, *, put: Iterable[IndexedDocument] = (), drop: Iterable[str] = ()) -> None:
        """Replace and remove documents, whole, in one commit."""
        documents = {document.id: document for document in put}
        try:
            writer = self._index.writer(timeout=protocol.WRITER_WAIT_SECONDS, codec=_codec(), limitmb=_BUFFER)
        except LockError as error:
            raise protocol.IndexBusyError from error
        # Cancels by itself when a document cannot be written, so that searches see all of it or nothing.
        with writer:
            writer.mergetype = _merged
            with self._lock:
                numbers = self._latest().commit.numbers
            for number in {numbers[id_] for id_ in (*drop, *documents) if id_ in numbers}:
                writer.delete_document(number)
            for document in documents.values():
                writer.add_document(**entry(document))

    def search(self, query: Query) -> Results:
        """Rank and count documents, then find the best passages of those shown."""
        with self._lock:
            documents = self._latest()
            commit = documents.commit
            allowed = self._allowed(commit, query)
            chosen = _chosen(commit, query)
            found = allowed.intersection(*chosen.values())
            return Results(
                total=len(found),
                hits=hits(documents, found, query),
                facet_counts={facet: _counts(commit, allowed, chosen, facet) for facet in query.facets},
            )

    def find_matching_ids(self, query: Query) -> frozenset[str]:
        """Which of `query.among` match."""
        with self._lock:
            commit = self._latest().commit
            found = self._allowed(commit, query).intersection(*_chosen(commit, query).values())
            return frozenset(commit.ids[number] for number in found) if query.only_among else frozenset()

    def word_frequencies(self, start: str = "", groups: frozenset[str] | None = None) -> Mapping[str, int]:
        """Words as written, with the documents that hold them."""
        with self._lock:
            commit = self._latest().commit
            return commit.written(start, commit.live if groups is None else commit.visible(groups))

    def has_word(self, word: str, groups: frozenset[str]) -> bool:
        """Whether a document that these groups may see holds a word so written."""
        return word in self.word_frequencies(word, groups)

    def document_ids(self) -> frozenset[str]:
        """The documents that the index holds."""
        with self._lock:
            return frozenset(self._latest().commit.numbers)

    def count_passages(self, among: frozenset[str] | None = None) -> int:
        """How many passages the index holds."""
        with self._lock:
            commit = self._latest().commit
            numbers = commit.live if among is None else (commit.numbers[id_] for id_ in among if id_ in commit.numbers)
            return sum(map(commit.passages, numbers))

    def close(self) -> None:
        """Give back all files."""
        with self._lock:
            self._documents = None
            self._parts.close()

    def _latest(self) -> Documents:
        """The documents of the last commit; the caller holds the lock."""
        for _ in range(_TRIES):
            generation = self._index.latest_generation()
            if self._documents is not None and self._documents.commit.generation == generation:
                return self._documents
            try:
                self._documents = Documents(self._parts.latest(_NAME))
            except (FileNotFoundError, EmptyIndexError):
                time.sleep(0.05)
        raise ExplainedError("L’index change sans cesse : réessayez dans un instant.")

    def _allowed(self, commit: Commit, query: Query) -> frozenset[int]:
        """The documents that match and that the asker may see, whatever their facets."""
        visible = commit.visible(query.groups)
        if query.only_among is not None:
            visible &= {commit.numbers[id_] for id_ in query.only_among if id_ in commit.numbers}
        visible -= {commit.numbers[id_] for id_ in query.excluded if id_ in commit.numbers}
        return visible & Finder(commit).documents(query.match) if visible else visible


def _codec() -> W3Codec:
    """Whoosh's own, told that no field has lengths: it would look for them once a posting, on disk."""
    codec = W3Codec()
    codec.length_stats = False
    return codec


def _chosen(commit: Commit, query: Query) -> dict[Facet, frozenset[int]]:
    """By facet with a selection, the documents that have one of its values."""
    return {facet: commit.tagged(facet, values) for facet, values in query.selection.items() if values}


def _counts(
    commit: Commit, allowed: frozenset[int], chosen: Mapping[Facet, frozenset[int]], facet: Facet
) -> Mapping[str, int]:
    """A facet's values with their documents; the facet's own selection does not count."""
    numbers = allowed.intersection(*(kept for each, kept in chosen.items() if each is not facet))
    return dict(Counter(chain.from_iterable(map(commit.values(facet).__getitem__, numbers))))


def _merged(writer: Any, segments: Sequence[Any]) -> list[Any]:
    """Write some segments again into the one being written, and give the others: what Whoosh calls a merge policy."""
    sizes = defaultdict(list)
    for segment in segments:
        sizes[_size(segment.doc_count())].append(segment)
    full = [segment for (_, most), alike in sizes.items() if len(alike) >= most for segment in alike]
    wasted = [each for each in segments if each.deleted_count() > _MOST_DELETED * each.doc_count_all()]
    kept = [segment for segment in segments if segment not in full and segment not in wasted]
    for segment in segments:
        if segment not in kept:
            with closing(SegmentReader(writer.storage, writer.schema, segment)) as reader:
                writer.add_reader(reader)
    return kept


def _size(documents: int) -> tuple[int, int]:
    """A size, about four or eight times the one below, and how many segments of it are merged."""
    bits = documents.bit_length()
    return (bits // 2, _FEW) if documents < _LARGE else (bits // 3, _MANY)
