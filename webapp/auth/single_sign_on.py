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

from index.accounts import AdmissionPolicy, NotExpectedError, SuspendedAccountError, UnverifiedMailError
from webapp.auth.confirmation import record_new_identification
from webapp.auth.identity import (
    current_person,
    current_session_number,
    end_session,
    open_session,
    safe_redirect_address,
)
from webapp.auth.identity_claims import (
    CLOCK_LEEWAY_SECONDS,
    AuthorizationCodeRefusedError,
    AuthorizationRequest,
    ProviderError,
    ProviderUnreachableError,
    VerifiedClaims,
    read_identity,
)
from webapp.server import NOT_FOUND, ErrorExplanation, ProblemError, services

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response as AnyResponse

    from index.accounts import Identity
    from index.config import Settings
    from webapp.auth.identity_provider import IdentityProvider

log = logging.getLogger(__name__)

single_sign_on_blueprint = Blueprint("single_sign_on", __name__)

_EXTENSION_KEY = "ruche.provider"

_ATTEMPTS_KEY = "identifications"
_SIGN_OUT_STATE_KEY = "deconnexion"
_SILENT_TRIED_KEY = "identification_tentee"

_MAX_ATTEMPTS = 4
_MAX_NEXT_ADDRESS_LENGTH = 500
"""Characters. All attempts are in the session cookie, which browsers drop beyond 4 KiB."""

_STARTED_AT_INDEX = 1
"""Index of the start time in a stored attempt (nonce, start time, next URL, prompt)."""

_ATTEMPT_SECONDS = 900
"""Seconds that a person may spend at the provider."""

_SILENT_REFUSALS = frozenset(
    {"login_required", "interaction_required", "consent_required", "account_selection_required"}
)
"""Errors that answer `prompt=none` when the provider would have to ask something (Core 1.0, section 3.1.2.6)."""

_STALE_ATTEMPT = ErrorExplanation(
    "Connexion à recommencer",
    "Cette page de retour n’est pas, ou n’est plus, celle d’une connexion commencée dans ce navigateur.",
    "Recommencez depuis la page de connexion. Si cela se répète, vérifiez que votre navigateur accepte les cookies.",
)
_SIGN_IN_DECLINED = ErrorExplanation(
    "Connexion abandonnée",
    "Vous n’avez pas voulu, ou pas pu, vous identifier.",
    "Recommencez depuis la page de connexion quand vous voulez.",
)


@dataclass(frozen=True, slots=True)
class _SignInAttempt:
    """A sign-in attempt that is at the provider, and the address to open after it."""

    authorization: AuthorizationRequest
    next_address: str
    started: float


def install_identity_provider(app: Flask, settings: Settings) -> None:
    """Give the application its identity provider, where its settings name one."""
    if settings.auth == "oidc":
        # Authlib takes a tenth of the start-up time, and most installations have no provider.
        from webapp.auth.identity_provider import IdentityProvider  # noqa: PLC0415

        app.extensions[_EXTENSION_KEY] = IdentityProvider(settings)


def check_identity_provider(settings: Settings) -> str:
    """Return why the provider of the settings could sign nobody in now, "" where it could."""
    from webapp.auth.identity_provider import IdentityProvider  # noqa: PLC0415 - as above

    try:
        IdentityProvider(settings).check()
    except ProviderError as error:
        return str(error)
    return ""


def provider_name() -> str:
    """Return the provider's display name, or "" where the installation has none."""
    found = current_app.extensions.get(_EXTENSION_KEY)
    return found.name if found else ""


def silent_sign_in_address(next_address: str) -> str:
    """Return the URL of a silent sign-in attempt, or "" where there is no provider or one was made already."""
    # `essai` in the address says that it was tried, for browsers that keep no cookie.
    if not provider_name() or session.get(_SILENT_TRIED_KEY) or "essai" in request.args:
        return ""
    return url_for("single_sign_on.start", suite=next_address, silencieux=1)


def sign_out() -> str:
    """End the session; return the URL that ends the provider's session too, or "" where there is none to end."""
    number = current_session_number()
    # The id_token is kept with the session: read it before the session ends.
    id_token = services().catalogue.access.sessions.find_id_token(number) if number is not None else ""
    end_session()
    if not provider_name():
        return ""
    # After a sign-out, a silent attempt would sign the person in again.
    session[_SILENT_TRIED_KEY] = True
    return _provider_sign_out_address(id_token) if id_token else ""


