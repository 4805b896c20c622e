"""The examples of docs/api.md: each is run as it stands, by curl, against the running service."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.webapp.api import serving
from tests.webapp.small_library import SLIDES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.webapp.api.serving import Service

_GUIDE = Path(__file__).parents[3] / "docs/api.md"
_BLOCKS = re.findall(r"```sh\n(.*?)```", _GUIDE.read_text(encoding="utf-8"), flags=re.DOTALL)
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
