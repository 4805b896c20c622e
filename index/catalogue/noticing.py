"""The part of a transaction that stores metadata files and the changes of the vocabulary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, update

from index.accounts import AuditAction
from index.catalogue import as_json
from index.catalogue.people import add_entry
from index.catalogue.tables import MetadataFileRow, VocabularyChangeRow
from index.catalogue.transaction import Transaction
from index.vocabulary import EntryKind, VocabularyError, check_entry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.catalogue.records import MetadataFile
    from index.vocabulary import AnyEntry


class Noticing(Transaction):
    """Stores sidecars, the calendar and the changes of the vocabulary."""

    def keep_notice(self, notice: MetadataFile) -> None:
        """Store a metadata file as it is now."""
        self._session.merge(
            MetadataFileRow(
                path=notice.path,
                size=notice.size,
                mtime_ns=notice.mtime_ns,
                text=notice.text,
                problems=list(notice.problems),
                pending=notice.pending,
                seen=self._now,
            )
        )

    def forget_notice(self, path: str) -> None:
        """Forget a metadata file that is gone, once its documents are described without it."""
        self._session.execute(delete(MetadataFileRow).where(MetadataFileRow.path == path))

    def follow_notices(self, paths: Iterable[str]) -> None:
        """Record that the documents of these metadata files are described by them."""
        self._session.execute(
            update(MetadataFileRow).where(MetadataFileRow.path.in_(list(paths))).values(pending=False)
        )

    def change_vocabulary(self, kind: EntryKind, slug: str, entry: AnyEntry | None, who: str = "") -> int:
        """Record an entry as it is from now on, whole, or None to remove it; gives the change's number.

        Raises VocabularyError where the entry is not one of its kind, or lacks its name.
        """
        return self._add_change(
            kind, slug, None if entry is None else as_json.from_entry(check_entry(kind, slug, entry)), None, who
        )

    def undo_change(self, number: int, who: str = "") -> int:
        """Take a change back, which may itself have taken one back; gives the number of the new change.

        Raises VocabularyError where there is no such change.
        """
        row = self._session.get(VocabularyChangeRow, number)
        if row is None:
            raise VocabularyError(f"Aucun changement du vocabulaire n’a le numéro {number}.")
        # A row more, never a row less: the log says how the vocabulary came to be what it is.
        return self._add_change(EntryKind(row.kind), row.slug, None, number, who)

    def _add_change(
        self, kind: EntryKind, slug: str, entry: dict[str, object] | None, undoes: int | None, who: str
    ) -> int:
        row = VocabularyChangeRow(kind=kind.value, slug=slug, entry=entry, undoes=undoes, who=who, at=self._now)
        self._session.add(row)
        self._session.flush()
        # In the same transaction: no change without its entry, and no entry without its change.
        add_entry(self._session, AuditAction.VOCABULARY_CHANGED, who, slug, kind.value)
        return row.number
