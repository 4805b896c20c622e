"""Backups: all that people decided comes back, nothing is overwritten unasked, nothing unsound is trusted."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
import subprocess
import sys
import threading
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from index.catalogue.catalogue import Catalogue
from index.catalogue.documents.writes import Content
from index.catalogue.metadata_layers import Decisions, Description
from index.config.installation import create_installation
from index.config.settings import INDEXER_LOCK_NAME, Settings
from index.config.settings_file import SETTINGS_FILE_NAME, load_settings
from index.generations.live import LiveIndex
from index.generations.rebuild import rebuild_live_index
from index.generations.synchroniser import IndexSynchroniser
from index.model import MEMBERS, Facet, Locator, Passage, Tag, TagSource, Unit
from index.model.library_names import CALENDAR_NAME
from index.ops.backup import ARCHIVE_FORMAT, BackupError, RestoreError, restore_backup, write_backup
from tests.crowded_zips import crowded_zip
from tests.index.generations.test_generations import total

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EVERYONE = frozenset({MEMBERS})

ENDED = 9
"""How a process ends that writes and closes nothing."""

DECIDED = Tag(Facet.THEME, "aller-vers", TagSource.ANIMATOR, "choisi par l’équipe")


def put(catalogue: Catalogue, title: str) -> str:
    """A document that a person has tagged."""
    passages = (Passage(0, Locator(Unit.PAGE, 1), "La CAF reçoit sans rendez-vous."),)
    with catalogue.transaction() as transaction:
        id_ = transaction.documents.create(Content(title.ljust(64, "0"), "pdf", title, passages))
        transaction.descriptions.save_each({id_: Description(title, None, None, ())})
        transaction.decisions.decide([id_], Decisions(choose=(DECIDED,)))
    return id_


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation with its files, and a document that somebody has tagged."""
    folder = tmp_path / "ruche"
    create_installation(folder, site_name='"Ruche du Loiret"')
    (folder / "vocabulaire.yaml").write_text("synonymes:\n  - [bus, caravane]\n", encoding="utf-8")
    loaded = load_settings(folder / SETTINGS_FILE_NAME)
    loaded.data.mkdir()
    (loaded.data / CALENDAR_NAME).write_text("- {date: 2030-01-01, type: webinaire}\n", encoding="utf-8")
    with closing(Catalogue.open(loaded.catalogue_url)) as catalogue:
        put(catalogue, "Fiche")
        rebuild_live_index(loaded.index_folder, catalogue)
    return loaded


def saved(settings: Settings, target: Path) -> Path:
    """A backup of the installation."""
    return write_backup(settings, settings.data.parent / SETTINGS_FILE_NAME, target)


def test_every_decision_comes_back(settings: Settings, tmp_path: Path) -> None:
    """Restored into an empty folder, the documents have their ids and what people chose, and are found again."""
    archive = saved(settings, tmp_path / "sauvegardes")
    restored = restore_backup(archive, tmp_path / "neuve")
    assert restored.totals.documents == 1
    there = load_settings(tmp_path / "neuve" / SETTINGS_FILE_NAME)
    assert there.site_name == "Ruche du Loiret"
    assert there.data == tmp_path / "neuve" / "donnees"
    assert there.vocabulary
    assert "caravane" in there.vocabulary.read_text(encoding="utf-8")
    assert "webinaire" in (there.data / CALENDAR_NAME).read_text(encoding="utf-8")
    with (
        closing(Catalogue.open(settings.catalogue_url)) as before,
        closing(Catalogue.open(there.catalogue_url)) as after,
    ):
        assert after.documents.list_ids() == before.documents.list_ids()
        assert after.documents.find_each(after.documents.list_ids(), EVERYONE) == before.documents.find_each(
            before.documents.list_ids(), EVERYONE
        )
        assert (
            DECIDED
            in after.documents.find_each(after.documents.list_ids(), EVERYONE)[after.documents.list_ids()[0]].tags
        )
        with IndexSynchroniser(there.index_folder, after) as follower:
            follower.synchronise()
    assert total(LiveIndex(there.index_folder), "CAF") == 1


