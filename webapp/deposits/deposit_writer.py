"""Write deposited files into the library, whole or not at all, and never over another file unless asked to."""

from __future__ import annotations

import errno
import filecmp
import os
import re
import secrets
import shutil
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from index.model import ExplainedError, add_number, clean_name, find_suffix, is_ignored

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator
    from pathlib import Path

# Keys come back from a form: one is checked before it becomes part of a path.
_KEY_PATTERN = re.compile(r"[0-9a-f]{32}")
_WAITING_SECONDS = 86_400
"""How long a file waits for someone to decide about its name."""

_RESERVED_SECONDS = 60
"""How long an empty file may reserve its name: nothing but a moment passes until the content takes its place."""

MAX_WAITING = 50
"""Files of a folder that wait for a decision: each takes the disk of the library, and nobody sees it there."""

_MAX_NUMBERED_NAMES = 1_000


class DepositRefusedError(ExplainedError):
    """A file that cannot be deposited; the message says why and what to do."""


class ConflictPolicy(Enum):
    """What to do when another file already has the name."""

    ASK = "demander"
    NEW_VERSION = "version"
    OTHER_NAME = "autre-nom"


class DepositFate(Enum):
    """What became of a deposited file."""

    KEPT = "depose"
    SAME = "identique"
    WAITING = "en-attente"
    REFUSED = "refuse"


@dataclass(frozen=True, slots=True)
class DepositOutcome:
    """What became of one file: `path` is its place in the library, `held` the key of a file that waits for a choice."""

    name: str
    fate: DepositFate
    message: str
    path: str = ""
    held: str = ""


@dataclass(frozen=True, slots=True)
class DepositTarget:
    """A folder of the library to deposit into, and the suffixes that files may have.

    `announce` is called with a file's path just before it is there. `may_compare` says whether the person may learn
    that the file at a path has the same content: it may be one that waits for others to agree.
    """

    library: Path
    folder: str
    announce: Callable[[str], None]
    on_conflict: ConflictPolicy = ConflictPolicy.ASK
    may_compare: Callable[[str], bool] = field(kw_only=True)
    suffixes: frozenset[str] = field(kw_only=True)

    @property
    def path(self) -> Path:
        """The folder on disk."""
        return self.library / self.folder

    def relative_path(self, name: str) -> str:
        """Return a file's path relative to the library."""
        return str(PurePosixPath(self.folder) / name)


def check_folder(library: Path, folder: str) -> str:
    """Return a folder's path relative to the library, "" for the library itself.

    Raises DepositRefusedError when it is absent, outside, hidden, or a link, which the indexer would not follow.
    """
    parts = PurePosixPath(folder).parts
    root = library.resolve()
    # Refused before the disk is touched.
    if any(part in {"..", "/"} or is_ignored(part) for part in parts):
        raise DepositRefusedError("Ce dossier n’est pas de la bibliothèque : choisissez-en un dans la liste.")
    if not root.is_dir():
        raise DepositRefusedError("La bibliothèque n’est pas accessible : le partage est-il monté ? Réessayez ensuite.")
    if not _is_own_folder(root, parts):
        raise DepositRefusedError("Ce dossier n’existe plus : choisissez-en un autre dans la liste.")
    return "/".join(parts)


def _is_own_folder(root: Path, parts: Iterable[str]) -> bool:
    here = root
    try:
        for part in parts:
            # A share that ignores case would open « Secret » for « secret », and so evade the folder rules.
            if part not in {each.name for each in here.iterdir()}:
                return False
            here /= part
        # A link on the way resolves to another path.
        return here.resolve() == here and here.is_dir()
    except OSError:
        # The name is longer than the file system allows, or a folder may not be listed.
        return False


def create_folder(library: Path, parent: str, name: str) -> str:
    """Create a folder in another unless it is there; return its path. Raises DepositRefusedError."""
    path = str(PurePosixPath(check_folder(library, parent)) / clean_name(name))
    created = library.resolve() / path
    with _translate_os_errors():
        if not created.is_dir():
            created.mkdir(exist_ok=True)
            _share_like_folder(created, 0o7777)
    # What is there already may be a link to a folder: check again.
    return check_folder(library, path)


