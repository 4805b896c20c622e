"""Rate limits by account or network, in force where people must sign in: nobody may take the service from the others.

Flask-Limiter counts in fixed windows, in this process's memory or for several processes in a file that they share; a
restart of the service begins new ones.
"""

from __future__ import annotations

import hmac
import math
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import current_app, request
from flask_limiter import ApplicationLimit, Limiter, RateLimitExceeded

from index.web_processes import current_web_process
from webapp.auth.identity import client_network, current_person, current_viewer, requires_accounts
from webapp.server import ErrorExplanation, ProblemError, explain_error, format_count

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A limit shared by some endpoints, or by all those of a blueprint; `times` is in Flask-Limiter's notation."""

    name: str
    times: str
    endpoints: frozenset[str] = frozenset()
    blueprint: str = ""

    def is_exempt(self) -> bool:
        """Return whether this limit does not count the current request."""
        return request.endpoint not in self.endpoints and request.blueprint != self.blueprint


RATES = (
    RateLimit(
        "entry",
        "20 per minute",
        frozenset({"sign_in.authenticate", "sign_in.accept", "password_reset.send", "password_reset.change"}),
    ),
    # A whole organisation may share one network address, and each arrival takes two requests.
    RateLimit(
        "single sign-on", "240 per minute", frozenset({"single_sign_on.start", "single_sign_on.handle_callback"})
    ),
    # Each has a model work for some seconds, elsewhere and often for money.
    RateLimit("assistant", "60 per hour", frozenset({"dossiers.summarise"}), blueprint="assistant"),
    # Each is as many searches as it has lines.
    RateLimit("batch", "30 per hour", frozenset({"batch_search.ask", "api.ask_batch"})),
    RateLimit("search", "240 per minute", frozenset({"pages.search", "bulk_tagging.show", "export.results"})),
    # Each leaves something in the catalogue, and a line in the audit.
    RateLimit(
        "own things",
        "240 per hour",
        frozenset(
            {
                *(
                    "saved_searches.save",
                    "saved_searches.follow",
                    "saved_searches.follow_subject",
                    "saved_searches.delete",
                    "account.create_token",
                    "account.revoke_token",
                ),
                # The directory keeps a line in the audit for each.
                *("directory.save", "directory.agree", "directory.decline", "directory.erase"),
                *("contact_editor.propose", "contact_editor.erase", "contact_import.preview", "contact_import.apply"),
                *("account.export", "account.close_session", "account.close_all_sessions", "account.change_password"),
            }
        ),
    ),
    RateLimit("opinions", "120 per hour", frozenset({"usefulness.cast", "inquiries.join"})),
    # Each is read by an animator, or by everybody.
    RateLimit("questions", "30 per hour", frozenset({"inquiries.ask", "inquiries.answer", "inquiries.withdraw"})),
    # Notes and moves are made one by one.
    RateLimit(
        "dossiers",
        "1200 per hour",
        frozenset(
            {
                *("dossiers.create", "dossiers.add", "dossiers.describe", "dossiers.remove", "dossiers.restore"),
                *("dossiers.share", "dossiers.annotate", "dossiers.move_item", "dossiers.remove_item"),
                "dossiers.restore_item",
            }
        ),
    ),
    # Each writes a file, with images.
    RateLimit("dossier exports", "60 per minute", frozenset({"dossiers.export", "dossiers.export_shared"})),
    RateLimit("feeds", "240 per minute", blueprint="feeds"),
    RateLimit("calendars", "240 per minute", blueprint="calendars"),
    RateLimit("harvest", "600 per minute", blueprint="oai"),
    # Each request lists the whole library.
    RateLimit("crawlers", "60 per minute", blueprint="sitemaps"),
    # Sent while a person types.
    RateLimit("suggestions", "600 per minute", frozenset({"suggestions.suggest", "opensearch.suggest"})),
    RateLimit("mcp", "600 per minute", blueprint="mcp"),
    RateLimit("api", "600 per minute", blueprint="api"),
    # The page's script sends files one by one: a folder is hundreds of requests.
    RateLimit(
        "deposit", "1200 per hour", frozenset({"deposits.receive", "deposits.resolve_conflict", "api.deposit_files"})
    ),
)


def install_rate_limits(app: Flask) -> None:
    """Limit the requests to an application. To be called before anything that reads forms, which may be large."""
    limiter = Limiter(
        _requester_key,
        storage_uri=_choose_storage(),
        # Where the file fails, on a full disk for example, each process counts for itself rather than not at all.
        in_memory_fallback_enabled=current_web_process() is not None,
        application_limits=[
            ApplicationLimit(each.times, scope=each.name, exempt_when=each.is_exempt) for each in RATES
        ],
    )
    # Without accounts all requests come from the machine itself.
    limiter.request_filter(lambda: not requires_accounts())
    limiter.init_app(app)

    def refuse(_: RateLimitExceeded) -> Response:
        breached = limiter.current_limit
        # A minute where Flask-Limiter does not say: most windows are as long.
        return _explain_limit(breached.reset_at - time.time() if breached else 60)

    def add_headers(response: Response) -> Response:
        # Flask-Limiter's own headers would set Retry-After on every answer, over the one that an error may carry.
        if present := limiter.current_limit:
            response.headers["X-RateLimit-Limit"] = str(present.limit.amount)
            response.headers["X-RateLimit-Remaining"] = str(present.remaining)
            response.headers["X-RateLimit-Reset"] = str(present.reset_at)
        return response

    app.register_error_handler(RateLimitExceeded, refuse)
    app.after_request(add_headers)


def _choose_storage() -> str:
    process = current_web_process()
    if process is None:
        return "memory://"
    # Its import registers it; a process that is alone needs none of it.
    from webapp.auth.shared_counts import storage_address  # noqa: PLC0415

    return storage_address(process.folder)


def _requester_key() -> str:
    # Whoever looks as another asks as themselves.
    found = current_viewer() or current_person()
    key = f"account:{found.id}" if found else f"address:{client_network()}"
    if current_web_process() is None:
        return key
    # Written into a file, which could outlive a machine that crashes: no network stands there as it is.
    return hmac.new(str(current_app.secret_key).encode(), key.encode(), "sha256").hexdigest()


def _explain_limit(seconds: float) -> Response:
    wait = max(1, math.ceil(seconds))
    explanation = ErrorExplanation(
        "Trop de demandes",
        "Beaucoup de demandes sont arrivées en peu de temps de votre compte ou de votre réseau.",
        f"Réessayez dans {format_count(wait, 'seconde')}.",
    )
    return explain_error(
        ProblemError(HTTPStatus.TOO_MANY_REQUESTS, explanation, {"Retry-After": str(wait)}),
        explanation,
    )
