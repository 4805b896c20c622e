"""Restoring a backup: all of it is checked before anything takes its place, and nothing is overwritten unasked."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from index.backup import CATALOGUE, FORMAT, MANIFEST, SETTINGS, VOCABULARY, Manifest, verify
from index.catalogue import HEAD, Catalogue, check_catalogue, sqlite_file
from index.errors import ExplainedError
from index.settings import INDEXER_LOCK, load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.catalogue import Totals
    from index.settings import Settings

_JOURNALS = ("-wal", "-shm")


class RestoreError(ExplainedError):
    """The backup was not restored, nothing having been changed; the message says why."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored: how much the catalogue holds, where the library is expected, what was set aside."""

    totals: Totals
    library: Path
    aside: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Unpacked:
    """A checked backup: its files in a folder, and the settings that it will have where it goes."""

    files: Path
    settings: Settings
    destinations: dict[str, Path]


def restore(archive: Path, folder: Path, *, replace: bool = False) -> Restored:
    """Restore a backup into an installation's folder, made if it is absent.

    What is there already is refused, or with `replace` set aside under another name. The index, if any, goes: it has
    learnt another catalogue. Raises RestoreError, or SettingsError for settings that this version refuses.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix=".ruche-") as beside:
        unpacked = _unpacked(archive, folder, Path(beside))
        there = [path for path in _there(unpacked) if path.exists()]
        if there and not replace:
            raise RestoreError(
                f"{there[0]} existe déjà : restaurez dans un dossier vide, ou ajoutez « --remplacer », qui met de côté "
                "ce qui s’y trouve."
            )
        with _nobody_at_work(unpacked.settings.data):
            aside = _set_aside(there, unpacked.settings.index_folder)
            for name, destination in unpacked.destinations.items():
                destination.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(unpacked.files / name, destination)
    with closing(Catalogue.open(unpacked.settings.catalogue_url)) as catalogue:
        return Restored(catalogue.totals(), unpacked.settings.library, tuple(aside))


def _unpacked(archive: Path, folder: Path, beside: Path) -> _Unpacked:
    manifest = _manifest(archive)
    verify(archive, manifest)
    with zipfile.ZipFile(archive) as packed:
        for name in manifest.files:
            packed.extract(name, beside)
    try:
        check_catalogue(beside / CATALOGUE)
    except sqlite3.Error as error:
        raise RestoreError(
            f"Le catalogue de {archive.name} est abîmé ({error}) : prenez une autre sauvegarde."
        ) from error
    # An installation that has its settings from the environment alone has no file.
    file = beside / SETTINGS if SETTINGS in manifest.files else None
    settings = load(file or _empty(beside), folder.resolve())
    return _Unpacked(beside, settings, _destinations(manifest, settings, folder))


def _manifest(archive: Path) -> Manifest:
    """What an archive says of itself, if this version can restore it."""
    try:
        with zipfile.ZipFile(archive) as packed:
            said = json.loads(packed.read(MANIFEST))
        later = said["format"] > FORMAT or said["catalogue"] > HEAD
        manifest = Manifest(**{name: said[name] for name in Manifest.__slots__})
        foreign = manifest.files.keys() - {CATALOGUE, SETTINGS, VOCABULARY}
    except (OSError, zipfile.BadZipFile, AttributeError, KeyError, TypeError, ValueError) as error:
        raise RestoreError(f"{archive} n’est pas une sauvegarde de Ruche, ou ne se lit pas ({error}).") from error
    if later:
        raise RestoreError(
            f"{archive.name} vient d’une version plus récente de Ruche ({manifest.ruche}) : installez-la, puis "
            "restaurez de nouveau."
        )
    if foreign or CATALOGUE not in manifest.files:
        raise RestoreError(f"{archive} n’est pas une sauvegarde de Ruche : elle n’a pas les fichiers attendus.")
    return manifest


def _empty(beside: Path) -> Path:
    file = beside / "vide.toml"
    file.touch()
    return file


def _destinations(manifest: Manifest, settings: Settings, folder: Path) -> dict[str, Path]:
    catalogue = sqlite_file(settings.catalogue_url)
    if catalogue is None:
        raise RestoreError("Le réglage « catalogue » nomme une base qui n’est pas un fichier SQLite : ôtez-le d’abord.")
    destinations = {CATALOGUE: catalogue}
    if SETTINGS in manifest.files:
        destinations[SETTINGS] = folder / SETTINGS
    if VOCABULARY in manifest.files:
        destinations[VOCABULARY] = settings.vocabulary or folder / VOCABULARY
    return destinations


def _there(unpacked: _Unpacked) -> Iterator[Path]:
    """What a restored backup would replace."""
    yield from unpacked.destinations.values()
    catalogue = unpacked.destinations[CATALOGUE]
    yield from (catalogue.with_name(f"{catalogue.name}{journal}") for journal in _JOURNALS)
    yield unpacked.settings.index_folder


def _set_aside(there: list[Path], index: Path) -> list[Path]:
    """Give what is there another name; gives these names. An index is not worth keeping."""
    moment = f"{datetime.now().astimezone():%Y-%m-%d-%H%M%S}"
    aside = []
    for path in there:
        if path == index:
            shutil.rmtree(path)
        else:
            aside.append(path.rename(path.with_name(f"{path.name}.avant-{moment}")))
    return aside


@contextmanager
def _nobody_at_work(data: Path) -> Iterator[None]:
    data.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(data / INDEXER_LOCK, timeout=0):
            yield
    except Timeout as error:
        raise RestoreError(f"Ruche travaille sur {data} : arrêtez le service avant de restaurer.") from error
