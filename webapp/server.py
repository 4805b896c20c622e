"""The HTTP server (waitress), with the indexer as a child process, until a signal asks to stop."""

from __future__ import annotations

import ctypes
import errno
import logging
import signal
import socket
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NoReturn

from waitress import create_server  # type: ignore[import-untyped]  # publishes no types

from index.errors import ExplainedError
from webapp.companion import ChildProcessSupervisor
from webapp.typography import quote_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from flask import Flask

log = logging.getLogger(__name__)

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
    server = create_server(
        app,
        sockets=[listening],
        threads=THREADS,
        ident=None,
        # Flask bounds what each view accepts; waitress reads no body that none of them would accept.
        max_request_body_size=max(app.config.get("DEPOSIT_BYTES", 0), 2**20),
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
