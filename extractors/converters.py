"""External programs (LibreOffice, Tesseract), run as if they were hostile: they open what strangers made."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from extractors.errors import Reason, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FILE_BYTES = 500_000_000
_OUTPUT = "sortie"
# A network of its own has no way out; a process tree of its own is killed whole by the kernel with its first process,
# and « pdeathsig » kills that one with us: a worker that is itself killed leaves no program behind. The order matters,
# since entering a user namespace forgets a pdeathsig that was set before.
_TIED = ("setpriv", "--pdeathsig", "KILL", "--")
_APART = ("unshare", "--user", "--map-root-user", "--net", "--", *_TIED)
_APART_AND_CONTAINED = (*_APART, "unshare", "--pid", "--fork", "--kill-child", "--")
# Where namespaces are refused (containers often do), proxies that lead nowhere stop programs that heed them, and
# LibreOffice’s profile forbids it links.
_NOWHERE = "http://127.0.0.1:9"
_PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def installed(program: str) -> bool:
    """Whether this program can be run here."""
    return shutil.which(program) is not None


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder for one run of one program: its home, its temporary files and its results; gone afterwards."""
    with TemporaryDirectory(prefix="ruche-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def run(program: str, arguments: Sequence[str], folder: Path, seconds: float) -> bytes:
    """What the program prints; `folder` is its home and working directory.

    It has no network where the system allows that, at most `seconds`, half a gigabyte for each file that it writes,
    and the limit on memory (RLIMIT_AS) of the worker that runs it, which children inherit.
    UnreadableFileError says NO_CONVERTER when it is absent, TOO_SLOW when it was stopped, DAMAGED when it failed.
    """
    found = shutil.which(program)
    if found is None:
        raise UnreadableFileError(Reason.NO_CONVERTER, program)
    command = [*_isolation(), *_file_limit(), found, *arguments]
    with (folder / _OUTPUT).open("w+b") as output:
        code = _ended(command, folder, output.fileno(), seconds)
        if code != 0:
            raise UnreadableFileError(Reason.DAMAGED, f"{program} : code {code}")
        output.seek(0)
        return output.read()


def _ended(command: Sequence[str], folder: Path, output: int, seconds: float) -> int:
    """The exit code; whatever happens, no process of the program is left."""
    process = subprocess.Popen(  # noqa: S603  a list, never a shell; what it contains is ours
        command,
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired as error:
        raise UnreadableFileError(Reason.TOO_SLOW, f"{command[0]} : {seconds:.0f} s") from error
    finally:
        _kill_group(process)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _environment(folder: Path) -> dict[str, str]:
    """Nothing of ours but the path: settings and secrets of the service are none of a converter's business."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        # One thread each: workers are already as many as there are cores, and Tesseract’s threads slow one another.
        "OMP_THREAD_LIMIT": "1",
        "SAL_USE_VCLPLUGIN": "svp",
        **dict.fromkeys(_PROXIES, _NOWHERE),
    }


@cache
def _isolation() -> tuple[str, ...]:
    """The strongest of the wrappers that this system allows; util-linux brings them all, so most Linux have them."""
    return next((words for words in (_APART_AND_CONTAINED, _APART, _TIED) if _works(words)), ())


@cache
def _file_limit() -> tuple[str, ...]:
    words = ("prlimit", f"--fsize={_FILE_BYTES}", "--")
    return words if _works(words) else ()


def _works(words: tuple[str, ...]) -> bool:
    if not installed(words[0]):
        return False
    tried = subprocess.run([*words, "true"], check=False, capture_output=True)  # noqa: S603  constants above
    return tried.returncode == 0