@single_sign_on_blueprint.before_request
def _require_provider() -> None:
    if not provider_name():
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)


@single_sign_on_blueprint.get("/connexion/unique")
def start() -> AnyResponse:
    """Redirect to the provider.

    With `silencieux` it only checks whether someone is signed in there; with `nouvelle` it asks even who is.
    """
    following, silent = request.args.get("suite", ""), "silencieux" in request.args
    anew = "nouvelle" in request.args
    if current_person() and not anew:
        return redirect(safe_redirect_address(following))
    # Set before leaving: whatever the provider does, there is no second silent attempt.
    session[_SILENT_TRIED_KEY] = True
    authorization = AuthorizationRequest(
        _callback_address("handle_callback"),
        secrets.token_urlsafe(32),
        secrets.token_urlsafe(32),
        "login" if anew else "none" if silent else "",
    )
    try:
        there = _get_provider().authorization_address(authorization)
    except ProviderError as error:
        # Called for silent attempts too: it writes the log.
        problem = _explain_provider_failure(error)
        # Nobody asked for a silent attempt: the sign-in page comes without an error.
        if silent:
            return _redirect_to_sign_in(following)
        raise problem from error
    _store_attempt(authorization, following)
    return redirect(there)


@single_sign_on_blueprint.get("/connexion/unique/retour")
def handle_callback() -> AnyResponse:
    """Handle the provider's answer: sign the person in, or say why not."""
    under_way, error = _take_attempt(request.args.get("state", "")), request.args.get("error", "")
    if error in _SILENT_REFUSALS:
        return _redirect_to_sign_in(under_way.next_address if under_way else "")
    if under_way is None:
        if current_person():
            # Another tab of the same browser has finished the sign-in.
            return redirect(url_for("pages.home"))
        raise ProblemError(HTTPStatus.BAD_REQUEST, _STALE_ATTEMPT)
    if error == "access_denied":
        raise ProblemError(HTTPStatus.FORBIDDEN, _SIGN_IN_DECLINED)
    try:
        claims = _redeem_code(error, under_way.authorization)
    except ProviderError as failed:
        raise _explain_provider_failure(failed) from failed
    return _admit_person(claims, under_way)


@single_sign_on_blueprint.get("/deconnexion/retour")
def finish_sign_out() -> AnyResponse:
    """Confirm that the person is signed out at the provider too."""
    expected = session.pop(_SIGN_OUT_STATE_KEY, "")
    # Anyone may link to this address: the state proves that this browser was signing out.
    if expected and request.args.get("state") == expected:
        flash(f"Vous êtes déconnecté, ici et de {provider_name()}.", "success")
    return redirect(url_for("sign_in.show"))


def _get_provider() -> IdentityProvider:
    return cast("IdentityProvider", current_app.extensions[_EXTENSION_KEY])


def _callback_address(view: str) -> str:
    """Return a view's URL exactly as it was declared to the provider."""
    # Providers compare redirect URIs character by character; the settings always have the public address here.
    return url_for(f"single_sign_on.{view}", _external=True)


def _store_attempt(authorization: AuthorizationRequest, next_address: str) -> None:
    attempts: dict[str, list[Any]] = session.get(_ATTEMPTS_KEY, {})
    # Several tabs may be at the provider. The oldest attempts are dropped, for the cookie is small.
    latest = dict(sorted(attempts.items(), key=lambda each: each[1][_STARTED_AT_INDEX])[1 - _MAX_ATTEMPTS :])
    # Without its long address the person lands on the home page.
    where = next_address if len(next_address) <= _MAX_NEXT_ADDRESS_LENGTH else ""
    attempt = [authorization.nonce, round(time.time(), 3), where, authorization.prompt]
    session[_ATTEMPTS_KEY] = {**latest, authorization.state: attempt}


