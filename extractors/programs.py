"""Running external programs (LibreOffice, Tesseract) in isolation, since they open files that strangers made."""

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

from extractors.detection import find_import_filter
from extractors.errors import Reason, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from extractors.formats import Format

# The most that a program may write into one file (RLIMIT_FSIZE).
_FILE_BYTES = 500_000_000
_OUTPUT_NAME = "sortie"
# A network namespace of its own has no way out. With a PID namespace the kernel kills all processes of the program when
# the first one dies, and « pdeathsig » kills the first one with this worker: a worker that is itself killed leaves no
# program behind. The order matters: entering a user namespace resets a pdeathsig that was set before.
_DIE_WITH_PARENT = ("setpriv", "--pdeathsig", "KILL", "--")
_NO_NETWORK = ("unshare", "--user", "--map-root-user", "--net", "--", *_DIE_WITH_PARENT)
_NO_NETWORK_OWN_PROCESSES = (*_NO_NETWORK, "unshare", "--pid", "--fork", "--kill-child", "--")
# Where namespaces are not allowed (as in many containers), dead proxies stop programs that respect them, and
# LibreOffice's profile forbids it to load links.
_DEAD_PROXY = "http://127.0.0.1:9"
_PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def is_installed(program: str) -> bool:
    """Whether this program is on the PATH."""
    return shutil.which(program) is not None


def list_installed_programs() -> tuple[str, ...]:
    """Those of the programs that read or draw files which are on the PATH now: each may be installed at any time."""
    return tuple(filter(is_installed, (LIBREOFFICE, TESSERACT)))


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder for one run of one program: its home, temporary files and results; removed afterwards."""
    with TemporaryDirectory(prefix="ruche-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def run_program(program: str, arguments: Sequence[str], folder: Path, seconds: float) -> bytes:
    """Run a program and return its standard output; `folder` is its home and working directory.

    It gets no network where the system allows that, at most `seconds`, half a gigabyte for each file that it writes,
    and the memory limit (RLIMIT_AS) of the worker that runs it, which children inherit.
    UnreadableFileError: NO_CONVERTER if it is not installed, TOO_SLOW if it was stopped, DAMAGED if it failed.
    """
    found = shutil.which(program)
    if found is None:
        raise UnreadableFileError(Reason.NO_CONVERTER, program)
    command = [*_isolation_command(), *_file_limit_command(), found, *arguments]
    # A file and not a pipe: it is bounded as all files are, and a full pipe could block the program.
    with (folder / _OUTPUT_NAME).open("w+b") as output:
        code = _wait_for_exit(command, folder, output.fileno(), seconds)
        if code != 0:
            raise UnreadableFileError(Reason.DAMAGED, f"{program} : code {code}")
        output.seek(0)
        return output.read()


def _wait_for_exit(command: Sequence[str], folder: Path, output: int, seconds: float) -> int:
    """Run the command and return its exit code; whatever happens, no process of it is left."""
    process = subprocess.Popen(  # noqa: S603  a list, never a shell; what it contains is ours
        command,
        cwd=folder,
        env=_build_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.DEVNULL,
        # A process group of its own, which can be killed as a whole.
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


def _build_environment(folder: Path) -> dict[str, str]:
    """The environment of a program. Of ours it gets the PATH only, since our variables may hold secrets."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        # One thread for Tesseract: there are already as many workers as cores, and its threads slow one another down.
        "OMP_THREAD_LIMIT": "1",
        # LibreOffice without a display.
        "SAL_USE_VCLPLUGIN": "svp",
        **dict.fromkeys(_PROXIES, _DEAD_PROXY),
    }


@cache
def _isolation_command() -> tuple[str, ...]:
    """The strongest wrapper command that this system allows, else (). All are part of util-linux, so of most Linux."""
    return next((words for words in (_NO_NETWORK_OWN_PROCESSES, _NO_NETWORK, _DIE_WITH_PARENT) if _can_run(words)), ())


@cache
def _file_limit_command() -> tuple[str, ...]:
    words = ("prlimit", f"--fsize={_FILE_BYTES}", "--")
    return words if _can_run(words) else ()


def _can_run(words: tuple[str, ...]) -> bool:
    """Whether this wrapper runs here: an installed one may still be refused by the kernel or a container."""
    if not is_installed(words[0]):
        return False
    tried = subprocess.run([*words, "true"], check=False, capture_output=True)  # noqa: S603  constants above
    return tried.returncode == 0


LIBREOFFICE, TESSERACT = "soffice", "tesseract"


# The profile of each run: no macros, and no linked files or images, which could show files of the server.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
 <item oor:path="/org.openoffice.Office.Common/Security/Scripting">
  <prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop>
  <prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop>
  <prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop>
  <prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop>
 </item>
 <item oor:path="/org.openoffice.Office.Writer/Content/Update">
  <prop oor:name="Link" oor:op="fuse"><value>0</value></prop>
 </item>
 <item oor:path="/org.openoffice.Office.Calc/Content/Update">
  <prop oor:name="Link" oor:op="fuse"><value>2</value></prop>
 </item>
</oor:items>
"""


def convert_document(path: Path, kind: Format, target: str, folder: Path, seconds: float) -> Path:
    """Convert a document by LibreOffice and return the path of the result, which is in `folder`, a private folder.

    `target` is a suffix, followed by « : » and an export filter with options if need be. UnreadableFileError if
    LibreOffice fails or takes more than `seconds`.

    Filters: https://help.libreoffice.org/latest/en-US/text/shared/guide/convertfilters.html
    """
    profile, results = folder / "profil", folder / "resultat"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    # A copy under a plain name with the true suffix: LibreOffice goes by suffixes, takes a name that begins with « - »
    # for an option, may lack our permissions in its namespace, and would look for linked files beside the original.
    source = folder / f"document.{kind.value}"
    shutil.copyfile(path, source)
    options = ["--headless", "--norestore", "--nolockcheck", "--nodefault", "--nofirststartwizard"]
    if import_filter := find_import_filter(path, kind):
        options.append(f"--infilter={import_filter}")
    job = ("--convert-to", target, "--outdir", str(results), str(source))
    run_program(LIBREOFFICE, (f"-env:UserInstallation={profile.as_uri()}", *options, *job), folder, seconds)
    converted = results / f"document.{target.partition(':')[0]}"
    # On a file that it cannot load, LibreOffice writes nothing and still exits with 0.
    if not converted.is_file():
        raise UnreadableFileError(Reason.DAMAGED, "LibreOffice n’a rien produit")
    return converted
