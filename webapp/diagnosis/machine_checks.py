"""Checks of the machine: folders, disk, programs, clock, watches of the system. Each gives one finding."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from webapp.diagnosis.check_results import Finding, find_fault, find_fine, find_warning
from webapp.server import format_bytes, format_count

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from index.config import Settings

_LEAST_FREE_BYTES = 2**30
"""Below this, a large file or a rebuild may fill the disk."""

_EASY_FREE_BYTES = 5 * 2**30
_MOST_WAIT_SECONDS = 5.0
_WATCH_LIMIT = Path("/proc/sys/fs/inotify/max_user_watches")

_PROGRAMS = {
    "soffice": (
        "LibreOffice",
        "les pages sont dessinées, et les fichiers Office d’avant 2007 lus",
        "les documents Office n’ont pas d’images de pages, et ceux d’avant 2007 ne sont pas tous lus",
        "apt install libreoffice-impress libreoffice-writer libreoffice-calc",
    ),
    "tesseract": (
        "Tesseract",
        "les pages numérisées sont lues",
        "les pages numérisées n’ont pas de texte",
        "apt install tesseract-ocr tesseract-ocr-fra",
    ),
}


def check_machine(settings: Settings, programs: Collection[str], unwatched: int) -> Iterator[Finding]:
    """Check what the machine offers.

    `programs` are the names of the installed ones that files are read and drawn with; `unwatched` is the number of
    folders for which the system gives no events.
    """
    yield _check_library(settings.library)
    yield _check_data(settings.data)
    yield _check_room(settings.data)
    yield _check_web_processes(settings.web_processes)
    for name, (label, use, want, command) in _PROGRAMS.items():
        if name in programs:
            yield find_fine(label, f"Installé\u00a0: {use}.")
        else:
            yield find_warning(label, f"Absent\u00a0: {want}.", f"{command}\u00a0; Ruche le voit sans redémarrer.")
    yield _check_clock()
    if settings.watching == "native":
        yield _check_watches(unwatched)


def _check_library(folder: Path) -> Finding:
    subject = "Bibliothèque"
    # A share whose server is gone raises where a folder that is absent does not.
    try:
        is_folder = folder.is_dir()
    except OSError as error:
        return find_fault(subject, f"{folder} ne s’ouvre pas ({error.strerror}).", "Vérifiez que le partage est monté.")
    if not is_folder:
        return find_fault(
            subject,
            f"{folder} n’existe pas, ou n’est pas un dossier.",
            "Montez le partage, créez le dossier, ou corrigez le réglage «\u00a0library\u00a0».",
        )
    if not os.access(folder, os.R_OK | os.X_OK):
        return find_fault(
            subject,
            f"{folder} ne peut pas être lu par le compte qui lance Ruche.",
            "Donnez à ce compte le droit de lire le dossier et ce qu’il contient.",
        )
    if not os.access(folder, os.W_OK):
        return find_warning(
            subject,
            f"{folder} se lit, mais ne s’écrit pas\u00a0: les dépôts par la page web seront refusés.",
            "Donnez au compte qui lance Ruche le droit d’écrire dans le dossier, si l’équipe dépose par la page.",
        )
    return find_fine(subject, "Le dossier se lit et s’écrit.")


def _check_data(folder: Path) -> Finding:
    subject = "Données"
    # A folder that is not there yet is created in the nearest one that is.
    nearest = next(each for each in (folder, *folder.parents) if each.exists())
    if not nearest.is_dir() or not os.access(nearest, os.R_OK | os.W_OK | os.X_OK):
        return find_fault(
            subject,
            f"Ruche ne peut pas écrire dans {nearest}.",
            "Donnez ce dossier au compte qui lance Ruche, ou corrigez le réglage «\u00a0data\u00a0».",
        )
    return find_fine(subject, "Le dossier s’écrit." if nearest == folder else f"{folder} sera créé au démarrage.")


def _check_room(folder: Path) -> Finding:
    subject = "Disque"
    nearest = next(each for each in (folder, *folder.parents) if each.exists())
    return judge_room(shutil.disk_usage(nearest).free, subject)


def judge_room(free: int, subject: str = "Disque") -> Finding:
    """Return what so many free bytes on the disk of the data folder allow."""
    left = f"{format_bytes(free)} libres sur le disque des données"
    remedy = "Libérez de la place, ou déplacez le dossier «\u00a0data\u00a0»\u00a0; les sauvegardes vont ailleurs."
    if free < _LEAST_FREE_BYTES:
        return find_fault(subject, f"{left}\u00a0: une reconstruction de l’index peut échouer.", remedy)
    if free < _EASY_FREE_BYTES:
        return find_warning(subject, f"{left}.", remedy)
    return find_fine(subject, f"Plus de {format_bytes(_EASY_FREE_BYTES)} libres sur le disque des données.")


def _check_web_processes(count: int) -> Finding:
    subject = "Processus web"
    # Of those that this process may use, as in a container that is given some.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if count > cores:
        return find_warning(
            subject,
            f"{count} pour {format_count(cores, 'cœur')}\u00a0: ils s’attendent l’un l’autre, chacun prend sa mémoire.",
            f"Donnez au réglage «\u00a0web_processes\u00a0» la valeur {cores} au plus.",
        )
    return find_fine(subject, f"{count} pour {format_count(cores, 'cœur')}.")


def _check_clock() -> Finding:
    subject = "Horloge"
    answer = ""
    # Absent from systems without systemd: nobody to ask there.
    if program := shutil.which("timedatectl"):
        with suppress(OSError, subprocess.SubprocessError):
            answer = subprocess.run(  # noqa: S603 - fixed command
                [program, "show", "--property", "NTPSynchronized", "--value"],
                capture_output=True,
                text=True,
                timeout=_MOST_WAIT_SECONDS,
                check=True,
            ).stdout.strip()
    if answer == "no":
        return find_warning(
            subject,
            "L’horloge de la machine n’est pas réglée par le réseau\u00a0: l’authentification unique et les dates des "
            "dépôts en souffrent dès qu’elle dérive.",
            "timedatectl set-ntp true",
        )
    if answer == "yes":
        return find_fine(subject, "Réglée par le réseau.")
    return find_fine(subject, "Le système ne dit pas si elle est réglée par le réseau.")


def _check_watches(unwatched: int) -> Finding:
    subject = "Suivi du dossier"
    # The indexer has met the limit, or none: how many folders there are says nothing about other programs' watches.
    if unwatched:
        return find_fault(
            subject,
            f"Le système n’annonce pas les changements de {format_count(unwatched, 'dossier')}\u00a0: "
            "ce qu’on y dépose attend la comparaison suivante.",
            "sysctl fs.inotify.max_user_watches=524288, ou le réglage «\u00a0watching = polling\u00a0».",
        )
    limit = ""
    # Linux alone has this file.
    with suppress(OSError):
        limit = _WATCH_LIMIT.read_text(encoding="ascii").strip()
    followed = f"Le système en suit jusqu’à {format_count(int(limit), 'dossier')}." if limit.isdecimal() else ""
    return find_fine(subject, followed or "Par le système.")
