"""Who asks, and what each may: with accounts nothing is shown to nobody, and what is taken away is gone at once."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from index.accounts.audit import CONSOLE
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group, NewAccount, Role, Scope
from index.catalogue.access_tables import SessionRow
from index.generations.synchroniser import IndexSynchroniser
from index.model.documents import ANIMATORS
from tests.composition import create_app
from tests.webapp.accounts import COOKIE, PASSWORD, guarded, joined, send, signed_in
from tests.webapp.page_parser import read
from tests.webapp.small_library import SLIDES, SmallLibrary, build
from webapp.auth.identity import OPEN_ENDPOINTS
from webapp.server.app_services import services_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from index.accounts.model import Account
    from index.catalogue.catalogue import Catalogue
    from index.config.settings import Settings


@pytest.fixture
def own(tmp_path: Path) -> SmallLibrary:
    """A library of the test's own, whose rights it may change."""
    return build(tmp_path)


@pytest.fixture
def own_app(own: SmallLibrary) -> Flask:
    """The application over it, which asks for accounts."""
    return create_app(guarded(own))


@pytest.fixture
def app(guarded_app: Flask) -> Flask:
    """The application that all tests share, which asks for accounts."""
    return guarded_app


@pytest.fixture
def catalogue(app: Flask) -> Catalogue:
    """The application's catalogue."""
    return services_of(app).catalogue


@pytest.fixture
def animator(app: Flask) -> Account:
    """Someone of the animators' team."""
    return joined(app, _new_animator())


def _new_animator() -> NewAccount:
    return NewAccount(f"{secrets.token_hex(4)}@ruche.example", "Anne", Role.ANIMATOR)


def _addresses(app: Flask) -> dict[str, str]:
    """An address of each route that can be read, by its endpoint."""
    matcher = app.url_map.bind("localhost")
    return {
        rule.endpoint: matcher.build(
            rule.endpoint,
            {name: "1" if "int" in type(rule._converters[name]).__name__.lower() else "x" for name in rule.arguments},  # noqa: SLF001 - Werkzeug names them nowhere else
        )
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
    }


def test_nobody_is_shown_anything(app: Flask) -> None:
    """Whatever is not open to all leads to the sign-in page, or is refused to tools: no route is forgotten."""
    client = app.test_client()
    closed = {name: address for name, address in _addresses(app).items() if name not in OPEN_ENDPOINTS}
    assert len(closed) > 30
    for name, address in closed.items():
        answer = client.get(address)
        if address.startswith(("/api/", "/oai")):
            assert answer.status_code == 401, name
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            assert answer.content_type == "application/problem+json"
        else:
            assert answer.status_code == 302, name
            assert answer.headers["Location"].startswith("/connexion?suite=/"), name


def test_nobody_changes_anything(app: Flask) -> None:
    """Forms are refused to whoever is not signed in, with the token of a page of ours too."""
    client = app.test_client()
    refused = {
        rule.rule: send(client, rule.rule.replace("<int:number>", "1").replace("<", "").replace(">", "")).status_code
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.endpoint not in OPEN_ENDPOINTS
    }
    assert len(refused) > 30
    assert set(refused.values()) == {401}


@pytest.mark.parametrize(
    "address", ["/connexion", "/mentions-legales", "/accessibilite", "/donnees-personnelles", "/affichage", "/sante"]
)
def test_what_is_open_answers(app: Flask, address: str) -> None:
    """One can sign in, read what the law asks for, and know that the service lives."""
    assert app.test_client().get(address).status_code == 200


def test_scripts_and_feeds_are_told_plainly(app: Flask) -> None:
    """What reads no pages gets a refusal, not a form in the stead of what it asked for."""
    answer = app.test_client().get("/nouveautes.atom", headers={"Accept": "application/atom+xml"})
    assert answer.status_code == 401
    assert read(answer.text).texts("h1") == ["Connexion nécessaire"]


def test_one_comes_back_to_where_one_was(app: Flask, animator: Account) -> None:
    """After the form one reads the page that was asked for, with its question."""
    services_of(app).catalogue.access.accounts.set_password(animator.id, PASSWORD, CONSOLE)
    client = app.test_client()
    asked = client.get("/recherche?q=bus+des+droits&theme=rgpd").headers["Location"]
    following = str(read(client.get(asked).text).all("input", name="suite")[0].attributes["value"])
    answer = send(client, "/connexion", suite=following, adresse=f"{animator.mail.upper()} ", mot_de_passe=PASSWORD)
    assert answer.status_code == 303
    assert client.get(answer.headers["Location"]).status_code == 200
    assert answer.headers["Location"].startswith("/recherche?q=bus+des")
    assert "theme=rgpd" in answer.headers["Location"]