def deposit_file(target: DepositTarget, name: str, stream: IO[bytes]) -> DepositOutcome:
    """Deposit one file: its name is cleaned, its content written aside, then moved into place in one step."""
    try:
        final_name = clean_name(name)
        _refuse_type(final_name, target.suffixes)
        # Drawn at random, so that two deposits of one name at once do not share a temporary file.
        key = secrets.token_hex(16)
        with _translate_os_errors():
            # Nothing runs regularly in the library's folders: each deposit removes what earlier ones left waiting.
            _delete_stale_files(target)
            _write_temporary(_temporary_path(target, key), stream)
        return _place_file(target, final_name, key)
    except ExplainedError as error:
        return DepositOutcome(name, DepositFate.REFUSED, str(error))


def place_waiting_file(target: DepositTarget, name: str, key: str) -> DepositOutcome:
    """Place a file that waited, as `target.on_conflict` says."""
    try:
        if not _KEY_PATTERN.fullmatch(key) or not _temporary_path(target, key).is_file():
            raise DepositRefusedError("Ce fichier n’attend plus : déposez-le de nouveau.")
        final_name = clean_name(name)
        _refuse_type(final_name, target.suffixes)
        return _place_file(target, final_name, key)
    except ExplainedError as error:
        return DepositOutcome(name, DepositFate.REFUSED, str(error))


def discard_waiting_file(target: DepositTarget, key: str) -> None:
    """Delete a file that waited."""
    if _KEY_PATTERN.fullmatch(key):
        _temporary_path(target, key).unlink(missing_ok=True)


def _delete_stale_files(target: DepositTarget) -> None:
    """Delete the files of a folder that have waited for too long. Raises DepositRefusedError for too many others."""
    waiting = 0
    for path in target.path.glob(".ruche-depot-*.part"):
        # Another deposit may be sweeping the same folder.
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _WAITING_SECONDS:
                path.unlink()
            else:
                waiting += 1
    if waiting >= MAX_WAITING:
        raise DepositRefusedError(
            f"Dans ce dossier, {waiting} fichiers déposés attendent que l’on décide de leur nom : décidez d’eux "
            "d’abord, ou réessayez demain."
        )


def _place_file(target: DepositTarget, name: str, key: str) -> DepositOutcome:
    temporary, final = _temporary_path(target, key), target.path / name
    with _translate_os_errors(temporary):
        # The same content again is no conflict: people send a file twice.
        is_seen = final.is_file() and not final.is_symlink() and target.may_compare(target.relative_path(name))
        if is_seen and _is_abandoned(final):
            final.unlink()
        elif is_seen and filecmp.cmp(temporary, final, shallow=False):
            temporary.unlink()
            message = "Ce fichier est déjà là, identique : rien n’a changé."
            return DepositOutcome(name, DepositFate.SAME, message, target.relative_path(name))
        match target.on_conflict:
            case ConflictPolicy.NEW_VERSION:
                return _replace_file(target, name, temporary)
            case ConflictPolicy.OTHER_NAME:
                return _place_under_free_name(target, name, temporary)
            case ConflictPolicy.ASK:
                # Reserved rather than tested: another deposit may come in between.
                if _reserve_name(final):
                    return _move_into_place(target, name, temporary)
    return DepositOutcome(
        name,
        DepositFate.WAITING,
        "Un fichier de ce nom est déjà dans ce dossier.",
        target.relative_path(name),
        held=key,
    )


def _is_abandoned(final: Path) -> bool:
    """Whether a file is what a deposit leaves that was killed between the reservation of its name and the move."""
    found = final.stat()
    return not found.st_size and time.time() - found.st_mtime > _RESERVED_SECONDS


def _replace_file(target: DepositTarget, name: str, temporary: Path) -> DepositOutcome:
    final = target.path / name
    # A folder or a link is no earlier version of a file.
    if final.is_symlink() or final.is_dir():
        temporary.unlink()
        raise DepositRefusedError(f"« {name} » est ici un dossier ou un lien : choisissez un autre nom.")
    # Announced first: the indexer may describe the file as soon as it is there.
    target.announce(target.relative_path(name))
    temporary.replace(final)
    message = "C’est une nouvelle version : Ruche la lit maintenant."
    return DepositOutcome(name, DepositFate.KEPT, message, target.relative_path(name))


