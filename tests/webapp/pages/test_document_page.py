"""A document's page, its file, its captions."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from index.catalogue.catalogue import Catalogue
from index.catalogue.documents.writes import Content
from index.catalogue.file_records import FileLocation
from index.catalogue.metadata_layers import Description
from index.model.documents import FileStat, Locator, Passage, Unit
from index.query.parser import parse_query
from tests.composition import create_app
from tests.webapp.page_parser import read
from tests.webapp.small_library import (
    CAPTIONS,
    HOSTILE_TEXT,
    HOSTILE_TITLE,
    LONG_PAGE,
    MARKUP,
    SILENT,
    SLIDES,
    VIDEO,
    VIDEO_BYTES,
    build,
)
from webapp.pages.document_parts import build_parts

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from index.catalogue.transaction import Transaction
    from tests.webapp.small_library import SmallLibrary


def move(transaction: Transaction, old: str, new: str) -> None:
    """A file changes its name."""
    place = transaction.files.find(old)
    assert place is not None
    transaction.files.forget(old)
    transaction.files.save(replace(place, path=new))


def test_a_document_is_read_in_order_with_the_words_marked(client: FlaskClient, library: SmallLibrary) -> None:
    """All slides are there, each at its own anchor, found words marked in the text and in the notes."""
    page = read(client.get(f"/documents/{library.ids[SLIDES]}?q=non-recours").text)
    assert [each.attributes["id"] for each in page.all("article")] == [f"diapositive-{number}" for number in (1, 2, 3)]
    assert page.texts("mark") == ["non-recours", "non-recours"]
    assert page.texts("div", class_="notes") == [
        "Notes de l’intervenant Rappeler ici que le non-recours n’est pas un choix."
    ]
    assert page.all("a", href="#diapositive-2")


def test_what_a_sidecar_says_is_read_first(tmp_path: Path) -> None:
    """A description stands under the title, at the address that results give, the words sought marked.

    So are the synonyms of a word that the index, which is late here, does not hold.
    """
    library = build(tmp_path)
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue, catalogue.transaction() as transaction:
        id_ = library.ids[SLIDES]
        transaction.descriptions.save_each(
            {id_: Description("Support", None, None, (), summary="Une maraude du jeudi.")}
        )
    page = read(create_app(library.settings).test_client().get(f"/documents/{id_}?q=maraude").text)
    assert page.texts("p", id="description") == ["Une maraude du jeudi."]
    assert page.texts("mark")[0] == "maraude"


def test_a_document_tells_where_its_tags_come_from(client: FlaskClient, library: SmallLibrary) -> None:
    """Each tag says who put it and why."""
    page = read(client.get(f"/documents/{library.ids[SLIDES]}").text)
    assert "Grigny Territoire, d’après son texte : cité dans le texte" in page.texts("li")


def test_anchors_are_unique(client: FlaskClient, library: SmallLibrary) -> None:
    """A long page cut in two passages keeps one anchor, with all of its text."""
    page = read(client.get(f"/documents/{library.ids[LONG_PAGE]}").text)
    ids = Counter(each.attributes["id"] for each in page.elements if "id" in each.attributes)
    assert not [name for name, times in ids.items() if times > 1]
    assert len(page.all("article", id="page-2")) == 1
    assert page.texts("p", class_="as-written")[1:] == [
        "Première moitié d’une longue page.",
        "Seconde moitié, où l’on parle du RGPD.",
    ]


@pytest.mark.parametrize(
    ("unit", "written", "shown"),
    [
        (Unit.PAGE, "Une longue ligne qui\ncontinue.\nUne autre", "Une longue ligne qui continue.\nUne autre"),
        (Unit.PAGE, "À apporter :\n• le livret\n• un justificatif", "À apporter :\n• le livret\n• un justificatif"),
        (Unit.TIME, "Ce qui est\nDit d’une traite", "Ce qui est Dit d’une traite"),
        (Unit.SLIDE, "un point\nun autre", "un point\nun autre"),
    ],
)
def test_lines_flow_as_people_read_them(unit: Unit, written: str, shown: str) -> None:
    """Line ends that only filled a width go; those of lists and of sentences stay."""
    (part,) = build_parts([Passage(0, Locator(unit, 1), written)], parse_query(""))
    assert "".join(fragment.text for fragment in part.paragraphs[0].text) == shown


def test_the_rest_of_the_event_is_at_hand(client: FlaskClient, library: SmallLibrary) -> None:
    """A deck leads to the replay of the same webinar."""
    page = read(client.get(f"/documents/{library.ids[SLIDES]}").text)
    assert page.all("a", href=f"/documents/{library.ids[VIDEO]}")


def test_a_transcript_plays_its_video(client: FlaskClient, library: SmallLibrary) -> None:
    """Times in a transcript are links that start the video there, with or without JavaScript."""
    page = read(client.get(f"/documents/{library.ids[CAPTIONS]}?t=4", follow_redirects=True).text)
    assert page.all("video")[0].attributes["src"] == f"/documents/{library.ids[VIDEO]}/original#t=4"
    assert page.all("track", kind="captions", srclang="fr", src=f"/documents/{library.ids[VIDEO]}/sous-titres.vtt")
    assert page.all("a", data_second="4", href=f"/documents/{library.ids[VIDEO]}?t=4#t-4")


def test_a_video_is_read_through_its_captions(client: FlaskClient, library: SmallLibrary) -> None:
    """A video's page holds the transcript that accompanies it."""
    page = read(client.get(f"/documents/{library.ids[VIDEO]}?q=quartiers").text)
    assert page.texts("mark") == ["quartiers"]
    assert page.all("article", id="t-4")


