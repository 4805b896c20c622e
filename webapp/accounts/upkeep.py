"""What the running service erases by itself, every hour: what was kept of people, when its time is over."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from index.accounts import Lifetimes
from index.catalogue.people.purging import purge
from index.errors import ExplainedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.catalogue import Catalogue
    from index.settings import Settings

log = logging.getLogger(__name__)

_SECONDS = 3_600.0


@contextmanager
def purging(catalogue: Catalogue, settings: Settings) -> Iterator[None]:
    """Erase at once, then every hour, for as long as the block lasts."""
    stopping = threading.Event()
    thread = threading.Thread(target=_keep_purging, args=(catalogue, Lifetimes.of(settings), stopping), name="purging")
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def _keep_purging(catalogue: Catalogue, lifetimes: Lifetimes, stopping: threading.Event) -> None:
    while True:
        try:
            gone = purge(catalogue, lifetimes)
        except ExplainedError as error:
            log.warning("nothing could be erased this time: %s", error)
        else:
            log.info("erased: %s", gone)
        if stopping.wait(_SECONDS):
            return
