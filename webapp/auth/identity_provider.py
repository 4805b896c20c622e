"""OpenID Connect client of the identity provider: requests, and verification of answers. Authlib is used only here.

OpenID Connect Core 1.0, authorization code flow, as ProConnect documents it for « fournisseurs de service »: client
secret, `state` and `nonce`, no PKCE (ProConnect refuses parameters that it does not know), userinfo as a signed JWT.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import requests
from authlib.common.urls import add_params_to_uri
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.claims import JWTClaims
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from index.config import DISCOVERY_PATH, is_confidential_url
from webapp.auth.identity_claims import (
    CLOCK_LEEWAY_SECONDS,
    AuthorizationCodeRefusedError,
    ProviderError,
    ProviderUnreachableError,
    VerifiedClaims,
)

if TYPE_CHECKING:
    from index.config import Settings
    from webapp.auth.identity_claims import AuthorizationRequest

ALGORITHMS = ("RS256", "PS256", "ES256")
"""Accepted signature algorithms: « none » proves nothing, and HS256 would make our client secret a signing key."""

_TIMEOUT_SECONDS = (3.05, 10.0)
"""To connect, then between two chunks of an answer."""

# Without the pause, all threads of the server would soon wait for a provider that is down.
_RETRY_PAUSE_SECONDS = 15.0
"""Seconds during which a provider that did not answer is not asked again."""

_MAX_SUBJECT_LENGTH = 255
_REQUIRED_METADATA = ("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
_ENDPOINT_MEMBERS = (*_REQUIRED_METADATA[1:], "end_session_endpoint")


class IdentityProvider:
    """The identity provider that the settings name; it is first contacted when someone signs in."""

    def __init__(self, settings: Settings) -> None:
        self.name = settings.oidc_name
        self._discovery_url, self._scopes = settings.oidc_discovery, settings.oidc_scopes
        self._client_id, self._client_secret = settings.oidc_client_id, settings.oidc_client_secret
        self._lock = threading.Lock()
        self._metadata: dict[str, Any] | None = None
        self._keys: KeySet | None = None
        # `monotonic` may start at 0 with the machine: the first request must not fall into the pause.
        self._last_failure = -_RETRY_PAUSE_SECONDS

    def authorization_address(self, authorization: AuthorizationRequest) -> str:
        """Return the URL that starts a sign-in. Raises ProviderError."""
        # Core 1.0, section 3.1.2.1: with `prompt=none` the provider answers an error rather than ask anything,
        # with `prompt=login` it asks even a person whom it knows.
        more = {"prompt": authorization.prompt} if authorization.prompt else {}
        endpoint = self._load_metadata()["authorization_endpoint"]
        with self._open_session() as session:
            address, _ = session.create_authorization_url(
                endpoint,
                state=authorization.state,
                redirect_uri=authorization.redirect_uri,
                nonce=authorization.nonce,
                **more,
            )
        return str(address)

    def identify(self, code: str, authorization: AuthorizationRequest) -> VerifiedClaims:
        """Exchange a code for the person's verified claims. Raises ProviderError."""
        try:
            return self._exchange_code(code, authorization)
        except requests.RequestException as error:
            raise ProviderUnreachableError(_describe_failure(error)) from error
        except OAuthError as error:
            raise _translate_oauth_error(error) from error
        except JoseError as error:
            raise ProviderError(f"its token is not valid ({error.error}: {error.description})") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # A malformed answer breaks Authlib, or the lines below, in any of these ways.
            raise ProviderError(f"its answer has not the form expected ({type(error).__name__})") from error

    def sign_out_address(self, id_token: str, redirect_uri: str, state: str) -> str:
        """Return the URL that ends the provider's session at sign-out, or "" where the provider has no such endpoint.

        Raises ProviderError.
        """
        endpoint = self._load_metadata().get("end_session_endpoint")
        params = {"id_token_hint": id_token, "state": state, "post_logout_redirect_uri": redirect_uri}
        return str(add_params_to_uri(endpoint, list(params.items()))) if endpoint else ""

    def check(self) -> None:
        """Ask the provider for what signing in needs before anybody does. Raises ProviderError."""
        try:
            self._load_keys()
        except (requests.RequestException, ValueError) as error:
            raise ProviderUnreachableError(f"its keys: {_describe_failure(error)}") from error

    def _exchange_code(self, code: str, authorization: AuthorizationRequest) -> VerifiedClaims:
        about = self._load_metadata()
        with self._open_session(about) as session:
            token = session.fetch_token(
                about["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                redirect_uri=authorization.redirect_uri,
            )
            answer = session.get(about["userinfo_endpoint"])
        answer.raise_for_status()
        # With the access token, Authlib also compares it with the `at_hash` of the id_token, where there is one.
        known = self._verify_token(
            token["id_token"], CodeIDToken, nonce=authorization.nonce, access_token=token["access_token"]
        )
        # ProConnect signs userinfo. Plain JSON is trusted for the TLS connection that brought it.
        if answer.headers.get("Content-Type", "").partition(";")[0].strip().lower() == "application/jwt":
            claims = dict(self._verify_token(answer.text.strip(), JWTClaims))
        else:
            claims = dict(answer.json())
        # Core 1.0, section 5.3.2: an answer about another subject must not be used.
        if claims.get("sub") != known["sub"]:
            raise ProviderError("userinfo is about someone else than the id_token")
        if not 0 < len(known["sub"]) <= _MAX_SUBJECT_LENGTH:
            raise ProviderError("the subject is empty or too long")
        return VerifiedClaims(about["issuer"], known["sub"], claims, token["id_token"], known.get("auth_time"))

    def _verify_token(self, token: str, kind: type[JWTClaims], **expected: str) -> JWTClaims:
        """Return the claims of a signed token meant for this client; Authlib compares them with `expected`."""
        try:
            read = jwt.decode(token, self._load_keys(), algorithms=ALGORITHMS)
        except InvalidKeyIdError:
            # An unknown key id: the provider has rotated its keys since.
            read = jwt.decode(token, self._load_keys(refresh=True), algorithms=ALGORITHMS)
        requirements = {
            "iss": {"essential": True, "value": self._load_metadata()["issuer"]},
            # A token issued to another client of the same provider must not sign anyone in here.
            "aud": {"essential": True, "value": self._client_id},
        }
        claims = kind(read.claims, read.header, requirements, {"client_id": self._client_id, **expected})
        claims.validate(leeway=CLOCK_LEEWAY_SECONDS)
        return claims

    def _load_keys(self, *, refresh: bool = False) -> KeySet:
        # Kept until a token names a key that is not among them.
        if self._keys is None or refresh:
            self._keys = KeySet.import_key_set(self._fetch_json(self._load_metadata()["jwks_uri"]))
        return self._keys

    def _load_metadata(self) -> dict[str, Any]:
        """Return the provider's discovery metadata, fetched once. Raises ProviderError."""
        if self._metadata is None:
            # One thread fetches the metadata, the others wait for it rather than fetch it too.
            with self._lock:
                # Another thread may have fetched it while this one waited for the lock.
                if self._metadata is None:
                    self._metadata = self._fetch_metadata()
        return self._metadata

    def _fetch_metadata(self) -> dict[str, Any]:
        if time.monotonic() - self._last_failure < _RETRY_PAUSE_SECONDS:
            raise ProviderUnreachableError("it did not answer a moment ago")
        try:
            return _check_metadata(self._fetch_json(self._discovery_url), self._discovery_url)
        except (requests.RequestException, ValueError) as error:
            self._last_failure = time.monotonic()
            raise ProviderUnreachableError(f"{self._discovery_url}: {_describe_failure(error)}") from error
        except ProviderError:
            # Unusable metadata is no better than none: it is not fetched again at once either.
            self._last_failure = time.monotonic()
            raise

    def _fetch_json(self, address: str) -> Any:
        with self._open_session() as session:
            answer = session.get(address, withhold_token=True)
        answer.raise_for_status()
        return answer.json()

    def _open_session(self, metadata: dict[str, Any] | None = None) -> OAuth2Session:
        # ProConnect wants the secret in the form. Where the metadata is silent, the header is the standard's default
        # (Discovery 1.0, section 3).
        known = (metadata or {}).get("token_endpoint_auth_methods_supported", ())
        session = OAuth2Session(
            self._client_id,
            self._client_secret,
            token_endpoint_auth_method="client_secret_post" if "client_secret_post" in known else "client_secret_basic",
            scope=self._scopes,
            default_timeout=_TIMEOUT_SECONDS,
            # ProConnect's access tokens last a minute: Authlib's default leeway would make them expired from the start.
            leeway=0,
        )
        # Requests, and the secret in them, go to the URLs that were checked, and nowhere else.
        session.max_redirects = 0
        return session


def _check_metadata(metadata: Any, discovery_url: str) -> dict[str, Any]:
    """Return discovery metadata once its members, issuer and URL schemes are checked. Raises ProviderError."""
    if not isinstance(metadata, dict) or any(not isinstance(metadata.get(name), str) for name in _REQUIRED_METADATA):
        raise ProviderError(f"{discovery_url} lacks one of {', '.join(_REQUIRED_METADATA)}")
    # Discovery 1.0, section 4.3: the issuer must match the URL that its metadata comes from.
    if metadata["issuer"].rstrip("/") != discovery_url.removesuffix(DISCOVERY_PATH).rstrip("/"):
        raise ProviderError(f"{discovery_url} speaks for another issuer")
    if in_the_open := [
        name for name in _ENDPOINT_MEMBERS if metadata.get(name) and not is_confidential_url(metadata[name])
    ]:
        raise ProviderError(f"{discovery_url}: {in_the_open[0]} is not https")
    return metadata


def _translate_oauth_error(error: OAuthError) -> ProviderError:
    # RFC 6749, section 5.2: `invalid_grant` is a code that was used, has expired, or was issued to another client.
    kind = AuthorizationCodeRefusedError if error.error == "invalid_grant" else ProviderError
    # The provider's own text is cut and quoted before it reaches the log.
    return kind(f"its token endpoint answers {str(error.error)[:40]!r}")


def _describe_failure(error: Exception) -> str:
    """Describe a failure without the requested URL, which may contain a code."""
    code = getattr(getattr(error, "response", None), "status_code", "")
    return f"{type(error).__name__} {code}".strip()
