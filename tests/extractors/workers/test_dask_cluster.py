"""Readers of a cluster: the same promises as the pool's, whoever dies meanwhile."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import CancelledError
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from extractors import EXTRACTOR_VERSION, Format, Limits, Reason, UnreadableFileError
from tests.extractors.dask_cluster import PATIENCE, DaskCluster, kill, until

pytest.importorskip("distributed", reason="needs Dask")

from extractors.workers.dask_cluster import DaskPool

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes and POSIX signals"),
    pytest.mark.timeout(300),
]

LIMITS = Limits(seconds=3)


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[DaskCluster]:
    """A cluster of which nothing runs yet."""
    with DaskCluster(tmp_path) as cluster:
        yield cluster


def refusal(readers: DaskPool, path: Path) -> Reason:
    """Why this file is refused."""
    with pytest.raises(UnreadableFileError) as refused:
        readers.submit(path).result(PATIENCE)
    return refused.value.reason


def children(pid: int) -> list[int]:
    """The processes that a process has started, and theirs."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        if parent == pid:
            found += [int(entry.parent.name), *children(int(entry.parent.name))]
    return found


def test_promises_are_the_pools(dask: DaskCluster, sound: Path, endless: Path, tmp_path: Path) -> None:
    """Text, or the reason why there is none, within the same limits; a file may kill its bounded process, no more."""
    dask.schedule()
    reader = dask.reader()
    with DaskPool(dask.address, LIMITS) as readers:
        assert readers.submit(sound).result(PATIENCE).format is Format.TEXT
        assert refusal(readers, tmp_path / "absent.txt") is Reason.UNREADABLE
        assert refusal(readers, endless) is Reason.TOO_SLOW
        promise = readers.submit(endless)
        time.sleep(1)
        for pid in children(reader.pid):
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(UnreadableFileError) as refused:
            promise.result(PATIENCE)
        assert refused.value.reason is Reason.CRASHED
        assert readers.submit(sound).result(PATIENCE).format is Format.TEXT
        assert (readers.outage, readers.capacity) == ("", 1)


def test_a_dead_reader_costs_a_retry(dask: DaskCluster, tmp_path: Path) -> None:
    """Whatever a killed reader was reading is read by another, and no file is blamed."""
    files = [tmp_path / f"{number}.txt" for number in range(60)]
    for number, file in enumerate(files):
        file.write_text(f"Texte numéro {number}", encoding="utf-8")
    dask.schedule()
    doomed, _ = dask.reader(), dask.reader()
    with DaskPool(dask.address, LIMITS) as readers:
        until(lambda: readers.capacity == 2, "a reader is missing")
        promises = [readers.submit(file) for file in files]
        promises[5].result(PATIENCE)
        kill(doomed)
        texts = [promise.result(PATIENCE).sections[0].text for promise in promises]
    assert texts == [f"Texte numéro {number}" for number in range(60)]


def test_readers_that_all_die(dask: DaskCluster, endless: Path) -> None:
    """A file under which reader after reader is killed is still not to blame: it waits for one that lives."""
    dask.schedule()
    with DaskPool(dask.address, Limits(seconds=20)) as readers:
        promise = readers.submit(endless)
        for _ in range(5):
            reader = dask.reader()
            until(lambda: len(children(reader.pid)) >= 3, "the file is not being read")  # noqa: B023 - called here
            kill(reader)
        assert not promise.done()
        until(lambda: "Aucun lecteur" in readers.outage, readers.outage)


def test_a_scheduler_that_is_away(dask: DaskCluster, sound: Path) -> None:
    """Absent at first or lost in the middle, it is told, and everything is read once it is back."""
    with DaskPool(dask.address, LIMITS) as readers:
        early = readers.submit(sound)
        until(lambda: "ne répond pas" in readers.outage, "its absence is not told")
        first = dask.schedule()
        until(lambda: "Aucun lecteur" in readers.outage, "the readers' absence is not told")
        reader = dask.reader()
        assert early.result(PATIENCE).format is Format.TEXT
        kill(first)
        kill(reader)
        late = readers.submit(sound)
        until(lambda: "ne répond pas" in readers.outage, "its loss is not told")
        dask.schedule()
        dask.reader()
        assert late.result(PATIENCE).format is Format.TEXT
        until(lambda: not readers.outage, readers.outage)


def test_another_version_is_refused(dask: DaskCluster, sound: Path, tmp_path: Path) -> None:
    """A reader whose extractors are of another version, or that is none of ours, reads nothing, and is named."""
    older = tmp_path / "older.py"
    older.write_text(
        "from extractors.workers import dask_node\ndask_node.EXTRACTOR_VERSION = 1\n"
        "from extractors.workers.dask_node import dask_setup\n",
        encoding="utf-8",
    )
    dask.schedule()
    dask.reader(older)
    dask.reader("json")
    with DaskPool(dask.address, LIMITS) as readers:
        promise = readers.submit(sound)
        until(lambda: "version 1 des extracteurs" in readers.outage, readers.outage)
        assert f"version {EXTRACTOR_VERSION}." in readers.outage
        until(lambda: "--preload" in readers.outage, readers.outage)
        assert not promise.done()
        dask.reader()
        assert promise.result(PATIENCE).format is Format.TEXT


def test_a_library_that_a_reader_does_not_see(dask: DaskCluster, sound: Path) -> None:
    """A reader to which the share is not mounted condemns no file: that is told, and the file waits."""
    dask.schedule()
    dask.reader()
    with DaskPool(dask.address, LIMITS) as readers, sound.open("rb") as file:
        # The same path leads somewhere for this process only.
        promise = readers.submit(Path(f"/proc/self/fd/{file.fileno()}"))
        until(lambda: "ne voient pas la bibliothèque" in readers.outage, "it is not told")
        assert not promise.done()
        assert readers.submit(sound).result(PATIENCE).format is Format.TEXT


def test_close_is_certain(dask: DaskCluster, endless: Path, sound: Path) -> None:
    """Closing cancels what is being read and what waits, whether the scheduler is there or not."""
    dask.schedule()
    dask.reader()
    for address in (dask.address, "127.0.0.1:9"):
        readers = DaskPool(address, Limits())
        # One is read and one waits, whichever comes first: a quick reader would have read a sound file by now.
        promises = [readers.submit(endless), readers.submit(endless)]
        time.sleep(1)
        readers.close()
        readers.close()
        for promise in promises:
            with pytest.raises(CancelledError):
                promise.result(PATIENCE)
        with pytest.raises(RuntimeError):
            readers.submit(sound)
