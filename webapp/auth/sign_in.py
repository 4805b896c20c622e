"""Sign in with a password, accept an invitation, and sign out."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from index.accounts import (
    LONGEST_NAME,
    AccountExistsError,
    InvitationError,
    SuspendedAccountError,
    TooManyAttemptsError,
    WeakPasswordError,
    WrongCredentialsError,
)
from index.catalogue import Credentials
from webapp.auth import single_sign_on
from webapp.auth.identity import client_network, current_person, open_session, safe_redirect_address
from webapp.auth.permissions import restrict_to_accounts
from webapp.server import ErrorExplanation, ProblemError, services

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from index.accounts import Invitation

sign_in_blueprint = restrict_to_accounts(Blueprint("sign_in", __name__))


@sign_in_blueprint.get("/connexion")
def show() -> AnyResponse | str:
    """Show the sign-in form, after one silent attempt at the identity provider when a page sent the visitor here."""
    # `suite` is there when a page asked for a sign-in: whoever opens the form themselves is not sent elsewhere.
    if (
        "suite" in request.args
        and not current_person()
        and (there := single_sign_on.silent_sign_in_address(request.args["suite"]))
    ):
        return redirect(there)
    return _render_sign_in()


@sign_in_blueprint.post("/connexion")
def authenticate() -> AnyResponse:
    """Sign in with a mail address and a password."""
    given = Credentials(request.form.get("adresse", ""), request.form.get("mot_de_passe", ""), client_network())
    try:
        account = services().catalogue.access.sign_in(given)
    except TooManyAttemptsError as error:
        # Rounded up: Retry-After holds whole seconds (RFC 9110, section 10.2.3).
        return _refuse_sign_in(str(error), HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(math.ceil(error.seconds))})
    except (WrongCredentialsError, SuspendedAccountError) as error:
        return _refuse_sign_in(str(error), HTTPStatus.FORBIDDEN)
    open_session(account)
    # Only an address of this site is followed: any other would make this form an open redirection.
    return redirect(safe_redirect_address(request.form.get("suite")), HTTPStatus.SEE_OTHER)


@sign_in_blueprint.post("/deconnexion")
def sign_out() -> AnyResponse:
    """Sign out, at the identity provider too when the session came through it."""
    if there := single_sign_on.sign_out():
        # A page that refreshes itself, not a redirection: `form-action 'self'` binds a form's redirections too, and the
        # provider redirects further, to hosts that nobody can list.
        return make_response(
            render_template("accounts/sign_out.html", there=there, provider=single_sign_on.provider_name())
        )
    flash("Vous êtes déconnecté.", "success")
    return redirect(url_for("sign_in.show"), HTTPStatus.SEE_OTHER)


@sign_in_blueprint.get("/invitation/<token>")
def show_invitation(token: str) -> str:
    """Show the form by which an invited person creates their account."""
    return _render_invitation(token, _find_invitation_or_404(token))


@sign_in_blueprint.post("/invitation/<token>")
def accept(token: str) -> AnyResponse:
    """Create the invited person's account and sign them in."""
    invitation = _find_invitation_or_404(token)
    name, password = request.form.get("nom", "").strip()[:LONGEST_NAME], request.form.get("mot_de_passe", "")
    if not name:
        return _render_invitation_errors(token, invitation, name_error="Écrivez votre prénom et votre nom.")
    if password != request.form.get("encore", ""):
        return _render_invitation_errors(
            token,
            invitation,
            password_error="Les deux mots de passe ne sont pas les mêmes.",  # noqa: S106 - what a person reads
        )
    try:
        account = services().catalogue.access.invitations.accept(token, name, password)
    except WeakPasswordError as error:
        return _render_invitation_errors(token, invitation, password_error=str(error))
    except (InvitationError, AccountExistsError) as error:
        raise _unusable_invitation(error) from error
    # Whoever holds the invitation's token is signed in at once, without typing the password a third time.
    services().catalogue.access.accounts.record_sign_in(account.id)
    open_session(account)
    flash(f"Bienvenue, {account.name}\u00a0: votre compte est prêt.", "success")
    return redirect(url_for("pages.home"), HTTPStatus.SEE_OTHER)


def _render_sign_in(error: str = "") -> str:
    return render_template(
        "accounts/sign_in.html",
        error=error,
        mail=request.form.get("adresse", ""),
        provider=single_sign_on.provider_name(),
        following=request.values.get("suite", ""),
        # For whoever is signed in already.
        going_on=safe_redirect_address(request.values.get("suite")),
    )


def _refuse_sign_in(message: str, code: HTTPStatus, headers: dict[str, str] | None = None) -> AnyResponse:
    return Response(_render_sign_in(message), code, headers)


def _find_invitation_or_404(token: str) -> Invitation:
    try:
        return services().catalogue.access.invitations.find(token)
    except InvitationError as error:
        raise _unusable_invitation(error) from error


def _unusable_invitation(error: Exception) -> ProblemError:
    return ProblemError(
        HTTPStatus.NOT_FOUND,
        ErrorExplanation("Invitation inutilisable", str(error), "Si vous avez déjà un compte, connectez-vous."),
    )


def _render_invitation_errors(token: str, invitation: Invitation, **errors: str) -> AnyResponse:
    return make_response(_render_invitation(token, invitation, **errors), HTTPStatus.UNPROCESSABLE_ENTITY)


def _render_invitation(token: str, invitation: Invitation, *, name_error: str = "", password_error: str = "") -> str:
    return render_template(
        "accounts/invitation.html",
        invitation=invitation,
        provider=single_sign_on.provider_name(),
        token=token,
        name=request.form.get("nom", ""),
        name_error=name_error,
        password_error=password_error,
    )
