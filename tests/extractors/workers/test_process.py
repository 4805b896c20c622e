"""One worker: what it may use, what it leaves behind, and when it ends."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from extractors import Limits, Pool, Reason, UnreadableFileError, programs
from extractors.workers import pool as pool_module
from tests.extractors.workers.test_pool import PATIENCE, is_alive

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes and POSIX signals")


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (partial(bytes, 4001), Reason.TOO_LARGE),
        (partial(bytes, 10**12), Reason.TOO_LARGE),
        (partial(os._exit, 3), Reason.CRASHED),
        (partial(os.listdir, "/absent"), Reason.UNREADABLE),
        (partial(os.kill, os.getpid(), 0), None),
        (partial(time.sleep, 60), Reason.TOO_SLOW),
    ],
    ids=["says too much", "wants too much", "exits", "finds nothing", "does its work", "sleeps"],
)
def test_any_call(call: Callable[[], object], reason: Reason | None) -> None:
    """What is true of reading holds for any call: it is answered, or refused for a reason, within limits."""
    with Pool(1, Limits(seconds=2, output_characters=1000)) as pool:
        error = pool.submit_call(call).exception(PATIENCE)
        assert (error.reason if isinstance(error, UnreadableFileError) else error) is reason
        assert pool.submit_call(partial(bytes, 3)).result(PATIENCE) == bytes(3)


def test_long_refusals_are_cut(tmp_path: Path) -> None:
    """A library that quotes the whole file in its error does not send it to who asked."""
    name = "x" * 200
    long = tmp_path / name / name / name / "absent.txt"
    with Pool(1, Limits()) as pool:
        error = pool.submit(long).exception(PATIENCE)
    assert isinstance(error, UnreadableFileError)
    assert len(error.detail) == 500


def test_workers_are_recycled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Libraries leak: after so many files a worker gives way to a new one."""
    monkeypatch.setattr(pool_module, "_FILES_PER_WORKER", 2)
    with Pool(1, Limits()) as pool:
        seen = [pool.submit_call(os.getpid).result(PATIENCE) for _ in range(4)]
    assert seen[0] == seen[1] != seen[2] == seen[3]


def test_nothing_is_left_on_disk() -> None:
    """What a worker had on disk when it was stopped is removed."""
    with Pool(1, Limits(seconds=1)) as pool:
        folder = Path(pool.submit_call(tempfile.mkdtemp).result(PATIENCE)).parent
        assert folder != Path(tempfile.gettempdir())
        assert reason(pool.submit_call(partial(time.sleep, 60)).exception(PATIENCE)) is Reason.TOO_SLOW
        assert not folder.exists()
        folder = Path(pool.submit_call(tempfile.mkdtemp).result(PATIENCE)).parent
    assert not folder.exists()


def test_programs_end_with_their_worker(tmp_path: Path) -> None:
    """A worker that is stopped takes the converter that it runs along."""
    if "--pid" not in programs._isolation_command():  # noqa: SLF001  what this machine allows
        pytest.skip("this system refuses namespaces")
    alive, home = tmp_path / "vivant", tmp_path / "maison"
    home.mkdir()
    script = f"while true; do date > {alive}; sleep 0.1; done"
    with Pool(1, Limits(seconds=2)) as pool:
        endless = pool.submit_call(partial(programs.run_program, "sh", ["-c", script], home, 100))
        assert reason(endless.exception(PATIENCE)) is Reason.TOO_SLOW
    alive.unlink()
    time.sleep(0.5)
    assert not alive.exists()


def test_workers_end_with_their_owner(tmp_path: Path) -> None:
    """When the process that asks is killed, its workers do not stay behind, nor what they had on disk."""
    script = tmp_path / "owner.py"
    script.write_text(
        "import os, tempfile, time\nfrom extractors import Limits, Pool\n"
        "if __name__ == '__main__':\n"
        "    pool = Pool(1, Limits())\n"
        "    print(pool.submit_call(os.getpid).result(), pool.submit_call(tempfile.gettempdir).result(), flush=True)\n"
        "    time.sleep(60)\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(pool_module.__file__).parents[2])}
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, env=environment) as owner:  # noqa: S603
        assert owner.stdout is not None
        number, folder = owner.stdout.readline().decode().split()
        worker = int(number)
        assert is_alive(worker)
        owner.kill()
    ended = time.monotonic() + PATIENCE
    while is_alive(worker) and time.monotonic() < ended:
        time.sleep(0.1)
    assert not is_alive(worker)
    assert not Path(folder).exists()


def test_nobody_waits_for_a_worker_that_takes_long_to_die() -> None:
    """Killed, it needs the processor to die, which a busy machine hardly gives to the last in line."""
    script = (
        "import pickle, signal\n"
        "from functools import partial\n"
        "from extractors import Limits\n"
        "from extractors.workers.process import Worker\n"
        # It hears of nothing any more, as one that waits for the processor.
        "worker = Worker(Limits())\n"
        "worker.run_call(pickle.dumps(partial(signal.signal, signal.SIGTERM, signal.SIG_IGN)))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(pool_module.__file__).parents[2])}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True, timeout=PATIENCE)  # noqa: S603 - our own


def reason(error: BaseException | None) -> Reason:
    """The reason of this refusal."""
    assert isinstance(error, UnreadableFileError)
    return error.reason
