"""The command `ruche watch`: follows the library until it is asked to stop."""

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
from index.settings import load_settings
from indexer.previewing import open_previewer
from indexer.watching import ScanIntervals, watch_library
from indexer.workshop import open_indexer

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

_STANDBY_SECONDS = 1.0
"""How often an indexer on standby looks whether the other one has ended."""


def watch(
    context: typer.Context,
    *,
    companion: Annotated[bool, typer.Option("--companion", hidden=True)] = False,
) -> None:
    """Suit le dossier et tient l’index à jour, jusqu’à l’arrêt (Ctrl-C).

    Si le catalogue est une base PostgreSQL et qu’un autre indexeur y travaille, attend et prend la suite s’il s’arrête.
    """
    settings = load_settings(context.obj)
    logs.configure_logging(settings.log_format)
    native = settings.watching == "native"
    every = settings.rescan_seconds if native else settings.polling_seconds
    stop = stop_on_signal()
    if companion:
        # The web process holds our standard input open and writes nothing: its end, however sudden, closes it.
        _stop_when_readable(stop, sys.stdin.fileno())
    # SQLite belongs to one machine: a second indexer there is a mistake, which is reported rather than waited for.
    wait = _create_standby_wait(stop) if sqlite_file(settings.catalogue_url) is None else None
    with (
        open_indexer(settings, stop, wait) as indexer,
        # Page images are drawn from here too, by a thread that works only while the indexer is idle.
        open_previewer(settings, indexer.idle) as page_previewer,
        page_previewer.run_in_thread(),
    ):
        watch_library(indexer, ScanIntervals(settings.settle_seconds, every, native=native))


def _create_standby_wait(stop: threading.Event) -> Callable[[], None]:
    """Make the function that an indexer on standby calls: it logs once, sleeps, and exits when `stop` is set."""
    has_logged = False

    def wait() -> None:
        nonlocal has_logged
        if not has_logged:
            log.info("another indexer is at work: this one stands by, and takes over when the other one ends")
            has_logged = True
        if stop.wait(_STANDBY_SECONDS):
            raise typer.Exit

    return wait


def stop_on_signal() -> threading.Event:
    """Have SIGTERM and SIGINT set the event that is returned."""
    stop, (read_end, write_end) = threading.Event(), os.pipe()
    for number in (signal.SIGTERM, signal.SIGINT):
        # A handler may interrupt anything, even a wait for this event, whose lock is then held: setting it here could
        # block for ever. Writing one byte to a pipe cannot, and a thread reads it.
        signal.signal(number, lambda *_: os.write(write_end, b"."))
    _stop_when_readable(stop, read_end)
    return stop


def _stop_when_readable(stop: threading.Event, descriptor: int) -> None:
    """Set the event as soon as a byte comes from a pipe, or its other end is closed."""

    def wait() -> None:
        # Read from the descriptor: a daemon thread in a buffered read breaks the interpreter's shutdown.
        os.read(descriptor, 1)
        stop.set()

    threading.Thread(target=wait, daemon=True, name="stop").start()
