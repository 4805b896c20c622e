"""Dossiers: documents and places in them that someone gathered, put in order and annotated."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from index.catalogue.quotas import Quota
from index.catalogue.tables import Base, DocumentRow
from index.catalogue.writing import begin_write, draw_id
from index.text import fold_accents

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Engine, Select

BROWSER_PREFIX = "~"
"""Begins the owner of what a browser keeps where there are no accounts; no account's id begins so."""

UNDO_TIME = timedelta(days=30)
"""How long what was removed can be put back."""

_BROWSER_TIME = timedelta(days=400)
"""How long dossiers of a browser are kept untouched: browsers themselves keep no cookie for longer."""

_SHARE_BYTES = 16
_FINGERPRINT_LETTERS = 32


class DossierRow(Base):
    """A dossier; `owner` is an account's id, or stands for a browser. `share` is the secret of its link."""

    __tablename__ = "dossier"
    is_shown = False
    __table_args__ = (Index("dossier_owner", "owner"),)
    quota = Quota("dossiers", 20_000, "owner", 100)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    owner: Mapped[str] = mapped_column(String(16))
    title: Mapped[str]
    introduction: Mapped[str]
    created: Mapped[datetime]
    updated: Mapped[datetime]
    removed: Mapped[datetime | None]
    share: Mapped[str | None] = mapped_column(String(32), unique=True)


class DossierItemRow(Base):
    """A document, or a place in one, in a dossier. No title and no text of it is copied here."""

    __tablename__ = "dossier_item"
    is_shown = False
    __table_args__ = (Index("dossier_item_dossier", "dossier_id"), Index("dossier_item_document", "document_id"))
    quota = Quota("éléments dans ce dossier", 300_000, "dossier_id", 200)

    number: Mapped[int] = mapped_column(primary_key=True)
    dossier_id: Mapped[str] = mapped_column(ForeignKey("dossier.id", ondelete="CASCADE"))
    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"))
    place: Mapped[str] = mapped_column(String(40))
    fingerprint: Mapped[str] = mapped_column(String(32))
    note: Mapped[str]
    position: Mapped[int]
    added: Mapped[datetime]
    removed: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Dossier:
    """A dossier: `count` is the number of its items, `share` the secret of its link, "" where it is not shared."""

    id: str
    owner: str
    title: str
    introduction: str
    created: datetime
    updated: datetime
    removed: datetime | None
    share: str
    count: int


@dataclass(frozen=True, slots=True)
class ItemPlace:
    """What an item is about: a document, and a place in it by its anchor, "" for the whole document.

    `fingerprint` stands for the text of the place as it was, so that it is found again where it has moved.
    """

    document_id: str
    place: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class DossierItem:
    """An item of a dossier, in the dossier's order; `removed` is when it was taken out."""

    number: int
    place: ItemPlace
    note: str
    added: datetime
    removed: datetime | None


def fingerprint_place(title: str, text: str) -> str:
    """Return what stands for the text of a place, whatever its spaces, capitals and accents; "" where there is none."""
    words = " ".join(fold_accents(f"{title} {text}").split())
    return hashlib.sha256(words.encode()).hexdigest()[:_FINGERPRINT_LETTERS] if words else ""


