"""Security headers on every answer, refusal of NUL characters, and protection of forms (CSRF) with a signed session."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from flask import abort, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError

from webapp.server.app_services import services
from webapp.server.http_errors import ErrorExplanation, explain_error

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask, Response
    from werkzeug.wrappers import Response as AnyResponse

    from index.config import Settings

# `data:` for images: style sheets contain icons and check marks as data. No inline style or script is allowed.
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""The policy of files from the library: should a browser render one, nothing in it runs or loads."""

_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Shared caches must not keep what one member sees; browsers may keep it, and revalidate.
    "Cache-Control": "private, no-cache",
}

# One year, in seconds.
_HSTS = "max-age=31536000"


def install_security_headers(app: Flask) -> None:
    """Set the security headers on every answer, errors included."""
    app.after_request(_set_security_headers)


def install_nul_refusal(app: Flask) -> None:
    """Refuse requests that contain a NUL, which PostgreSQL and file systems reject in any text.

    To be called after whatever bounds the size of forms, since forms are read here.
    """
    app.before_request(_refuse_nul)


def _refuse_nul() -> None:
    if "\0" in request.path:
        abort(404)
    sent = (value for values in (request.args, request.form) for each in values.listvalues() for value in each)
    if any("\0" in value for value in sent):
        abort(400)


def _set_security_headers(response: Response) -> Response:
    # The address of this page is a secret: what it loads or links to learns the site's origin and no more. Forms over
    # HTTPS need the origin, which protection against other sites compares.
    if (request.view_args and "token" in request.view_args) or request.endpoint == "single_sign_on.handle_callback":
        response.headers.setdefault("Referrer-Policy", "strict-origin")
    # `setdefault`: views may have set a stricter policy (files) or a longer life in caches (images).
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if is_https():
        response.headers.setdefault("Strict-Transport-Security", _HSTS)
    return response


def is_https() -> bool:
    """Return whether the site is visited over HTTPS, by what the reverse proxy says or by the public address."""
    return request.is_secure or services().settings.public_address.startswith("https://")


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


def _explain_expired_form(error: CSRFError) -> AnyResponse:
    return explain_error(error, _FORM_EXPIRED)
