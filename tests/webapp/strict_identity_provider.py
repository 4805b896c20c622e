"""A provider of identities as strict as ProConnect: Authlib's server, with signed userinfo, and faults on demand.

`python -m tests.webapp.strict_identity_provider` serves it on a free port of 127.0.0.1 and writes its address.
`PUT /monde` says who exists, who is signed in, and what it does wrong from then on.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import AuthorizationCodeGrant, ClientMixin, TokenMixin
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oidc.core import AuthorizationCodeMixin, OpenIDCode, UserInfo, UserInfoEndpoint
from flask import Flask, Response, abort, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from waitress import create_server  # type: ignore[import-untyped]  # publishes no types

CLIENT, SECRET = "ruche-essai", "un-secret-de-test"
KNOWN_PARAMETERS = {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "prompt"}
SHORTEST = 32
"""Characters of `state` and `nonce`, below which ProConnect refuses."""
CODE_SECONDS = 30

_NOBODY = "personne"


@dataclass
class World:
    """Who exists (claims by subject), who is signed in, what goes wrong, and what was given away."""

    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    signed_in: str = ""
    fault: str = ""
    codes: dict[str, Code] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: _key("une"))


def _key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"}, auto_kid=False)


WORLD = World()
OLDER, NEWER = WORLD.key, _key("deux")
FORGED = _key("une")
"""A key of the same name that the provider does not publish."""


@dataclass
class Client(ClientMixin):  # type: ignore[misc]  # Authlib publishes no types
    """The one application that the provider knows."""

    client_id: str = CLIENT
    client_metadata: dict[str, str] = field(default_factory=lambda: {"userinfo_signed_response_alg": "RS256"})

    def get_client_id(self) -> str:
        """Its name."""
        return self.client_id

    def get_allowed_scope(self, scope: str) -> str:
        """All that it asks."""
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether it declared this address."""
        return redirect_uri.endswith("/connexion/unique/retour")

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether the secret is its own."""
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 - Authlib's signature
        """ProConnect wants the secret in the form."""
        return method == "client_secret_post"

    def check_response_type(self, response_type: str) -> bool:
        """Codes only."""
        return bool(response_type == "code")

    def check_grant_type(self, grant_type: str) -> bool:
        """Codes only."""
        return bool(grant_type == "authorization_code")


@dataclass
class Code(AuthorizationCodeMixin):  # type: ignore[misc]  # idem
    """A code that was given."""

    subject: str
    redirect_uri: str
    scope: str
    nonce: str
    at: float = field(default_factory=time.time)

    def get_redirect_uri(self) -> str:
        """Where it was sent."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """What it gives access to."""
        return self.scope

    def get_nonce(self) -> str:
        """The nonce that came with the question."""
        return "un-autre-nonce-que-celui-de-la-demande" if WORLD.fault == "nonce" else self.nonce

    def get_auth_time(self) -> int:
        """When the person signed in."""
        return int(self.at) - (3600 if WORLD.fault == "session-ancienne" else 0)


@dataclass
class Token(TokenMixin):  # type: ignore[misc]  # idem
    """An access token that was given."""

    subject: str
    scope: str
    at: float = field(default_factory=time.time)

    def get_scope(self) -> str:
        """What it gives access to."""
        return self.scope

    def is_expired(self) -> bool:
        """After a minute, as ProConnect's."""
        return time.time() - self.at > 60

    def is_revoked(self) -> bool:
        """Never."""
        return False

    def get_user(self) -> str:
        """Whom it tells of."""
        return self.subject

    def get_client(self) -> Client:
        """To whom it was given."""
        return Client()


