"""Deposits: whole or not at all, never over another file unless told to, never out of the library."""

from __future__ import annotations

import filecmp
import io
import os
import stat
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractors.formats import SUFFIXES
from index.accounts.folder_rules import FolderRule
from index.catalogue.library_folders import LibraryFolder
from index.config.settings import Settings
from index.model.documents import ANIMATORS
from index.model.library_names import identify_folder, is_ignored
from indexer.watch.scan import scan_library
from tests.composition import create_app
from tests.crowded_zips import crowded_zip
from tests.webapp.xpath import page as tree_of
from webapp.deposits.deposit_requests import list_suffixes
from webapp.deposits.deposit_writer import (
    MAX_WAITING,
    ConflictPolicy,
    DepositFate,
    DepositTarget,
    check_folder,
    deposit_file,
    place_waiting_file,
)
from webapp.server.app_services import services_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

ADDRESS = "/animation/depot"


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """An empty library beside a file that no deposit may reach."""
    folder = tmp_path / "bibliotheque"
    (folder / "webinaires").mkdir(parents=True)
    (tmp_path / "dehors.txt").write_text("intact", encoding="utf-8")
    return folder


@pytest.fixture
def app(library: Path) -> Flask:
    """The application, without the tokens of forms; a deposit may be of one megabyte."""
    made = create_app(Settings(library=library, data=library.parent / "donnees", deposit_megabytes=1))
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """An animator."""
    return app.test_client()


def _send(client: FlaskClient, *files: tuple[str, bytes], **form: Any) -> TestResponse:
    sent = [(io.BytesIO(content), name) for name, content in files]
    return client.post(ADDRESS, data=form | {"fichiers": sent}, content_type="multipart/form-data")


def _outcomes(client: FlaskClient, *files: tuple[str, bytes], **form: Any) -> list[dict[str, str]]:
    sent = [(io.BytesIO(content), name) for name, content in files]
    answer = client.post(
        ADDRESS,
        data=form | {"fichiers": sent},
        content_type="multipart/form-data",
        headers={"Accept": "application/json"},
    )
    assert answer.status_code == 200
    assert answer.json
    told: list[dict[str, str]] = answer.json["outcomes"]
    return told


def _files(library: Path) -> dict[str, bytes]:
    return {str(path.relative_to(library)): path.read_bytes() for path in library.rglob("*") if path.is_file()}


def _zip(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def test_what_is_taken_is_what_extractors_read(app: Flask) -> None:
    """No file is taken that would never be read, none refused that would."""
    with app.app_context():
        assert list_suffixes() == SUFFIXES


def test_several_files_in_a_new_folder(client: FlaskClient, library: Path) -> None:
    """The names are cleaned, the folder is made, the page says where each went."""
    answer = _send(
        client, ("Où : été.pdf", b"%PDF"), ("notes.txt", b"mots"), dossier="webinaires", nouveau="2026-03 Aller vers ?"
    )
    folder = "webinaires/2026-03 Aller vers -"
    assert _files(library) == {f"{folder}/Où - été.pdf": b"%PDF", f"{folder}/notes.txt": b"mots"}
    page = tree_of(answer.text)
    assert page.xpath("string(//h1)") == "2\u00a0fichiers déposés"
    assert page.xpath("//p[contains(@class, 'deposit-name')]/text()") == [
        f"{folder}/Où - été.pdf",
        f"{folder}/notes.txt",
    ]


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_a_deposit_is_as_open_as_its_folder(client: FlaskClient, library: Path) -> None:
    """Ruche's own files are closed to other accounts; what it deposits has the rights of the folder it lies in."""
    (library / "webinaires").chmod(0o2775)
    before = os.umask(0o077)
    try:
        _send(client, ("fiche.pdf", b"%PDF"), dossier="webinaires", nouveau="2026")
    finally:
        os.umask(before)
    folder = library / "webinaires" / "2026"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2775
    assert stat.S_IMODE((folder / "fiche.pdf").stat().st_mode) == 0o664


def test_a_taken_name_waits_for_a_choice(client: FlaskClient, library: Path) -> None:
    """Nothing is replaced; what waits is invisible to the indexer; then each choice does what it says."""
    (library / "bilan.pdf").write_bytes(b"avant")
    waiting = [_outcomes(client, ("bilan.pdf", content))[0] for content in (b"un", b"deux", b"trois")]
    assert {each["fate"] for each in waiting} == {DepositFate.WAITING.value}
    assert set(scan_library(library).files) == {"bilan.pdf"}
    for each, choice in zip(waiting, ("version", "autre-nom", "abandonner"), strict=True):
        form = {"emplacement": each["path"], "attente": each["held"], "doublon": choice}
        assert client.post(f"{ADDRESS}/choix", data=form).status_code == 200
    assert _files(library) == {"bilan.pdf": b"un", "bilan (2).pdf": b"deux"}


def test_the_page_of_a_taken_name_offers_the_choices(client: FlaskClient, library: Path) -> None:
    """Without JavaScript too: three buttons, and what was ticked goes with them."""
    (library / "bilan.pdf").write_bytes(b"avant")
    page = tree_of(_send(client, ("bilan.pdf", b"apres"), theme=["rh", "rdv"]).text)
    form = page.forms[-1]
    assert form.xpath(".//button/text()") == ["Remplacer par cette version", "Garder les deux", "Abandonner"]
    fields = form.form_values()
    assert [value for name, value in fields if name == "theme"] == ["rh", "rdv"]
    client.post(f"{ADDRESS}/choix", data=dict(fields) | {"doublon": "version"})
    assert _files(library) == {"bilan.pdf": b"apres"}


def test_the_same_content_again_is_said_so(client: FlaskClient, library: Path) -> None:
    """Depositing twice by mistake leaves one file, and no question."""
    _outcomes(client, ("bilan.pdf", b"mots"))
    (again,) = _outcomes(client, ("bilan.pdf", b"mots"))
    assert again["fate"] == DepositFate.SAME.value
    assert _files(library) == {"bilan.pdf": b"mots"}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("virus.exe", b"MZ", "« .exe » ne sont pas lus"),
        ("sans-extension", b"x", "sans extension"),
        ("vide.pdf", b"", "est vide"),
        ("...", b"x", "ne convient pas"),
        (".pdf", b"x", "sans extension"),
    ],
)
def test_what_is_refused_is_told_why(client: FlaskClient, library: Path, name: str, content: bytes, said: str) -> None:
    """With what to do, and nothing is left behind."""
    (outcome,) = _outcomes(client, (name, content))
    assert outcome["fate"] == DepositFate.REFUSED.value
    assert said in outcome["message"]
    assert _files(library) == {}


