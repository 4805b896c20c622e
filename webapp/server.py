"""Serving the application, with the indexer beside it, until someone asks to stop."""

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
from webapp.companion import Companion
from webapp.typography import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from flask import Flask

log = logging.getLogger(__name__)

THREADS = 8
"""Requests answered at once: a search takes milliseconds, a video holds a thread only while it is sent."""

_HEAD_START = 1.0
"""Seconds before the companion starts: on a small machine the first answer would wait for it."""

_M_ARENA_MAX = -8
"""Of mallopt(3)."""

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class AddressUnusableError(ExplainedError):
    """The service cannot listen where it was told to; the message says what to do, in French."""


class AddressInUseError(AddressUnusableError):
    """Another program listens there already."""


def run(app: Flask, host: str, port: int, companion: Sequence[str], announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, then stop the companion and return.

    Port 0 takes a free one; `announce` is told the address once it answers. An empty `companion` starts none.
    Raises AddressUnusableError. Must be called from the main thread, where Python delivers signals.
    """
    listening = _listen(host, port)
    here, taken, *_ = listening.getsockname()
    server = create_server(
        app,
        sockets=[listening],
        threads=THREADS,
        ident=None,
        # What a view accepts is the application's affair; beyond the largest of them, nothing is even read.
        max_request_body_size=max(app.config.get("DEPOSIT_BYTES", 0), 2**20),
        # The server in front says by which address people really came, and from where: links are written with the one,
        # tries to sign in are counted by the other. waitress believes the last of those that it names.
        trusted_proxy=app.config.get("TRUSTED_PROXY") or here,
        trusted_proxy_count=1,
        trusted_proxy_headers={"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"},
        clear_untrusted_proxy_headers=True,
    )
    with _stop_on_signals(), ExitStack() as stack:
        stack.callback(server.close)
        stack.callback(server.task_dispatcher.shutdown)
        if companion:
            stack.enter_context(Companion(companion, head_start=_HEAD_START))
        announce(f"http://{_written(host)}:{taken}/")
        # waitress takes KeyboardInterrupt for an order to finish what it is answering, then returns.
        server.run()
    log.info("stopped")


def share_memory() -> None:
    """Have all threads take memory from the same place, where the system's allocator can be told to.

    By itself each thread keeps what its largest answer took: 40 MiB more for the eight of them, at 100,000 passages. To
    be called before there is a second one.
    """
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)):
        mallopt(_M_ARENA_MAX, 1)


def _listen(host: str, port: int) -> socket.socket:
    # Made here and not by waitress, which leaves its own open when it cannot listen.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise _explained(error, host, port) from error


def _explained(error: OSError, host: str, port: int) -> AddressUnusableError:
    where = f"{_written(host)}:{port}"
    if error.errno == errno.EADDRINUSE:
        return AddressInUseError(
            f"Un autre programme écoute déjà sur {where}. Arrêtez-le (c’est peut-être Ruche, déjà lancée), "
            f"ou choisissez un autre port avec le réglage {quoted('port')}."
        )
    if error.errno == errno.EACCES:
        return AddressUnusableError(f"Le système refuse l’écoute sur {where}. Choisissez un port à partir de 1024.")
    return AddressUnusableError(
        f"Impossible d’écouter sur {where}\u00a0: cette adresse n’est pas celle de la machine. "
        f"Vérifiez les réglages {quoted('host')} et {quoted('port')}."
    )


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host


@contextmanager
def _stop_on_signals() -> Iterator[None]:
    """Turn the first signal into KeyboardInterrupt wherever the main thread is; ignore those that follow."""

    def interrupt(*_: object) -> NoReturn:
        for each in _SIGNALS:
            # A second Ctrl-C must not cut short the orderly stop that the first one began.
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {each: signal.signal(each, interrupt) for each in _SIGNALS}
    try:
        yield
    except KeyboardInterrupt:
        # It came while starting, before waitress could take it.
        log.info("stopped while starting")
    finally:
        for each, previous in before.items():
            signal.signal(each, previous)
