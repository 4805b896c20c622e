"""Questions with the documents that answer them, as animators judged, and how a search did on them each time."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from index.accounts import AuditAction
from index.catalogue.quotas import Quota
from index.catalogue.tables import Base
from index.catalogue.writing import begin_write, draw_id, record_action
from index.model import ExplainedError
from index.personal_data import may_name_person
from index.text import fold_accents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Engine

LONGEST_QUESTION = 200
"""Characters of a judged question."""

MOST_ANSWERS = 100
"""Documents or folders that one question names, at most."""

_MOST_EVALUATIONS = 200
"""Evaluations that are kept; the oldest go first."""


class JudgedQuestionRefusedError(ExplainedError):
    """A judged question cannot be kept as it is; the message says why."""


class JudgedQuestionRow(Base):
    """A question and what answers it. Paths stand beside ids: a document may come back under another id."""

    __tablename__ = "judged_question"
    is_shown = False
    quota = Quota("questions de contrôle", 500)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    text: Mapped[str] = mapped_column(String(LONGEST_QUESTION))
    answers: Mapped[list[str]] = mapped_column(JSON)
    document_ids: Mapped[list[str]] = mapped_column(JSON)
    at: Mapped[datetime]


class EvaluationRow(Base):
    """One evaluation: the place of the first right document of each question, by the question's id."""

    __tablename__ = "evaluation"
    is_shown = False

    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    conditions: Mapped[dict[str, Any]] = mapped_column(JSON)
    places: Mapped[dict[str, int]] = mapped_column(JSON)


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """A question as typed, and what answers it: paths of files, or of folders, which end in « / », and documents by id.

    `id` is empty for a question that is not kept yet.
    """

    text: str
    answers: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class RankingConditions:
    """What was in force when questions were evaluated: whatever may change the order of what is found.

    `vocabulary` is the number of the last change; `word_files` stands for the vocabulary's files; `meaning` names the
    models that rank beside words, with their weights; `documents` is how many there were.
    """

    vocabulary: int = 0
    word_files: str = ""
    engine: str = ""
    boost_recent: float = 0.0
    boost_event: float = 0.0
    meaning: str = ""
    documents: int = 0


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How a search did: for each question's id the place, from 1, of its first right document; 0 beyond the tenth."""

    conditions: RankingConditions
    places: Mapping[str, int]
    number: int = 0
    at: datetime | None = None

    def count_within(self, depth: int) -> int:
        """How many questions have a right document among the first `depth`."""
        return sum(0 < place <= depth for place in self.places.values())


