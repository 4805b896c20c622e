"""Carrying a plan out in the catalogue. Whoever calls holds the transaction: a crash leaves nothing half done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.catalogue import Content, Failure, Place
from indexer.plan import Copied, Moved, Removed, Replaced, Restored, Touched

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from index.catalogue import Writing
    from indexer.plan import Arrival, Change, Trace
    from indexer.reading import Reading
    from indexer.rules import Rules


class Scribe:
    """Writes changes into the catalogue, and what they mean for the documents concerned."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def settle(self, write: Writing, changes: Sequence[Change]) -> None:
        """Carry out the changes that need no reading, all from the state before them: two files may swap names."""
        before = {path: _document_at(write, path) for change in changes for path in _paths(change)}
        after = {change.path for change in changes if not isinstance(change, Removed)}
        for change in changes:
            if isinstance(change, Moved):
                write.move_deposit(change.old, change.path)
        for path in _left(changes):
            if path not in after:
                write.forget_place(path)
        written = [self._settle(write, change, before) for change in changes]
        self.describe(write, [*before.values(), *written])

    def _settle(self, write: Writing, change: Change, before: Mapping[str, str | None]) -> str | None:
        """Write the place that a change leads to; gives its document."""
        match change:
            case Touched(path, trace):
                id_ = before[path]
            case Moved(old, path, trace):
                id_ = before[old]
            case Copied(old, path, trace):
                id_ = before[old]
                # Where the content cannot be read, the copy has no part in the identity kept for the day it can.
                id_ = None if id_ and write.is_removed(id_) else id_
            case Restored(path, trace):
                id_ = write.document_of(trace.digest)
                if id_:
                    write.restore(id_)
            case _:
                return None
        _place(write, path, trace, id_)
        return id_

    def arrive(self, write: Writing, arrivals: Iterable[Arrival], reading: Reading) -> None:
        """A content has come at one place or several: keep it, or keep why it could not be read."""
        if isinstance(reading, Failure):
            write.keep_failure(reading)
        for arrival in arrivals:
            old = arrival.old if isinstance(arrival, Replaced) else arrival.path
            before = _document_at(write, old)
            alone = before is not None and write.document(before).paths == (old,)
            if isinstance(reading, Content):
                kept: str | None = self._keep(write, arrival.path, before if alone else None, reading)
            else:
                kept = self._withhold(write, before if alone else None)
            if old != arrival.path:
                write.move_deposit(old, arrival.path)
                write.forget_place(old)
            _place(write, arrival.path, arrival.trace, kept)
            self.describe(write, [kept, before])

    def _keep(self, write: Writing, path: str, own: str | None, content: Content) -> str:
        """The document of a content: which has it, else which it replaces, else which had it once, else a new one."""
        if holder := write.document_of(content.digest):
            write.restore(holder)
            return holder
        former = own or write.document_that_had(content.digest) or write.predecessor(path)
        if former is None:
            return write.create(content)
        write.replace_content(former, content)
        return former

    def _withhold(self, write: Writing, own: str | None) -> str | None:
        """A document whose new version cannot be read is found no more; its identity is kept for the day it can."""
        if own:
            write.withdraw(own)
        return own

    def describe(self, write: Writing, ids: Iterable[str | None]) -> None:
        """Say anew what these documents are, of those that live and lie somewhere."""
        for id_ in dict.fromkeys(ids):
            if id_ is None or write.is_removed(id_):
                continue
            if paths := write.document(id_).paths:
                content = write.content(id_)
                write.describe(id_, self._rules.tagger.describe(paths, content))
                write.check(id_, content)


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


def _place(write: Writing, path: str, trace: Trace, document_id: str | None) -> None:
    write.keep_place(Place(path, trace.size, trace.mtime_ns, trace.digest, document_id, trace.ctime_ns))
