"""Workers: whatever a file does, its promise is kept and the next file is read."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import CancelledError
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from extractors import Format, Limits, Pool, Reason, UnreadableFileError, converters
from extractors import pool as pool_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes and POSIX signals")

PATIENCE = 30


@pytest.fixture
def pool() -> Iterator[Pool]:
    """One worker, two seconds a file."""
    with Pool(1, Limits(seconds=2)) as pool:
        yield pool


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """A file that any worker reads."""
    path = tmp_path / "sain.txt"
    path.write_text("Bonjour", encoding="utf-8")
    return path


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A named pipe into which nobody ever writes: whoever opens it waits."""
    path = tmp_path / "sans_fin.txt"
    os.mkfifo(path)
    return path


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


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (partial(bytes, 4001), Reason.TOO_LARGE),
        (partial(bytes, 10**12), Reason.TOO_LARGE),
        (partial(os._exit, 3), Reason.CRASHED),
        (partial(os.kill, os.getpid(), 0), None),
        (partial(time.sleep, 60), Reason.TOO_SLOW),
    ],
    ids=["says too much", "wants too much", "exits", "does its work", "sleeps"],
)
def test_any_call(call: Callable[[], object], reason: Reason | None) -> None:
    """What is true of reading holds for any call: it is answered, or refused for a reason, within limits."""
    with Pool(1, Limits(seconds=2, output_characters=1000)) as pool:
        error = pool.call(call).exception(PATIENCE)
        assert (error.reason if isinstance(error, UnreadableFileError) else error) is reason
        assert pool.call(partial(bytes, 3)).result(PATIENCE) == bytes(3)


def test_long_refusals_are_cut(tmp_path: Path) -> None:
    """A library that quotes the whole file in its error does not send it to who asked."""
    name = "x" * 200
    long = tmp_path / name / name / name / "absent.txt"
    with Pool(1, Limits()) as pool:
        error = pool.submit(long).exception(PATIENCE)
    assert isinstance(error, UnreadableFileError)
    assert len(error.detail) == 500


def test_a_call_that_cannot_travel(pool: Pool, sound: Path) -> None:
    """What cannot be sent to another process is the caller’s mistake, and is told at once."""
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pool.call(lambda: 1)
    assert pool.submit(sound).result(PATIENCE).format is Format.TEXT


def test_who_waits_comes_first(pool: Pool, endless: Path, sound: Path) -> None:
    """A page image that somebody waits for is not made to queue behind a large deposit."""
    pool.submit(endless)
    deposit = pool.submit(sound)
    order: list[str] = []
    deposit.add_done_callback(lambda _: order.append("deposit"))
    wanted = pool.call(partial(bytes, 3), first=True)
    wanted.add_done_callback(lambda _: order.append("wanted"))
    deposit.result(PATIENCE)
    wanted.result(PATIENCE)
    assert order == ["wanted", "deposit"]


def test_workers_are_recycled(sound: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Libraries leak: after so many files a worker gives way to a new one."""
    monkeypatch.setattr(pool_module, "_FILES_PER_WORKER", 2)
    with Pool(1, Limits()) as pool:
        seen = [pool.call(os.getpid).result(PATIENCE) for _ in range(4)]
        assert pool.submit(sound).result(PATIENCE).format is Format.TEXT
    assert seen[0] == seen[1] != seen[2] == seen[3]


def test_nothing_is_left_on_disk() -> None:
    """What a worker had on disk when it was stopped is removed."""
    with Pool(1, Limits(seconds=1)) as pool:
        folder = Path(pool.call(tempfile.mkdtemp).result(PATIENCE)).parent
        assert folder != Path(tempfile.gettempdir())
        assert reason(pool.call(partial(time.sleep, 60)).exception(PATIENCE)) is Reason.TOO_SLOW
        assert not folder.exists()
        folder = Path(pool.call(tempfile.mkdtemp).result(PATIENCE)).parent
    assert not folder.exists()


def test_programs_end_with_their_worker(tmp_path: Path) -> None:
    """A worker that is stopped takes the converter that it runs along."""
    if "--pid" not in converters._isolation():  # noqa: SLF001  what this machine allows
        pytest.skip("this system refuses namespaces")
    alive, home = tmp_path / "vivant", tmp_path / "maison"
    home.mkdir()
    script = f"while true; do date > {alive}; sleep 0.1; done"
    with Pool(1, Limits(seconds=2)) as pool:
        endless = pool.call(partial(converters.run, "sh", ["-c", script], home, 100))
        assert reason(endless.exception(PATIENCE)) is Reason.TOO_SLOW
    alive.unlink()
    time.sleep(0.5)
    assert not alive.exists()


def test_workers_end_with_their_owner(tmp_path: Path) -> None:
    """When the process that asks is killed, its workers do not stay behind."""
    script = tmp_path / "owner.py"
    script.write_text(
        "import os, time\nfrom extractors import Limits, Pool\n"
        "if __name__ == '__main__':\n"
        "    print(Pool(1, Limits()).call(os.getpid).result(), flush=True)\n    time.sleep(60)\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(pool_module.__file__).parents[1])}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, env=environment) as owner:  # noqa: S603
        assert owner.stdout is not None
        worker = int(owner.stdout.readline())
        assert is_alive(worker)
        owner.kill()
    ended = time.monotonic() + 10
    while is_alive(worker) and time.monotonic() < ended:
        time.sleep(0.1)
    assert not is_alive(worker)


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


def reason(error: BaseException | None) -> Reason:
    """The reason of this refusal."""
    assert isinstance(error, UnreadableFileError)
    return error.reason
