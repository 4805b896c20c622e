"""Ends the service at the first signal, in order: Ctrl-C in a terminal, SIGTERM from whatever runs it."""

from __future__ import annotations

import logging
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def stop_on_signals() -> Iterator[None]:
    """Raise KeyboardInterrupt in the main thread at the first signal, and ignore those that follow.

    The block that it interrupts is left without an error.
    """

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
