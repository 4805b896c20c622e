"""Review the documents of a gathering, or of a folder, together: only what is doubtful of each asks for an answer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from index.catalogue import Decisions, MetadataField
from index.model import EXPECTED_FACETS, MANUAL_FACETS, Facet
from webapp.animation import form_choices
from webapp.animation.earlier_decisions import list_earlier_decisions, restore_earlier_decisions
from webapp.animation.understanding import Understanding, describe_understanding
from webapp.auth import current_account_id, current_groups, restrict_to_animators
from webapp.server import services

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from werkzeug.wrappers import Response

    from index.model import Document, Event

gathering_review_blueprint = restrict_to_animators(
    Blueprint("gathering_review", __name__, url_prefix="/animation/qualifier/ensemble")
)

_MAX_DOCUMENTS = 60
"""Documents of one page, each with its image: more would be slow to look at, and the next come when these are done."""

_NO_EVENT = "-"
"""The choice « no event » of the form, beside « as understood », which is empty."""


@dataclass(frozen=True, slots=True)
class ReviewGroup:
    """Documents of one event, or of one folder where they have none, and what they hold in common."""

    event: Event | None
    folder: str
    documents: tuple[Understanding, ...]

    @property
    def key(self) -> str:
        """A name for the elements of the page that belong to it."""
        return self.documents[0].document.id

    def list_choices(self, facet: Facet) -> list[tuple[str, list[tuple[str, str]]]]:
        """The values of a facet as (slug, label): those that its documents have already, then the others."""
        present = {each.value for one in self.documents for each in one.values if each.facet is facet}
        choices = form_choices.list_facet_choices(facet)
        here = [each for each in choices if each[0] in present]
        return [("Déjà dans ces documents", here), ("Les autres", [each for each in choices if each not in here])]


@dataclass(frozen=True, slots=True)
class _GroupChange:
    """What a form says of each of its documents; `declined` are the doubtful values that were unticked."""

    common: Decisions
    declined: Mapping[str, tuple[tuple[Facet, str], ...]]


@gathering_review_blueprint.get("")
def show() -> str:
    """Show the doubtful documents, the newest first, those of one event or folder together."""
    return _render_page()


@gathering_review_blueprint.post("")
def decide() -> str | tuple[str, int]:
    """Save what a form says of the ticked documents, and mark them as reviewed; the page then offers to undo it."""
    chosen = _find_chosen()
    if not chosen:
        return _render_page(wrong="Cochez au moins un document."), 400
    change = _read_change([each.id for each in chosen])
    earlier = []
    # One transaction: all documents change, or none.
    with services().catalogue.transaction() as transaction:
        for each in chosen:
            # Read before it is decided: the page carries what undoing restores.
            decisions = _with_declined(each, change)
            earlier += list_earlier_decisions(each.id, decisions)
            if decisions != Decisions():
                transaction.decisions.decide([each.id], decisions, current_account_id())
        transaction.decisions.qualify([each.id for each in chosen], current_account_id())
    return _render_page(done=chosen, earlier=earlier)


@gathering_review_blueprint.post("/annulation")
def undo() -> Response:
    """Undo the last answer: earlier decisions apply again, or the rules, and the documents wait once more."""
    found = _find_chosen()
    with services().catalogue.transaction() as transaction:
        restore_earlier_decisions(transaction, request.form.getlist("avant"))
        transaction.decisions.unqualify([each.id for each in found])
    return redirect(url_for("gathering_review.show", annule=str(len(found))), 303)


def _find_chosen() -> list[Document]:
    # The ids come from a form: only those of documents that the person may see are taken.
    ids = request.form.getlist("document")[:_MAX_DOCUMENTS]
    found = services().catalogue.documents.find_each(ids, current_groups())
    return [found[id_] for id_ in dict.fromkeys(ids) if id_ in found]


def _read_change(ids: Sequence[str]) -> _GroupChange:
    chosen = tuple(
        tag
        for facet in MANUAL_FACETS
        for tag in form_choices.build_animator_tags(facet, filter(None, request.form.getlist(facet.value)))
    )
    event = request.form.get("rendez-vous", "")
    fields: dict[MetadataField, str | None] = {}
    # An event that an old page offers may be gone: it is ignored.
    if event == _NO_EVENT:
        fields[MetadataField.EVENT] = ""
    elif event in dict(form_choices.list_event_choices()):
        fields[MetadataField.EVENT] = event
    # Only what the page has shown can have been unticked: a tag that came meanwhile is nobody's word.
    unticked = set(request.form.getlist("propose")) - set(request.form.getlist("garde"))
    return _GroupChange(Decisions(choose=chosen, fields=fields), {id_: _read_declined(unticked, id_) for id_ in ids})


def _read_declined(unticked: Iterable[str], document_id: str) -> tuple[tuple[Facet, str], ...]:
    facets = {facet.value: facet for facet in MANUAL_FACETS}
    split = (each.split(":") for each in sorted(unticked))
    return tuple(
        (facets[each[1]], each[2])
        for each in split
        if len(each) == 3 and each[0] == document_id and each[1] in facets  # noqa: PLR2004 - id, facet, value
    )


def _with_declined(document: Document, change: _GroupChange) -> Decisions:
    """Return what the form says of one document: only what differs from it is a person's word."""
    # Declining what the document does not have would only weigh on what comes later.
    declined = tuple(
        (facet, value) for facet, value in change.declined[document.id] if value in document.facet_values(facet)
    )
    fields = dict(change.common.fields)
    if fields.get(MetadataField.EVENT) == (document.event.id if document.event else None):
        fields.pop(MetadataField.EVENT, None)
    return Decisions(choose=change.common.choose, decline=declined, fields=fields)


def _list_groups(documents: Sequence[Document], doubts: Mapping[str, tuple[Facet, ...]]) -> list[ReviewGroup]:
    """Put documents together by event, else by folder; groups stand in the order of their newest document."""
    # An event's documents may lie in several folders, a folder's may have several events: the event comes first.
    keys = [(each.event.id if each.event else "", "" if each.event else _folder_of(each)) for each in documents]
    order = {key: at for at, key in reversed(list(enumerate(keys)))}
    # By title within a group: twelve files of one day are easier to find so.
    ranked = sorted(zip(keys, documents, strict=True), key=lambda pair: (order[pair[0]], pair[1].paths))
    return [
        ReviewGroup(
            (members := [document for _, document in pairs])[0].event,
            key[1],
            tuple(describe_understanding(each, doubts.get(each.id, ())) for each in members),
        )
        for key, pairs in groupby(ranked, key=lambda pair: pair[0])
    ]


def _folder_of(document: Document) -> str:
    folder = str(PurePosixPath(document.paths[0]).parent) if document.paths else ""
    return "" if folder == "." else folder


def _render_page(done: Sequence[Document] = (), earlier: Sequence[str] = (), wrong: str = "") -> str:
    # Always the first page: whoever has answered for these documents finds the next ones in their place.
    queue = services().catalogue.decisions.read_qualification_page(current_groups(), 1, _MAX_DOCUMENTS)
    return render_template(
        "animation/gatherings.html",
        queue=queue,
        groups=_list_groups(queue.documents, queue.doubts),
        events=[("", "Comme Ruche l’a compris"), (_NO_EVENT, "Aucun"), *form_choices.list_event_choices()],
        facets=[facet for facet in EXPECTED_FACETS if facet is not Facet.EVENT],
        done=done,
        earlier=earlier,
        undone=request.args.get("annule", ""),
        wrong=wrong,
    )
