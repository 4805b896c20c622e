"""Tag many documents at once: those of a search or of a folder get a tag, lose one, or join an event."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, url_for

from index.catalogue import Decisions, MetadataField
from index.model import Facet
from webapp.animation import form_choices
from webapp.animation.earlier_decisions import FACETS_BY_NAME, list_earlier_decisions, restore_earlier_decisions
from webapp.auth import current_account_id, current_groups, restrict_to_animators
from webapp.pages import describe_question, question_params, read_question
from webapp.server import quote_text, services

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response

    from index.model import Document
    from index.search import Question

bulk_blueprint = restrict_to_animators(Blueprint("bulk_tagging", __name__, url_prefix="/animation/documents"))

_MAX_DOCUMENTS = 500
"""Documents of one list: beyond it a bulk change would more often be a mistake than a wish."""

_ADD_ACTION, _REMOVE_ACTION = "ajouter", "retirer"


@dataclass(frozen=True, slots=True)
class BulkChange:
    """A change to many documents: a tag to add or to remove, or an event to attach them to."""

    remove: bool
    facet: Facet
    value: str
    label: str

    @property
    def past_label(self) -> str:
        """The change in French words, as they follow « 12 documents changés : »."""
        if self.facet is Facet.EVENT:
            return f"rattachés au rendez-vous {quote_text(self.label)}"
        kind = self.facet.label.lower()
        return f"{kind} {quote_text(self.label)} {'retiré' if self.remove else 'ajouté'}"


@bulk_blueprint.get("")
def show() -> str:
    """List the documents of a search (its parameters) or of a folder (`dossier`), each with a checkbox."""
    return _render_page()


@bulk_blueprint.post("")
def apply() -> Response | str | tuple[str, int]:
    """Apply the form's change to the ticked documents or to the whole list; the page then offers to undo it."""
    change = _read_change()
    found = {document.id: document for document in _find_documents()}
    ids = list(found) if request.form.get("portee") == "tous" else request.form.getlist("document")
    # Only documents of the list, which are visible to the person: other ids in the form are ignored.
    chosen = [found[id_] for id_ in ids if id_ in found]
    if change is None or not chosen:
        message = "Choisissez ce qu’il faut faire." if change is None else "Cochez au moins un document."
        return _render_page(wrong=message), 400
    decisions = _build_decisions(change)
    changed = [document.id for document in chosen if _is_changed(document, change)]
    # Earlier decisions go into the page, so that undoing restores them and not just the rules.
    earlier = [each for id_ in changed for each in list_earlier_decisions(id_, decisions)]
    # One transaction: all documents change, or none.
    with services().catalogue.transaction() as transaction:
        transaction.decisions.decide(changed, decisions, current_account_id())
    return _render_page(done=change, earlier=earlier, chosen=len(chosen))


@bulk_blueprint.post("/annulation")
def undo() -> Response:
    """Undo the last change: earlier decisions apply again, or the rules."""
    with services().catalogue.transaction() as transaction:
        # No list holds more.
        restore_earlier_decisions(transaction, request.form.getlist("avant")[:_MAX_DOCUMENTS])
    return redirect(url_for("bulk_tagging.show", annule=1, **_read_list_params()), 303)


def bulk_tagging_address(question: Question) -> str:
    """Return the URL at which the documents of a question are tagged together."""
    return url_for("bulk_tagging.show", **question_params(replace(question, page=1)))


def _is_changed(document: Document, change: BulkChange) -> bool:
    if change.facet is Facet.EVENT:
        return (document.event.id if document.event else "") != change.value
    return (change.value in document.facet_values(change.facet)) == change.remove


def _build_decisions(change: BulkChange) -> Decisions:
    if change.facet is Facet.EVENT:
        return Decisions(fields={MetadataField.EVENT: change.value})
    if change.remove:
        return Decisions(decline=((change.facet, change.value),))
    return Decisions(choose=form_choices.build_animator_tags(change.facet, [change.value]))


def _read_change() -> BulkChange | None:
    facet_name, _, value = request.form.get("etiquette", "").partition(":")
    facet = FACETS_BY_NAME.get(facet_name)
    if facet is None:
        return None
    known = dict(form_choices.list_event_choices() if facet is Facet.EVENT else form_choices.list_facet_choices(facet))
    if value not in known:
        return None
    # An event is replaced by another, not removed: one document has one event at most.
    remove = request.form.get("action") == _REMOVE_ACTION and facet is not Facet.EVENT
    return BulkChange(remove, facet, value, known[value])


def _read_list_params() -> dict[str, Any]:
    """Return the parameters of the list, without those of the action."""
    question = read_question(request.values, current_groups())
    folder = request.values.get("dossier", "")
    return question_params(replace(question, page=1)) | ({"dossier": folder} if folder else {})


def _find_documents() -> list[Document]:
    folder = request.values.get("dossier", "").strip("/")
    # One page holds the whole list.
    question = replace(read_question(request.values, current_groups()), page=1, per_page=_MAX_DOCUMENTS)
    if not folder:
        # Near-duplicates are grouped under another document in results, but are tagged like any other.
        return [
            each for found in services().search.ask(question).found for each in (found.document, *found.near_duplicates)
        ]
    # Places are paths of files: those of a folder begin with its path.
    inside = {
        place.document_id
        for path, place in services().catalogue.files.find_in_extent().items()
        if path.startswith(f"{folder}/")
    }
    found = services().catalogue.documents.find_each(sorted(filter(None, inside))[:_MAX_DOCUMENTS], current_groups())
    return sorted(found.values(), key=lambda each: each.paths)


def _render_page(done: BulkChange | None = None, earlier: Sequence[str] = (), chosen: int = 0, wrong: str = "") -> str:
    documents = _find_documents()
    folder = request.values.get("dossier", "").strip("/")
    return render_template(
        "animation/bulk.html",
        documents=documents,
        full=len(documents) >= _MAX_DOCUMENTS,
        folder=folder,
        list_title=f"Dossier {quote_text(folder)}"
        if folder
        else describe_question(read_question(request.values, current_groups())),
        parameters={name: [value] if isinstance(value, str) else value for name, value in _read_list_params().items()},
        question=request.values.get("q", ""),
        choices=[*form_choices.list_manual_choices(), (Facet.EVENT, form_choices.list_event_choices())],
        wanted=request.values.get("etiquette", ""),
        done=done,
        earlier=earlier,
        chosen=chosen,
        wrong=wrong,
        undone="annule" in request.args,
    )
