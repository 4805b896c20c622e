"""Review documents one after the other, to see whether what the rules say of them is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.catalogue import Decisions, MetadataField
from index.model import EXPECTED_FACETS, MANUAL_FACETS, Facet, PartialDate
from webapp.animation import form_choices
from webapp.animation.form_choices import WrongDateError
from webapp.animation.understanding import describe_reason, describe_understanding
from webapp.auth import current_account_id, current_groups, find_document_or_404, restrict_to_animators
from webapp.pages import parse_page
from webapp.server import quote_text, services

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict
    from werkzeug.wrappers import Response

    from index.catalogue import DecisionConflict, QualificationPage
    from index.model import Document, Tag

review_blueprint = restrict_to_animators(Blueprint("review", __name__, url_prefix="/animation/qualifier"))

_PASSAGES_SHOWN = 4
_MAX_TITLE_LENGTH = 300


@review_blueprint.get("")
def show() -> Response | str:
    """Show the next doubtful document; `rang` counts those skipped, `manque` gives those that lack one facet.

    `voir=tous` gives those of which Ruche is sure, too.
    """
    position = _read_position()
    queue = services().catalogue.decisions.read_qualification_page(
        current_groups(), position.rank, 1, position.lacking, sure_too=position.sure_too
    )
    # Skipped past the end: back to the first.
    if not queue.documents and position.rank > 1:
        return redirect(position.address(1))
    return _render_page(queue.documents[0] if queue.documents else None, queue)


@review_blueprint.get("/<document_id>")
def edit(document_id: str) -> str:
    """Show the same form for any one document."""
    return _render_page(find_document_or_404(document_id), None)


@review_blueprint.post("/<document_id>")
def decide(document_id: str) -> Response | tuple[str, int]:
    """Save what a person says of a document, mark it as reviewed, and show the next."""
    document = find_document_or_404(document_id)
    try:
        decisions = read_decisions(document, _copy_previous(request.form))
    except WrongDateError as error:
        return _render_page(document, None, wrong_date=str(error)), 400
    with services().catalogue.transaction() as transaction:
        transaction.decisions.decide([document.id], decisions, current_account_id())
        transaction.decisions.qualify([document.id], current_account_id())
    flash(f"{quote_text(document.title)} est qualifié.", "success")
    # The form was opened from the document's own page.
    if request.form.get("suite") == "document":
        return redirect(url_for("documents.show", document_id=document.id), 303)
    # The reviewed document leaves the queue: the same rank is now the next one's.
    position = _read_position()
    return redirect(position.address(position.rank, done=document.id), 303)


@review_blueprint.post("/<document_id>/reprise")
def reopen(document_id: str) -> Response:
    """Put a document back into the queue of those to review."""
    document = find_document_or_404(document_id)
    with services().catalogue.transaction() as transaction:
        transaction.decisions.unqualify([document.id])
    return redirect(url_for("review.edit", document_id=document.id), 303)


def read_decisions(document: Document, form: MultiDict[str, str]) -> Decisions:
    """Return the decisions by which a form differs from the document: only differences are a person's word.

    Raises WrongDateError.
    """
    chosen: list[Tag] = []
    declined: list[tuple[Facet, str]] = []
    for facet in MANUAL_FACETS:
        ticked, present = set(form.getlist(facet.value)), document.facet_values(facet)
        chosen += form_choices.build_animator_tags(facet, sorted(ticked - set(present)))
        declined += [(facet, value) for value in present if value not in ticked]
    return Decisions(tuple(chosen), tuple(declined), fields=_read_field_decisions(document, form))


def _read_field_decisions(document: Document, form: MultiDict[str, str]) -> dict[MetadataField, str | None]:
    decisions: dict[MetadataField, str | None] = {}
    title = _join_line(form.get("titre", ""))
    # The form sends the title back on one line: an unchanged title must not become a decision.
    if title and title != _join_line(document.title):
        decisions[MetadataField.TITLE] = title
    day = form_choices.parse_typed_date(form.get("date", ""))
    # An empty date is a decision too: the document has none.
    if day != document.date:
        decisions[MetadataField.DATE] = day.isoformat() if day else ""
    event = form.get("rendez-vous", "")
    # An event that an old page offers may be gone: it is ignored.
    if event != (document.event.id if document.event else "") and (
        not event or event in dict(form_choices.list_event_choices())
    ):
        decisions[MetadataField.EVENT] = event
    return decisions


def _join_line(text: str) -> str:
    return " ".join(text.split())[:_MAX_TITLE_LENGTH]


def _copy_previous(form: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return a form that says of its document what was said of the one before, where the person asks for that."""
    found = services().catalogue.documents.find(form.get("comme", ""), current_groups()) if "comme" in form else None
    if found is None:
        return form
    copied = form.copy()
    copied["rendez-vous"] = found.event.id if found.event else ""
    for facet in MANUAL_FACETS:
        copied.setlist(facet.value, list(found.facet_values(facet)))
    return copied


