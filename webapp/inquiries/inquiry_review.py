"""Questions as animators handle them: what waits to be shown, who takes up what, what is passed on and withdrawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.catalogue import InquiryFilter, InquiryState, Standing
from webapp.auth import current_owner, restrict_to_animators
from webapp.inquiries import inquiry_forms
from webapp.inquiries.inquiry_answers import describe_answers, find_inquiry_or_404, inquiry_groups
from webapp.inquiries.inquiry_forms import MAX_NEED_LENGTH, MAX_REASON_LENGTH
from webapp.server import NOT_FOUND, ProblemError, services

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

inquiry_review_blueprint = restrict_to_animators(
    Blueprint("inquiry_review", __name__, url_prefix="/animation/questions")
)

_VERDICTS = {"montrer": Standing.SHOWN, "retirer": Standing.WITHDRAWN}
_GESTES = {"prendre": InquiryState.TAKEN_UP, "transmettre": InquiryState.PASSED_ON, "laisser": InquiryState.ASKED}


@inquiry_review_blueprint.get("")
def show() -> str:
    """List what waits to be shown, what waits for an answer, and what was withdrawn."""
    inquiries, groups = services().catalogue.inquiries, inquiry_groups()
    # Read once: it is told apart by what has an answer.
    listed = inquiries.list_all(groups)
    return render_template(
        "inquiries/review.html",
        waiting=inquiries.list_all(groups, InquiryFilter(standings=(Standing.WAITING,))),
        answers=inquiries.list_waiting_answers(groups),
        # Those that most ask too come first, then the oldest.
        open_ones=sorted((each for each in listed if not each.answered), key=lambda each: (-each.voices, each.asked)),
        answered=[each for each in listed if each.answered],
        withdrawn=inquiries.list_all(groups, InquiryFilter(standings=(Standing.WITHDRAWN,))),
    )


@inquiry_review_blueprint.get("/<inquiry_id>")
def edit(inquiry_id: str) -> str:
    """Show one question with all that can be done with it."""
    asked = find_inquiry_or_404(inquiry_id)
    return render_template(
        "inquiries/edit.html", asked=asked, answers=describe_answers(asked), standings=Standing, states=InquiryState
    )


@inquiry_review_blueprint.post("/<inquiry_id>/etat")
def set_state(inquiry_id: str) -> Response:
    """Take a question up, pass it on with what is needed, or leave it: `geste`."""
    asked = find_inquiry_or_404(inquiry_id)
    state = _GESTES.get(request.form.get("geste", ""))
    if state is None:
        raise ProblemError(404, NOT_FOUND)
    # Read whatever the gesture: only passing on keeps it.
    need = inquiry_forms.read_text("besoin", MAX_NEED_LENGTH)
    if state is InquiryState.PASSED_ON and not need:
        flash("Dites en une phrase ce dont l’équipe nationale a besoin pour agir.", "error")
        return _lead_to(asked.id)
    try:
        inquiry_forms.refuse_personal_data(need)
    except inquiry_forms.InquiryRefusedError as error:
        flash(str(error), "error")
        return _lead_to(asked.id)
    with services().catalogue.transaction() as transaction:
        transaction.inquiries.set_state(asked.id, state, current_owner(), need)
    flash(f"La question est {state.label}.", "success")
    return _lead_to(asked.id)


@inquiry_review_blueprint.post("/<inquiry_id>/moderation")
def judge(inquiry_id: str) -> Response:
    """Show a question, or withdraw it for a reason; with `reponse`, one of its answers."""
    asked = find_inquiry_or_404(inquiry_id)
    verdict = _VERDICTS.get(request.form.get("verdict", ""))
    # Of this question alone: the number of another one's answer is unknown here.
    number = request.form.get("reponse", type=int)
    answers = services().catalogue.inquiries.list_answers(asked.id, hidden=True)
    if verdict is None or (number is not None and number not in {each.number for each in answers}):
        raise ProblemError(404, NOT_FOUND)
    reason = inquiry_forms.read_text("raison", MAX_REASON_LENGTH)
    if verdict is Standing.WITHDRAWN and not reason:
        flash("Dites pourquoi\u00a0: qui l’a écrite lira cette raison.", "error")
        return _lead_to(asked.id)
    # What is shown needs no reason; one typed by mistake is not kept.
    kept = reason if verdict is Standing.WITHDRAWN else ""
    with services().catalogue.transaction() as transaction:
        if number is None:
            transaction.inquiries.judge(asked.id, verdict, kept, current_owner())
        else:
            transaction.inquiries.judge_answer(number, verdict, kept, current_owner())
    what = "La question" if number is None else "La réponse"
    flash(f"{what} est {'montrée' if verdict is Standing.SHOWN else 'retirée'}.", "success")
    return _lead_to(asked.id)


def _lead_to(inquiry_id: str) -> Response:
    return redirect(url_for("inquiry_review.edit", inquiry_id=inquiry_id), 303)