def test_one_bad_file_does_not_stop_the_others(client: FlaskClient, library: Path) -> None:
    """Each has its own fate."""
    fates = [each["fate"] for each in _outcomes(client, ("a.exe", b"x"), ("b.pdf", b"x"))]
    assert fates == [DepositFate.REFUSED.value, DepositFate.KEPT.value]
    assert set(_files(library)) == {"b.pdf"}


def test_nothing_sent_is_said(client: FlaskClient) -> None:
    """A form without a file is answered in words."""
    assert "Aucun fichier n’est arrivé" in client.post(ADDRESS, data={}).text


@pytest.mark.parametrize("folder", ["..", "../..", "/etc", "webinaires/../..", "absent", ".cache", "lien", "~$x"])
def test_no_folder_leads_out_of_the_library(client: FlaskClient, library: Path, folder: str) -> None:
    """Whatever the form says; links are not followed, as the indexer does not."""
    (library / "lien").symlink_to(library.parent)
    (library / ".cache").mkdir()
    (outcome,) = _outcomes(client, ("bilan.pdf", b"mots"), dossier=folder)
    assert outcome["fate"] == DepositFate.REFUSED.value
    assert sorted(path.name for path in library.parent.iterdir()) == ["bibliotheque", "dehors.txt", "donnees"]
    assert _files(library) == {"lien/dehors.txt": b"intact"} or not any("bilan" in name for name in _files(library))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(
    name=st.one_of(st.text(max_size=80), st.text(alphabet="./\\:~$ \x00aé\n", max_size=20)),
    suffix=st.sampled_from([".pdf", ".txt", "", ".exe", "/.pdf", "\\.txt"]),
    choice=st.sampled_from(ConflictPolicy),
)
def test_nasty_names_stay_in_their_folder(library: Path, name: str, suffix: str, choice: ConflictPolicy) -> None:
    """Any name whatever: either a refusal, or one more file directly in the folder that the indexer sees."""
    outside = set(library.parent.iterdir())
    shelf = DepositTarget(library, "webinaires", lambda _: None, choice, may_compare=lambda _: True, suffixes=SUFFIXES)
    outcome = deposit_file(shelf, f"{name}{suffix}", io.BytesIO(os.urandom(8)))
    assert set(library.parent.iterdir()) == outside
    assert {path.name for path in library.iterdir()} == {"webinaires"}
    if outcome.fate is DepositFate.KEPT:
        assert (library / outcome.path).parent == library / "webinaires"
        assert outcome.path in scan_library(library).files
    elif outcome.fate is DepositFate.REFUSED:
        assert not outcome.path