@pytest.mark.parametrize(
    "following", ["https://ailleurs.example/", "//ailleurs.example", "/\\ailleurs.example", "/\t/ailleurs.example", "x"]
)
def test_nobody_is_sent_elsewhere(app: Flask, animator: Account, following: str) -> None:
    """An address of another site in the sign-in link leads home."""
    services_of(app).catalogue.access.accounts.set_password(animator.id, PASSWORD, CONSOLE)
    answer = send(app.test_client(), "/connexion", suite=following, adresse=animator.mail, mot_de_passe=PASSWORD)
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(("base", "name"), [("http://ruche.test", "ruche"), ("https://ruche.test", "__Host-ruche")])
def test_the_session_stays_in_its_browser(app: Flask, animator: Account, base: str, name: str) -> None:
    """No script reads its cookie, no other site sends it; over HTTPS it is bound to the host, and HTTPS is for good."""
    services_of(app).catalogue.access.accounts.set_password(animator.id, PASSWORD, CONSOLE)
    client = app.test_client()
    form = read(client.get("/connexion", base_url=base).text).all("input", name="csrf_token")[0]
    given = {
        "csrf_token": form.attributes["value"],
        "adresse": animator.mail,
        "mot_de_passe": PASSWORD,
    }
    answer = client.post("/connexion", base_url=base, data=given, headers={"Referer": f"{base}/connexion"})
    (cookie,) = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith(f"{name}=")]
    secure = base.startswith("https")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert ("Secure" in cookie.split("; ")) == secure
    assert ("Strict-Transport-Security" in answer.headers) == secure


def test_the_cookie_is_renewed(app: Flask, animator: Account, catalogue: Catalogue) -> None:
    """After an hour the browser gets another secret, and goes on; both serve while pictures of a page are asked for."""
    client = signed_in(app, animator)
    before = client.get_cookie(COOKIE)
    old = datetime.now(UTC) - timedelta(hours=2)
    with catalogue._database.begin() as database:  # noqa: SLF001 - time cannot be made to pass
        database.execute(update(SessionRow).values(renewed=old))
    assert client.get("/compte").status_code == 200
    after = client.get_cookie(COOKIE)
    assert before
    assert after
    assert before.value != after.value
    client.set_cookie(COOKIE, before.value)
    assert client.get("/themes").status_code == 200


def test_signing_out_ends_the_session_itself(app: Flask, animator: Account) -> None:
    """A copy of the cookie is worth nothing once its owner has left."""
    client = signed_in(app, animator)
    cookie = client.get_cookie(COOKIE)
    assert cookie
    answer = send(client, "/deconnexion")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert client.get_cookie(COOKIE) is None
    client.set_cookie(COOKIE, cookie.value)
    assert client.get("/compte").status_code == 302


def test_signing_in_changes_the_tokens_of_forms(app: Flask, animator: Account) -> None:
    """Whoever prepared a browser before someone signed in on it knows none of their tokens."""
    services_of(app).catalogue.access.accounts.set_password(animator.id, PASSWORD, CONSOLE)
    client = app.test_client()
    prepared = read(client.get("/connexion").text).all("input", name="csrf_token")[0].attributes["value"]
    send(client, "/connexion", adresse=animator.mail, mot_de_passe=PASSWORD)
    assert client.post("/compte/sessions/fin", data={"csrf_token": prepared}).status_code == 400
    assert client.get("/compte").status_code == 200


def test_rights_are_lost_at_the_next_request(app: Flask, animator: Account, catalogue: Catalogue) -> None:
    """An open session gives no more than its account may now: role, then everything."""
    client = signed_in(app, animator)
    assert client.get("/animation").status_code == 200
    catalogue.access.accounts.change(animator.id, NewAccount(animator.mail, animator.name), CONSOLE)
    assert client.get("/animation").status_code == 403
    assert "Espace d’animation" not in client.get("/").text
    catalogue.access.accounts.suspend(animator.id, CONSOLE)
    assert client.get("/").status_code == 302


def test_a_reserved_folder_is_its_groups_alone(own_app: Flask, own: SmallLibrary) -> None:
    """Others find nothing of it, not even by its address; who leaves the group loses it at the next request."""
    app, catalogue = own_app, services_of(own_app).catalogue
    catalogue.access.rules.save_group(Group("grigny", "Grigny"), CONSOLE)
    catalogue.access.rules.save_folder_rule(FolderRule("webinaires", frozenset({"grigny"})), CONSOLE)
    with IndexSynchroniser(own.settings.index_folder, catalogue) as follower:
        follower.synchronise()
    inside = joined(app, NewAccount("in@ruche.example", "Inès", groups=frozenset({"grigny"})))
    outside = joined(app, NewAccount("out@ruche.example", "Oscar"))
    address = f"/documents/{own.ids[SLIDES]}"
    assert _sees(signed_in(app, inside), address) == (200, True)
    assert _sees(signed_in(app, outside), address) == (404, False)
    catalogue.access.accounts.change(inside.id, NewAccount(inside.mail, inside.name), CONSOLE)
    assert _sees(signed_in(app, inside), address) == (404, False)


