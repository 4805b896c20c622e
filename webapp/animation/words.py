"""The vocabulary editor: changes apply at once, and can be undone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.analysis import fold
from index.errors import ExplainedError
from index.vocabulary import Acronym, AnyEntry, Entry, Kind, Territory, VocabularyChange, VocabularyError, slug_of
from webapp.animation.access import only_for_animators, who
from webapp.errors import NOT_FOUND, ProblemError
from webapp.hive import hive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import MultiDict
    from werkzeug.wrappers import Response

blueprint = only_for_animators(Blueprint("words", __name__, url_prefix="/animation/vocabulaire"))

TITLES = {
    Kind.THEME: ("Thèmes", "un thème"),
    Kind.TERRITORY: ("Territoires", "un territoire"),
    Kind.ACRONYM: ("Sigles", "un sigle"),
    Kind.SYNONYMS: ("Synonymes", "des synonymes"),
    Kind.EVENT_TYPE: ("Types de rendez-vous", "un type de rendez-vous"),
}
"""The title of each list, and what is added to it."""

_SHOWN_CHANGES = 100
_LONGEST = 200


@blueprint.get("")
def show() -> str:
    """Show one list of the vocabulary."""
    kind = _kind()
    return render_template(
        "animation/words.html",
        kind=kind,
        titles=TITLES,
        rows=sorted(((slug, _name(entry), _others(entry)) for slug, entry in listed(kind).items()), key=_order),
    )


@blueprint.get("/entree")
def edit() -> str:
    """Show the form of an entry, or of a new one."""
    kind, slug = _kind(), request.args.get("entree", "")
    entry = listed(kind).get(slug)
    if slug and entry is None:
        raise ProblemError(404, NOT_FOUND)
    return _form(kind, slug, written(entry) if entry else {})


@blueprint.post("/entree")
def keep() -> Response | tuple[str, int]:
    """Save an entry."""
    kind, slug = _kind(), request.form.get("entree", "")
    before = listed(kind).get(slug)
    try:
        entry = read(kind, slug, request.form, before)
        # An edited entry keeps its slug, since documents refer to it.
        name = slug or new_slug(kind, entry)
        with hive().catalogue.writing() as write:
            write.change_vocabulary(kind, name, entry, who())
    except ExplainedError as error:
        return _form(kind, slug, request.form, str(error)), 400
    flash(f"«\u00a0{_name(entry)}\u00a0» est enregistré\u00a0: la recherche en tient compte dès maintenant.", "success")
    return redirect(url_for("words.show", liste=kind.value), 303)


@blueprint.post("/retrait")
def remove() -> Response:
    """Remove an entry."""
    kind, slug = _kind(), request.form.get("entree", "")
    entry = listed(kind).get(slug)
    if entry is None:
        raise ProblemError(404, NOT_FOUND)
    with hive().catalogue.writing() as write:
        write.change_vocabulary(kind, slug, None, who())
    flash(f"«\u00a0{_name(entry)}\u00a0» est retiré. L’historique permet d’annuler.", "success")
    return redirect(url_for("words.show", liste=kind.value), 303)


@blueprint.get("/historique")
def history() -> str:
    """List the latest changes, each with a button that undoes it."""
    changes = hive().catalogue.vocabulary_changes()
    return render_template("animation/changes.html", changes=changes[:_SHOWN_CHANGES], titles=TITLES, told=told_change)


@blueprint.post("/historique/<int:number>/annulation")
def undo(number: int) -> Response:
    """Undo a change."""
    try:
        with hive().catalogue.writing() as write:
            write.undo_change(number, who())
    except (VocabularyError, OverflowError) as error:
        # A number of the address may exceed the integers of the database.
        raise ProblemError(404, NOT_FOUND) from error
    flash("Changement annulé\u00a0: la recherche en tient compte dès maintenant.", "success")
    return redirect(url_for("words.history"), 303)


def listed(kind: Kind) -> Mapping[str, AnyEntry]:
    """Return the entries of one list, by slug."""
    words = hive().vocabulary
    lists: dict[Kind, Mapping[str, AnyEntry]] = {
        Kind.THEME: words.themes,
        Kind.TERRITORY: words.territories,
        Kind.EVENT_TYPE: words.event_types,
        Kind.ACRONYM: words.acronyms,
        Kind.SYNONYMS: words.synonyms,
    }
    return lists[kind]


def read(kind: Kind, slug: str, form: MultiDict[str, str], before: AnyEntry | None) -> AnyEntry:
    """Read the entry of a form; what the form does not show stays as it was. Raises VocabularyError."""
    name, others = _clean(form.get("nom", "")), _lines(form.get("autres", ""))
    if kind is Kind.SYNONYMS:
        # An empty group would be read as a removal.
        return others or ("",)
    if not name:
        raise VocabularyError("Donnez un nom.")
    if kind is Kind.ACRONYM:
        return Acronym(slug or name, _clean(form.get("sens", "")), others, form.get("ambigu") == "1")
    if kind is Kind.TERRITORY:
        # A territory has more fields than the form.
        kept = cast("Territory", before) if before else Territory(slug_of(name), name)
        department, region = _clean(form.get("departement", "")), _clean(form.get("region", ""))
        return replace(kept, label=name, aliases=others, department=department, region=region)
    return Entry(slug or slug_of(name), name, others)


def written(entry: AnyEntry) -> dict[str, str]:
    """Return the values of the form for an entry."""
    match entry:
        case Acronym():
            shown = {"nom": entry.letters, "sens": entry.meaning, "ambigu": "1" if entry.ambiguous else ""}
        case Territory():
            shown = {"nom": entry.label, "departement": entry.department, "region": entry.region}
        case Entry():
            shown = {"nom": entry.label}
        case _:
            return {"autres": "\n".join(entry)}
    return shown | {"autres": "\n".join(entry.aliases)}


def new_slug(kind: Kind, entry: AnyEntry) -> str:
    """Return the slug of a new entry. Raises VocabularyError when another entry has it."""
    if isinstance(entry, tuple):
        return free_slug(entry[0] if entry else "")
    slug = entry.letters if isinstance(entry, Acronym) else entry.slug
    if slug in listed(kind):
        raise VocabularyError(f"« {_name(entry)} » est déjà dans la liste : modifiez l’entrée qui y est.")
    return slug


def free_slug(expression: str) -> str:
    """Return a free slug for a new group of synonyms that begins with this expression."""
    slug, number = slug_of(expression), 1
    # No slug holds « ~ »: numbered slugs cannot be those of another expression.
    while (name := f"{slug}~{number}" if number > 1 else slug) in hive().vocabulary.synonyms:
        number += 1
    return name


def told_change(change: VocabularyChange) -> str:
    """Describe a change in French words."""
    if change.undoes is not None:
        return f"annulation du changement n°\u00a0{change.undoes}"
    if change.entry is None:
        return f"retrait de «\u00a0{change.slug}\u00a0»"
    others = _others(change.entry)
    return f"«\u00a0{_name(change.entry)}\u00a0»" + (f" ({others})" if others else "")


def _form(kind: Kind, slug: str, values: Mapping[str, str], wrong: str = "") -> str:
    return render_template("animation/word.html", kind=kind, slug=slug, values=values, titles=TITLES, wrong=wrong)


def _kind() -> Kind:
    return {kind.value: kind for kind in Kind}.get(request.values.get("liste", ""), Kind.THEME)


def _name(entry: AnyEntry) -> str:
    if isinstance(entry, tuple):
        return ", ".join(entry)
    return entry.letters if isinstance(entry, Acronym) else entry.label


def _others(entry: AnyEntry) -> str:
    if isinstance(entry, tuple):
        return ""
    meaning = (entry.meaning,) if isinstance(entry, Acronym) else ()
    return ", ".join((*meaning, *entry.aliases))


def _order(row: tuple[str, str, str]) -> str:
    return fold(row[1])


def _clean(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]


def _lines(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(_clean, text.splitlines()))))
