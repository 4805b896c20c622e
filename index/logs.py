"""What the service says of itself: one event a line on standard error, readable in a terminal and JSON elsewhere.

Every module writes to the standard library's loggers, as libraries do, with what is to be counted or sorted in `extra`.
What was searched, by whom and from where is in no line; tracebacks show no variables, for these have what people typed.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType

    from index.settings import LogFormat

log = logging.getLogger("ruche")

_CHATTERERS = ("alembic.runtime.plugins",)
"""Loggers whose information is none to an administrator."""

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
"""What every record has; all else is what a module said in `extra`."""

_COLOURS = {logging.WARNING: "\033[33m", logging.ERROR: "\033[31m", logging.CRITICAL: "\033[1;31m"}
_PLAIN = "\033[0m"


class _AsJson(logging.Formatter):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {"event": record.getMessage(), "level": record.levelname.lower(), "logger": record.name}
        told |= _extra(record)
        told["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=repr)


class _AsText(logging.Formatter):
    """One line to be read, and the traceback below it."""

    def __init__(self, *, coloured: bool) -> None:
        super().__init__()
        self._colours = _COLOURS if coloured else {}

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        level = f"{record.levelname.lower():<9}"
        if colour := self._colours.get(record.levelno):
            level = f"{colour}{level}{_PLAIN}"
        fields = "".join(f" {name}={value}" for name, value in sorted(_extra(record).items()))
        line = f"{moment} [{level}] {record.getMessage():<30} [{record.name}]{fields}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _OWN}


def set_up(wanted: LogFormat) -> None:
    """Have this process log to standard error, whoever the message comes from; what nobody caught is logged too."""
    as_json = wanted == "json" or (wanted == "auto" and not sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_AsJson() if as_json else _AsText(coloured=sys.stderr.isatty()))
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