def _take_attempt(state: str) -> _SignInAttempt | None:
    """Remove and return the attempt of a state; None for an unknown, used or expired one."""
    attempts: dict[str, Any] = dict(session.get(_ATTEMPTS_KEY, {}))
    found = attempts.pop(state, None)
    if found is None:
        return None
    # A state serves once, whatever comes of it.
    session[_ATTEMPTS_KEY] = attempts
    nonce, at, following, prompt = found
    if time.time() - at > _ATTEMPT_SECONDS:
        return None
    return _SignInAttempt(
        AuthorizationRequest(_callback_address("handle_callback"), state, nonce, prompt), following, at
    )


def _redeem_code(error: str, authorization: AuthorizationRequest) -> VerifiedClaims:
    if error:
        # Anyone may write anything into this parameter: it is cut and quoted before it reaches the log.
        raise ProviderError(f"it answers {error[:40]!r}")
    if not (code := request.args.get("code", "")):
        raise ProviderError("it answers without a code")
    return _get_provider().identify(code, authorization)


def _admit_person(claims: VerifiedClaims, attempt: _SignInAttempt) -> AnyResponse:
    """Sign the identified person in, or render why they may not enter."""
    who, doors = read_identity(claims), AdmissionPolicy.from_settings(services().settings)
    try:
        account = services().catalogue.access.sign_in_with_identity(who, doors)
    except (NotExpectedError, UnverifiedMailError, SuspendedAccountError) as error:
        # The log says what happened, not to whom.
        log.info("someone whom the single sign-on identified may not enter: %s", type(error).__name__)
        return _render_refusal(error, who, doors, claims)
    others = session.get(_ATTEMPTS_KEY, {})
    open_session(account, claims.id_token)
    # Opening a session clears the cookie, but other tabs of this browser may still be at the provider.
    session[_ATTEMPTS_KEY] = others
    if _has_identified_anew(claims, attempt):
        record_new_identification()
    return redirect(safe_redirect_address(attempt.next_address))


def _has_identified_anew(claims: VerifiedClaims, attempt: _SignInAttempt) -> bool:
    if attempt.authorization.prompt != "login":
        return False
    # A browser may strip `prompt` from the address on its way: the provider's own time says so, where it gives one.
    return claims.identified is None or claims.identified >= attempt.started - CLOCK_LEEWAY_SECONDS


def _render_refusal(error: Exception, who: Identity, doors: AdmissionPolicy, claims: VerifiedClaims) -> AnyResponse:
    page = render_template(
        "accounts/refused.html",
        provider=provider_name(),
        who=who,
        suspended=isinstance(error, SuspendedAccountError),
        doors=doors,
        other=_provider_sign_out_address(claims.id_token),
    )
    return make_response(page, HTTPStatus.FORBIDDEN)


def _provider_sign_out_address(id_token: str) -> str:
    session[_SIGN_OUT_STATE_KEY] = state = secrets.token_urlsafe(32)
    try:
        return _get_provider().sign_out_address(id_token, _callback_address("finish_sign_out"), state)
    except ProviderError as error:
        log.warning("the provider of identities cannot end its session: %s", error)
        return ""


def _redirect_to_sign_in(next_address: str) -> AnyResponse:
    # `essai` keeps a browser without cookies from going back and forth for ever.
    return redirect(url_for("sign_in.show", suite=next_address or None, essai=1))


def _explain_provider_failure(error: ProviderError) -> ProblemError:
    """Log the provider's failure, and return the error that the person reads."""
    log.warning("the provider of identities fails: %s", error)
    if isinstance(error, AuthorizationCodeRefusedError):
        return ProblemError(HTTPStatus.BAD_REQUEST, _STALE_ATTEMPT)
    if isinstance(error, ProviderUnreachableError):
        return ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE,
            ErrorExplanation(
                f"{provider_name()} ne répond pas",
                f"{provider_name()}, qui vous identifie, est en panne ou trop lent en ce moment.",
                "Réessayez dans quelques minutes. Si vous avez un mot de passe ici, il sert toujours.",
            ),
        )
    return ProblemError(
        HTTPStatus.BAD_GATEWAY,
        ErrorExplanation(
            "Connexion impossible",
            f"La réponse de {provider_name()} n’a pas pu être vérifiée\u00a0: par prudence, elle est refusée.",
            "Recommencez. Si cela se répète, prévenez l’équipe d’animation en indiquant l’heure.",
        ),
    )
