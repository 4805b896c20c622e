"""Writes members' questions and their answers. An answered one becomes a document, whose text is written here."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select, update

from index.accounts import AuditAction
from index.catalogue.documents import Content
from index.catalogue.dossiers import BROWSER_PREFIX
from index.catalogue.inquiries.inquiries import InquiryState, Standing, load_answers, to_inquiry
from index.catalogue.inquiries.inquiry_tables import InquiryAnswerRow, InquiryPlaceRow, InquiryRow, InquiryVoiceRow
from index.catalogue.metadata_layers import Description
from index.catalogue.tables import DocumentRow
from index.catalogue.writing import begin_write, draw_id
from index.model import QUESTION, Facet, Locator, PartialDate, Passage, Tag, TagSource, Unit
from index.text import signature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Engine
    from sqlalchemy.orm import Session

    from index.catalogue.decisions import DescriptionWrites
    from index.catalogue.documents import DocumentWrites
    from index.catalogue.dossiers import ItemPlace
    from index.catalogue.inquiries.inquiries import Inquiry, InquiryAnswer, InquiryDraft
    from index.catalogue.personal_data import PersonalDataWrites
    from index.catalogue.writing import WriteContext

_WITHDRAWN_TIME = timedelta(days=30)
"""How long what was withdrawn is kept, with its reason, for whoever wrote it."""

_BROWSER_TIME = timedelta(days=400)
"""How long a question keeps what stands for the browser that asked it: no cookie lasts longer."""

TEAM, MEMBER = "Réponse de l’équipe d’animation", "Réponse d’un membre"
"""The title of an answer, whose author is not named."""

_ONLY_PLACES = "Voir les documents cités."

_TAG_REASON = "choisi en posant la question"


class InquiryWrites:
    """The questions of an open transaction. `who` is an account's id, what stands for a browser, or "" for nobody."""

    def __init__(
        self,
        context: WriteContext,
        documents: DocumentWrites,
        descriptions: DescriptionWrites,
        personal_data: PersonalDataWrites,
    ) -> None:
        self._context, self._session = context, context.session
        self._documents, self._descriptions, self._personal_data = documents, descriptions, personal_data

    def ask(self, draft: InquiryDraft, who: str, standing: Standing = Standing.SHOWN) -> Inquiry:
        """Record a question. Raises QuotaReachedError."""
        row = InquiryRow(
            id=draw_id(),
            owner=who,
            title=draft.title,
            details=draft.details,
            themes=list(draft.themes),
            territories=list(draft.territories),
            groups=draft.groups,
            standing=standing.value,
            reason="",
            asked=self._context.now,
            updated=self._context.now,
            taken_by="",
            need="",
        )
        self._session.add(row)
        self._session.flush()
        return to_inquiry(row)

    def answer(
        self,
        inquiry_id: str,
        text: str,
        places: Sequence[ItemPlace],
        who: str,
        *,
        by_team: bool,
        standing: Standing = Standing.SHOWN,
    ) -> None:
        """Record an answer to a question. Raises QuotaReachedError."""
        # The caller has found the question by its reader's rights: it is there.
        row = self._session.get_one(InquiryRow, inquiry_id)
        answer = InquiryAnswerRow(
            inquiry_id=inquiry_id,
            author=who,
            by_team=by_team,
            text=text,
            at=self._context.now,
            standing=standing.value,
            reason="",
        )
        self._session.add(answer)
        # The places refer to its number, which the database draws.
        self._session.flush()
        self._session.add_all(
            InquiryPlaceRow(
                answer=answer.number, document_id=each.document_id, place=each.place, fingerprint=each.fingerprint
            )
            # One that is named twice is cited once.
            for each in dict.fromkeys(places)
        )
        self._context.record(AuditAction.INQUIRY_ANSWERED, who, inquiry_id)
        self._write_document(row)

    def set_state(self, inquiry_id: str, state: InquiryState, who: str, need: str = "") -> None:
        """Take a question up, pass it on to the national team with what it needs, or leave it to whoever comes.

        What was passed on stays in the report of needs, also once it is taken up or answered.
        """
        row = self._session.get_one(InquiryRow, inquiry_id)
        row.updated = self._context.now
        if state is InquiryState.PASSED_ON:
            # Changing what is needed does not move it to another month of the report.
            row.passed_on, row.need = row.passed_on or self._context.now, need
            self._context.record(AuditAction.INQUIRY_PASSED_ON, who, inquiry_id)
        else:
            if state is InquiryState.ASKED:
                # Passed on by mistake: it leaves the report.
                row.passed_on, row.need = None, ""
            is_taken = state is InquiryState.TAKEN_UP
            row.taken_up, row.taken_by = (self._context.now, who) if is_taken else (None, "")
        self._session.flush()

    def judge(self, inquiry_id: str, standing: Standing, reason: str, who: str) -> None:
        """Show a question, or withdraw it for a reason that its author reads."""
        row = self._session.get_one(InquiryRow, inquiry_id)
        row.standing, row.reason, row.updated = standing.value, reason, self._context.now
        self._context.record(AuditAction.INQUIRY_JUDGED, who, inquiry_id, standing.value)
        self._write_document(row)

    def judge_answer(self, number: int, standing: Standing, reason: str, who: str) -> None:
        """Show an answer, or withdraw it for a reason that its author reads."""
        answer = self._session.get_one(InquiryAnswerRow, number)
        # A reason belongs to what is withdrawn: shown again, it has none.
        answer.standing, answer.reason = standing.value, reason
        self._context.record(AuditAction.INQUIRY_JUDGED, who, answer.inquiry_id, standing.value)
        self._write_document(self._session.get_one(InquiryRow, answer.inquiry_id))

    def _write_document(self, row: InquiryRow) -> None:
        """Give an answered question its document, with its present text; without a shown answer it has none."""
        # What was just added must be among the answers that are read.
        self._session.flush()
        shown = select(InquiryAnswerRow).where(
            InquiryAnswerRow.inquiry_id == row.id, InquiryAnswerRow.standing == Standing.SHOWN.value
        )
        answers = load_answers(self._session, shown.order_by(InquiryAnswerRow.number))
        if not answers or row.standing != Standing.SHOWN.value:
            if row.document_id and row.answered:
                self._empty_document(row.document_id)
            row.answered = None
            self._session.flush()
            return
        content = build_content(to_inquiry(row), answers)
        if row.document_id:
            self._documents.replace_content(row.document_id, content)
        else:
            # Visible to all members for as long as this transaction lasts, which nobody else sees.
            row.document_id = self._documents.create(content)
        row.answered, row.updated = answers[0].at, self._context.now
        self._session.flush()
        # The audience of a document without a place is this one, and is derived anew at the end of the transaction.
        self._documents.reserve(row.document_id, row.groups)
        # As the rules describe a file: what an animator decides about it prevails, as everywhere.
        self._descriptions.save_each({row.document_id: build_description(to_inquiry(row))})
        # In the same transaction: no text is found before it was looked through.
        self._personal_data.search(row.document_id, content)

    def _empty_document(self, document_id: str) -> None:
        """Remove the document of a question that is withdrawn, with its words: only its identity is kept."""
        # In this order: a new content brings a document back, and removing it keeps the empty one.
        self._documents.replace_content(document_id, Content(hashlib.sha256().hexdigest(), QUESTION, "", ()))
        self._descriptions.save_each({document_id: Description("", None, None, ())})
        self._documents.remove(document_id)


