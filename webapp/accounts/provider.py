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

from index.sign_on import DISCOVERY, is_private
from webapp.accounts.provided import ProviderError, RefusedCodeError, Told, UnreachableError

if TYPE_CHECKING:
    from index.settings import Settings
    from webapp.accounts.provided import Start

ALGORITHMS = ("RS256", "PS256", "ES256")
"""Accepted signature algorithms: « none » proves nothing, and HS256 would make our client secret a signing key."""

_SECONDS = (3.05, 10.0)
"""To connect, then between two chunks of an answer."""

_LEEWAY = 60
"""Seconds by which the provider's clock and ours may differ."""

# Without the pause, all threads of the server would soon wait for a provider that is down.
_PAUSE = 15.0
"""Seconds during which a provider that did not answer is not asked again."""

_LONGEST_SUBJECT = 255
_NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
_ENDPOINTS = (*_NEEDED[1:], "end_session_endpoint")


class Provider:
    """The identity provider that the settings name; it is first contacted when someone signs in."""

    def __init__(self, settings: Settings) -> None:
        self.name = settings.oidc_name
        self._discovery, self._scopes = settings.oidc_discovery, settings.oidc_scopes
        self._client, self._secret = settings.oidc_client_id, settings.oidc_client_secret
        self._lock = threading.Lock()
        self._metadata: dict[str, Any] | None = None
        self._keys: KeySet | None = None
        # `monotonic` may start at 0 with the machine: the first request must not fall into the pause.
        self._failed = -_PAUSE

    def authorization_address(self, start: Start) -> str:
        """Return the URL that starts a sign-in. Raises ProviderError."""
        # Core 1.0, section 3.1.2.1: with `prompt=none` the provider answers an error rather than ask anything.
        more = {"prompt": "none"} if start.silent else {}
        endpoint = self._about()["authorization_endpoint"]
        with self._session() as session:
            address, _ = session.create_authorization_url(
                endpoint, state=start.state, redirect_uri=start.back, nonce=start.nonce, **more
            )
        return str(address)

    def identify(self, code: str, start: Start) -> Told:
        """Exchange a code for the person's verified claims. Raises ProviderError."""
        try:
            return self._identified(code, start)
        except requests.RequestException as error:
            raise UnreachableError(_cause(error)) from error
        except OAuthError as error:
            raise _refusal(error) from error
        except JoseError as error:
            raise ProviderError(f"its token is not valid ({error.error}: {error.description})") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # A malformed answer breaks Authlib, or the lines below, in any of these ways.
            raise ProviderError(f"its answer has not the form expected ({type(error).__name__})") from error

    def sign_out_address(self, id_token: str, back: str, state: str) -> str:
        """Return the URL that ends the provider's session at sign-out, or "" where the provider has no such endpoint.

        Raises ProviderError.
        """
        endpoint = self._about().get("end_session_endpoint")
        wanted = {"id_token_hint": id_token, "state": state, "post_logout_redirect_uri": back}
        return str(add_params_to_uri(endpoint, list(wanted.items()))) if endpoint else ""

    def _identified(self, code: str, start: Start) -> Told:
        about = self._about()
        with self._session(about) as session:
            token = session.fetch_token(
                about["token_endpoint"], grant_type="authorization_code", code=code, redirect_uri=start.back
            )
            answer = session.get(about["userinfo_endpoint"])
        answer.raise_for_status()
        # With the access token, Authlib also compares it with the `at_hash` of the id_token, where there is one.
        known = self._verified(token["id_token"], CodeIDToken, nonce=start.nonce, access_token=token["access_token"])
        # ProConnect signs userinfo. Plain JSON is trusted for the TLS connection that brought it.
        if answer.headers.get("Content-Type", "").partition(";")[0].strip().lower() == "application/jwt":
            claims = dict(self._verified(answer.text.strip(), JWTClaims))
        else:
            claims = dict(answer.json())
        # Core 1.0, section 5.3.2: an answer about another subject must not be used.
        if claims.get("sub") != known["sub"]:
            raise ProviderError("userinfo is about someone else than the id_token")
        if not 0 < len(known["sub"]) <= _LONGEST_SUBJECT:
            raise ProviderError("the subject is empty or too long")
        return Told(about["issuer"], known["sub"], claims, token["id_token"])

    def _verified(self, token: str, kind: type[JWTClaims], **expected: str) -> JWTClaims:
        """Return the claims of a signed token meant for this client; Authlib compares them with `expected`."""
        try:
            read = jwt.decode(token, self._key_set(), algorithms=ALGORITHMS)
        except InvalidKeyIdError:
            # An unknown key id: the provider has rotated its keys since.
            read = jwt.decode(token, self._key_set(anew=True), algorithms=ALGORITHMS)
        wanted = {
            "iss": {"essential": True, "value": self._about()["issuer"]},
            # A token issued to another client of the same provider must not sign anyone in here.
            "aud": {"essential": True, "value": self._client},
        }
        claims = kind(read.claims, read.header, wanted, {"client_id": self._client, **expected})
        claims.validate(leeway=_LEEWAY)
        return claims

    def _key_set(self, *, anew: bool = False) -> KeySet:
        # Kept until a token names a key that is not among them.
        if self._keys is None or anew:
            self._keys = KeySet.import_key_set(self._asked(self._about()["jwks_uri"]))
        return self._keys

    def _about(self) -> dict[str, Any]:
        """Return the provider's discovery metadata, fetched once. Raises ProviderError."""
        if self._metadata is None:
            # One thread fetches the metadata, the others wait for it rather than fetch it too.
            with self._lock:
                # Another thread may have fetched it while this one waited for the lock.
                if self._metadata is None:
                    self._metadata = self._discovered()
        return self._metadata

    def _discovered(self) -> dict[str, Any]:
        if time.monotonic() - self._failed < _PAUSE:
            raise UnreachableError("it did not answer a moment ago")
        try:
            return _checked(self._asked(self._discovery), self._discovery)
        except (requests.RequestException, ValueError) as error:
            self._failed = time.monotonic()
            raise UnreachableError(f"{self._discovery}: {_cause(error)}") from error
        except ProviderError:
            # Unusable metadata is no better than none: it is not fetched again at once either.
            self._failed = time.monotonic()
            raise

    def _asked(self, address: str) -> Any:
        with self._session() as session:
            answer = session.get(address, withhold_token=True)
        answer.raise_for_status()
        return answer.json()

    def _session(self, about: dict[str, Any] | None = None) -> OAuth2Session:
        # ProConnect wants the secret in the form. Where the metadata is silent, the header is the standard's default
        # (Discovery 1.0, section 3).
        known = (about or {}).get("token_endpoint_auth_methods_supported", ())
        session = OAuth2Session(
            self._client,
            self._secret,
            token_endpoint_auth_method="client_secret_post" if "client_secret_post" in known else "client_secret_basic",
            scope=self._scopes,
            default_timeout=_SECONDS,
            # ProConnect's access tokens last a minute: Authlib's default leeway would make them expired from the start.
            leeway=0,
        )
        # Requests, and the secret in them, go to the URLs that were checked, and nowhere else.
        session.max_redirects = 0
        return session


