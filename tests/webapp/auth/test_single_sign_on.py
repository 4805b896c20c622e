"""Signing in through a provider of identities: real ones, each a process of its own, that do well or wrong."""

from __future__ import annotations

import socket
import threading
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from index.accounts.audit import CONSOLE
from index.accounts.model import Group, Lifetimes, NewAccount, Role
from index.catalogue.catalogue import Catalogue
from index.config.settings import Settings
from tests.composition import create_app
from tests.webapp import identity_providers as providers
from tests.webapp.page_parser import read
from tests.webapp.strict_identity_provider import CLIENT, SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

START, BACK = "/connexion/unique", "/connexion/unique/retour"
SITE = "http://127.0.0.1:8420"
MAIL, SUBJECT = "ada@grigny.example", "sujet-d-ada"
ADA = {
    "given_name": "Ada",
    "usual_name": "Lovelace",
    "email": MAIL,
    "uid": "ada",
    "siret": "21910286900012",
}


@dataclass(frozen=True)
class Kind:
    """One of the two providers: its address, and how to put a person in it."""

    name: str
    address: str

    def know(self, claims: dict[str, Any], fault: str = "", signed_in: str = "") -> None:
        """Have it know one person, SUBJECT, and do something wrong."""
        if self.name == "signe":
            world = {"people": {SUBJECT: claims}, "fault": fault, "signed_in": signed_in}
            providers.put(f"{self.address}/monde", world)
        else:
            providers.put(f"{self.address}/users/{SUBJECT}", claims)


@pytest.fixture(scope="module")
def signing() -> Iterator[Kind]:
    """The provider that signs userinfo."""
    with providers.signing() as address:
        yield Kind("signe", address)


@pytest.fixture(scope="module")
def plain() -> Iterator[Kind]:
    """The provider that tells userinfo as JSON."""
    with providers.plain() as address:
        yield Kind("json", address)


@pytest.fixture(params=["signing", "plain"])
def either(request: pytest.FixtureRequest) -> Kind:
    """Each of them."""
    kind: Kind = request.getfixturevalue(request.param)
    kind.know(ADA)
    return kind


