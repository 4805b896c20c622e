"""Possible personal data in documents, for animators to decide about: only its place and a mask are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from index.personal import Verdict
from webapp.animation.access import deciding_groups, only_for_animators, who
from webapp.hive import groups, hive

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

blueprint = only_for_animators(Blueprint("doubts", __name__, url_prefix="/animation/donnees-personnelles"))

_MOST = 50
"""Documents on the page: those decided make room for the next."""

_LARGEST_NUMBER = 2**63 - 1
"""The largest integer of a database: a query with a larger one would fail."""

_AGAIN = "a-revoir"
_VERDICTS = {verdict.value: verdict for verdict in Verdict} | {_AGAIN: None}
_DONE = {
    Verdict.NOTHING: "C’est noté\u00a0: rien de personnel. Ces valeurs ne seront plus signalées dans ce document.",
    Verdict.RESERVED: "C’est noté\u00a0: le document reste réservé à l’équipe d’animation.",
    None: "C’est noté\u00a0: la décision est à reprendre.",
}


@blueprint.get("")
def show() -> str:
    """List the documents with something to decide, then those that stay reserved."""
    doubts = hive().catalogue.doubts
    mine = deciding_groups()
    undecided, reserved = doubts.undecided(_MOST, mine), doubts.reserved(_MOST, mine)
    return render_template(
        "animation/doubts.html",
        undecided=undecided,
        waiting=doubts.waiting(mine),
        reserved=reserved,
        # A document may be decided about by someone who may not open it: it then has no link.
        open_to_me=hive().catalogue.documents([each.document.id for each in (*undecided, *reserved)], groups()),
        Verdict=Verdict,
        again=_AGAIN,
    )


@blueprint.post("")
def judge() -> Response:
    """Record a verdict on the doubts that the page showed; one that came meanwhile was not seen, and waits."""
    sent = [each for each in request.form.getlist("doute", type=int) if abs(each) <= _LARGEST_NUMBER]
    # Numbers come from a form: those of other groups' documents are left out.
    numbers = hive().catalogue.doubts.among(sent, deciding_groups())
    verdict = request.form.get("verdict", "")
    if not numbers or verdict not in _VERDICTS:
        abort(400)
    with hive().catalogue.writing() as write:
        write.judge(numbers, _VERDICTS[verdict], who())
    flash(_DONE[_VERDICTS[verdict]], "success")
    return redirect(url_for("doubts.show"), 303)
