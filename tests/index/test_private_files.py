"""The files of an installation are the service's alone, whatever the umask and whoever ran the command."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from index.config.settings_file import SETTINGS_FILE_NAME
from tests import ROOT
from tests.service.installation import Installation, ruche, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65_534

pytestmark = pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")


def _open_paths(folder: Path) -> list[str]:
    """The paths below a folder, itself included, that another account has any right on; links are as what they name."""
    found = (folder, *folder.rglob("*"))
    return sorted(path.name for path in found if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077)


@pytest.fixture
def loose_umask() -> Iterator[None]:
    """All that this test's processes create is open to everyone, unless they see to it."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("loose_umask")
def test_commands_write_private_files(tmp_path: Path) -> None:
    """Settings, catalogue, index, log, exports and backups are closed; the library and its deposits are left alone."""
    place = Installation(tmp_path / "ruche", {})
    assert subprocess.run(ruche("init", str(place.folder)), check=False, cwd=ROOT).returncode == 0  # noqa: S603 - ours
    (place.library / "fiche.md").write_text("# Fiche\n\nLa CAF reçoit.", encoding="utf-8")
    assert place.run("index").returncode == 0
    assert place.run("rebuild").returncode == 0
    assert place.run("backup", str(tmp_path / "sauvegardes")).returncode == 0
    with place.serve() as service:
        assert service.search("CAF")["total"] == 1
        assert place.data.joinpath("catalogue.sqlite-wal").exists()
        assert _open_paths(place.data) == []
    assert _open_paths(place.data) == []
    assert _open_paths(tmp_path / "sauvegardes") == []
    assert [name for name in _open_paths(place.folder) if name not in {"ruche", "bibliotheque", "fiche.md"}] == []
    assert {"bibliotheque", "fiche.md"} <= set(_open_paths(place.folder))


@pytest.mark.usefixtures("loose_umask")
def test_a_restored_installation_is_private(tmp_path: Path) -> None:
    """What a backup brings back is closed like what it was made of."""
    place = Installation.new(tmp_path / "ruche")
    assert place.run("index").returncode == 0
    assert place.run("backup", str(tmp_path / "s.zip")).returncode == 0
    restored = subprocess.run(  # noqa: S603 - our own command
        ruche("restore", str(tmp_path / "s.zip"), str(tmp_path / "neuve")), check=False, cwd=ROOT
    )
    assert restored.returncode == 0
    assert _open_paths(tmp_path / "neuve") == []


def test_an_older_installation_is_closed_at_start(tmp_path: Path) -> None:
    """What an earlier version left open is closed by the first command, which says so; the next has nothing to say."""
    place = Installation.new(tmp_path / "ruche")
    assert place.run("index").returncode == 0
    for path in (place.data, *place.data.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    left_open = len(_open_paths(place.data))
    outside = tmp_path / "ailleurs.txt"
    outside.touch(0o644)
    outside.chmod(0o644)
    (place.data / "lien").symlink_to(outside)
    closing = place.run("status")
    assert closing.returncode == 0
    assert "closed to them" in closing.stderr
    (place.data / "lien").unlink()
    assert left_open > 10
    assert _open_paths(place.data) == []
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644
    assert "closed to them" not in place.run("status").stderr


@pytest.mark.usefixtures("loose_umask")
def test_a_log_in_a_file_is_closed(tmp_path: Path) -> None:
    """The journal of a service that is started with « 2>> journal » is the service's alone."""
    place = Installation.new(tmp_path / "ruche")
    with place.start("watch"):
        wait_until(lambda: stat.S_IMODE(place.journal.stat().st_mode) == 0o600, "the log stays open to others")


_only_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root may act as other accounts")


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that every account may go through, as those that pytest makes are not."""
    with TemporaryDirectory(prefix="ruche-essai-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@_only_root
def test_another_account_reads_nothing(shared_folder: Path) -> None:
    """An account of the machine that knows every name opens none of the files."""
    place = Installation.new(shared_folder / "ruche")
    assert place.run("index").returncode == 0
    paths = [place.data, *place.data.rglob("*")]
    read = [path for path in paths if _as_nobody("ls" if path.is_dir() else "cat", str(path)).returncode == 0]
    assert read == []
    # The rest of the folder is as open as its owner made it: the refusals above are Ruche's.
    assert _as_nobody("ls", str(place.library)).returncode == 0


@_only_root
def test_root_acts_as_the_owner(shared_folder: Path) -> None:
    """A command run by root leaves nothing that the service, whose folder it is, could not read or delete."""
    os.chown(shared_folder, NOBODY, NOBODY)
    asked = f"""
from pathlib import Path
from index.private_files import create_private_files
create_private_files(Path({str(shared_folder / "donnees")!r}))
Path({str(shared_folder / "donnees")!r}).mkdir()
Path({str(shared_folder / "donnees" / "catalogue.sqlite")!r}).touch()
"""
    assert subprocess.run([sys.executable, "-c", asked], check=False, cwd=ROOT).returncode == 0  # noqa: S603 - ours
    created = [shared_folder / "donnees", shared_folder / "donnees" / "catalogue.sqlite"]
    assert [(path.stat().st_uid, path.stat().st_gid) for path in created] == [(NOBODY, NOBODY)] * 2
    assert _open_paths(shared_folder / "donnees") == []


def _as_nobody(*command: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 - fixed commands
        command, user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True, check=False
    )


def test_settings_are_written_private(tmp_path: Path) -> None:
    """An administrator will write secrets into the settings file: nobody else reads it from the start."""
    assert subprocess.run(ruche("init", str(tmp_path)), check=False, cwd=ROOT).returncode == 0  # noqa: S603 - our own
    assert stat.S_IMODE((tmp_path / SETTINGS_FILE_NAME).stat().st_mode) == 0o600
