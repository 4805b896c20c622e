"""Sudden ends: whatever is killed, whenever, nothing that was acknowledged is lost."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

from index.model.documents import TagSource
from tests import ROOT
from tests.faults.equality import EVERYONE, differences, found_at, rows
from tests.faults.writing_files import MAKERS
from tests.service.installation import Installation, ruche, wait_until

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.catalogue.catalogue import Catalogue
    from tests.faults.conftest import Counts

SEED = 4
_FIRST, _MORE = 20, 12
"""Files at the beginning, and dropped in each round."""
_EARLY = 0.2
"""Share of the rounds that end while everything is still starting; the others end once new files are being written."""


@dataclass
class Round:
    """The processes of one round: an indexer, a person who tags, at times a rebuild; all end together, killed."""

    installation: Installation
    catalogue: Catalogue
    chance: random.Random
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def live(self, *, rebuilds: bool) -> list[str]:
        """Start everything, kill everything at a random moment; gives what the person was told is kept."""
        with ExitStack() as stack:
            journal = stack.enter_context(self.installation.journal.open("a"))
            self._start(ruche("watch"), journal)
            if rebuilds:
                self._start(ruche("rebuild"), journal)
            url = f"sqlite:///{self.installation.data / 'catalogue.sqlite'}"
            person = self._start([sys.executable, "-m", "tests.faults.tagging_process", url], journal)
            assert person.stdout
            if self.chance.random() < _EARLY:
                time.sleep(self.chance.uniform(0, 2))
            else:
                wait_until(partial(self._has_begun, set(self.catalogue.documents.list_ids())), "nothing is indexed")
                time.sleep(self.chance.uniform(0, 1))
            for process in self.processes:
                process.send_signal(signal.SIGKILL)
            told = person.stdout.read().splitlines(keepends=True)
            for process in self.processes:
                process.communicate()
        # The last line may have been cut: it was told to nobody.
        return [line.strip() for line in told if line.endswith("\n")]

    def _has_begun(self, known: set[str]) -> bool:
        return not known.issuperset(self.catalogue.documents.list_ids())

    def _start(self, command: Sequence[str], journal: IO[str]) -> subprocess.Popen[str]:
        process = subprocess.Popen(  # noqa: S603 - our own commands
            command,
            env=self.installation.environment | {"PYTHONPATH": str(ROOT)},
            cwd=self.installation.folder,
            stdout=subprocess.PIPE,
            stderr=journal,
            text=True,
        )
        self.processes.append(process)
        return process


@dataclass
class Shelf:
    """The library's files, with the word of each, as they come, change, move and go."""

    library: Path
    chance: random.Random
    words: dict[str, str] = field(default_factory=dict)
    drawn: int = 0

    def grow(self, files: int) -> None:
        """So many new files."""
        suffixes = list(MAKERS)
        for _ in range(files):
            self.drawn += 1
            self._write(f"fiche-{self.drawn}{suffixes[self.drawn % len(suffixes)]}")

    def change(self) -> None:
        """A new version, a new name, a deletion."""
        edited, moved, deleted = self.chance.sample(sorted(self.words), 3)
        self.drawn += 1
        self._write(edited)
        target = f"deplace-{self.drawn}{Path(moved).suffix}"
        (self.library / moved).rename(self.library / target)
        self.words[target] = self.words.pop(moved)
        (self.library / deleted).unlink()
        del self.words[deleted]

    def _write(self, path: str) -> None:
        self.words[path] = f"balise{self.drawn:05d}"
        (self.library / path).write_bytes(MAKERS[Path(path).suffix](self.words[path]))


def _lost(catalogue: Catalogue, told: set[str]) -> list[str]:
    """Decisions that were told to be kept and that their document, living or removed, does not bear."""
    with catalogue.transaction() as transaction:
        borne = {
            f"{id_} {tag.value}"
            for id_ in {line.split()[0] for line in told}
            for tag in transaction.documents.find(id_).tags
            if tag.source is TagSource.ANIMATOR
        }
    return sorted(told - borne)


@pytest.mark.timeout(0)
def test_nothing_acknowledged_is_lost(tmp_path: Path, counts: Counts) -> None:
    """Killed at random moments of indexing, rebuilding and tagging, Ruche begins again where it was."""
    chance = random.Random(SEED)  # noqa: S311 - the same moments each time, as far as a machine is the same
    installation = Installation.new(tmp_path, settle_seconds="0.2")
    shelf, told = Shelf(installation.library, chance), set[str]()
    shelf.grow(_FIRST)
    assert installation.run("index").returncode == 0
    with installation.catalogue() as catalogue:
        for number in range(counts.kills):
            known = set(catalogue.documents.list_ids())
            revision = catalogue.revisions.read_last()
            shelf.grow(_MORE)
            shelf.change()
            heard = set(Round(installation, catalogue, chance).live(rebuilds=number % 3 == 2))
            assert catalogue.revisions.read_last() >= revision
            living = catalogue.documents.find_each(catalogue.documents.list_ids(), EVERYONE).values()
            assert len({each.digest for each in living}) == len(living)
            ever = {str(id_) for (id_,) in rows(installation.data / "catalogue.sqlite", "SELECT id FROM document")}
            assert known <= ever
            assert _lost(catalogue, heard) == []
            told |= heard
        last = installation.run("index")
        assert last.returncode == 0, last.stderr
        index = installation.data / "index"
        assert differences(installation.library, catalogue, index) == []
        assert _lost(catalogue, told) == []
        expected = {word: {path} for path, word in shelf.words.items()}
        assert found_at(expected, catalogue, index) == expected
    assert told
