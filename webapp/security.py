"""Security headers on every answer, and the refusal of NUL characters in requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, request

from webapp.identity import is_https

if TYPE_CHECKING:
    from flask import Flask, Response

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
    # `setdefault`: views may have set a stricter policy (files) or a longer life in caches (images).
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if is_https():
        response.headers.setdefault("Strict-Transport-Security", _HSTS)
    return response
