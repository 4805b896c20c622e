"""What a browser may do with our answers, said in headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


def install(app: Flask) -> None:
    """Put the headers on every answer, errors included."""
    app.after_request(_protect)


def _protect(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