def test_a_video_that_browsers_do_not_play_is_only_downloaded(tmp_path: Path) -> None:
    """A player that stays black would look like a breakdown."""
    library = build(tmp_path)
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue, catalogue.transaction() as transaction:
        move(transaction, VIDEO, VIDEO.replace(".mp4", ".avi"))
    page = read(create_app(library.settings).test_client().get(f"/documents/{library.ids[VIDEO]}").text)
    assert not page.all("video")
    assert page.all("article", id="t-4")


@pytest.mark.parametrize("second", ["-1", "abc", "1e9", "9" * 5_000, "²"])
def test_a_start_that_is_no_number_is_the_beginning(client: FlaskClient, library: SmallLibrary, second: str) -> None:
    """An address cut short still plays the video."""
    answer = client.get(f"/documents/{library.ids[VIDEO]}", query_string={"t": second})
    assert answer.status_code == 200


def test_a_document_without_text_says_so(client: FlaskClient, library: SmallLibrary) -> None:
    """Nothing to read: the page says why and offers the file; what the extractor warned of is shown."""
    page = read(client.get(f"/documents/{library.ids[SILENT]}").text)
    assert "Ce document n’a pas de texte" in page.texts("h2")
    assert page.texts("p", class_="notice") == ["À savoir : Une image n’a pas pu être lue."]


def test_a_wrong_extension_is_told_as_long_as_it_is_wrong(tmp_path: Path) -> None:
    """It is said of the name that the file has now: who renames it, as the page suggests, reads it no more."""
    library = build(tmp_path)
    wrong = SILENT.replace(".pdf", ".docx")
    told = "À savoir : L’extension « .docx » ne correspond pas au contenu, qui est un PDF."
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue:
        for old, new, shown in ((SILENT, wrong, [told]), (wrong, SILENT, [])):
            with catalogue.transaction() as transaction:
                move(transaction, old, new)
            client = create_app(library.settings).test_client()
            page = read(client.get(f"/documents/{library.ids[SILENT]}").text)
            assert page.texts("p", class_="notice")[:-1] == shown


def test_markup_in_a_document_is_shown_as_text(client: FlaskClient, library: SmallLibrary) -> None:
    """Titles, texts and file names that hold markup are read, never run."""
    html = client.get(f"/documents/{library.ids[MARKUP]}?q=non-recours").text
    page = read(html)
    assert HOSTILE_TITLE in page.texts("h1")
    assert HOSTILE_TEXT in page.texts("p")
    assert MARKUP in page.texts("dd")
    assert "<img src=x" not in html
    assert "<script>alert" not in html


