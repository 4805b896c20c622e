"""The image is made of what is there, by steps that work on a bare Debian, and serves without root.

`make test-image` builds it: without a container engine, in a tree of Debian. It takes some minutes, and root.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index.config.settings import Settings
from index.preview_cache import PreviewCache
from tests import ROOT
from tests.deploy.image_recipe import list_context, read_ignored, read_recipe
from tests.deploy.image_tree import NEEDED, build_image, find_main_process, make_base, run_beside, run_image
from tests.service.installation import wait_until

if TYPE_CHECKING:
    from tests.deploy.image_tree import Image

MAKING, RUNNING = read_recipe((ROOT / "deploy/Dockerfile").read_text(encoding="utf-8"))
IGNORED = read_ignored((ROOT / ".dockerignore").read_text(encoding="utf-8"))

_PACKAGES = re.compile(r"apt-get install((?: --[a-z-]+)*)((?: +[a-z0-9.+-]+)+)")

_ABSENT = [name for name in NEEDED if shutil.which(name) is None]
_WHY_NOT = (
    "« make test-image » builds it"
    if "TEST_IMAGE" not in os.environ
    else "needs root, to build a tree"
    if os.geteuid()
    else f"needs {', '.join(_ABSENT)}"
)


def test_the_context_has_what_the_steps_use() -> None:
    """A build is sent the code, the locks and what `make` is told by, and nothing that is made or private."""
    sent = set(list_context(ROOT, IGNORED))
    wanted = {"Makefile", "README.md", "pyproject.toml", "ruche.py", "requirements/run.txt", "webapp/static/ruche.css"}
    assert wanted <= sent
    assert {name.split("/")[0] for name in sent} & {"tests", "docs", "deploy", ".git", "demo", "benchmarks"} == set()
    assert [name for name in sent if "__pycache__" in name or name.startswith("webapp/static/dsfr/")] == []
    # Whatever else is copied comes out of the stage before.
    copied = [each.split_options() for stage in (MAKING, RUNNING) for each in stage.find("COPY")]
    assert [(options.get("from", ""), rest.text) for options, rest in copied] == [
        ("", ". ."),
        (MAKING.name, "/opt/ruche /opt/ruche"),
    ]


def test_the_packages_are_those_that_the_guide_installs() -> None:
    """Whoever installs without an image reads the same names in docs/operations.md."""
    told = set(re.findall(r"[a-z0-9-]+", (ROOT / "docs/operations.md").read_text(encoding="utf-8")))
    for stage in (MAKING, RUNNING):
        (packages,) = [found for each in stage.find("RUN") for found in _PACKAGES.findall(each.text)]
        assert "--no-install-recommends" in packages[0]
        # Python itself comes with python3-venv there.
        assert set(packages[1].split()) - told <= {"python3"}


def test_the_targets_of_make_are_there() -> None:
    """Each thing that the image may be made of is a target of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (made,) = [each.text for each in MAKING.find("RUN") if each.text.startswith("make ")]
    (kind,) = [each.text for each in MAKING.find("ARG")]
    assert kind == "ENSEMBLE=run"
    targets = [each.strip('"') for each in made.split()[1:]]
    named = [each.replace("$ENSEMBLE", one) for each in targets for one in ("run", "dask", "transcription")]
    assert [each for each in named if not re.search(rf"(?m)^{re.escape(each)}:", makefile)] == []


def test_the_image_serves_without_root() -> None:
    """It runs Ruche as a user that a step makes, on the port that it says and that its health check asks."""
    user = RUNNING.find("USER")[-1].text
    assert [each for each in RUNNING.find("RUN") if re.search(rf"useradd --system .*\b{user}\b", each.text)]
    (entry,), (command,), (check,) = (RUNNING.find(name) for name in ("ENTRYPOINT", "CMD", "HEALTHCHECK"))
    # Copied from where the first stage makes it, with the name that pyproject.toml gives it.
    assert entry.split_words() == [f"{MAKING.find('WORKDIR')[-1].text}/.venv/bin/ruche"]
    assert 'ruche = "ruche:main"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert command.split_words() == ["serve"]
    (port,) = [int(each.text) for each in RUNNING.find("EXPOSE")]
    assert port == Settings().port
    asked = check.split_options()[1].text.removeprefix("CMD ")
    assert f"http://127.0.0.1:{port}/sante" in asked
    settings = [word.partition("=")[0] for each in RUNNING.find("ENV") for word in each.split_words()]
    named = {name.removeprefix("RUCHE_").lower() for name in settings if name.startswith("RUCHE_")}
    assert named <= Settings.model_fields.keys()


def test_what_is_not_understood_is_told() -> None:
    """A Dockerfile that came to say something new would not be built without it."""
    with pytest.raises(ValueError, match="VOLUME"):
        read_recipe("FROM a AS b\nVOLUME /donnees\n")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """The image, built step by step."""
    folder = tmp_path_factory.mktemp("image")
    context = (ROOT, list(list_context(ROOT, IGNORED)))
    (suite,) = {each.image.split(":")[1].partition("-")[0] for each in (MAKING, RUNNING)}
    make_base(folder / "base", suite)
    made = build_image(MAKING, folder / "base", folder / "making", context, {})
    return build_image(RUNNING, folder / "base", folder / "running", context, {MAKING.name: made.tree})


@pytest.mark.skipif("TEST_IMAGE" not in os.environ or bool(os.geteuid()) or bool(_ABSENT), reason=_WHY_NOT)
@pytest.mark.timeout(0)
def test_the_image_is_built_and_serves_the_demonstration(image: Image, tmp_path: Path) -> None:
    """On a bare Debian, in a tree that nobody writes to, with no network but its own: sound, and stopped in order."""
    entry = RUNNING.find("ENTRYPOINT")[0].split_words()
    check = RUNNING.find("HEALTHCHECK")[0].split_options()[1]
    healthy = type(check)("CMD", check.text.removeprefix("CMD ")).split_words()
    with run_image(image, [*entry, "demo"], tmp_path) as process:
        # Before it listens the check fails: one that always passes would say nothing.
        wait_until(lambda: Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii"), "none")
        assert run_beside(image, process, healthy).returncode != 0
        wait_until(lambda: run_beside(image, process, healthy).returncode == 0, (tmp_path / "log").read_text(), 300)
        main = find_main_process(process)
        status = Path(f"/proc/{main}/status").read_text(encoding="ascii")
        assert re.findall(r"(?m)^[UG]id:\s+(\d+)", status) == ["900", "900"]
        asked = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8420{}').read().decode()[:200000])"
        python = healthy[0]
        page = run_beside(image, process, [python, "-c", asked.format("/recherche?q=bus")]).stdout
        assert "des droits" in page
        assert run_beside(image, process, [python, "-c", asked.format("/static/dsfr/dsfr.css")]).returncode == 0
        doctor = run_beside(image, process, [*entry, "--config", "demo/ruche.toml", "doctor"])
        assert doctor.returncode == 0, doctor.stdout
        assert "LibreOffice : Installé" in doctor.stdout
        assert "Tesseract : Installé" in doctor.stdout
        # LibreOffice wants a home that it may write to, which a system user in a closed tree has not.
        office = [sha256(each.read_bytes()).hexdigest() for each in (tmp_path / "bibliotheque").rglob("*.docx")]
        previews = PreviewCache(tmp_path / "donnees/ruche/apercus", max_bytes=0)
        drawn = partial(previews.find_small_page, number=1)
        wait_until(lambda: any(map(drawn, office)), "no page of a Word file is drawn", 600)
        os.kill(main, signal.SIGTERM)
        assert process.wait(30) == 0