class Dossiers:
    """The dossiers of one catalogue. Whoever reads an item's document asks for it with their own groups."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def create(self, owner: str, title: str) -> Dossier:
        """Create an empty dossier. Raises QuotaReachedError."""
        now = datetime.now(UTC)
        with begin_write(self._database) as session:
            row = DossierRow(id=draw_id(), owner=owner, title=title, introduction="", created=now, updated=now)
            session.add(row)
            session.flush()
            return _to_dossier(row, 0)

    def list_of(self, owner: str, *, removed: bool = False) -> tuple[Dossier, ...]:
        """The dossiers of an owner, the last changed first; with `removed`, those that can be put back."""
        # Those of nobody are nobody's: an empty owner has none.
        gone = DossierRow.removed.is_not(None) if removed else DossierRow.removed.is_(None)
        return self._list(DossierRow.owner == owner, gone)

    def find(self, owner: str, dossier_id: str) -> Dossier | None:
        """A dossier of an owner; None where there is none, and where it is another's."""
        mine = DossierRow.owner == owner, DossierRow.id == dossier_id, DossierRow.removed.is_(None)
        return next(iter(self._list(*mine)), None)

    def find_shared(self, token: str) -> Dossier | None:
        """The dossier of a link; None where there is none, or no more."""
        return next(iter(self._list(DossierRow.share == token, DossierRow.removed.is_(None))), None)

    def list_items(self, dossier_id: str) -> tuple[DossierItem, ...]:
        """The items of a dossier in order, removed ones last; the caller has asked for the dossier first."""
        with Session(self._database) as session:
            # What has become a part of a replay since it was put there is shown as the replay.
            main = func.coalesce(DocumentRow.part_of, DossierItemRow.document_id)
            rows = _in_order(dossier_id).outerjoin(DocumentRow, DocumentRow.id == DossierItemRow.document_id)
            items = tuple(_to_item(row, document_id) for row, document_id in session.execute(rows.add_columns(main)))
        return tuple(sorted(items, key=lambda each: each.removed is not None))

    def list_gone(self, document_ids: Collection[str], groups: frozenset[str]) -> frozenset[str]:
        """Those of these documents that left the library and lay where these groups may see."""
        if not document_ids:
            return frozenset()
        gone = select(DocumentRow.id, DocumentRow.place_groups).where(
            DocumentRow.id.in_(document_ids), DocumentRow.removed.is_not(None)
        )
        with Session(self._database) as session:
            return frozenset(id_ for id_, seen_by in session.execute(gone) if seen_by & groups)

    def describe(self, owner: str, dossier_id: str, title: str, introduction: str) -> None:
        """Change a dossier's title and introduction."""
        self._change(owner, dossier_id, title=title, introduction=introduction)

    def remove(self, owner: str, dossier_id: str) -> None:
        """Take a dossier away; for UNDO_TIME it can be put back, but its link is gone at once."""
        # Putting it back must not show it again to whoever kept the link.
        self._change(owner, dossier_id, removed=datetime.now(UTC), share=None)

    def restore(self, owner: str, dossier_id: str) -> None:
        """Put back a dossier that was taken away."""
        self._change(owner, dossier_id, removed=None)

    def share(self, owner: str, dossier_id: str) -> None:
        """Give a dossier a link of its own; a former one shows nothing any more."""
        self._change(owner, dossier_id, share=secrets.token_urlsafe(_SHARE_BYTES))

    def unshare(self, owner: str, dossier_id: str) -> None:
        """Take a dossier's link back."""
        self._change(owner, dossier_id, share=None)

    def add_item(self, owner: str, dossier_id: str, place: ItemPlace, note: str = "") -> bool:
        """Put a document or a place at the end of a dossier; gives False where it is in it already.

        One that had been taken out comes back at the end, with its note. Raises QuotaReachedError.
        """
        with begin_write(self._database) as session:
            if not _touch(session, owner, dossier_id):
                return False
            rows = session.scalars(_in_order(dossier_id)).all()
            last = max((row.position for row in rows), default=0)
            same = [row for row in rows if (row.document_id, row.place) == (place.document_id, place.place)]
            if not same:
                session.add(_make_row(dossier_id, place, note, last + 1))
                return True
            row = same[0]
            # Where it had been taken out, adding it again is putting it back.
            was_out = row.removed is not None
            if was_out:
                row.removed, row.position = None, last + 1
            row.fingerprint, row.note = place.fingerprint, note or row.note
            return was_out

    def annotate(self, owner: str, dossier_id: str, number: int, note: str) -> None:
        """Change an item's note."""
        self._change_item(owner, dossier_id, number, note=note)

    def remove_item(self, owner: str, dossier_id: str, number: int) -> None:
        """Take an item out; it can be put back for UNDO_TIME."""
        self._change_item(owner, dossier_id, number, removed=datetime.now(UTC))

    def restore_item(self, owner: str, dossier_id: str, number: int) -> None:
        """Put an item back where it was."""
        self._change_item(owner, dossier_id, number, removed=None)

    def move_item(self, owner: str, dossier_id: str, number: int, before: int | None) -> None:
        """Move an item before another one, by number; to the end without one. An unknown number changes nothing."""
        with begin_write(self._database) as session:
            if not _touch(session, owner, dossier_id):
                return
            rows = list(session.scalars(_in_order(dossier_id)))
            moved = next((row for row in rows if row.number == number), None)
            if moved is None or number == before:
                return
            # Numbers are drawn anew for all: two moves at once can leave no tie behind.
            rows.remove(moved)
            rank = next((rank for rank, row in enumerate(rows) if row.number == before), len(rows))
            rows.insert(rank, moved)
            for position, row in enumerate(rows, 1):
                row.position = position

    def purge(self) -> int:
        """Delete what was removed for longer than UNDO_TIME, and what browsers have forgotten; gives how many."""
        now = datetime.now(UTC)
        old = DossierRow.removed < now - UNDO_TIME
        forgotten = DossierRow.owner.startswith(BROWSER_PREFIX) & (DossierRow.updated < now - _BROWSER_TIME)
        with begin_write(self._database) as session:
            items = delete(DossierItemRow).where(DossierItemRow.removed < now - UNDO_TIME)
            gone = session.scalars(items.returning(DossierItemRow.number)).all()
            return len(gone) + delete_dossiers(session, old | forgotten)

    def _list(self, *conditions: ColumnElement[bool]) -> tuple[Dossier, ...]:
        inside = DossierItemRow.dossier_id == DossierRow.id, DossierItemRow.removed.is_(None)
        count = select(func.count()).where(*inside).correlate(DossierRow).scalar_subquery()
        rows = select(DossierRow, count).where(*conditions).order_by(DossierRow.updated.desc(), DossierRow.id)
        with Session(self._database) as session:
            return tuple(_to_dossier(row, number) for row, number in session.execute(rows))

    def _change(self, owner: str, dossier_id: str, **values: object) -> None:
        mine = DossierRow.owner == owner, DossierRow.id == dossier_id
        with begin_write(self._database) as session:
            session.execute(update(DossierRow).where(*mine).values(updated=datetime.now(UTC), **values))

    def _change_item(self, owner: str, dossier_id: str, number: int, **values: object) -> None:
        item = DossierItemRow.number == number, DossierItemRow.dossier_id == dossier_id
        with begin_write(self._database) as session:
            if _touch(session, owner, dossier_id):
                session.execute(update(DossierItemRow).where(*item).values(**values))


