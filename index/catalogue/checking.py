"""The part of a transaction that searches for personal data, and stores what was decided about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from index.accounts import AuditAction
from index.catalogue import doubts
from index.catalogue.people import add_entry
from index.catalogue.tables import DocumentRow
from index.catalogue.transaction import Transaction
from index.personal_data import FINDER_VERSION, find_personal_data

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from index.catalogue.records import Content
    from index.personal_data import LocatedFinding, Verdict


_UNCHECKED = select(DocumentRow.id).where(
    DocumentRow.id.in_(bindparam("ids", expanding=True)), DocumentRow.checked != FINDER_VERSION
)


class Checking(Transaction):
    """Searches contents for personal data, and stores the decisions of animators."""

    def check(self, document_id: str, content: Content) -> None:
        """Search a document's present content, unless this version of the search has done so.

        A document is described anew far more often than its text changes.
        """
        if self.find_unchecked([document_id]):
            self.keep_findings({document_id: find_personal_data(content.passages)})

    def find_unchecked(self, ids: Collection[str]) -> frozenset[str]:
        """Those of these documents whose present content this version of the search has not looked through."""
        return frozenset(self._session.scalars(_UNCHECKED, {"ids": list(ids)}))

    def keep_findings(self, findings: Mapping[str, Sequence[LocatedFinding]]) -> None:
        """Store what the search found in the present contents of documents, by document."""
        if not findings:
            return
        # Written even where nothing is found: what an earlier content held must be marked as gone.
        doubts.write_findings(self._session, findings, self._now)
        self._session.execute(update(DocumentRow).where(DocumentRow.id.in_(findings)).values(checked=FINDER_VERSION))
        # A doubt found, or gone, may change who sees the document.
        self._changed_audiences.update(findings)

    def judge(self, numbers: Sequence[int], verdict: Verdict | None, who: str) -> None:
        """Store what an animator decided about some doubts, by number; None takes a decision back."""
        concerned = doubts.write_verdict(self._session, numbers, verdict, who, self._now)
        for document_id in concerned:
            self.audit(AuditAction.DOUBT_JUDGED, who, document_id, verdict.value if verdict else "")
        self._changed_audiences |= set(concerned)

    def audit(self, act: AuditAction, who: str, on: str = "", detail: str = "") -> None:
        """Record an action in the audit: `who` is an account's id, `on` what it was done to."""
        add_entry(self._session, act, who, on, detail)
