"""Who may see a document: derived from its locations, the folder rules and what was found in it, never set by hand.

The audience of a document's places is part of its identity (`DocumentRow.place_groups`). A narrower one holds at once.
A wider one waits until a person agrees, and the document is *held* meanwhile (`HoldRow`).
"""

from __future__ import annotations

from collections import defaultdict
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, delete, func, insert, select, update

from index.accounts import EVERYBODY, intersect_audiences, is_within, restrict_to_animators
from index.catalogue.documents import load_groups, load_paths
from index.catalogue.effective_metadata import EffectiveMetadata
from index.catalogue.hold_tables import AgreementRow, HoldRow
from index.catalogue.personal_data import DoubtRow, is_in_present_content
from index.catalogue.place_audiences import read_place_audiences
from index.catalogue.queries import split_into_chunks
from index.catalogue.tables import AudienceRow, DescriptionRow, DocumentRow, VersionRow
from index.catalogue.writing import WriteContext
from index.personal_data import PersonalDataKind, Verdict, is_withheld

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from typing import Any

    from sqlalchemy import BindParameter
    from sqlalchemy.orm import Session

    from index.catalogue.place_audiences import PlaceAudiences


class HoldReason(Enum):
    """Why a document is held."""

    MOVED = "deplace"
    RULE = "regle"
    PART = "partie"
    COPY = "copie"


class _Placed(NamedTuple):
    """What the audience of a document is to be.

    `agreed` is the audience of its places to which people have agreed, `wanted` that of its places now, with what holds
    for a while: a folder that may be one that a rule has lost, the former name of one that a rule has followed.
    `lasting` is the same once that is over: whoever agrees agrees to it, so it is what people are told.
    """

    agreed: frozenset[str]
    wanted: frozenset[str]
    lasting: frozenset[str]
    in_force: frozenset[str]

    @property
    def is_held(self) -> bool:
        return not is_within(self.wanted, self.agreed)


def update_audiences(
    session: Session, document_ids: Sequence[str], *, agreed: Collection[str] = (), context: WriteContext | None = None
) -> int:
    """Give living documents the audience that they should have; gives how many changed, each with a new revision.

    Whoever writes what an audience depends on calls it: a transaction of the catalogue for locations and doubts, the
    folder rules for themselves. `agreed` are those whose wider audience a person has agreed to; the others keep theirs
    and are held.
    """
    # What this transaction noted: which paths documents have left, which are copies.
    context = context or WriteContext(session)
    audiences = read_place_audiences(session)
    changed: list[str] = []
    for chunk in split_into_chunks(document_ids):
        changed += _update_chunk(context, chunk, audiences, agreed)
    # An event says only what all who see it may see: who sees it has just changed.
    events = select(DocumentRow.event_id).where(DocumentRow.event_id.is_not(None)).distinct()
    concerned: set[str] = set()
    for chunk in split_into_chunks(changed):
        concerned.update(filter(None, session.scalars(events.where(DocumentRow.id.in_(chunk)))))
    effective = EffectiveMetadata(context)
    for event_id in sorted(concerned):
        effective.write_event(event_id)
    return len(changed)


def update_removed_audiences(session: Session, document_ids: Sequence[str]) -> None:
    """Give removed documents the audience that the folder rules give to the place where each lay last.

    Whoever changes a rule agrees to what it shows, also once such a document comes back.
    """
    audiences = read_place_audiences(session)
    for chunk in split_into_chunks(document_ids):
        rows = session.execute(select(DocumentRow.id, DocumentRow.last_path).where(DocumentRow.id.in_(chunk))).all()
        if values := [{"id": id_, "place_groups": audiences.find(path)} for id_, path in rows]:
            session.execute(update(DocumentRow), values)
            _forget_agreements(session, [id_ for id_, _ in rows])


