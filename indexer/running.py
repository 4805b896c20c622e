"""The command that follows the folder, until it is told to stop."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from index import logs
from index.catalogue import sqlite_file
from index.settings import load
from indexer.previewing import previewer
from indexer.watching import Rhythm
from indexer.watching import watch as watch_library
from indexer.workshop import workshop

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

_STANDBY_SECONDS = 1.0
"""How often an indexer that stands by looks whether its turn has come."""


def watch(
    context: typer.Context,
    *,
    companion: Annotated[bool, typer.Option("--companion", hidden=True)] = False,
) -> None:
    """Suit le dossier et tient l’index à jour, jusqu’à l’arrêt (Ctrl-C).

    Si le catalogue est une base PostgreSQL et qu’un autre indexeur y travaille, attend et prend la suite s’il s’arrête.
    """
    settings = load(context.obj)
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
