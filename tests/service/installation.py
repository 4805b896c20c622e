"""An installation in a folder, and its commands as real processes, each stopped by whoever started it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from index.catalogue.catalogue import Catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PATIENCE = 120.0
"""Seconds after which it will not happen any more, on the slowest machine."""


def ruche(*arguments: str) -> list[str]:
    """The command line of `ruche`."""
    return [sys.executable, "-m", "ruche", *arguments]


def wait_until(reached: Callable[[], object], otherwise: str, seconds: float = PATIENCE) -> None:
    """Return once a condition holds; fail with a sentence when it never does."""
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            pytest.fail(f"{otherwise}, after {seconds:g} s")
        time.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Service:
    """A running `ruche serve`: where it answers, and the folder that it watches."""

    url: str
    library: Path
    process: subprocess.Popen[str]

    def search(self, words: str) -> dict[str, Any]:
        """The API's answer to a question."""
        with urllib.request.urlopen(f"{self.url}api/v1/search?{urlencode({'q': words})}", timeout=30) as answer:  # noqa: S310 - a fixed address
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


@dataclass(frozen=True, slots=True)
class Installation:
    """A library and a data folder; `settings` (lower case, as in ruche.toml) go to each command's environment."""

    folder: Path
    settings: dict[str, str]

    @classmethod
    def new(cls, folder: Path, **settings: str) -> Installation:
        """An installation with an empty library."""
        made = cls(folder, settings)
        made.library.mkdir(parents=True)
        return made

    @property
    def library(self) -> Path:
        """The watched folder."""
        return self.folder / "bibliotheque"

    @property
    def data(self) -> Path:
        """Catalogue and index."""
        return Path(self.settings.get("data", self.folder / "donnees"))

    @property
    def journal(self) -> Path:
        """What its processes said on standard error, all together."""
        return self.folder / "journal"

    @property
    def environment(self) -> dict[str, str]:
        """What a command needs to work on this installation."""
        places = {"RUCHE_LIBRARY": str(self.library), "RUCHE_DATA": str(self.data), "RUCHE_PORT": "0"}
        chosen = {f"RUCHE_{name.upper()}": value for name, value in self.settings.items()}
        return os.environ | {"PYTHONUNBUFFERED": "1"} | places | chosen

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command, to its end."""
        return subprocess.run(  # noqa: S603 - our own command
            ruche(*arguments),
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    @contextmanager
    def start(self, *arguments: str, before: Sequence[str] = ()) -> Iterator[subprocess.Popen[str]]:
        """A command that runs on, started by the program `before` if any; asked to stop at the end, and waited for."""
        with self.journal.open("a") as journal:
            process = subprocess.Popen(  # noqa: S603 - our own command
                [*before, *ruche(*arguments)],
                env=self.environment,
                cwd=self.folder,
                stdout=subprocess.PIPE,
                stderr=journal,
                text=True,
            )
            assert process.stdout
            with process.stdout:
                try:
                    yield process
                finally:
                    if process.poll() is None:
                        process.terminate()
                    process.wait(PATIENCE)

    @contextmanager
    def serve(self) -> Iterator[Service]:
        """The service, once its indexer has looked at the library for the first time."""
        with self.start("serve") as process:
            assert process.stdout
            line = process.stdout.readline()
            address = re.search(r"http://\S+/", line)
            assert address, f"{line}{self.journal.read_text(encoding='utf-8')}"
            wait_until((self.data / "index" / "actuel").exists, "the indexer did not start")
            yield Service(address.group(), self.library, process)

    @contextmanager
    def catalogue(self) -> Iterator[Catalogue]:
        """The catalogue, to look into while others write it."""
        url = self.settings.get("catalogue", f"sqlite:///{self.data / 'catalogue.sqlite'}")
        with closing(Catalogue.open(url)) as opened:
            yield opened
