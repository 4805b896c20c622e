"""CSRF protection: forms carry a token that only our pages have, tied to a session signed with a secret key."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from flask.sessions import SecureCookieSessionInterface
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError

from webapp.errors import ErrorExplanation, explain_error
from webapp.identity import is_https

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from werkzeug.wrappers import Response

    from index.settings import Settings

_KEY_FILE = "secret"
_KEY_BYTES = 32

_FORM_EXPIRED = ErrorExplanation(
    "Formulaire périmé",
    "Rien n’a été modifié\u00a0: cette page était ouverte de trop longue date, ou votre navigateur refuse les cookies.",
    "Revenez à la page précédente, rechargez-la, puis recommencez.",
)


class _HttpsAwareSessions(SecureCookieSessionInterface):
    """Flask's session, whose cookie is `Secure` where the site is visited over HTTPS."""

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - Flask's signature
        return is_https()


def install_csrf(app: Flask, settings: Settings) -> None:
    """Refuse requests that change something (POST, PUT, PATCH, DELETE) without the token of one of our pages."""
    app.config.update(
        SECRET_KEY=settings.secret_key or load_secret_key(settings.data),
        SESSION_COOKIE_NAME="session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # The token lasts as long as the session: what someone typed into a form for hours must not be lost.
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.session_interface = _HttpsAwareSessions()
    CSRFProtect(app)
    app.register_error_handler(CSRFError, _explain_expired_form)


def load_secret_key(data: Path) -> str:
    """Return the installation's secret key, drawn and saved the first time; its file is readable by its owner only."""
    path = data / _KEY_FILE
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        # NamedTemporaryFile makes files of mode 0600, and the link keeps it.
        with NamedTemporaryFile("w", encoding="ascii", dir=data) as drawn, suppress(FileExistsError):
            drawn.write(secrets.token_hex(_KEY_BYTES))
            drawn.flush()
            # A link appears with its whole content, and fails where another process was first: its key is then read.
            os.link(drawn.name, path)
    return path.read_text(encoding="ascii")


def _explain_expired_form(error: CSRFError) -> Response:
    return explain_error(error, _FORM_EXPIRED)