@pytest.mark.parametrize("address", ["/documents/inconnu", "/documents/%00", "/documents/inconnu/original"])
def test_an_unknown_document_is_not_found(client: FlaskClient, address: str) -> None:
    """An id that names nothing gives a page that says what to do."""
    answer = client.get(address)
    assert answer.status_code == 404
    assert "Page introuvable" in answer.text


def test_an_original_is_downloaded_under_its_own_name(client: FlaskClient, library: SmallLibrary) -> None:
    """Accents and guillemets survive in the name; the browser is told to save, not to show."""
    answer = client.get(f"/documents/{library.ids[SLIDES]}/original")
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert unquote(disposition).endswith("UTF-8''Support « aller vers ».pptx")


def test_a_name_with_a_line_break_is_downloaded_too(tmp_path: Path) -> None:
    """Linux allows it in a name, headers do not."""
    library = build(tmp_path)
    odd = "divers/ligne\nrompue.pptx"
    (library.settings.library / SLIDES).rename(library.settings.library / odd)
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue, catalogue.transaction() as transaction:
        move(transaction, SLIDES, odd)
    client = create_app(library.settings).test_client()
    with client.get(f"/documents/{library.ids[SLIDES]}/original", buffered=True) as answer:
        assert answer.headers["Content-Disposition"] == "attachment; filename=ligne_rompue.pptx"


def test_markup_files_never_open_in_the_browser(client: FlaskClient, library: SmallLibrary) -> None:
    """A file that holds a script is saved as bytes, and sandboxed should anyone open it."""
    answer = client.get(f"/documents/{library.ids[MARKUP]}/original")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.content_type == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_video_is_sent_in_parts(client: FlaskClient, library: SmallLibrary) -> None:
    """Moving in a video asks for a part of it, and only that part is sent."""
    answer = client.get(f"/documents/{library.ids[VIDEO]}/original", headers={"Range": "bytes=10-19"})
    assert (answer.status_code, answer.data) == (206, VIDEO_BYTES[10:20])
    assert answer.headers["Content-Range"] == f"bytes 10-19/{len(VIDEO_BYTES)}"
    assert answer.content_type == "video/mp4"
    assert not answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=-5", 206, slice(-5, None)),
        ("Bytes = 3-4", 206, slice(3, 5)),
        ("bytes=10-9", 200, slice(None)),
        ("bytes=a-b", 200, slice(None)),
        ("bytes=-", 200, slice(None)),
        ("bytes=", 200, slice(None)),
        ("lignes=1-2", 200, slice(None)),
        ("n’importe quoi", 200, slice(None)),
        ("bytes=0-1,4-5", 200, slice(None)),
        ("bytes=2-3,999999-", 206, slice(2, 4)),
        ("bytes=0-" + ",0-" * 200, 200, slice(None)),
        ("bytes=999999-,888888-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=" + "9" * 30 + "-", 200, slice(None)),
    ],
)
def test_ranges(asked: str, status: int, part: slice | None, client: FlaskClient, library: SmallLibrary) -> None:
    """A range that is none is ignored, several may be answered by all, and none that exists is refused (RFC 9110)."""
    answer = client.get(f"/documents/{library.ids[VIDEO]}/original", headers={"Range": asked})
    assert answer.status_code == status
    if part is None:
        assert answer.headers["Content-Range"] == f"bytes */{len(VIDEO_BYTES)}"
    else:
        assert answer.data == VIDEO_BYTES[part]


def test_a_part_of_headers(client: FlaskClient, library: SmallLibrary) -> None:
    """A range means nothing where the body is not asked for."""
    answer = client.head(f"/documents/{library.ids[VIDEO]}/original", headers={"Range": "bytes=1-2"})
    assert (answer.status_code, answer.content_length) == (200, len(VIDEO_BYTES))


