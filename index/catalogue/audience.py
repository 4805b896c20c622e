"""Who may see a document: derived from its locations, the folder rules and what was found in it, never set by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from index.accounts import derive_audience
from index.catalogue import doubts, folders, reading
from index.catalogue.tables import AudienceRow, ClockRow, DocumentRow
from index.model import ANIMATORS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

_CHUNK = 500
"""Documents in one IN clause."""


def update_audiences(session: Session, document_ids: Sequence[str]) -> int:
    """Give living documents the audience that they should have; gives how many changed, each with a new revision.

    Whoever writes what an audience depends on calls it: a transaction of the catalogue for locations and doubts, the
    folder rules for themselves.
    """
    rules = folders.read_folder_rules(session)
    changed = 0
    for start in range(0, len(document_ids), _CHUNK):
        changed += _update_chunk(session, document_ids[start : start + _CHUNK], rules)
    return changed


def _update_chunk(session: Session, among: Sequence[str], rules: Mapping[str, frozenset[str]]) -> int:
    ids = session.scalars(select(DocumentRow.id).where(DocumentRow.id.in_(among), DocumentRow.removed.is_(None))).all()
    written, paths = reading.load_groups(session, ids), reading.load_paths(session, ids)
    withheld = doubts.find_withheld(session, ids)
    # Personal data is stronger than any folder rule: animators alone see such a document.
    wanted = {id_: frozenset({ANIMATORS}) if id_ in withheld else derive_audience(paths[id_], rules) for id_ in ids}
    changed = [id_ for id_ in ids if wanted[id_] != set(written[id_])]
    # Documents whose audience is right take no revision: no index has to follow.
    if not changed:
        return 0
    session.execute(delete(AudienceRow).where(AudienceRow.document_id.in_(changed)))
    session.add_all(AudienceRow(document_id=id_, group=group) for id_ in changed for group in sorted(wanted[id_]))
    clock = update(ClockRow).values(revision=ClockRow.revision + len(changed)).returning(ClockRow.revision)
    # One statement takes all the numbers.
    last = session.scalars(clock).one()
    session.execute(update(DocumentRow), [{"id": id_, "revision": last - back} for back, id_ in enumerate(changed)])
    session.flush()
    return len(changed)
