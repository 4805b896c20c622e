"""Setting up: packages of a lock are installed with their hashes, and nothing fails in silence."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A package of one module, as an index would give it."""
    file = tmp_path / "abeille-1.0-py3-none-any.whl"
    with ZipFile(file, "w") as archive:
        archive.writestr("abeille.py", "")
        archive.writestr("abeille-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: abeille\nVersion: 1.0\n")
        archive.writestr(
            "abeille-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("abeille-1.0.dist-info/RECORD", "")
    return file


def set_up(wheel: Path, digest: str) -> subprocess.CompletedProcess[str]:
    """Install a lock of this one package, with this hash."""
    lock = wheel.with_name("lock.txt")
    lock.write_text(f"abeille==1.0 \\\n    --hash=sha256:{digest}\n", encoding="utf-8")
    command = [sys.executable, "requirements/install_lock.py", "Installing", str(lock), "--no-deps", "--no-index"]
    command += ["--find-links", str(wheel.parent), "--target", str(wheel.parent / "installed")]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - ours


def test_a_lock_is_installed(wheel: Path) -> None:
    """What is being done is said in one line where no terminal could show its progress."""
    done = set_up(wheel, sha256(wheel.read_bytes()).hexdigest())
    assert (done.returncode, done.stdout) == (0, "Installing…\n"), done.stderr
    assert (wheel.parent / "installed" / "abeille.py").exists()


def test_a_package_that_was_changed_is_refused(wheel: Path) -> None:
    """A package whose hash is another stops the set-up, and what pip says of it is shown."""
    refused = set_up(wheel, "0" * 64)
    assert refused.returncode != 0
    assert "HASH" in refused.stderr.upper()
    assert not (wheel.parent / "installed").exists()
