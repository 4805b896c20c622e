"""Members' questions as they are read: by the groups that may see them, and by those who asked them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.orm import Session

from index.accounts import restrict_to_animators
from index.catalogue.dossiers import ItemPlace
from index.catalogue.inquiries.inquiry_tables import InquiryAnswerRow, InquiryPlaceRow, InquiryRow, InquiryVoiceRow
from index.catalogue.queries import group_pairs
from index.catalogue.tables import DocumentRow
from index.catalogue.visibility import select_visible
from index.catalogue.writing import begin_write

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Engine, Select


class Standing(Enum):
    """Whether a question, or an answer, is shown. The value is stored in the catalogue."""

    WAITING = "attente"
    SHOWN = "montree"
    WITHDRAWN = "retiree"


class InquiryState(Enum):
    """How far a question has come; the value stands in addresses and in the API."""

    ASKED = "posee"
    TAKEN_UP = "prise-en-charge"
    PASSED_ON = "transmise"
    ANSWERED = "repondue"

    @property
    def label(self) -> str:
        """What a member reads."""
        return _LABELS[self]


_LABELS = {
    InquiryState.ASKED: "posée",
    InquiryState.TAKEN_UP: "prise en charge",
    InquiryState.PASSED_ON: "transmise à l’équipe nationale",
    InquiryState.ANSWERED: "répondue",
}


@dataclass(frozen=True, slots=True)
class InquiryDraft:
    """A question as it is asked: `groups` are those who are to see it."""

    title: str
    details: str
    groups: frozenset[str]
    themes: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A member's question.

    `owner` is who asked it: an account's id, what stands for a browser, or "" once forgotten. `reason` says why it is
    withdrawn. `need` is what the national team is told of it, since `passed_on`. `document_id` is the document that it
    is while it is answered. `voices` counts those who said « moi aussi ».
    """

    id: str
    owner: str
    draft: InquiryDraft
    standing: Standing
    reason: str
    asked: datetime
    updated: datetime
    taken_up: datetime | None
    taken_by: str
    passed_on: datetime | None
    need: str
    answered: datetime | None
    document_id: str | None
    voices: int

    @property
    def title(self) -> str:
        """The question itself, in one sentence."""
        return self.draft.title

    @property
    def state(self) -> InquiryState:
        """How far it has come: an answer counts most, whatever was done before."""
        # In this order: what helps a member most is told first.
        if self.answered:
            return InquiryState.ANSWERED
        if self.passed_on:
            return InquiryState.PASSED_ON
        return InquiryState.TAKEN_UP if self.taken_up else InquiryState.ASKED


@dataclass(frozen=True, slots=True)
class InquiryAnswer:
    """An answer, with the documents and places that it cites; `by_team` where an animator gave it."""

    number: int
    inquiry_id: str
    author: str
    by_team: bool
    text: str
    at: datetime
    standing: Standing
    reason: str
    places: tuple[ItemPlace, ...]


@dataclass(frozen=True, slots=True)
class InquiryFilter:
    """Which questions are listed: None and "" leave everything in. Without `standings`, those that are shown."""

    state: InquiryState | None = None
    theme: str = ""
    territory: str = ""
    owner: str = ""
    standings: tuple[Standing, ...] = (Standing.SHOWN,)
    passed_on: bool = False

    def admits(self, inquiry: Inquiry) -> bool:
        """Whether a question is one of those."""
        return (
            inquiry.standing in self.standings
            and (self.state is None or inquiry.state is self.state)
            and (not self.theme or self.theme in inquiry.draft.themes)
            and (not self.territory or self.territory in inquiry.draft.territories)
            and (not self.owner or inquiry.owner == self.owner)
            and (not self.passed_on or inquiry.passed_on is not None)
        )


