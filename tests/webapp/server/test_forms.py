"""Forms that change something: refused from elsewhere, and by whom they are signed."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from index.config.settings import Settings
from tests.composition import create_app
from tests.webapp.page_parser import read
from webapp.server.security_headers import load_secret_key

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient


def _token(client: FlaskClient, address: str = "/affichage") -> str:
    (field,) = read(client.get(address).text).all("input", name="csrf_token")
    return str(field.attributes["value"])


def test_a_form_from_elsewhere_is_refused(client: FlaskClient) -> None:
    """Without the token of one of our pages nothing changes, and the page says what to do."""
    answer = client.post("/affichage", data={"affichage": "dark"})
    assert answer.status_code == 400
    assert read(answer.text).texts("h1") == ["Formulaire périmé"]
    assert "affichage=" not in answer.headers.get("Set-Cookie", "")


def test_every_form_that_posts_carries_the_token(app: Flask) -> None:
    """A template that forgot it would be found by its users."""
    loader = app.jinja_env.loader
    assert loader is not None
    for name in loader.list_templates():
        source, *_ = loader.get_source(app.jinja_env, name)
        assert source.count('method="post"') == source.count("{{ csrf() }}"), name


@pytest.mark.parametrize(("base", "secure"), [("http://ruche.test", False), ("https://ruche.test", True)])
def test_cookies_stay_at_home(client: FlaskClient, base: str, secure: bool) -> None:  # noqa: FBT001 - a parameter
    """No script reads a session, no other site sends it, and over HTTPS it never goes in the clear."""
    sent = client.get("/affichage", base_url=base).headers["Set-Cookie"]
    assert sent.startswith("session=")
    assert "HttpOnly" in sent
    assert "SameSite=Lax" in sent
    assert ("Secure" in sent) == secure


def test_the_choice_of_colours_is_kept(client: FlaskClient) -> None:
    """Chosen once, on all pages; what is not a choice is the system's."""
    for chosen, dark in (("dark", "screen"), ("light", None), ("rose", "screen and (prefers-color-scheme: dark)")):
        answer = client.post("/affichage", data={"affichage": chosen, "csrf_token": _token(client)})
        assert answer.status_code == 303
        page = read(client.get("/recherche").text)
        medias = {each.attributes.get("media") or "" for each in page.all("link", rel="stylesheet")}
        # Others are of paper, and of wide screens.
        assert {each for each in medias if each.startswith("screen")} == ({dark} if dark else set())


def test_the_secret_is_drawn_once_and_kept_from_others(tmp_path: Path) -> None:
    """Sessions outlive a restart, and only the service's own user can read what signs them."""
    settings = Settings(library=tmp_path / "bibliotheque", data=tmp_path / "donnees")
    first, second = create_app(settings), create_app(settings)
    assert first.secret_key == second.secret_key == load_secret_key(settings.data)
    assert len(str(first.secret_key)) >= 64
    assert stat.S_IMODE((settings.data / "secret").stat().st_mode) == 0o600


def test_the_secret_may_come_from_the_settings(tmp_path: Path) -> None:
    """Several machines that serve one site share it; nothing is then written."""
    settings = Settings(library=tmp_path / "bibliotheque", data=tmp_path / "donnees", secret_key="a" * 40)
    assert create_app(settings).secret_key == "a" * 40
    assert not (settings.data / "secret").exists()
