"""« Utile ? » on documents and answers: one voice a person and document, without their name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, request

from webapp.auth import find_document_or_404, name_voter, safe_redirect_address
from webapp.server import services

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

usefulness_blueprint = Blueprint("usefulness", __name__, url_prefix="/documents")


@usefulness_blueprint.post("/<document_id>/utile")
def cast(document_id: str) -> Response:
    """Record whether a document was useful: `avis` is « oui », « non », or « retirer »; `reponse` 1 for an answer."""
    # Of what one may not see nothing can be said, nor learnt.
    document = find_document_or_404(document_id)
    ballots, voter = services().catalogue.ballots, name_voter(document.id)
    opinion = request.form.get("avis", "")
    # Any other word changes nothing: the page that follows shows what counts.
    if opinion in {"oui", "non"}:
        on_answer = request.form.get("reponse") == "1"
        ballots.cast(document.id, voter, useful=opinion == "oui", on_answer=on_answer)
        flash("Merci, votre avis est compté, sans votre nom.", "success")
    elif opinion == "retirer":
        ballots.withdraw(document.id, voter)
        flash("Votre avis est retiré.", "success")
    return redirect(safe_redirect_address(request.form.get("suite")), 303)


def find_opinion(document_id: str) -> bool | None:
    """Return what the sender said of a document: useful or not; None where they said nothing."""
    return services().catalogue.ballots.find(document_id, name_voter(document_id))
