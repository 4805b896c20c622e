"""What the service says of itself: one event a line on standard error, readable in a terminal and JSON elsewhere.

Every module writes to the standard library's loggers, as libraries do, with what is to be counted or sorted in `extra`;
structlog renders them all here and is known nowhere else. What was searched, by whom and from where is in no line.
"""

from __future__ import annotations

import logging
import sys
import threading
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from types import TracebackType

    from structlog.typing import Processor

    from index.settings import LogFormat

log = logging.getLogger("ruche")

_CHATTERERS = ("alembic.runtime.plugins",)
"""Loggers whose information is none to an administrator."""

_BEFORE: tuple[Processor, ...] = (
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(),
)


def set_up(wanted: LogFormat) -> None:
    """Have this process log to standard error, whoever the message comes from; what nobody caught is logged too."""
    as_json = wanted == "json" or (wanted == "auto" and not sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_BEFORE, processors=_json() if as_json else _text())
    )
    logging.root.handlers = [handler]
    logging.root.setLevel(logging.INFO)
    for name in _CHATTERERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_a_thread


def last_words(message: str) -> None:
    """Say why the program ends: a log line where the process logs, a plain one at the command line."""
    if logging.root.handlers:
        log.critical(message)
    else:
        sys.stderr.write(f"ruche : {message}\n")


def _json() -> tuple[Processor, ...]:
    return (
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # As text: structlog's own form of a traceback shows local variables, and with them what people typed.
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    )


def _text() -> tuple[Processor, ...]:
    return (
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback, sort_keys=False
        ),
    )


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        log.critical("stopped by an error that nobody expected", exc_info=(kind, error, trace))


def _uncaught_in_a_thread(met: threading.ExceptHookArgs) -> None:
    if met.exc_value is not None:
        log.critical(
            "thread %s was stopped by an error that nobody expected",
            met.thread.name if met.thread else "",
            exc_info=(met.exc_type, met.exc_value, met.exc_traceback),
        )