@dataclass
class Site:
    """Ruche, and someone's browser in front of it."""

    app: Flask
    client: FlaskClient

    @property
    def catalogue(self) -> Catalogue:
        """What it keeps."""
        found: Catalogue = self.app.extensions["ruche"].catalogue
        return found

    def go(self, suite: str = "/themes") -> str:
        """Choose the button; gives the provider's address."""
        answer = self.client.get(START, query_string={"suite": suite})
        assert answer.status_code == 302
        return str(answer.location)

    def sign_in(self, suite: str = "/themes") -> TestResponse:
        """Walk the whole way; gives the last answer."""
        return providers.come_back(self.client, providers.through(self.go(suite), SUBJECT))

    def account(self) -> Any:
        """Whose session the browser has."""
        cookie = self.client.get_cookie("ruche")
        signed = self.catalogue.access.sessions.find(cookie.value, Lifetimes()) if cookie else None
        return signed.account if signed else None


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty installation."""
    (tmp_path / "bibliotheque").mkdir()
    return tmp_path


def site(root: Path, kind: Kind, **more: Any) -> Site:
    """Ruche, over an empty library, with a provider."""
    settings = Settings(
        library=root / "bibliotheque",
        data=root / "donnees",
        contact="animation@example.org",
        auth="oidc",
        oidc_discovery=f"{kind.address}/.well-known/openid-configuration",
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        public_address=SITE,
        **{"oidc_scopes": "openid profile email given_name usual_name uid siret"} | more,
    )
    app = create_app(settings)
    return Site(app, app.test_client())


def known(here: Site, mail: str = MAIL) -> str:
    """Make an account that waits for its owner; gives its id."""
    return here.catalogue.access.accounts.create(NewAccount(mail, "Ada L."), None, CONSOLE).id


def test_the_question_is_as_proconnect_wants_it(root: Path, signing: Kind) -> None:
    """State and nonce of 32 characters at least, the declared address, the scopes, and nothing that nobody knows."""
    signing.know(ADA)
    here = site(root, signing, oidc_scopes="openid given_name usual_name email uid siret")
    asked = parse_qs(urlsplit(here.go()).query)
    assert {name: asked[name] for name in ("response_type", "client_id", "redirect_uri", "scope")} == {
        "response_type": ["code"],
        "client_id": [CLIENT],
        "redirect_uri": [f"{SITE}{BACK}"],
        "scope": ["openid given_name usual_name email uid siret"],
    }
    assert set(asked) == {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce"}
    assert min(len(asked[name][0]) for name in ("state", "nonce")) >= 32
    again = parse_qs(urlsplit(here.go()).query)
    assert (again["state"], again["nonce"]) != (asked["state"], asked["nonce"])


def test_someone_known_comes_in(root: Path, either: Kind) -> None:
    """The account of a verified address is entered, and one goes on to the page that was asked for."""
    here = site(root, either)
    id_ = known(here)
    answer = here.sign_in("/themes?x=1")
    assert (answer.status_code, answer.location) == (302, "/themes?x=1")
    assert here.account().id == id_
    assert here.client.get("/themes").status_code == 200
    acts = [each.act.value for each in here.catalogue.access.audit.list_latest(2, account=id_)]
    assert acts == ["connexion", "compte-relie"]


def _create_token(here: Site) -> int:
    (field, *_) = read(here.client.get("/affichage").text).all("input", name="csrf_token")
    given = {"nom": "Tableur", "portee": "lecture", "duree": "30", "csrf_token": field.attributes["value"]}
    return here.client.post("/compte/jetons", data=given).status_code


def test_a_token_wants_a_new_identification(root: Path, signing: Kind) -> None:
    """Who has no password identifies anew before what outlasts the session: being signed in is not enough."""
    signing.know(ADA)
    here = site(root, signing)
    known(here)
    here.sign_in()
    assert _create_token(here) == 422
    assert "nouvelle=1" in here.client.get("/compte").text
    asked = here.client.get(START, query_string={"suite": "/compte", "nouvelle": "1"})
    assert parse_qs(urlsplit(asked.location).query)["prompt"] == ["login"]
    answer = providers.come_back(here.client, providers.through(asked.location, SUBJECT))
    assert (answer.status_code, answer.location) == (302, "/compte")
    assert "nouvelle=1" not in here.client.get("/compte").text
    assert _create_token(here) == 200


def test_an_old_identification_is_not_a_new_one(root: Path, signing: Kind) -> None:
    """A browser that has the provider answer without asking is found out by the time that the provider tells."""
    signing.know(ADA, "session-ancienne")
    here = site(root, signing)
    known(here)
    asked = here.client.get(START, query_string={"suite": "/compte", "nouvelle": "1"})
    providers.come_back(here.client, providers.through(asked.location.replace("prompt=login", ""), SUBJECT))
    assert here.account() is not None
    assert _create_token(here) == 422


def test_the_account_follows_the_subject(root: Path, either: Kind) -> None:
    """Once linked, a new address at the provider changes nothing, even where that address is another account's."""
    here = site(root, either)
    id_ = known(here)
    here.sign_in()
    known(here, "autre@grigny.example")
    either.know(ADA | {"email": "autre@grigny.example", "email_verified": False})
    again = replace(here, client=here.app.test_client())
    again.sign_in()
    assert again.account().id == id_


def test_an_invitation_lets_in(root: Path, either: Kind) -> None:
    """Who was invited gets the role and the groups of the invitation, without a password; it serves once."""
    here = site(root, either)
    here.catalogue.access.rules.save_group(Group("grigny", "Grigny"), CONSOLE)
    invited = NewAccount(MAIL, "", Role.ANIMATOR, frozenset({"grigny"}))
    here.catalogue.access.invitations.create(invited, Lifetimes().invitation, CONSOLE)
    here.sign_in()
    made = here.account()
    assert (made.name, made.role, made.groups, made.has_password) == (
        "Ada Lovelace",
        Role.ANIMATOR,
        frozenset({"grigny"}),
        False,
    )
    assert here.catalogue.access.invitations.list_pending() == ()