def _checked(about: Any, discovery: str) -> dict[str, Any]:
    """Return discovery metadata once its members, issuer and URL schemes are checked. Raises ProviderError."""
    if not isinstance(about, dict) or any(not isinstance(about.get(name), str) for name in _NEEDED):
        raise ProviderError(f"{discovery} lacks one of {', '.join(_NEEDED)}")
    # Discovery 1.0, section 4.3: the issuer must match the URL that its metadata comes from.
    if about["issuer"].rstrip("/") != discovery.removesuffix(DISCOVERY).rstrip("/"):
        raise ProviderError(f"{discovery} speaks for another issuer")
    if in_the_open := [name for name in _ENDPOINTS if about.get(name) and not is_private(about[name])]:
        raise ProviderError(f"{discovery}: {in_the_open[0]} is not https")
    return about


def _refusal(error: OAuthError) -> ProviderError:
    # RFC 6749, section 5.2: `invalid_grant` is a code that was used, has expired, or was issued to another client.
    kind = RefusedCodeError if error.error == "invalid_grant" else ProviderError
    # The provider's own text is cut and quoted before it reaches the log.
    return kind(f"its token endpoint answers {str(error.error)[:40]!r}")


def _cause(error: Exception) -> str:
    """Describe a failure without the requested URL, which may contain a code."""
    code = getattr(getattr(error, "response", None), "status_code", "")
    return f"{type(error).__name__} {code}".strip()
