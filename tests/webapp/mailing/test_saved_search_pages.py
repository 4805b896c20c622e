"""Keeping a search, following it by feed and by mail."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import feedparser
import pytest

from tests.composition import create_app
from tests.webapp.small_library import HOSTILE_TITLE, LONG_TITLE, SLIDES, build
from tests.webapp.xpath import page as tree_of
from webapp.mailing.smtp import is_mail_address

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    """A library of these tests alone: they keep searches in it."""
    return build(tmp_path_factory.mktemp("kept"))


@pytest.fixture(scope="module")
def kept_app(own: SmallLibrary) -> Flask:
    """The application, without the tokens of forms."""
    app = create_app(own.settings)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def member(kept_app: Flask) -> FlaskClient:
    """Someone who keeps searches."""
    return kept_app.test_client()


def _keep(member: FlaskClient, **form: str) -> str:
    answer = member.post("/recherches", data=form)
    assert answer.status_code == 303
    return answer.location.split("?")[0]


def test_a_search_page_offers_to_keep_it(member: FlaskClient) -> None:
    """The link carries the whole question, and the form carries it on."""
    page = tree_of(member.get("/recherche?q=non-recours&theme=aller-vers").text)
    (link,) = page.xpath("//a[contains(., 'Garder cette recherche')]/@href")
    form = tree_of(member.get(link).text).forms[-1]
    fields = dict(form.form_values())
    assert (fields["q"], fields["theme"]) == ("non-recours", "aller-vers")
    assert fields["nom"] == "«\u00a0non-recours\u00a0», Thème\u00a0: Aller-vers"


def test_a_kept_search_asks_the_same_again(member: FlaskClient) -> None:
    """Words, filters and order come back; a mark in the name is text."""
    address = _keep(member, q="Où ça ? & là", theme="rgpd", tri="date", nom="<b>À suivre</b>")
    page = tree_of(member.get(address).text)
    (results,) = page.xpath("//a[contains(., 'Voir les résultats')]/@href")
    assert results == "/recherche?q=O%C3%B9+%C3%A7a+?+%26+l%C3%A0&theme=rgpd&tri=date"
    assert page.xpath("string(//h1)") == "<b>À suivre</b>"


def test_a_search_without_a_name_names_itself(member: FlaskClient) -> None:
    """An empty name, or one of blanks, is replaced by the question in words."""
    page = tree_of(member.get(_keep(member, q="rsa", nom="  ")).text)
    assert page.xpath("string(//h1)") == "«\u00a0rsa\u00a0»"


@pytest.mark.parametrize("form", [{"q": "rsa\r\nBcc: a@b.fr"}, {"q": "rsa", "nom": "rsa\u2028Bcc: a@b.fr"}])
def test_a_name_is_one_line(member: FlaskClient, form: dict[str, str]) -> None:
    """It becomes the subject of mails, typed or made of the question."""
    page = tree_of(member.get(_keep(member, **form)).text)
    assert "rsa Bcc: a@b.fr" in page.xpath("string(//h1)")


def test_deleting_ends_its_address_and_its_feed(member: FlaskClient) -> None:
    """Nothing of it is left."""
    address = _keep(member, q="rsa", nom="Le RSA")
    page = tree_of(member.post(f"{address}/suppression").text)
    assert page.xpath("string(//h1)") == "Suivi supprimé"
    assert "«\u00a0Le RSA\u00a0» n’est plus suivi, et plus personne n’en reçoit les nouveautés." in page.text_content()
    assert [member.get(each).status_code for each in (address, f"{address}.atom")] == [404, 404]


@pytest.mark.parametrize("token", ["nulle-part", "%00", "..", "a" * 500])
def test_an_address_that_was_never_given_leads_nowhere(member: FlaskClient, token: str) -> None:
    """Whatever is tried."""
    answers = [f"/recherches/{token}", f"/recherches/{token}.atom", f"/abonnements/{token}/confirmation"]
    assert {member.get(each).status_code for each in answers} == {404}


def test_the_feed_of_everything_is_an_atom_feed(member: FlaskClient, own: SmallLibrary) -> None:
    """A feed reader finds each document with its link, its dates and its themes; hostile titles stay text."""
    answer = member.get("/nouveautes.atom")
    read = feedparser.parse(answer.data)
    assert answer.mimetype == "application/atom+xml"
    assert (read.bozo, read.version) == (False, "atom10")
    assert read.feed.title == "Ruche\u00a0: nouveautés"
    assert {each.id.rsplit("/", 1)[-1] for each in read.entries} == set(own.documents)
    titles = {each.title_detail.value for each in read.entries}
    assert {HOSTILE_TITLE.replace("<", "&lt;"), LONG_TITLE} & titles or HOSTILE_TITLE in titles
    slides = next(each for each in read.entries if each.id.endswith(own.ids[SLIDES]))
    assert slides.summary == "Diaporama – Webinaire du 25 janvier 2024 – Grigny, Aller-vers"
    assert [each.label for each in slides.tags] == ["Aller-vers"]
    assert slides.link == slides.id == f"http://localhost/documents/{own.ids[SLIDES]}"
    assert slides.published_parsed <= slides.updated_parsed


def test_the_feed_of_a_search_has_what_answers_it(member: FlaskClient, own: SmallLibrary) -> None:
    """The same documents as its results, under the search's own name and links."""
    address = _keep(member, q="non-recours", format="pptx", nom="Le non-recours")
    read = feedparser.parse(member.get(f"{address}.atom").data)
    assert [each.id.rsplit("/", 1)[-1] for each in read.entries] == [own.ids[SLIDES]]
    assert read.feed.title == "Ruche\u00a0: Le non-recours"
    assert {each.rel: each.href for each in read.feed.links} == {
        "self": f"http://localhost{address}.atom",
        "alternate": f"http://localhost{address}",
    }