@pytest.mark.parametrize("key", ["", "..", "0" * 31, "../../dehors", "0" * 32, "g" * 32])
def test_a_key_that_holds_nothing_moves_nothing(library: Path, key: str) -> None:
    """Only a file that waits can be put in its place."""
    outcome = place_waiting_file(
        DepositTarget(
            library, "", lambda _: None, ConflictPolicy.NEW_VERSION, may_compare=lambda _: True, suffixes=SUFFIXES
        ),
        "bilan.pdf",
        key,
    )
    assert outcome.fate is DepositFate.REFUSED
    assert _files(library) == {}


def test_a_folder_or_a_link_is_never_replaced(library: Path) -> None:
    """Even when someone asks for a new version."""
    (library / "bilan.pdf").mkdir()
    (library / "note.txt").symlink_to(library.parent / "dehors.txt")
    shelf = DepositTarget(
        library, "", lambda _: None, ConflictPolicy.NEW_VERSION, may_compare=lambda _: True, suffixes=SUFFIXES
    )
    assert deposit_file(shelf, "bilan.pdf", io.BytesIO(b"x")).fate is DepositFate.REFUSED
    assert deposit_file(shelf, "note.txt", io.BytesIO(b"x")).fate is DepositFate.REFUSED
    assert (library.parent / "dehors.txt").read_text(encoding="utf-8") == "intact"


class _Broken(io.BytesIO):
    """A stream that fails half-way, as a connection does."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Some bytes, then an error."""
        if self.tell():
            raise OSError(5, "Input/output error")
        return super().read(4 if size else size)


def test_half_a_file_is_no_file(library: Path) -> None:
    """A deposit that breaks off leaves nothing, not even aside."""
    outcome = deposit_file(
        DepositTarget(library, "", lambda _: None, may_compare=lambda _: True, suffixes=SUFFIXES),
        "bilan.pdf",
        _Broken(b"des mots"),
    )
    assert outcome.fate is DepositFate.REFUSED
    assert _files(library) == {}


def test_a_name_reserved_is_given_back_when_announcing_fails(library: Path) -> None:
    """The empty file that held the name does not stay."""

    def refuse(_: str) -> None:
        raise OSError(28, "No space left on device")

    outcome = deposit_file(
        DepositTarget(library, "", refuse, may_compare=lambda _: True, suffixes=SUFFIXES),
        "bilan.pdf",
        io.BytesIO(b"mots"),
    )
    assert "plus de place" in outcome.message
    assert _files(library) == {}


def test_what_waits_is_left_out_of_the_index(library: Path) -> None:
    """The name aside is one that the indexer ignores."""
    (library / "bilan.pdf").write_bytes(b"avant")
    deposit_file(
        DepositTarget(library, "", lambda _: None, may_compare=lambda _: True, suffixes=SUFFIXES),
        "bilan.pdf",
        io.BytesIO(b"apres"),
    )
    (aside,) = {path.name for path in library.iterdir() if path.is_file()} - {"bilan.pdf"}
    assert is_ignored(aside)


def test_an_absent_library_is_explained(library: Path) -> None:
    """An unmounted share is not written into."""
    library.rename(library.with_name("ailleurs"))
    client = create_app(Settings(library=library, data=library.parent / "donnees")).test_client()
    client.application.config["WTF_CSRF_ENABLED"] = False
    assert client.get(ADDRESS).status_code == 200
    (outcome,) = _outcomes(client, ("bilan.pdf", b"mots"))
    assert "le partage est-il monté" in outcome["message"]
    assert not library.exists()


def test_a_large_deposit_is_refused_in_words(app: Flask, client: FlaskClient, library: Path) -> None:
    """Beyond the setting; and nothing else on the site takes more than its few kilobytes."""
    assert app.config["DEPOSIT_BYTES"] == 2 * 2**20
    app.config["DEPOSIT_BYTES"] = 2**18
    answer = _send(client, ("video.mp4", b"x" * 2**18))
    assert (answer.status_code, "ne peut pas dépasser 1\u00a0Mo" in answer.text) == (413, True)
    assert _send(client, ("video.mp4", b"x" * 2**17)).status_code == 200
    assert set(_files(library)) == {"video.mp4"}
    assert client.post("/recherches", data={"nom": "x" * 2**17}).status_code == 413


