"""The pages of questions: all of them, one, and those by which members ask, answer and say « moi aussi »."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from index.catalogue import InquiryFilter, InquiryState, Standing
from index.model import Facet
from webapp.animation import list_facet_choices
from webapp.auth import current_owner, may_animate, name_voter, requires_accounts, safe_redirect_address
from webapp.inquiries import inquiry_forms
from webapp.inquiries.inquiry_answers import (
    describe_answers,
    find_inquiry_or_404,
    find_proposals,
    inquiry_groups,
)
from webapp.inquiries.inquiry_forms import InquiryRefusedError
from webapp.server import NOT_FOUND, ProblemError, join_line, services

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from index.catalogue import Inquiry
    from index.search import Question

inquiry_blueprint = Blueprint("inquiries", __name__, url_prefix="/questions")

_WAITS = "L’équipe d’animation la lit avant qu’elle soit montrée."
_PER_PAGE = 30
_STATES = {each.value: each for each in InquiryState}


@inquiry_blueprint.get("")
def list_all() -> str:
    """List the questions: `etat`, `theme` and `territoire` narrow the list, `miennes` leaves one's own."""
    wanted = InquiryFilter(
        _STATES.get(request.args.get("etat", "")), request.args.get("theme", ""), request.args.get("territoire", "")
    )
    owner, inquiries = current_owner(), services().catalogue.inquiries
    own = InquiryFilter(owner=owner, standings=tuple(Standing))
    mine = inquiries.list_all(inquiry_groups(), own, owner) if owner else ()
    # Who has no key yet has asked nothing.
    only_mine = request.args.get("miennes") == "1"
    found = mine if only_mine else inquiries.list_all(inquiry_groups(), wanted)
    page = max(1, request.args.get("page", 1, type=int))
    return render_template(
        "inquiries/list.html",
        found=found[(page - 1) * _PER_PAGE : page * _PER_PAGE],
        total=len(found),
        page=page,
        pages=-(-len(found) // _PER_PAGE),
        mine=mine,
        only_mine=only_mine,
        wanted=wanted,
        states=InquiryState,
        shown=Standing.SHOWN,
        themes=list_facet_choices(Facet.THEME),
        territories=list_facet_choices(Facet.TERRITORY),
    )


@inquiry_blueprint.get("/nouvelle")
def new() -> str:
    """Show the form that asks: `titre` holds the words of a search, `theme` and `territoire` its filters."""
    # What was searched is a title already; a search longer than one is cut.
    title = join_line(request.args.get("titre", ""), inquiry_forms.MAX_TITLE_LENGTH)
    return _show_form(title, "")


@inquiry_blueprint.post("")
def ask() -> Response | str:
    """Ask a question; what exists already on its subject is shown first, once."""
    title = join_line(request.form.get("titre", ""), inquiry_forms.MAX_TITLE_LENGTH)
    details = inquiry_forms.read_text("precisions", inquiry_forms.MAX_DETAILS_LENGTH)
    try:
        draft = inquiry_forms.read_draft()
    except InquiryRefusedError as error:
        return _show_form(title, details, str(error))
    # Without a script nobody is stopped twice: the form says for which words the proposals were seen.
    if request.form.get("vu") != title and find_proposals(title):
        return _show_form(title, details)
    standing = inquiry_forms.choose_standing(title, details)
    with services().catalogue.transaction() as transaction:
        asked = transaction.inquiries.ask(draft, current_owner(create=True), standing)
    # Whoever asks is told, rather than left to look for it in the list.
    waits = standing is Standing.WAITING
    flash(f"Votre question est envoyée. {_WAITS}" if waits else "Votre question est posée.", "success")
    return redirect(url_for("inquiries.show", inquiry_id=asked.id), 303)


@inquiry_blueprint.get("/<inquiry_id>")
def show(inquiry_id: str) -> Response | str:
    """Show a question that waits for an answer; one that is answered is a document, and its page is that one's."""
    asked = find_inquiry_or_404(inquiry_id)
    if asked.document_id:
        # One page for what is one document, whichever address was kept.
        return redirect(url_for("documents.show", document_id=asked.document_id))
    return render_template(
        "inquiries/show.html",
        asked=asked,
        answers=describe_answers(asked),
        mine=_is_mine(asked),
        shown=Standing.SHOWN,
        proposals=find_proposals(asked.title, asked.id),
    )


@inquiry_blueprint.post("/<inquiry_id>/aussi")
def join(inquiry_id: str) -> Response:
    """Count the person among those who ask a question too; with `geste` « retirer », no more."""
    asked = find_inquiry_or_404(inquiry_id)
    inquiries, voter = services().catalogue.inquiries, name_voter(asked.id)
    if request.form.get("geste") == "retirer":
        inquiries.withdraw_voice(asked.id, voter)
        flash("Vous n’êtes plus compté.", "success")
    else:
        inquiries.add_voice(asked.id, voter)
        flash("C’est compté, sans votre nom.", "success")
    return redirect(safe_redirect_address(request.form.get("suite")), 303)


@inquiry_blueprint.get("/<inquiry_id>/reponse")
def write_answer(inquiry_id: str) -> str:
    """Show the form that answers a question, with the documents that may answer it."""
    return _show_answer_form(find_inquiry_or_404(inquiry_id))


@inquiry_blueprint.post("/<inquiry_id>/reponse")
def answer(inquiry_id: str) -> Response | str:
    """Answer a question, with a text, documents, or both."""
    asked = find_inquiry_or_404(inquiry_id)
    text = inquiry_forms.read_text("texte", inquiry_forms.MAX_ANSWER_LENGTH)
    try:
        places = inquiry_forms.read_places()
        inquiry_forms.refuse_personal_data(text)
    except InquiryRefusedError as error:
        return _show_answer_form(asked, text, str(error))
    if not text and not places:
        return _show_answer_form(asked, "", "Écrivez une réponse, ou choisissez au moins un document.")
    standing = inquiry_forms.choose_standing(text)
    with services().catalogue.transaction() as transaction:
        transaction.inquiries.answer(
            asked.id,
            text,
            places,
            current_owner(create=True),
            # Without accounts anyone may open the animators' pages: nobody speaks for the team.
            by_team=requires_accounts() and may_animate(),
            standing=standing,
        )
    waits = standing is Standing.WAITING
    flash(f"Votre réponse est envoyée. {_WAITS}" if waits else "Votre réponse est montrée.", "success")
    return redirect(url_for("inquiries.show", inquiry_id=asked.id), 303)


@inquiry_blueprint.post("/<inquiry_id>/retrait")
def withdraw(inquiry_id: str) -> Response:
    """Withdraw one's own question, as long as nobody has answered it."""
    asked = find_inquiry_or_404(inquiry_id)
    # What others have answered is theirs too: only an animator withdraws it.
    if not _is_mine(asked) or asked.answered:
        raise ProblemError(404, NOT_FOUND)
    with services().catalogue.transaction() as transaction:
        transaction.inquiries.judge(asked.id, Standing.WITHDRAWN, "retirée par qui l’a posée", current_owner())
    flash("Votre question est retirée.", "success")
    return redirect(url_for("inquiries.list_all"), 303)


def ask_address(question: Question) -> str:
    """Return the address of the form that asks what a search looked for: its words and filters are kept."""
    # The other filters say nothing of what is asked.
    chosen = question.selection
    return url_for(
        "inquiries.new",
        titre=question.text,
        theme=list(chosen.get(Facet.THEME, ())),
        territoire=list(chosen.get(Facet.TERRITORY, ())),
    )


def has_voice(asked: Inquiry) -> bool:
    """Return whether the person asks a question too."""
    return services().catalogue.inquiries.has_voice(asked.id, name_voter(asked.id))


def _show_form(title: str, details: str, error: str = "") -> str:
    return render_template(
        "inquiries/new.html",
        title=title,
        details=details,
        error=error,
        proposals=find_proposals(title),
        chosen_themes=inquiry_forms.read_tags(Facet.THEME),
        chosen_territories=inquiry_forms.read_tags(Facet.TERRITORY),
        themes=list_facet_choices(Facet.THEME),
        territories=list_facet_choices(Facet.TERRITORY),
        groups=inquiry_forms.list_own_groups(),
        group=request.values.get("groupe", ""),
        waits=not requires_accounts(),
    )


def _show_answer_form(asked: Inquiry, text: str = "", error: str = "") -> str:
    return render_template(
        "inquiries/answer.html",
        asked=asked,
        text=text,
        addresses=request.form.get("adresses", ""),
        ticked=request.form.getlist("endroit"),
        error=error,
        proposals=find_proposals(asked.title, asked.id),
        dossiers=services().catalogue.dossiers.list_of(current_owner()),
        waits=not requires_accounts(),
    )


def _is_mine(asked: Inquiry) -> bool:
    # An owner that is empty is nobody: what is forgotten is nobody's.
    owner = current_owner()
    return bool(owner) and asked.owner == owner
