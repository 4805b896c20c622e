"""Writes a backup: one ZIP archive of what cannot be rebuilt, with a manifest of its version and its files' digests.

The archive holds the catalogue, and the settings, the vocabulary and the data folder's calendar where these exist. It
leaves out the index, which is rebuilt from the catalogue, and the secret that signs cookies: a new secret is drawn, and
people sign in again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import zipfile
import zlib
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from shutil import copyfile, copyfileobj
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING

from index.catalogue import HEAD, Catalogue, check_catalogue, copy_catalogue, sqlite_file
from index.config import SETTINGS_FILE_NAME, VOCABULARY_NAME, load_settings
from index.model import CALENDAR_NAME, ExplainedError
from index.ops.indexer_lock import IndexerRunningError, hold_indexer_lock
from index.zip_directory import ZipDirectoryError, open_zip

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from index.catalogue import Totals
    from index.config import Settings

ARCHIVE_FORMAT = 2
"""Increase it when an archive changes so that earlier versions of Ruche cannot restore it."""

MANIFEST, CATALOGUE, SETTINGS = "manifeste.json", "catalogue.sqlite", SETTINGS_FILE_NAME
VOCABULARY, CALENDAR = VOCABULARY_NAME, CALENDAR_NAME

ARCHIVE_ERRORS = (KeyError, EOFError, RuntimeError, zipfile.BadZipFile, ZipDirectoryError, zlib.error)
"""What `zipfile` raises on a damaged archive: a file absent or cut short, an unknown compression, a password."""

_MAX_ENTRIES = 10
"""Files of an archive: twice what a backup has."""

_SUFFIX = ".zip"
_OWNER_ONLY = 0o600
_BLOCK_BYTES = 1 << 20


class BackupError(ExplainedError):
    """No backup was written, or the one written is damaged; the message says why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """An archive's description of itself, written in it as JSON.

    `ruche` is the version that made it, `catalogue` the revision of its schema, `made` the moment in ISO 8601, `files`
    the SHA-256 of each file in hexadecimal.
    """

    format: int
    ruche: str
    catalogue: str
    made: str
    files: Mapping[str, str]


def write_backup(settings: Settings, config: Path | None, target: Path) -> Path:
    """Write and verify an archive of an installation, which may be running; return its path.

    `config` is the installation's settings file, if any. `target` is the archive (`….zip`), or a folder, in which case
    the archive is named after the present moment. Raises BackupError, with nothing left behind.
    """
    catalogue = sqlite_file(settings.catalogue_url)
    if catalogue is None:
        raise BackupError(
            "Le catalogue n’est pas dans un fichier SQLite : sauvegardez sa base avec son propre outil (« pg_dump » "
            "pour PostgreSQL), et copiez les fichiers de réglages et de vocabulaire."
        )
    if not catalogue.exists():
        raise BackupError(f"Aucun catalogue à sauvegarder : {catalogue} n’existe pas.")
    archive = _choose_archive_path(target)
    # Under another name until it is verified: what bears the archive's name can be restored.
    partial = archive.with_name(f"{archive.name}.partiel")
    with _explain_errors(archive, partial), TemporaryDirectory(dir=archive.parent, prefix=".ruche-") as folder:
        staged = Path(folder)
        revision = copy_catalogue(catalogue, staged / CATALOGUE)
        calendar = settings.data / CALENDAR
        for source, name in ((config, SETTINGS), (settings.vocabulary, VOCABULARY), (calendar, CALENDAR)):
            if source and source.exists():
                copyfile(source, staged / name)
        manifest = _build_manifest(staged, revision)
        # Created with its rights before anything is in it: settings and accounts hold secrets.
        partial.touch(_OWNER_ONLY)
        _write_archive(partial, staged, manifest)
        verify_archive(partial, manifest)
        partial.rename(archive)
    return archive


