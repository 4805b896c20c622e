"""Several web processes and two indexers on PostgreSQL: one works, the other takes over when it dies or hangs."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.faults.equality import differences, found_at
from tests.faults.writing_files import MAKERS
from tests.service.installation import PATIENCE, Installation, wait_until

if TYPE_CHECKING:
    import subprocess

    from index.catalogue.catalogue import Catalogue
    from tests.postgresql import Server

_FILES = 40


def _drop(library: Path, first: int, last: int) -> dict[str, str]:
    """Write files, each with a word of its own; gives the word of each path."""
    words, suffixes = {}, list(MAKERS)
    for number in range(first, last):
        path = f"fiche-{number}{suffixes[number % len(suffixes)]}"
        words[path] = f"balise{number:05d}"
        (library / path).write_bytes(MAKERS[Path(path).suffix](words[path]))
    return words


def _children(process: subprocess.Popen[str]) -> set[int]:
    """The processes that a process has started."""
    threads = Path(f"/proc/{process.pid}/task").iterdir()
    return {int(each) for thread in threads for each in (thread / "children").read_text(encoding="utf-8").split()}


def _at_work(installation: Installation) -> int:
    """The number of the indexer that holds the data folder."""
    return int((installation.data / "indexeur.pid").read_text(encoding="utf-8"))


def _equal(installation: Installation, catalogue: Catalogue, words: dict[str, str]) -> None:
    """Nothing is lost and nothing is there twice."""
    index = installation.data / "index"
    wait_until(lambda: not catalogue.queue.count(), "files still wait to be read")
    wait_until(lambda: not differences(installation.library, catalogue, index), "the index lags behind")
    assert found_at(words.values(), catalogue, index) == {word: {path} for path, word in words.items()}


@pytest.mark.timeout(600)
def test_the_standby_takes_over(tmp_path: Path, postgresql: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """The indexer is killed in the middle of its reading: the other one goes on, and both webs answer all along."""
    with ExitStack() as stack:
        url = stack.enter_context(postgresql.database())
        installation = Installation.new(tmp_path, settle_seconds="0.2", catalogue=url)
        words = _drop(installation.library, 0, _FILES)
        webs = [stack.enter_context(installation.serve()) for _ in range(2)]
        catalogue = stack.enter_context(installation.catalogue())
        stands_by = "this one stands by"
        wait_until(lambda: stands_by in installation.journal.read_text(encoding="utf-8"), "no indexer stands by")
        active = _at_work(installation)
        (standby,) = set.union(*(_children(web.process) for web in webs)) - {active}
        wait_until(catalogue.documents.list_ids, "nothing is indexed")
        known, begun = set(catalogue.documents.list_ids()), catalogue.indexer.read_state()
        words |= _drop(installation.library, _FILES, 2 * _FILES)
        os.kill(active, signal.SIGKILL)
        killed = time.monotonic()
        assert [web.search(words["fiche-0" + next(iter(MAKERS))])["total"] <= 1 for web in webs] == [True, True]
        wait_until(lambda: _at_work(installation) != active, "nobody took over")
        taken = time.monotonic() - killed
        wait_until(
            lambda: begun and (now := catalogue.indexer.read_state()) and now.started > begun.started, "it does nothing"
        )
        works = time.monotonic() - killed
        assert _at_work(installation) == standby
        _equal(installation, catalogue, words)
        whole = time.monotonic() - killed
        assert known <= set(catalogue.documents.list_ids())
        for web in webs:
            for word in words.values():
                web.wait_for(word, lambda answer: answer["total"] == 1, PATIENCE)
    with capsys.disabled():
        sys.stdout.write(
            f"\nkill -9: lock after {taken:.1f} s, at work after {works:.1f} s, all read at {whole:.1f} s\n"
        )


@pytest.mark.timeout(600)
def test_one_that_hung_writes_nothing_when_it_wakes(
    tmp_path: Path, postgresql: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """An indexer that hangs loses its turn to one on another machine; when it wakes it sees that, and ends."""
    with ExitStack() as stack:
        url = stack.enter_context(postgresql.database())
        first = Installation.new(tmp_path / "une", settle_seconds="0.2", catalogue=url)
        # Another machine has a data folder of its own.
        second = replace(first, settings=first.settings | {"data": str(tmp_path / "autre")})
        words = _drop(first.library, 0, 5)
        catalogue = stack.enter_context(first.catalogue())
        hung = stack.enter_context(first.start("watch"))
        wait_until(catalogue.documents.list_ids, "nothing is indexed")
        stack.enter_context(second.start("watch"))
        wait_until(lambda: "this one stands by" in first.journal.read_text(encoding="utf-8"), "no indexer stands by")
        begun = catalogue.indexer.read_state()
        hung.send_signal(signal.SIGSTOP)
        stopped = time.monotonic()
        words |= _drop(first.library, 5, 10)
        wait_until(
            lambda: begun and (now := catalogue.indexer.read_state()) and now.started > begun.started,
            "nobody took over",
        )
        works = time.monotonic() - stopped
        hung.send_signal(signal.SIGCONT)
        assert hung.wait(PATIENCE) == 1
        assert "n’est plus celui qui travaille" in first.journal.read_text(encoding="utf-8")
        wait_until(lambda: len(catalogue.documents.list_ids()) == len(words), "not everything is read")
        _equal(second, catalogue, words)
    with capsys.disabled():
        sys.stdout.write(f"\nhung: another one works after {works:.1f} s\n")
