"""Confirms, before a step that would outlast a session, that the person who signed in is there again.

An open session may be in other hands. A person with a password gives it again; another one identifies anew at the
identity provider, which counts for some minutes.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from flask import request, session

from index.accounts import TooManyAttemptsError, WrongCredentialsError
from index.catalogue import Credentials
from webapp.auth.identity import client_network
from webapp.server import services

if TYPE_CHECKING:
    from index.accounts import Account

_SESSION_KEY = "identification_nouvelle"

_FRESH_SECONDS = 600
"""Seconds for which identifying anew at the provider counts."""


def record_new_identification() -> None:
    """Record, in the session just opened, that the provider was told to ask the person who they are."""
    session[_SESSION_KEY] = int(time.time())


def must_identify_anew(account: Account) -> bool:
    """Return whether a person who has no password must go to the provider before the step that is asked."""
    return not account.has_password and time.time() - session.get(_SESSION_KEY, 0) > _FRESH_SECONDS


def find_confirmation_error(account: Account, field: str = "actuel") -> str:
    """Return why a step is refused to the person who is signed in, or "" when they have confirmed it.

    `field` is the field of the form that holds their password.
    """
    if not account.has_password:
        return "Identifiez-vous de nouveau avant de continuer." if must_identify_anew(account) else ""
    if not (password := request.form.get(field, "")):
        return "Écrivez votre mot de passe actuel."
    given = Credentials(account.mail, password, client_network())
    # Failures count as failed sign-ins: an open session must not allow guessing the password.
    try:
        services().catalogue.access.confirm_password(given)
    except TooManyAttemptsError as error:
        return str(error)
    except WrongCredentialsError:
        return "Ce n’est pas votre mot de passe actuel."
    return ""
