"""Opens an installation for a command: under the account that owns it, its files closed to all others."""

from __future__ import annotations

import logging
import os
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from index.config import SETTINGS_FILE_NAME, SettingsError, has_settings, load_settings
from index.logs import configure_logging

if TYPE_CHECKING:
    from pathlib import Path

    from index.config import Settings

log = logging.getLogger(__name__)

_OTHERS = 0o077
"""Every right of the group and of the others."""

_CATALOGUE_SUFFIXES = ("", "-wal", "-shm", "-journal", ".migration.lock")


def open_installation(config: Path | None, *, keeps_log: bool = False) -> Settings:
    """Load the settings of a command, and have this process create private files only; return the settings.

    Files that other accounts could read are closed to them, which the log tells; a process that `keeps_log` has its log
    configured first. The library is not touched. Raises SettingsError.
    """
    settings = load_settings(config)
    _check_prepared(config, settings)
    create_private_files(settings.data)
    if keeps_log:
        configure_logging(settings.log_format)
        _close_log()
    if opened := close_files(settings):
        log.warning(
            "other accounts of the machine could read files of the installation: closed to them",
            extra={"paths": opened, "data": str(settings.data)},
        )
    return settings


def _check_prepared(config: Path | None, settings: Settings) -> None:
    """Refuse to make an installation of whatever folder a command is given in. Raises SettingsError."""
    if not settings.data.exists() and not has_settings(config):
        raise SettingsError(
            f"Il n’y a pas de {SETTINGS_FILE_NAME} ici, et rien n’a été créé : « ruche init » prépare une "
            "installation, « ruche --config CHEMIN » en désigne une."
        )


def create_private_files(folder: Path) -> None:
    """Have this process act as `act_as_owner` says, and create files that no other account can read."""
    os.umask(_OTHERS)
    act_as_owner(folder)


def act_as_owner(folder: Path) -> None:
    """Have a process of root act under the account that owns a folder, or its nearest parent if it is absent.

    A command run by root would otherwise leave files that the service, which owns the folder, cannot read.
    """
    if os.name != "posix":
        return
    while not folder.exists():
        folder = folder.parent
    owner = folder.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        # The group first: without root's rights it can no longer be changed.
        os.setgroups(_list_groups(owner.st_uid, owner.st_gid))
        os.setgid(owner.st_gid)
        os.setuid(owner.st_uid)


def close_files(settings: Settings) -> int:
    """Take every right of other accounts on the installation's files away; return how many paths were open to them."""
    if os.name != "posix":
        return 0
    beside = _list_catalogue_files(settings.catalogue) if settings.catalogue else []
    inside = sorted(settings.data.iterdir()) if settings.data.is_dir() else []
    return sum(map(_close_path, (settings.data, *inside, *beside)))


def _list_catalogue_files(url: str) -> list[Path]:
    """The files of a catalogue that the settings name; one that they do not name is among those of the data folder."""
    from index.catalogue import sqlite_file  # noqa: PLC0415 - loads all of the catalogue, which is seldom elsewhere

    catalogue = sqlite_file(url)
    return [catalogue.with_name(f"{catalogue.name}{suffix}") for suffix in _CATALOGUE_SUFFIXES] if catalogue else []


def _close_path(path: Path) -> int:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        # Another process of the installation has just deleted it.
        return 0
    if stat.S_ISLNK(mode) or not mode & _OTHERS:
        # What lies in a folder that is closed already is reached by nobody.
        return 0
    try:
        path.chmod(stat.S_IMODE(mode) & ~_OTHERS)
    except OSError as error:
        log.warning("%s stays open to other accounts of the machine: %s", path, error.strerror)
        return 0
    return 1 + (sum(map(_close_path, path.iterdir())) if stat.S_ISDIR(mode) else 0)


def _close_log() -> None:
    """Close the log to other accounts, where standard error goes to a file."""
    # A log may belong to root, who opened it for us.
    with suppress(OSError, ValueError):
        number = sys.stderr.fileno()
        mode = os.fstat(number).st_mode
        if stat.S_ISREG(mode) and mode & _OTHERS:
            os.fchmod(number, stat.S_IMODE(mode) & ~_OTHERS)


def _list_groups(user: int, group: int) -> list[int]:
    import pwd  # noqa: PLC0415 - absent on Windows

    try:
        return os.getgrouplist(pwd.getpwuid(user).pw_name, group)
    except KeyError:
        # An account without a name, as in containers.
        return [group]
