"""Dossiers: gathered, ordered, annotated, shown by a link and exported, by the rights of whoever reads."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pypdf
import pytest
from docx import Document as WordDocument
from markupsafe import escape
from PIL import Image

from extractors import programs
from extractors.programs import is_installed
from index.accounts.audit import CONSOLE
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group, NewAccount
from index.assistant import Assistant
from index.catalogue.documents.writes import Content
from index.catalogue.dossiers import DossierItemRow
from index.catalogue.quotas import Quota
from index.model.documents import Locator, Passage, Unit
from index.model_service import ModelService
from index.preview_cache import PreviewCache, PreviewPage
from tests.composition import create_app
from tests.model_server import quote_as_json, serve_model, stream_chat
from tests.webapp import own_library
from tests.webapp.accounts import guarded, joined, signed_in
from tests.webapp.small_library import LONG_PAGE, MARKUP, SILENT, SLIDES, VIDEO, Entry, add
from tests.webapp.xpath import page as tree_of
from webapp.server.app_services import services_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from index.catalogue.catalogue import Catalogue
    from tests.webapp.small_library import SmallLibrary

library, app, client, catalogue = own_library.FIXTURES

_FIVE = ((SLIDES, "diapositive-2"), (SLIDES, ""), (LONG_PAGE, "page-2"), (VIDEO, "t-4"), (SILENT, ""))


def _gather(client: FlaskClient, library: SmallLibrary, *places: tuple[str, str], note: str = "") -> str:
    """The address of a new dossier of these places."""
    address = client.post("/dossiers", data={"titre": "Réunion <du> 12 mars"}).location
    for path, place in places:
        form = {"document": library.ids[path], "lieu": place, "dossier": address.split("/")[-1], "note": note}
        assert client.post("/dossiers/ajout", data=form).status_code == 303
    return address


def _titles(client: FlaskClient, address: str) -> list[str]:
    return [each.text_content() for each in tree_of(client.get(address).text).xpath("//main//h2/a")]


def test_a_dossier_shows_places_with_their_text_and_reference(client: FlaskClient, library: SmallLibrary) -> None:
    """A slide, a page, a minute and whole documents, in the order in which they came, each with a link to its place."""
    page = tree_of(client.get(_gather(client, library, *_FIVE, note="À lire\n<b>d’abord</b>")).text)
    links = page.xpath("//main//h2/a/@href")
    slides, long, video = (library.ids[each] for each in (SLIDES, LONG_PAGE, VIDEO))
    assert links[:2] == [f"/documents/{slides}#diapositive-2", f"/documents/{slides}"]
    assert links[2:4] == [f"/documents/{long}#page-2", f"/documents/{video}?t=4#t-4"]
    said = page.xpath("string(//main)")
    for text in ("Trois arrêts par semaine", "Seconde moitié", "À Grigny, un bus", "minute 0:04", "<b>d’abord</b>"):
        assert text in said
    assert "Disponible à l’adresse" in said


def test_items_are_added_once_moved_and_put_back(client: FlaskClient, library: SmallLibrary) -> None:
    """The same place twice is one item; one moves it up and down, takes it out, and changes one's mind."""
    address = _gather(client, library, *_FIVE[:3], _FIVE[0])
    first, second, third = _titles(client, address)
    numbers = tree_of(client.get(address).text).xpath("//li[starts-with(@id, 'element-')]/@id")
    one, two, three = (each.removeprefix("element-") for each in numbers)
    client.post(f"{address}/elements/{three}/place", data={"avant": one})
    assert _titles(client, address) == [third, first, second]
    client.post(f"{address}/elements/{three}/place", data={"avant": ""})
    assert _titles(client, address) == [first, second, third]
    led = client.post(f"{address}/elements/{two}/retrait").location
    assert _titles(client, address) == [first, third]
    (undo,) = tree_of(client.get(led).text).xpath("//div[@role='status']//form/@action")
    client.post(undo)
    assert _titles(client, address) == [first, second, third]
    client.post(f"{address}/suppression")
    assert client.get(address).status_code == 404
    client.post(f"{address}/retablissement")
    assert _titles(client, address) == [first, second, third]


