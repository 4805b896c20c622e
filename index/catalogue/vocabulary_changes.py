"""The changes of the vocabulary: a log, whose entries are never deleted."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from index.accounts import AuditAction
from index.catalogue.tables import VocabularyChangeRow
from index.vocabulary import (
    Acronym,
    EntryKind,
    Territory,
    VocabularyChange,
    VocabularyEntry,
    VocabularyError,
    check_entry,
    find_undone_changes,
)

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy import Engine

    from index.catalogue.writing import WriteContext
    from index.vocabulary import AnyEntry


_LAST_CHANGE = select(func.max(VocabularyChangeRow.number))
"""Built once, as each request asks for it."""


class VocabularyChangeReads:
    """The log of changes."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def read_revision(self) -> int:
        """The number of the last change of the vocabulary, 0 before the first."""
        with self._database.connect() as reader:
            return reader.scalars(_LAST_CHANGE).one() or 0

    def list_all(self) -> tuple[VocabularyChange, ...]:
        """All changes of the vocabulary, the newest first, those taken back among them."""
        with Session(self._database) as session:
            rows = session.scalars(select(VocabularyChangeRow).order_by(VocabularyChangeRow.number.desc())).all()
            # Whether a change is in force depends on all that came after it, so all are read.
            gone = find_undone_changes((row.number, row.undoes) for row in rows)
            changes = [_to_vocabulary_change(row) for row in rows]
        return tuple(replace(each, in_force=each.number not in gone) for each in changes)


class VocabularyChangeWrites:
    """Adds to the log of changes."""

    def __init__(self, context: WriteContext) -> None:
        self._context, self._session = context, context.session

    def add(self, kind: EntryKind, slug: str, entry: AnyEntry | None, who: str = "") -> int:
        """Record an entry as it is from now on, whole, or None to remove it; gives the change's number.

        Raises VocabularyError where the entry is not one of its kind, or lacks its name.
        """
        return self._append(
            kind, slug, None if entry is None else _from_entry(check_entry(kind, slug, entry)), None, who
        )

    def undo(self, number: int, who: str = "") -> int:
        """Take a change back, which may itself have taken one back; gives the number of the new change.

        Raises VocabularyError where there is no such change.
        """
        row = self._session.get(VocabularyChangeRow, number)
        if row is None:
            raise VocabularyError(f"Aucun changement du vocabulaire n’a le numéro {number}.")
        # A row more, never a row less: the log says how the vocabulary came to be what it is.
        return self._append(EntryKind(row.kind), row.slug, None, number, who)

    def _append(self, kind: EntryKind, slug: str, entry: dict[str, object] | None, undoes: int | None, who: str) -> int:
        row = VocabularyChangeRow(kind=kind.value, slug=slug, entry=entry, undoes=undoes, who=who, at=self._context.now)
        self._session.add(row)
        self._session.flush()
        # In the same transaction: no change without its entry, and no entry without its change.
        self._context.record(AuditAction.VOCABULARY_CHANGED, who, slug, kind.value)
        return row.number


def _to_vocabulary_change(row: VocabularyChangeRow) -> VocabularyChange:
    kind = EntryKind(row.kind)
    entry = None if row.entry is None else _to_entry(kind, row.entry)
    return VocabularyChange(row.number, kind, row.slug, entry, row.undoes, row.who, row.at)


def _to_entry(kind: EntryKind, content: dict[str, Any]) -> AnyEntry:
    """The entry of its JSON."""
    match kind:
        case EntryKind.SYNONYMS:
            return tuple(content["synonyms"])
        case EntryKind.TERRITORY:
            # JSON has lists only, where the nouns are frozen and have tuples.
            # A change that a version before wrote knows no places.
            lists = {name: tuple(content.get(name, ())) for name in ("aliases", "places")}
            return Territory(**content | lists)
        case EntryKind.ACRONYM:
            return Acronym(**content | {"aliases": tuple(content["aliases"])})
        case _:
            return VocabularyEntry(**content | {"aliases": tuple(content["aliases"])})


def _from_entry(entry: AnyEntry) -> dict[str, Any]:
    """An entry of the vocabulary as JSON."""
    # The column holds an object whatever the kind.
    return {"synonyms": list(entry)} if isinstance(entry, tuple) else asdict(entry)
