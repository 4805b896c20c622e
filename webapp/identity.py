"""Who asks: a person who signed in, a tool in someone's name, or nobody. What they may see and do is asked here.

Everything is looked up anew at each request: what was taken away is gone at the next one.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, cast
from urllib.parse import quote, urlsplit

from flask import current_app, g, redirect, request, session, url_for

from index.accounts import Lifetimes, Role, State
from index.accounts.acts import ERASED
from index.accounts.tokens import TOOL
from index.model import MEMBERS
from webapp.errors import NOT_FOUND, TOOL_PREFIXES, Explanation, ProblemError

if TYPE_CHECKING:
    from flask import Blueprint, Flask, Response
    from werkzeug.wrappers import Response as AnyResponse

    from index.accounts import Account
    from index.catalogue import Catalogue
    from index.settings import Settings

_NAME = "ruche.identity"
_COOKIE = "ruche"
_HTTPS_COOKIE = "__Host-ruche"
"""Browsers take a cookie of such a name from this very host alone, over HTTPS, for the whole site."""

OPEN = frozenset(
    {
        "static",
        "health.alive",
        "health.ready",
        "health.counts",
        # How the service is, and what it can be asked.
        "api.health",
        "api.openapi",
        "entry.sign_in",
        "entry.prove",
        "entry.invited",
        "entry.accept",
        "single_sign_on.start",
        "single_sign_on.back",
        "single_sign_on.signed_out",
        "information.accessibility",
        "information.legal",
        "information.privacy",
        "appearance.show",
        "appearance.choose",
        # What these say is nobody's: that the site is closed, and its name.
        "crawlers.robots",
        "opensearch.description",
        # Each of these has a secret of its own in its address.
        "feeds.search",
        "kept.confirm",
        "kept.stop",
    }
)
"""What is answered to whoever asks, whatever the mode."""

_SIGN_IN = Explanation(
    "Connexion nécessaire",
    "Cette adresse est réservée aux personnes connectées, et votre session n’est pas ouverte ou a pris fin.",
    "Connectez-vous, puis recommencez\u00a0: rien n’a été modifié.",
)
_TOKEN_REFUSED = Explanation(
    "Jeton attendu",
    "Cette adresse demande un jeton d’accès valable, ou une session ouverte.",
    "Créez un jeton dans «\u00a0Mon compte\u00a0» et envoyez-le dans l’en-tête Authorization: Bearer.",
)


@dataclass(frozen=True, slots=True)
class _Door:
    """What identifies people in one application."""

    catalogue: Catalogue
    settings: Settings
    lifetimes: Lifetimes


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who asks, with the role that counts now; `number` is that of the session."""

    account: Account | None = None
    number: int | None = None


def install(app: Flask, catalogue: Catalogue, settings: Settings) -> None:
    """Have an application know who comes; to be called first."""
    app.extensions[_NAME] = _Door(catalogue, settings, Lifetimes.of(settings))
    app.before_request(_forget)
    app.after_request(_keep_cookie)


def guard(app: Flask) -> None:
    """Have an application turn away whoever may not ask, before anything is done but counting that they did."""
    app.before_request(_require)


def asks_for_accounts() -> bool:
    """Whether people must say who they are; if not, whoever reaches the service is on the machine itself."""
    return _door().settings.auth != "aucune"


def person() -> Account | None:
    """Who asks; None for nobody, or where accounts are not asked for. Of a tool's owner, the role its token allows."""
    return _asker().account


def session_number() -> int | None:
    """The number of the session in which the person asks; None for a tool."""
    return _asker().number


def groups() -> frozenset[str]:
    """The groups of whoever asks: what none of them may see does not exist for this request."""
    if not asks_for_accounts():
        return frozenset({MEMBERS})
    found = person()
    return found.audience if found else frozenset()


def groups_in_absence(found: Account | None) -> frozenset[str]:
    """The groups of a person whom a feed or a mail stands for: a reader's, and none once the account may not be used.

    What only animators see waits for them here: mail goes through many hands.
    """
    if not asks_for_accounts():
        return frozenset({MEMBERS})
    if found is None or found.state is State.SUSPENDED:
        return frozenset()
    return replace(found, role=Role.READER).audience


def who() -> str:
    """How whoever asks is named in the history of decisions: an account's id, nothing where nobody is known."""
    found = person()
    return found.id if found else ""


def named(who: str) -> str:
    """How people read who did something; nothing where nobody was known."""
    if "names" not in g:
        g.names = _door().catalogue.accounts.names()
    return cast("str", g.names.get(who, ERASED)) if who else ""


def may_animate() -> bool:
    """Whether whoever asks is an animator: without accounts, everyone on the machine itself is."""
    return _has_role(Role.ANIMATOR) if asks_for_accounts() else True


def may_administrate() -> bool:
    """Whether whoever asks may manage accounts and rights, of which there are none without accounts."""
    return _has_role(Role.ADMINISTRATOR)


def require_person() -> Account:
    """The person who asks, for pages that are about them. Such a page does not exist where nobody is known."""
    found = person()
    if found is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)
    return found


def only_with_accounts(blueprint: Blueprint) -> Blueprint:
    """Have the views of a blueprint exist only where accounts are asked for; gives the blueprint."""
    blueprint.before_request(_require_accounts)
    return blueprint