def test_a_minute_is_typed_as_people_write_it(client: FlaskClient, library: SmallLibrary) -> None:
    """« 0:03 » is a place of the recording; what does not read as a minute is told, and nothing is added."""
    address = _gather(client, library)
    form = {"document": library.ids[VIDEO], "dossier": address.split("/")[-1]}
    client.post("/dossiers/ajout", data=form | {"minute": "0:03"})
    assert _titles(client, address) == ["Replay du webinaire, minute 0:03"]
    answer = client.post("/dossiers/ajout", data=form | {"minute": "midi"}, follow_redirects=True)
    assert "ne se lit pas" in answer.text
    assert len(_titles(client, address)) == 1


def test_a_place_is_found_again_after_an_update(
    client: FlaskClient, library: SmallLibrary, catalogue: Catalogue
) -> None:
    """A slide that another one pushed further is followed; one that is gone is said to be, and nothing is dropped."""
    address = _gather(client, library, (SLIDES, "diapositive-2"), (SLIDES, "diapositive-3"))
    slides = (
        ("Pourquoi", "Un intrus"),
        ("Le bus des droits de Grigny", "Trois arrêts par semaine, deux agents, un accueil sans rendez-vous."),
    )
    passages = tuple(
        Passage(place, Locator(Unit.SLIDE, place + 1), text, title)
        for place, (title, text) in enumerate((slides[0], ("Nouvelle", "Une de plus"), slides[1]))
    )
    id_ = library.ids[SLIDES]
    with catalogue.transaction() as transaction:
        transaction.documents.replace_content(id_, Content("a" * 64, "pptx", "Support", passages))
    page = tree_of(client.get(address).text)
    assert page.xpath("//main//h2/a/@href") == [f"/documents/{id_}#diapositive-3"] * 2
    notices = [each.text for each in page.xpath("//p[@class='dossier-notice']")]
    assert notices == [
        "C’était la diapositive 2 quand elle a été ajoutée.",
        "Le contenu de cette diapositive a changé depuis l’ajout.",
    ]


def test_a_deleted_document_is_said_to_be_gone(
    client: FlaskClient, library: SmallLibrary, catalogue: Catalogue
) -> None:
    """It is not dropped: its owner reads that it is gone, with their note; whoever has the link reads it too."""
    address = _gather(client, library, (SILENT, ""), (SLIDES, ""), note="Mon mot")
    link = _share(client, address)
    with catalogue.transaction() as transaction:
        transaction.files.forget(SILENT)
    for where, told in ((address, True), (link, False), (f"{address}/export/md", True)):
        said = client.get(where).text
        assert "n’est plus disponible" in said.replace("\\", ""), where
        assert "Affiche de la plénière" not in said
        assert said.count("Mon mot") >= 1 + told or where.endswith("md")


def _share(client: FlaskClient, address: str) -> str:
    client.post(f"{address}/partage")
    link: str = tree_of(client.get(address).text).xpath("//a[starts-with(@href, '/dossiers/partage/')]/@href")[0]
    return link


@pytest.fixture
def site(library: SmallLibrary) -> Flask:
    """The application with accounts; the webinar's folder is kept for a group."""
    made = create_app(guarded(library))
    made.config["WTF_CSRF_ENABLED"] = False
    rules = services_of(made).catalogue.access.rules
    rules.save_group(Group("grigny", "Grigny"), CONSOLE)
    rules.save_folder_rule(FolderRule("webinaires/2024-01-25 L’aller vers", frozenset({"grigny"})), CONSOLE)
    return made


def test_a_link_shows_each_what_is_theirs_to_see(site: Flask, library: SmallLibrary) -> None:
    """No title, note, number or file of it tells of what a reader may not see; nobody enters the site by it."""
    inside = signed_in(site, joined(site, NewAccount("in@ruche.example", "In", groups=frozenset({"grigny"}))))
    outside = signed_in(site, joined(site, NewAccount("out@ruche.example", "Out")))
    address = _gather(inside, library, (SLIDES, "diapositive-2"), (LONG_PAGE, ""))
    number = re.findall(r"element-(\d+)", inside.get(address).text)[0]
    inside.post(f"{address}/elements/{number}/note", data={"note": "Cachetine"})
    link = _share(inside, address)
    for kind in ("", "/export/md", "/export/docx", "/export/pdf"):
        seen, hidden = (_words(each.get(link + kind).data, kind) for each in (inside, outside))
        assert "bus des droits" in seen, kind
        assert "Cachetine" in seen, kind
        assert "bus des droits" not in hidden, kind
        assert "Cachetine" not in hidden, kind
        assert "expression des besoins" in hidden, kind
    assert "1\u00a0élément" in outside.get(link).text
    assert site.test_client().get(link).status_code == 302
    assert outside.get(address).status_code == 404
    assert outside.post(f"{address}/partage").status_code == 404
    inside.post(f"{address}/partage", data={"geste": "annuler"})
    assert inside.get(link).status_code == 404


