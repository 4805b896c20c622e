"""Review documents one after the other, to see whether what the rules say of them is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.catalogue import Decisions, Field
from index.model import Facet
from webapp.animation import choices
from webapp.animation.access import only_for_animators, who
from webapp.animation.choices import WrongDateError
from webapp.hive import document_or_404, groups, hive

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict
    from werkzeug.wrappers import Response

    from index.catalogue import ToQualify
    from index.model import Document, Tag

blueprint = only_for_animators(Blueprint("qualifying", __name__, url_prefix="/animation/qualifier"))

LACKING = (Facet.THEME, Facet.TERRITORY, Facet.EVENT)
_EXCERPTS = 4
_LONGEST_TITLE = 300
_FURTHEST = 100_000


@blueprint.get("")
def show() -> Response | str:
    """Show the next document to review; `rang` counts those skipped, `manque` keeps those that lack one facet."""
    rank, lacking = _place()
    queue = hive().catalogue.to_qualify(groups(), rank, 1, lacking)
    # Skipped past the end: back to the first.
    if not queue.documents and rank > 1:
        return redirect(url_for("qualifying.show", manque=lacking.value if lacking else None))
    return _page(queue.documents[0] if queue.documents else None, queue)


@blueprint.get("/<document_id>")
def edit(document_id: str) -> str:
    """Show the same form for any one document."""
    return _page(document_or_404(document_id), None)


@blueprint.post("/<document_id>")
def decide(document_id: str) -> Response | tuple[str, int]:
    """Save what a person says of a document, mark it as reviewed, and show the next."""
    document = document_or_404(document_id)
    try:
        decisions = decided(document, request.form)
    except WrongDateError as error:
        return _page(document, None, wrong_date=str(error)), 400
    with hive().catalogue.writing() as write:
        write.decide([document.id], decisions, who())
        write.qualify([document.id], who())
    rank, lacking = _place()
    flash(f"«\u00a0{document.title}\u00a0» est qualifié.", "success")
    # The form was opened from the document's own page.
    if request.form.get("suite") == "document":
        return redirect(url_for("documents.show", document_id=document.id), 303)
    manque = lacking.value if lacking else None
    # The reviewed document leaves the queue: the same rank is now the next one's.
    return redirect(url_for("qualifying.show", fait=document.id, rang=rank, manque=manque), 303)


@blueprint.post("/<document_id>/reprise")
def reopen(document_id: str) -> Response:
    """Put a document back into the queue of those to review."""
    document = document_or_404(document_id)
    with hive().catalogue.writing() as write:
        write.unqualify([document.id])
    return redirect(url_for("qualifying.edit", document_id=document.id), 303)


def decided(document: Document, form: MultiDict[str, str]) -> Decisions:
    """Return the decisions by which a form differs from the document: only differences are a person's word.

    Raises WrongDateError.
    """
    chosen: list[Tag] = []
    declined: list[tuple[Facet, str]] = []
    for facet in choices.TAGGED:
        wanted, present = set(form.getlist(facet.value)), document.values(facet)
        chosen += choices.tags(facet, sorted(wanted - set(present)))
        declined += [(facet, value) for value in present if value not in wanted]
    return Decisions(tuple(chosen), tuple(declined), fields=_fields(document, form))


def _fields(document: Document, form: MultiDict[str, str]) -> dict[Field, str | None]:
    said: dict[Field, str | None] = {}
    title = _line(form.get("titre", ""))
    # The form sends the title back on one line: an unchanged title must not become a decision.
    if title and title != _line(document.title):
        said[Field.TITLE] = title
    day = choices.date(form.get("date", ""))
    # An empty date is a decision too: the document has none.
    if day != document.date:
        said[Field.DATE] = day.isoformat() if day else ""
    event = form.get("rendez-vous", "")
    # An event that an old page offers may be gone: it is ignored.
    if event != (document.event.id if document.event else "") and (not event or event in dict(choices.events())):
        said[Field.EVENT] = event
    return said


def _line(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_TITLE]


def _place() -> tuple[int, Facet | None]:
    # The rank comes from the address: only plain digits are read as a number.
    rank = request.values.get("rang", "1")
    lacking = {facet.value: facet for facet in LACKING}.get(request.values.get("manque", ""))
    return (min(max(1, int(rank)), _FURTHEST) if rank.isascii() and rank.isdigit() and len(rank) < 7 else 1), lacking  # noqa: PLR2004 - int() refuses the longest


def _page(document: Document | None, queue: ToQualify | None, wrong_date: str = "") -> str:
    rank, lacking = _place()
    return render_template(
        "animation/qualifying.html",
        document=document,
        queue=queue,
        rank=rank,
        lacking=lacking,
        lackings=LACKING,
        told=_told(document) if document else {},
        # The first passages are enough to recognise a document.
        passages=hive().catalogue.passages(document.id)[:_EXCERPTS] if document else (),
        events=[("", "Aucun"), *choices.events()],
        done=_done(),
        date=request.form.get("date", choices.typed(document.date) if document else ""),
        wrong_date=wrong_date,
    )


def _told(document: Document) -> dict[Facet, tuple[list[tuple[str, str, str]], list[tuple[str, str]]]]:
    """Return by facet the values of the document as (slug, label, reason), and the others as (slug, label)."""
    told = {}
    for facet in choices.TAGGED:
        reasons: dict[str, str] = {}
        for tag in document.tags:
            if tag.facet is facet:
                # Several sources may give one value: the first reason is shown.
                reasons.setdefault(tag.value, tag.reason)
        present = [(value, hive().label(facet, value), reasons[value]) for value in document.values(facet)]
        told[facet] = present, [pair for pair in choices.entries(facet) if pair[0] not in reasons]
    return told


def _done() -> Document | None:
    """Return the document reviewed just before, so that one can come back to it."""
    done = request.args.get("fait", "")
    return hive().catalogue.document(done, groups()) if done else None
