"""The queue of files to read: it outlives a crash, and tells which files were being read when it came."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from index.catalogue.file_records import WHOLE_LIBRARY, Failure, QueuedFile
from index.catalogue.queries import is_in_extent, split_into_chunks
from index.catalogue.tables import DocumentRow, FailureRow, LocationRow, QueueRow
from index.model import FileStat

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from typing import Any

    from sqlalchemy import BindParameter, ColumnElement, Engine, Row, Select

    from index.catalogue.file_records import Extent
    from index.catalogue.writing import WriteContext


_MOST_SIZES = 500
"""Sizes named in one condition; the others come with the next claim."""

_WAITING = select(*QueueRow.__table__.columns)
"""Columns instead of objects, where rows are not changed one by one: following objects is what costs a session most."""


def _select_ready(*wanted: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return _WAITING.where(QueueRow.ready, QueueRow.started.is_(None), *wanted)


_COUNT = select(func.count()).select_from(QueueRow)
_CLAIMABLE = _select_ready().with_only_columns(QueueRow.path).limit(1)
_PATHS: BindParameter[Any] = bindparam("paths", expanding=True)
_AS_CLAIMED = _WAITING.where(QueueRow.path.in_(_PATHS))
_START_READING = (
    update(QueueRow).where(QueueRow.path.in_(_PATHS)).values(started=bindparam("now"), attempts=QueueRow.attempts + 1)
)
_AT = select(QueueRow).where(QueueRow.path.in_(_PATHS))


class QueueReads:
    """What waits to be read, and what could not be."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def find_in_extent(self, extent: Extent = WHOLE_LIBRARY) -> dict[str, QueuedFile]:
        """The files that wait to be read in a part of the library, by path."""
        with Session(self._database) as session:
            rows = session.scalars(select(QueueRow).where(is_in_extent(QueueRow.path, extent)))
            return {row.path: _to_queued_file(row) for row in rows if extent.covers(row.path)}

    def count(self) -> int:
        """How many files wait to be read, those being read included."""
        with Session(self._database) as session:
            return session.scalars(_COUNT).one()

    def has_claimable(self) -> bool:
        """Whether a file is ready that nobody reads."""
        with Session(self._database) as session:
            return session.scalars(_CLAIMABLE).first() is not None

    def find_waiting_sizes(self, sizes: Collection[int]) -> frozenset[int]:
        """Which of these sizes (bytes) are of a file that waits its turn."""
        with Session(self._database) as session:
            rows = _select_ready(QueueRow.attempts == 0).with_only_columns(QueueRow.size).distinct()
            # Intersected here: a queue has few distinct sizes, the sizes asked may be more than a condition takes.
            return frozenset(session.scalars(rows)) & frozenset(sizes)

    def find_failures(self, extractor_version: int, digests: Collection[str] | None = None) -> dict[str, Failure]:
        """Contents, of these or all, that this version of the extractors could not read, by digest."""
        with Session(self._database) as session:
            tried = select(FailureRow).where(FailureRow.extractor_version == extractor_version)
            wanted = (
                [tried]
                if digests is None
                else [tried.where(FailureRow.digest.in_(chunk)) for chunk in split_into_chunks(digests)]
            )
            return {
                row.digest: Failure(row.digest, row.extractor_version, row.reason, row.message, row.advice, row.detail)
                for query in wanted
                for row in session.scalars(query)
            }