def only_for_administrators(blueprint: Blueprint) -> Blueprint:
    """Have the views of a blueprint exist only for administrators; gives the blueprint."""
    blueprint.before_request(_require_administrator)
    return blueprint


def open_session(account: Account, id_token: str = "") -> None:
    """Sign in a person who has just proved who they are: the answer to the present request carries the cookie.

    `id_token` is what the single sign-on wants back when they sign out, if they came through it.
    """
    # What was kept for whoever was here before is not theirs, the token of forms among it.
    session.clear()
    g.cookie = _door().catalogue.sessions.open(account.id, _door().lifetimes, id_token)
    g.asker = _Asker(account)


def end_session() -> None:
    """Sign out whoever asks: the session ends here, and the answer takes the cookie back."""
    if token := request.cookies.get(_cookie_name()):
        _door().catalogue.sessions.close(token)
    session.clear()
    g.cookie = ""
    g.asker = _Asker()


def local_address(text: str | None) -> str:
    """Where to go next: an address of this site, or the home page for anything else."""
    if text and _is_local(text):
        return text
    return url_for("pages.home")


def address() -> str:
    """The network that a request comes from, as tries are counted: of IPv6 the first half, as one household has it."""
    given = request.remote_addr or ""
    try:
        network = ipaddress.ip_network(f"{given}/64" if ":" in given else given, strict=False)
    except ValueError:
        return given
    return str(network)


def over_https() -> bool:
    """Whether people come over HTTPS, as the server in front says, or the settings."""
    return request.is_secure or _door().settings.public_address.startswith("https://")


def _door() -> _Door:
    return cast("_Door", current_app.extensions[_NAME])


def _has_role(role: Role) -> bool:
    found = person()
    return found is not None and found.role.includes(role)


def _is_local(text: str) -> bool:
    # Browsers drop control characters, and read « /\\ » and « // » as the beginning of another host.
    if not text.startswith("/") or text.startswith("//") or "\\" in text or any(each <= " " for each in text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc


def _asker() -> _Asker:
    if "asker" not in g:
        # Nobody, should looking fail: the page that tells of the failure asks again.
        g.asker = _Asker()
        g.asker = _found()
    return cast("_Asker", g.asker)


def _found() -> _Asker:
    if not asks_for_accounts():
        return _Asker()
    if for_tools() and "Authorization" in request.headers:
        return _Asker(_owner(request.headers["Authorization"]))
    token = request.cookies.get(_cookie_name())
    signed = _door().catalogue.sessions.find(token, _door().lifetimes) if token else None
    if signed is None:
        return _Asker()
    if signed.renewed:
        g.cookie = signed.renewed
    return _Asker(signed.account, signed.number)


def _owner(header: str) -> Account | None:
    """In whose name a tool asks, with no more rights than its token gives."""
    kind, _, token = header.partition(" ")
    if kind.lower() != "bearer" or not token.startswith(TOOL):
        return None
    return _door().catalogue.tokens.find(token)


def for_tools() -> bool:
    """Whether the address asked for is one that tools ask."""
    return request.path.startswith(TOOL_PREFIXES)


def _require_accounts() -> None:
    if not asks_for_accounts():
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)


def _require_administrator() -> None:
    # To others these pages do not exist: they need not know what there is to administer.
    if not may_administrate():
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)


def _forget() -> None:
    g.pop("asker", None)
    g.pop("names", None)


def _require() -> AnyResponse | None:
    if not asks_for_accounts() or request.endpoint in {"static", "health.alive"}:
        return None
    # A browser that asks whether a page of another site may ask sends no key with it, and learns nothing else.
    if person() is not None or request.endpoint in OPEN or request.method == "OPTIONS":
        return None
    if for_tools():
        raise ProblemError(HTTPStatus.UNAUTHORIZED, _TOKEN_REFUSED, {"WWW-Authenticate": "Bearer"})
    if request.method in {"GET", "HEAD"} and _reads_pages():
        return redirect(url_for("entry.sign_in", suite=_present_address()))
    raise ProblemError(HTTPStatus.UNAUTHORIZED, _SIGN_IN)


def _reads_pages() -> bool:
    """Whether a person is behind the request, and not a script of a page or a reader of feeds."""
    return not request.accept_mimetypes or request.accept_mimetypes.accept_html


def _present_address() -> str:
    asked = quote(f"{request.script_root}{request.path}")
    return f"{asked}?{request.query_string.decode('latin-1')}" if request.query_string else asked


def _cookie_name() -> str:
    return _HTTPS_COOKIE if over_https() else _COOKIE


def _keep_cookie(response: Response) -> Response:
    token = g.pop("cookie", None)
    if token:
        # For as long as the browser is open: on a computer that several share, closing it must be enough.
        response.set_cookie(_cookie_name(), token, secure=over_https(), httponly=True, samesite="Lax", path="/")
    elif token is not None:
        response.delete_cookie(_cookie_name(), secure=over_https(), httponly=True, samesite="Lax", path="/")
        # Pages that were read must not come back with « previous page » on a computer that others use.
        response.headers["Clear-Site-Data"] = '"cache"'
    return response
