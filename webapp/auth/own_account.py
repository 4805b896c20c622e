"""A person's own account: password, devices, API tokens, saved searches, data export and erasure."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, json, make_response, redirect, render_template, request, url_for

from index.accounts import (
    LastAdministratorError,
    NotAllowedError,
    Scope,
    WeakPasswordError,
)
from webapp.auth.confirmation import find_confirmation_error
from webapp.auth.identity import current_session_number, end_session, open_session
from webapp.auth.permissions import require_person, restrict_to_accounts
from webapp.server import NOT_FOUND, ErrorExplanation, ProblemError, services

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from index.accounts import Account

account_blueprint = restrict_to_accounts(Blueprint("account", __name__, url_prefix="/compte"))

MAX_TOKEN_NAME_LENGTH = 80

_TOKEN_LIFETIMES = {30: "30 jours", 90: "3 mois", 365: "un an"}

_NO_PASSWORD = ErrorExplanation(
    "Pas de mot de passe ici",
    "Vous vous connectez par l’authentification unique de votre organisation.",
    "C’est elle qui garde votre mot de passe.",
)


@account_blueprint.get("")
def show() -> str:
    """Show the account, its open sessions, its tokens and its saved searches."""
    return _render_account(require_person())


@account_blueprint.get("/mot-de-passe")
def edit_password() -> str:
    """Show the form that changes the password."""
    _require_password()
    return render_template("accounts/password.html", now_error="", new_error="")


@account_blueprint.post("/mot-de-passe")
def change_password() -> AnyResponse:
    """Change the password; every other device must sign in again, and tools lose their access unless they keep it."""
    account = _require_password()
    new = request.form.get("nouveau", "")
    if refusal := find_confirmation_error(account):
        return _render_form_errors("accounts/password.html", now_error=refusal, new_error="")
    if new != request.form.get("encore", ""):
        return _render_form_errors("accounts/password.html", now_error="", new_error="Les deux ne sont pas les mêmes.")
    try:
        services().catalogue.access.accounts.set_password(account.id, new, account.id, keep_tools=_keeps_tools())
    except WeakPasswordError as error:
        return _render_form_errors("accounts/password.html", now_error="", new_error=str(error))
    # Changing the password ended all sessions, this one included.
    open_session(account)
    flash("Mot de passe changé. Vos autres appareils doivent se connecter de nouveau.", "success")
    return redirect(url_for("account.show"), HTTPStatus.SEE_OTHER)


@account_blueprint.post("/sessions/<int:number>/fin")
def close_session(number: int) -> AnyResponse:
    """Sign one device out."""
    services().catalogue.access.sessions.close_one(require_person().id, number)
    flash("Cet appareil est déconnecté.", "success")
    return redirect(url_for("account.show"), HTTPStatus.SEE_OTHER)


@account_blueprint.post("/sessions/fin")
def close_all_sessions() -> AnyResponse:
    """Sign out on all devices, including this one, and end the access of tools unless they keep it."""
    account = require_person()
    services().catalogue.access.sessions.close_all(account.id, account.id, keep_tools=_keeps_tools())
    end_session()
    flash("Tous vos appareils sont déconnectés.", "success")
    return redirect(url_for("sign_in.show"), HTTPStatus.SEE_OTHER)


@account_blueprint.post("/jetons")
def create_token() -> AnyResponse:
    """Create an API token and show it, for the only time."""
    account = require_person()
    name = " ".join(request.form.get("nom", "").split())[:MAX_TOKEN_NAME_LENGTH]
    scope = {each.value: each for each in Scope}.get(request.form.get("portee", ""), Scope.READ)
    days = request.form.get("duree", type=int)
    if not name:
        return make_response(
            _render_account(account, "Dites quel outil s’en servira."), HTTPStatus.UNPROCESSABLE_ENTITY
        )
    # A token outlasts the session, which may be in other hands.
    if refusal := find_confirmation_error(account):
        return make_response(_render_account(account, password_error=refusal), HTTPStatus.UNPROCESSABLE_ENTITY)
    # An unknown lifetime becomes the shortest, never a longer one.
    if days not in _TOKEN_LIFETIMES:
        days = min(_TOKEN_LIFETIMES)
    try:
        secret = services().catalogue.access.api_tokens.create(account.id, name, scope, timedelta(days=days))
    except NotAllowedError as error:
        return make_response(_render_account(account, str(error)), HTTPStatus.FORBIDDEN)
    answer = make_response(render_template("accounts/token.html", name=name, secret=secret, scope=scope))
    # The page holds a secret: neither the browser nor a proxy may keep it.
    answer.headers["Cache-Control"] = "no-store"
    return answer


@account_blueprint.post("/jetons/<int:number>/revocation")
def revoke_token(number: int) -> AnyResponse:
    """Revoke a token."""
    account = require_person()
    if not services().catalogue.access.api_tokens.revoke(account.id, number, account.id):
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)
    flash("Jeton révoqué\u00a0: l’outil qui s’en servait ne peut plus rien lire.", "success")
    return redirect(url_for("account.show"), HTTPStatus.SEE_OTHER)


@account_blueprint.post("/donnees")
def export() -> Response:
    """Download all data that Ruche keeps about the person, as JSON."""
    account = require_person()
    # Indented and with its accents: people read this file too.
    content = json.dumps(
        services().catalogue.access.export_person(account.id, account.id), ensure_ascii=False, indent=2
    )
    headers = {"Content-Disposition": "attachment; filename=mes-donnees.json", "Cache-Control": "no-store"}
    return Response(content, mimetype="application/json", headers=headers)


@account_blueprint.get("/effacement")
def confirm_erasure() -> str:
    """Explain what erasing the account means, with the form that does it."""
    return render_template("accounts/erase.html", account=require_person(), now_error="")


@account_blueprint.post("/effacement")
def erase() -> AnyResponse:
    """Erase the person's own account."""
    account = require_person()
    if refusal := find_confirmation_error(account):
        return _render_form_errors("accounts/erase.html", account=account, now_error=refusal)
    try:
        services().catalogue.access.accounts.erase(account.id, account.id)
    except LastAdministratorError as error:
        flash(str(error), "error")
        return redirect(url_for("account.confirm_erasure"), HTTPStatus.SEE_OTHER)
    end_session()
    flash("Votre compte est effacé.", "success")
    return redirect(url_for("sign_in.show"), HTTPStatus.SEE_OTHER)


def _keeps_tools() -> bool:
    return request.form.get("garder") == "1"


def _render_account(account: Account, token_error: str = "", password_error: str = "") -> str:
    catalogue = services().catalogue
    labels = {each.name: each.label for each in catalogue.access.rules.list_groups()}
    return render_template(
        "accounts/own.html",
        account=account,
        groups=sorted(labels[each] for each in account.groups if each in labels),
        sessions=catalogue.access.sessions.list_of(account.id),
        here=current_session_number(),
        tokens=catalogue.access.api_tokens.list_of(account.id),
        # A token may do no more than its owner: only the scopes of the owner's role are offered.
        scopes=[each for each in Scope if account.role.includes(each.role)],
        days=_TOKEN_LIFETIMES,
        searches=catalogue.saved_searches.list_of(account.id),
        token_error=token_error,
        password_error=password_error,
    )


def _require_password() -> Account:
    account = require_person()
    if not account.has_password:
        raise ProblemError(HTTPStatus.NOT_FOUND, _NO_PASSWORD)
    return account


def _render_form_errors(template: str, **values: object) -> AnyResponse:
    """Render a form again with its errors."""
    return make_response(render_template(template, **values), HTTPStatus.UNPROCESSABLE_ENTITY)