@dataclass(frozen=True, slots=True)
class _Position:
    """Where one is among the documents to review: `rank` counts from 1, `lacking` and `sure_too` say which ones."""

    rank: int
    lacking: Facet | None
    sure_too: bool

    @property
    def view(self) -> str:
        """Which of the ways between these pages is the present one."""
        return self.lacking.value if self.lacking else "tous" if self.sure_too else "douteux"

    def address(self, rank: int, done: str = "") -> str:
        """The address of the document of a rank; `done` names the one that was just reviewed."""
        return url_for(
            "review.show",
            rang=rank if rank > 1 else None,
            manque=self.lacking.value if self.lacking else None,
            voir="tous" if self.sure_too else None,
            fait=done or None,
        )


def _read_position() -> _Position:
    lacking = {facet.value: facet for facet in EXPECTED_FACETS}.get(request.values.get("manque", ""))
    sure_too = request.values.get("voir") == "tous" and lacking is None
    return _Position(parse_page(request.values.get("rang", "")), lacking, sure_too)


def _render_page(document: Document | None, queue: QualificationPage | None, wrong_date: str = "") -> str:
    catalogue = services().catalogue
    doubtful = catalogue.decisions.find_doubts([document.id]).get(document.id, ()) if document else ()
    return render_template(
        "animation/review.html",
        document=document,
        queue=queue,
        position=_read_position(),
        reason_of=describe_reason,
        understood=describe_understanding(document, doubtful) if document else None,
        tag_choices=_list_tag_choices(document) if document else {},
        # The first passages are enough to recognise a document.
        passages=catalogue.documents.list_passages(document.id)[:_PASSAGES_SHOWN] if document else (),
        events=[("", "Aucun"), *form_choices.list_event_choices()],
        done=_find_last_reviewed(),
        date=request.form.get("date", form_choices.format_typed_date(document.date) if document else ""),
        wrong_date=wrong_date,
        conflicts=[_describe_conflict(each) for each in catalogue.replays.list_conflicts(document.id)]
        if document
        else (),
    )


def _describe_conflict(conflict: DecisionConflict) -> str:
    """Return what was said of another file of a replay: « titre « Bilan » »."""
    if isinstance(conflict.what, Facet):
        label = services().label(conflict.what, conflict.said)
        return f"{conflict.what.spec.label.lower()} {quote_text(label)}{' ôté' if conflict.declined else ''}"
    said = conflict.said
    if conflict.what is MetadataField.EVENT:
        said = dict(form_choices.list_event_choices()).get(said, "")
    elif conflict.what is MetadataField.DATE and said:
        said = PartialDate.parse(said).label
    return f"{conflict.what.value} {quote_text(said) if said else 'aucun'}"


def _list_tag_choices(document: Document) -> dict[Facet, list[tuple[str, str]]]:
    """Return by facet the values that the document does not have, as (slug, label)."""
    return {
        facet: [pair for pair in form_choices.list_facet_choices(facet) if pair[0] not in document.facet_values(facet)]
        for facet in MANUAL_FACETS
    }


def _find_last_reviewed() -> Document | None:
    """Return the document reviewed just before, so that one can come back to it."""
    done = request.args.get("fait", "")
    return services().catalogue.documents.find(done, current_groups()) if done else None
