"""The examples of docs/api.md: each is run as it stands, by curl or by Python, against the running service."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests import ROOT
from tests.webapp.api import api_service as serving
from tests.webapp.small_library import SLIDES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.webapp.api.api_service import Service

_GUIDE = ROOT / "docs/api.md"
_BLOCKS = re.findall(r"```sh\n(.*?)```", _GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
_PROGRAMS = re.findall(r"```python\n(.*?)```", _GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
_COMMANDS = [line for block in _BLOCKS for line in block.replace("\\\n", "").splitlines() if line]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service."""
    with serving.service(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.mark.parametrize("command", _COMMANDS)
def test_an_example_does_what_is_said(service: Service, tmp_path: Path, command: str) -> None:
    """It is answered by success, or by the refusal that a comment announces."""
    if shutil.which("curl") is None:
        pytest.skip("no curl here, which the examples are written for")
    (tmp_path / "notes.md").write_text(f"# Notes\n\n{command}\n", encoding="utf-8")
    known = {"RUCHE": service.address, "JETON": service.token, "DOCUMENT": service.library.ids[SLIDES]}
    asked, _, expected = command.partition(" # ")
    line = asked.replace("curl ", 'curl --silent --output /dev/null --write-out "%{http_code}" ', 1)
    done = subprocess.run(  # noqa: S603 - our own examples
        ["/bin/sh", "-c", line], cwd=tmp_path, env=os.environ | known, capture_output=True, check=True
    )
    code = done.stdout.decode()
    assert code == expected if expected else code in {"200", "206"}


@pytest.mark.parametrize("program", _PROGRAMS)
def test_a_program_of_the_guide_runs(service: Service, tmp_path: Path, program: str) -> None:
    """Beside a copy of the client, with nothing of Ruche to be found: the address and the token alone are put in."""
    shutil.copy(ROOT / "webapp/client.py", tmp_path)
    written = program.replace("https://ruche.exemple.fr", service.address).replace("ruche_…", service.reading)
    assert written.count(service.reading) == 1
    (tmp_path / "exemple.py").write_text(written, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "exemple.py"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"{service.address}/documents/{service.library.ids[SLIDES]}" in done.stdout
