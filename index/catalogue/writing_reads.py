"""Reads of many documents at once, for a transaction that writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from index.catalogue import reading
from index.catalogue.records import Content
from index.catalogue.tables import DocumentRow, EventRow
from index.model import Event

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import BindParameter
    from sqlalchemy.orm import Session

_D = DocumentRow.__table__.c
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_LIVING = select(DocumentRow.id).where(DocumentRow.id.in_(_IDS), DocumentRow.removed.is_(None))


def find_living(session: Session, ids: Sequence[str]) -> frozenset[str]:
    """Those of these documents that are not removed."""
    return frozenset(session.scalars(_LIVING, {"ids": ids}))


_READ = select(
    *(_D.id, _D.digest, _D.format, _D.own_title, _D.own_authors, _D.created, _D.duration, _D.warnings, _D.sketch),
    _D.extractor_version,
).where(_D.id.in_(_IDS))


def load_contents(session: Session, ids: Sequence[str]) -> dict[str, Content]:
    """What reading the files of these documents gave, by document."""
    texts = reading.load_passages(session, ids)
    return {
        row.id: Content(
            digest=row.digest,
            format=row.format,
            own_title=row.own_title,
            passages=tuple(texts[row.id]),
            authors=tuple(row.own_authors),
            created=row.created,
            duration=row.duration,
            warnings=tuple(row.warnings),
            signature=tuple(row.sketch),
            extractor_version=row.extractor_version,
        )
        for row in session.execute(_READ, {"ids": ids})
    }


_GATHERINGS = select(*EventRow.__table__.columns).where(EventRow.id.in_(_IDS))


def load_events(session: Session, ids: Collection[str]) -> dict[str, Event]:
    """Events by id, with or without documents."""
    return {row[0]: Event(*row) for row in session.execute(_GATHERINGS, {"ids": list(ids)}).all()}
