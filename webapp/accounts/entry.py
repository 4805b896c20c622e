"""Sign in with a password, accept an invitation, and sign out."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from index.accounts import (
    LONGEST_NAME,
    AccountExistsError,
    Credentials,
    InvitationError,
    SuspendedAccountError,
    TooManyAttemptsError,
    WeakPasswordError,
    WrongCredentialsError,
)
from index.accounts import (
    sign_in as recognised,
)
from webapp.accounts import single_sign_on
from webapp.errors import Explanation, ProblemError
from webapp.hive import hive
from webapp.identity import address, local_address, only_with_accounts, open_session, person

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from index.accounts import Invitation

blueprint = only_with_accounts(Blueprint("entry", __name__))


@blueprint.get("/connexion")
def sign_in() -> AnyResponse | str:
    """Show the sign-in form, after one silent attempt at the identity provider when a page sent the visitor here."""
    # `suite` is there when a page asked for a sign-in: whoever opens the form themselves is not sent elsewhere.
    if "suite" in request.args and not person() and (there := single_sign_on.silent_attempt(request.args["suite"])):
        return redirect(there)
    return _form()


@blueprint.post("/connexion")
def prove() -> AnyResponse:
    """Sign in with a mail address and a password."""
    given = Credentials(request.form.get("adresse", ""), request.form.get("mot_de_passe", ""), address())
    try:
        account = recognised(hive().catalogue, given)
    except TooManyAttemptsError as error:
        # Rounded up: Retry-After holds whole seconds (RFC 9110, section 10.2.3).
        return _refused(str(error), HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(math.ceil(error.seconds))})
    except (WrongCredentialsError, SuspendedAccountError) as error:
        return _refused(str(error), HTTPStatus.FORBIDDEN)
    open_session(account)
    # Only an address of this site is followed: any other would make this form an open redirection.
    return redirect(local_address(request.form.get("suite")), HTTPStatus.SEE_OTHER)


@blueprint.post("/deconnexion")
def leave() -> AnyResponse:
    """Sign out, at the identity provider too when the session came through it."""
    if there := single_sign_on.sign_out():
        # A page that refreshes itself, not a redirection: `form-action 'self'` binds a form's redirections too, and the
        # provider redirects further, to hosts that nobody can list.
        return make_response(render_template("accounts/leaving.html", there=there, provider=single_sign_on.offered()))
    flash("Vous êtes déconnecté.", "success")
    return redirect(url_for("entry.sign_in"), HTTPStatus.SEE_OTHER)


@blueprint.get("/invitation/<token>")
def invited(token: str) -> str:
    """Show the form by which an invited person creates their account."""
    return _welcome(token, _invitation(token))


@blueprint.post("/invitation/<token>")
def accept(token: str) -> AnyResponse:
    """Create the invited person's account and sign them in."""
    invitation = _invitation(token)
    name, password = request.form.get("nom", "").strip()[:LONGEST_NAME], request.form.get("mot_de_passe", "")
    if not name:
        return _again(token, invitation, name_error="Écrivez votre prénom et votre nom.")
    if password != request.form.get("encore", ""):
        return _again(token, invitation, password_error="Les deux mots de passe ne sont pas les mêmes.")  # noqa: S106 - what a person reads
    try:
        account = hive().catalogue.invitations.accept(token, name, password)
    except WeakPasswordError as error:
        return _again(token, invitation, password_error=str(error))
    except (InvitationError, AccountExistsError) as error:
        raise _gone(error) from error
    # Whoever holds the invitation's token is signed in at once, without typing the password a third time.
    hive().catalogue.accounts.signed_in(account.id)
    open_session(account)
    flash(f"Bienvenue, {account.name}\u00a0: votre compte est prêt.", "success")
    return redirect(url_for("pages.home"), HTTPStatus.SEE_OTHER)


def _form(error: str = "") -> str:
    return render_template(
        "accounts/sign_in.html",
        error=error,
        mail=request.form.get("adresse", ""),
        provider=single_sign_on.offered(),
        following=request.values.get("suite", ""),
        # For whoever is signed in already.
        going_on=local_address(request.values.get("suite")),
    )


def _refused(message: str, code: HTTPStatus, headers: dict[str, str] | None = None) -> AnyResponse:
    return Response(_form(message), code, headers)


def _invitation(token: str) -> Invitation:
    try:
        return hive().catalogue.invitations.find(token)
    except InvitationError as error:
        raise _gone(error) from error


def _gone(error: Exception) -> ProblemError:
    return ProblemError(
        HTTPStatus.NOT_FOUND,
        Explanation("Invitation inutilisable", str(error), "Si vous avez déjà un compte, connectez-vous."),
    )


def _again(token: str, invitation: Invitation, **errors: str) -> AnyResponse:
    return make_response(_welcome(token, invitation, **errors), HTTPStatus.UNPROCESSABLE_ENTITY)


def _welcome(token: str, invitation: Invitation, *, name_error: str = "", password_error: str = "") -> str:
    return render_template(
        "accounts/invitation.html",
        invitation=invitation,
        provider=single_sign_on.offered(),
        token=token,
        name=request.form.get("nom", ""),
        name_error=name_error,
        password_error=password_error,
    )