def test_it_is_made_while_others_write(settings: Settings, tmp_path: Path) -> None:
    """A backup during the service's work is the catalogue of one moment, whole."""
    stop = threading.Event()
    written: list[str] = []

    def work() -> None:
        with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
            while not stop.is_set():
                written.append(put(catalogue, f"Fiche {len(written)}"))

    worker = threading.Thread(target=work)
    worker.start()
    try:
        while len(written) < 3:
            assert worker.is_alive()
        archive = saved(settings, tmp_path / "pendant.zip")
    finally:
        stop.set()
        worker.join()
    restored = restore_backup(archive, tmp_path / "neuve")
    assert 4 <= restored.totals.documents <= len(written) + 1
    assert restored.totals.passages == restored.totals.documents


def test_it_is_for_its_owner_alone(settings: Settings, tmp_path: Path) -> None:
    """Settings and accounts are in it: nobody else on the machine reads it; nothing else stays in the folder."""
    archive = saved(settings, tmp_path / "sauvegardes")
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert list(archive.parent.iterdir()) == [archive]
    with pytest.raises(BackupError, match="existe déjà"):
        saved(settings, archive)


def test_a_database_has_its_own_tool(settings: Settings, tmp_path: Path) -> None:
    """For PostgreSQL nothing is half-done: the tool to use is named."""
    elsewhere = settings.model_copy(update={"catalogue": "postgresql+psycopg://ruche:secret@127.0.0.1/ruche"})
    with pytest.raises(BackupError, match="pg_dump") as refused:
        saved(elsewhere, tmp_path / "sauvegarde.zip")
    assert "secret" not in str(refused.value)


def test_there_must_be_something_to_save(settings: Settings, tmp_path: Path) -> None:
    """An installation that has no catalogue yet has nothing to back up; none is made on the way."""
    empty = settings.model_copy(update={"data": tmp_path / "vide"})
    with pytest.raises(BackupError, match="Aucun catalogue"):
        saved(empty, tmp_path / "sauvegarde.zip")
    assert not (tmp_path / "vide").exists()


def test_an_installation_is_not_overwritten_unasked(settings: Settings, tmp_path: Path) -> None:
    """Restoring over an installation is refused, or sets aside what was there; the index of another catalogue goes."""
    archive, folder = saved(settings, tmp_path / "s.zip"), settings.data.parent
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        put(catalogue, "Depuis")
    with pytest.raises(RestoreError, match="existe déjà"):
        restore_backup(archive, folder)
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        assert catalogue.documents.count_all().documents == 2
    restored = restore_backup(archive, folder, replace=True)
    assert restored.totals.documents == 1
    assert not settings.index_folder.exists()
    (former,) = (path for path in restored.moved_aside if path.name.startswith("catalogue.sqlite.avant"))
    with closing(Catalogue.open(f"sqlite:///{former}")) as catalogue:
        assert catalogue.documents.count_all().documents == 2


def test_what_is_set_aside_is_whole(settings: Settings, tmp_path: Path) -> None:
    """A catalogue set aside keeps what was written to it last, though SQLite still has that in its journal alone."""
    archive, folder = saved(settings, tmp_path / "s.zip"), settings.data.parent
    file = settings.data / "catalogue.sqlite"
    killed = "import os, sys; from tests.index.ops.test_backup import put_and_end; put_and_end(sys.argv[1])"
    ended = subprocess.run([sys.executable, "-c", killed, settings.catalogue_url], check=False)  # noqa: S603 - ourselves
    assert (ended.returncode, file.with_name(f"{file.name}-wal").stat().st_size > 0) == (ENDED, True)
    restored = restore_backup(archive, folder, replace=True)
    former = next(
        path for path in restored.moved_aside if path.name.startswith(f"{file.name}.avant") and "-wal" not in path.name
    )
    with closing(Catalogue.open(f"sqlite:///{former}")) as catalogue:
        assert catalogue.documents.count_all().documents == 2


