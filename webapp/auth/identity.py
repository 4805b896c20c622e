"""Who sends the current request: a signed-in person, a tool with a person's token, or nobody; and what they may do.

It is looked up at each request: a session, token, role or group that is taken away counts no more at the next one.
"""

from __future__ import annotations

import ipaddress
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, cast
from urllib.parse import quote, urlsplit

from flask import current_app, g, redirect, request, session, url_for

from index.accounts import ERASED_ACCOUNT_LABEL, TOOL_PREFIX, AccountState, Lifetimes, Role
from index.model import MEMBERS
from webapp.auth.viewing import find_viewed_role, refuse_changes, refuse_own_pages
from webapp.server import TOOL_PREFIXES, ErrorExplanation, ProblemError, is_https

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask, Response
    from werkzeug.wrappers import Response as AnyResponse

    from index.accounts import Account
    from index.catalogue import Catalogue
    from index.config import Settings
    from webapp.auth.viewing import ViewedRole

_EXTENSION_KEY = "ruche.identity"
_HTTP_COOKIE = "ruche"
_HTTPS_COOKIE = "__Host-ruche"
"""Browsers accept a cookie with this prefix from this very host only, over HTTPS, with the path « / »."""

OPEN_ENDPOINTS = frozenset(
    {
        "static",
        "health.alive",
        "health.ready",
        "health.counts",
        # What monitoring and tools read before they have a token.
        "api.get_health",
        "api.get_openapi",
        "sign_in.show",
        "sign_in.authenticate",
        "sign_in.show_invitation",
        "sign_in.accept",
        "password_reset.ask",
        "password_reset.send",
        "password_reset.edit",
        "password_reset.change",
        "single_sign_on.start",
        "single_sign_on.handle_callback",
        "single_sign_on.finish_sign_out",
        "information.accessibility",
        "information.legal",
        "information.privacy",
        "appearance.show",
        "appearance.choose",
        # These tell nothing of the library: that the site is closed to crawlers, and its name.
        "sitemaps.robots",
        "opensearch.description",
        # Each of these addresses contains a secret of its own.
        "feeds.search",
        "calendars.search",
        "saved_searches.confirm",
        "saved_searches.unsubscribe",
    }
)
"""Endpoints that are answered without signing in. A test lists what is open."""

_SIGN_IN_REQUIRED = ErrorExplanation(
    "Connexion nécessaire",
    "Cette adresse est réservée aux personnes connectées, et votre session n’est pas ouverte ou a pris fin.",
    "Connectez-vous, puis recommencez\u00a0: rien n’a été modifié.",
)
_TOKEN_REQUIRED = ErrorExplanation(
    "Jeton attendu",
    "Cette adresse demande un jeton d’accès valable, ou une session ouverte.",
    "Créez un jeton dans «\u00a0Mon compte\u00a0» et envoyez-le dans l’en-tête Authorization: Bearer.",
)


@dataclass(frozen=True, slots=True)
class _IdentityContext:
    """What an application needs to identify people."""

    catalogue: Catalogue
    settings: Settings
    lifetimes: Lifetimes


@dataclass(frozen=True, slots=True)
class _Requester:
    """The sender of a request, None for nobody, with the role that counts for it.

    `viewed` says as whom an administrator looks at the site: `account` is then what such a person is, and `viewer` the
    administrator's own.
    """

    account: Account | None = None
    session_number: int | None = None
    viewed: ViewedRole | None = None
    viewer: Account | None = None


def install_identity(app: Flask, catalogue: Catalogue, settings: Settings) -> None:
    """Have an application identify the sender of each request. To be called before other parts are installed."""
    app.extensions[_EXTENSION_KEY] = _IdentityContext(catalogue, settings, Lifetimes.from_settings(settings))
    app.before_request(_reset_requester)
    app.after_request(_set_session_cookie)


def install_access_guard(app: Flask) -> None:
    """Have an application refuse anonymous requests. To be called after rate limits, which count refused ones too."""
    app.before_request(_refuse_anonymous)


