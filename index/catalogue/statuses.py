"""What became of each file. The database sorts, counts and pages: a page of a large library costs what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, and_, case, cast, exists, false, func, literal, null, or_, select, union_all
from sqlalchemy.orm import aliased

from index.catalogue import folders
from index.catalogue.places import chunks
from index.catalogue.records import FileStatus, State, StatusFilter
from index.catalogue.tables import (
    DocumentRow,
    FailureRow,
    LeftOutRow,
    MissingRow,
    NoticeRow,
    PassageRow,
    PlaceRow,
    QueueRow,
    UtcDateTime,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import ColumnElement, Row, Select, Subquery
    from sqlalchemy.orm import Session

_NO_TEXT = "aucun texte : trouvable par son titre et ses filtres"
_MISSING = "absent du dossier ; son retrait est suspendu, voir l’alerte sur les suppressions"
_STILL_CHANGING = "sa copie ou son enregistrement n’est peut-être pas fini"
_NEW_VERSION = "nouvelle version à lire ; la précédente reste trouvable"
_MEND = "corrigez ce fichier : ce qui y est juste est déjà pris en compte"
_INTERRUPTED = "sa lecture a été interrompue par un arrêt ; elle est reprise à part"

_RANKS = {state: rank for rank, state in enumerate(State)}
_STATES = tuple(State)


def statuses(session: Session, wanted: StatusFilter) -> tuple[FileStatus, ...]:
    """The statuses of the files that a filter selects: the most urgent states first, then by path."""
    every = _every_file(session, wanted.groups)
    query = select(every).where(*_conditions(every, wanted)).order_by(every.c.rank, every.c.path)
    rows = session.execute(query.limit(wanted.limit).offset(wanted.offset)).all()
    failures = _failures(session, rows)
    told = _warnings(session, rows) | _problems(session, rows)
    return tuple(_status(row, failures, told) for row in rows)


def counts(session: Session, path: str, groups: frozenset[str] | None) -> dict[State, int]:
    """How many files are in each state, of those with `path` in their path that these groups see."""
    every = _every_file(session, groups)
    query = select(every.c.rank, func.count()).where(*_conditions(every, StatusFilter(path=path)))
    found = dict(map(tuple, session.execute(query.group_by(every.c.rank))))
    # In the order of the states; states without any file are left out.
    return {state: found[rank] for state, rank in _RANKS.items() if rank in found}


def _conditions(every: Subquery, wanted: StatusFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.states:
        conditions.append(every.c.rank.in_([_RANKS[state] for state in wanted.states]))
    if wanted.path:
        conditions.append(func.lower(every.c.path).contains(wanted.path.lower(), autoescape=True))
    if wanted.after:
        rank, path = _RANKS[wanted.after[0]], wanted.after[1]
        # After the last row of the page before: an offset would shift with every file that comes or goes.
        conditions.append(or_(every.c.rank > rank, and_(every.c.rank == rank, every.c.path > path)))
    return conditions


def _every_file(session: Session, groups: frozenset[str] | None) -> Subquery:
    """One row a file: those known, those queued for the first time, those ignored, and the metadata files.

    With groups, what they do not see is as if it did not exist: no file is a duplicate of one that is kept for others.
    """
    ruled = {} if groups is None else folders.rules(session)

    def in_sight(column: Any) -> ColumnElement[bool]:
        return folders.in_sight(column, ruled, groups or frozenset())

    # The four selects give the same columns in the same order, as UNION asks.
    every = (
        _known(in_sight).where(in_sight(PlaceRow.path)),
        _new().where(in_sight(QueueRow.path)),
        _left_out().where(in_sight(LeftOutRow.path)),
        _notices().where(in_sight(NoticeRow.path)),
    )
    return union_all(*every).subquery("file")


def _known(in_sight: Callable[[Any], ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    other = aliased(PlaceRow)
    # Of the files of one document the first by path counts; the others are its duplicates.
    same = other.document_id == PlaceRow.document_id
    first = select(func.min(other.path)).where(same, in_sight(other.path)).scalar_subquery()
    with_text = exists().where(PassageRow.document_id == PlaceRow.document_id)
    rank = case(
        # What waits comes first: whatever was known of the file is about to change.
        (QueueRow.ready.is_(True), _RANKS[State.WAITING]),
        (QueueRow.ready.is_(False), _RANKS[State.SEEN]),
        (or_(PlaceRow.document_id.is_(None), DocumentRow.removed.is_not(None)), _RANKS[State.FAILED]),
        (first < PlaceRow.path, _RANKS[State.DUPLICATE]),
        (~with_text, _RANKS[State.NO_TEXT]),
        else_=_RANKS[State.INDEXED],
    )
    return (
        select(
            PlaceRow.path.label("path"),
            rank.label("rank"),
            case((DocumentRow.removed.is_(None), PlaceRow.document_id), else_=null()).label("document_id"),
            func.coalesce(QueueRow.since, PlaceRow.seen, type_=UtcDateTime()).label("seen"),
            func.coalesce(QueueRow.attempts, 0).label("attempts"),
            first.label("first"),
            PlaceRow.digest.label("digest"),
            MissingRow.since.is_not(None).label("missing"),
            literal("").label("reason"),
            literal("").label("advice"),
        )
        .outerjoin(DocumentRow, DocumentRow.id == PlaceRow.document_id)
        .outerjoin(QueueRow, QueueRow.path == PlaceRow.path)
        .outerjoin(MissingRow, MissingRow.path == PlaceRow.path)
    )


def _new() -> Select[*tuple[Any, ...]]:
    known = exists().where(PlaceRow.path == QueueRow.path)
    rank = case((QueueRow.ready, _RANKS[State.WAITING]), else_=_RANKS[State.SEEN])
    return select(
        QueueRow.path,
        rank,
        null(),
        QueueRow.since,
        QueueRow.attempts,
        null(),
        literal(""),
        false(),
        literal(""),
        literal(""),
    ).where(~known)


def _left_out() -> Select[*tuple[Any, ...]]:
    return select(
        LeftOutRow.path,
        literal(_RANKS[State.IGNORED]),
        null(),
        LeftOutRow.seen,
        literal(0),
        null(),
        literal(""),
        false(),
        LeftOutRow.reason,
        LeftOutRow.advice,
    )


def _notices() -> Select[*tuple[Any, ...]]:
    # An empty list is compared as text, which both databases do alike. A row without text is of a file that is gone: it
    # waits until its documents are described without it.
    rank = case((cast(NoticeRow.problems, Text) == "[]", _RANKS[State.NOTICE]), else_=_RANKS[State.WRONG_NOTICE])
    return select(
        NoticeRow.path,
        rank,
        null(),
        NoticeRow.seen,
        literal(0),
        null(),
        literal(""),
        false(),
        literal(""),
        literal(""),
    ).where(NoticeRow.text.is_not(None))


def _problems(session: Session, rows: Sequence[Row[Any]]) -> dict[str, str]:
    """What is wrong in metadata files, by path."""
    paths = {row.path for row in rows if _STATES[row.rank] is State.WRONG_NOTICE}
    return {
        path: " ; ".join(problems)
        for chunk in chunks(paths)
        for path, problems in session.execute(
            select(NoticeRow.path, NoticeRow.problems).where(NoticeRow.path.in_(chunk))
        )
    }


def _failures(session: Session, rows: Sequence[Row[Any]]) -> dict[str, tuple[str, str]]:
    """Why the latest version of the extractors to try could not read a content, and what to do, by digest."""
    digests = {row.digest for row in rows if _STATES[row.rank] is State.FAILED}
    found: dict[str, tuple[str, str]] = {}
    for chunk in chunks(digests):
        tried = select(FailureRow).where(FailureRow.digest.in_(chunk)).order_by(FailureRow.extractor_version)
        # In rising order of versions: the latest to try has the last word.
        found |= {row.digest: (row.message, row.advice) for row in session.scalars(tried)}
    return found


def _warnings(session: Session, rows: Sequence[Row[Any]]) -> dict[str, str]:
    """What reading a document without finding text gave to say, by document."""
    ids = {row.document_id for row in rows if _STATES[row.rank] is State.NO_TEXT}
    return {
        id_: " ".join(warnings)
        for chunk in chunks(ids)
        for id_, warnings in session.execute(
            select(DocumentRow.id, DocumentRow.warnings).where(DocumentRow.id.in_(chunk))
        )
    }


def _status(row: Row[Any], failures: dict[str, tuple[str, str]], told: dict[str, str]) -> FileStatus:
    state = _STATES[row.rank]
    reason, advice = row.reason, row.advice
    match state:
        case State.FAILED:
            reason, advice = failures.get(row.digest, ("", ""))
        case State.NO_TEXT:
            reason = told.get(row.document_id) or _NO_TEXT
        case State.WRONG_NOTICE:
            reason, advice = told.get(row.path, ""), _MEND
        case State.DUPLICATE:
            reason = f"même contenu que « {row.first} »"
        case State.SEEN:
            reason = _STILL_CHANGING
        # The first attempt is the reading under way; a second one means that one was cut short.
        case State.WAITING if row.attempts > 1:
            reason = _INTERRUPTED
        case State.WAITING if row.document_id:
            reason = _NEW_VERSION
    if row.missing:
        reason = _MISSING
    return FileStatus(row.path, state, reason, advice, row.document_id, row.seen)
