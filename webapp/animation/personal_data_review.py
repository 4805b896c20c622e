"""Possible personal data in documents, for animators to decide about: only its place and a mask are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from index.personal_data import Verdict
from webapp.auth import current_account_id, current_groups, personal_data_groups, restrict_to_animators
from webapp.server import services

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

personal_data_blueprint = restrict_to_animators(
    Blueprint("personal_data", __name__, url_prefix="/animation/donnees-personnelles")
)

_MAX_DOCUMENTS = 50
"""Documents on the page: those decided make room for the next."""

_MAX_INTEGER = 2**63 - 1
"""The largest integer of a database: a query with a larger one would fail."""

_REOPEN = "a-revoir"
_VERDICTS = {verdict.value: verdict for verdict in Verdict} | {_REOPEN: None}
_CONFIRMATIONS = {
    Verdict.NOTHING: "C’est noté\u00a0: rien de personnel. Ces valeurs ne seront plus signalées dans ce document.",
    Verdict.RESERVED: "C’est noté\u00a0: le document reste réservé à l’équipe d’animation.",
    None: "C’est noté\u00a0: la décision est à reprendre.",
}


@personal_data_blueprint.get("")
def show() -> str:
    """List the documents with something to decide, then those that stay reserved."""
    doubts = services().catalogue.personal_data
    mine = personal_data_groups()
    undecided, reserved = doubts.list_undecided(_MAX_DOCUMENTS, mine), doubts.list_reserved(_MAX_DOCUMENTS, mine)
    return render_template(
        "animation/personal_data.html",
        undecided=undecided,
        waiting=doubts.count_undecided(mine),
        reserved=reserved,
        # A document may be decided about by someone who may not open it: it then has no link.
        open_to_me=services().catalogue.documents.find_each(
            [each.document.id for each in (*undecided, *reserved)], current_groups()
        ),
        Verdict=Verdict,
        again=_REOPEN,
    )


@personal_data_blueprint.post("")
def judge() -> Response:
    """Record a verdict on the doubts that the page showed; one that came meanwhile was not seen, and waits."""
    sent = [each for each in request.form.getlist("doute", type=int) if abs(each) <= _MAX_INTEGER]
    # Numbers come from a form: those of other groups' documents are left out.
    numbers = services().catalogue.personal_data.filter_visible(sent, personal_data_groups())
    verdict = request.form.get("verdict", "")
    if not numbers or verdict not in _VERDICTS:
        abort(400)
    with services().catalogue.transaction() as transaction:
        transaction.personal_data.decide(numbers, _VERDICTS[verdict], current_account_id())
    flash(_CONFIRMATIONS[_VERDICTS[verdict]], "success")
    return redirect(url_for("personal_data.show"), 303)