def build_content(inquiry: Inquiry, answers: Sequence[InquiryAnswer]) -> Content:
    """Build the text of an answered question: a section for itself, and one for each answer.

    Nothing of the documents that it cites is copied: who reads it may not see them.
    """
    # Sections, as those of a text with headings: pages, anchors and citations know them.
    texts = [("La question", "\n".join(filter(None, (inquiry.title, inquiry.draft.details))))]
    for each in answers:
        day = PartialDate(each.at.year, each.at.month, each.at.day)
        texts.append((f"{TEAM if each.by_team else MEMBER}, {day.label}", each.text or _ONLY_PLACES))
    passages = tuple(
        Passage(place, Locator(Unit.HEADING, place + 1), text, title) for place, (title, text) in enumerate(texts)
    )
    # Of the text alone: a document that says the same again is the same content.
    digest = hashlib.sha256(json.dumps(texts).encode()).hexdigest()
    return Content(digest, QUESTION, inquiry.title, passages, created=inquiry.asked, signature=signature(passages))


def build_description(inquiry: Inquiry) -> Description:
    """Build what the document of an answered question is described by: its title, its day and its tags."""
    day = inquiry.answered or inquiry.asked
    tags = [
        Tag(Facet.FORMAT, QUESTION, TagSource.CONTENT, "question posée sur ce site"),
        Tag(Facet.YEAR, str(day.year), TagSource.CONTENT, "jour de la réponse"),
        *(Tag(Facet.THEME, each, TagSource.CONTENT, _TAG_REASON) for each in inquiry.draft.themes),
        *(Tag(Facet.TERRITORY, each, TagSource.CONTENT, _TAG_REASON) for each in inquiry.draft.territories),
    ]
    return Description(inquiry.title, PartialDate(day.year, day.month, day.day), None, tuple(tags))


