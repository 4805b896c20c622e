"""Hourly erasure, by the running service, of personal data whose retention time is over."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from index.accounts import Lifetimes
from index.catalogue.people.purging import purge_expired
from index.errors import ExplainedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.catalogue import Catalogue
    from index.settings import Settings

log = logging.getLogger(__name__)

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
            gone = purge_expired(catalogue, lifetimes)
        except ExplainedError as error:
            # Typically a busy catalogue: the next hour tries again.
            log.warning("nothing could be erased this time: %s", error)
        else:
            log.info("erased: %s", gone)
        # Waiting on the event, rather than sleeping, lets the service stop at once.
        if stopping.wait(_INTERVAL_SECONDS):
            return
