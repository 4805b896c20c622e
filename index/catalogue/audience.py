"""Who may see a document: derived from its locations, the folder rules and what was found in it, never set by hand."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from index.accounts import derive_audience
from index.catalogue.documents import load_groups, load_paths
from index.catalogue.personal_data import DoubtRow, is_in_present_content
from index.catalogue.queries import split_into_chunks
from index.catalogue.tables import AudienceRow, DocumentRow
from index.catalogue.visibility import read_folder_rules
from index.catalogue.writing import take_revisions
from index.model import ANIMATORS
from index.personal_data import PersonalDataKind, Verdict, is_withheld

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from index.accounts import FolderRules


def update_audiences(session: Session, document_ids: Sequence[str]) -> int:
    """Give living documents the audience that they should have; gives how many changed, each with a new revision.

    Whoever writes what an audience depends on calls it: a transaction of the catalogue for locations and doubts, the
    folder rules for themselves.
    """
    rules = read_folder_rules(session)
    changed = 0
    for chunk in split_into_chunks(document_ids):
        changed += _update_chunk(session, chunk, rules)
    return changed


def _update_chunk(session: Session, among: Sequence[str], rules: FolderRules) -> int:
    ids = session.scalars(select(DocumentRow.id).where(DocumentRow.id.in_(among), DocumentRow.removed.is_(None))).all()
    written, paths = load_groups(session, ids), load_paths(session, ids)
    withheld = _find_withheld(session, ids)
    # Personal data is stronger than any folder rule: animators alone see such a document.
    wanted = {id_: frozenset({ANIMATORS}) if id_ in withheld else derive_audience(paths[id_], rules) for id_ in ids}
    changed = [id_ for id_ in ids if wanted[id_] != set(written[id_])]
    # Documents whose audience is right take no revision: no index has to follow.
    if not changed:
        return 0
    session.execute(delete(AudienceRow).where(AudienceRow.document_id.in_(changed)))
    session.add_all(AudienceRow(document_id=id_, group=group) for id_ in changed for group in sorted(wanted[id_]))
    # One statement takes all the numbers.
    revisions = take_revisions(session, len(changed))
    numbered = zip(changed, revisions, strict=True)
    session.execute(update(DocumentRow), [{"id": id_, "revision": number} for id_, number in numbered])
    session.flush()
    return len(changed)


def _find_withheld(session: Session, document_ids: Sequence[str]) -> frozenset[str]:
    """Those of these documents that members must not see for what was found in them."""
    grouped: defaultdict[str, list[tuple[PersonalDataKind, Verdict | None]]] = defaultdict(list)
    rows = select(DoubtRow.document_id, DoubtRow.kind, DoubtRow.verdict).join(DocumentRow, is_in_present_content())
    for id_, kind, verdict in session.execute(rows.where(DoubtRow.document_id.in_(document_ids))):
        grouped[id_].append((PersonalDataKind(kind), Verdict(verdict) if verdict else None))
    return frozenset(id_ for id_, found in grouped.items() if is_withheld(found))
