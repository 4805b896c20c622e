"""The package that `make wheel` writes holds all that a site needs."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_PACKAGES = ("extractors/", "index/", "indexer/", "webapp/", "ruche.py", "ruche-")

_ASK = """
from pathlib import Path
from extractors import FORMATS
from index.config import load_settings
import webapp
from webapp.app import create_app

client = create_app(load_settings(Path("ruche.toml")), FORMATS).test_client()
page = client.get("/recherche?q=bus").text
print(Path(webapp.__file__).parent, "Le bus" in page, client.get("/static/dsfr/dsfr.css").status_code)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder where the package is installed by itself; its dependencies are those of the environment."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - ours
    (wheel,) = folder.glob("*.whl")
    with ZipFile(wheel) as archive:
        assert [name for name in archive.namelist() if not name.startswith(_PACKAGES)] == []
    target = folder / "installed"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(target)]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True)  # noqa: S603 - ours
    return target


def test_a_site_is_served_from_the_package_alone(installed: Path, tmp_path: Path) -> None:
    """In a folder of its own: a new installation, a document that is found, pages with their style sheets."""

    def run(*command: str) -> str:
        environment = os.environ | {"PYTHONPATH": str(installed)}
        done = subprocess.run(  # noqa: S603 - ours
            [sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    run("-m", "ruche", "init")
    (tmp_path / "bibliotheque" / "bus.md").write_text("# Le bus des droits\n\nIl passe le lundi.", encoding="utf-8")
    run("-m", "ruche", "index")
    assert run("-c", _ASK).split() == [str(installed / "webapp"), "True", "200"]
