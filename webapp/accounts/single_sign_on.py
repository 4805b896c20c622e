"""Sign in and out through the identity provider: the way there, its callbacks, and the messages on the way."""

from __future__ import annotations

import logging
import secrets
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from flask import (
    Blueprint,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)

from index.accounts import (
    Doors,
    NotExpectedError,
    SuspendedAccountError,
    UnverifiedMailError,
    join,
)
from webapp.accounts.claims import identity_of
from webapp.accounts.provided import ProviderError, RefusedCodeError, Start, Told, UnreachableError
from webapp.errors import NOT_FOUND, Explanation, ProblemError
from webapp.hive import hive
from webapp.identity import end_session, local_address, open_session, person, session_number

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response as AnyResponse

    from index.accounts import Identity
    from index.settings import Settings
    from webapp.accounts.provider import Provider

log = logging.getLogger(__name__)

blueprint = Blueprint("single_sign_on", __name__)

_NAME = "ruche.provider"

_UNDER_WAY = "identifications"
_LEAVING = "deconnexion"
_TRIED = "identification_tentee"

_MOST_UNDER_WAY = 4
_LONGEST_FOLLOWING = 500
"""Characters. All attempts are in the session cookie, which browsers drop beyond 4 KiB."""

_AT = 1
"""Index of the start time in a stored attempt (nonce, start time, next URL)."""

_PATIENCE = 900
"""Seconds that a person may spend at the provider."""

_NOT_SIGNED_IN = frozenset({"login_required", "interaction_required", "consent_required", "account_selection_required"})
"""Errors that answer `prompt=none` when the provider would have to ask something (Core 1.0, section 3.1.2.6)."""

_LATE = Explanation(
    "Connexion à recommencer",
    "Cette page de retour n’est pas, ou n’est plus, celle d’une connexion commencée dans ce navigateur.",
    "Recommencez depuis la page de connexion. Si cela se répète, vérifiez que votre navigateur accepte les cookies.",
)
_GIVEN_UP = Explanation(
    "Connexion abandonnée",
    "Vous n’avez pas voulu, ou pas pu, vous identifier.",
    "Recommencez depuis la page de connexion quand vous voulez.",
)


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """A sign-in attempt that is at the provider, and the address to open after it."""

    start: Start
    following: str


def install(app: Flask, settings: Settings) -> None:
    """Give the application its identity provider, where its settings name one."""
    if settings.auth == "oidc":
        # Authlib takes a tenth of the start-up time, and most installations have no provider.
        from webapp.accounts.provider import Provider  # noqa: PLC0415

        app.extensions[_NAME] = Provider(settings)


def offered() -> str:
    """Return the provider's display name, or "" where the installation has none."""
    found = current_app.extensions.get(_NAME)
    return found.name if found else ""


def silent_attempt(following: str) -> str:
    """Return the URL of a silent sign-in attempt, or "" where there is no provider or one was made already."""
    # `essai` in the address says that it was tried, for browsers that keep no cookie.
    if not offered() or session.get(_TRIED) or "essai" in request.args:
        return ""
    return url_for("single_sign_on.start", suite=following, silencieux=1)


def sign_out() -> str:
    """End the session; return the URL that ends the provider's session too, or "" where there is none to end."""
    number = session_number()
    # The id_token is kept with the session: read it before the session ends.
    id_token = hive().catalogue.sessions.id_token(number) if number is not None else ""
    end_session()
    if not offered():
        return ""
    # After a sign-out, a silent attempt would sign the person in again.
    session[_TRIED] = True
    return _sign_out_address(id_token) if id_token else ""


@blueprint.before_request
def _only_where_offered() -> None:
    if not offered():
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)


@blueprint.get("/connexion/unique")
def start() -> AnyResponse:
    """Redirect to the provider; with `silencieux` it only checks whether someone is signed in there."""
    following, silent = request.args.get("suite", ""), "silencieux" in request.args
    if person():
        return redirect(local_address(following))
    # Set before leaving: whatever the provider does, there is no second silent attempt.
    session[_TRIED] = True
    begun = Start(_address("back"), secrets.token_urlsafe(32), secrets.token_urlsafe(32), silent)
    try:
        there = _provider().authorization_address(begun)
    except ProviderError as error:
        # Called for silent attempts too: it writes the log.
        problem = _failure(error)
        # Nobody asked for a silent attempt: the sign-in page comes without an error.
        if silent:
            return _to_sign_in(following)
        raise problem from error
    _keep(begun, following)
    return redirect(there)


@blueprint.get("/connexion/unique/retour")
def back() -> AnyResponse:
    """Handle the provider's answer: sign the person in, or say why not."""
    under_way, error = _taken(request.args.get("state", "")), request.args.get("error", "")
    if error in _NOT_SIGNED_IN:
        return _to_sign_in(under_way.following if under_way else "")
    if under_way is None:
        if person():
            # Another tab of the same browser has finished the sign-in.
            return redirect(url_for("pages.home"))
        raise ProblemError(HTTPStatus.BAD_REQUEST, _LATE)
    if error == "access_denied":
        raise ProblemError(HTTPStatus.FORBIDDEN, _GIVEN_UP)
    try:
        told = _told(error, under_way.start)
    except ProviderError as failed:
        raise _failure(failed) from failed
    return _in(told, under_way.following)