def verify_archive(archive: Path, manifest: Manifest) -> None:
    """Read a whole archive again, and compare each file with its digest.

    Raises BackupError when a file is absent or differs from the manifest.
    """
    for name, digest in manifest.files.items():
        if not _has_intact_file(archive, name, digest):
            raise BackupError(f"La sauvegarde {archive.name} est abîmée : {name} n’y est pas tel qu’il était.")


@contextmanager
def _open_backup(archive: Path) -> Iterator[zipfile.ZipFile]:
    with archive.open("rb") as file, open_zip(file, _MAX_ENTRIES) as packed:
        yield packed


def _has_intact_file(archive: Path, name: str, digest: str) -> bool:
    try:
        with _open_backup(archive) as packed, packed.open(name) as file:
            return hash_file(file) == digest
    except ARCHIVE_ERRORS:
        return False


def hash_file(file: IO[bytes]) -> str:
    """Return the SHA-256 of the rest of an open file, in hexadecimal."""
    digest = hashlib.sha256()
    while block := file.read(_BLOCK_BYTES):
        digest.update(block)
    return digest.hexdigest()


def _choose_archive_path(target: Path) -> Path:
    if target.suffix != _SUFFIX:
        target = target / f"ruche-{datetime.now().astimezone():%Y-%m-%d-%H%M%S}{_SUFFIX}"
    if target.exists():
        raise BackupError(f"{target} existe déjà : donnez un autre nom, ou un dossier.")
    return target


@contextmanager
def _explain_errors(archive: Path, partial: Path) -> Iterator[None]:
    """Create the archive's folder, and turn errors of disk and database into BackupError; remove the partial file."""
    try:
        archive.parent.mkdir(parents=True, exist_ok=True)
        yield
    except (OSError, sqlite3.Error) as error:
        raise BackupError(
            f"La sauvegarde {archive} n’a pas pu être écrite ({error}) : vérifiez la place et les droits du dossier."
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def _build_manifest(staged: Path, revision: str) -> Manifest:
    digests = {}
    for path in sorted(staged.iterdir()):
        with path.open("rb") as file:
            digests[path.name] = hash_file(file)
    return Manifest(
        ARCHIVE_FORMAT, version("ruche"), revision, datetime.now(UTC).isoformat(timespec="seconds"), digests
    )


def _write_archive(archive: Path, staged: Path, manifest: Manifest) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=2))
        for name in manifest.files:
            # A catalogue may be larger than 4 GiB, which `zipfile` must know before it writes.
            with (staged / name).open("rb") as source, packed.open(name, "w", force_zip64=True) as target:
                copyfileobj(source, target, _BLOCK_BYTES)


# SQLite's write-ahead log and its index, beside the database.
_JOURNAL_SUFFIXES = ("-wal", "-shm")

# Of settings and catalogue, as of the archive: all that reads them runs under the account that restores.
_FOLDER_MODE = 0o600


class RestoreError(ExplainedError):
    """The backup was not restored and nothing was changed; the message says why."""


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """What was restored: the catalogue's totals, the library's folder, the paths of the files that were set aside."""

    totals: Totals
    library: Path
    moved_aside: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _UnpackedBackup:
    """A verified backup, unpacked into the folder `files`.

    `settings` are those it will have in the installation's folder, `destinations` the paths by name in the archive.
    """

    files: Path
    settings: Settings
    destinations: dict[str, Path]
    totals: Totals