@pytest.mark.parametrize(
    "door", [{"oidc_domains": "autre.example GRIGNY.example"}, {"oidc_sirets": "12345678901234 21910286900012"}]
)
def test_a_domain_or_an_establishment_lets_in(root: Path, either: Kind, door: dict[str, str]) -> None:
    """Newcomers of an organisation that may enter get the role and the groups of the settings."""
    here = site(root, either, **door, oidc_role="animateur", oidc_groups="grigny disparu")
    here.catalogue.access.rules.save_group(Group("grigny", "Grigny"), CONSOLE)
    here.sign_in()
    made = here.account()
    assert (made.mail, made.role, made.groups) == (MAIL, Role.ANIMATOR, frozenset({"grigny"}))


@pytest.mark.parametrize("domain", ["example", "y.example", "grigny.example.org", "ada@grigny.example"])
def test_a_domain_is_the_whole_domain(root: Path, signing: Kind, domain: str) -> None:
    """A part of a domain, or a longer one, lets nobody in."""
    signing.know(ADA)
    here = site(root, signing, oidc_domains=domain)
    assert here.sign_in().status_code == 403
    assert here.catalogue.access.accounts.list_all() == ()


def test_the_refused_learn_what_is_missing(root: Path, either: Kind) -> None:
    """Who may not enter reads why, with which address they came, whom to write to, and how to change account."""
    here = site(root, either, oidc_domains="autre.example", oidc_sirets="12345678901234")
    answer = here.sign_in()
    assert answer.status_code == 403
    for said in (
        "aucune n’attend cette adresse",
        "«\u00a0grigny.example\u00a0»",
        "SIRET\u00a021910286900012",
        MAIL,
        "mailto:animation@example.org",
        "Changer de compte ProConnect",
    ):
        assert said.replace("\u00a0", "&nbsp;") in answer.text or said in answer.text
    assert here.account() is None
    assert here.catalogue.access.accounts.list_all() == ()


@pytest.mark.parametrize("verified", [False, "false", None, 0, [True], {"true": True}])
def test_an_unverified_address_is_nobody(root: Path, either: Kind, verified: object) -> None:
    """An address that the provider has not checked links to no account, takes no invitation, opens no domain.

    Whether an account has this address is not told.
    """
    answers = []
    for folder, exists in (("avec", True), ("sans", False)):
        (root / folder / "bibliotheque").mkdir(parents=True)
        here = site(root / folder, either, oidc_domains="grigny.example")
        if exists:
            known(here)
        either.know(ADA | {"email_verified": verified})
        answers.append(here.sign_in())
        assert here.account() is None
    assert [each.status_code for each in answers] == [403, 403]
    assert "adresse électronique vérifiée" in answers[0].text
    assert MAIL not in answers[0].text
    assert _without_secrets(answers[0].text) == _without_secrets(answers[1].text)


def _without_secrets(page: str) -> list[str]:
    return [line for line in page.splitlines() if "id_token_hint" not in line]


def test_a_suspended_account_stays_closed(root: Path, either: Kind) -> None:
    """A suspended account is not entered, whether it was linked before or not; its owner is told."""
    here = site(root, either)
    id_ = known(here)
    for _ in range(2):
        here.catalogue.access.accounts.suspend(id_, CONSOLE)
        answer = here.sign_in()
        assert answer.status_code == 403
        assert read(answer.text).texts("h1") == ["Votre compte est suspendu"]
        assert "invit" not in answer.text
        assert here.account() is None
        here.catalogue.access.accounts.restore(id_, CONSOLE)
    here.sign_in()
    assert here.account().id == id_


def test_a_state_that_was_not_sent_is_refused(root: Path, either: Kind) -> None:
    """An answer that this browser did not ask for opens nothing: an attacker's session, for one."""
    here = site(root, either)
    known(here)
    elsewhere = replace(here, client=here.app.test_client())
    forged = providers.through(elsewhere.go(), SUBJECT)
    for address in (forged, forged.replace("state=", "state=x"), f"{BACK}?code=x", f"{BACK}?code=x&state=é", BACK):
        here.go()
        answer = providers.come_back(here.client, address)
        assert answer.status_code == 400
        assert "Connexion à recommencer" in answer.text
        assert here.account() is None


