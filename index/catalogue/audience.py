"""Who may see a document: derived from what is known of it, never written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from index.catalogue import doubts
from index.catalogue.tables import AudienceRow
from index.model import ANIMATORS, MEMBERS

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def settle(session: Session, document_id: str) -> bool:
    """Give a document the audience that it should have; gives whether that changed anything."""
    wanted = _audience(session, document_id)
    written = session.scalars(select(AudienceRow.group).where(AudienceRow.document_id == document_id))
    if set(written) == wanted:
        return False
    session.execute(delete(AudienceRow).where(AudienceRow.document_id == document_id))
    session.add_all(AudienceRow(document_id=document_id, group=group) for group in sorted(wanted))
    session.flush()
    return True


def _audience(session: Session, document_id: str) -> frozenset[str]:
    return frozenset({ANIMATORS if doubts.is_withheld(session, document_id) else MEMBERS})