def find_own_limits(session: Session, document_ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Who may see each of these documents by what it is itself, living or removed, whatever it is a part of."""
    withheld = _find_withheld(session, document_ids)
    rows = session.execute(select(DocumentRow.id, DocumentRow.place_groups).where(DocumentRow.id.in_(document_ids)))
    return {id_: restrict_to_animators(groups) if id_ in withheld else groups for id_, groups in rows}


def _find_replays(session: Session, among: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """These documents with all that are of one replay with them, and the documents that parts belong to, by part."""
    mains = {*among, *filter(None, session.scalars(_MAINS, {"ids": list(among)}))}
    part_of = {row.id: row.part_of for row in session.execute(_PARTS, {"ids": list(mains)})}
    return [*dict.fromkeys((*among, *sorted(part_of.values()), *part_of))], part_of


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_MAINS = select(DocumentRow.part_of).where(DocumentRow.id.in_(_IDS), DocumentRow.part_of.is_not(None))
_PARTS = select(DocumentRow.id, DocumentRow.part_of).where(DocumentRow.part_of.in_(_IDS), DocumentRow.removed.is_(None))


def _narrow_replays(shown: dict[str, frozenset[str]], part_of: Mapping[str, str]) -> None:
    """Give all files of a replay the audience that they have in common."""
    for part, main in part_of.items():
        shown[main] = intersect_audiences(shown[main], shown[part])
    for part, main in part_of.items():
        shown[part] = shown[main]


def find_held(session: Session, document_ids: Sequence[str]) -> frozenset[str]:
    """Those of these documents that are held until a person agrees."""
    return frozenset(
        id_
        for chunk in split_into_chunks(document_ids)
        for id_ in session.scalars(select(HoldRow.document_id).where(HoldRow.document_id.in_(chunk)))
    )


def _update_chunk(
    context: WriteContext, among: Sequence[str], audiences: PlaceAudiences, agreed: Collection[str]
) -> list[str]:
    session = context.session
    among, part_of = _find_replays(session, among)
    living = select(DocumentRow.id, DocumentRow.place_groups).where(
        DocumentRow.id.in_(among), DocumentRow.removed.is_(None)
    )
    stored = {row.id: row.place_groups for row in session.execute(living)}
    ids = list(stored)
    written, paths = load_groups(session, ids), load_paths(session, ids)
    withheld = _find_withheld(session, ids)
    sources = _load_sources(session, ids) if audiences.rules else {}
    placed: dict[str, _Placed] = {}
    settled = audiences.without_passing_limits()
    for id_ in ids:
        wanted = audiences.find_union(paths[id_]) if paths[id_] else stored[id_]
        # A limit that passes is not agreed to: once it is over, nothing needs an agreement.
        lasting = settled.find_union(paths[id_]) if paths[id_] else stored[id_]
        kept = lasting if id_ in agreed or is_within(lasting, stored[id_]) else stored[id_]
        in_force = intersect_audiences(kept, wanted)
        # What the document says comes from these places: who may not see one of them waits for another description.
        for source in sources.get(id_, ()):
            in_force = intersect_audiences(in_force, audiences.find(source))
        placed[id_] = _Placed(kept, wanted, lasting, in_force)
    _write_places(context, placed, stored, paths)
    # Where personal data was found, animators alone see the document: those who would see it without.
    shown = {
        id_: restrict_to_animators(each.in_force) if id_ in withheld else each.in_force for id_, each in placed.items()
    }
    _narrow_replays(shown, part_of)
    changed = [id_ for id_ in ids if shown[id_] != set(written[id_])]
    # Documents whose audience is right take no revision: no index has to follow.
    if not changed:
        return []
    session.execute(delete(AudienceRow).where(AudienceRow.document_id.in_(changed)))
    session.add_all(AudienceRow(document_id=id_, group=group) for id_ in changed for group in sorted(shown[id_]))
    # One statement takes all the numbers.
    numbered = zip(changed, context.next_revisions(len(changed)), strict=True)
    session.execute(update(DocumentRow), [{"id": id_, "revision": number} for id_, number in numbered])
    session.flush()
    return changed


def _write_places(
    context: WriteContext,
    placed: Mapping[str, _Placed],
    stored: Mapping[str, frozenset[str]],
    paths: Mapping[str, Sequence[str]],
) -> None:
    """Store the audiences of places, who may see the versions, and which documents are held."""
    session = context.session
    # A library in which everybody sees everything, now and before, has nothing to store.
    reserved = [id_ for id_, each in placed.items() if {each.agreed, each.wanted, stored[id_]} != {EVERYBODY}]
    if not reserved:
        return
    if changed := [id_ for id_ in reserved if placed[id_].agreed != stored[id_]]:
        session.execute(update(DocumentRow), [{"id": id_, "place_groups": placed[id_].agreed} for id_ in changed])
        _forget_agreements(session, changed)
    for id_ in changed:
        if not is_within(placed[id_].agreed, stored[id_]):
            _release_present_version(session, id_, placed[id_].agreed, paths[id_])
    for id_, number in context.new_versions:
        if id_ in placed:
            present = (VersionRow.document_id == id_) & (VersionRow.number == number)
            session.execute(update(VersionRow).where(present).values(groups=placed[id_].agreed))
    _write_holds(context, {id_: placed[id_] for id_ in reserved})


def _forget_agreements(session: Session, ids: Sequence[str]) -> None:
    """What is shown by something else than an agreement is not for its undo to hold."""
    session.execute(delete(AgreementRow).where(AgreementRow.document_id.in_(ids)))


def _release_present_version(session: Session, document_id: str, groups: frozenset[str], paths: Sequence[str]) -> None:
    """Show the present version of a document to those to whom the document is shown, at a path that it has now."""
    last = select(func.max(VersionRow.number)).where(VersionRow.document_id == document_id).scalar_subquery()
    session.execute(
        update(VersionRow)
        .where(VersionRow.document_id == document_id, VersionRow.number == last)
        # Its former path may be a name that only a reserved folder held.
        .values(groups=groups, **({"path": paths[0]} if paths else {}))
    )


def _write_holds(context: WriteContext, placed: Mapping[str, _Placed]) -> None:
    """Hold the documents that their places would show to more people, and no longer those that they would not."""
    session = context.session
    known = {row.document_id: row.wanted for row in session.execute(_HELD.where(HoldRow.document_id.in_(placed)))}
    free = [id_ for id_ in known if not placed[id_].is_held]
    if free:
        session.execute(delete(HoldRow).where(HoldRow.document_id.in_(free)))
    for id_, each in placed.items():
        if not each.is_held:
            continue
        if id_ not in known:
            session.execute(insert(HoldRow), [_to_hold_row(context, id_, each)])
        # Who decided that it stays reserved did not decide about these people.
        elif known[id_] != each.lasting:
            again = {"wanted": each.lasting, "kept": None, "who": ""}
            session.execute(update(HoldRow).where(HoldRow.document_id == id_).values(again))


_HELD = select(HoldRow.document_id, HoldRow.wanted)


def _to_hold_row(context: WriteContext, document_id: str, placed: _Placed) -> dict[str, object]:
    origin = context.origins.get(document_id, "")
    reason = (
        HoldReason.PART
        if document_id in context.released
        else HoldReason.COPY
        if document_id in context.copies
        else HoldReason.MOVED
        if origin
        else HoldReason.RULE
    )
    return {
        "document_id": document_id,
        "since": context.now,
        "reason": reason.value,
        "origin": origin if reason is HoldReason.MOVED else "",
        "wanted": placed.lasting,
        "kept": None,
        "who": "",
    }


def _load_sources(session: Session, ids: Sequence[str]) -> dict[str, list[str]]:
    """The places from which documents are described: their own, and those of their sidecars."""
    rows = session.execute(
        select(DescriptionRow.document_id, DescriptionRow.content).where(DescriptionRow.document_id.in_(ids))
    )
    # Descriptions of older versions of Ruche do not tell; all documents are described anew after an upgrade.
    return {id_: content.get("sources", []) for id_, content in rows}


def _find_withheld(session: Session, document_ids: Sequence[str]) -> frozenset[str]:
    """Those of these documents that members must not see for what was found in them."""
    grouped: defaultdict[str, list[tuple[PersonalDataKind, Verdict | None]]] = defaultdict(list)
    rows = select(DoubtRow.document_id, DoubtRow.kind, DoubtRow.verdict).join(DocumentRow, is_in_present_content())
    for id_, kind, verdict in session.execute(rows.where(DoubtRow.document_id.in_(document_ids))):
        grouped[id_].append((PersonalDataKind(kind), Verdict(verdict) if verdict else None))
    return frozenset(id_ for id_, found in grouped.items() if is_withheld(found))
