"""Tag many documents at once: those of a search or of a folder get a tag, lose one, or join an event."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, url_for

from index.catalogue import Decisions, Field
from index.model import Facet
from webapp import asking
from webapp.animation import choices
from webapp.animation.access import only_for_animators, who
from webapp.following.kept import told
from webapp.hive import groups, hive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response

    from index.model import Document
    from index.search import Question

blueprint = only_for_animators(Blueprint("bulk", __name__, url_prefix="/animation/documents"))

_MOST = 500
"""Documents of one list: beyond it a bulk change would more often be a mistake than a wish."""

_ADD, _REMOVE = "ajouter", "retirer"


@dataclass(frozen=True, slots=True)
class Wish:
    """A change to many documents: a tag to add or to remove, or an event to attach them to."""

    remove: bool
    facet: Facet
    value: str
    label: str

    @property
    def done(self) -> str:
        """The change in French words, as they follow « 12 documents changés : »."""
        if self.facet is Facet.EVENT:
            return f"rattachés au rendez-vous «\u00a0{self.label}\u00a0»"
        kind = self.facet.label.lower()
        return f"{kind} «\u00a0{self.label}\u00a0» {'retiré' if self.remove else 'ajouté'}"


@blueprint.get("")
def show() -> str:
    """List the documents of a search (its parameters) or of a folder (`dossier`), each with a checkbox."""
    return _page()


@blueprint.post("")
def apply() -> Response | str | tuple[str, int]:
    """Apply the form's change to the ticked documents or to the whole list; the page then offers to undo it."""
    wish = _wish()
    found = {document.id: document for document in _documents()}
    ids = list(found) if request.form.get("portee") == "tous" else request.form.getlist("document")
    # Only documents of the list, which are visible to the person: other ids in the form are ignored.
    chosen = [found[id_] for id_ in ids if id_ in found]
    if wish is None or not chosen:
        said = "Choisissez ce qu’il faut faire." if wish is None else "Cochez au moins un document."
        return _page(wrong=said), 400
    # Earlier decisions go into the page, so that undoing restores them and not just the rules.
    changed = [(document.id, _said_before(document, wish)) for document in chosen if _changes(document, wish)]
    # One transaction: all documents change, or none.
    with hive().catalogue.writing() as write:
        write.decide([id_ for id_, _ in changed], _decisions(wish), who())
    return _page(done=wish, changed=changed, chosen=len(chosen))


@blueprint.post("/annulation")
def undo() -> Response:
    """Undo the last change: earlier decisions apply again, or the rules."""
    facet = {each.value: each for each in (*choices.TAGGED, Facet.EVENT)}.get(request.form.get("facette", ""))
    if facet:
        with hive().catalogue.writing() as write:
            # No list holds more.
            for each in request.form.getlist("document")[:_MOST]:
                id_, _, before = each.partition("=")
                # The ids come from a form: the person must be allowed to see each of them.
                if hive().catalogue.document(id_, groups()):
                    write.decide([id_], _back(facet, request.form.get("valeur", ""), before), who())
    return redirect(url_for("bulk.show", annule=1, **_parameters()), 303)


def address(question: Question) -> str:
    """Return the URL at which the documents of a question are tagged together."""
    return url_for("bulk.show", **asking.parameters(replace(question, page=1)))


def _changes(document: Document, wish: Wish) -> bool:
    if wish.facet is Facet.EVENT:
        return (document.event.id if document.event else "") != wish.value
    return (wish.value in document.values(wish.facet)) == wish.remove


def _decisions(wish: Wish) -> Decisions:
    if wish.facet is Facet.EVENT:
        return Decisions(fields={Field.EVENT: wish.value})
    if wish.remove:
        return Decisions(decline=((wish.facet, wish.value),))
    return Decisions(choose=choices.tags(wish.facet, [wish.value]))


def _back(facet: Facet, value: str, before: str) -> Decisions:
    """Return the decisions that restore an earlier state: `+` chosen, `-` declined, `@event`, or "" for the rules."""
    if facet is Facet.EVENT:
        return Decisions(fields={Field.EVENT: before.removeprefix("@") if before.startswith("@") else None})
    if before == "+":
        return Decisions(choose=choices.tags(facet, [value]))
    if before == "-":
        return Decisions(decline=((facet, value),))
    return Decisions(undecide=((facet, value),))


def _said_before(document: Document, wish: Wish) -> str:
    """Return what a person had decided about the same value, in the code that `_build_undo` reads."""
    known = hive().catalogue.decided(document.id)
    if wish.facet is Facet.EVENT:
        said = known.fields.get(Field.EVENT)
        return f"@{said.value}" if said else ""
    for each in known.tags:
        if (each.facet, each.value) == (wish.facet, wish.value):
            return "+" if each.chosen else "-"
    return ""


def _wish() -> Wish | None:
    facet_name, _, value = request.form.get("etiquette", "").partition(":")
    facet = {each.value: each for each in (*choices.TAGGED, Facet.EVENT)}.get(facet_name)
    if facet is None:
        return None
    known = dict(choices.events() if facet is Facet.EVENT else choices.entries(facet))
    if value not in known:
        return None
    # An event is replaced by another, not removed: one document has one event at most.
    remove = request.form.get("action") == _REMOVE and facet is not Facet.EVENT
    return Wish(remove, facet, value, known[value])


def _parameters() -> dict[str, Any]:
    """Return the parameters of the list, without those of the action."""
    question = asking.read(request.values, groups())
    folder = request.values.get("dossier", "")
    return asking.parameters(replace(question, page=1)) | ({"dossier": folder} if folder else {})


def _documents() -> list[Document]:
    folder = request.values.get("dossier", "").strip("/")
    # One page holds the whole list.
    question = replace(asking.read(request.values, groups()), page=1, per_page=_MOST)
    if not folder:
        # Near-duplicates are grouped under another document in results, but are tagged like any other.
        return [each for found in hive().search.ask(question).found for each in (found.document, *found.alike)]
    # Places are paths of files: those of a folder begin with its path.
    inside = {place.document_id for path, place in hive().catalogue.places().items() if path.startswith(f"{folder}/")}
    found = hive().catalogue.documents(sorted(filter(None, inside))[:_MOST], groups())
    return sorted(found.values(), key=lambda each: each.paths)


def _page(done: Wish | None = None, changed: Sequence[tuple[str, str]] = (), chosen: int = 0, wrong: str = "") -> str:
    documents = _documents()
    folder = request.values.get("dossier", "").strip("/")
    return render_template(
        "animation/bulk.html",
        documents=documents,
        full=len(documents) >= _MOST,
        folder=folder,
        told=f"Dossier «\u00a0{folder}\u00a0»" if folder else told(asking.read(request.values, groups())),
        parameters={name: [value] if isinstance(value, str) else value for name, value in _parameters().items()},
        question=request.values.get("q", ""),
        themes=choices.entries(Facet.THEME),
        territories=choices.entries(Facet.TERRITORY),
        events=choices.events(),
        wanted=request.values.get("etiquette", ""),
        done=done,
        changed=changed,
        chosen=chosen,
        wrong=wrong,
        undone="annule" in request.args,
    )