class Grant(AuthorizationCodeGrant):  # type: ignore[misc]  # idem
    """Codes that serve once, for half a minute."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_post",)

    def save_authorization_code(self, code: str, request: Any) -> None:
        """Keep a code."""
        asked = request.payload
        given = Code(request.user, asked.redirect_uri, asked.scope, asked.data["nonce"])
        if WORLD.fault == "code":
            given.at -= CODE_SECONDS + 1
        WORLD.codes[code] = given

    def query_authorization_code(self, code: str, client: Client) -> Code | None:  # noqa: ARG002 - Authlib's signature
        """A code that still serves."""
        found = WORLD.codes.get(code)
        return found if found and time.time() - found.at <= CODE_SECONDS else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Have it serve no more."""
        WORLD.codes = {code: each for code, each in WORLD.codes.items() if each is not authorization_code}

    def authenticate_user(self, authorization_code: Code) -> str:
        """Whom it tells of."""
        return authorization_code.subject


class Identity(OpenIDCode):  # type: ignore[misc]  # idem
    """The id_token, and what may be wrong in it."""

    def exists_nonce(self, nonce: str, request: Any) -> bool:  # noqa: ARG002 - Authlib's signature
        """Nonces are the client's affair here."""
        return False

    def get_client_algorithm(self, client: Client) -> str:  # noqa: ARG002 - idem
        """Anything but RS256 is a fault."""
        return {"sans-signature": "none", "hs256": "HS256"}.get(WORLD.fault, "RS256")

    def get_encode_header(self, client: Client) -> dict[str, str]:
        """With the name of the key."""
        return {"alg": self.get_client_algorithm(client), "kid": WORLD.key.kid or ""}

    def resolve_client_private_key(self, client: Client) -> Any:  # noqa: ARG002 - idem
        """The key that signs."""
        if WORLD.fault == "hs256":
            return OctKey.import_key(SECRET, {"kid": "une"})
        return FORGED if WORLD.fault == "signature" else WORLD.key

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        """Who says it, to whom, until when."""
        now = int(time.time())
        moments = {"perime": (now - 3600, now - 1800), "futur": (now + 1800, now + 3600)}
        made, end = moments.get(WORLD.fault, (now, now + 60))
        issuer = "http://127.0.0.1:1/autre" if WORLD.fault == "emetteur" else _issuer()
        if WORLD.fault == "azp":
            # Authlib alone would take this one: the right party, but another's audience.
            return {"iss": issuer, "aud": ["un-autre"], "azp": client.client_id, "iat": made, "exp": end}
        audience = "un-autre" if WORLD.fault == "destinataire" else client.client_id
        return {"iss": issuer, "aud": audience, "iat": made, "exp": end}

    def generate_user_info(self, user: str, scope: str) -> UserInfo:  # noqa: ARG002 - idem
        """As ProConnect: the id_token holds the subject only."""
        return UserInfo(sub=user)


class Validator(BearerTokenValidator):  # type: ignore[misc]  # idem
    """Which access tokens are good."""

    def authenticate_token(self, token_string: str) -> Token | None:
        """The token, if it was given."""
        return WORLD.tokens.get(token_string)


class Person(UserInfoEndpoint):  # type: ignore[misc]  # idem
    """The signed userinfo."""

    def get_issuer(self) -> str:
        """The provider."""
        return "http://127.0.0.1:1/autre" if WORLD.fault == "emetteur-userinfo" else _issuer()

    def generate_user_info(self, user: str, scope: str) -> UserInfo:  # noqa: ARG002 - Authlib's signature
        """What is known of someone, or of someone else."""
        subject = _NOBODY if WORLD.fault == "sujet" else user
        return UserInfo({**WORLD.people[user], "sub": subject})

    def resolve_private_key(self) -> RSAKey:
        """The key that signs."""
        return FORGED if WORLD.fault == "signature-userinfo" else WORLD.key


app = Flask(__name__)
app.config.update(OAUTH2_TOKEN_EXPIRES_IN={"authorization_code": 60})
server = AuthorizationServer()
server.init_app(
    app,
    query_client=lambda client_id: Client() if client_id == CLIENT else None,
    save_token=lambda token, asked: WORLD.tokens.update({token["access_token"]: Token(asked.user, token["scope"])}),
)
server.register_grant(Grant, [Identity(require_nonce=True)])
protector = ResourceProtector()
protector.register_token_validator(Validator())
server.register_endpoint(Person(resource_protector=protector))


