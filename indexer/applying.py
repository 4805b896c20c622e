"""Carrying a plan out: the catalogue first, in one transaction a content, so that a crash leaves nothing half done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.catalogue import Content, Failure, Place
from indexer.plan import Added, Changed, Moved, Removed, Touched

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from index.catalogue import Catalogue, Writing
    from indexer.plan import Change, Trace
    from indexer.tagging import Tagger

Reading = Content | Failure
"""What became of a content: read, or not, and why."""

Arrival = Added | Changed
"""A change that brings a content."""


class Scribe:
    """Writes changes into the catalogue, and what they mean for the documents concerned."""

    def __init__(self, catalogue: Catalogue, tagger: Tagger) -> None:
        self._catalogue = catalogue
        self._tagger = tagger

    def settle(self, changes: Sequence[Change]) -> None:
        """Carry out the changes that need no reading."""
        with self._catalogue.writing() as write:
            for change in changes:
                match change:
                    case Moved(old, path, trace):
                        id_ = _document_at(write, old)
                        write.move_place(old, path)
                        _place(write, path, trace, id_)
                        self._describe(write, id_)
                    case Touched(path, trace):
                        _place(write, path, trace, _document_at(write, path))
                    case Removed(path):
                        id_ = _document_at(write, path)
                        write.forget_place(path)
                        self._describe(write, id_)

    def arrive(self, arrivals: Iterable[Arrival], reading: Reading) -> None:
        """A content has come at one place or several: keep it, or keep why it could not be read."""
        with self._catalogue.writing() as write:
            if isinstance(reading, Failure):
                write.keep_failure(reading)
            for arrival in arrivals:
                before = _document_at(write, arrival.path)
                if isinstance(reading, Failure):
                    self._fail(write, arrival, before)
                else:
                    self._keep(write, arrival, before, reading)

    def holds(self, digest: str) -> Content | None:
        """A content that a document, living or removed, already has: it need not be read again."""
        with self._catalogue.writing() as write:
            id_ = write.document_of(digest)
            return write.content(id_) if id_ else None

    def describe_all(self) -> None:
        """Describe every living document anew: the rules or the vocabulary have changed."""
        for id_ in self._catalogue.ids():
            with self._catalogue.writing() as write:
                self._describe(write, id_)

    def _fail(self, write: Writing, arrival: Arrival, before: str | None) -> None:
        """The place keeps its document's identity for the day it can be read again, unless another place holds it."""
        shared = before is not None and len(write.document(before).paths) > 1
        kept = None if shared else before
        _place(write, arrival.path, arrival.trace, kept)
        if kept:
            write.withdraw(kept)
        self._describe(write, before if shared else None)

    def _keep(self, write: Writing, arrival: Arrival, before: str | None, content: Content) -> None:
        holder = write.document_of(content.digest)
        alone = before is not None and write.document(before).paths == (arrival.path,)
        if before is not None and alone and (holder is None or write.is_removed(holder)):
            # A new version at the same place keeps the document's identity.
            write.replace_content(before, content)
            kept = before
        elif holder is None:
            kept = write.create(content)
        else:
            write.restore(holder)
            kept = holder
        _place(write, arrival.path, arrival.trace, kept)
        self._describe(write, kept)
        if before != kept:
            self._describe(write, before)

    def _describe(self, write: Writing, document_id: str | None) -> None:
        if document_id is None or write.is_removed(document_id):
            return
        document, content = write.document(document_id), write.content(document_id)
        write.describe(
            document_id,
            self._tagger.describe(document.paths, content.format, content.own_title, content.created, content.passages),
        )
        write.check(document_id, content)


def _document_at(write: Writing, path: str) -> str | None:
    place = write.place(path)
    return place.document_id if place else None


def _place(write: Writing, path: str, trace: Trace, document_id: str | None) -> None:
    write.keep_place(Place(path, trace.size, trace.mtime_ns, trace.digest, document_id))
