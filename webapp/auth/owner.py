"""Who keeps dossiers and follows, an account or else a browser by a key in a cookie; and who votes, without a name."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from typing import TYPE_CHECKING

from flask import current_app, g, request

from index.catalogue import BROWSER_PREFIX
from webapp.auth.identity import client_network, current_account_id, current_person, requires_accounts
from webapp.server import is_https

if TYPE_CHECKING:
    from flask import Flask, Response

_COOKIE = "navigateur"
_KEY = re.compile(r"[\w-]{22}")
_KEY_BYTES = 16
_LIFETIME_SECONDS = 400 * 24 * 3600
"""The longest that browsers keep a cookie."""

_VOTER_LETTERS = 32
_OWNER_LETTERS = 15
"""75 bits of the key's digest: the catalogue does not hold the key itself."""


def install_browser_key(app: Flask) -> None:
    """Have an application send the key of a browser that begins to keep something."""
    app.after_request(_set_key_cookie)


def current_owner(*, create: bool = False) -> str:
    """Return the owner of what the sender keeps, "" where nobody is known and nothing was kept yet.

    With `create`, a browser without a key gets one with the answer.
    """
    if requires_accounts():
        return current_account_id()
    # The key of this very answer first: the browser has not sent it yet.
    key = g.get("browser_key") or request.cookies.get(_COOKIE, "")
    # Anyone can write a cookie: what is not as we draw it is none.
    if not _KEY.fullmatch(key):
        if not create:
            return ""
        key = g.browser_key = secrets.token_urlsafe(_KEY_BYTES)
    digest = base64.b32encode(hashlib.sha256(key.encode()).digest()).decode().lower()
    return BROWSER_PREFIX + digest[:_OWNER_LETTERS]


def name_voter(document_id: str) -> str:
    """Return what stands for the sender in the voices about one document.

    Without the installation's key nobody tells whose it is, nor which voices about two documents are of one person.
    Without accounts it is the network's address: a cookie could be cleared to vote again.
    """
    person = current_person()
    who = person.id if requires_accounts() and person else client_network()
    # Kept apart from the catalogue: a copy of it tells nothing of who said what.
    key = str(current_app.secret_key).encode()
    return hmac.new(key, f"{who}:{document_id}".encode(), hashlib.sha256).hexdigest()[:_VOTER_LETTERS]


def _set_key_cookie(response: Response) -> Response:
    if key := g.pop("browser_key", None):
        response.set_cookie(
            _COOKIE, key, max_age=_LIFETIME_SECONDS, secure=is_https(), httponly=True, samesite="Lax", path="/"
        )
    return response
