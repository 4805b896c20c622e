"""Configures logging: one event a line on standard error, as text in a terminal and as JSON elsewhere.

Modules write to the standard library's loggers, with the values to be counted or sorted in `extra`. No line holds what
was searched, by whom or from where; tracebacks show no variables, which hold what people typed.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from index.terminal_text import escape_controls, escape_name

if TYPE_CHECKING:
    from types import TracebackType

    from index.config import LogFormat

log = logging.getLogger("ruche")

# Loggers whose information lines are of no use to an administrator.
_NOISY_LOGGERS = ("alembic.runtime.plugins",)

# Attributes of every record, the last two set by formatters; any other one comes from `extra`.
_STANDARD_ATTRIBUTES = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}

# ANSI escape codes: yellow, red, bold red, and the return to plain text.

_COLOURS = {logging.WARNING: "\033[33m", logging.ERROR: "\033[31m", logging.CRITICAL: "\033[1;31m"}
_RESET = "\033[0m"

_SECRETS = re.compile(
    # Addresses that are secrets, tokens of tools, and mail addresses, which name people. An address begins with a host,
    # or is a whole path: a file of the library may lie in a folder of the same name.
    r"(?P<before>https?://[^/\s]+(?:/\S*?)?|(?<![\w./-]))/(?P<kind>invitation|recherches|abonnements|dossiers/partage)/[\w-]{16,}"
    r"|ruche_[\w-]{16,}"
    r"|[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}"
)


def mask_secrets(text: str) -> str:
    """Return a line of the log without what no log may hold, wherever it came from: ours, a library, a traceback."""
    return _SECRETS.sub(lambda found: f"{found['before']}/{found['kind']}/…" if found["kind"] else "…", text)


class _JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object on a line, its time in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {"event": record.getMessage(), "level": record.levelname.lower(), "logger": record.name}
        told |= _extra_fields(record)
        told["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        # What JSON cannot hold is written as its repr: a log line must never raise.
        # JSON writes the controls of ASCII by their codes, and leaves the others, which a terminal may obey too.
        return escape_controls(mask_secrets(json.dumps(told, ensure_ascii=False, default=repr)))


class _TextFormatter(logging.Formatter):
    """Formats a record as one line of text in local time, with the traceback below it."""

    def __init__(self, *, coloured: bool) -> None:
        super().__init__()
        self._colours = _COLOURS if coloured else {}

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        level = f"{record.levelname.lower():<9}"
        if colour := self._colours.get(record.levelno):
            level = f"{colour}{level}{_RESET}"
        fields = "".join(f" {name}={value}" for name, value in sorted(_extra_fields(record).items()))
        message = escape_name(f"{record.getMessage():<30} [{record.name}]{fields}")
        line = f"{moment} [{level}] {message}"
        trace = f"\n{escape_controls(self.formatException(record.exc_info))}" if record.exc_info else ""
        return mask_secrets(line + trace)


def _extra_fields(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD_ATTRIBUTES}


def configure_logging(log_format: LogFormat) -> None:
    """Have this process log to standard error: all loggers, Python's warnings, and uncaught exceptions.

    With "auto" it writes text in a terminal and JSON elsewhere.
    """
    as_json = log_format == "json" or (log_format == "auto" and not sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter() if as_json else _TextFormatter(coloured=sys.stderr.isatty()))
    # Replaced, not added: a library may have set its own handler, which would write each line twice.
    logging.root.handlers = [handler]
    logging.root.setLevel(logging.INFO)
    for name in _NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def log_fatal_error(message: str) -> None:
    """Write why the program ends: as a log line where logging is configured, else as a plain line."""
    if logging.root.handlers:
        log.critical(message)
    else:
        sys.stderr.write(f"ruche : {escape_controls(message)}\n")


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    # Ctrl-C is no error.
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        log.critical("stopped by an error that nobody expected", exc_info=(kind, error, trace))


def _log_uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None:
        log.critical(
            "thread %s was stopped by an error that nobody expected",
            arguments.thread.name if arguments.thread else "",
            exc_info=(arguments.exc_type, arguments.exc_value, arguments.exc_traceback),
        )
