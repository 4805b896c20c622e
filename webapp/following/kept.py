"""Saved searches: a page under a secret URL, from which to open, follow or delete the search."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from index.catalogue.saved import Rhythm
from webapp import asking
from webapp.errors import NOT_FOUND, Explanation, ProblemError
from webapp.following import letters
from webapp.following.mail import MailError, RecipientRefusedError, can_send, is_address, post
from webapp.hive import groups, hive
from webapp.identity import person, who

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from index.catalogue.saved import SavedSearch, Subscription
    from index.search import Question

blueprint = Blueprint("kept", __name__)

LONGEST_NAME = 120

# All white space but the no-break spaces of French typography.
_BLANKS = re.compile(r"[^\S\u00a0\u202f]+")

_MOST_DEMANDS = 50
"""Confirmation mails in an hour: far more than a community needs, far fewer than a spammer wants."""


@blueprint.get("/recherches/nouvelle")
def new() -> str:
    """Show the form that saves the search of its parameters."""
    question = asking.read(request.args, groups())
    return render_template(
        "kept/new.html",
        question=question,
        parameters=MultiDict(asking.parameters(question)).to_dict(flat=False),
        told=told(question),
        name=_line(told(question)),
    )


@blueprint.post("/recherches")
def keep() -> Response:
    """Save a search under a name."""
    question = asking.read(request.form, groups())
    name = _line(request.form.get("nom", "")) or _line(told(question))
    # Kept as the query string that asks the same again.
    written = urlencode(asking.parameters(question), doseq=True)
    return redirect(url_for("kept.show", token=hive().catalogue.saved.keep(name, written, who()).token, gardee=1), 303)


@blueprint.get("/recherches/<token>")
def show(token: str) -> str:
    """Show a saved search: its results, its feed, its mails."""
    kept = kept_or_404(token)
    question = question_of(kept, groups())
    return render_template(
        "kept/show.html",
        kept=kept,
        question=question,
        told=told(question),
        followers=hive().catalogue.saved.followers(token),
        rhythms=Rhythm,
        by_mail=can_send(hive().settings),
        just_kept="gardee" in request.args,
    )


@blueprint.post("/recherches/<token>/suppression")
def delete(token: str) -> str:
    """Delete a saved search."""
    kept = kept_or_404(token)
    hive().catalogue.saved.delete(token)
    return render_template(
        "kept/done.html",
        title="Recherche supprimée",
        text=f"«\u00a0{kept.name}\u00a0» n’est plus gardée, et plus personne ne reçoit ses nouveautés.",
    )


@blueprint.post("/recherches/<token>/suivi")
def follow(token: str) -> str:
    """Send a mail that asks an address to confirm that it follows a search."""
    kept = kept_or_404(token)
    # An account is written to at its own address: a mail must not show others what its owner may see.
    address = found.mail if (found := person()) else request.form.get("adresse", "").strip()
    # An unknown rhythm is the less frequent one.
    rhythm = {each.value: each for each in Rhythm}.get(request.form.get("rythme", ""), Rhythm.WEEKLY)
    _refuse_bad_demand(address)
    subscription = hive().catalogue.saved.follow(kept, address, rhythm)
    if subscription.confirmed is None:
        _send_confirmation(subscription)
    # The same answer whether the address follows already or not: it must not tell who follows what.
    return render_template(
        "kept/done.html",
        title="Regardez vos courriels",
        text=f"Si {address} ne suit pas encore cette recherche, un message vient de lui partir\u00a0: ouvrez-le et "
        "confirmez. Rien ne sera envoyé sans cela.",
    )


@blueprint.route("/abonnements/<token>/confirmation", methods=["GET", "POST"])
def confirm(token: str) -> str:
    """Ask to confirm by a button: mail programs open links by themselves, they do not press buttons."""
    subscription = _subscription_or_404(token)
    if request.method == "GET":
        return render_template("kept/confirm.html", subscription=subscription)
    hive().catalogue.saved.confirm(token)
    return render_template(
        "kept/done.html",
        title="Suivi confirmé",
        text=f"Les nouveautés de «\u00a0{subscription.search.name}\u00a0» arriveront {subscription.rhythm.label}, "
        "quand il y en a.",
    )


@blueprint.route("/abonnements/<token>/arret", methods=["GET", "POST"])
def stop(token: str) -> str:
    """Ask to stop by a button, which mail programs may also press by themselves (RFC 8058)."""
    subscription = hive().catalogue.saved.subscription(token)
    if request.method == "GET" and subscription:
        return render_template("kept/stop.html", subscription=subscription)
    # Without one, the address was removed before: the answer is the same.
    if subscription:
        hive().catalogue.saved.stop(token)
    return render_template(
        "kept/done.html",
        title="Suivi arrêté",
        text="Cette adresse est oubliée\u00a0: plus aucun courriel ne lui sera envoyé.",
    )


def keep_address(question: Question) -> str:
    """Return the URL of the form that saves a question, from its first page on."""
    return url_for("kept.new", **asking.parameters(replace(question, page=1)))


def told(question: Question) -> str:
    """Describe a question: « non-recours », Thème : Santé."""
    labels = (
        f"{facet.label}\u00a0: {hive().search.label(facet, value)}"
        for facet, values in question.selection.items()
        for value in sorted(values)
    )
    words = [f"«\u00a0{question.text}\u00a0»"] if question.text else []
    return ", ".join([*words, *labels]) or "Tous les documents"


def kept_or_404(token: str) -> SavedSearch:
    """Return the saved search of a token. Raises ProblemError (404)."""
    kept = hive().catalogue.saved.find(token)
    if kept is None:
        raise ProblemError(404, NOT_FOUND)
    return kept


def _line(text: str) -> str:
    """Return a name on one line, as the subject of a mail needs it; its no-break spaces stay."""
    return _BLANKS.sub(" ", text).strip()[:LONGEST_NAME]


def question_of(kept: SavedSearch, visible: frozenset[str]) -> Question:
    """Return the question of a saved search, about what these groups may see."""
    return asking.read(MultiDict(parse_qsl(kept.question)), visible)


def _subscription_or_404(token: str) -> Subscription:
    subscription = hive().catalogue.saved.subscription(token)
    if subscription is None:
        raise ProblemError(404, NOT_FOUND)
    return subscription


def _refuse_bad_demand(address: str) -> None:
    if not can_send(hive().settings):
        raise ProblemError(404, NOT_FOUND)
    if not is_address(address):
        raise ProblemError(
            400,
            Explanation(
                "Adresse incorrecte",
                f"«\u00a0{address[:100]}\u00a0» n’est pas une adresse électronique.",
                "Revenez à la page précédente et corrigez-la.",
            ),
        )
    # For all addresses together: the form must not serve to send mail to strangers in bulk.
    if hive().catalogue.saved.asked_since(datetime.now(UTC) - timedelta(hours=1)) >= _MOST_DEMANDS:
        raise ProblemError(
            429,
            Explanation(
                "Trop de demandes", "Beaucoup de suivis viennent d’être demandés.", "Réessayez dans une heure."
            ),
        )


def _send_confirmation(subscription: Subscription) -> None:
    try:
        with post(hive().settings) as opened:
            opened.send(letters.confirmation(subscription))
    except (MailError, RecipientRefusedError) as error:
        raise ProblemError(
            502,
            Explanation(
                "Le message n’est pas parti",
                "Le service de courriel n’a pas accepté l’envoi.",
                "Vérifiez l’adresse et réessayez plus tard, ou prévenez l’équipe d’animation.",
            ),
        ) from error
