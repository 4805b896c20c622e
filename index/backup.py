"""A backup: one archive of what cannot be made again, with a manifest of its version and of its files' digests.

It holds the catalogue, and the settings, the vocabulary and the data folder's calendar where there are files of them.
The index is left out: it is built again from the catalogue. So is the secret that signs cookies: another is drawn, and
all that this costs is to sign in again.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from shutil import copyfile, copyfileobj
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING

from index.catalogue import copy_catalogue, sqlite_file
from index.errors import ExplainedError
from index.installation import VOCABULARY_NAME
from index.library_names import CALENDAR_NAME
from index.settings import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from index.settings import Settings

FORMAT = 2
"""Raised when what an archive holds changes so that earlier versions cannot restore it."""

MANIFEST, CATALOGUE, SETTINGS = "manifeste.json", "catalogue.sqlite", FILE_NAME
VOCABULARY, CALENDAR = VOCABULARY_NAME, CALENDAR_NAME

UNSOUND = (KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What reading a damaged archive raises: no file or half of one, a packing or a key that nobody used, a torn stream."""

_SUFFIX = ".zip"
_OWNER_ONLY = 0o600
_BLOCK = 1 << 20


class BackupError(ExplainedError):
    """No backup was made, or the one made is not sound; the message says why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself: the version of Ruche, its catalogue's schema, and the SHA-256 of each file."""

    format: int
    ruche: str
    catalogue: str
    made: str
    files: Mapping[str, str]


def back_up(settings: Settings, config: Path | None, target: Path) -> Path:
    """Write a verified archive of an installation, which may be running; `config` is its settings file, if any.

    `target` is the archive (…zip), or a folder where one is named after the moment; gives where it is. Raises
    BackupError, with nothing left behind.
    """
    catalogue = sqlite_file(settings.catalogue_url)
    if catalogue is None:
        raise BackupError(
            "Le catalogue n’est pas dans un fichier SQLite : sauvegardez sa base avec son propre outil (« pg_dump » "
            "pour PostgreSQL), et copiez les fichiers de réglages et de vocabulaire."
        )
    if not catalogue.exists():
        raise BackupError(f"Aucun catalogue à sauvegarder : {catalogue} n’existe pas.")
    archive = _archive(target)
    partial = archive.with_name(f"{archive.name}.partiel")
    with _told(archive, partial), TemporaryDirectory(dir=archive.parent, prefix=".ruche-") as folder:
        gathered = Path(folder)
        revision = copy_catalogue(catalogue, gathered / CATALOGUE)
        calendar = settings.data / CALENDAR
        for source, name in ((config, SETTINGS), (settings.vocabulary, VOCABULARY), (calendar, CALENDAR)):
            if source and source.exists():
                copyfile(source, gathered / name)
        manifest = _manifest(gathered, revision)
        # Settings and accounts are nobody else's business.
        partial.touch(_OWNER_ONLY)
        _write(partial, gathered, manifest)
        verify(partial, manifest)
        partial.rename(archive)
    return archive


def verify(archive: Path, manifest: Manifest) -> None:
    """Read a whole archive again.

    Raises BackupError when a file is absent, or is not what the manifest says.
    """
    for name, digest in manifest.files.items():
        if not _holds(archive, name, digest):
            raise BackupError(f"La sauvegarde {archive.name} est abîmée : {name} n’y est pas tel qu’il était.")


def _holds(archive: Path, name: str, digest: str) -> bool:
    try:
        with zipfile.ZipFile(archive) as packed, packed.open(name) as file:
            return sha256(file) == digest
    except UNSOUND:
        return False


def sha256(file: IO[bytes]) -> str:
    """The digest of what is left of a file, in hexadecimal."""
    digest = hashlib.sha256()
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _archive(target: Path) -> Path:
    if target.suffix != _SUFFIX:
        target = target / f"ruche-{datetime.now().astimezone():%Y-%m-%d-%H%M%S}{_SUFFIX}"
    if target.exists():
        raise BackupError(f"{target} existe déjà : donnez un autre nom, ou un dossier.")
    return target


@contextmanager
def _told(archive: Path, partial: Path) -> Iterator[None]:
    """What the disk or the database refuses, said in a sentence; nothing half-written stays."""
    try:
        archive.parent.mkdir(parents=True, exist_ok=True)
        yield
    except (OSError, sqlite3.Error) as error:
        raise BackupError(
            f"La sauvegarde {archive} n’a pas pu être écrite ({error}) : vérifiez la place et les droits du dossier."
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def _manifest(gathered: Path, revision: str) -> Manifest:
    digests = {}
    for path in sorted(gathered.iterdir()):
        with path.open("rb") as file:
            digests[path.name] = sha256(file)
    return Manifest(FORMAT, version("ruche"), revision, datetime.now(UTC).isoformat(timespec="seconds"), digests)


def _write(archive: Path, gathered: Path, manifest: Manifest) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=2))
        for name in manifest.files:
            with (gathered / name).open("rb") as source, packed.open(name, "w", force_zip64=True) as target:
                copyfileobj(source, target, _BLOCK)