def delete_dossiers(session: Session, condition: ColumnElement[bool]) -> int:
    """Delete the dossiers that a condition names for good, in a transaction under way; gives how many."""
    ids = session.scalars(select(DossierRow.id).where(condition)).all()
    # Items first: they refer to the dossier.
    session.execute(delete(DossierItemRow).where(DossierItemRow.dossier_id.in_(ids)))
    session.execute(delete(DossierRow).where(DossierRow.id.in_(ids)))
    return len(ids)


def delete_dossiers_of(session: Session, owner: str) -> None:
    """Delete all dossiers of an owner, in a transaction under way."""
    delete_dossiers(session, DossierRow.owner == owner)


def revoke_shares(session: Session, owner: str) -> None:
    """Take back the links of all dossiers of an owner, in a transaction under way."""
    session.execute(update(DossierRow).where(DossierRow.owner == owner).values(share=None))


def _touch(session: Session, owner: str, dossier_id: str) -> bool:
    """Record that a dossier of an owner changes now; gives whether there is such a dossier."""
    mine = DossierRow.owner == owner, DossierRow.id == dossier_id, DossierRow.removed.is_(None)
    changed = update(DossierRow).where(*mine).values(updated=datetime.now(UTC)).returning(DossierRow.id)
    return session.scalars(changed).first() is not None


def _in_order(dossier_id: str) -> Select[DossierItemRow]:
    rows = select(DossierItemRow).where(DossierItemRow.dossier_id == dossier_id)
    return rows.order_by(DossierItemRow.position, DossierItemRow.number)


def _make_row(dossier_id: str, place: ItemPlace, note: str, position: int) -> DossierItemRow:
    return DossierItemRow(
        dossier_id=dossier_id,
        document_id=place.document_id,
        place=place.place,
        fingerprint=place.fingerprint,
        note=note,
        position=position,
        added=datetime.now(UTC),
    )


def _to_dossier(row: DossierRow, count: int) -> Dossier:
    return Dossier(
        id=row.id,
        owner=row.owner,
        title=row.title,
        introduction=row.introduction,
        created=row.created,
        updated=row.updated,
        removed=row.removed,
        share=row.share or "",
        count=count,
    )


def _to_item(row: DossierItemRow, document_id: str) -> DossierItem:
    place = ItemPlace(document_id, row.place, row.fingerprint)
    return DossierItem(row.number, place, row.note, row.added, row.removed)