def test_an_answer_serves_once(root: Path, either: Kind) -> None:
    """Who opens the address of the answer again, in the same browser or with its cookies of before, gets nothing."""
    here = site(root, either)
    known(here)
    there = here.go()
    cookies = here.client.get_cookie("session")
    assert cookies
    address = providers.through(there, SUBJECT)
    assert providers.come_back(here.client, address).status_code == 302
    other = here.app.test_client()
    other.set_cookie("session", cookies.value)
    answer = providers.come_back(other, address)
    assert answer.status_code == 400
    assert other.get_cookie("ruche") is None
    # Whoever is in goes on rather than read of an error.
    assert providers.come_back(here.client, address).location == "/"


def test_a_code_that_is_too_old_is_refused(root: Path, signing: Kind, caplog: pytest.LogCaptureFixture) -> None:
    """A code lives for half a minute: the person is told to begin anew."""
    signing.know(ADA, "code")
    here = site(root, signing)
    known(here)
    answer = here.sign_in()
    assert answer.status_code == 400
    assert "Recommencez" in answer.text
    assert "invalid_grant" in caplog.text


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("signature", "bad_signature"),
        ("sans-signature", "not valid"),
        ("hs256", "not valid"),
        ("nonce", "nonce"),
        ("emetteur", "iss"),
        ("destinataire", "aud"),
        ("azp", "aud"),
        ("perime", "expired"),
        ("futur", "future"),
        ("signature-userinfo", "bad_signature"),
        ("emetteur-userinfo", "iss"),
        ("destinataire-userinfo", "aud"),
        ("sans-destinataire-userinfo", "aud"),
        ("sujet", "someone else"),
    ],
)
def test_what_cannot_be_verified_is_not_believed(
    root: Path, signing: Kind, caplog: pytest.LogCaptureFixture, fault: str, told: str
) -> None:
    """A token or a userinfo that is wrong in one point opens nothing; the log says which, and nothing of the person."""
    signing.know(ADA, fault)
    here = site(root, signing, oidc_domains="grigny.example")
    answer = here.sign_in()
    assert answer.status_code == 502
    assert "n’a pas pu être vérifiée" in answer.text
    assert here.account() is None
    assert here.catalogue.access.accounts.list_all() == ()
    lines = [each.getMessage() for each in caplog.records if each.name.startswith("webapp")]
    assert any(told in line for line in lines), lines
    assert MAIL not in caplog.text
    assert SUBJECT not in caplog.text


def test_a_provider_may_change_its_keys(root: Path, signing: Kind) -> None:
    """New keys are fetched when a token names one that is not known yet."""
    signing.know(ADA)
    here = site(root, signing)
    known(here)
    here.sign_in()
    signing.know(ADA, "nouvelle-cle")
    again = replace(here, client=here.app.test_client())
    again.sign_in()
    assert again.account()


def test_signing_out_ends_the_provider_s_session_too(root: Path, signing: Kind) -> None:
    """Signing out ends the session here, then leads to the provider with the token that it gave, and back."""
    signing.know(ADA)
    here = site(root, signing)
    known(here)
    here.sign_in()
    with here.client.session_transaction() as kept:
        assert "eyJ" not in str(dict(kept)), "the id_token stays on the server"
    here.app.config["WTF_CSRF_ENABLED"] = False
    answer = here.client.post("/deconnexion")
    assert here.account() is None
    there = answer.text.split('content="0; url=')[1].split('"')[0].replace("&amp;", "&")
    asked = parse_qs(urlsplit(there).query)
    assert set(asked) == {"id_token_hint", "post_logout_redirect_uri", "state"}
    assert asked["post_logout_redirect_uri"] == [f"{SITE}/deconnexion/retour"]
    assert len(asked["state"][0]) >= 32
    back = providers.come_back(here.client, providers.through(there))
    assert back.location == "/connexion"
    assert "ici et de ProConnect" in here.client.get("/connexion").text
    # Neither one who did not ask, nor the same answer twice, is told anything.
    for address in (f"/deconnexion/retour?state={asked['state'][0]}", "/deconnexion/retour?state=é"):
        assert here.client.get(address).location == "/connexion"
        assert "ici et de ProConnect" not in here.client.get("/connexion").text
    # Who has just left is not brought in again without a word.
    assert here.client.get("/connexion?suite=/themes").status_code == 200


