"""Searches without results, and the synonyms that would give them some."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.analysis import fold
from index.errors import ExplainedError
from index.proposals import near
from index.search import Question
from index.vocabulary import Kind
from webapp.animation.access import only_for_animators, who
from webapp.animation.words import free_slug
from webapp.hive import groups, hive

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from index.catalogue.usage import Fruitless

blueprint = only_for_animators(Blueprint("fruitless", __name__, url_prefix="/animation/recherches-sans-resultat"))

DAYS = 90
MOST = 50
_PROPOSED = 3
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A search without results, near expressions to propose, and how many documents it finds now."""

    search: Fruitless
    proposed: tuple[str, ...]
    finds: int


@blueprint.get("")
def show() -> str:
    """List the searches without results, the most frequent first, each with near expressions."""
    since = datetime.now().astimezone().date() - timedelta(days=DAYS)
    searches = hive().catalogue.usage.fruitless(since, MOST)
    tried = request.args.get("essai", "")
    return render_template(
        "animation/fruitless.html",
        rows=[Row(each, _proposed(each.text), _finds(each.text)) for each in searches],
        days=DAYS,
        tried=tried,
        tried_finds=_finds(tried) if tried else 0,
    )


@blueprint.post("/synonyme")
def add() -> Response:
    """Make an expression and another synonyms, so that a search for one finds the other."""
    text, other = (" ".join(request.form.get(name, "").split())[:_LONGEST] for name in ("recherche", "synonyme"))
    try:
        slug, group = _group(text, other)
        with hive().catalogue.writing() as write:
            write.change_vocabulary(Kind.SYNONYMS, slug, group, who())
    except ExplainedError as error:
        flash(str(error), "error")
        return redirect(url_for("fruitless.show"), 303)
    return redirect(url_for("fruitless.show", essai=text), 303)


@blueprint.post("/oubli")
def forget() -> Response:
    """Take a search off the list: a slip, or something that no synonym can help."""
    hive().catalogue.usage.forget(request.form.get("recherche", ""))
    flash("Recherche écartée\u00a0: ses mots sont oubliés.", "success")
    return redirect(url_for("fruitless.show"), 303)


def _group(text: str, other: str) -> tuple[str, tuple[str, ...]]:
    """Return the slug and the content of the synonym group for both: the group of `other`, or a new one."""
    for slug, group in hive().vocabulary.synonyms.items():
        # Compared without accents and capitals, as searches are.
        if fold(other) in map(fold, group):
            return slug, tuple(dict.fromkeys((*group, text)))
    group = tuple(dict.fromkeys(filter(None, (other, text))))
    return free_slug(other or text), group


def _proposed(text: str) -> tuple[str, ...]:
    """Return near expressions that find something: others would not help."""
    # Each candidate costs a search: they are tried only until there are enough.
    found = (each for each in near(text, hive().vocabulary, 3 * _PROPOSED) if _finds(each))
    return tuple(each for each, _ in zip(found, range(_PROPOSED), strict=False))


def _finds(text: str) -> int:
    return hive().search.ask(Question(text, per_page=1, groups=groups())).total
