"""What became of each file. The database sorts, counts and pages: a page of a large library costs what it shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy import Text, and_, case, cast, exists, false, func, literal, null, or_, select, true, union_all
from sqlalchemy.orm import Session, aliased

from index.accounts import ANIMATORS_OF
from index.catalogue.column_types import UtcDateTime
from index.catalogue.hold_tables import HoldRow
from index.catalogue.personal_data import DoubtRow, is_in_present_content
from index.catalogue.queries import split_into_chunks
from index.catalogue.tables import (
    AudienceRow,
    DocumentRow,
    FailureRow,
    HeldRemovalRow,
    IgnoredPathRow,
    LocationRow,
    MetadataFileRow,
    PassageRow,
    QueueRow,
)
from index.catalogue.transcripts import TranscriptPieceRow
from index.catalogue.visibility import build_visibility_filter, select_readable
from index.model import ANIMATORS, timecode
from index.personal_data import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy import ColumnElement, Engine, Row, Select, SQLColumnExpression, Subquery


_NO_TEXT = "aucun texte : trouvable par son titre et ses filtres"
_MISSING = "absent du dossier ; son retrait est suspendu, voir l’alerte sur les suppressions"
_STILL_CHANGING = "sa copie ou son enregistrement n’est peut-être pas fini"
_NEW_VERSION = "nouvelle version à lire ; la précédente reste trouvable"
_WITHHELD = "montré à l’équipe d’animation seule : des données personnelles y ont été reconnues"
_DECIDE = "décidez-en à la page « Données personnelles »"
_MEND = "corrigez ce fichier : ce qui y est juste est déjà pris en compte"
_INTERRUPTED = "sa lecture a été interrompue par un arrêt ; elle est reprise à part"


class FileState(Enum):
    """What became of a file. Members are in the order of their urgency for whoever looks after the library."""

    FAILED = "en-echec"
    WRONG_METADATA_FILE = "fiche-a-corriger"
    WITHHELD = "retenu"
    NO_TEXT = "sans-texte"
    # Not ready: it is watched until it stands still.
    SEEN = "vu"
    WAITING = "en-attente"
    DUPLICATE = "doublon"
    IGNORED = "ignore"
    METADATA_FILE = "fiche"
    INDEXED = "indexe"

    @property
    def label(self) -> str:
        """The French name of the state, for animators."""
        return _STATE_LABELS[self]


_STATE_LABELS = {
    FileState.FAILED: "en échec",
    FileState.WRONG_METADATA_FILE: "fiche à corriger",
    FileState.WITHHELD: "retenu",
    FileState.NO_TEXT: "sans texte",
    FileState.SEEN: "vu",
    FileState.WAITING: "en attente",
    FileState.DUPLICATE: "doublon",
    FileState.IGNORED: "ignoré",
    FileState.METADATA_FILE: "fiche",
    FileState.INDEXED: "indexé",
}

_RANKS = {state: rank for rank, state in enumerate(FileState)}
_STATES = tuple(FileState)


@dataclass(frozen=True, slots=True)
class FileStatus:
    """What became of a file: an animator's question. `seen` is when it came to the present state."""

    path: str
    state: FileState
    reason: str
    advice: str
    document_id: str | None
    seen: datetime


@dataclass(frozen=True, slots=True)
class StatusFilter:
    """Which files are asked for: in one of these states (none: all), with `path` in their path, from `offset` on.

    `after` is the state and the path of a file: those that follow it. With `groups`, those in folders that they see.
    """

    states: frozenset[FileState] = frozenset()
    path: str = ""
    limit: int | None = None
    offset: int = 0
    after: tuple[FileState, str] | None = None
    groups: frozenset[str] | None = None


