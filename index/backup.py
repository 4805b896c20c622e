"""Writes a backup: one ZIP archive of what cannot be rebuilt, with a manifest of its version and its files' digests.

The archive holds the catalogue, and the settings, the vocabulary and the data folder's calendar where these exist. It
leaves out the index, which is rebuilt from the catalogue, and the secret that signs cookies: a new secret is drawn, and
people sign in again.
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
from index.settings import SETTINGS_FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from index.settings import Settings

ARCHIVE_FORMAT = 2
"""Increase it when an archive changes so that earlier versions of Ruche cannot restore it."""

MANIFEST, CATALOGUE, SETTINGS = "manifeste.json", "catalogue.sqlite", SETTINGS_FILE_NAME
VOCABULARY, CALENDAR = VOCABULARY_NAME, CALENDAR_NAME

ARCHIVE_ERRORS = (KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What `zipfile` raises on a damaged archive: a file absent or cut short, an unknown compression, a password."""

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
        gathered = Path(folder)
        revision = copy_catalogue(catalogue, gathered / CATALOGUE)
        calendar = settings.data / CALENDAR
        for source, name in ((config, SETTINGS), (settings.vocabulary, VOCABULARY), (calendar, CALENDAR)):
            if source and source.exists():
                copyfile(source, gathered / name)
        manifest = _build_manifest(gathered, revision)
        # Created with its rights before anything is in it: settings and accounts hold secrets.
        partial.touch(_OWNER_ONLY)
        _write_archive(partial, gathered, manifest)
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


def _has_intact_file(archive: Path, name: str, digest: str) -> bool:
    try:
        with zipfile.ZipFile(archive) as packed, packed.open(name) as file:
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


def _build_manifest(gathered: Path, revision: str) -> Manifest:
    digests = {}
    for path in sorted(gathered.iterdir()):
        with path.open("rb") as file:
            digests[path.name] = hash_file(file)
    return Manifest(
        ARCHIVE_FORMAT, version("ruche"), revision, datetime.now(UTC).isoformat(timespec="seconds"), digests
    )


def _write_archive(archive: Path, gathered: Path, manifest: Manifest) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=2))
        for name in manifest.files:
            # A catalogue may be larger than 4 GiB, which `zipfile` must know before it writes.
            with (gathered / name).open("rb") as source, packed.open(name, "w", force_zip64=True) as target:
                copyfileobj(source, target, _BLOCK_BYTES)