def put_and_end(url: str) -> None:
    """Write a document, and end as a crash does: SQLite merges no journal."""
    put(Catalogue.open(url), "Depuis")
    os._exit(ENDED)


@pytest.mark.parametrize("failing", range(4))
def test_a_restoration_that_fails_changes_nothing(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """A disk that refuses halfway: one sentence says so, and what was there is there again, its index too."""
    archive, folder = saved(settings, tmp_path / "s.zip"), settings.data.parent
    before = held(folder)
    moves: list[Path] = []

    def move(source: Path, destination: Path) -> None:
        moves.append(destination)
        if len(moves) > failing:
            destination.write_bytes(source.read_bytes()[:10])
            raise OSError(errno.ENOSPC, "plein")
        source.rename(destination)

    monkeypatch.setattr("index.ops.backup.shutil.move", move)
    with pytest.raises(RestoreError, match="y est encore"):
        restore_backup(archive, folder, replace=True)
    assert len(moves) == failing + 1
    assert held(folder) == before


def test_a_folder_that_refuses_is_told(settings: Settings, tmp_path: Path) -> None:
    """Restoring where a file stands in the way is one sentence, no traceback."""
    archive = saved(settings, tmp_path / "s.zip")
    (tmp_path / "fichier").touch()
    with pytest.raises(RestoreError, match="Vérifiez la place et les droits"):
        restore_backup(archive, tmp_path / "fichier" / "ruche")


def test_what_is_restored_is_for_its_owner_alone(settings: Settings, tmp_path: Path) -> None:
    """Settings and accounts are no more readable restored than they were in the archive."""
    restore_backup(saved(settings, tmp_path / "s.zip"), tmp_path / "neuve")
    there = load_settings(tmp_path / "neuve" / SETTINGS_FILE_NAME)
    for path in (tmp_path / "neuve" / SETTINGS_FILE_NAME, there.data / "catalogue.sqlite"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_backup_of_an_earlier_version_is_restored(settings: Settings, tmp_path: Path) -> None:
    """The first format, which had no calendar, is restored still."""
    (settings.data / CALENDAR_NAME).unlink()
    archive = rewritten(saved(settings, tmp_path / "s.zip"), tmp_path / "t.zip", in_manifest(format=1))
    assert restore_backup(archive, tmp_path / "neuve").totals.documents == 1


def hostile(settings: Settings, tmp_path: Path, *lines: str) -> Path:
    """A sound backup whose settings are these, its manifest's digests included."""
    archive, text = saved(settings, tmp_path / "s.zip"), "\n".join(lines).encode()

    def change(name: str, content: bytes) -> bytes:
        if name == SETTINGS_FILE_NAME:
            return text
        if name == "manifeste.json":
            said = json.loads(content)
            said["files"][SETTINGS_FILE_NAME] = hashlib.sha256(text).hexdigest()
            return json.dumps(said).encode()
        return content

    return rewritten(archive, tmp_path / "hostile.zip", change)


@pytest.mark.parametrize(
    "line",
    [
        *['data = "{outside}/donnees"', 'library = "/etc"', 'vocabulary = "{outside}/vocabulaire.yaml"'],
        *['catalogue = "sqlite:///{outside}/c.sqlite"', 'data = "../ailleurs"', 'vocabulary = "lien/v.yaml"'],
        *['vocabulary = "."', 'data = "lien"', 'opensearch_ca = "/etc/hostname"'],
    ],
)
def test_nothing_is_written_outside_the_folder(settings: Settings, tmp_path: Path, line: str) -> None:
    """Whatever the settings of a backup name, only the folder given is written; what lies outside is listed first."""
    outside, folder = tmp_path / "ailleurs", tmp_path / "neuve"
    outside.mkdir()
    folder.mkdir()
    (folder / "lien").symlink_to(outside)
    archive = hostile(settings, tmp_path, line.format(outside=outside))
    with pytest.raises(RestoreError, match="--hors-du-dossier") as refused:
        restore_backup(archive, folder, replace=True)
    assert line.split(" ", maxsplit=1)[0] in str(refused.value) or "catalogue" in str(refused.value)
    assert list(outside.iterdir()) == []
    assert [path.name for path in folder.iterdir()] == ["lien"]


def test_a_path_outside_is_restored_when_asked_for(settings: Settings, tmp_path: Path) -> None:
    """An installation whose data are on another disk comes back there, once somebody has read where."""
    archive = hostile(settings, tmp_path, f'data = "{tmp_path}/ailleurs"')
    restore_backup(archive, tmp_path / "neuve", outside=True)
    assert (tmp_path / "ailleurs" / "catalogue.sqlite").exists()


def test_two_files_are_not_restored_into_one(settings: Settings, tmp_path: Path) -> None:
    """Settings that lay the vocabulary over the catalogue are refused."""
    archive = hostile(settings, tmp_path, 'vocabulary = "donnees/catalogue.sqlite"')
    with pytest.raises(RestoreError, match="même place"):
        restore_backup(archive, tmp_path / "neuve")
    assert list((tmp_path / "neuve").iterdir()) == []


@pytest.mark.parametrize("name", ["/etc/intrus", "../intrus", "a/../../intrus", "CON", "C:\\intrus", "donnees/intrus"])
def test_members_of_other_names_are_refused(settings: Settings, tmp_path: Path, name: str) -> None:
    """Only the four files of a backup are unpacked: no absolute name, no way up, no device, nothing more."""
    archive, content = saved(settings, tmp_path / "s.zip"), b"intrus"
    with zipfile.ZipFile(archive) as packed:
        files = json.loads(packed.read("manifeste.json"))["files"]
    digest = hashlib.sha256(content).hexdigest()
    changed = rewritten(archive, tmp_path / "t.zip", in_manifest(files=files | {name: digest}))
    with zipfile.ZipFile(changed, "a") as packed:
        packed.writestr(name, content)
    with pytest.raises(RestoreError, match="n’est pas une sauvegarde"):
        restore_backup(changed, tmp_path / "neuve")
    assert list((tmp_path / "neuve").iterdir()) == []


def test_a_link_in_an_archive_is_not_followed(settings: Settings, tmp_path: Path) -> None:
    """A member that says that it is a link comes out as a file: nothing is written where it leads."""
    archive, target = saved(settings, tmp_path / "s.zip"), tmp_path / "cible.yaml"
    target.write_text("intact", encoding="utf-8")
    link = zipfile.ZipInfo("evenements.yaml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    content = str(target).encode()
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(tmp_path / "t.zip", "w") as copy:
        for name in source.namelist():
            held = source.read(name)
            if name == "manifeste.json":
                said = json.loads(held)
                said["files"]["evenements.yaml"] = hashlib.sha256(content).hexdigest()
                held = json.dumps(said).encode()
            copy.writestr(*((link, content) if name == "evenements.yaml" else (name, held)))
    restore_backup(tmp_path / "t.zip", tmp_path / "neuve")
    restored = tmp_path / "neuve" / "donnees" / CALENDAR_NAME
    assert not restored.is_symlink()
    assert target.read_text(encoding="utf-8") == "intact"


def held(folder: Path) -> dict[str, bytes]:
    """What a folder holds, locks and what says who had them aside."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in files if path.suffix not in {".lock", ".pid"}}


def test_a_service_at_work_is_not_restored_over(settings: Settings, tmp_path: Path) -> None:
    """While an indexer works on the data, nothing is replaced under it."""
    archive = saved(settings, tmp_path / "s.zip")
    with (
        FileLock(settings.data / INDEXER_LOCK_NAME),
        pytest.raises(RestoreError, match="arrêtez le service"),
    ):
        restore_backup(archive, settings.data.parent, replace=True)
    assert settings.index_folder.exists()


def test_a_foreign_archive_is_counted_before_it_is_read(tmp_path: Path) -> None:
    """A zip that lists a million files is no backup, and is not looked through to find out."""
    (tmp_path / "s.zip").write_bytes(crowded_zip(1_000_000, "manifeste.json"))
    with pytest.raises(RestoreError, match="plus de 10 fichiers"):
        restore_backup(tmp_path / "s.zip", tmp_path / "neuve")


def rewritten(archive: Path, target: Path, change: Callable[[str, bytes], bytes]) -> Path:
    """The same archive with some of its files changed."""
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            copy.writestr(name, change(name, source.read(name)))
    return target


def in_manifest(**said: object) -> Callable[[str, bytes], bytes]:
    """A change of what the manifest says."""
    return lambda name, held: json.dumps(json.loads(held) | said).encode() if name == "manifeste.json" else held


@pytest.mark.parametrize("later", [{"format": ARCHIVE_FORMAT + 1}, {"catalogue": "9999"}])
def test_a_later_version_is_refused(settings: Settings, tmp_path: Path, later: dict[str, object]) -> None:
    """A backup of a later Ruche is not half understood: one is told to install it first."""
    archive = rewritten(saved(settings, tmp_path / "s.zip"), tmp_path / "t.zip", in_manifest(ruche="7.0", **later))
    with pytest.raises(RestoreError, match=r"plus récente de Ruche \(7\.0\)"):
        restore_backup(archive, tmp_path / "neuve")
    assert list((tmp_path / "neuve").iterdir()) == []


@pytest.mark.parametrize("damaged", ["catalogue.sqlite", "ruche.toml", "vocabulaire.yaml", "evenements.yaml"])
def test_a_damaged_backup_is_refused(settings: Settings, tmp_path: Path, damaged: str) -> None:
    """A file that is no more what it was is named, and nothing is restored."""
    archive = rewritten(
        saved(settings, tmp_path / "s.zip"),
        tmp_path / "t.zip",
        lambda name, held: held[:-1] + b"?" if name == damaged else held,
    )
    with pytest.raises(BackupError, match=f"abîmée : {damaged}"):
        restore_backup(archive, tmp_path / "neuve")
    assert list((tmp_path / "neuve").iterdir()) == []


@pytest.mark.parametrize("name", ["catalogue.sqlite", "ruche.toml", "manifeste.json"])
def test_a_flipped_byte_is_told(settings: Settings, tmp_path: Path, name: str) -> None:
    """Wherever a disk has changed a byte of what is packed, one sentence says that the backup is damaged."""
    archive = saved(settings, tmp_path / "s.zip")
    with zipfile.ZipFile(archive) as packed:
        packing = packed.getinfo(name)
    sound = archive.read_bytes()
    extra = int.from_bytes(sound[packing.header_offset + 28 : packing.header_offset + 30], "little")
    start = packing.header_offset + 30 + len(name) + extra
    for place in (start, start + packing.compress_size // 2):
        flipped = tmp_path / f"{place}.zip"
        flipped.write_bytes(sound[:place] + bytes([sound[place] ^ 0xFF]) + sound[place + 1 :])
        with pytest.raises((BackupError, RestoreError), match=r"abîmée|ne se lit pas"):
            restore_backup(flipped, tmp_path / "neuve")
    assert list((tmp_path / "neuve").iterdir()) == []


def test_what_is_no_backup_is_refused(settings: Settings, tmp_path: Path) -> None:
    """Another file, an archive of something else, one cut short or one that would write elsewhere: one line says so."""
    archive = saved(settings, tmp_path / "s.zip")
    (tmp_path / "court.zip").write_bytes(archive.read_bytes()[:-50])
    (tmp_path / "texte.zip").write_text("bonjour", encoding="utf-8")
    rewritten(archive, tmp_path / "liste.zip", lambda name, held: b"[]" if name == "manifeste.json" else held)
    rewritten(archive, tmp_path / "ailleurs.zip", in_manifest(files={"catalogue.sqlite": "0", "../intrus": "0"}))
    for name in ("court.zip", "texte.zip", "liste.zip", "ailleurs.zip", "absent.zip"):
        with pytest.raises(RestoreError, match="n’est pas une sauvegarde"):
            restore_backup(tmp_path / name, tmp_path / "neuve")
    assert list((tmp_path / "neuve").iterdir()) == []