def restore_backup(archive: Path, folder: Path, *, replace: bool = False, outside: bool = False) -> RestoreResult:
    """Restore a backup into an installation's folder, created if it is absent.

    Existing files make it fail, or with `replace` are set aside under another name. Paths outside the folder, which
    settings may name, make it fail too, unless `outside` allows them. An existing index is deleted, since it belongs to
    another catalogue. Raises RestoreError, or SettingsError for settings that this version refuses.
    """
    # Unpacked in the same folder, so that moving the files into place needs no copy.
    with _explain_disk_errors(folder), TemporaryDirectory(dir=folder, prefix=".ruche-") as beside:
        unpacked = _unpack_archive(archive, folder, Path(beside))
        if not outside:
            _refuse_outside_paths(archive, folder, unpacked)
        there = _find_replaced_files(unpacked)
        if there and not replace:
            raise RestoreError(
                f"{next(iter(there))} existe déjà : restaurez dans un dossier vide, ou ajoutez « --remplacer », qui "
                "met de côté ce qui s’y trouve."
            )
        with _hold_lock_or_refuse(unpacked.settings.data):
            _swap_files(unpacked, there)
            # The old index is of no use; if it cannot be deleted, it is listed with what was set aside.
            index = there.pop(unpacked.settings.index_folder, None)
            if index:
                shutil.rmtree(index, ignore_errors=True)
        aside = (*there.values(), *([index] if index and index.exists() else []))
    return RestoreResult(unpacked.totals, unpacked.settings.library, aside)


@contextmanager
def _explain_disk_errors(folder: Path) -> Iterator[None]:
    """Create the folder, and turn errors of the disk into RestoreError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise RestoreError(
            f"La sauvegarde n’a pas pu être restaurée dans {folder} ({error}) : ce qui s’y trouvait y est encore. "
            "Vérifiez la place et les droits de ce dossier et de celui des données, puis recommencez."
        ) from error


def _unpack_archive(archive: Path, folder: Path, beside: Path) -> _UnpackedBackup:
    manifest = _read_manifest(archive)
    verify_archive(archive, manifest)
    with _open_backup(archive) as packed:
        for name in manifest.files:
            packed.extract(name, beside)
    for name in manifest.files.keys() & {CATALOGUE, SETTINGS}:
        (beside / name).chmod(_FOLDER_MODE)
    # An installation with its settings in the environment alone has no file.
    file = beside / SETTINGS if SETTINGS in manifest.files else None
    settings = load_settings(file or _write_empty_settings(beside), folder.resolve())
    destinations = _choose_destinations(manifest, settings, folder)
    return _UnpackedBackup(beside, settings, destinations, _migrate_catalogue(archive, beside / CATALOGUE))


def _refuse_outside_paths(archive: Path, folder: Path, unpacked: _UnpackedBackup) -> None:
    """Raise RestoreError where a backup would write, or its settings lead, outside the installation's folder."""
    settings = unpacked.settings
    paths = {name: path for name, path in settings if isinstance(path, Path)}
    # Nothing is written into some of these, but the service would read, index or serve what they name.
    paths |= {f"fichier {name}": path for name, path in unpacked.destinations.items()}
    root = folder.resolve()
    # Links are followed: one that lies in the folder may lead out of it. The folder itself is no place for a file.
    if led_out := {name: path for name, path in paths.items() if root not in path.resolve().parents}:
        named = ", ".join(f"{name} = {path}" for name, path in led_out.items())
        raise RestoreError(
            f"Rien n’est restauré : {archive.name} mène hors de {root} ({named}). Si ces chemins sont bien ceux de "
            "l’installation, ajoutez « --hors-du-dossier » ; sinon, cette sauvegarde n’est pas digne de confiance."
        )


def _migrate_catalogue(archive: Path, catalogue: Path) -> Totals:
    """Check and migrate an unpacked catalogue, so that nothing can fail once it is in place; return its totals."""
    try:
        check_catalogue(catalogue)
    except sqlite3.Error as error:
        raise RestoreError(
            f"Le catalogue de {archive.name} est abîmé ({error}) : prenez une autre sauvegarde."
        ) from error
    with closing(Catalogue.open(f"sqlite:///{catalogue}")) as opened:
        return opened.documents.count_all()