def _sees(client: FlaskClient, address: str) -> tuple[int, bool]:
    found = client.get("/api/v1/search?q=bus+des+droits").json
    assert found
    return client.get(address).status_code, found["total"] > 0


def _asked(app: Flask, token: str, address: str = "/api/v1/search?q=bus") -> int:
    return app.test_client().get(address, headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_token_opens_the_api_and_nothing_else(app: Flask, animator: Account, catalogue: Catalogue) -> None:
    """A tool reads the API in its owner's name; pages do not know it, nor does an unknown token open anything."""
    token = catalogue.access.api_tokens.create(animator.id, "Tableur", Scope.READ, timedelta(days=1))
    assert _asked(app, token) == 200
    assert _asked(app, token, "/compte") == 302
    assert _asked(app, f"{token}x") == 401
    assert _asked(app, "metriques") == 401
    (listed,) = catalogue.access.api_tokens.list_of(animator.id)
    assert listed.used is not None


def test_a_wrong_token_is_not_saved_by_a_session(app: Flask, animator: Account) -> None:
    """A tool that sends a token is judged by it, whatever cookie comes along."""
    client = signed_in(app, animator)
    assert client.get("/api/v1/search").status_code == 200
    assert client.get("/api/v1/search", headers={"Authorization": "Bearer ruche_faux"}).status_code == 401


@pytest.mark.parametrize("scope", list(Scope))
def test_a_token_gives_what_its_scope_says(own_app: Flask, own: SmallLibrary, scope: Scope) -> None:
    """To read is not to see what only animators see; what its owner loses, a token loses."""
    app, catalogue = own_app, services_of(own_app).catalogue
    animator = joined(app, _new_animator())
    catalogue.access.rules.save_folder_rule(FolderRule("webinaires", frozenset({ANIMATORS})), CONSOLE)
    token = catalogue.access.api_tokens.create(animator.id, "Outil", scope, timedelta(days=1))
    address = f"/api/v1/documents/{own.ids[SLIDES]}"
    assert _asked(app, token, address) == (200 if scope is Scope.ANIMATE else 404)
    catalogue.access.accounts.change(animator.id, NewAccount(animator.mail, animator.name), CONSOLE)
    assert _asked(app, token, address) == 404
    assert _asked(app, token) == 200
    catalogue.access.accounts.suspend(animator.id, CONSOLE)
    assert _asked(app, token) == 401


def test_an_expired_or_revoked_token_is_nobodys(app: Flask, animator: Account, catalogue: Catalogue) -> None:
    """Neither outlives its end."""
    late = catalogue.access.api_tokens.create(animator.id, "Ancien", Scope.READ, timedelta(seconds=-1))
    assert _asked(app, late) == 401
    token = catalogue.access.api_tokens.create(animator.id, "Repris", Scope.READ, timedelta(days=1))
    catalogue.access.api_tokens.revoke(
        animator.id, catalogue.access.api_tokens.list_of(animator.id)[0].number, animator.id
    )
    assert _asked(app, token) == 401


def test_without_accounts_there_are_no_pages_of_theirs(library: SmallLibrary) -> None:
    """On the machine itself nobody signs in: nothing leads to such a page, and there is none."""
    client = create_app(library.settings).test_client()
    for address in ("/connexion", "/compte", "/administration/comptes", "/administration/journal", "/invitation/x"):
        assert client.get(address).status_code == 404, address
    page = client.get("/").text
    assert "Administration" not in page
    assert "/compte" not in page


def test_a_breakdown_of_the_catalogue_is_still_explained(own: SmallLibrary, tmp_path: Path) -> None:
    """The page that tells of a failure asks who reads it, which fails too: it is shown all the same."""
    broken = create_app(replace_catalogue(own, f"sqlite:///{tmp_path / 'autre.sqlite'}"))
    services_of(broken).catalogue.close()
    (tmp_path / "autre.sqlite").write_bytes(b"ceci n'est pas une base" * 1_000)
    client = broken.test_client()
    client.set_cookie(COOKIE, "un-jeton")
    answer = client.get("/themes")
    assert answer.status_code == 500
    assert read(answer.text).texts("h1") == ["Le service a rencontré une panne"]


def replace_catalogue(library: SmallLibrary, url: str) -> Settings:
    """The guarded settings of a library, with another catalogue."""
    return guarded(replace(library, settings=library.settings.model_copy(update={"catalogue": url})))