def test_whoever_came_with_a_password_leaves_here_only(root: Path, signing: Kind) -> None:
    """The password's form stays; who came by it has no session at the provider to end."""
    signing.know(ADA)
    here = site(root, signing)
    here.catalogue.access.accounts.create(NewAccount("bob@grigny.example", "Bob"), "quatre mots sans lien", CONSOLE)
    here.app.config["WTF_CSRF_ENABLED"] = False
    form = {"adresse": "bob@grigny.example", "mot_de_passe": "quatre mots sans lien"}
    assert here.client.post("/connexion", data=form).status_code == 303
    assert here.client.post("/deconnexion").location == "/connexion"


def test_who_is_signed_in_there_comes_in_without_a_word(root: Path, signing: Kind) -> None:
    """A page that is asked for leads to it at once, for someone whom the provider knows already."""
    signing.know(ADA, signed_in=SUBJECT)
    here = site(root, signing)
    known(here)
    first = here.client.get("/themes?x=1")
    silent = here.client.get(first.location)
    there = here.client.get(silent.location).location
    assert parse_qs(urlsplit(there).query)["prompt"] == ["none"]
    assert providers.come_back(here.client, providers.through(there)).location == "/themes?x=1"
    assert here.account()


def test_who_is_not_comes_to_the_sign_in_page(root: Path, signing: Kind) -> None:
    """« login_required » leads to the page with the button, which keeps where one wanted to go, and tries no more."""
    signing.know(ADA)
    here = site(root, signing)
    silent = here.client.get(here.client.get("/themes").location).location
    back = providers.come_back(here.client, providers.through(here.client.get(silent).location))
    page = here.client.get(back.location)
    assert page.status_code == 200
    assert "S’identifier avec ProConnect" in page.text
    assert f"{START}?suite=/themes" in page.text
    assert here.client.get(here.client.get("/themes").location).status_code == 200


def test_a_browser_without_cookies_does_not_turn_in_circles(root: Path, signing: Kind) -> None:
    """Nothing can be remembered of the attempt: the address alone must end it."""
    signing.know(ADA)
    here = site(root, signing)
    here.client = here.app.test_client(use_cookies=False)
    silent = here.client.get(here.client.get("/themes").location).location
    back = providers.come_back(here.client, providers.through(here.client.get(silent).location))
    assert here.client.get(back.location).status_code == 200


def test_giving_up_is_no_failure(root: Path, plain: Kind) -> None:
    """Who says no at the provider is told how to begin again."""
    here = site(root, plain)
    state = parse_qs(urlsplit(here.go()).query)["state"][0]
    answer = here.client.get(BACK, query_string={"error": "access_denied", "state": state})
    assert answer.status_code == 403
    assert "Connexion abandonnée" in answer.text


def test_an_error_of_the_provider_is_told(root: Path, plain: Kind, caplog: pytest.LogCaptureFixture) -> None:
    """Its other errors make a page and a line of the log, which does not take all that an address holds."""
    here = site(root, plain)
    for error in ("server_error", "x" * 500 + "\n"):
        state = parse_qs(urlsplit(here.go()).query)["state"][0]
        answer = here.client.get(BACK, query_string={"error": error, "state": state})
        assert answer.status_code == 502
    assert "server_error" in caplog.text
    assert "x" * 50 not in caplog.text


@pytest.mark.parametrize(
    "suite", ["https://ailleurs.example/", "//ailleurs.example", "/\\ailleurs.example", "/x" * 400]
)
def test_one_comes_back_to_this_site_only(root: Path, signing: Kind, suite: str) -> None:
    """Where to go next is an address of this site, and not so long that the cookie would be dropped."""
    signing.know(ADA)
    here = site(root, signing)
    known(here)
    assert here.sign_in(suite).location == "/"


def test_several_tabs_may_sign_in(root: Path, signing: Kind) -> None:
    """A browser that opens its tabs again comes in by any of the latest, in a cookie that it takes."""
    signing.know(ADA)
    here = site(root, signing)
    known(here)
    ways = [here.go(f"/{number}" + "x" * 490) for number in range(8)]
    cookie = here.client.get_cookie("session")
    assert cookie
    assert len(cookie.value) < 4_000
    came = [providers.come_back(here.client, providers.through(each, SUBJECT)).location for each in ways[-4:]]
    assert [each[:2] for each in came] == ["/4", "/5", "/6", "/7"]


def _nobody() -> Kind:
    return Kind("json", f"http://127.0.0.1:{providers.free_port()}")