def requires_accounts() -> bool:
    """Return whether people must sign in. If not, whoever reaches the service is on the machine itself."""
    return _identity_context().settings.auth != "aucune"


def current_person() -> Account | None:
    """Return the account that sends the request, or None; for a tool its owner, with the role that the token allows."""
    return _get_requester().account


def current_session_number() -> int | None:
    """Return the number of the person's session; None for a tool, or for nobody."""
    return _get_requester().session_number


def current_viewed_role() -> ViewedRole | None:
    """Return as whom an administrator looks at the site by this request; None where everybody is themselves."""
    return _get_requester().viewed


def current_viewer() -> Account | None:
    """Return the account of the administrator who looks at the site as another; None where nobody does."""
    return _get_requester().viewer


def current_groups() -> frozenset[str]:
    """Return the groups of the sender. What none of them may see does not exist for this request."""
    if not requires_accounts():
        return frozenset({MEMBERS})
    found = current_person()
    return found.audience if found else frozenset()


def groups_for_delivery(account: Account | None) -> frozenset[str]:
    """Return the groups with which a feed or a mail is made for an account that has no session: those of a reader.

    Documents that only animators see are left out, since mail passes through many hands. A suspended or unknown account
    has no group.
    """
    if not requires_accounts():
        return frozenset({MEMBERS})
    if account is None or account.state is AccountState.SUSPENDED:
        return frozenset()
    return replace(account, role=Role.READER).audience


def current_account_id() -> str:
    """Return the id by which decisions and the audit name the sender; "" where nobody is known."""
    found = current_person()
    return found.id if found else ""


def account_name(account_id: str) -> str:
    """Return the name of an account for people to read, "" for ""; erased accounts share one label."""
    # All names in one query, once a request: a page may list fifty acts.
    if "names" not in g:
        g.names = _identity_context().catalogue.access.accounts.list_names()
    return cast("str", g.names.get(account_id, ERASED_ACCOUNT_LABEL)) if account_id else ""


def open_session(account: Account, id_token: str = "") -> None:
    """Sign in a person who has proved who they are: the answer to the current request carries the cookie.

    `id_token` is what the identity provider wants back when they sign out, "" if they came with a password.
    """
    # Against session fixation: nothing of the former session, its CSRF token included, serves the new one.
    session.clear()
    g.cookie = _identity_context().catalogue.access.sessions.open(account.id, _identity_context().lifetimes, id_token)
    g.requester = _Requester(account)


@contextmanager
def act_for(account: Account) -> Iterator[None]:
    """Do what the block does as an account, whose owner has proved elsewhere that it is they who ask for it."""
    before = _get_requester()
    g.requester = _Requester(account)
    try:
        yield
    finally:
        g.requester = before


def end_session() -> None:
    """Sign out the sender: the session is closed in the catalogue, and the answer deletes the cookie."""
    if token := request.cookies.get(_cookie_name()):
        _identity_context().catalogue.access.sessions.close(token)
    session.clear()
    g.cookie = ""
    g.requester = _Requester()


def safe_redirect_address(text: str | None) -> str:
    """Return a redirection target given by a request if it is an address of this site, else that of the home page."""
    if text and _is_local_address(text):
        return text
    return url_for("pages.home")


def client_network() -> str:
    """Return the client's network, by which attempts are counted: an IPv4 address, or the /64 of an IPv6 address."""
    # waitress has put the address that the trusted proxy names here. One household has a whole /64 of IPv6.
    given = request.remote_addr or ""
    try:
        network = ipaddress.ip_network(f"{given}/64" if ":" in given else given, strict=False)
    except ValueError:
        return given
    return str(network)


def _identity_context() -> _IdentityContext:
    return cast("_IdentityContext", current_app.extensions[_EXTENSION_KEY])


