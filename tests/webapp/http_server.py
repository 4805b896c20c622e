"""An application served as it is in use, for what asks over the network: browsers, harvesters."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from waitress import create_server  # type: ignore[import-untyped]  # publishes no types
from waitress.wasyncore import close_all  # type: ignore[import-untyped]  # idem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask


@contextmanager
def served(app: Flask, port: int = 0) -> Iterator[str]:
    """The address of an application, served for as long as the block lasts, on a free port unless one is given."""
    connections: dict[int, Any] = {}
    server = create_server(app, host="127.0.0.1", port=port, threads=4, map=connections)
    thread = threading.Thread(target=server.run, name="served")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        # In its own thread, which alone may touch the connections; without any, it ends.
        # Woken by an answer in between, it may have closed its end before we pull.
        with suppress(OSError):
            server.trigger.pull_trigger(partial(close_all, connections))
        thread.join()
        server.task_dispatcher.shutdown()