class InquiryReads:
    """The questions of one catalogue; « moi aussi » is written here too, for it changes no document."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def find(self, inquiry_id: str, groups: frozenset[str], owner: str = "") -> Inquiry | None:
        """One question, as these groups, or who asked it, may see it; None where there is none to see."""
        return next(iter(self._read(select(InquiryRow).where(InquiryRow.id == inquiry_id), groups, owner)), None)

    def find_of_document(self, document_id: str, groups: frozenset[str]) -> Inquiry | None:
        """The question that a document is; None where it is none, or where there is none to see."""
        asked = select(InquiryRow).where(InquiryRow.document_id == document_id)
        return next(iter(self._read(asked, groups)), None)

    def list_all(
        self, groups: frozenset[str], wanted: InquiryFilter | None = None, owner: str = ""
    ) -> tuple[Inquiry, ...]:
        """The questions that these groups, or who asked them, may see: the newest first."""
        chosen = wanted or InquiryFilter()
        latest = select(InquiryRow).order_by(InquiryRow.asked.desc(), InquiryRow.id)
        latest = latest.where(InquiryRow.standing.in_([each.value for each in chosen.standings]))
        if chosen.owner:
            latest = latest.where(InquiryRow.owner == chosen.owner)
        return tuple(each for each in self._read(latest, groups, owner) if chosen.admits(each))

    def list_citing(self, document_id: str, groups: frozenset[str]) -> tuple[Inquiry, ...]:
        """The answered questions that cite a document, or a part of it, as these groups may see them."""
        # What was cited may have become a part of a replay since.
        part = select(DocumentRow.id).where(DocumentRow.part_of == document_id)
        cites = (
            select(InquiryAnswerRow.inquiry_id)
            .join(InquiryPlaceRow, InquiryPlaceRow.answer == InquiryAnswerRow.number)
            .where(
                or_(InquiryPlaceRow.document_id == document_id, InquiryPlaceRow.document_id.in_(part)),
                InquiryAnswerRow.standing == Standing.SHOWN.value,
            )
        )
        asked = select(InquiryRow).where(InquiryRow.id.in_(cites), InquiryRow.answered.is_not(None))
        return self._read(asked.order_by(InquiryRow.answered.desc(), InquiryRow.id), groups)

    def list_answers(self, inquiry_id: str, *, author: str = "", hidden: bool = False) -> tuple[InquiryAnswer, ...]:
        """The answers to a question, the first first; the caller has asked `find`, which knows rights.

        Those that are not shown only with `hidden`, for animators, and to their `author`.
        """
        asked = select(InquiryAnswerRow).where(InquiryAnswerRow.inquiry_id == inquiry_id)
        # Whoever wrote an answer sees what becomes of it.
        if not hidden:
            mine = [InquiryAnswerRow.author == author] if author else []
            asked = asked.where(or_(InquiryAnswerRow.standing == Standing.SHOWN.value, *mine))
        with Session(self._database) as session:
            return load_answers(session, asked.order_by(InquiryAnswerRow.number))

    def list_asked_by(self, owner: str) -> tuple[Inquiry, ...]:
        """All questions of someone, whatever has become of them: for a person who asks what is kept of them."""
        mine = select(InquiryRow).where(InquiryRow.owner == owner).order_by(InquiryRow.asked)
        with Session(self._database) as session:
            return tuple(map(to_inquiry, session.scalars(mine)))

    def list_answers_by(self, author: str) -> tuple[InquiryAnswer, ...]:
        """The answers that someone gave, the first first."""
        given = select(InquiryAnswerRow).where(InquiryAnswerRow.author == author)
        with Session(self._database) as session:
            return load_answers(session, given.order_by(InquiryAnswerRow.number))

    def list_waiting_answers(self, groups: frozenset[str]) -> tuple[tuple[Inquiry, InquiryAnswer], ...]:
        """The answers that wait to be shown, to questions that these groups may see: the first first."""
        waiting = select(InquiryAnswerRow).where(InquiryAnswerRow.standing == Standing.WAITING.value)
        with Session(self._database) as session:
            answers = load_answers(session, waiting.order_by(InquiryAnswerRow.number))
        # The question decides who may read its answers.
        ids = {each.inquiry_id for each in answers}
        asked = {each.id: each for each in self._read(select(InquiryRow).where(InquiryRow.id.in_(ids)), groups)}
        return tuple((asked[each.inquiry_id], each) for each in answers if each.inquiry_id in asked)

    def count_waiting(self, groups: frozenset[str]) -> int:
        """How many questions and answers wait to be shown, of those that these groups may see."""
        asked = self.list_all(groups, InquiryFilter(standings=(Standing.WAITING,)))
        return len(asked) + len(self.list_waiting_answers(groups))

    def has_voice(self, inquiry_id: str, voter: str) -> bool:
        """Whether a voter asks a question too."""
        with Session(self._database) as session:
            return session.get(InquiryVoiceRow, (inquiry_id, voter)) is not None

    def add_voice(self, inquiry_id: str, voter: str) -> None:
        """Count a voter among those who ask a question too, once."""
        with begin_write(self._database) as session:
            # One row a voter: pressing again adds none.
            session.merge(InquiryVoiceRow(inquiry_id=inquiry_id, voter=voter))

    def withdraw_voice(self, inquiry_id: str, voter: str) -> None:
        """Take a voice back."""
        mine = InquiryVoiceRow.inquiry_id == inquiry_id, InquiryVoiceRow.voter == voter
        with begin_write(self._database) as session:
            session.execute(delete(InquiryVoiceRow).where(*mine))

    def _read(self, rows: Select[InquiryRow], groups: frozenset[str], owner: str = "") -> tuple[Inquiry, ...]:
        # An answered question is its document: what reserves that one reserves the question.
        seen = exists(select_visible(groups).where(DocumentRow.id == InquiryRow.document_id).correlate(InquiryRow))
        voices = select(func.count()).where(InquiryVoiceRow.inquiry_id == InquiryRow.id).correlate(InquiryRow)
        with Session(self._database) as session:
            found = session.execute(rows.add_columns(seen, voices.scalar_subquery())).all()
            return tuple(
                to_inquiry(row, count) for row, is_seen, count in found if _may_see(row, groups, owner, is_seen=is_seen)
            )


def _may_see(row: InquiryRow, groups: frozenset[str], owner: str, *, is_seen: bool) -> bool:
    # Also to its author: what is found in an answer may reserve it, as any document.
    if row.answered:
        return is_seen
    # What is not shown is for the animators of those whom it is for.
    shown = Standing(row.standing) is Standing.SHOWN
    return bool((row.groups if shown else restrict_to_animators(row.groups)) & groups) or bool(
        owner and row.owner == owner
    )


def load_answers(session: Session, chosen: Select[InquiryAnswerRow]) -> tuple[InquiryAnswer, ...]:
    """Answers with the places that they cite, in the order of their rows."""
    rows = session.scalars(chosen).all()
    places = group_pairs(
        (row.answer, ItemPlace(row.document_id, row.place, row.fingerprint))
        for row in _list_places(session, [row.number for row in rows])
    )
    return tuple(
        InquiryAnswer(
            row.number,
            row.inquiry_id,
            row.author,
            row.by_team,
            row.text,
            row.at,
            Standing(row.standing),
            row.reason,
            tuple(places.get(row.number, ())),
        )
        for row in rows
    )


def _list_places(session: Session, answers: Iterable[int]) -> Iterable[Any]:
    cited = select(InquiryPlaceRow).where(InquiryPlaceRow.answer.in_(list(answers)))
    return session.scalars(cited.order_by(InquiryPlaceRow.number)).all()


def to_inquiry(row: InquiryRow, voices: int = 0) -> Inquiry:
    """The question of a row."""
    return Inquiry(
        id=row.id,
        owner=row.owner,
        draft=InquiryDraft(row.title, row.details, row.groups, tuple(row.themes), tuple(row.territories)),
        standing=Standing(row.standing),
        reason=row.reason,
        asked=row.asked,
        updated=row.updated,
        taken_up=row.taken_up,
        taken_by=row.taken_by,
        passed_on=row.passed_on,
        need=row.need,
        answered=row.answered,
        # The document of one that is withdrawn is empty, and leads nowhere.
        document_id=row.document_id if row.answered else None,
        voices=voices,
    )
