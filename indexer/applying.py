"""Writes a plan into the catalogue. The caller holds the transaction, so that a crash leaves nothing half done."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from index.catalogue import Content, Failure, Place
from indexer.plan import Added, Copied, Moved, Removed, Replaced, Restored, Touched

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from index.catalogue import Writing
    from indexer.plan import Arrival, Change, Trace
    from indexer.reading import Reading
    from indexer.rules import Rules

    Arrived = tuple[Arrival, Reading]
    """A content that has come to a place, and what reading it gave."""


class Scribe:
    """Writes changes into the catalogue, with what they mean for the documents concerned."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def settle(self, write: Writing, changes: Sequence[Change]) -> None:
        """Write the changes that need no reading, all from the state before them: two files may swap names."""
        if not changes:
            return
        # Read before anything is written: a path may be the origin of one change and the target of another.
        before = {path: _document_at(write, path) for change in changes for path in _paths(change)}
        after = {change.path for change in changes if not isinstance(change, Removed)}
        for change in changes:
            if isinstance(change, Moved):
                # What an animator said of a deposit follows its file to the new path.
                write.move_deposit(change.old, change.path)
        # Vacated paths go first; a document without location is removed only when the transaction ends.
        for path in _left(changes):
            if path not in after:
                write.forget_place(path)
        written = [self._settle(write, change, before) for change in changes]
        self.describe(write, [*before.values(), *written])

    def _settle(self, write: Writing, change: Change, before: Mapping[str, str | None]) -> str | None:
        """Write the location to which a change leads; gives its document."""
        match change:
            case Touched(path, trace):
                id_ = before[path]
            case Moved(old, path, trace):
                id_ = before[old]
            case Copied(old, path, trace):
                id_ = before[old]
                # A removed document waits here until its content can be read: a copy is no location of it.
                id_ = None if id_ and write.is_removed(id_) else id_
            case Restored(path, trace):
                id_ = write.document_of(trace.digest)
                if id_:
                    write.restore(id_)
            case _:
                return None
        write.keep_place(_placed(path, trace, id_))
        return id_

    def arrive(self, write: Writing, arrived: Sequence[Arrived]) -> None:
        """Write contents that were read, or why they could not be."""
        if not arrived:
            return
        # What has no past is written together, with as many statements for thirty contents as for one.
        unheard_of = write.unheard_of([_key(arrival) for arrival, _ in arrived])
        # When two files bring one content, the first makes the document and the second is another location of it.
        first = {arrival.trace.digest: arrival for arrival, _ in reversed(arrived)}
        new = {arrival for arrival in first.values() if _key(arrival) in unheard_of and isinstance(arrival, Added)}
        # What has a past is written one at a time and in order, for each may change what is known of the next.
        for are_new, together in groupby(arrived, key=lambda each: each[0] in new):
            if are_new:
                self._welcome(write, list(together))
            else:
                for arrival, reading in together:
                    self._follow(write, arrival, reading)

    def _welcome(self, write: Writing, arrived: Sequence[Arrived]) -> None:
        """Write contents of which nothing was known, at paths of which nothing was known: none concerns another."""
        for _, reading in arrived:
            if isinstance(reading, Failure):
                write.keep_failure(reading)
        contents = {arrival.path: reading for arrival, reading in arrived if isinstance(reading, Content)}
        ids = dict(zip(contents, write.create_each(list(contents.values())), strict=True))
        write.keep_places([_placed(arrival.path, arrival.trace, ids.get(arrival.path)) for arrival, _ in arrived])
        self.describe(write, ids.values(), {id_: contents[path] for path, id_ in ids.items()})

    def _follow(self, write: Writing, arrival: Arrival, reading: Reading) -> None:
        """Write a content that has come to a known path, or that was known before."""
        if isinstance(reading, Failure):
            write.keep_failure(reading)
        old = arrival.old if isinstance(arrival, Replaced) else arrival.path
        before = _document_at(write, old)
        # A document takes the new content only if no other file still holds its old one.
        alone = before is not None and write.paths([before])[before] == [old]
        if isinstance(reading, Content):
            kept: str | None = self._keep(write, arrival.path, before if alone else None, reading)
        else:
            kept = self._withhold(write, before if alone else None)
        # A new version spelt otherwise: the old spelling is gone.
        if old != arrival.path:
            write.move_deposit(old, arrival.path)
            write.forget_place(old)
        write.keep_place(_placed(arrival.path, arrival.trace, kept))
        self.describe(write, [kept, before])

    def _keep(self, write: Writing, path: str, own: str | None, content: Content) -> str:
        """Give the document of a content: its holder, else the one it replaces, a former holder, or a new one."""
        if holder := write.document_of(content.digest):
            write.restore(holder)
            return holder
        # Some synchronisers delete a file, then write it: what was here less than a day ago is its predecessor.
        former = own or write.document_that_had(content.digest) or write.predecessor(path)
        if former is None:
            return write.create(content)
        write.replace_content(former, content)
        return former

    def _withhold(self, write: Writing, own: str | None) -> str | None:
        """Withdraw a document whose new version cannot be read; it keeps its identity for the day it can."""
        if own:
            write.withdraw(own)
        return own

    def describe(self, write: Writing, ids: Iterable[str | None], read: Mapping[str, Content] | None = None) -> None:
        """Describe these documents anew, if they are findable and have a location.

        `read` holds contents by document that need not be loaded.
        """
        # The same document may be named by several changes of one transaction: it is described once, at the end.
        paths = write.lying([id_ for id_ in dict.fromkeys(ids) if id_ is not None])
        contents = dict(read or {})
        if unread := [id_ for id_ in paths if id_ not in contents]:
            contents |= write.contents(unread)
        if not paths:
            return
        described = {id_: self._rules.tagger.describe(lying, contents[id_]) for id_, lying in paths.items()}
        write.describe_each(described)
        # Personal data is looked for in the same transaction: no text may be found before it was checked.
        write.check_each({id_: contents[id_] for id_ in described})


def _key(arrival: Arrival) -> tuple[str, str]:
    return arrival.path, arrival.trace.digest


def _paths(change: Change) -> tuple[str, ...]:
    return (change.old, change.path) if isinstance(change, Moved | Copied) else (change.path,)


def _left(changes: Iterable[Change]) -> Iterable[str]:
    """Paths that hold nothing any more, unless another change brings something there."""
    for change in changes:
        match change:
            case Moved(old, _, _):
                yield old
            case Removed(path):
                yield path


def _document_at(write: Writing, path: str) -> str | None:
    place = write.place(path)
    return place.document_id if place else None


def _placed(path: str, trace: Trace, document_id: str | None) -> Place:
    return Place(path, trace.size, trace.mtime_ns, trace.digest, document_id, trace.ctime_ns)