@blueprint.get("/deconnexion/retour")
def signed_out() -> AnyResponse:
    """Confirm that the person is signed out at the provider too."""
    expected = session.pop(_LEAVING, "")
    # Anyone may link to this address: the state proves that this browser was signing out.
    if expected and request.args.get("state") == expected:
        flash(f"Vous êtes déconnecté, ici et de {offered()}.", "success")
    return redirect(url_for("entry.sign_in"))


def _provider() -> Provider:
    return cast("Provider", current_app.extensions[_NAME])


def _address(view: str) -> str:
    """Return a view's URL exactly as it was declared to the provider."""
    # Providers compare redirect URIs character by character: the host of the request must have no part in it.
    return hive().settings.public_address.rstrip("/") + url_for(f"single_sign_on.{view}")


def _keep(begun: Start, following: str) -> None:
    kept: dict[str, list[Any]] = session.get(_UNDER_WAY, {})
    # Several tabs may be at the provider. The oldest attempts are dropped, for the cookie is small.
    latest = dict(sorted(kept.items(), key=lambda each: each[1][_AT])[1 - _MOST_UNDER_WAY :])
    # Without its long address the person lands on the home page.
    where = following if len(following) <= _LONGEST_FOLLOWING else ""
    session[_UNDER_WAY] = {**latest, begun.state: [begun.nonce, round(time.time(), 3), where]}


def _taken(state: str) -> _UnderWay | None:
    """Remove and return the attempt of a state; None for an unknown, used or expired one."""
    kept: dict[str, Any] = dict(session.get(_UNDER_WAY, {}))
    found = kept.pop(state, None)
    if found is None:
        return None
    # A state serves once, whatever comes of it.
    session[_UNDER_WAY] = kept
    nonce, at, following = found
    if time.time() - at > _PATIENCE:
        return None
    return _UnderWay(Start(_address("back"), state, nonce), following)


def _told(error: str, begun: Start) -> Told:
    if error:
        # Anyone may write anything into this parameter: it is cut and quoted before it reaches the log.
        raise ProviderError(f"it answers {error[:40]!r}")
    if not (code := request.args.get("code", "")):
        raise ProviderError("it answers without a code")
    return _provider().identify(code, begun)


def _in(told: Told, following: str) -> AnyResponse:
    """Sign the identified person in, or render why they may not enter."""
    who, doors = identity_of(told), Doors.of(hive().settings)
    try:
        account = join(hive().catalogue, who, doors)
    except (NotExpectedError, UnverifiedMailError, SuspendedAccountError) as error:
        # The log says what happened, not to whom.
        log.info("someone whom the single sign-on identified may not enter: %s", type(error).__name__)
        return _refused(error, who, doors, told)
    others = session.get(_UNDER_WAY, {})
    open_session(account, told.id_token)
    # Opening a session clears the cookie, but other tabs of this browser may still be at the provider.
    session[_UNDER_WAY] = others
    return redirect(local_address(following))


def _refused(error: Exception, who: Identity, doors: Doors, told: Told) -> AnyResponse:
    page = render_template(
        "accounts/refused.html",
        provider=offered(),
        who=who,
        suspended=isinstance(error, SuspendedAccountError),
        doors=doors,
        other=_sign_out_address(told.id_token),
    )
    return make_response(page, HTTPStatus.FORBIDDEN)


def _sign_out_address(id_token: str) -> str:
    session[_LEAVING] = state = secrets.token_urlsafe(32)
    try:
        return _provider().sign_out_address(id_token, _address("signed_out"), state)
    except ProviderError as error:
        log.warning("the provider of identities cannot end its session: %s", error)
        return ""


def _to_sign_in(following: str) -> AnyResponse:
    # `essai` keeps a browser without cookies from going back and forth for ever.
    return redirect(url_for("entry.sign_in", suite=following or None, essai=1))


def _failure(error: ProviderError) -> ProblemError:
    """Log the provider's failure, and return the error that the person reads."""
    log.warning("the provider of identities fails: %s", error)
    if isinstance(error, RefusedCodeError):
        return ProblemError(HTTPStatus.BAD_REQUEST, _LATE)
    if isinstance(error, UnreachableError):
        return ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE,
            Explanation(
                f"{offered()} ne répond pas",
                f"{offered()}, qui vous identifie, est en panne ou trop lent en ce moment.",
                "Réessayez dans quelques minutes. Si vous avez un mot de passe ici, il sert toujours.",
            ),
        )
    return ProblemError(
        HTTPStatus.BAD_GATEWAY,
        Explanation(
            "Connexion impossible",
            f"La réponse de {offered()} n’a pas pu être vérifiée\u00a0: par prudence, elle est refusée.",
            "Recommencez. Si cela se répète, prévenez l’équipe d’animation en indiquant l’heure.",
        ),
    )
