"""Searches without results, and the synonyms that would give them some."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.model import MEMBERS, ExplainedError
from index.search import Question, find_similar_expressions
from index.text import fold_accents
from index.vocabulary import EntryKind
from webapp.animation.vocabulary_editor import find_free_synonyms_slug
from webapp.auth import current_account_id, restrict_to_animators
from webapp.server import services

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from index.catalogue import FruitlessSearch

zero_result_blueprint = restrict_to_animators(
    Blueprint("zero_results", __name__, url_prefix="/animation/recherches-sans-resultat")
)

PERIOD_DAYS = 90
MAX_SEARCHES = 50
_MAX_PROPOSALS = 3
_MAX_EXPRESSION_LENGTH = 200


@dataclass(frozen=True, slots=True)
class ZeroResultRow:
    """A search without results, near expressions to propose, and how many documents it finds now."""

    search: FruitlessSearch
    proposals: tuple[str, ...]
    found_now: int


@zero_result_blueprint.get("")
def show() -> str:
    """List the searches without results, the most frequent first, each with near expressions."""
    since = datetime.now().astimezone().date() - timedelta(days=PERIOD_DAYS)
    searches = services().catalogue.usage.list_fruitless(since, MAX_SEARCHES)
    tried = request.args.get("essai", "")
    return render_template(
        "animation/zero_results.html",
        rows=[ZeroResultRow(each, _propose_expressions(each.text), _count_results(each.text)) for each in searches],
        days=PERIOD_DAYS,
        tried=tried,
        tried_finds=_count_results(tried) if tried else 0,
    )


@zero_result_blueprint.post("/synonyme")
def add() -> Response:
    """Make an expression and another synonyms, so that a search for one finds the other."""
    text, other = (
        " ".join(request.form.get(name, "").split())[:_MAX_EXPRESSION_LENGTH] for name in ("recherche", "synonyme")
    )
    try:
        slug, group = _extend_synonyms(text, other)
        with services().catalogue.transaction() as transaction:
            transaction.vocabulary_changes.add(EntryKind.SYNONYMS, slug, group, current_account_id())
    except ExplainedError as error:
        flash(str(error), "error")
        return redirect(url_for("zero_results.show"), 303)
    return redirect(url_for("zero_results.show", essai=text), 303)


@zero_result_blueprint.post("/oubli")
def forget() -> Response:
    """Take a search off the list: a slip, or something that no synonym can help."""
    services().catalogue.usage.forget(request.form.get("recherche", ""))
    flash("Recherche écartée\u00a0: ses mots sont oubliés.", "success")
    return redirect(url_for("zero_results.show"), 303)


def _extend_synonyms(text: str, other: str) -> tuple[str, tuple[str, ...]]:
    """Return the slug and the content of the synonym group for both: the group of `other`, or a new one."""
    for slug, group in services().vocabulary.synonyms.items():
        # Compared without accents and capitals, as searches are.
        if fold_accents(other) in map(fold_accents, group):
            return slug, tuple(dict.fromkeys((*group, text)))
    group = tuple(dict.fromkeys(filter(None, (other, text))))
    return find_free_synonyms_slug(other or text), group


def _propose_expressions(text: str) -> tuple[str, ...]:
    """Return near expressions that find something: others would not help."""
    # Each candidate costs a search: they are tried only until there are enough.
    found = (
        each
        for each in find_similar_expressions(text, services().vocabulary, 3 * _MAX_PROPOSALS)
        if _count_results(each)
    )
    return tuple(each for each, _ in zip(found, range(_MAX_PROPOSALS), strict=False))


def _count_results(text: str) -> int:
    # What every member sees: a document that only animators find is no answer to those who searched.
    return services().search.ask(Question(text, per_page=1, groups=frozenset({MEMBERS}))).total