def _is_local_address(text: str) -> bool:
    # Browsers drop control characters, and read « /\\ » and « // » as the beginning of another host's address.
    if not text.startswith("/") or text.startswith("//") or "\\" in text or any(each <= " " for each in text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc


def _get_requester() -> _Requester:
    if "requester" not in g:
        # Nobody is kept first: if the catalogue fails, the error page asks again, and must not fail too.
        g.requester = _Requester()
        g.requester = _identify_requester()
    return cast("_Requester", g.requester)


def identify_in_advance() -> None:
    """Identify the sender of a request that is to come: their session is neither renewed nor seen by it."""
    g.requester = _identify_requester(renews=False)


def _identify_requester(*, renews: bool = True) -> _Requester:
    if not requires_accounts():
        return _Requester()
    # Tokens count on the paths of tools only; a wrong one is refused there even if the browser has a session.
    if is_tool_request() and "Authorization" in request.headers:
        return _Requester(_find_token_owner(request.headers["Authorization"]))
    token = request.cookies.get(_cookie_name())
    sessions, lifetimes = _identity_context().catalogue.access.sessions, _identity_context().lifetimes
    signed = sessions.find(token, lifetimes, renews=renews) if token else None
    if signed is None:
        return _Requester()
    # Tokens are renewed every hour; the new one goes out with the answer.
    if signed.renewed_token:
        g.cookie = signed.renewed_token
    viewed = find_viewed_role(signed.account)
    if viewed is None:
        return _Requester(signed.account, signed.number)
    return _Requester(viewed.apply(signed.account), signed.number, viewed, signed.account)


def _find_token_owner(header: str) -> Account | None:
    """Return the owner of a tool's token, with no more rights than the token gives; None for an unknown token."""
    kind, _, token = header.partition(" ")
    if kind.lower() != "bearer" or not token.startswith(TOOL_PREFIX):
        return None
    return _identity_context().catalogue.access.api_tokens.find_owner(token)


def is_tool_request() -> bool:
    """Return whether the request is for a path of tools."""
    return request.path.startswith(TOOL_PREFIXES)


def _reset_requester() -> None:
    g.pop("requester", None)
    g.pop("names", None)


def _refuse_anonymous() -> AnyResponse | None:
    if not requires_accounts() or request.endpoint in {"static", "health.alive"}:
        return None
    if current_viewed_role():
        refuse_changes()
        # The way back is a page's form: it is answered whoever is looked for.
        if request.endpoint == "viewing.leave":
            return None
        # A visitor is led to the sign-in page below, as any.
        if current_person() is not None:
            refuse_own_pages()
    # OPTIONS: a CORS preflight carries no credentials, and its answer tells only which sites may send requests.
    if current_person() is not None or request.endpoint in OPEN_ENDPOINTS or request.method == "OPTIONS":
        return None
    if is_tool_request():
        raise ProblemError(HTTPStatus.UNAUTHORIZED, _TOKEN_REQUIRED, {"WWW-Authenticate": "Bearer"})
    if request.method in {"GET", "HEAD"} and _expects_page():
        return redirect(url_for("sign_in.show", suite=_current_address()))
    raise ProblemError(HTTPStatus.UNAUTHORIZED, _SIGN_IN_REQUIRED)


def _expects_page() -> bool:
    """Return whether a person waits for a page: a redirection would not help a script or a feed reader."""
    return not request.accept_mimetypes or request.accept_mimetypes.accept_html


def _current_address() -> str:
    # The path is decoded in the environment; the query string is still as it was sent.
    asked = quote(f"{request.script_root}{request.path}")
    return f"{asked}?{request.query_string.decode('latin-1')}" if request.query_string else asked


def _cookie_name() -> str:
    return _HTTPS_COOKIE if is_https() else _HTTP_COOKIE


def _set_session_cookie(response: Response) -> Response:
    token = g.pop("cookie", None)
    if token:
        # Without max_age: on a shared computer, closing the browser must be enough to sign out.
        response.set_cookie(_cookie_name(), token, secure=is_https(), httponly=True, samesite="Lax", path="/")
    elif token is not None:
        response.delete_cookie(_cookie_name(), secure=is_https(), httponly=True, samesite="Lax", path="/")
        # On a shared computer, « previous page » must not show what was read before signing out.
        response.headers["Clear-Site-Data"] = '"cache"'
    return response