@app.before_request
def _slow() -> None:
    if WORLD.fault == "lent" and request.path != "/monde":
        time.sleep(30)


@app.put("/monde")
def change() -> str:
    """Change the world."""
    for name, value in request.get_json().items():
        setattr(WORLD, name, value)
    WORLD.key = NEWER if WORLD.fault == "nouvelle-cle" else OLDER
    return ""


@app.get("/.well-known/openid-configuration")
def about() -> Response:
    """What the provider says of itself."""
    issuer = _issuer()
    return jsonify(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/authorize",
        token_endpoint=f"{issuer}/token",
        userinfo_endpoint=f"{issuer}/userinfo",
        jwks_uri=f"{issuer}/jwks",
        end_session_endpoint=f"{issuer}/session/end",
        token_endpoint_auth_methods_supported=["client_secret_post"],
        id_token_signing_alg_values_supported=["RS256", "HS256", "none"],
    )


@app.get("/favicon.ico")
def icon() -> tuple[str, int]:
    """None, without a word in the browser's console."""
    return "", 204


@app.get("/jwks")
def keys() -> Response:
    """The public halves of the keys."""
    return jsonify(KeySet([WORLD.key]).as_dict(private=False))


@app.route("/authorize", methods=["GET", "POST"])
def authorize() -> Any:
    """Ask who it is, unless that is known, and send them back."""
    if set(request.args) - KNOWN_PARAMETERS or min(len(request.args.get(n, "")) for n in ("state", "nonce")) < SHORTEST:
        abort(400, "Y000400")
    if request.method == "POST":
        WORLD.signed_in = request.form["sujet"]
    try:
        grant = server.get_consent_grant(end_user=WORLD.signed_in or None)
    except OAuth2Error as error:
        return server.handle_error_response(server.create_oauth2_request(None), error)
    if not WORLD.signed_in:
        choices = "".join(f'<button name="sujet" value="{each}">{each}</button>' for each in WORLD.people)
        return f'<!doctype html><html lang="fr"><title>Fournisseur</title><form method="post">{choices}</form>'
    return server.create_authorization_response(grant_user=WORLD.signed_in, grant=grant)


@app.post("/token")
def token() -> Any:
    """Give the tokens of a code."""
    return server.create_token_response()


@app.get("/userinfo")
def userinfo() -> Any:
    """Tell of a person."""
    if WORLD.fault == "destinataire-userinfo":
        return _signed({"iss": _issuer(), "aud": "un-autre", "sub": WORLD.signed_in})
    if WORLD.fault == "sans-destinataire-userinfo":
        return _signed({"sub": WORLD.signed_in})
    return server.create_endpoint_response("userinfo")


@app.get("/session/end")
def end() -> Any:
    """Sign out, for who says all that ProConnect wants to be told."""
    told = [request.args.get(name, "") for name in ("id_token_hint", "post_logout_redirect_uri", "state")]
    if not all(told) or set(request.args) != {"id_token_hint", "post_logout_redirect_uri", "state"}:
        abort(400, "Y000400")
    jwt.decode(told[0], KeySet([WORLD.key]), algorithms=["RS256"])
    WORLD.signed_in = ""
    return redirect(f"{told[1]}?state={told[2]}", 303)


def _signed(claims: dict[str, Any]) -> Response:
    return Response(jwt.encode({"alg": "RS256", "kid": "une"}, claims, WORLD.key), mimetype="application/jwt")


def _issuer() -> str:
    return request.host_url.rstrip("/")


def main() -> None:
    """Serve until killed."""
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    listening = create_server(app, host="127.0.0.1", port=0)
    print(f"http://127.0.0.1:{listening.effective_port}", flush=True)  # noqa: T201 - whoever starts it reads this
    listening.run()


if __name__ == "__main__":
    main()