class QueueWrites:
    """Writes what waits to be read, and what could not be."""

    def __init__(self, context: WriteContext) -> None:
        self._context, self._session = context, context.session

    def add(self, files: Iterable[QueuedFile]) -> None:
        """Have files wait in their present state; one that waits already keeps its turn."""
        wanted = {each.path: each for each in files}
        known = self._find_rows(wanted)
        for path, row in known.items():
            new = wanted[path]
            if _to_stat(row) != new.stat:
                # Another content: the crashes of the one before say nothing about it.
                row.size, row.mtime_ns, row.ctime_ns = new.stat.size, new.stat.mtime_ns, new.stat.ctime_ns
                row.attempts, row.started = 0, None
            # `since` stays: the file keeps its turn.
            row.ready = new.ready
        if new_rows := [self._to_queue_row(each) for path, each in wanted.items() if path not in known]:
            self._session.execute(insert(QueueRow), new_rows)

    def claim(self, most: int, *, newest: bool = False, sizes: Collection[int] = ()) -> list[QueuedFile]:
        """Take at most so many files that are ready, to read them now: the oldest first, or the newest.

        With `sizes` (bytes), only files of these sizes. Files whose reading was once cut short are left to
        `claim_suspect`.
        """
        order = (QueueRow.since.desc(), QueueRow.path) if newest else (QueueRow.since, QueueRow.path)
        wanted = [QueueRow.attempts == 0]
        if sizes:
            wanted.append(QueueRow.size.in_(list(sizes)[:_MOST_SIZES]))
        return self._start_reading(_select_ready(*wanted).order_by(*order).limit(most))

    def claim_suspect(self) -> QueuedFile | None:
        """Take one file whose reading was once cut short by a crash; None where there is none.

        It is read alone, so that no other file is blamed for the next crash.
        """
        rows = _select_ready(QueueRow.attempts > 0).order_by(QueueRow.attempts, QueueRow.since, QueueRow.path)
        return next(iter(self._start_reading(rows.limit(1))), None)

    def finish(self, files: Iterable[QueuedFile]) -> None:
        """Take files out of the queue that were dealt with, as they were when claimed.

        A file that has changed since goes on waiting.
        """
        done = {each.path: each for each in files}
        rows = [
            row for chunk in split_into_chunks(done) for row in self._session.execute(_AS_CLAIMED, {"paths": chunk})
        ]
        self.remove([row.path for row in rows if _to_stat(row) == done[row.path].stat])

    def hand_back(self, paths: Collection[str]) -> None:
        """Give back files that were claimed and not read, as the indexer stops in good order; no attempt is counted."""
        for row in self._find_rows(paths).values():
            if row.started is not None:
                row.started, row.attempts = None, max(0, row.attempts - 1)

    def release_claims(self) -> int:
        """Make claimable again what an indexer that crashed had claimed; gives how many files."""
        # `attempts` stays: it was raised by the claim, and marks these files as suspects.
        claimed = update(QueueRow).where(QueueRow.started.is_not(None)).values(started=None)
        return len(self._session.scalars(claimed.returning(QueueRow.path)).all())

    def remove(self, paths: Collection[str]) -> None:
        """Take files out of the queue, whatever their state."""
        for chunk in split_into_chunks(paths):
            self._session.execute(delete(QueueRow).where(QueueRow.path.in_(chunk)))

    def retry(self, path: str) -> bool:
        """Have a failed file read again, with all files that hold its content.

        Gives False where there is no failed file at this path.
        """
        location = self._session.get(LocationRow, path)
        if location is None or self._is_findable(location.document_id):
            return False
        # Files that could not be hashed share an empty digest, and have nothing in common.
        self._retry_each([location] if not location.digest else self._find_holding(location.digest))
        return True

    def retry_failed(self, digests: Collection[str], detail: str) -> None:
        """Have the files of these contents read again that failed with this detail."""
        for chunk in split_into_chunks(digests):
            failed = select(FailureRow.digest).where(FailureRow.digest.in_(chunk), FailureRow.detail == detail)
            for digest in self._session.scalars(failed).all():
                held = self._find_holding(digest)
                self._retry_each([each for each in held if not self._is_findable(each.document_id)])

    def _find_holding(self, digest: str) -> Sequence[LocationRow]:
        return self._session.scalars(select(LocationRow).where(LocationRow.digest == digest)).all()

    def _retry_each(self, locations: Sequence[LocationRow]) -> None:
        """Forget why the content of these files could not be read, and have them read again."""
        self._session.execute(delete(FailureRow).where(FailureRow.digest.in_({each.digest for each in locations})))
        # Out and in again: attempts are counted from zero.
        self.remove([each.path for each in locations])
        self.add(QueuedFile(each.path, _to_stat(each)) for each in locations)

    def save_failure(self, failure: Failure) -> None:
        """Store why a content could not be read."""
        self._session.merge(
            FailureRow(
                digest=failure.digest,
                extractor_version=failure.extractor_version,
                reason=failure.reason,
                message=failure.message,
                advice=failure.advice,
                detail=failure.detail,
                at=self._context.now,
            )
        )

    def forget_failures(self, reason: str, details: Collection[str]) -> None:
        """Forget the failures of this reason and one of these details: their contents are tried again."""
        self._session.execute(delete(FailureRow).where(FailureRow.reason == reason, FailureRow.detail.in_(details)))

    def _is_findable(self, document_id: str | None) -> bool:
        living = select(DocumentRow.id).where(DocumentRow.id == document_id, DocumentRow.removed.is_(None))
        return document_id is not None and self._session.scalars(living).first() is not None

    def _start_reading(self, wanted: Select[*tuple[Any, ...]]) -> list[QueuedFile]:
        # Nobody else claims these in between: there is one writer at a time.
        taken = [_to_queued_file(row) for row in self._session.execute(wanted)]
        if taken:
            begun = {"paths": [each.path for each in taken], "now": self._context.now}
            self._session.execute(_START_READING, begun)
        return taken

    def _find_rows(self, paths: Collection[str]) -> dict[str, QueueRow]:
        return {
            row.path: row for chunk in split_into_chunks(paths) for row in self._session.scalars(_AT, {"paths": chunk})
        }

    def _to_queue_row(self, file: QueuedFile) -> dict[str, object]:
        return {
            "path": file.path,
            **asdict(file.stat),
            "since": self._context.now,
            "ready": file.ready,
            "started": None,
            "attempts": 0,
        }


def _to_stat(row: QueueRow | LocationRow | Row[*tuple[Any, ...]]) -> FileStat:
    return FileStat(row.size, row.mtime_ns, row.ctime_ns)


def _to_queued_file(row: QueueRow | Row[*tuple[Any, ...]]) -> QueuedFile:
    return QueuedFile(row.path, _to_stat(row), row.ready, row.attempts)
