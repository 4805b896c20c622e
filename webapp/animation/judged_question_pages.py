"""Judged questions: kept from results in two gestures, edited, erased, imported and exported."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for

from index.accounts import EVERYBODY
from index.catalogue import LONGEST_QUESTION, JudgedQuestion
from index.model import ExplainedError
from index.search import (
    DEPTHS,
    Question,
    ResolvedQuestion,
    parse_judged_questions,
    pin_documents,
    render_judged_questions,
    resolve_questions,
)
from index.text import fold_accents
from webapp.auth import current_account_id, current_groups, restrict_to_animators
from webapp.server import NOT_FOUND, ProblemError, format_count, quote_text, services

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from index.model import Document

judged_blueprint = restrict_to_animators(
    Blueprint("judged_questions", __name__, url_prefix="/animation/questions-de-controle")
)


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """A judged question as the list shows it; `place` is that of the last evaluation, None where it had no part."""

    resolved: ResolvedQuestion
    place: int | None


@dataclass(frozen=True, slots=True)
class AnswerChoice:
    """A document that may answer a question, whether it does, and whether members see it."""

    document: Document
    chosen: bool
    for_members: bool


@judged_blueprint.get("")
def show() -> str:
    """List the judged questions of which the person may see an answer, or whose answers are gone."""
    # Where a question stood says which ones to look at: a list of thirty is not read from its top.
    latest = next(iter(services().catalogue.judged_questions.list_evaluations(1)), None)
    places = latest.places if latest else {}
    return render_template(
        "animation/judged_questions.html",
        rows=[JudgedRow(each, places.get(each.question.id)) for each in list_visible_questions()],
        depth=DEPTHS[-1],
    )


@judged_blueprint.get("/question")
def edit() -> str:
    """Show a question, new or kept, with the documents that may answer it; nothing new is ticked beforehand."""
    kept = _find_kept(request.args.get("question", ""))
    text = kept.question.text if kept else request.args.get("q", "").strip()[:LONGEST_QUESTION]
    # A question that is kept already is edited, whatever way one came.
    kept = kept or next(
        (each for each in list_visible_questions() if fold_accents(each.question.text) == fold_accents(text)), None
    )
    return _render_form(kept, text, request.args.get("autres", "").strip()[:LONGEST_QUESTION])


@judged_blueprint.post("/question")
def save() -> Response | tuple[str, int]:
    """Keep a question with the documents that were ticked."""
    kept = _find_kept(request.form.get("question", ""))
    text = request.form.get("texte", "")
    # Asked with one's own rights: an id that one may not see names nothing.
    chosen = services().catalogue.documents.find_each(request.form.getlist("document"), current_groups())
    folders = tuple(each for each in request.form.getlist("dossier") if kept and each in kept.folders)
    # What this person may not see is left as it was: someone else judged it.
    unseen = kept.unseen if kept else JudgedQuestion(text)
    question = replace(
        unseen,
        text=text,
        answers=(*unseen.answers, *folders, *(each.paths[0] for each in chosen.values() if each.paths)),
        document_ids=(*unseen.document_ids, *chosen),
    )
    repository = services().catalogue.judged_questions
    try:
        if kept:
            repository.change(question, current_account_id())
        else:
            repository.keep([question], current_account_id())
    except ExplainedError as error:
        return _render_form(kept, text, "", str(error)), 400
    flash(f"{quote_text(' '.join(text.split()))} est une question de contrôle.", "success")
    return redirect(url_for("judged_questions.show"), 303)


@judged_blueprint.post("/effacement")
def erase() -> Response:
    """Erase a question."""
    kept = _find_kept(request.form.get("question", ""))
    if kept is None:
        raise ProblemError(404, NOT_FOUND)
    services().catalogue.judged_questions.erase(kept.question.id, current_account_id())
    flash(f"{quote_text(kept.question.text)} est effacée.", "success")
    return redirect(url_for("judged_questions.show"), 303)


@judged_blueprint.post("/import")
def import_file() -> Response:
    """Add the questions of a YAML file; what answers a question that is kept already is added to it."""
    sent = request.files.get("fichier")
    catalogue = services().catalogue
    try:
        read = pin_documents(catalogue, parse_judged_questions(sent.read() if sent else b""))
        added = catalogue.judged_questions.keep([each for each in read if each.answers], current_account_id())
    except ExplainedError as error:
        flash(str(error), "error")
    else:
        unanswered = sum(not each.answers for each in read)
        left_out = f" {format_count(unanswered, 'question')} sans réponse n’ont pas été gardées." if unanswered else ""
        flash(f"{format_count(added, 'question ajoutée', 'questions ajoutées')}.{left_out}", "success")
    return redirect(url_for("judged_questions.show"), 303)


@judged_blueprint.get("/questions.yaml")
def export() -> Response:
    """Return the questions, with the answers that the person may see, as the file that can be imported."""
    response = make_response(render_judged_questions(list_visible_questions()))
    response.content_type = "application/yaml"
    response.headers.set("Content-Disposition", "attachment", filename="questions-de-controle.yaml")
    return response


def list_visible_questions() -> list[ResolvedQuestion]:
    """Return the judged questions with the answers that the person may see; none of which all answers are hidden."""
    catalogue = services().catalogue
    resolved = resolve_questions(catalogue, catalogue.judged_questions.list_all(), current_groups())
    return [each for each in resolved if not each.is_withheld]


def _find_kept(question_id: str) -> ResolvedQuestion | None:
    """Return a kept question by its id; None without one. Raises ProblemError (404) where there is none to see."""
    if not question_id:
        return None
    found = next((each for each in list_visible_questions() if each.question.id == question_id), None)
    if found is None:
        raise ProblemError(404, NOT_FOUND)
    return found


def _render_form(kept: ResolvedQuestion | None, text: str, others: str, wrong: str = "") -> str:
    return render_template(
        "animation/judged_question.html",
        kept=kept,
        text=text,
        others=others,
        choices=_list_choices(kept, others or text),
        most=LONGEST_QUESTION,
        wrong=wrong,
    )


def _list_choices(kept: ResolvedQuestion | None, words: str) -> list[AnswerChoice]:
    """Return the documents that answer already, then those that words find: reading them says which answer."""
    named = {each.id: each for each in kept.named} if kept else {}
    found = services().search.ask(Question(words, groups=current_groups(), excerpts=False, facets=frozenset())).found
    offered = named | {each.document.id: each.document for each in found if words}
    # What was refused is shown as it was sent.
    ticked = set(request.form.getlist("document")) if request.method == "POST" else set(named)
    # Told beside the box: a question that none of their documents answers is not evaluated.
    members = services().catalogue.documents.find_each(list(offered), EVERYBODY)
    return [AnswerChoice(document, id_ in ticked, id_ in members) for id_, document in offered.items()]