def test_a_provider_that_is_down_keeps_nobody_with_a_password_out(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The button says that it does not answer; a page that was asked for leads to the form, not to an error."""
    here = site(root, _nobody())
    answer = here.client.get(START)
    assert answer.status_code == 503
    assert "ProConnect ne répond pas" in answer.text
    assert "ConnectionError" in caplog.text
    other = here.app.test_client()
    silent = other.get(other.get("/themes").location).location
    page = other.get(other.get(silent).location)
    assert page.status_code == 200
    assert "mot_de_passe" in page.text


def test_a_provider_that_was_down_is_not_waited_for_by_everyone(root: Path) -> None:
    """For a few seconds after it did not answer, it is not asked again."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        asked = []

        def drop() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                asked.append(1)
                connection.close()

        threading.Thread(target=drop, daemon=True).start()
        here = site(root, Kind("json", f"http://127.0.0.1:{listening.getsockname()[1]}"))
        assert [here.client.get(START).status_code for _ in range(5)] == [503] * 5
        listening.shutdown(socket.SHUT_RDWR)
    assert len(asked) == 1


def test_a_provider_that_is_slow_is_left(root: Path, signing: Kind, caplog: pytest.LogCaptureFixture) -> None:
    """An answer that does not come holds nobody for more than some seconds."""
    signing.know(ADA)
    here = site(root, signing)
    known(here)
    address = providers.through(here.go(), SUBJECT)
    signing.know(ADA, "lent")
    answer = providers.come_back(here.client, address)
    assert answer.status_code == 503
    assert "ReadTimeout" in caplog.text


_WHOLE = (
    '{"issuer": "@", "authorization_endpoint": "@/a", "token_endpoint": "@/t", "userinfo_endpoint": "@/u", '
    '"jwks_uri": "@/j"}'
)


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ("[]", "lacks"),
        ("pas du JSON", "JSONDecodeError"),
        ('{"issuer": "@"}', "lacks"),
        (_WHOLE.replace("@/t", "http://ailleurs.example/t"), "token_endpoint is not https"),
        (_WHOLE.replace('"@"', '"@/autre"'), "another issuer"),
    ],
)
def test_a_provider_that_tells_nonsense_is_not_used(
    root: Path, caplog: pytest.LogCaptureFixture, about: str, told: str
) -> None:
    """What it says of itself must be whole, its own, and lead nowhere in the open."""
    with providers.saying(about) as address:
        here = site(root, Kind("json", address))
        assert here.client.get(START).status_code in {502, 503}
    assert told in caplog.text


def test_a_provider_that_leads_elsewhere_is_not_followed(
    root: Path, signing: Kind, caplog: pytest.LogCaptureFixture
) -> None:
    """The address that was checked is the one that is asked: it must not send Ruche, and its secret, to another."""
    with providers.saying("", to=f"{signing.address}/.well-known/openid-configuration") as address:
        here = site(root, Kind("json", address))
        assert here.client.get(START).status_code == 503
    assert "TooManyRedirects" in caplog.text


def test_without_single_sign_on_there_is_no_way_to_it(root: Path) -> None:
    """Where the settings name no provider, its addresses do not exist and the page does not offer it."""
    settings = Settings(library=root / "bibliotheque", data=root / "donnees", auth="comptes")
    client = create_app(settings).test_client()
    for address in (START, BACK, "/deconnexion/retour"):
        assert client.get(address).status_code == 404
    page = client.get("/connexion?suite=/themes")
    assert page.status_code == 200
    assert "S’identifier" not in page.text


def test_what_is_kept_of_an_identity_is_told_and_erased(root: Path, signing: Kind) -> None:
    """The link to the provider is in the export of one's data, and goes with the account."""
    signing.know(ADA)
    here = site(root, signing)
    id_ = known(here)
    here.sign_in()
    assert here.catalogue.access.export_person(id_, id_)["identites"] == [
        {"emetteur": signing.address, "sujet": SUBJECT}
    ]
    here.catalogue.access.accounts.erase(id_, CONSOLE)
    assert here.catalogue.access.identities.list_of(id_) == ()
    with closing(Catalogue.open(here.app.extensions["ruche"].settings.catalogue_url)) as catalogue:
        assert catalogue.access.accounts.list_all() == ()