def _words(content: bytes, kind: str) -> str:
    if kind.endswith("pdf"):
        text = " ".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(content)).pages)
    elif kind.endswith("docx"):
        text = " ".join(each.text for each in WordDocument(BytesIO(content)).paragraphs)
    else:
        text = content.decode()
    return " ".join(text.split())


def test_a_right_that_is_lost_hides_an_item_from_its_owner(site: Flask, library: SmallLibrary) -> None:
    """What one gathered and may not see any more is as gone: no title, and the words that say so say no more."""
    member = NewAccount("in@ruche.example", "In", groups=frozenset({"grigny"}))
    inside = joined(site, member)
    someone = signed_in(site, inside)
    address = _gather(someone, library, (SLIDES, "diapositive-2"))
    services_of(site).catalogue.access.rules.save_folder_rule(
        FolderRule("webinaires/2024-01-25 L’aller vers", frozenset({"animateurs"})), CONSOLE
    )
    said = someone.get(address).text
    assert "n’est plus disponible" in said
    assert "bus des droits" not in said
    assert "personnes éloignées" not in said


def test_a_browser_keeps_its_dossiers_where_there_are_no_accounts(app: Flask, library: SmallLibrary) -> None:
    """Another browser does not find them, nor change them; with the link it reads them."""
    mine, other = app.test_client(), app.test_client()
    address = _gather(mine, library, *_FIVE[:1])
    assert _titles(mine, address)
    assert other.get(address).status_code == 404
    assert "Réunion" not in other.get("/dossiers").text
    assert _titles(other, _share(mine, address))


