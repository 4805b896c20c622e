"""Personal data: what was found in each document, masked, and what animators decided about it."""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotations
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, and_, bindparam, exists, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from index.catalogue import reading
from index.catalogue.tables import Base, DocumentRow, MemoRow, PassageRow
from index.model import Locator, Unit
from index.personal_data import Doubt, PersonalDataKind, Verdict, fingerprint, is_withheld

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import BindParameter, ColumnElement, Engine, Select

    from index.model import Document
    from index.personal_data import LocatedFinding

_KEY_MEMO = "doubt-key"
_KEY_BYTES = 32
_NO_DIGEST = ""
"""The digest of a value that the present content does not hold any more: what was decided about it stays known."""


class DoubtRow(Base):
    """A value found in a document: `digest` is of the last content that held it, `ordinal` of its first passage there.

    The value itself is not stored: `masked` is what is shown, `fingerprint` (keyed) recognises it in the next version.
    """

    __tablename__ = "doubt"
    __table_args__ = (UniqueConstraint("document_id", "fingerprint"),)

    number: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    ordinal: Mapped[int]
    masked: Mapped[str]
    fingerprint: Mapped[str] = mapped_column(String(64))
    found: Mapped[datetime]
    verdict: Mapped[str | None] = mapped_column(String(16))
    who: Mapped[str] = mapped_column(server_default="")
    at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class DoubtfulDocument:
    """A document with what was found in it; `withheld` where members do not see it."""

    document: Document
    doubts: tuple[Doubt, ...]
    withheld: bool


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_PRESENT = select(DocumentRow.id, DocumentRow.digest).where(DocumentRow.id.in_(_IDS))
_KNOWN = select(DoubtRow).where(DoubtRow.document_id.in_(_IDS))


def write_findings(session: Session, found: Mapping[str, Collection[LocatedFinding]], now: datetime) -> None:
    """Store what the present contents of documents hold, by document. What was decided about a value stays."""
    key = _read_key(session)
    known: defaultdict[str, dict[str, DoubtRow]] = defaultdict(dict)
    for row in session.scalars(_KNOWN, {"ids": list(found)}):
        known[row.document_id][row.fingerprint] = row
    # Most documents hold nothing, now and before: for them there is nothing to write.
    concerned = [id_ for id_, sightings in found.items() if sightings or id_ in known]
    if concerned:
        for id_, present in session.execute(_PRESENT, {"ids": concerned}).all():
            met: dict[str, LocatedFinding] = {}
            for sighting in found[id_]:
                # The first passage that holds a value is the one shown.
                met.setdefault(fingerprint(sighting.finding, key), sighting)
            for mark, sighting in met.items():
                # The row of a known value is used again, and with it the decision that it bears.
                row = known[id_].get(mark) or _new_row(id_, sighting, mark, now)
                row.digest, row.ordinal = present, sighting.ordinal
                session.add(row)
            for mark in known[id_].keys() - met.keys():
                known[id_][mark].digest = _NO_DIGEST
        session.flush()


def _new_row(document_id: str, sighting: LocatedFinding, mark: str, now: datetime) -> DoubtRow:
    return DoubtRow(
        document_id=document_id,
        kind=sighting.finding.kind.value,
        masked=sighting.finding.masked,
        fingerprint=mark,
        found=now,
        who="",
    )


def write_verdict(
    session: Session, numbers: Sequence[int], verdict: Verdict | None, who: str, now: datetime
) -> list[str]:
    """Store what a person decided about some doubts; None takes a decision back. Gives the documents concerned."""
    session.execute(
        update(DoubtRow)
        .where(DoubtRow.number.in_(numbers))
        # A decision that is taken back has no date.
        .values(verdict=verdict.value if verdict else None, who=who, at=now if verdict else None)
    )
    return list(session.scalars(select(DoubtRow.document_id).where(DoubtRow.number.in_(numbers)).distinct()))


def find_withheld(session: Session, document_ids: Sequence[str]) -> frozenset[str]:
    """Those of these documents that members must not see for what was found in them."""
    grouped: defaultdict[str, list[tuple[PersonalDataKind, Verdict | None]]] = defaultdict(list)
    rows = select(DoubtRow.document_id, DoubtRow.kind, DoubtRow.verdict).join(DocumentRow, _is_in_present_content())
    for id_, kind, verdict in session.execute(rows.where(DoubtRow.document_id.in_(document_ids))):
        grouped[id_].append((PersonalDataKind(kind), Verdict(verdict) if verdict else None))
    return frozenset(id_ for id_, found in grouped.items() if is_withheld(found))