class JudgedQuestions:
    """The judged questions of one catalogue, and their evaluations."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def list_all(self) -> tuple[JudgedQuestion, ...]:
        """All questions, the first kept first. Whoever shows them asks for rights first."""
        with Session(self._database) as session:
            rows = session.scalars(select(JudgedQuestionRow).order_by(JudgedQuestionRow.at, JudgedQuestionRow.id))
            return tuple(map(_to_question, rows))

    def keep(self, questions: Iterable[JudgedQuestion], who: str) -> int:
        """Keep questions; gives how many are new. What answers a question that is kept already is added to it.

        Raises JudgedQuestionRefusedError or QuotaReachedError, nothing kept.
        """
        added = 0
        # One transaction for all: a file of which half was kept could not be imported again as a whole.
        with begin_write(self._database) as session:
            # As searches compare: « RSA » and « rsa » are asked alike, and are answered alike.
            known = {fold_accents(row.text): row for row in session.scalars(select(JudgedQuestionRow))}
            for each in map(_check_question, questions):
                row = known.get(fold_accents(each.text))
                if row is None:
                    # A moment each: they are listed in the order in which they came.
                    row = known[fold_accents(each.text)] = JudgedQuestionRow(
                        id=draw_id(), text=each.text, answers=[], document_ids=[], at=datetime.now(UTC)
                    )
                    session.add(row)
                    added += 1
                merged = JudgedQuestion(
                    row.text, (*row.answers, *each.answers), (*row.document_ids, *each.document_ids)
                )
                _write_answers(row, _check_question(merged))
            record_action(session, AuditAction.JUDGED_QUESTION_CHANGED, who, "", f"{added} de plus")
        return added

    def change(self, question: JudgedQuestion, who: str) -> None:
        """Write a kept question anew; one that is gone stays so. Raises JudgedQuestionRefusedError, nothing written."""
        checked = _check_question(question)
        with begin_write(self._database) as session:
            # Erased meanwhile by somebody else: their word is the later one.
            if row := session.get(JudgedQuestionRow, checked.id):
                row.text = checked.text
                _write_answers(row, checked)
                record_action(session, AuditAction.JUDGED_QUESTION_CHANGED, who, checked.id)

    def erase(self, question_id: str, who: str) -> None:
        """Erase a question; past evaluations no longer name it."""
        # They keep its id, which says nothing without the row: their figures stay what they were.
        with begin_write(self._database) as session:
            session.execute(delete(JudgedQuestionRow).where(JudgedQuestionRow.id == question_id))
            record_action(session, AuditAction.JUDGED_QUESTION_CHANGED, who, question_id)

    def record_evaluation(self, evaluation: Evaluation) -> None:
        """Keep an evaluation as the latest one."""
        with begin_write(self._database) as session:
            row = EvaluationRow(
                at=datetime.now(UTC),
                conditions=asdict(evaluation.conditions),
                places=dict(evaluation.places),
            )
            session.add(row)
            # The number is drawn by the database, when the row is written.
            session.flush()
            session.execute(delete(EvaluationRow).where(EvaluationRow.number <= row.number - _MOST_EVALUATIONS))

    def list_evaluations(self, limit: int) -> tuple[Evaluation, ...]:
        """The latest evaluations, the newest first."""
        with Session(self._database) as session:
            rows = session.scalars(select(EvaluationRow).order_by(EvaluationRow.number.desc()).limit(limit))
            return tuple(_to_evaluation(row) for row in rows)


def _check_question(question: JudgedQuestion) -> JudgedQuestion:
    """Return the question as it is kept. Raises JudgedQuestionRefusedError."""
    # Spaces and line ends are those of a form or of a file's layout, never of the question.
    text = " ".join(question.text.split())
    answers, ids = (tuple(dict.fromkeys(filter(None, each))) for each in (question.answers, question.document_ids))
    if not text:
        raise JudgedQuestionRefusedError("Écrivez la question, comme un membre la tape.")
    if len(text) > LONGEST_QUESTION:
        raise JudgedQuestionRefusedError(f"Une question a {LONGEST_QUESTION} caractères au plus.")
    # It is shown to the whole team, and written to files: what names somebody has no place in it.
    if may_name_person(text):
        raise JudgedQuestionRefusedError(
            "La question semble contenir un numéro ou une adresse de personne : écrivez-la sans."
        )
    if not answers and not ids:
        raise JudgedQuestionRefusedError(f"Aucun document ne répond à « {text} » : cochez-en un au moins.")
    # Twice: a document that is named by its path has its id beside it.
    if len(answers) + len(ids) > 2 * MOST_ANSWERS:
        raise JudgedQuestionRefusedError(
            f"Plus de {MOST_ANSWERS} documents répondent à « {text} » : nommez plutôt un dossier."
        )
    return replace(question, text=text, answers=answers, document_ids=ids)


def _write_answers(row: JudgedQuestionRow, question: JudgedQuestion) -> None:
    # New lists: SQLAlchemy sees no change inside of one.
    row.answers, row.document_ids = list(question.answers), list(question.document_ids)


def _to_question(row: JudgedQuestionRow) -> JudgedQuestion:
    return JudgedQuestion(row.text, tuple(row.answers), tuple(row.document_ids), row.id)


def _to_evaluation(row: EvaluationRow) -> Evaluation:
    # What another version wrote may lack what this one knows, or hold more.
    known = {name: value for name, value in row.conditions.items() if name in RankingConditions.__slots__}
    return Evaluation(RankingConditions(**known), row.places, row.number, row.at)