def _read_manifest(archive: Path) -> Manifest:
    """Return an archive's manifest. Raises RestoreError where it has none, or this version cannot restore it."""
    try:
        with _open_backup(archive) as packed:
            said = json.loads(packed.read(MANIFEST))
        # Revisions of the schema are numbered with four digits, so they compare as texts.
        later = said["format"] > ARCHIVE_FORMAT or said["catalogue"] > HEAD
        manifest = Manifest(**{name: said[name] for name in Manifest.__slots__})
        # Names that no backup has, such as « ../x »: nothing is unpacked but what is known.
        foreign = manifest.files.keys() - {CATALOGUE, SETTINGS, VOCABULARY, CALENDAR}
    except (*ARCHIVE_ERRORS, OSError, AttributeError, TypeError, ValueError) as error:
        raise RestoreError(f"{archive} n’est pas une sauvegarde de Ruche, ou ne se lit pas ({error}).") from error
    if later:
        raise RestoreError(
            f"{archive.name} vient d’une version plus récente de Ruche ({manifest.ruche}) : installez-la, puis "
            "restaurez de nouveau."
        )
    if foreign or CATALOGUE not in manifest.files:
        raise RestoreError(f"{archive} n’est pas une sauvegarde de Ruche : elle n’a pas les fichiers attendus.")
    return manifest


def _write_empty_settings(beside: Path) -> Path:
    file = beside / "vide.toml"
    file.touch()
    return file


def _choose_destinations(manifest: Manifest, settings: Settings, folder: Path) -> dict[str, Path]:
    catalogue = sqlite_file(settings.catalogue_url)
    if catalogue is None:
        raise RestoreError("Le réglage « catalogue » nomme une base qui n’est pas un fichier SQLite : ôtez-le d’abord.")
    destinations = {CATALOGUE: catalogue}
    if SETTINGS in manifest.files:
        destinations[SETTINGS] = folder / SETTINGS
    if VOCABULARY in manifest.files:
        destinations[VOCABULARY] = settings.vocabulary or folder / VOCABULARY
    if CALENDAR in manifest.files:
        destinations[CALENDAR] = settings.data / CALENDAR
    if len({path.resolve() for path in destinations.values()}) < len(destinations):
        raise RestoreError("Les réglages de la sauvegarde donnent la même place à deux de ses fichiers.")
    return destinations


def _find_replaced_files(unpacked: _UnpackedBackup) -> dict[Path, Path]:
    """Return the existing paths that the backup would replace, each with the path under which it can be set aside."""
    suffix = f".avant-{datetime.now().astimezone():%Y-%m-%d-%H%M%S}"
    catalogue = unpacked.destinations[CATALOGUE]
    names = {path: f"{path.name}{suffix}" for path in (*unpacked.destinations.values(), unpacked.settings.index_folder)}
    # A journal may hold changes that are not in the database file yet, and SQLite looks for it under that file's name.
    names |= {
        catalogue.with_name(f"{catalogue.name}{journal}"): f"{catalogue.name}{suffix}{journal}"
        for journal in _JOURNAL_SUFFIXES
    }
    return {path: path.with_name(name) for path, name in names.items() if path.exists()}


def _swap_files(unpacked: _UnpackedBackup, there: dict[Path, Path]) -> None:
    """Set aside what is there and move the backup into its place; undo all of it if a step fails."""
    # The stack undoes in reverse order; `pop_all` at the end cancels that.
    with ExitStack() as undo:
        for path, aside in there.items():
            path.rename(aside)
            undo.callback(_undo_rename, aside, path)
        for name, destination in unpacked.destinations.items():
            destination.parent.mkdir(parents=True, exist_ok=True)
            # Registered before the move: to another disk a move is a copy, which may stop halfway.
            undo.callback(destination.unlink, missing_ok=True)
            shutil.move(unpacked.files / name, destination)
        undo.pop_all()


def _undo_rename(aside: Path, path: Path) -> None:
    try:
        aside.rename(path)
    except OSError as error:
        raise RestoreError(
            f"La restauration a échoué, et {path} n’a pas pu être remis en place ({error}) : redonnez ce nom à {aside}."
        ) from error


@contextmanager
def _hold_lock_or_refuse(data: Path) -> Iterator[None]:
    try:
        with hold_indexer_lock(data):
            yield
    except IndexerRunningError as error:
        raise RestoreError(f"Ruche travaille sur {data} : arrêtez le service avant de restaurer.") from error