def _is_in_present_content() -> ColumnElement[bool]:
    """The condition that a doubt is about what its document holds now."""
    return and_(DocumentRow.id == DoubtRow.document_id, DocumentRow.digest == DoubtRow.digest)


def _read_key(session: Session) -> bytes:
    row = session.get(MemoRow, _KEY_MEMO)
    # Drawn once: another key would not recognise the values that were decided about.
    if row is None:
        row = MemoRow(key=_KEY_MEMO, value=secrets.token_hex(_KEY_BYTES))
        session.add(row)
        session.flush()
    return bytes.fromhex(row.value)


class Doubts:
    """Personal data, for animators: in the documents that some groups may see."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def waiting(self, groups: frozenset[str]) -> int:
        """How many documents have a doubt that nobody has decided about."""
        with Session(self._database) as session:
            undecided = _select_documents(DoubtRow.verdict.is_(None), groups).subquery()
            return session.scalars(select(func.count()).select_from(undecided)).one()

    def undecided(self, limit: int, groups: frozenset[str]) -> tuple[DoubtfulDocument, ...]:
        """Documents with a doubt that nobody has decided about, the latest first."""
        return self._read_page(DoubtRow.verdict.is_(None), limit, groups)

    def reserved(self, limit: int, groups: frozenset[str]) -> tuple[DoubtfulDocument, ...]:
        """Documents that an animator decided to keep from members, the latest first."""
        return self._read_page(DoubtRow.verdict == Verdict.RESERVED.value, limit, groups)

    def among(self, numbers: Collection[int], groups: frozenset[str]) -> list[int]:
        """Those of these doubts, by number, whose document these groups may see."""
        asked = select(DoubtRow.number).where(
            DoubtRow.number.in_(numbers), DoubtRow.document_id.in_(reading.select_visible(groups))
        )
        with Session(self._database) as session:
            return list(session.scalars(asked))

    def _read_page(
        self, which: ColumnElement[bool], limit: int, groups: frozenset[str]
    ) -> tuple[DoubtfulDocument, ...]:
        with Session(self._database) as session:
            page = _select_documents(which, groups).order_by(DocumentRow.updated.desc(), DocumentRow.id).limit(limit)
            ids = session.scalars(page).all()
            documents, doubts = reading.load_documents(session, ids, groups), _read_doubts(session, ids)
        return tuple(
            DoubtfulDocument(
                documents[id_], tuple(doubts[id_]), is_withheld((each.kind, each.verdict) for each in doubts[id_])
            )
            for id_ in ids
        )


def _select_documents(which: ColumnElement[bool], groups: frozenset[str]) -> Select[str]:
    return reading.select_visible(groups).where(exists().where(_is_in_present_content(), which).correlate(DocumentRow))


def _read_doubts(session: Session, ids: Sequence[str]) -> Mapping[str, list[Doubt]]:
    """The doubts about the present contents of documents, in reading order."""
    rows = session.execute(
        select(DoubtRow, PassageRow.unit, PassageRow.number, PassageRow.start)
        .join(DocumentRow, _is_in_present_content())
        .join(PassageRow, and_(PassageRow.document_id == DoubtRow.document_id, PassageRow.ordinal == DoubtRow.ordinal))
        .where(DoubtRow.document_id.in_(ids))
        .order_by(DoubtRow.ordinal, DoubtRow.number)
    )
    grouped: defaultdict[str, list[Doubt]] = defaultdict(list)
    for row, unit, number, start in rows:
        grouped[row.document_id].append(_to_doubt(row, Locator(Unit(unit), number, start)))
    return grouped


def _to_doubt(row: DoubtRow, locator: Locator) -> Doubt:
    return Doubt(
        number=row.number,
        kind=PersonalDataKind(row.kind),
        where=locator.label,
        masked=row.masked,
        found=row.found,
        verdict=Verdict(row.verdict) if row.verdict else None,
        who=row.who,
        at=row.at,
    )
