"""What a browser may do with our answers, said in headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, request

from webapp.identity import over_https

if TYPE_CHECKING:
    from flask import Flask, Response

# The style sheets hold their icons and check marks as data: they are one file each, and nothing else can be loaded so.
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

FILE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""For files that came from elsewhere: should a browser ever show one, nothing in it runs."""

_HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Members' searches must not stay in a shared cache; browsers still revalidate what they hold.
    "Cache-Control": "private, no-cache",
}

_HSTS = "max-age=31536000"


def install(app: Flask) -> None:
    """Put the headers on every answer, errors included."""
    app.after_request(_protect)


def refuse_nul(app: Flask) -> None:
    """Answer requests that hold a NUL before any view: PostgreSQL and file systems refuse it in every text.

    To be called after whatever sets how large a form may be, since forms are read for it.
    """
    app.before_request(_refuse_nul)


def _refuse_nul() -> None:
    if "\0" in request.path:
        abort(404)
    sent = (value for values in (request.args, request.form) for each in values.listvalues() for value in each)
    if any("\0" in value for value in sent):
        abort(400)


def _protect(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if over_https():
        response.headers.setdefault("Strict-Transport-Security", _HSTS)
    return response