def test_a_part_beyond_the_end_is_refused(client: FlaskClient, library: SmallLibrary) -> None:
    """A range that the file does not have is a 416 with the file's size."""
    answer = client.get(f"/documents/{library.ids[VIDEO]}/original", headers={"Range": "bytes=999999-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(VIDEO_BYTES)}"


def test_an_original_already_held_is_not_sent_again(client: FlaskClient, library: SmallLibrary) -> None:
    """A browser that still has the file is told that it may keep it."""
    address = f"/documents/{library.ids[VIDEO]}/original"
    tag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_a_file_that_has_gone_is_explained(tmp_path: Path) -> None:
    """Between two scans a file may vanish: the page says so, and that the text can still be read."""
    library = build(tmp_path)
    (library.settings.library / SLIDES).unlink()
    answer = create_app(library.settings).test_client().get(f"/documents/{library.ids[SLIDES]}/original")
    assert answer.status_code == 404
    assert "Fichier absent de la bibliothèque" in answer.text


@pytest.mark.parametrize("path", ["../secret.txt", "lien.txt", "/etc/hostname", "divers"])
def test_nothing_outside_the_library_is_served(tmp_path: Path, path: str) -> None:
    """A path with dots, a link that leads out, an absolute path, a folder: none gives a file."""
    library = build(tmp_path)
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (library.settings.library / "lien.txt").symlink_to(tmp_path / "secret.txt")
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue, catalogue.transaction() as transaction:
        id_ = transaction.documents.create(Content("0" * 64, "texte", "Secret", ()))
        transaction.files.save(FileLocation(path, FileStat(6, 0, 0), "0" * 64, id_))
    answer = create_app(library.settings).test_client().get(f"/documents/{id_}/original")
    assert answer.status_code == 404
    assert b"secret" not in answer.data


def test_captions_are_served_as_they_were_dropped(client: FlaskClient, library: SmallLibrary) -> None:
    """A WebVTT file keeps its own timing; a video's captions are those of its companion."""
    answer = client.get(f"/documents/{library.ids[VIDEO]}/sous-titres.vtt")
    assert answer.content_type.startswith("text/vtt")
    assert answer.text.startswith("WEBVTT\n\n00:00.000 -->")


def test_captions_of_another_kind_are_rewritten(tmp_path: Path) -> None:
    """Browsers read WebVTT alone: what was read of the transcript is given to them in it, its markup escaped."""
    library = build(tmp_path)
    (library.settings.library / CAPTIONS).unlink()
    answer = create_app(library.settings).test_client().get(f"/documents/{library.ids[VIDEO]}/sous-titres.vtt")
    assert "00:00:02.000 --> 00:00:04.000\nNous parlons de l’aller vers &amp; du non-recours.\n" in answer.text


def test_only_replays_have_captions(client: FlaskClient, library: SmallLibrary) -> None:
    """A deck has none."""
    assert client.get(f"/documents/{library.ids[SLIDES]}/sous-titres.vtt").status_code == 404


def test_former_versions_are_told(tmp_path: Path) -> None:
    """A document that was replaced says what it was, when, and how large; one that never was says nothing of it."""
    library = build(tmp_path)
    first = read(create_app(library.settings).test_client().get(f"/documents/{library.ids[SLIDES]}").text)
    assert not first.all("table", class_="versions")
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue, catalogue.transaction() as transaction:
        id_, digest = library.ids[SLIDES], "1" * 64
        transaction.documents.replace_content(id_, Content(digest, "pptx", "Nouvelle version", ()))
        transaction.files.save(FileLocation(SLIDES, FileStat(1_240_000, 1, 0), digest, id_))
    page = read(create_app(library.settings).test_client().get(f"/documents/{library.ids[SLIDES]}").text)
    assert page.texts(
        "summary",
    )[-2:] == ["2 versions", "D’où viennent les étiquettes"]
    rows = page.texts("tr")
    assert rows[1].startswith("2 (celle-ci)")
    assert "1,2 Mo" in rows[1]
    assert rows[2].startswith("1 ")


def test_a_document_is_cited(client: FlaskClient, library: SmallLibrary) -> None:
    """Title, nature, event, date, address and the day on which it was read."""
    page = read(client.get(f"/documents/{library.ids[SLIDES]}").text)
    (reference,) = page.texts("blockquote")
    assert reference.startswith(
        "« Aller vers les personnes éloignées de leurs droits » [diaporama]. Webinaire « L’aller vers » du 25 janvier "
        "2024. Communauté apprenante Territoires Zéro Non-Recours. Disponible à l’adresse : "
        f"http://localhost/documents/{library.ids[SLIDES]} (consulté le "
    )
    assert page.all("button", data_copy=page.all("blockquote")[0].text)
