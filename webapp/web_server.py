"""A web process: serves the pages and the API, alone with the indexer as its child, or as one of several."""

from __future__ import annotations

import ctypes
import logging
import os
import shutil
import signal
import sys
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import astuple
from functools import partial
from typing import TYPE_CHECKING

from index.accounts import Lifetimes
from index.child_process import call_when_readable
from index.model import ExplainedError
from index.web_processes import join_web_processes
from webapp.app import create_app
from webapp.deposits import count_accepted_bytes
from webapp.server import BodyAdmission, BoundedServer, services_of, usage_counter
from webapp.supervision import CHILD_START_DELAY, ChildProcessSupervisor, format_url, open_socket, stop_on_signals

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from flask import Flask

    from index.catalogue import Catalogue
    from index.config import Settings
    from index.model import DocumentFormat
    from index.web_processes import WebProcess

log = logging.getLogger(__name__)

THREADS = 8
"""Requests answered at once: a search takes milliseconds, and waitress sends files without holding a thread."""

_PURGE_SECONDS = 3_600.0

_M_ARENA_MAX = -8
"""The parameter M_ARENA_MAX of mallopt(3)."""


def serve_alone(
    settings: Settings,
    formats: Mapping[str, DocumentFormat],
    indexer_command: Sequence[str],
    announce: Callable[[str], None],
) -> None:
    """Serve an installation as its only web process, until a signal. Raises AddressUnusableError."""
    app = _open_app(settings, formats)
    try:
        with purge_hourly(services_of(app).catalogue, settings):
            serve_app(app, settings.host, settings.port, indexer_command, announce)
    finally:
        # Counts of the last seconds are written.
        usage_counter(app).close()


def serve_beside_others(
    settings: Settings, formats: Mapping[str, DocumentFormat], process: WebProcess, listening: socket.socket
) -> None:
    """Serve an installation as one web process of several, until a signal or the end of the process that started it."""
    join_web_processes(process)
    app = _open_app(settings, formats)
    orphaned = threading.Event()

    def end_alone() -> None:
        orphaned.set()
        os.kill(os.getpid(), signal.SIGTERM)

    # The supervisor holds our standard input open and writes nothing: its end, however sudden, closes it.
    call_when_readable(sys.stdin.fileno(), end_alone)
    try:
        with ExitStack() as stack:
            # What the service does once, its first process does.
            if process.number == 1:
                stack.enter_context(purge_hourly(services_of(app).catalogue, settings))
            _serve_on(app, listening, (), partial(_tell_ready, process))
    finally:
        usage_counter(app).close()
        if orphaned.is_set():
            # Nobody else will.
            shutil.rmtree(process.folder, ignore_errors=True)


def serve_app(app: Flask, host: str, port: int, child_command: Sequence[str], announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, then stop the child process and return.

    Port 0 takes a free port; `announce` is called with the address once it accepts connections. `child_command`
    is empty for no child. Raises AddressUnusableError. Must be called from the main thread, where Python
    handles signals.
    """
    listening = open_socket(host, port)
    _serve_on(app, listening, child_command, lambda: announce(format_url(host, listening)))


def _serve_on(app: Flask, listening: socket.socket, child_command: Sequence[str], announce: Callable[[], None]) -> None:
    server = BoundedServer(
        BodyAdmission(app, partial(count_accepted_bytes, app)),
        listening,
        THREADS,
        # The reverse proxy names the host that people asked for, by which links are built, and their address, by which
        # sign-in attempts are counted. Only this proxy is believed: anyone else may write such headers. Of several
        # addresses that it names the last is taken, which is the one that it saw itself.
        trusted_proxy=app.config.get("TRUSTED_PROXY") or listening.getsockname()[0],
        trusted_proxy_count=1,
        trusted_proxy_headers={"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"},
        clear_untrusted_proxy_headers=True,
    )
    # Left in reverse order: the child is stopped first, then the threads, then the socket.
    with stop_on_signals(), ExitStack() as stack:
        stack.callback(server.close)
        stack.callback(server.task_dispatcher.shutdown)
        if child_command:
            stack.enter_context(ChildProcessSupervisor(child_command, start_delay=CHILD_START_DELAY))
        announce()
        # On KeyboardInterrupt waitress finishes the requests in hand, then returns.
        server.run()
    log.info("stopped")


def _tell_ready(process: WebProcess) -> None:
    """Write the process id under its last name in one step: who reads it finds all of it."""
    written = process.pid_file.with_suffix(".new")
    written.write_text(str(os.getpid()), encoding="ascii")
    written.replace(process.pid_file)


def _open_app(settings: Settings, formats: Mapping[str, DocumentFormat]) -> Flask:
    # Before any thread starts: the allocator gives each new thread an arena of its own.
    share_malloc_arena()
    app = create_app(settings, formats)
    # The index is opened before the first request, which would otherwise wait for it.
    services_of(app).search.preload()
    return app


@contextmanager
def purge_hourly(catalogue: Catalogue, settings: Settings) -> Iterator[None]:
    """Purge now, then every hour, until the block ends."""
    stopping = threading.Event()
    thread = threading.Thread(
        target=_purge_until_stopped, args=(catalogue, Lifetimes.from_settings(settings), stopping), name="purging"
    )
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def _purge_until_stopped(catalogue: Catalogue, lifetimes: Lifetimes, stopping: threading.Event) -> None:
    while True:
        try:
            gone = catalogue.access.purge_expired(lifetimes)
        except ExplainedError as error:
            # Typically a busy catalogue: the next hour tries again.
            log.warning("nothing could be erased this time: %s", error)
        else:
            # Most hours have nothing to erase, and nothing to say.
            if any(astuple(gone)):
                log.info("erased: %s", gone)
        # Waiting on the event, rather than sleeping, lets the service stop at once.
        if stopping.wait(_PURGE_SECONDS):
            return


def share_malloc_arena() -> None:
    """Have all threads share one malloc arena, where the C library can be told to (glibc).

    With an arena each, every thread keeps the memory of its largest answer: 40 MiB more for eight threads, at 100,000
    passages. To be called before a second thread starts.
    """
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)):
        mallopt(_M_ARENA_MAX, 1)
