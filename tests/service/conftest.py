"""The service itself, started as an administrator would."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@dataclass
class Service:
    """A running `ruche serve`: where it answers, and the folder that it watches."""

    url: str
    library: Path
    process: subprocess.Popen[str]

    def search(self, words: str) -> dict[str, Any]:
        """The API's answer to a question."""
        with urllib.request.urlopen(f"{self.url}api/v1/search?{urlencode({'q': words})}", timeout=10) as answer:  # noqa: S310 - a fixed address
            found: dict[str, Any] = json.load(answer)
            return found

    def wait_for(
        self, words: str, wanted: Callable[[dict[str, Any]], bool], seconds: float
    ) -> tuple[dict[str, Any], float]:
        """Ask until the answer is the wanted one; gives it with the seconds that it took."""
        started = time.monotonic()
        while time.monotonic() - started < seconds:
            answer = self.search(words)
            if wanted(answer):
                return answer, time.monotonic() - started
            time.sleep(0.05)
        pytest.fail(f"« {words} » still gives {self.search(words)['total']} documents after {seconds} s")


def ruche(*arguments: str) -> list[str]:
    """The command line of `ruche`."""
    return [sys.executable, "-m", "ruche", *arguments]


def _wait_for_the_indexer(data: Path) -> None:
    """The first index appears once the indexer has looked at the library for the first time."""
    deadline = time.monotonic() + 60
    while not (data / "index" / "actuel").exists():
        assert time.monotonic() < deadline, "the indexer did not start"
        time.sleep(0.05)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service on a free port over an empty library; stopped at the end, by its process id."""
    library = tmp_path / "bibliotheque"
    library.mkdir()
    environment = os.environ | {
        "RUCHE_LIBRARY": str(library),
        "RUCHE_DATA": str(tmp_path / "donnees"),
        "RUCHE_PORT": "0",
        "PYTHONUNBUFFERED": "1",
    }
    log = (tmp_path / "journal").open("w")
    process = subprocess.Popen(  # noqa: S603 - our own command
        ruche("serve"), env=environment, stdout=subprocess.PIPE, stderr=log, text=True, cwd=tmp_path
    )
    assert process.stdout
    try:
        line = process.stdout.readline()
        address = re.search(r"http://\S+/", line)
        assert address, f"{line}{(tmp_path / 'journal').read_text()}"
        _wait_for_the_indexer(tmp_path / "donnees")
        yield Service(address.group(), library, process)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(15)
        process.stdout.close()
        log.close()
