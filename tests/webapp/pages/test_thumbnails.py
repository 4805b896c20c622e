"""Images of pages: served when they are there, asked for when they are not."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from index.preview_cache import PreviewCache, PreviewPage, PreviewWord
from tests.composition import create_app
from tests.webapp.conftest import WholeClient
from tests.webapp.page_parser import read
from tests.webapp.small_library import LONG_PAGE, MARKUP, SILENT, SLIDES, VIDEO, VIDEO_BYTES, SmallLibrary, build

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

DIGEST = hashlib.sha256(b"%PDF-1.7").hexdigest()
"""Of LONG_PAGE."""


@pytest.fixture
def library(tmp_path: Path) -> SmallLibrary:
    """A library whose PDF is drawn, three pages of it, the last one without any text."""
    made = build(tmp_path)
    previews = _previews(made)
    previews.write_small_page(DIGEST, 1, b"petite")
    kit = PreviewPage(1000, 1414, "Le kit de la CAF", (PreviewWord(3, 6, 1200, 900, 400, 200),))
    previews.write_page(DIGEST, 1, b"image", kit)
    for number in (2, 3):
        previews.write_page(DIGEST, number, b"image", PreviewPage(1000, 1414))
    previews.write_small_page(DIGEST, 2, b"petite 2")
    previews.write_page_count(DIGEST, 3)
    return made


@pytest.fixture
def client(library: SmallLibrary) -> FlaskClient:
    """Someone who asks the application over this library."""
    app = create_app(library.settings)
    app.test_client_class = WholeClient
    return app.test_client()


def _previews(library: SmallLibrary) -> PreviewCache:
    return PreviewCache(library.settings.preview_folder, 10_000_000)


def test_images_are_served_and_kept_for_good(client: FlaskClient, library: SmallLibrary) -> None:
    """An address names the version that it shows: the browser never asks twice, shared caches keep nothing."""
    page = read(client.get(f"/documents/{library.ids[LONG_PAGE]}").text)
    addresses = [
        each.attributes["src"] or ""
        for each in page.all("img", width="1000")
        if "/pages/" in (each.attributes["src"] or "")
    ]
    assert [each.split("?")[0].rsplit("/", maxsplit=1)[-1] for each in addresses] == ["1.webp", "2.webp", "3.webp"]
    answer = client.get(addresses[0])
    assert (answer.data, answer.content_type) == (b"image", "image/webp")
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert client.get(addresses[0], headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_an_address_without_a_version_is_asked_again(client: FlaskClient, library: SmallLibrary) -> None:
    """What it shows may be another version tomorrow."""
    for version in ("", "?v=0", f"?v={DIGEST[:5]}"):
        answer = client.get(f"/documents/{library.ids[LONG_PAGE]}/vignette{version}")
        assert answer.data == b"petite"
        assert "no-cache" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["vignette", "pages/1.webp", "pages/0.webp", "pages/99999999999999999999.webp"])
def test_an_image_that_is_not_there_is_not_found(client: FlaskClient, library: SmallLibrary, name: str) -> None:
    """Whether it is yet to be drawn or never will be."""
    assert client.get(f"/documents/{library.ids[SLIDES]}/{name}").status_code == 404
    assert client.get(f"/documents/inconnu/{name}").status_code == 404


def test_a_page_without_text_is_shown(client: FlaskClient, library: SmallLibrary) -> None:
    """A scanned page that could not be read has its place between the others."""
    page = read(client.get(f"/documents/{library.ids[LONG_PAGE]}").text)
    assert [each.attributes["id"] for each in page.all("article")] == ["page-1", "page-2", "page-3"]
    assert "Aucun texte n’a été lu sur cette page." in page.all("article", id="page-3")[0].text


def test_found_words_are_marked_on_the_image(client: FlaskClient, library: SmallLibrary) -> None:
    """A rectangle stands over each found word, and only with a question."""
    address = f"/documents/{library.ids[LONG_PAGE]}"
    (box,) = read(client.get(f"{address}?q=kit").text).all("rect")
    assert (box.attributes["x"], box.attributes["width"]) == ("1180", "440")
    assert not read(client.get(address).text).all("rect")
    assert not read(client.get(f"{address}?q=RGPD").text).all("rect")


def test_a_result_shows_the_page_that_answers(client: FlaskClient, library: SmallLibrary) -> None:
    """The image beside an excerpt is that of its page, where it is drawn; that of the first page is the thumbnail."""
    shown = {}
    for words in ("RGPD", "kit"):
        page = read(client.get(f"/recherche?q={words}&format=pdf").text)
        shown[words] = [each.attributes["src"] for each in page.all("img", width="160")]
    document = f"/documents/{library.ids[LONG_PAGE]}"
    assert shown["RGPD"] == [f"{document}/vignettes/2.webp?v={DIGEST[:12]}"]
    assert shown["kit"][0] == f"{document}/vignette?v={DIGEST[:12]}"


def test_a_strip_shows_the_pages_small(client: FlaskClient, library: SmallLibrary) -> None:
    """Each leads to its page; one that was drawn before there were small images is shown by its own."""
    document = f"/documents/{library.ids[LONG_PAGE]}"
    elements = read(client.get(document).text).elements
    images = [at for at, each in enumerate(elements) if each.attributes.get("width") == "160"][:3]
    assert [elements[at - 1].attributes.get("href") for at in images] == ["#page-1", "#page-2", "#page-3"]
    sources = [elements[at].attributes["src"] or "" for at in images]
    version = f"?v={DIGEST[:12]}"
    assert sources == [f"{document}/{name}{version}" for name in ("vignette", "vignettes/2.webp", "pages/3.webp")]
    assert [client.get(each).data for each in sources] == [b"petite", b"petite 2", b"image"]
    assert client.get(f"{document}/vignettes/3.webp").status_code == 404


def test_the_missing_images_of_what_one_opens_are_asked_for(client: FlaskClient, library: SmallLibrary) -> None:
    """The indexer draws first what someone looks at; what is drawn is not asked for again."""
    client.get(f"/documents/{library.ids[SLIDES]}")
    client.get(f"/documents/{library.ids[LONG_PAGE]}")
    assert _previews(library).list_requests() == (hashlib.sha256(SLIDES.encode()).hexdigest(),)


def test_a_document_whose_every_page_is_an_image(client: FlaskClient, library: SmallLibrary) -> None:
    """Nothing could be read in it, and it can be looked at all the same."""
    digest = hashlib.sha256(b"%PDF-1.4 affiche").hexdigest()
    _previews(library).write_page(digest, 1, b"affiche", PreviewPage(1000, 1414))
    _previews(library).write_page_count(digest, 1)
    page = read(client.get(f"/documents/{library.ids[SILENT]}").text)
    assert [each.attributes["id"] for each in page.all("article")] == ["page-1"]
    assert page.all("img", width="1000")


def test_a_text_shows_its_first_page_and_a_video_its_poster(client: FlaskClient, library: SmallLibrary) -> None:
    """A document without pages has its cover, a video the image that stands before it is played."""
    for content in (b"# <script>alert(1)</script>", VIDEO_BYTES):
        digest = hashlib.sha256(content).hexdigest()
        _previews(library).write_page(digest, 1, b"image", PreviewPage(1000, 562))
        _previews(library).write_page_count(digest, 1)
    page = read(client.get(f"/documents/{library.ids[MARKUP]}").text)
    assert len(page.all("img", alt="La première page, en image")) == 1
    video = read(client.get(f"/documents/{library.ids[VIDEO]}").text).all("video")[0]
    assert (video.attributes["poster"] or "").startswith(f"/documents/{library.ids[VIDEO]}/pages/1.webp?v=")


def test_lists_show_thumbnails_where_there_are_some(client: FlaskClient, library: SmallLibrary) -> None:
    """A card has the picture of its document, or the icon of its format."""
    page = read(client.get("/rendez-vous/2024-11-07-webinaire").text)
    assert [each.attributes["src"] for each in page.all("img", width="160")] == [
        f"/documents/{library.ids[LONG_PAGE]}/vignette?v={DIGEST[:12]}"
    ]
    assert page.all("img", alt="", width="160")
    slides = read(client.get("/rendez-vous/2024-01-25-webinaire").text)
    assert not slides.all("img", width="160")
