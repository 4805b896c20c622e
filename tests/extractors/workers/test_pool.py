"""Workers: whatever a file does, its promise is kept and the next file is read."""

from __future__ import annotations

import os
import pickle
import signal
import threading
import time
from concurrent.futures import CancelledError
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from extractors import Format, Limits, Pool, Reason, UnreadableFileError
from extractors.workers import pool as pool_module
from extractors.workers.process import Worker, stop_forkserver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes and POSIX signals")

PATIENCE = 100


@pytest.fixture
def pool() -> Iterator[Pool]:
    """One worker, two seconds a file."""
    with Pool(1, Limits(seconds=2)) as pool:
        yield pool


def worker_ids() -> set[int]:
    """The processes that read for this one."""
    from multiprocessing import active_children  # noqa: PLC0415

    return {child.pid for child in active_children() if child.pid}


def reason_of(pool: Pool, path: Path) -> Reason:
    """Why this file is refused."""
    with pytest.raises(UnreadableFileError) as refused:
        pool.submit(path).result(PATIENCE)
    return refused.value.reason


def is_alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_reads(pool: Pool, sound: Path, tmp_path: Path) -> None:
    """A worker gives the Extraction, or the reason."""
    assert pool.submit(sound).result(PATIENCE).format is Format.TEXT
    assert reason_of(pool, tmp_path / "absent.txt") is Reason.UNREADABLE


def test_too_slow(pool: Pool, endless: Path, sound: Path) -> None:
    """A file that never ends is given up at the limit, and the next one is read."""
    began = time.monotonic()
    assert reason_of(pool, endless) is Reason.TOO_SLOW
    assert time.monotonic() - began < 10
    assert pool.submit(sound).result(PATIENCE).format is Format.TEXT


def test_too_large(tmp_path: Path, sound: Path) -> None:
    """A file that needs more memory than allowed is refused, and the next one is read."""
    greedy = tmp_path / "gros.txt"
    with greedy.open("wb") as file:
        file.write(b"mot " * 10_000)
        file.truncate(1_500_000_000)
    with Pool(1, Limits(memory_bytes=1_200_000_000, text_bytes=2_000_000_000)) as pool:
        assert reason_of(pool, greedy) in {Reason.TOO_LARGE, Reason.CRASHED}
        assert pool.submit(sound).result(PATIENCE).format is Format.TEXT


def test_default_memory_suits_every_reader(tmp_path: Path, pdf: Callable[..., bytes], sound: Path) -> None:
    """The default limit on memory leaves room for the libraries themselves."""
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(["Bonjour"]))
    with Pool(1, Limits()) as pool:
        assert [pool.submit(file).result(PATIENCE).sections[0].text for file in (path, sound)] == ["Bonjour"] * 2


def test_worker_killed_while_reading(pool: Pool, endless: Path, sound: Path) -> None:
    """A worker that dies on a file condemns that file alone."""
    promise = pool.submit(endless)
    time.sleep(1)
    for pid in worker_ids():
        os.kill(pid, signal.SIGKILL)
    with pytest.raises(UnreadableFileError) as refused:
        promise.result(PATIENCE)
    assert refused.value.reason is Reason.CRASHED
    assert pool.submit(sound).result(PATIENCE).format is Format.TEXT


def test_worker_killed_while_idle(pool: Pool, sound: Path) -> None:
    """A worker that dies between two files condemns none."""
    pool.submit(sound).result(PATIENCE)
    for pid in worker_ids():
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.5)
    assert [promise.result(PATIENCE).format for promise in [pool.submit(sound) for _ in range(5)]] == [Format.TEXT] * 5


def test_close_is_fast_and_certain(endless: Path, sound: Path) -> None:
    """Closing stops what is being read, cancels what waits, and leaves no process."""
    pool = Pool(2, Limits())
    running = [pool.submit(endless) for _ in range(2)]
    waiting = [pool.submit(sound) for _ in range(20)]
    time.sleep(1)
    workers = worker_ids()
    assert workers
    began = time.monotonic()
    pool.close()
    assert time.monotonic() - began < 3
    assert not any(map(is_alive, workers))
    for promise in [*running, *waiting]:
        with pytest.raises(CancelledError):
            promise.result(0)
    with pytest.raises(RuntimeError):
        pool.submit(sound)