def test_a_large_deposit_passes_with_its_token(library: Path) -> None:
    """The token of the form is read in the large request, not before its limit is raised."""
    client = create_app(Settings(library=library, data=library.parent / "donnees")).test_client()
    token = tree_of(client.get(ADDRESS).text).forms[-1].fields["csrf_token"]
    assert _send(client, ("a.pdf", b"x" * 2**18)).status_code == 400
    assert _send(client, ("a.pdf", b"x" * 2**18), csrf_token=token).status_code == 200


def test_an_archive_becomes_its_files(client: FlaskClient, library: Path) -> None:
    """With their folders, cleaned; systems' leavings are left out, what is not read is said; whole when asked so."""
    archive = _zip(
        **{
            "CR/été.txt": b"a",
            "../../dehors.txt": b"b",
            "__MACOSX/x.txt": b"c",
            "CR/.DS_Store": b"d",
            "virus.exe": b"e",
        }
    )
    outcomes = _outcomes(client, ("lot.zip", archive), dossier="webinaires", deplier="1")
    assert _files(library) == {"webinaires/CR/été.txt": b"a", "webinaires/dehors.txt": b"b"}
    assert [(each["name"], each["fate"]) for each in outcomes] == [
        ("été.txt", "depose"),
        ("dehors.txt", "depose"),
        ("virus.exe", "refuse"),
    ]
    _outcomes(client, ("lot.zip", archive))
    assert _files(library)["lot.zip"] == archive


def test_a_bomb_is_refused(client: FlaskClient, library: Path) -> None:
    """What an archive would become counts, not what it weighs."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bombe.txt", b"0" * 5 * 2**20)
    (outcome,) = _outcomes(client, ("lot.zip", packed.getvalue()), deplier="1")
    assert "dépasse 1 Mo" in outcome["message"]
    assert _files(library) == {}


def test_a_directory_without_end_is_refused(client: FlaskClient, library: Path) -> None:
    """A million names, which took 20 to 48 seconds and half a GiB of the service, are counted before they are read."""
    (outcome,) = _outcomes(client, ("lot.zip", crowded_zip(6_000)), deplier="1")
    assert "plus de 5000 fichiers" in outcome["message"]
    assert _files(library) == {}


@pytest.mark.parametrize("content", [b"PK\x03\x04 n'importe quoi", b"rien d'un zip", _zip()])
def test_a_damaged_or_empty_archive_is_told(client: FlaskClient, content: bytes) -> None:
    """In one sentence."""
    (outcome,) = _outcomes(client, ("lot.zip", content), deplier="1")
    assert outcome["fate"] == DepositFate.REFUSED.value
    assert "archive" in outcome["message"]


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_damaged_file_within_an_archive_is_told(client: FlaskClient, library: Path, compression: int) -> None:
    """What precedes it is kept; of itself nothing is left, not even aside."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        archive.writestr("bon.txt", b"mots")
        archive.writestr("gros.txt", os.urandom(100_000).hex().encode())
    content = bytearray(packed.getvalue())
    content[5_000:6_000] = bytes(1_000)
    outcomes = _outcomes(client, ("lot.zip", bytes(content)), deplier="1")
    assert [each["fate"] for each in outcomes] == [DepositFate.KEPT.value, DepositFate.REFUSED.value]
    assert "refaites-la" in outcomes[1]["message"] or compression == zipfile.ZIP_BZIP2
    assert _files(library) == {"bon.txt": b"mots"}


def test_a_name_that_is_no_text_damages_an_archive(client: FlaskClient, library: Path) -> None:
    """A name said to be UTF-8 that is not."""
    packed = _zip(**{"été.txt": b"a"}).replace("é".encode(), b"\xff\xff")
    (outcome,) = _outcomes(client, ("lot.zip", packed), deplier="1")
    assert "refaites-la" in outcome["message"]
    assert _files(library) == {}


def test_what_waited_for_too_long_is_forgotten(library: Path) -> None:
    """At the next deposit in the same folder; what waits since today still can be put in its place."""
    (library / "bilan.pdf").write_bytes(b"avant")
    shelf = DepositTarget(library, "", lambda _: None, may_compare=lambda _: True, suffixes=SUFFIXES)
    old, new = (deposit_file(shelf, "bilan.pdf", io.BytesIO(content)) for content in (b"un", b"deux"))
    os.utime(library / f".ruche-depot-{old.held}.part", (0, 0))
    deposit_file(shelf, "autre.pdf", io.BytesIO(b"x"))
    assert {path.name for path in library.glob(".*")} == {f".ruche-depot-{new.held}.part"}