class FileStatusReads:
    """The states of files, with the reason of each."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def find(self, wanted: StatusFilter = StatusFilter()) -> tuple[FileStatus, ...]:
        """What became of the files that a filter selects: the most urgent states first, then by path."""
        with Session(self._database) as session:
            every = _select_every_file(session, wanted.groups)
            query = select(every).where(*_conditions(every, wanted)).order_by(every.c.rank, every.c.path)
            rows = session.execute(query.limit(wanted.limit).offset(wanted.offset)).all()
            failures = _read_failures(session, rows)
            told = _read_warnings(session, rows) | _read_hearings(session, rows) | _read_problems(session, rows)
            return tuple(_to_status(row, failures, told) for row in rows)

    def count_by_state(self, path: str = "", groups: frozenset[str] | None = None) -> dict[FileState, int]:
        """How many files are in each state, of those with `path` in their path that these groups see."""
        with Session(self._database) as session:
            every = _select_every_file(session, groups)
            query = select(every.c.rank, func.count()).where(*_conditions(every, StatusFilter(path=path)))
            found = dict(map(tuple, session.execute(query.group_by(every.c.rank))))
            # In the order of the states; states without any file are left out.
            return {state: found[rank] for state, rank in _RANKS.items() if rank in found}


def _select_every_file(session: Session, groups: frozenset[str] | None) -> Subquery:
    """One row a file: those known, those queued for the first time, those ignored, and the metadata files.

    With groups, what they do not see is as if it did not exist: no file is a duplicate of one that is kept for others.
    """
    is_visible = _see_everything if groups is None else build_visibility_filter(session, groups)
    # The four selects give the same columns in the same order, as UNION asks.
    every = (
        _select_known(is_visible, groups).where(is_visible(LocationRow.path), _is_shown(groups)),
        _select_new().where(is_visible(QueueRow.path)),
        _select_ignored().where(is_visible(IgnoredPathRow.path)),
        _select_metadata_files().where(is_visible(MetadataFileRow.path)),
    )
    return union_all(*every).subquery("file")


def _see_everything(_: SQLColumnExpression[str]) -> ColumnElement[bool]:
    return true()


def _is_shown(groups: frozenset[str] | None) -> ColumnElement[bool]:
    """The condition that a file is not that of a document which waits to be shown to these groups."""
    if groups is None:
        return true()
    held = exists().where(HoldRow.document_id == LocationRow.document_id)
    seen_by = exists().where(AudienceRow.document_id == LocationRow.document_id, AudienceRow.group.in_(groups))
    return or_(~held, seen_by)


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


def _select_known(
    is_visible: Callable[[Any], ColumnElement[bool]], groups: frozenset[str] | None
) -> Select[*tuple[Any, ...]]:
    other = aliased(LocationRow)
    # Of the files of one document the first by path counts; the others are its duplicates.
    same = other.document_id == LocationRow.document_id
    first = select(func.min(other.path)).where(same, is_visible(other.path)).scalar_subquery()
    whole = aliased(DocumentRow)
    # The words of a replay are those of any of its files.
    joined = (
        select(PassageRow.ordinal)
        .join(whole, whole.id == PassageRow.document_id)
        .where(
            whole.removed.is_(None),
            or_(whole.part_of == DocumentRow.id, whole.part_of == DocumentRow.part_of, whole.id == DocumentRow.part_of),
        )
        .correlate(DocumentRow)
    )
    with_text = or_(exists().where(PassageRow.document_id == LocationRow.document_id), joined.exists())
    openable = true() if groups is None else DocumentRow.id.in_(select_readable(groups))
    rank = case(
        # What waits comes first: whatever was known of the file is about to change.
        (QueueRow.ready.is_(True), _RANKS[FileState.WAITING]),
        (QueueRow.ready.is_(False), _RANKS[FileState.SEEN]),
        (or_(LocationRow.document_id.is_(None), DocumentRow.removed.is_not(None)), _RANKS[FileState.FAILED]),
        (first < LocationRow.path, _RANKS[FileState.DUPLICATE]),
        (_is_withheld(), _RANKS[FileState.WITHHELD]),
        (~with_text, _RANKS[FileState.NO_TEXT]),
        else_=_RANKS[FileState.INDEXED],
    )
    return (
        select(
            LocationRow.path.label("path"),
            rank.label("rank"),
            # A document that the groups may not open has no id here: its address would lead nowhere.
            case((and_(DocumentRow.removed.is_(None), openable), LocationRow.document_id), else_=null()).label(
                "document_id"
            ),
            func.coalesce(QueueRow.since, LocationRow.seen, type_=UtcDateTime()).label("seen"),
            func.coalesce(QueueRow.attempts, 0).label("attempts"),
            first.label("first"),
            LocationRow.digest.label("digest"),
            HeldRemovalRow.since.is_not(None).label("missing"),
            literal("").label("reason"),
            literal("").label("advice"),
        )
        .outerjoin(DocumentRow, DocumentRow.id == LocationRow.document_id)
        .outerjoin(QueueRow, QueueRow.path == LocationRow.path)
        .outerjoin(HeldRemovalRow, HeldRemovalRow.path == LocationRow.path)
    )


def _is_withheld() -> ColumnElement[bool]:
    """Whether animators alone see a document, in which personal data was found that nobody has declared harmless."""
    seen_by = exists().where(AudienceRow.document_id == DocumentRow.id)
    doubtful = exists().where(
        DoubtRow.document_id == DocumentRow.id,
        is_in_present_content(),
        func.coalesce(DoubtRow.verdict, "") != Verdict.NOTHING.value,
    )
    is_of_animators = or_(AudienceRow.group == ANIMATORS, AudienceRow.group.startswith(ANIMATORS_OF))
    return and_(seen_by.where(is_of_animators), ~seen_by.where(~is_of_animators), doubtful)


def _select_new() -> Select[*tuple[Any, ...]]:
    known = exists().where(LocationRow.path == QueueRow.path)
    rank = case((QueueRow.ready, _RANKS[FileState.WAITING]), else_=_RANKS[FileState.SEEN])
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


def _select_ignored() -> Select[*tuple[Any, ...]]:
    return select(
        IgnoredPathRow.path,
        literal(_RANKS[FileState.IGNORED]),
        null(),
        IgnoredPathRow.seen,
        literal(0),
        null(),
        literal(""),
        false(),
        IgnoredPathRow.reason,
        IgnoredPathRow.advice,
    )


def _select_metadata_files() -> Select[*tuple[Any, ...]]:
    # An empty list is compared as text, which both databases do alike. A row without text is of a file that is gone: it
    # waits until its documents are described without it.
    rank = case(
        (cast(MetadataFileRow.problems, Text) == "[]", _RANKS[FileState.METADATA_FILE]),
        else_=_RANKS[FileState.WRONG_METADATA_FILE],
    )
    return select(
        MetadataFileRow.path,
        rank,
        null(),
        MetadataFileRow.seen,
        literal(0),
        null(),
        literal(""),
        false(),
        literal(""),
        literal(""),
    ).where(MetadataFileRow.text.is_not(None))


def _read_problems(session: Session, rows: Sequence[Row[Any]]) -> dict[str, str]:
    """What is wrong in metadata files, by path."""
    paths = {row.path for row in rows if _STATES[row.rank] is FileState.WRONG_METADATA_FILE}
    return {
        path: " ; ".join(problems)
        for chunk in split_into_chunks(paths)
        for path, problems in session.execute(
            select(MetadataFileRow.path, MetadataFileRow.problems).where(MetadataFileRow.path.in_(chunk))
        )
    }


def _read_failures(session: Session, rows: Sequence[Row[Any]]) -> dict[str, tuple[str, str]]:
    """Why the latest version of the extractors to try could not read a content, and what to do, by digest."""
    digests = {row.digest for row in rows if _STATES[row.rank] is FileState.FAILED}
    found: dict[str, tuple[str, str]] = {}
    for chunk in split_into_chunks(digests):
        tried = select(FailureRow).where(FailureRow.digest.in_(chunk)).order_by(FailureRow.extractor_version)
        # In rising order of versions: the latest to try has the last word.
        found |= {row.digest: (row.message, row.advice) for row in session.scalars(tried)}
    return found


def _read_warnings(session: Session, rows: Sequence[Row[Any]]) -> dict[str, str]:
    """What reading a document without finding text gave to say, by document."""
    ids = {row.document_id for row in rows if _STATES[row.rank] is FileState.NO_TEXT}
    return {
        id_: " ".join(warnings)
        for chunk in split_into_chunks(ids)
        for id_, warnings in session.execute(
            select(DocumentRow.id, DocumentRow.warnings).where(DocumentRow.id.in_(chunk))
        )
    }


def _read_hearings(session: Session, rows: Sequence[Row[Any]]) -> dict[str, str]:
    """How far the transcription of recordings without text has come, by document."""
    ids = {row.digest: row.document_id for row in rows if _STATES[row.rank] is FileState.NO_TEXT}
    heard: dict[str, str] = {}
    for chunk in split_into_chunks(ids):
        ends = (
            select(TranscriptPieceRow.digest, func.max(TranscriptPieceRow.end))
            .where(TranscriptPieceRow.digest.in_(chunk))
            .group_by(TranscriptPieceRow.digest)
            # One that has ended has its own word to say, or no words at all.
            .having(func.max(case((TranscriptPieceRow.is_last, 1), else_=0)) == 0)
        )
        heard |= {
            ids[digest]: f"transcription en cours : {timecode(end)} écoutées" for digest, end in session.execute(ends)
        }
    return heard


def _to_status(row: Row[Any], failures: dict[str, tuple[str, str]], told: dict[str, str]) -> FileStatus:
    state = _STATES[row.rank]
    reason, advice = row.reason, row.advice
    match state:
        case FileState.FAILED:
            reason, advice = failures.get(row.digest, ("", ""))
        case FileState.NO_TEXT:
            reason = told.get(row.document_id) or _NO_TEXT
        case FileState.WITHHELD:
            reason, advice = _WITHHELD, _DECIDE
        case FileState.WRONG_METADATA_FILE:
            reason, advice = told.get(row.path, ""), _MEND
        case FileState.DUPLICATE:
            reason = f"même contenu que « {row.first} »"
        case FileState.SEEN:
            reason = _STILL_CHANGING
        # The first attempt is the reading under way; a second one means that one was cut short.
        case FileState.WAITING if row.attempts > 1:
            reason = _INTERRUPTED
        case FileState.WAITING if row.document_id:
            reason = _NEW_VERSION
    if row.missing:
        reason = _MISSING
    return FileStatus(row.path, state, reason, advice, row.document_id, row.seen)
