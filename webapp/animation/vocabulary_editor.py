"""The vocabulary editor: changes apply at once, and can be undone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.model import ExplainedError
from index.text import fold_accents
from index.vocabulary import Acronym, AnyEntry, EntryKind, Territory, VocabularyEntry, VocabularyError, slugify
from webapp.auth import current_account_id, restrict_to_animators
from webapp.server import NOT_FOUND, ProblemError, quote_text, services

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import MultiDict
    from werkzeug.wrappers import Response

    from index.vocabulary import VocabularyChange

vocabulary_blueprint = restrict_to_animators(Blueprint("vocabulary", __name__, url_prefix="/animation/vocabulaire"))

_FACET_TITLES = {kind: (kind.facet.spec.plural, f"un {kind.facet.label.lower()}") for kind in EntryKind if kind.facet}
_WORD_TITLES = {EntryKind.ACRONYM: ("Sigles", "un sigle"), EntryKind.SYNONYMS: ("Synonymes", "des synonymes")}
# Event types come last: the team changes them least.
_LAST_TITLES = {EntryKind.EVENT_TYPE: _FACET_TITLES.pop(EntryKind.EVENT_TYPE)}
LIST_TITLES = _FACET_TITLES | _WORD_TITLES | _LAST_TITLES
"""The title of each list, and what is added to it."""

_CHANGES_SHOWN = 100
_MAX_LINE_LENGTH = 200


@vocabulary_blueprint.get("")
def show() -> str:
    """Show one list of the vocabulary."""
    kind = _read_kind()
    return render_template(
        "animation/vocabulary.html",
        kind=kind,
        titles=LIST_TITLES,
        changed=read_change_to_evaluate(),
        rows=sorted(
            ((slug, _entry_name(entry), _entry_aliases(entry)) for slug, entry in vocabulary_entries(kind).items()),
            key=_row_sort_key,
        ),
    )


@vocabulary_blueprint.get("/entree")
def edit() -> str:
    """Show the form of an entry, or of a new one."""
    kind, slug = _read_kind(), request.args.get("entree", "")
    entry = vocabulary_entries(kind).get(slug)
    if slug and entry is None:
        raise ProblemError(404, NOT_FOUND)
    return _render_form(kind, slug, entry_form_values(entry) if entry else {})


@vocabulary_blueprint.post("/entree")
def save() -> Response | tuple[str, int]:
    """Save an entry."""
    kind, slug = _read_kind(), request.form.get("entree", "")
    before = vocabulary_entries(kind).get(slug)
    try:
        entry = read_entry_form(kind, slug, request.form, before)
        # An edited entry keeps its slug, since documents refer to it.
        name = slug or choose_entry_slug(kind, entry)
        with services().catalogue.transaction() as transaction:
            number = transaction.vocabulary_changes.add(kind, name, entry, current_account_id())
    except ExplainedError as error:
        return _render_form(kind, slug, request.form, str(error)), 400
    flash(
        f"{quote_text(_entry_name(entry))} est enregistré\u00a0: la recherche en tient compte dès maintenant.",
        "success",
    )
    return redirect(url_for("vocabulary.show", liste=kind.value, changement=number), 303)


@vocabulary_blueprint.post("/retrait")
def remove() -> Response:
    """Remove an entry."""
    kind, slug = _read_kind(), request.form.get("entree", "")
    entry = vocabulary_entries(kind).get(slug)
    if entry is None:
        raise ProblemError(404, NOT_FOUND)
    with services().catalogue.transaction() as transaction:
        number = transaction.vocabulary_changes.add(kind, slug, None, current_account_id())
    flash(f"{quote_text(_entry_name(entry))} est retiré. L’historique permet d’annuler.", "success")
    return redirect(url_for("vocabulary.show", liste=kind.value, changement=number), 303)


@vocabulary_blueprint.get("/historique")
def history() -> str:
    """List the latest changes, each with a button that undoes it."""
    changes = services().catalogue.vocabulary_changes.list_all()
    return render_template(
        "animation/changes.html",
        changes=changes[:_CHANGES_SHOWN],
        changed=read_change_to_evaluate(),
        titles=LIST_TITLES,
        describe=describe_change,
    )


@vocabulary_blueprint.post("/historique/<int:number>/annulation")
def undo(number: int) -> Response:
    """Undo a change."""
    try:
        with services().catalogue.transaction() as transaction:
            undoing = transaction.vocabulary_changes.undo(number, current_account_id())
    except (VocabularyError, OverflowError) as error:
        # A number of the address may exceed the integers of the database.
        raise ProblemError(404, NOT_FOUND) from error
    flash("Changement annulé\u00a0: la recherche en tient compte dès maintenant.", "success")
    return redirect(url_for("vocabulary.history", changement=undoing), 303)


def read_change_to_evaluate() -> int:
    """Return the number of the change that was just made, where judged questions can say whether it helps; else 0."""
    number = request.args.get("changement", 0, type=int)
    return number if number > 0 and services().catalogue.judged_questions.list_all() else 0


def vocabulary_entries(kind: EntryKind) -> Mapping[str, AnyEntry]:
    """Return the entries of one list, by slug."""
    return services().vocabulary.entries_of_kind(kind)


def read_entry_form(kind: EntryKind, slug: str, form: MultiDict[str, str], before: AnyEntry | None) -> AnyEntry:
    """Read the entry of a form; what the form does not show stays as it was. Raises VocabularyError."""
    name, others = _clean_line(form.get("nom", "")), _clean_lines(form.get("autres", ""))
    if kind is EntryKind.SYNONYMS:
        # An empty group would be read as a removal.
        return others or ("",)
    if not name:
        raise VocabularyError("Donnez un nom.")
    if kind is EntryKind.ACRONYM:
        return Acronym(slug or name, _clean_line(form.get("sens", "")), others, form.get("ambigu") == "1")
    if kind is EntryKind.TERRITORY:
        # A territory has more fields than the form.
        territory = cast("Territory", before) if before else Territory(slugify(name), name)
        department, region = _clean_line(form.get("departement", "")), _clean_line(form.get("region", ""))
        return replace(territory, label=name, aliases=others, department=department, region=region)
    return VocabularyEntry(slug or slugify(name), name, others)


def entry_form_values(entry: AnyEntry) -> dict[str, str]:
    """Return the values of the form for an entry."""
    match entry:
        case Acronym():
            values = {"nom": entry.letters, "sens": entry.meaning, "ambigu": "1" if entry.ambiguous else ""}
        case Territory():
            values = {"nom": entry.label, "departement": entry.department, "region": entry.region}
        case VocabularyEntry():
            values = {"nom": entry.label}
        case _:
            return {"autres": "\n".join(entry)}
    return values | {"autres": "\n".join(entry.aliases)}


def choose_entry_slug(kind: EntryKind, entry: AnyEntry) -> str:
    """Return the slug of a new entry. Raises VocabularyError when another entry has it."""
    if isinstance(entry, tuple):
        return find_free_synonyms_slug(entry[0] if entry else "")
    slug = entry.letters if isinstance(entry, Acronym) else entry.slug
    if slug in vocabulary_entries(kind):
        raise VocabularyError(f"« {_entry_name(entry)} » est déjà dans la liste : modifiez l’entrée qui y est.")
    return slug


def find_free_synonyms_slug(expression: str) -> str:
    """Return a free slug for a new group of synonyms that begins with this expression."""
    slug, number = slugify(expression), 1
    # No slug holds « ~ »: numbered slugs cannot be those of another expression.
    while (name := f"{slug}~{number}" if number > 1 else slug) in services().vocabulary.synonyms:
        number += 1
    return name


def describe_change(change: VocabularyChange) -> str:
    """Describe a change in French words."""
    if change.undoes is not None:
        return f"annulation du changement n°\u00a0{change.undoes}"
    if change.entry is None:
        return f"retrait de {quote_text(change.slug)}"
    others = _entry_aliases(change.entry)
    return f"{quote_text(_entry_name(change.entry))}" + (f" ({others})" if others else "")


def _render_form(kind: EntryKind, slug: str, values: Mapping[str, str], wrong: str = "") -> str:
    return render_template(
        "animation/vocabulary_entry.html", kind=kind, slug=slug, values=values, titles=LIST_TITLES, wrong=wrong
    )


def _read_kind() -> EntryKind:
    return {kind.value: kind for kind in EntryKind}.get(request.values.get("liste", ""), EntryKind.THEME)


def _entry_name(entry: AnyEntry) -> str:
    if isinstance(entry, tuple):
        return ", ".join(entry)
    return entry.letters if isinstance(entry, Acronym) else entry.label


def _entry_aliases(entry: AnyEntry) -> str:
    if isinstance(entry, tuple):
        return ""
    meaning = (entry.meaning,) if isinstance(entry, Acronym) else ()
    return ", ".join((*meaning, *entry.aliases))


def _row_sort_key(row: tuple[str, str, str]) -> str:
    return fold_accents(row[1])


def _clean_line(text: str) -> str:
    return " ".join(text.split())[:_MAX_LINE_LENGTH]


def _clean_lines(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(_clean_line, text.splitlines()))))
