"""One segment of a Whoosh index: what its columns and its postings hold."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from whoosh.matching import NullMatcher
from whoosh.reading import SegmentReader, TermNotFound

from index.engines.whoosh.fields import About

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Part:
    """A segment. Whoosh never changes one, so that what was read of it stays true; only its deletions grow."""

    def __init__(self, storage: Any, schema: Any, segment: Any) -> None:
        self._reader = SegmentReader(storage, schema, segment)
        self.size: int = segment.doc_count_all()

    @cached_property
    def ids(self) -> list[str]:
        """The documents' ids, by number."""
        return [bytes(each).decode() for each in self._column("id")]

    @cached_property
    def about(self) -> list[About]:
        """What is kept of the documents, by number."""
        return [About(*each) for each in self._column("about")]

    def values(self, field: str, word: str) -> Iterator[tuple[int, bytes]]:
        """Each document that holds a word, with what its posting tells."""
        matcher = self._matcher(field, word)
        while matcher.is_active():
            yield matcher.id(), matcher.value()
            matcher.next()

    def lexicon(self, field: str, start: str) -> Iterator[str]:
        """The words of a field that begin so."""
        return (word.decode() for word in self._reader.expand_prefix(field, start))

    @cached_property
    def holders(self) -> Counter[bytes]:
        """By word as written, the number of documents that hold it."""
        return Counter(chain.from_iterable(self.written(range(self.size))))

    def written(self, numbers: Iterable[int]) -> Iterator[list[bytes]]:
        """The words as written of some documents."""
        column = self._column("written")
        return (column[number].split() for number in numbers)

    def close(self) -> None:
        """Give back the segment's file."""
        self._reader.close()

    def _matcher(self, field: str, word: str) -> Any:
        try:
            return self._reader.postings(field, word)
        except TermNotFound:
            return NullMatcher()

    def _column(self, name: str) -> Any:
        return self._reader.column_reader(name, translate=False)
