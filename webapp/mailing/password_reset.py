"""A new password by mail, for who has forgotten theirs: a link that serves once, within an hour.

Nothing is stored: the link is signed, and names the password that it replaces by a hash, so that it ends with it.
"""

from __future__ import annotations

import logging
import threading
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

from index.accounts import AccountState, MailAddressError, WeakPasswordError, parse_mail_address
from webapp.auth import restrict_to_accounts
from webapp.mailing.requested_mail import admit_requested_mail
from webapp.mailing.smtp import MailMessage, MailServerError, RecipientRefusedError, can_send, open_mail_connection
from webapp.server import NOT_FOUND, ErrorExplanation, ProblemError, services

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from index.accounts import Account
    from index.config import Settings

log = logging.getLogger(__name__)

reset_blueprint = restrict_to_accounts(Blueprint("password_reset", __name__, url_prefix="/connexion/oubli"))

VALID_SECONDS = 3_600

_UNUSABLE = ErrorExplanation(
    "Lien inutilisable",
    "Ce lien a déjà servi, a plus d’une heure, ou n’est pas entier.",
    "Demandez-en un autre depuis la page de connexion.",
)


@reset_blueprint.before_request
def _require_mail() -> None:
    if not can_send(services().settings):
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)


@reset_blueprint.get("")
def ask() -> str:
    """Show the form that asks for a link."""
    return render_template("accounts/forgotten.html", asked=False)


@reset_blueprint.post("")
def send() -> str:
    """Send a link to the address of an account that has a password; the answer is the same for any address."""
    try:
        mail = parse_mail_address(request.form.get("adresse", ""))
    except MailAddressError:
        mail = ""
    # Counted for any address: the bound itself must not tell who has an account.
    if mail and admit_requested_mail(mail):
        account = services().catalogue.access.accounts.find_by_mail(mail)
        if account and account.has_password and account.state is AccountState.ACTIVE:
            # Elsewhere, so that the time of the answer does not tell who has an account.
            _send_in_background(_build_mail(account), services().settings)
    return render_template("accounts/forgotten.html", asked=True)


@reset_blueprint.get("/<token>")
def edit(token: str) -> Response:
    """Show the form by which whoever holds the link chooses a password."""
    return _render_form(token, _find_account(token))


@reset_blueprint.post("/<token>")
def change(token: str) -> Response:
    """Set the password, which ends every session and access of the account."""
    account, password = _find_account(token), request.form.get("mot_de_passe", "")
    if password != request.form.get("encore", ""):
        return _render_form(token, account, "Les deux mots de passe ne sont pas les mêmes.")
    try:
        services().catalogue.access.accounts.set_password(account.id, password, account.id)
    except WeakPasswordError as error:
        return _render_form(token, account, str(error))
    flash("Votre mot de passe est changé\u00a0: connectez-vous.", "success")
    return redirect(url_for("sign_in.show"), HTTPStatus.SEE_OTHER)


def _find_account(token: str) -> Account:
    """Return the account of a link that may still serve. Raises ProblemError (404)."""
    try:
        id_, fingerprint = _signer().loads(token, max_age=VALID_SECONDS)
    except (BadSignature, ValueError) as error:
        raise ProblemError(HTTPStatus.NOT_FOUND, _UNUSABLE) from error
    account = services().catalogue.access.accounts.find(id_)
    if account is None or account.state is not AccountState.ACTIVE or _fingerprint(account) != fingerprint:
        raise ProblemError(HTTPStatus.NOT_FOUND, _UNUSABLE)
    return account


def _signer() -> URLSafeTimedSerializer:
    # No point in the link: what masks secret addresses in the log of the front takes it for the end of the secret.
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="password reset", signer_kwargs={"sep": "~"})


def _fingerprint(account: Account) -> str:
    # With the address: a link that was sent to a former one ends when it changes.
    kept = services().catalogue.access.accounts.find_password_hash(account.mail) or ""
    return sha256(f"{account.mail} {kept}".encode()).hexdigest()[:32]


def _build_mail(account: Account) -> MailMessage:
    settings = services().settings
    token = _signer().dumps([account.id, _fingerprint(account)])
    address = url_for("password_reset.edit", token=token, _external=True)
    text = render_template("mails/password_reset.txt", address=address)
    return MailMessage(account.mail, f"Votre mot de passe de {settings.site_name}", text)


def _send_in_background(message: MailMessage, settings: Settings) -> None:
    def send_now() -> None:
        try:
            with open_mail_connection(settings) as opened:
                opened.send(message)
        except (MailServerError, RecipientRefusedError) as error:
            # Nobody waits for it any more; the person may ask again.
            log.warning("a link for a new password did not leave: %s", error)

    threading.Thread(target=send_now, name="password mail").start()


def _render_form(token: str, account: Account, wrong: str = "") -> Response:
    answer = make_response(
        render_template("accounts/new_password.html", token=token, account=account, wrong=wrong),
        HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
    )
    # The page holds a secret link.
    answer.headers["Cache-Control"] = "no-store"
    return answer
