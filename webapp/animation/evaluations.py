"""« Est-ce que mon changement aide ? »: judged questions before and after a change of what ranks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.search import DEPTHS, FEW_QUESTIONS, Verdict, compare_evaluations, read_conditions
from webapp.animation.background_evaluation import evaluate_in_background
from webapp.animation.judged_question_pages import list_visible_questions
from webapp.animation.vocabulary_editor import LIST_TITLES, describe_change
from webapp.auth import restrict_to_animators
from webapp.server import services

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.wrappers import Response

    from index.catalogue import Evaluation
    from index.vocabulary import VocabularyChange

evaluation_blueprint = restrict_to_animators(Blueprint("evaluations", __name__, url_prefix="/animation/evaluation"))

_EVALUATIONS_SHOWN = 20

_PATIENCE_SECONDS = 2.0
"""How long the request waits for what it began: thirty questions are over by then, and their result is shown."""


@dataclass(frozen=True, slots=True)
class QuestionMove:
    """A question whose first answer came up or went down; 0 is beyond the tenth place."""

    text: str
    before: int
    after: int


@evaluation_blueprint.get("")
def show() -> str:
    """Show the evaluation under way, the last one beside the one before it, and those before."""
    evaluations = services().catalogue.judged_questions.list_evaluations(_EVALUATIONS_SHOWN)
    latest, before = (*evaluations[:2], None, None)[:2]
    compared = compare_evaluations(before, latest) if latest and before else None
    # Only those that the person may see are named; all that are evaluated have an answer that all members see.
    texts = {each.question.id: each.question.text for each in list_visible_questions()}
    return render_template(
        "animation/evaluation.html",
        run=(run := services().catalogue.evaluation_runs.read()),
        running=run is not None and run.is_running(datetime.now(UTC)),
        questions=len(texts),
        few=FEW_QUESTIONS,
        depths=DEPTHS,
        evaluations=evaluations,
        latest=latest,
        before=before,
        compared=compared,
        worse=compared is not None and compared.verdict is Verdict.WORSE,
        gained=_list_moves(texts, before, latest, compared.gained) if compared else [],
        lost=_list_moves(texts, before, latest, compared.lost) if compared else [],
        to_undo=_list_changes_between(before, latest) if before and latest else [],
        titles=LIST_TITLES,
        describe=describe_change,
    )


@evaluation_blueprint.post("")
def run() -> Response:
    """Evaluate the judged questions from now on; with `changement`, also as it was before that vocabulary change."""
    here = services()
    repository = here.catalogue.judged_questions
    questions = repository.list_all()
    if not questions:
        flash("Gardez d’abord des questions de contrôle, depuis les résultats d’une recherche.", "error")
        return redirect(url_for("judged_questions.show"), 303)
    conditions = read_conditions(here.settings, here.catalogue, here.vocabulary_overrides.file_vocabulary)
    passes = [(here.search, conditions)]
    # A number that is none, or that no change has yet, evaluates what is: nothing is lost by it.
    number = request.form.get("changement", type=int)
    if number and 0 < number <= conditions.vocabulary:
        earlier = replace(conditions, vocabulary=number - 1)
        latest = next(iter(repository.list_evaluations(1)), None)
        # Asked now too, on the documents of today: nothing but the change then differs.
        if latest is None or latest.conditions != earlier:
            former = here.search.with_vocabulary(here.vocabulary_overrides.vocabulary_before(number))
            passes.insert(0, (former, earlier))
    if began := evaluate_in_background(here.catalogue, questions, passes):
        began.join(_PATIENCE_SECONDS)
    else:
        flash("Une évaluation est déjà en cours\u00a0: lancez la vôtre quand elle sera finie.", "error")
    return redirect(url_for("evaluations.show"), 303)


def _list_moves(
    texts: dict[str, str], before: Evaluation | None, latest: Evaluation | None, ids: Iterable[str]
) -> list[QuestionMove]:
    """Return the questions that moved, those erased since left out."""
    if before is None or latest is None:
        return []
    return [QuestionMove(texts[id_], before.places[id_], latest.places[id_]) for id_ in ids if id_ in texts]


def _list_changes_between(before: Evaluation, latest: Evaluation) -> list[VocabularyChange]:
    """Return the changes of the vocabulary that came between two evaluations and are in force, the newest first."""
    first, last = before.conditions.vocabulary, latest.conditions.vocabulary
    changes = services().catalogue.vocabulary_changes.list_all()
    return [each for each in changes if first < each.number <= last and each.in_force]
