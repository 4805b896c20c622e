"""Commands that bring files in: index once, follow the folder."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path  # noqa: TC003 - typer reads it
from typing import TYPE_CHECKING, Annotated

import typer

from index import logs
from index.catalogue import sqlite_file
from index.commands import console, counted, progress_bar, settings_of
from indexer.errors import DeletionsHeldError

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.settings import Settings
    from indexer.indexer import Indexer, Outcome

log = logging.getLogger(__name__)

_STANDBY_SECONDS = 1.0
"""How often an indexer that stands by looks whether its turn has come."""


def index(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="DOSSIER", help="Dossier à indexer, à la place du réglage « library ».")
    ] = None,
) -> None:
    """Compare une fois le dossier et le catalogue, lit ce qui est nouveau, et met l’index à jour."""
    settings = settings_of(context)
    if folder:
        settings = settings.model_copy(update={"library": folder.resolve()})
    index_once(settings)


def index_once(settings: Settings) -> None:
    """Index the library with a progress bar, until every file has settled."""
    # What reads and follows files is loaded by whoever does: the web has no use for it.
    from indexer.workshop import workshop  # noqa: PLC0415

    started = time.monotonic()
    stop = stopped_by_signal()
    with workshop(settings, stop) as indexer:
        outcomes = [_step(indexer)]
        while outcomes[-1].unsettled and not indexer.stop.is_set():
            indexer.stop.wait(settings.settle_seconds)
            outcomes.append(_step(indexer))
        if not indexer.stop.is_set():
            indexer.finish()
    read, failed = sum(each.read for each in outcomes), sum(each.failed for each in outcomes)
    seconds = f"{time.monotonic() - started:.1f}".replace(".", ",")
    console.print(f"{counted(read, 'fichier lu')}, {counted(failed, 'illisible')}, en {seconds} s.")
    if failed:
        console.print("« ruche status » dit lesquels, pourquoi, et que faire.")
    if outcomes[-1].guard:
        raise DeletionsHeldError(outcomes[-1].guard)


def _step(indexer: Indexer) -> Outcome:
    with progress_bar() as bar:
        task = bar.add_task("Indexation", total=None, path="comparaison du dossier et du catalogue")
        return indexer.step(lambda progress: bar.update(task, completed=progress.done, total=progress.total, path=""))


def watch(
    context: typer.Context,
    *,
    companion: Annotated[bool, typer.Option("--companion", hidden=True)] = False,
) -> None:
    """Suit le dossier et tient l’index à jour, jusqu’à l’arrêt (Ctrl-C).

    Si le catalogue est une base PostgreSQL et qu’un autre indexeur y travaille, attend et prend la suite s’il s’arrête.
    """
    from indexer.previewing import previewer  # noqa: PLC0415 - as above
    from indexer.watching import Rhythm  # noqa: PLC0415 - idem
    from indexer.watching import watch as watch_library  # noqa: PLC0415 - idem
    from indexer.workshop import workshop  # noqa: PLC0415 - idem

    settings = settings_of(context)
    logs.set_up(settings.log_format)
    native = settings.watching == "native"
    every = settings.rescan_seconds if native else settings.polling_seconds
    stop = stopped_by_signal()
    if companion:
        # The web process holds our standard input open, and writes nothing: its end, however sudden, closes it.
        _stop_when_told(stop, sys.stdin.fileno())
    # Beside a catalogue in a file, a second indexer is a mistake, which is told.
    wait = _standing_by(stop) if sqlite_file(settings.catalogue_url) is None else None
    with (
        workshop(settings, stop, wait) as indexer,
        previewer(settings, indexer.at_rest) as draws,
        draws.at_work(),
    ):
        watch_library(indexer, Rhythm(settings.settle_seconds, every, native=native))


def _standing_by(stop: threading.Event) -> Callable[[], None]:
    """What an indexer does while another is at work: it says so once, and ends in good order when it is stopped."""
    told = False

    def wait() -> None:
        nonlocal told
        if not told:
            log.info("another indexer is at work: this one stands by, and takes over when the other one ends")
            told = True
        if stop.wait(_STANDBY_SECONDS):
            raise typer.Exit

    return wait


def stopped_by_signal() -> threading.Event:
    """What is set once the system, or Ctrl-C, asks us to end."""
    stop, (told, telling) = threading.Event(), os.pipe()
    for number in (signal.SIGTERM, signal.SIGINT):
        # A handler comes in the midst of anything, of a wait for the event too: setting it there may wait for ever.
        signal.signal(number, lambda *_: os.write(telling, b"."))
    _stop_when_told(stop, told)
    return stop


def _stop_when_told(stop: threading.Event, descriptor: int) -> None:
    """Have the event set as soon as anything comes from a pipe, or its other end is closed."""

    def wait() -> None:
        # The descriptor itself: a buffered read in a daemon thread breaks the interpreter's end.
        os.read(descriptor, 1)
        stop.set()

    threading.Thread(target=wait, daemon=True, name="stop").start()
