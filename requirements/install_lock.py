"""Installs the packages of a lock by pip, and says how many are taken: a first set-up takes minutes in silence.

Given: what is being done, the lock's path, and further options of pip. It uses the standard library alone, for nothing
is installed yet.
"""  # noqa: INP001 - a script beside the locks, no package

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

_PIN = re.compile(r"^[A-Za-z0-9][\w.-]*(\[[\w,-]+\])?==", re.MULTILINE)
_TAKEN = re.compile(r"^(?:Collecting|Requirement already satisfied:) ([\w.-]+)")


def install(title: str, lock: Path, options: list[str]) -> int:
    """Run pip and show its progress; gives its exit code. What pip says is shown where it fails."""
    total = len(_PIN.findall(lock.read_text(encoding="utf-8")))
    command = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--no-color",
        "--progress-bar",
        "off",
    ]
    command += ["--require-hashes", "--requirement", str(lock), *options]
    # Kept for the case that it fails: the reason stands in pip's last lines.
    said: list[str] = []
    taken = 0
    _show(f"{title}…", end=not sys.stdout.isatty())
    with subprocess.Popen(  # noqa: S603 - pip, with the options of the Makefile
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as pip:
        for line in pip.stdout or ():
            said.append(line)
            # Downloads take nearly all of the time; pip unpacks all packages in one step.
            if found := _TAKEN.match(line):
                taken += 1
                _show(f"{title}: {taken} of {total}, {found[1]}", on_terminal_only=True)
            elif line.startswith("Installing collected packages"):
                _show(f"{title}: all are here, unpacking…", on_terminal_only=True)
    _show(f"{title}: {'done' if pip.returncode == 0 else 'failed'}.", end=True, on_terminal_only=True)
    if pip.returncode:
        sys.stderr.writelines(said[-40:])
    return pip.returncode


def _show(text: str, *, end: bool = False, on_terminal_only: bool = False) -> None:
    if sys.stdout.isatty():
        # Back to the start of the line, and the rest of it erased.
        sys.stdout.write(f"\r{text}\033[K" + ("\n" if end else ""))
    elif not on_terminal_only:
        sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(install(sys.argv[1], Path(sys.argv[2]), sys.argv[3:]))
