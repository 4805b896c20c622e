"""The log of a process of its own, as whoever watches over the service reads it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests import ROOT

_SPEAK = """
import logging, threading, warnings
from index.logs import configure_logging, log_fatal_error
configure_logging({wanted!r})
log = logging.getLogger("indexer.watch.changes")
log.info("looked", extra={{"changes": 3}})
logging.getLogger("waitress.queue").warning("Task queue depth is %d", 5)
logging.getLogger("PIL").debug("never seen")
warnings.warn("ancien usage")
def broken():
    secret = "aide au logement"
    raise LookupError("introuvable")
thread = threading.Thread(target=broken)
thread.start()
thread.join()
log_fatal_error("Le disque est plein.")
broken()
"""


def _log(wanted: str) -> list[str]:
    run = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", _SPEAK.format(wanted=wanted)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 1
    assert run.stdout == ""
    return run.stderr.splitlines()


def test_each_line_is_an_object_where_nobody_reads() -> None:
    """Out of a terminal each event is one JSON object: ours, libraries', warnings, and what nobody caught."""
    events: list[dict[str, Any]] = [json.loads(line) for line in _log("auto")]
    looked, queue, warned, thread, last, uncaught = events
    assert (
        looked.items() >= {"event": "looked", "level": "info", "logger": "indexer.watch.changes", "changes": 3}.items()
    )
    assert (queue["event"], queue["level"]) == ("Task queue depth is 5", "warning")
    assert "ancien usage" in warned["event"]
    assert thread["exception"].endswith("LookupError: introuvable")
    assert last["event"] == "Le disque est plein."
    assert uncaught["level"] == "critical"
    assert all(each["timestamp"].endswith("Z") for each in events)


def test_a_traceback_shows_no_variable() -> None:
    """What a person typed may be in a variable: tracebacks show the code, not its values."""
    assert "secret = " not in "".join(_log("json"))
    assert "aide au logement" not in "".join(_log("texte"))


def test_text_can_be_read() -> None:
    """Asked for text, each event is a line that one reads, with its fields."""
    first = _log("texte")[0]
    assert "[info     ] looked" in first
    assert first.endswith("[indexer.watch.changes] changes=3")


_LEAK = """
import logging
from index.logs import configure_logging
configure_logging({wanted!r})
log = logging.getLogger("waitress")
for kind in ("invitation", "recherches", "abonnements"):
    log.info("Client disconnected while serving %s", f"/{{kind}}/{{'S' * 22}}/confirmation")
log.warning("a tool sent %s", "ruche_" + "S" * 43, extra={{"page": "https://ruche.example/invitation/" + "S" * 22}})
try:
    raise OSError("550 <ada.martin+x@grigny.example>: no such user, /recherches/" + "S" * 22 + ".atom")
except OSError:
    log.exception("a mail was refused to %s", "ada.martin@grigny.example")
log.info("read %s", "/bibliotheque/recherches/2024_compte-rendu.pdf")
"""


@pytest.mark.parametrize("wanted", ["texte", "json"])
def test_no_secret_and_no_person_is_in_a_line(wanted: str) -> None:
    """Secret addresses, tools' tokens and mail addresses are masked, whoever logs them; the rest of a line stays."""
    run = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", _LEAK.format(wanted=wanted)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "SSSS" not in run.stderr
    assert "martin" not in run.stderr
    assert "/invitation/…/confirmation" in run.stderr
    assert "no such user" in run.stderr
    assert "/bibliotheque/recherches/2024_compte-rendu.pdf" in run.stderr
