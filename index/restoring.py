"""Restores a backup: the whole archive is checked before any file is replaced, and nothing is overwritten unasked."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from index.backup import (
    ARCHIVE_ERRORS,
    ARCHIVE_FORMAT,
    CALENDAR,
    CATALOGUE,
    MANIFEST,
    SETTINGS,
    VOCABULARY,
    Manifest,
    verify_archive,
)
from index.catalogue import HEAD, Catalogue, check_catalogue, sqlite_file
from index.errors import ExplainedError
from index.settings import load_settings
from index.sole import IndexerRunningError, hold_indexer_lock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.catalogue import Totals
    from index.settings import Settings

# SQLite's write-ahead log and its index, beside the database.
_JOURNAL_SUFFIXES = ("-wal", "-shm")

# Of settings and catalogue, as of the archive: all that reads them runs under the account that restores.
_OWNER_ONLY = 0o600


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


def restore_backup(archive: Path, folder: Path, *, replace: bool = False) -> RestoreResult:
    """Restore a backup into an installation's folder, created if it is absent.

    Existing files make it fail, or with `replace` are set aside under another name. An existing index is deleted, since
    it belongs to another catalogue. Raises RestoreError, or SettingsError for settings that this version refuses.
    """
    # Unpacked in the same folder, so that moving the files into place needs no copy.
    with _explain_disk_errors(folder), TemporaryDirectory(dir=folder, prefix=".ruche-") as beside:
        unpacked = _unpack_archive(archive, folder, Path(beside))
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
    with zipfile.ZipFile(archive) as packed:
        for name in manifest.files:
            packed.extract(name, beside)
    for name in manifest.files.keys() & {CATALOGUE, SETTINGS}:
        (beside / name).chmod(_OWNER_ONLY)
    # An installation with its settings in the environment alone has no file.
    file = beside / SETTINGS if SETTINGS in manifest.files else None
    settings = load_settings(file or _write_empty_settings(beside), folder.resolve())
    destinations = _choose_destinations(manifest, settings, folder)
    return _UnpackedBackup(beside, settings, destinations, _migrate_catalogue(archive, beside / CATALOGUE))


def _migrate_catalogue(archive: Path, catalogue: Path) -> Totals:
    """Check and migrate an unpacked catalogue, so that nothing can fail once it is in place; return its totals."""
    try:
        check_catalogue(catalogue)
    except sqlite3.Error as error:
        raise RestoreError(
            f"Le catalogue de {archive.name} est abîmé ({error}) : prenez une autre sauvegarde."
        ) from error
    with closing(Catalogue.open(f"sqlite:///{catalogue}")) as opened:
        return opened.totals()


def _read_manifest(archive: Path) -> Manifest:
    """Return an archive's manifest. Raises RestoreError where it has none, or this version cannot restore it."""
    try:
        with zipfile.ZipFile(archive) as packed:
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