def _place_under_free_name(target: DepositTarget, name: str, temporary: Path) -> DepositOutcome:
    free = (each for each in (name, *(add_number(name, n) for n in range(2, _MAX_NUMBERED_NAMES))))
    # Names are reserved, not merely tested: two deposits may look for one at once.
    free_name = next((each for each in free if _reserve_name(target.path / each)), None)
    if free_name is None:
        temporary.unlink()
        raise DepositRefusedError(f"Trop de fichiers s’appellent « {name} » dans ce dossier : renommez celui-ci.")
    return _move_into_place(target, free_name, temporary)


def _move_into_place(target: DepositTarget, name: str, temporary: Path) -> DepositOutcome:
    """Move a file onto the empty one that reserves its name."""
    final = target.path / name
    with ExitStack() as undo:
        # Whatever fails, the empty file must not stay: it would be indexed.
        undo.callback(final.unlink, missing_ok=True)
        target.announce(target.relative_path(name))
        temporary.replace(final)
        undo.pop_all()
    return DepositOutcome(name, DepositFate.KEPT, "Ruche le lit maintenant.", target.relative_path(name))


def _reserve_name(path: Path) -> bool:
    """Reserve a name by an empty file, so that nobody else can take it; return False when it is taken already."""
    try:
        # O_EXCL makes the test and the creation one step.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except FileExistsError:
        return False
    return True


def _temporary_path(target: DepositTarget, key: str) -> Path:
    # Hidden and `.part`: the indexer ignores such names. In the same folder: a move across disks would be a copy.
    return target.path / f".ruche-depot-{key}.part"


def _write_temporary(path: Path, stream: IO[bytes]) -> None:
    with ExitStack() as undo:
        # An upload that breaks off must leave nothing behind.
        undo.callback(path.unlink, missing_ok=True)
        with path.open("xb") as file:
            shutil.copyfileobj(stream, file, 2**20)
            file.flush()
            # On disk before the move, so that a crash cannot leave an empty file under the final name.
            os.fsync(file.fileno())
        _share_like_folder(path, 0o666)
        # Only now: a stream does not tell its length.
        _refuse_empty(path)
        undo.pop_all()


def _share_like_folder(path: Path, rights: int) -> None:
    """Give what is deposited the rights of its folder, those among `rights`: the library is as its owners made it."""
    # Ruche's own files are closed to others, and the library must not be. Some shares know no such rights.
    with suppress(OSError):
        path.chmod(path.parent.stat().st_mode & rights)


def _refuse_empty(path: Path) -> None:
    if not path.stat().st_size:
        raise DepositRefusedError("Ce fichier est vide : vérifiez-le, puis déposez-le de nouveau.")


def _refuse_type(name: str, suffixes: Container[str]) -> None:
    suffix = find_suffix(name)
    if suffix not in suffixes:
        beginning = f"Les fichiers « {suffix} » ne sont" if suffix else "Les fichiers sans extension ne sont"
        raise DepositRefusedError(
            f"{beginning} pas lus par Ruche : déposez plutôt un PDF, un document Word, PowerPoint, Excel ou "
            "OpenDocument, un texte, une image, une vidéo ou un son."
        )


@contextmanager
def _translate_os_errors(temporary: Path | None = None) -> Iterator[None]:
    """Turn file system errors into DepositRefusedError; `temporary`, where given, is then deleted."""
    try:
        yield
    except OSError as error:
        if temporary:
            temporary.unlink(missing_ok=True)
        raise DepositRefusedError(_explain_os_error(error)) from error


def _explain_os_error(error: OSError) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return "Il n’y a plus de place dans la bibliothèque : libérez-en, puis recommencez."
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return (
            "Ruche n’a pas le droit d’écrire dans ce dossier : demandez-le à l’administrateur, "
            "ou choisissez-en un autre."
        )
    if error.errno in {errno.EEXIST, errno.ENOTDIR}:
        return "Un fichier porte déjà ce nom : choisissez un autre nom de dossier."
    return "La bibliothèque n’a pas accepté ce fichier : réessayez, ou prévenez l’administrateur."