def test_bounds_are_told(client: FlaskClient, library: SmallLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long titles and notes are cut; one item too many is refused in words."""
    address = _gather(client, library)
    client.post(address, data={"titre": "x" * 500, "introduction": "y" * 5_000})
    page = tree_of(client.get(address).text)
    assert page.xpath("string(//h1)") == "x" * 120
    assert "y" * 2_000 in client.get(address).text
    assert "y" * 2_001 not in client.get(address).text
    monkeypatch.setattr(DossierItemRow, "quota", Quota("éléments dans ce dossier", 9, "dossier_id", 1))
    form = {"dossier": address.split("/")[-1]}
    client.post("/dossiers/ajout", data=form | {"document": library.ids[SLIDES]})
    answer = client.post("/dossiers/ajout", data=form | {"document": library.ids[SILENT]})
    assert answer.status_code >= 400
    assert "déjà 1 éléments dans ce dossier" in answer.text


@pytest.mark.parametrize("kind", ["docx", "pdf", "md"])
def test_a_file_is_called_as_its_dossier(client: FlaskClient, library: SmallLibrary, kind: str) -> None:
    """Whatever its letters; signs that file systems refuse, or that hide the suffix, are left out."""
    address = _gather(client, library, *_FIVE[:1])
    client.post(address, data={"titre": "L’été : au cœur \U0001f441 \u202efdp."})
    header = client.get(f"{address}/export/{kind}").headers["Content-Disposition"]
    _, _, name = header.partition("filename*=UTF-8''")
    assert unquote(name) == f"L’été   au cœur \U0001f441  fdp.{kind}"


def test_exports_hold_references_links_and_pictures(client: FlaskClient, library: SmallLibrary) -> None:
    """Word has headings, a link to each place and the image of its slide; nothing of a title is read as a sign."""
    _draw(library)
    address = _gather(client, library, *_FIVE, (MARKUP, ""), note="# Note <i>")
    word = client.get(f"{address}/export/docx").data
    opened = WordDocument(BytesIO(word))
    headings = [each.text for each in opened.paragraphs if each.style and each.style.name == "Heading 1"]
    assert headings[0].startswith("1. Aller vers")
    links = {each.url for paragraph in opened.paragraphs for each in paragraph.hyperlinks}
    assert f"http://localhost/documents/{library.ids[SLIDES]}#diapositive-2" in links
    assert any(name.endswith((".jpg", ".jpeg")) for name in zipfile.ZipFile(BytesIO(word)).namelist())
    pdf = pypdf.PdfReader(BytesIO(client.get(f"{address}/export/pdf").data))
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Réunion <du> 12 mars"
    assert sum(len(page.images) for page in pdf.pages) == 1
    targets = [str(each.get_object()["/A"]["/URI"]) for page in pdf.pages for each in page["/Annots"]]  # type: ignore[attr-defined]
    assert f"http://localhost/documents/{library.ids[VIDEO]}?t=4#t-4" in targets
    markdown = client.get(f"{address}/export/md").data.decode()
    assert markdown.startswith("# Réunion \\<du\\> 12 mars\n")
    assert "\\<script\\>" in markdown
    assert "\\# Note \\<i\\>" in markdown
    assert client.get(f"{address}/export/exe").status_code == 404


def test_exports_write_tables_as_tables(client: FlaskClient, library: SmallLibrary, catalogue: Catalogue) -> None:
    """Rows of cells are a table in each file, a long one too, said to go on; no sign between cells is left."""
    rows = ["Public | Lieu", *(f"Familles {number} | Mairie annexe {number}" for number in range(90))]
    words = (Passage(0, Locator(Unit.HEADING, 1), "\n".join(["Permanences", *rows])),)
    entry = Entry("divers/Tableau.md", "markdown", "Tableau", words)
    library.ids[entry.path] = add(catalogue, library.settings.library, entry)
    address = _gather(client, library, (entry.path, words[0].locator.anchor))
    word = WordDocument(BytesIO(client.get(f"{address}/export/docx").data))
    (table,) = word.tables
    shown = [" | ".join(cell.text for cell in row.cells) for row in table.rows]
    # Cut where it is long, between two rows.
    assert shown == rows[: len(shown)]
    assert "[…]" in [each.text for each in word.paragraphs]
    pdf = pypdf.PdfReader(BytesIO(client.get(f"{address}/export/pdf").data))
    said = "\n".join(page.extract_text() for page in pdf.pages)
    assert "Mairie annexe 42" in said
    assert said.count("Public") == len(pdf.pages) > 1
    markdown = client.get(f"{address}/export/md").data.decode()
    assert "> | Public | Lieu |\n> | --- | --- |\n> | Familles 0 | Mairie annexe 0 |" in markdown
    assert all(" | " not in text for text in (said, "\n".join(each.text for each in word.paragraphs)))


def test_exports_join_what_paper_broke(client: FlaskClient, library: SmallLibrary, catalogue: Catalogue) -> None:
    """Lines that a page broke in a sentence are one again; others, and those of slides, stay as they are."""
    broken = "Une première année au\nservice des droits.\nLes faits\nListe :\nun point"
    page, slide = Passage(0, Locator(Unit.PAGE, 1), broken), Passage(0, Locator(Unit.SLIDE, 1), broken)
    for path, kind, passage in (("divers/P.pdf", "pdf", page), ("divers/D.pptx", "pptx", slide)):
        library.ids[path] = add(catalogue, library.settings.library, Entry(path, kind, path, (passage,)))
    address = _gather(client, library, ("divers/P.pdf", "page-1"), ("divers/D.pptx", "diapositive-1"))
    markdown = client.get(f"{address}/export/md").data.decode()
    assert "> Une première année au service des droits.\n>\n> Les faits\n>\n> Liste :\n>\n> un point" in markdown
    assert "> Une première année au\n>\n> service des droits." in markdown


def test_headings_of_an_export_stay_with_what_they_name(client: FlaskClient, library: SmallLibrary) -> None:
    """Neither a title nor its place stands alone at the foot of a page, however the items before it end."""
    _draw(library)
    address = _gather(client, library, *_FIVE)
    word = WordDocument(BytesIO(client.get(f"{address}/export/docx").data))
    places = [each for each in word.paragraphs if each.style and each.style.name == "Subtitle"]
    assert places
    assert all(each.paragraph_format.keep_with_next for each in places)
    for lines in range(30, 42):
        client.post(address, data={"titre": "Dossier", "introduction": "\n".join(["Une ligne"] * lines)})
        pdf = pypdf.PdfReader(BytesIO(client.get(f"{address}/export/pdf").data))
        for page in pdf.pages:
            *_, last, _footer, _number = [each for each in page.extract_text().splitlines() if each.strip()]
            assert not re.match(r"\d\. |Diapositive|Minute", last), (lines, last)


def _draw(library: SmallLibrary) -> None:
    """The image of the second slide, as the indexer would draw it."""
    previews = PreviewCache(library.settings.preview_folder, 10_000_000)
    stream = BytesIO()
    Image.new("RGB", (640, 360), "navy").save(stream, "WEBP")
    digest = _digest(library, SLIDES)
    previews.write_page(digest, 2, stream.getvalue(), PreviewPage(640, 360))
    previews.write_page_count(digest, 3)


def _digest(library: SmallLibrary, path: str) -> str:
    return hashlib.sha256((library.settings.library / path).read_bytes()).hexdigest()


@pytest.mark.skipif(not is_installed(programs.LIBREOFFICE), reason="LibreOffice is not installed")
def test_a_dossier_of_five_opens_in_libreoffice(client: FlaskClient, library: SmallLibrary, tmp_path: Path) -> None:
    """What Ruche writes is a document that an office program reads whole: all five items, their notes and pictures."""
    _draw(library)
    address = _gather(client, library, *_FIVE, note="À dire en réunion")
    written = tmp_path / "dossier.docx"
    written.write_bytes(client.get(f"{address}/export/docx").data)
    profile = f"-env:UserInstallation=file://{tmp_path / 'profil'}"
    command = [
        programs.LIBREOFFICE,
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(written),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=100)  # noqa: S603 - a program of the system, and a file of ours
    pages = pypdf.PdfReader(tmp_path / "dossier.pdf").pages
    said = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert said.count("À dire en réunion") == 5
    assert "Trois arrêts par semaine" in said
    # LibreOffice lists a picture among the resources of each page.
    assert len({image.data for page in pages for image in page.images}) == 1


def test_titles_are_text_wherever_they_are_shown(client: FlaskClient, library: SmallLibrary) -> None:
    """A title that tries to be a script is words, on each page of dossiers."""
    address = _gather(client, library, (MARKUP, ""))
    for where in (address, _share(client, address), f"/dossiers/ajout?document={library.ids[MARKUP]}"):
        assert "<script>alert" not in client.get(where).text
        assert str(escape("<script>alert")) in client.get(where).text


def test_a_dossier_is_summarised_from_its_places(client: FlaskClient, app: Flask, library: SmallLibrary) -> None:
    """A slide, a page and a minute send their own words; a whole document all of its own; notes go to nobody."""
    address = _gather(client, library, *_FIVE[:1], *_FIVE[2:], note="Note personnelle")
    assert client.post(f"{address}/resume").status_code == 404
    with serve_model(stream_chat(quote_as_json((1, "Trois arrêts par semaine, deux agents")))) as service:
        services_of(app).assistant = Assistant(ModelService(service.address, "petit-modele"))
        told = client.post(f"{address}/resume").text
        ((_, _, body),) = service.requests
        services_of(app).assistant = None
    sent = json.loads(json.loads(body)["messages"][1]["content"])
    places = [each["lieu"] for each in sent["passages"]]
    assert places == ["diapositive 2", "page 2", "page 2", "0:04"]
    assert "Note personnelle" not in json.dumps(sent, ensure_ascii=False)
    assert "accueil sans rendez-vous." in told
    assert "Note personnelle" not in told
    assert client.post("/dossiers/inconnu/resume").status_code == 404


@pytest.mark.parametrize(
    "note",
    [
        "Collé d’un autre logiciel\x08\x0b\uffff \u202e inversé 🐝 Ω",
        "sans-espace" * 180,
        "\n".join(["ligne"] * 330),
        "<b>ouvert & jamais fermé",
    ],
    ids=["signs that XML refuses", "one endless word", "many lines", "marks"],
)
def test_no_note_breaks_an_export(client: FlaskClient, library: SmallLibrary, note: str) -> None:
    """What people paste has control characters, no spaces, too many lines: each file is written all the same."""
    address = _gather(client, library, *_FIVE[:2], note=note)
    client.post(address, data={"titre": note, "introduction": note})
    for kind in ("docx", "pdf", "md"):
        answer = client.get(f"{address}/export/{kind}")
        assert answer.status_code == 200, kind
        assert _words(answer.data, f".{kind}").count("Aller vers les personnes") >= 2, kind


def test_a_link_that_was_taken_back_does_not_come_back(client: FlaskClient, library: SmallLibrary) -> None:
    """Sharing again draws another link: whoever kept the former one reads nothing by it."""
    address = _gather(client, library, *_FIVE[:1])
    former = _share(client, address)
    client.post(f"{address}/partage", data={"geste": "annuler"})
    again = _share(client, address)
    assert again != former
    assert (client.get(former).status_code, client.get(again).status_code) == (404, 200)
