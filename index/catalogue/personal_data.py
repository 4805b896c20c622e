"""Personal data: what was found in each document, masked, and what animators decided about it."""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotations
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, UniqueConstraint, and_, bindparam, exists, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from index.accounts import AuditAction
from index.catalogue.documents import load_documents
from index.catalogue.tables import Base, DocumentRow, PassageRow
from index.catalogue.visibility import select_readable
from index.catalogue.writing import read_memo, write_memo
from index.model import Locator, Unit
from index.personal_data import (
    FINDER_VERSION,
    Doubt,
    PersonalDataKind,
    Verdict,
    find_personal_data,
    fingerprint,
    is_withheld,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

    from sqlalchemy import BindParameter, ColumnElement, Engine, Select

    from index.catalogue.documents import Content
    from index.catalogue.writing import WriteContext
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
_UNCHECKED = select(DocumentRow.id).where(DocumentRow.id.in_(_IDS), DocumentRow.checked != FINDER_VERSION)
_KNOWN = select(DoubtRow).where(DoubtRow.document_id.in_(_IDS))


class PersonalDataReads:
    """Personal data, for animators: in the documents that some groups may see."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def count_undecided(self, groups: frozenset[str]) -> int:
        """How many documents have a doubt that nobody has decided about."""
        with Session(self._database) as session:
            undecided = _select_documents(DoubtRow.verdict.is_(None), groups).subquery()
            return session.scalars(select(func.count()).select_from(undecided)).one()

    def list_undecided(self, limit: int, groups: frozenset[str]) -> tuple[DoubtfulDocument, ...]:
        """Documents with a doubt that nobody has decided about, the latest first."""
        return self._read_page(DoubtRow.verdict.is_(None), limit, groups)

    def list_reserved(self, limit: int, groups: frozenset[str]) -> tuple[DoubtfulDocument, ...]:
        """Documents that an animator decided to keep from members, the latest first."""
        return self._read_page(DoubtRow.verdict == Verdict.RESERVED.value, limit, groups)

    def filter_visible(self, numbers: Collection[int], groups: frozenset[str]) -> list[int]:
        """Those of these doubts, by number, whose document these groups may see."""
        asked = select(DoubtRow.number).where(
            DoubtRow.number.in_(numbers), DoubtRow.document_id.in_(select_readable(groups))
        )
        with Session(self._database) as session:
            return list(session.scalars(asked))

    def _read_page(
        self, which: ColumnElement[bool], limit: int, groups: frozenset[str]
    ) -> tuple[DoubtfulDocument, ...]:
        with Session(self._database) as session:
            page = _select_documents(which, groups).order_by(DocumentRow.updated.desc(), DocumentRow.id).limit(limit)
            ids = session.scalars(page).all()
            documents, doubts = load_documents(session, ids, groups, with_parts=True), _read_doubts(session, ids)
        return tuple(
            DoubtfulDocument(
                documents[id_], tuple(doubts[id_]), is_withheld((each.kind, each.verdict) for each in doubts[id_])
            )
            for id_ in ids
        )


class PersonalDataWrites:
    """Searches contents for personal data, and stores what was found and what animators decide."""

    def __init__(self, context: WriteContext) -> None:
        self._context, self._session = context, context.session

    def search(self, document_id: str, content: Content) -> None:
        """Search a document's present content, unless this version of the search has done so.

        A document is described anew far more often than its text changes.
        """
        if self.find_unchecked([document_id]):
            self.save_findings({document_id: find_personal_data(content.passages)})

    def find_unchecked(self, ids: Collection[str]) -> frozenset[str]:
        """Those of these documents whose present content this version of the search has not looked through."""
        return frozenset(self._session.scalars(_UNCHECKED, {"ids": list(ids)}))

    def save_findings(self, findings: Mapping[str, Sequence[LocatedFinding]]) -> None:
        """Store what the search found in the present contents of documents, by document."""
        if not findings:
            return
        # Written even where nothing is found: what an earlier content held must be marked as gone.
        self._write_findings(findings)
        self._session.execute(update(DocumentRow).where(DocumentRow.id.in_(findings)).values(checked=FINDER_VERSION))
        # A doubt found, or gone, may change who sees the document.
        self._context.changed_audiences.update(findings)

    def decide(self, numbers: Sequence[int], verdict: Verdict | None, who: str) -> None:
        """Store what an animator decided about some doubts, by number; None takes a decision back."""
        self._session.execute(
            update(DoubtRow)
            .where(DoubtRow.number.in_(numbers))
            # A decision that is taken back has no date.
            .values(verdict=verdict.value if verdict else None, who=who, at=self._context.now if verdict else None)
        )
        doubtful = select(DoubtRow.document_id).where(DoubtRow.number.in_(numbers)).distinct()
        concerned = self._session.scalars(doubtful).all()
        for document_id in concerned:
            self._context.record(AuditAction.DOUBT_JUDGED, who, document_id, verdict.value if verdict else "")
        self._context.changed_audiences.update(concerned)

    def copy_findings(self, document_id: str, other: str) -> None:
        """Give a document with the same content what is known of another one, with what was decided about it."""
        for row in self._session.scalars(_KNOWN, {"ids": [document_id]}).all():
            columns = {each.key: getattr(row, each.key) for each in DoubtRow.__table__.columns if each.key != "number"}
            self._session.add(DoubtRow(**columns | {"document_id": other}))
        checked = select(DocumentRow.checked).where(DocumentRow.id == document_id).scalar_subquery()
        self._session.execute(update(DocumentRow).where(DocumentRow.id == other).values(checked=checked))
        self._session.flush()

    def _write_findings(self, found: Mapping[str, Collection[LocatedFinding]]) -> None:
        """Store what the present contents of documents hold, by document. What was decided about a value stays."""
        key = _read_key(self._session)
        known: defaultdict[str, dict[str, DoubtRow]] = defaultdict(dict)
        for row in self._session.scalars(_KNOWN, {"ids": list(found)}):
            known[row.document_id][row.fingerprint] = row
        # Most documents hold nothing, now and before: for them there is nothing to write.
        concerned = [id_ for id_, sightings in found.items() if sightings or id_ in known]
        if concerned:
            for id_, present in self._session.execute(_PRESENT, {"ids": concerned}).all():
                met: dict[str, LocatedFinding] = {}
                for sighting in found[id_]:
                    # The first passage that holds a value is the one shown.
                    met.setdefault(fingerprint(sighting.finding, key), sighting)
                for mark, sighting in met.items():
                    # The row of a known value is used again, and with it the decision that it bears.
                    row = known[id_].get(mark) or _new_row(id_, sighting, mark, self._context.now)
                    row.digest, row.ordinal = present, sighting.ordinal
                    self._session.add(row)
                for mark in known[id_].keys() - met.keys():
                    known[id_][mark].digest = _NO_DIGEST
            self._session.flush()


def is_in_present_content() -> ColumnElement[bool]:
    """The condition that a doubt is about what its document holds now."""
    return and_(DocumentRow.id == DoubtRow.document_id, DocumentRow.digest == DoubtRow.digest)


def _select_documents(which: ColumnElement[bool], groups: frozenset[str]) -> Select[str]:
    return select_readable(groups).where(exists().where(is_in_present_content(), which).correlate(DocumentRow))


def _read_doubts(session: Session, ids: Sequence[str]) -> Mapping[str, list[Doubt]]:
    """The doubts about the present contents of documents, in reading order."""
    rows = session.execute(
        select(DoubtRow, PassageRow.unit, PassageRow.number, PassageRow.start)
        .join(DocumentRow, is_in_present_content())
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


def _new_row(document_id: str, sighting: LocatedFinding, mark: str, now: datetime) -> DoubtRow:
    return DoubtRow(
        document_id=document_id,
        kind=sighting.finding.kind.value,
        masked=sighting.finding.masked,
        fingerprint=mark,
        found=now,
        who="",
    )


def _read_key(session: Session) -> bytes:
    key = read_memo(session, _KEY_MEMO)
    # Drawn once: another key would not recognise the values that were decided about.
    if key is None:
        key = secrets.token_hex(_KEY_BYTES)
        write_memo(session, _KEY_MEMO, key)
    return bytes.fromhex(key)