def test_only_so_many_files_wait(library: Path) -> None:
    """Files whose names are taken do not fill the disk unseen: beyond a number one is asked to decide first."""
    (library / "bilan.pdf").write_bytes(b"avant")
    shelf = DepositTarget(library, "", lambda _: None, may_compare=lambda _: True, suffixes=SUFFIXES)
    fates = [deposit_file(shelf, "bilan.pdf", io.BytesIO(b"%d" % number)) for number in range(MAX_WAITING + 1)]
    assert [each.fate for each in fates] == [DepositFate.WAITING] * MAX_WAITING + [DepositFate.REFUSED]
    assert "décidez d’eux d’abord" in fates[-1].message
    assert len(list(library.glob(".*"))) == MAX_WAITING


def test_what_waits_stays_of_a_kind_that_is_read(library: Path) -> None:
    """The name that comes back with the choice is checked like the first one."""
    (library / "note.txt").write_bytes(b"avant")
    shelf = DepositTarget(library, "", lambda _: None, may_compare=lambda _: True, suffixes=SUFFIXES)
    waiting = deposit_file(shelf, "note.txt", io.BytesIO(b"MZ"))
    assert ".exe" in place_waiting_file(shelf, "note.exe", waiting.held).message
    assert not (library / "note.exe").exists()


def test_a_file_that_cannot_be_compared_is_explained(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The share may fail while the one already there is read: a sentence, and nothing aside."""

    def fail(*_: object, **__: object) -> bool:
        raise OSError(5, "Input/output error")

    (library / "bilan.pdf").write_bytes(b"avant")
    monkeypatch.setattr(filecmp, "cmp", fail)
    outcome = deposit_file(
        DepositTarget(library, "", lambda _: None, may_compare=lambda _: True, suffixes=SUFFIXES),
        "bilan.pdf",
        io.BytesIO(b"apres"),
    )
    assert outcome.fate is DepositFate.REFUSED
    assert "Input" not in outcome.message
    assert _files(library) == {"bilan.pdf": b"avant"}


def test_a_folder_cannot_have_the_name_of_a_file(client: FlaskClient, library: Path) -> None:
    """The sentence says so."""
    (library / "bilan.txt").write_bytes(b"x")
    (outcome,) = _outcomes(client, ("a.pdf", b"x"), nouveau="bilan.txt")
    assert "porte déjà ce nom" in outcome["message"]


def test_names_of_old_windows_archives_are_read(client: FlaskClient, library: Path) -> None:
    """French Windows writes cp850 without saying so."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("XtX.txt", b"a")
    content = packed.getvalue().replace(b"XtX", "été".encode("cp850"))
    _outcomes(client, ("lot.zip", content), deplier="1")
    assert _files(library) == {"été.txt": b"a"}


def test_folders_known_and_empty_are_offered(client: FlaskClient, library: Path) -> None:
    """Hidden ones are not."""
    (library / ".corbeille").mkdir()
    page = tree_of(client.get(f"{ADDRESS}?dossier=webinaires").text)
    assert page.xpath("//select[@name='dossier']/option/@value") == [".", "webinaires"]
    assert page.xpath("//select[@name='dossier']/option[@selected]/@value") == ["webinaires"]


def test_checked_folders_are_plain_paths(library: Path) -> None:
    """As the catalogue writes them."""
    assert check_folder(library, "webinaires/") == "webinaires"
    assert check_folder(library, "") == check_folder(library, ".") == ""


def test_a_reserved_folder_is_hidden_under_any_spelling(app: Flask, client: FlaskClient, library: Path) -> None:
    """Neither other capitals nor a name that the indexer has not seen yet let a deposit in, or show the folder."""
    catalogue = services_of(app).catalogue
    catalogue.access.rules.save_folder_rule(FolderRule("Confidentiel", frozenset({ANIMATORS})), "")
    secret = library / "Confidentiel"
    secret.mkdir()
    folder = LibraryFolder("Confidentiel", identify_folder(secret), datetime.now(UTC))
    with catalogue.transaction() as transaction:
        transaction.folders.update([folder], (), ())
    for name in ("CONFIDENTIEL", "Confidentiel 2026"):
        secret = secret.rename(library / name)
        (secret / "dessous").mkdir(exist_ok=True)
        assert "onfidentiel" not in client.get(ADDRESS).text.lower()
        for target in ({"dossier": name}, {"dossier": f"{name}/dessous"}, {"dossier": ".", "nouveau": name}):
            (outcome,) = _outcomes(client, ("a.txt", b"texte"), **target)
            assert outcome["fate"] == DepositFate.REFUSED.value
    (outcome,) = _outcomes(client, ("a.txt", b"texte"), dossier=".", nouveau="confidentiel")
    assert outcome["fate"] == DepositFate.REFUSED.value
    assert [path.name for path in library.rglob("*.txt")] == []
