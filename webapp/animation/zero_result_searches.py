"""Searches that found nothing, or little, or of which nobody opened a result; what would mend each in one gesture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.accounts import EVERYBODY
from index.catalogue import LITTLE_FOUND, JudgedQuestion, SearchFault, SearchFollowups
from index.model import ExplainedError
from index.search import Question, find_meant_expressions, find_other_spellings
from index.text import fold_accents
from index.vocabulary import EntryKind
from webapp.animation.vocabulary_editor import find_free_synonyms_slug, read_change_to_evaluate
from webapp.auth import current_account_id, restrict_to_animators
from webapp.server import NOT_FOUND, ProblemError, services

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from werkzeug.wrappers import Response

    from index.catalogue import FaultySearch
    from index.model import Document

zero_result_blueprint = restrict_to_animators(
    Blueprint("zero_results", __name__, url_prefix="/animation/recherches-sans-resultat")
)

PERIOD_DAYS = 90
MAX_SEARCHES = 50
_MAX_OTHERS = 20
"""Searches shown that found something: there are more of these, and each matters less."""

_MAX_PROPOSALS = 3
_MAX_TRIED = 9
"""Expressions tried for one search: each costs a search."""

_MAX_EXPRESSION_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Proposal:
    """Another expression for a search, where it comes from, and how many documents it finds."""

    text: str
    origin: str
    found: int


@dataclass(frozen=True, slots=True)
class ZeroResultRow:
    """A search, what may mend it, and how many documents it finds now."""

    search: FaultySearch
    proposals: tuple[Proposal, ...]
    documents: tuple[Document, ...]
    found_now: int
    is_mended: bool
    question: Question


@zero_result_blueprint.get("")
def show() -> str:
    """List the searches by what is wrong with them, the most frequent first, each with what may mend it."""
    since = datetime.now().astimezone().date() - timedelta(days=PERIOD_DAYS)
    usage = services().catalogue.usage
    faulty = {
        fault: usage.list_faulty(fault, since, MAX_SEARCHES if fault is SearchFault.NOTHING else _MAX_OTHERS)
        for fault in SearchFault
    }
    # A document that only animators find is no answer to those who searched.
    followups = usage.list_followups([each.text for those in faulty.values() for each in those], EVERYBODY)
    tried = request.args.get("essai", "")
    return render_template(
        "animation/zero_results.html",
        lists={
            fault: [_make_row(fault, each, followups[each.text]) for each in those] for fault, those in faulty.items()
        },
        days=PERIOD_DAYS,
        tried=tried,
        tried_finds=_count_results(tried) if tried else 0,
        changed=read_change_to_evaluate(),
    )


@zero_result_blueprint.post("/synonyme")
def add() -> Response:
    """Make an expression and another synonyms, so that a search for one finds the other."""
    text, other = (
        " ".join(request.form.get(name, "").split())[:_MAX_EXPRESSION_LENGTH] for name in ("recherche", "synonyme")
    )
    return _save_synonym(text, other)


@zero_result_blueprint.post("/document")
def link() -> Response:
    """Have a search find a document by its title, and keep the search as a judged question that it answers."""
    text = " ".join(request.form.get("recherche", "").split())[:_MAX_EXPRESSION_LENGTH]
    # Its title, as a synonym, will be read by all.
    document = services().catalogue.documents.find(request.form.get("document", ""), EVERYBODY)
    if document is None:
        raise ProblemError(404, NOT_FOUND)
    try:
        judged = JudgedQuestion(text, document.paths[:1], (document.id,))
        services().catalogue.judged_questions.keep([judged], current_account_id())
    except ExplainedError as error:
        flash(str(error), "error")
        return redirect(url_for("zero_results.show"), 303)
    return _save_synonym(text, " ".join(document.title.split())[:_MAX_EXPRESSION_LENGTH])


@zero_result_blueprint.post("/oubli")
def forget() -> Response:
    """Take a search off the list: a slip, or something that no synonym can help."""
    services().catalogue.usage.forget(request.form.get("recherche", ""))
    flash("Recherche écartée\u00a0: ses mots sont oubliés.", "success")
    return redirect(url_for("zero_results.show"), 303)


def _save_synonym(text: str, other: str) -> Response:
    try:
        slug, group = _extend_synonyms(text, other)
        with services().catalogue.transaction() as transaction:
            number = transaction.vocabulary_changes.add(EntryKind.SYNONYMS, slug, group, current_account_id())
    except ExplainedError as error:
        flash(str(error), "error")
        return redirect(url_for("zero_results.show"), 303)
    return redirect(url_for("zero_results.show", essai=text, changement=number), 303)


def _extend_synonyms(text: str, other: str) -> tuple[str, tuple[str, ...]]:
    """Return the slug and the content of the synonym group for both: the group of `other`, or a new one."""
    for slug, group in services().vocabulary.synonyms.items():
        # Compared without accents and capitals, as searches are.
        if fold_accents(other) in map(fold_accents, group):
            return slug, tuple(dict.fromkeys((*group, text)))
    group = tuple(dict.fromkeys(filter(None, (other, text))))
    return find_free_synonyms_slug(other or text), group


def _make_row(fault: SearchFault, search: FaultySearch, followups: SearchFollowups) -> ZeroResultRow:
    found = _count_results(search.text)
    # What was found enough, and not opened, is not mended by finding more.
    enough = {SearchFault.NOTHING: 1, SearchFault.LITTLE: LITTLE_FOUND + 1}
    is_mended = fault in enough and found >= enough[fault]
    proposals = () if is_mended else tuple(islice(_propose(search.text, found, followups), _MAX_PROPOSALS))
    question = Question(search.text)
    return ZeroResultRow(search, proposals, followups.documents[:_MAX_PROPOSALS], found, is_mended, question)


def _propose(text: str, found: int, followups: SearchFollowups) -> Iterator[Proposal]:
    """Yield other expressions that find more than a search, the surest first: others would not help."""
    for other, origin in islice(_list_candidates(text, followups), _MAX_TRIED):
        total = _count_results(other)
        if total > found:
            yield Proposal(other, origin, total)


def _list_candidates(text: str, followups: SearchFollowups) -> Iterable[tuple[str, str]]:
    # What people did tells more than what words look like.
    told = dict.fromkeys(followups.next_texts, "cherché ensuite")
    sources = services().search.suggestion_sources(EVERYBODY)
    spellings = find_other_spellings(text, sources)[:_MAX_PROPOSALS] if sources else ()
    meant = find_meant_expressions(text, services().vocabulary, _MAX_TRIED)
    for others, origin in ((meant, "même sens dans le vocabulaire"), (spellings, "orthographe proche")):
        for each in others:
            told.setdefault(each, origin)
    return told.items()


def _count_results(text: str) -> int:
    return services().search.total(Question(text, groups=EVERYBODY))