def test_an_unchanged_feed_is_not_sent_again(member: FlaskClient) -> None:
    """Readers ask every hour: they are told that nothing changed."""
    first = member.get("/nouveautes.atom")
    again = member.get("/nouveautes.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_pages_announce_the_feed(member: FlaskClient) -> None:
    """Browsers and readers find it by themselves."""
    page = tree_of(member.get("/").text)
    assert page.xpath("//link[@type='application/atom+xml']/@href") == ["/nouveautes.atom"]


def test_without_a_mail_server_no_mail_is_offered(member: FlaskClient) -> None:
    """The form is absent, and its address refuses."""
    address = _keep(member, q="rsa")
    assert "Suivre par courriel" not in member.get(address).text
    assert member.post(f"{address}/suivi", data={"adresse": "a@exemple.fr"}).status_code == 404


@pytest.mark.parametrize("text", ["prenom.nom@exemple.fr", "a+b@sous.domaine.gouv.fr"])
def test_addresses_are_taken(text: str) -> None:
    """As people have them."""
    assert is_mail_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nom",
        "a@b",
        "a@exemple.fr\nBcc: tous@exemple.fr",
        "a@exemple.fr, b@exemple.fr",
        "a b@exemple.fr",
        "x" * 250 + "@exemple.fr",
        "<a@exemple.fr>",
        "a..b@exemple.fr",
        ".a@exemple.fr",
        "a.@exemple.fr",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    """Neither a second address nor a header can be slipped in."""
    assert not is_mail_address(text)


def test_forms_need_the_token_of_their_page(own: SmallLibrary) -> None:
    """Another site cannot have a member keep, follow or delete anything."""
    client = create_app(own.settings).test_client()
    assert client.post("/recherches", data={"q": "rsa"}).status_code == 400
    page = client.get("/recherches/nouvelle?q=rsa").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    assert client.post("/recherches", data={"q": "rsa", "csrf_token": token[1]}).status_code == 303
