"""Saved searches: a page under a secret URL, from which to open, follow or delete the search."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from index.catalogue import DigestFrequency
from index.search import find_latest_documents
from webapp.auth import current_groups, current_owner, current_person, requires_accounts
from webapp.mailing import mails
from webapp.mailing.requested_mail import TooManyMailsError, send_requested_mail
from webapp.mailing.smtp import MailServerError, RecipientRefusedError, can_send, is_mail_address
from webapp.pages import describe_question, question_params, read_question
from webapp.server import NOT_FOUND, ErrorExplanation, ProblemError, join_line, quote_text, services

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from index.catalogue import SavedSearch, Subscription
    from index.model import Document
    from index.search import Question

saved_search_blueprint = Blueprint("saved_searches", __name__)

MAX_NAME_LENGTH = 120

_MOST_LOOKED_UP = 20
"""Follows whose newest documents the page of all of them looks up."""


@saved_search_blueprint.get("/recherches/nouvelle")
def new() -> str:
    """Show the form that saves the search of its parameters."""
    question = read_question(request.args, current_groups())
    return render_template(
        "saved_searches/new.html",
        question=question,
        parameters=MultiDict(question_params(question)).to_dict(flat=False),
        description=describe_question(question),
        name=join_line(describe_question(question), MAX_NAME_LENGTH),
    )


# The address of the form that keeps a search: whoever reads it is led to what they follow.
@saved_search_blueprint.get("/recherches", alias=True)
@saved_search_blueprint.get("/suivis")
def list_followed() -> str:
    """Show what one follows, with what is newest in each."""
    saved, catalogue = services().catalogue.saved_searches.list_of(current_owner()), services().catalogue
    person = current_person()
    mails = (
        {each.search.token: each for each in catalogue.saved_searches.list_subscriptions_of(person.mail)}
        if person
        else {}
    )
    questions = {each.token: read_saved_question(each, current_groups()) for each in saved}
    return render_template(
        "saved_searches/list.html",
        followed=saved,
        questions=questions,
        descriptions={token: describe_question(question) for token, question in questions.items()},
        # Each costs a search: the page of the others has theirs.
        latest={each.token: _find_latest(questions[each.token], 2) for each in saved[:_MOST_LOOKED_UP]},
        mails=mails,
        in_browser=not requires_accounts(),
    )


@saved_search_blueprint.post("/suivis")
def follow_subject() -> Response:
    """Follow the question of a form at once: a theme, a territory, an event. `moyen` is a rhythm of mails, or none."""
    # A page of results is no part of what is followed.
    question = replace(read_question(request.form, current_groups()), page=1)
    query = urlencode(question_params(question), doseq=True)
    saved, owner = services().catalogue.saved_searches, current_owner(create=True)
    # Following twice is following once.
    kept = saved.find_same(owner, query) or saved.save(
        join_line(describe_question(question), MAX_NAME_LENGTH), query, owner
    )
    rhythm = {each.value: each for each in DigestFrequency}.get(request.form.get("moyen", ""))
    person = current_person()
    # Without an account the address must be typed: the page that follows has the form.
    if rhythm and person and can_send(services().settings):
        flash(_subscribe(kept, person.mail, rhythm), "success")
    return redirect(url_for("saved_searches.show", token=kept.token, gardee=1), 303)


@saved_search_blueprint.post("/recherches")
def save() -> Response:
    """Save a search under a name."""
    question = read_question(request.form, current_groups())
    name = join_line(request.form.get("nom", ""), MAX_NAME_LENGTH) or join_line(
        describe_question(question), MAX_NAME_LENGTH
    )
    # Kept as the query string that asks the same again.
    query = urlencode(question_params(question), doseq=True)
    return redirect(
        url_for(
            "saved_searches.show",
            token=services().catalogue.saved_searches.save(name, query, current_owner(create=True)).token,
            gardee=1,
        ),
        303,
    )


@saved_search_blueprint.get("/recherches/<token>")
def show(token: str) -> str:
    """Show a saved search: its results, its feed, its mails."""
    saved = find_saved_search_or_404(token)
    question = read_saved_question(saved, current_groups())
    return render_template(
        "saved_searches/show.html",
        kept=saved,
        question=question,
        description=describe_question(question),
        followers=services().catalogue.saved_searches.count_followers(token),
        latest=_find_latest(question, 3),
        webcal=_webcal_address(token),
        rhythms=DigestFrequency,
        by_mail=can_send(services().settings),
        just_kept="gardee" in request.args,
    )


@saved_search_blueprint.post("/recherches/<token>/suppression")
def delete(token: str) -> str:
    """Delete a saved search."""
    saved = find_saved_search_or_404(token)
    services().catalogue.saved_searches.delete(token)
    return render_template(
        "saved_searches/done.html",
        title="Suivi supprimé",
        text=f"{quote_text(saved.name)} n’est plus suivi, et plus personne n’en reçoit les nouveautés.",
    )


@saved_search_blueprint.post("/recherches/<token>/suivi")
def follow(token: str) -> str:
    """Send a mail that asks an address to confirm that it follows a search."""
    saved = find_saved_search_or_404(token)
    # An account is written to at its own address: a mail must not show others what its owner may see.
    address = found.mail if (found := current_person()) else request.form.get("adresse", "").strip()
    # An unknown rhythm is the less frequent one.
    rhythm = {each.value: each for each in DigestFrequency}.get(request.form.get("rythme", ""), DigestFrequency.WEEKLY)
    _check_follow_request(address)
    _subscribe(saved, address, rhythm)
    # The same answer whether the address follows already or not: it must not tell who follows what.
    return render_template(
        "saved_searches/done.html",
        title="Regardez vos courriels",
        text=f"Si {address} ne suit pas encore cette recherche, un message lui est parti\u00a0: ouvrez-le et "
        "confirmez. Rien ne sera envoyé sans cela, pas même un second message de la semaine.",
    )


@saved_search_blueprint.route("/abonnements/<token>/confirmation", methods=["GET", "POST"])
def confirm(token: str) -> str:
    """Ask to confirm by a button: mail programs open links by themselves, they do not press buttons."""
    subscription = _find_subscription_or_404(token)
    if request.method == "GET":
        return render_template("saved_searches/confirm.html", subscription=subscription)
    services().catalogue.saved_searches.confirm(token)
    return render_template(
        "saved_searches/done.html",
        title="Suivi confirmé",
        text=f"Les nouveautés de {quote_text(subscription.search.name)} arriveront {subscription.rhythm.label}, "
        "quand il y en a.",
    )


@saved_search_blueprint.route("/abonnements/<token>/arret", methods=["GET", "POST"])
def unsubscribe(token: str) -> str:
    """Ask to stop by a button, which mail programs may also press by themselves (RFC 8058)."""
    subscription = services().catalogue.saved_searches.find_subscription(token)
    if request.method == "GET" and subscription:
        return render_template("saved_searches/unsubscribe.html", subscription=subscription)
    # Without one, the address was removed before: the answer is the same.
    if subscription:
        services().catalogue.saved_searches.unsubscribe(token)
    return render_template(
        "saved_searches/done.html",
        title="Suivi arrêté",
        text="Cette adresse est oubliée\u00a0: plus aucun courriel ne lui sera envoyé.",
    )


def question_fields(question: Question) -> tuple[tuple[str, str], ...]:
    """Return the hidden fields, as names and values, by which a form asks a question."""
    return tuple(parse_qsl(urlencode(question_params(question), doseq=True)))


def save_search_address(question: Question) -> str:
    """Return the URL of the form that saves a question, from its first page on."""
    return url_for("saved_searches.new", **question_params(replace(question, page=1)))


def find_saved_search_or_404(token: str) -> SavedSearch:
    """Return the saved search of a token. Raises ProblemError (404)."""
    saved = services().catalogue.saved_searches.find(token)
    if saved is None:
        raise ProblemError(404, NOT_FOUND)
    return saved


def read_saved_question(saved: SavedSearch, visible: frozenset[str]) -> Question:
    """Return the question of a saved search, about what these groups may see."""
    return read_question(MultiDict(parse_qsl(saved.question)), visible)


def _find_subscription_or_404(token: str) -> Subscription:
    subscription = services().catalogue.saved_searches.find_subscription(token)
    if subscription is None:
        raise ProblemError(404, NOT_FOUND)
    return subscription


def _find_latest(question: Question, limit: int) -> tuple[Document, ...]:
    return find_latest_documents(services().search, services().catalogue, question, limit)


def _webcal_address(token: str) -> str:
    """Return the address by which calendar programs subscribe (webcal stands for http or https)."""
    # Whether a secret of the address travels encrypted is for the calendar program to choose.
    _, _, rest = url_for("calendars.search", token=token, _external=True).partition("://")
    return f"webcal://{rest}"


def _subscribe(saved: SavedSearch, address: str, rhythm: DigestFrequency) -> str:
    """Have an address follow a search by mail; gives what to tell the person who asked, of their own address."""
    known = services().catalogue.saved_searches
    subscription = known.subscribe(saved, address, rhythm)
    if subscription.confirmed is None and requires_accounts() and known.has_confirmed(address):
        # The account's own address, whose owner has answered a mail of this kind before: once is enough.
        known.confirm(subscription.token)
    elif subscription.confirmed is None:
        _send_confirmation(subscription)
        return f"Un message est parti à {address}\u00a0: confirmez-y le suivi par courriel."
    return f"Les nouveautés iront à {address}, {rhythm.label}."


def _check_follow_request(address: str) -> None:
    if not can_send(services().settings):
        raise ProblemError(404, NOT_FOUND)
    if not is_mail_address(address):
        raise ProblemError(
            400,
            ErrorExplanation(
                "Adresse incorrecte",
                f"«\u00a0{address[:100]}\u00a0» n’est pas une adresse électronique.",
                "Revenez à la page précédente et corrigez-la.",
            ),
        )


def _send_confirmation(subscription: Subscription) -> None:
    # Without accounts anyone may type any address; an account is written to at its own.
    stranger = not requires_accounts() and not services().catalogue.saved_searches.has_confirmed(subscription.address)
    try:
        send_requested_mail(mails.build_confirmation_mail(subscription), stranger=stranger)
    except TooManyMailsError as error:
        # For a mailbox that has had its share the answer is that of a mail sent: it must not tell who was written to.
        if not error.mailbox:
            raise ProblemError(429, ErrorExplanation("Trop de demandes", str(error), "Rien n’a été envoyé.")) from error
    except (MailServerError, RecipientRefusedError) as error:
        raise ProblemError(
            502,
            ErrorExplanation(
                "Le message n’est pas parti",
                "Le service de courriel n’a pas accepté l’envoi.",
                "Vérifiez l’adresse et réessayez plus tard, ou prévenez l’équipe d’animation.",
            ),
        ) from error
