"""Rate limits by account or network, in force where people must sign in: nobody may take the service from the others.

Flask-Limiter counts in this process's memory, in fixed windows; a restart begins new ones.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import request
from flask_limiter import ApplicationLimit, Limiter, RateLimitExceeded

from webapp.errors import Explanation, ProblemError, explain
from webapp.identity import address, asks_for_accounts, person
from webapp.typography import count

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response


@dataclass(frozen=True, slots=True)
class Rate:
    """A limit shared by some endpoints, or by all those of a blueprint; `times` is in Flask-Limiter's notation."""

    name: str
    times: str
    endpoints: frozenset[str] = frozenset()
    blueprint: str = ""

    def spares(self) -> bool:
        """Return whether this limit does not count the current request."""
        return request.endpoint not in self.endpoints and request.blueprint != self.blueprint


RATES = (
    Rate("entry", "20 per minute", frozenset({"entry.prove", "entry.accept"})),
    # A whole organisation may share one network address, and each arrival takes two requests.
    Rate("single sign-on", "240 per minute", frozenset({"single_sign_on.start", "single_sign_on.back"})),
    Rate("search", "240 per minute", frozenset({"pages.search", "bulk.show", "export.results"})),
    Rate("feeds", "240 per minute", blueprint="feeds"),
    Rate("calendars", "240 per minute", blueprint="calendars"),
    Rate("harvest", "600 per minute", blueprint="oai"),
    # Each request lists the whole library.
    Rate("crawlers", "60 per minute", blueprint="crawlers"),
    # Sent while a person types.
    Rate("suggestions", "600 per minute", frozenset({"suggestions.suggest", "opensearch.suggest"})),
    Rate("api", "600 per minute", blueprint="api"),
    # The page's script sends files one by one: a folder is hundreds of requests.
    Rate("deposit", "1200 per hour", frozenset({"deposit.receive", "deposit.choose", "api.deposit"})),
)


def install(app: Flask) -> None:
    """Limit the requests to an application. To be called before anything that reads forms, which may be large."""
    limiter = Limiter(
        _asker,
        storage_uri="memory://",
        application_limits=[ApplicationLimit(each.times, scope=each.name, exempt_when=each.spares) for each in RATES],
    )
    # Without accounts all requests come from the machine itself.
    limiter.request_filter(lambda: not asks_for_accounts())
    limiter.init_app(app)

    def refuse(_: RateLimitExceeded) -> Response:
        breached = limiter.current_limit
        # A minute where Flask-Limiter does not say: most windows are as long.
        return _refused(breached.reset_at - time.time() if breached else 60)

    def tell(response: Response) -> Response:
        # Flask-Limiter's own headers would set Retry-After on every answer, over the one that an error may carry.
        if present := limiter.current_limit:
            response.headers["X-RateLimit-Limit"] = str(present.limit.amount)
            response.headers["X-RateLimit-Remaining"] = str(present.remaining)
            response.headers["X-RateLimit-Reset"] = str(present.reset_at)
        return response

    app.register_error_handler(RateLimitExceeded, refuse)
    app.after_request(tell)


def _asker() -> str:
    found = person()
    return f"account:{found.id}" if found else f"address:{address()}"


def _refused(seconds: float) -> Response:
    wait = max(1, math.ceil(seconds))
    explanation = Explanation(
        "Trop de demandes",
        "Beaucoup de demandes sont arrivées en peu de temps de votre compte ou de votre réseau.",
        f"Réessayez dans {count(wait, 'seconde')}.",
    )
    return explain(
        ProblemError(HTTPStatus.TOO_MANY_REQUESTS, explanation, {"Retry-After": str(wait)}),
        explanation,
    )