def forget_person(session: Session, account_id: str) -> None:
    """Forget a person in a transaction under way: nobody knows any more what they asked and answered.

    What members read stays, without a name; what was never shown, or is shown no more, goes.
    """
    # What nobody reads serves nobody.
    hidden = InquiryAnswerRow.standing != Standing.SHOWN.value
    _delete_answers(session, (InquiryAnswerRow.author == account_id) & hidden)
    _delete_inquiries(session, (InquiryRow.owner == account_id) & (InquiryRow.standing != Standing.SHOWN.value))
    session.execute(update(InquiryRow).where(InquiryRow.owner == account_id).values(owner=""))
    session.execute(update(InquiryRow).where(InquiryRow.taken_by == account_id).values(taken_by=""))
    session.execute(update(InquiryAnswerRow).where(InquiryAnswerRow.author == account_id).values(author=""))


def release_group(session: Session, group: str) -> list[str]:
    """Take a group that goes from the questions asked in it; gives the documents of those that were answered.

    Another group of this name must not see them; of a question that it alone saw, whoever asked it sees it still.
    """
    # Sets of groups are texts in the database: it cannot search in them.
    concerned = [row for row in session.scalars(select(InquiryRow)) if group in row.groups]
    for row in concerned:
        row.groups -= {group}
        # The document's own groups first: its audience is derived from them.
        document = update(DocumentRow).where(DocumentRow.id == row.document_id)
        session.execute(document.values(place_groups=row.groups))
    session.flush()
    return [row.document_id for row in concerned if row.document_id and row.answered]


def purge_inquiries(database: Engine) -> int:
    """Delete what was withdrawn for long enough, and forget browsers that will not come back; gives how many."""
    now = datetime.now(UTC)
    with begin_write(database) as session:
        # Counted from when it was withdrawn, which was its last change.
        withdrawn = (InquiryRow.standing == Standing.WITHDRAWN.value) & (InquiryRow.updated < now - _WITHDRAWN_TIME)
        count = _delete_inquiries(session, withdrawn)
        old = InquiryRow.owner.startswith(BROWSER_PREFIX) & (InquiryRow.updated < now - _BROWSER_TIME)
        late = InquiryAnswerRow.author.startswith(BROWSER_PREFIX) & (InquiryAnswerRow.at < now - _BROWSER_TIME)
        # The words stay, which members read; only who wrote them is forgotten.
        asked = session.scalars(update(InquiryRow).where(old).values(owner="").returning(InquiryRow.id)).all()
        session.execute(update(InquiryAnswerRow).where(late).values(author=""))
        return count + len(asked)


def _delete_inquiries(session: Session, condition: ColumnElement[bool]) -> int:
    # The document of one that was answered is empty since it was withdrawn, and keeps its row.
    ids = session.scalars(select(InquiryRow.id).where(condition)).all()
    _delete_answers(session, InquiryAnswerRow.inquiry_id.in_(ids))
    session.execute(delete(InquiryVoiceRow).where(InquiryVoiceRow.inquiry_id.in_(ids)))
    session.execute(delete(InquiryRow).where(InquiryRow.id.in_(ids)))
    return len(ids)


def _delete_answers(session: Session, condition: ColumnElement[bool]) -> None:
    numbers = session.scalars(select(InquiryAnswerRow.number).where(condition)).all()
    # Places first: they refer to the answer.
    session.execute(delete(InquiryPlaceRow).where(or_(InquiryPlaceRow.answer.in_(numbers))))
    session.execute(delete(InquiryAnswerRow).where(InquiryAnswerRow.number.in_(numbers)))
