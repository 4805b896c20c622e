"""Carrying a plan out in the catalogue. Whoever calls holds the transaction: a crash leaves nothing half done."""

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
    """Writes changes into the catalogue, and what they mean for the documents concerned."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def settle(self, write: Writing, changes: Sequence[Change]) -> None:
        """Carry out the changes that need no reading, all from the state before them: two files may swap names."""
        if not changes:
            return
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
        write.keep_place(_placed(path, trace, id_))
        return id_

    def arrive(self, write: Writing, arrived: Sequence[Arrived]) -> None:
        """Contents have come: keep each, or keep why it could not be read."""
        if not arrived:
            return
        unheard_of = write.unheard_of([_key(arrival) for arrival, _ in arrived])
        # Of two places of one content, the second is a place of the first one's document.
        first = {arrival.trace.digest: arrival for arrival, _ in reversed(arrived)}
        new = {arrival for arrival in first.values() if _key(arrival) in unheard_of and isinstance(arrival, Added)}
        for are_new, together in groupby(arrived, key=lambda each: each[0] in new):
            if are_new:
                self._welcome(write, list(together))
            else:
                for arrival, reading in together:
                    self._follow(write, arrival, reading)

    def _welcome(self, write: Writing, arrived: Sequence[Arrived]) -> None:
        """Contents of which nothing was known, at places of which nothing was: none has to do with another."""
        for _, reading in arrived:
            if isinstance(reading, Failure):
                write.keep_failure(reading)
        contents = {arrival.path: reading for arrival, reading in arrived if isinstance(reading, Content)}
        ids = dict(zip(contents, write.create_each(list(contents.values())), strict=True))
        write.keep_places([_placed(arrival.path, arrival.trace, ids.get(arrival.path)) for arrival, _ in arrived])
        self.describe(write, ids.values(), {id_: contents[path] for path, id_ in ids.items()})

    def _follow(self, write: Writing, arrival: Arrival, reading: Reading) -> None:
        """A content has come where, or as, something was known before."""
        if isinstance(reading, Failure):
            write.keep_failure(reading)
        old = arrival.old if isinstance(arrival, Replaced) else arrival.path
        before = _document_at(write, old)
        alone = before is not None and write.paths([before])[before] == [old]
        if isinstance(reading, Content):
            kept: str | None = self._keep(write, arrival.path, before if alone else None, reading)
        else:
            kept = self._withhold(write, before if alone else None)
        if old != arrival.path:
            write.move_deposit(old, arrival.path)
            write.forget_place(old)
        write.keep_place(_placed(arrival.path, arrival.trace, kept))
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

    def describe(self, write: Writing, ids: Iterable[str | None], read: Mapping[str, Content] | None = None) -> None:
        """Say anew what these documents are, of those that live and lie somewhere; some have just been `read`."""
        paths = write.lying([id_ for id_ in dict.fromkeys(ids) if id_ is not None])
        contents = dict(read or {})
        if unread := [id_ for id_ in paths if id_ not in contents]:
            contents |= write.contents(unread)
        if not paths:
            return
        described = {id_: self._rules.tagger.describe(lying, contents[id_]) for id_, lying in paths.items()}
        write.describe_each(described)
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
