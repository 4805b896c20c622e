"""The commands `ruche serve`, `ruche mcp` and `ruche digest`. Their docstrings are the help that users read."""

from __future__ import annotations

import ctypes
import errno
import logging
import os
import signal
import socket
import sys
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import astuple
from functools import partial
from typing import TYPE_CHECKING, NoReturn

import typer

from index.accounts import Lifetimes
from index.config import CONFIG_VARIABLE
from index.model import ExplainedError
from index.private_files import open_installation
from webapp.app import create_app
from webapp.deposits import count_accepted_bytes, receive_mailed_deposits
from webapp.mailing import DigestResult, can_send, send_announcements, send_digests
from webapp.server import (
    BodyAdmission,
    BoundedServer,
    ChildProcessSupervisor,
    quote_text,
    services_of,
    usage_counter,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from flask import Flask

    from index.catalogue import Catalogue
    from index.config import Settings
    from index.model import DocumentFormat

log = logging.getLogger(__name__)


def serve(context: typer.Context) -> None:
    """Sert les pages et l’API, et suit le dossier, jusqu’à l’arrêt (Ctrl-C)."""
    serve_installation(context.obj.config, context.obj.formats)


def serve_installation(config: Path | None, formats: Mapping[str, DocumentFormat]) -> None:
    """Serve an installation, with its indexer as a child process; `config` is its settings file, if one was named."""
    settings = open_installation(config, keeps_log=True)
    # The indexer is another process: it finds the settings file through the environment.
    if config:
        os.environ[CONFIG_VARIABLE] = str(config.resolve())
    indexer = [sys.executable, "-m", "ruche", "watch", "--companion"]
    # Before any thread starts: the allocator gives each new thread an arena of its own.
    share_malloc_arena()
    app = create_app(settings, formats)
    # The index is opened before the first request, which would otherwise wait for it.
    services_of(app).search.preload()
    try:
        with purge_hourly(services_of(app).catalogue, settings):
            serve_app(app, settings.host, settings.port, indexer, _announce_address)
    finally:
        # Counts of the last seconds are written.
        usage_counter(app).close()


def mcp(context: typer.Context) -> None:
    """Donne à un assistant (protocole MCP) de quoi chercher, lire et citer ; c’est l’assistant qui la lance."""
    # Imported late: the SDK takes as long to load as all the rest, and no other command needs it.
    from webapp.mcp import serve_assistant  # noqa: PLC0415

    settings = open_installation(context.obj.config, keeps_log=True)
    serve_assistant(create_app(settings, context.obj.formats), settings)


def digest(context: typer.Context) -> None:
    """Envoie les alertes et annonces dues, et lit la boîte des dépôts ; à lancer chaque quart d’heure."""
    settings = open_installation(context.obj.config)
    app = create_app(settings, context.obj.formats)
    runs = [_digest_announcements] if settings.announcements else []
    runs += [_digest_deposits] if settings.deposit_mailbox_host else []
    # An installation may tell rooms, or read a mailbox, and mail nobody what is new.
    if not runs or can_send(settings):
        runs.append(_digest_searches)
    failures = []
    for run in runs:
        try:
            run(app, settings)
        except ExplainedError as error:
            # What hinders one must not keep the others back; the last one is told as that of the command.
            failures.append(error)
    for failure in failures[:-1]:
        typer.echo(f"ruche : {failure}", err=True)
    if failures:
        raise failures[-1]


def _digest_announcements(app: Flask, settings: Settings) -> None:
    announced = send_announcements(app, settings)
    typer.echo("Annonces\u00a0: " + (", ".join(f"{each.label} {n}" for each, n in announced.items()) or "aucune"))


def _digest_deposits(app: Flask, settings: Settings) -> None:
    received = receive_mailed_deposits(app, settings)
    typer.echo("Boîte des dépôts\u00a0: " + (", ".join(f"{n} {each.label}" for each, n in received.items()) or "rien"))


def _digest_searches(app: Flask, settings: Settings) -> None:
    told = send_digests(app, settings)
    typer.echo(
        f"Courriels envoyés : {told[DigestResult.SENT]} ; rien de nouveau pour {told[DigestResult.NOTHING_NEW]}."
    )
    if told[DigestResult.REFUSED]:
        typer.echo(f"Adresses refusées par le serveur : {told[DigestResult.REFUSED]}.")


def _announce_address(url: str) -> None:
    typer.echo(f"Ruche est à l’écoute : {typer.style(url, bold=True)}  (Ctrl-C pour arrêter)")


_INTERVAL_SECONDS = 3_600.0


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
        if stopping.wait(_INTERVAL_SECONDS):
            return


THREADS = 8
"""Requests answered at once: a search takes milliseconds, and waitress sends files without holding a thread."""

_CHILD_START_DELAY = 1.0
"""Seconds before the child starts: on a small machine the first answer would otherwise wait for it."""

_M_ARENA_MAX = -8
"""The parameter M_ARENA_MAX of mallopt(3)."""

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class AddressUnusableError(ExplainedError):
    """The service cannot listen on its address; the message says what to do, in French."""


class AddressInUseError(AddressUnusableError):
    """Another program listens on this address already."""


def serve_app(app: Flask, host: str, port: int, child_command: Sequence[str], announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, then stop the child process and return.

    Port 0 takes a free port; `announce` is called with the address once it accepts connections. `child_command`
    is empty for no child. Raises AddressUnusableError. Must be called from the main thread, where Python
    handles signals.
    """
    listening = _open_socket(host, port)
    here, taken, *_ = listening.getsockname()
    server = BoundedServer(
        BodyAdmission(app, partial(count_accepted_bytes, app)),
        listening,
        THREADS,
        # The reverse proxy names the host that people asked for, by which links are built, and their address, by which
        # sign-in attempts are counted. Only this proxy is believed: anyone else may write such headers. Of several
        # addresses that it names the last is taken, which is the one that it saw itself.
        trusted_proxy=app.config.get("TRUSTED_PROXY") or here,
        trusted_proxy_count=1,
        trusted_proxy_headers={"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"},
        clear_untrusted_proxy_headers=True,
    )
    # Left in reverse order: the child is stopped first, then the threads, then the socket.
    with _stop_on_signals(), ExitStack() as stack:
        stack.callback(server.close)
        stack.callback(server.task_dispatcher.shutdown)
        if child_command:
            stack.enter_context(ChildProcessSupervisor(child_command, start_delay=_CHILD_START_DELAY))
        announce(f"http://{_format_host(host)}:{taken}/")
        # On KeyboardInterrupt waitress finishes the requests in hand, then returns.
        server.run()
    log.info("stopped")


def share_malloc_arena() -> None:
    """Have all threads share one malloc arena, where the C library can be told to (glibc).

    With an arena each, every thread keeps the memory of its largest answer: 40 MiB more for eight threads, at 100,000
    passages. To be called before a second thread starts.
    """
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)):
        mallopt(_M_ARENA_MAX, 1)


def _open_socket(host: str, port: int) -> socket.socket:
    # Opened here and not by waitress, which leaves its socket open when it cannot listen.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise _explain_bind_error(error, host, port) from error


def _explain_bind_error(error: OSError, host: str, port: int) -> AddressUnusableError:
    where = f"{_format_host(host)}:{port}"
    if error.errno == errno.EADDRINUSE:
        return AddressInUseError(
            f"Un autre programme écoute déjà sur {where}. Arrêtez-le (c’est peut-être Ruche, déjà lancée), "
            f"ou choisissez un autre port avec le réglage {quote_text('port')}."
        )
    if error.errno == errno.EACCES:
        return AddressUnusableError(f"Le système refuse l’écoute sur {where}. Choisissez un port à partir de 1024.")
    return AddressUnusableError(
        f"Impossible d’écouter sur {where}\u00a0: cette adresse n’est pas celle de la machine. "
        f"Vérifiez les réglages {quote_text('host')} et {quote_text('port')}."
    )


def _format_host(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@contextmanager
def _stop_on_signals() -> Iterator[None]:
    """Raise KeyboardInterrupt in the main thread at the first signal, and ignore those that follow."""

    def interrupt(*_: object) -> NoReturn:
        for each in _SIGNALS:
            # A second Ctrl-C must not interrupt the orderly stop that the first one began.
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {each: signal.signal(each, interrupt) for each in _SIGNALS}
    try:
        yield
    except KeyboardInterrupt:
        # The signal came before waitress ran, which catches it otherwise.
        log.info("stopped while starting")
    finally:
        for each, previous in before.items():
            signal.signal(each, previous)