def test_close_twice_or_unused() -> None:
    """A pool that never read anything closes too, and closing again changes nothing."""
    pool = Pool(1, Limits())
    pool.close()
    pool.close()


def test_cancel(pool: Pool, endless: Path, sound: Path) -> None:
    """A file that waits can be withdrawn."""
    pool.submit(endless)
    promises = [pool.submit(sound) for _ in range(3)]
    assert promises[-1].cancel()
    assert promises[0].result(PATIENCE).format is Format.TEXT


def test_many_threads(pool: Pool, sound: Path) -> None:
    """Files may be submitted from several threads, and from a promise's own callback."""
    read: list[Format] = []
    again = threading.Event()

    def submit() -> None:
        read.extend(pool.submit(sound).result(PATIENCE).format for _ in range(10))

    threads = [threading.Thread(target=submit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read == [Format.TEXT] * 40
    pool.submit(sound).add_done_callback(lambda _: pool.submit(sound).add_done_callback(lambda _: again.set()))
    assert again.wait(PATIENCE)


def test_a_call_that_cannot_travel(pool: Pool, sound: Path) -> None:
    """What cannot be sent to another process is the caller’s mistake, and is told at once."""
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pool.submit_call(lambda: 1)
    assert pool.submit(sound).result(PATIENCE).format is Format.TEXT


def test_who_waits_comes_first(pool: Pool, endless: Path, sound: Path) -> None:
    """A page image that somebody waits for is not made to queue behind a large deposit."""
    pool.submit(endless)
    deposit = pool.submit(sound)
    order: list[str] = []
    deposit.add_done_callback(lambda _: order.append("deposit"))
    wanted = pool.submit_call(partial(bytes, 3), first=True)
    wanted.add_done_callback(lambda _: order.append("wanted"))
    deposit.result(PATIENCE)
    wanted.result(PATIENCE)
    assert order == ["wanted", "deposit"]


def test_closed_from_a_callback(sound: Path) -> None:
    """Who closes the pool as soon as a file is read does not wait for itself."""
    pool = Pool(2, Limits())
    closed = threading.Event()

    def close(_: object) -> None:
        pool.close()
        closed.set()

    pool.submit(sound).add_done_callback(close)
    assert closed.wait(PATIENCE)
    pool.close()


def test_closing_waits_for_no_worker_that_is_being_started(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine that has too much to do a process takes minutes to start: whoever stops does not wait for it."""
    begun, go_on = threading.Event(), threading.Event()

    class Slow(Worker):
        """One that takes as long to start as it is made to."""

        def __init__(self, limits: Limits) -> None:
            begun.set()
            go_on.wait()
            super().__init__(limits)

    monkeypatch.setattr(pool_module, "Worker", Slow)
    monkeypatch.setattr(pool_module, "KILL_WAIT_SECONDS", 0.1)
    with Pool(1, Limits(seconds=2)) as pool:
        promise = pool.submit(sound)
        assert begun.wait(PATIENCE)
    go_on.set()
    with pytest.raises(CancelledError):
        promise.result(PATIENCE)


def test_nothing_is_kept_at_rest(monkeypatch: pytest.MonkeyPatch, sound: Path) -> None:
    """A while after the last file no process is left, nor the one that workers come from; the next file is read."""
    monkeypatch.setattr(pool_module, "_IDLE_SECONDS", 0.1)
    stop_forkserver()
    with Pool(2, Limits()) as pool:
        for _ in range(2):
            pool.warm_up()
            assert pool.submit(sound).result(PATIENCE).format is Format.TEXT
            until = time.monotonic() + PATIENCE
            while worker_ids() or _server() is not None:
                assert time.monotonic() < until
                time.sleep(0.05)


def _server() -> int | None:
    """The process that workers come from."""
    from multiprocessing import forkserver  # noqa: PLC0415

    pid: int | None = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]  # noqa: SLF001
    return pid
