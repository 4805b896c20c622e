"""The metadata files: sidecars and the calendar, as they were last read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from index.catalogue.tables import MetadataFileRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Engine

    from index.catalogue.writing import WriteContext


@dataclass(frozen=True, slots=True)
class MetadataFile:
    """A metadata file (sidecar or calendar): `size` in bytes, time of change in nanoseconds.

    `problems` are what is wrong in it, in French; `pending` until its documents are described by it. `text` is None
    once the file is gone, until its documents are described without it.
    """

    path: str
    size: int
    mtime_ns: int
    text: str | None
    problems: tuple[str, ...] = ()
    pending: bool = True


class MetadataFileReads:
    """The metadata files that are known."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def find_all(self) -> dict[str, MetadataFile]:
        """The sidecars and the calendar as they were last read, by path."""
        with Session(self._database) as session:
            return {
                row.path: MetadataFile(row.path, row.size, row.mtime_ns, row.text, tuple(row.problems), row.pending)
                for row in session.scalars(select(MetadataFileRow).order_by(MetadataFileRow.path))
            }


class MetadataFileWrites:
    """Writes the metadata files."""

    def __init__(self, context: WriteContext) -> None:
        self._context, self._session = context, context.session

    def save(self, file: MetadataFile) -> None:
        """Store a metadata file as it is now."""
        self._session.merge(
            MetadataFileRow(
                path=file.path,
                size=file.size,
                mtime_ns=file.mtime_ns,
                text=file.text,
                problems=list(file.problems),
                pending=file.pending,
                seen=self._context.now,
            )
        )

    def forget(self, path: str) -> None:
        """Forget a metadata file that is gone, once its documents are described without it."""
        self._session.execute(delete(MetadataFileRow).where(MetadataFileRow.path == path))

    def mark_applied(self, paths: Iterable[str]) -> None:
        """Record that the documents of these metadata files are described by them."""
        self._session.execute(
            update(MetadataFileRow).where(MetadataFileRow.path.in_(list(paths))).values(pending=False)
        )
