"""The files of `deploy/` are accepted, and do what they say, by the programs that read them."""

from __future__ import annotations

import base64
import os
import re
import shutil
import socket
import stat
import subprocess
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from index.config.settings import Settings
from tests import ROOT
from tests.service.installation import Installation, wait_until
from webapp.server.bounded_server import SMALL_BODY_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEPLOY = ROOT / "deploy"
_NAME, _PASSWORD = "communaute", "miel"
_DIGEST = f"sha256:{'0' * 64}"
_DIGESTS = ("DEBIAN_EMPREINTE", "POSTGRESQL_EMPREINTE", "OPENSEARCH_EMPREINTE")
"""What the administrator's machine has to say of the images: no digest could be asked for where Ruche is developed."""

UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])


def _needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"needs {program}")


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - a fixed command
        [str(part) for part in command], capture_output=True, text=True, check=False, timeout=60
    )


def _compose() -> list[str]:
    """Compose, as a part of Docker or by itself; empty where there is neither."""
    if shutil.which("docker") and _run("docker", "compose", "version").returncode == 0:
        return ["docker", "compose"]
    return ["docker-compose"] if shutil.which("docker-compose") else []


@_needs("systemd-analyze")
def test_units_are_sound(tmp_path: Path) -> None:
    """Systemd finds nothing to say of the units; only the program, which is not installed here, is replaced."""
    assert UNITS
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8")
        (tmp_path / unit.name).write_text(
            re.sub(r"/opt/ruche/\S+/(?:ruche|dask) ", "/bin/true ", text), encoding="utf-8"
        )
    checked = _run("systemd-analyze", "verify", "--man=no", *(tmp_path / unit.name for unit in UNITS))
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


@_needs("systemd-analyze")
def test_the_service_is_shut_in() -> None:
    """The units stay among the little exposed by systemd's own count (at most 3 of 10)."""
    for unit in DEPLOY.glob("*.service"):
        checked = _run("systemd-analyze", "security", "--offline=true", "--threshold=30", unit)
        assert checked.returncode == 0, checked.stdout


@pytest.mark.skipif(not _compose(), reason="needs docker compose (no engine: its syntax is checked)")
def test_the_containers_are_described_rightly(tmp_path: Path) -> None:
    """Compose understands its file, and asks for what only the administrator can give."""
    command = [*_compose(), "--file", str(DEPLOY / "compose.yaml"), "config"]
    asked = {"POSTGRES_PASSWORD": "secret", "BIBLIOTHEQUE": str(tmp_path)} | dict.fromkeys(_DIGESTS, _DIGEST)
    given = {"PATH": os.environ["PATH"]} | asked
    for missing in (None, *asked):
        environment = {name: value for name, value in given.items() if name != missing}
        checked = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - a fixed command
        assert (checked.returncode == 0) is (missing is None), checked.stderr
        assert (missing or "") in checked.stderr


def test_the_containers_are_shut_in() -> None:
    """Only the web is reached from outside, by this machine; the base and the engine are on a network of their own."""
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert {name: each["ports"] for name, each in services.items() if "ports" in each} == {
        "ruche": ["127.0.0.1:8420:8420"]
    }
    assert [name for name, each in services.items() if each["networks"] != ["dedans"]] == ["ruche"]
    for name, each in services.items():
        # OpenSearch writes beside its settings when it first starts.
        assert each.get("read_only", False) is (name != "opensearch"), name
        assert each["cap_drop"] == ["ALL"], name
        assert each["security_opt"] == ["no-new-privileges:true"], name
        assert re.fullmatch(r"\d+g", each["mem_limit"]), name
        assert 0 < each["pids_limit"] <= 1024, name


def test_images_are_named_by_digest() -> None:
    """No image is taken by a tag alone, nor from a registry of ours: each digest is written or asked for."""
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    images = [each["image"] for each in services.values() if "build" not in each]
    recipe = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    images += re.findall(r"(?m)^FROM (\S+)", recipe)
    assert len(images) == 4
    for each in images:
        assert re.fullmatch(r"[a-z/]+:[a-z0-9.-]+@(sha256:[0-9a-f]{64}|\$\{[A-Z]+_EMPREINTE(:\?[^}]*)?\})", each), each
    # Without a value the build stops: an argument with one would be a tag that nobody looked at.
    assert re.findall(r"(?m)^ARG (\w+_EMPREINTE.*)$", recipe) == ["DEBIAN_EMPREINTE"]
    assert services["ruche"]["build"]["args"]["DEBIAN_EMPREINTE"].startswith("${DEBIAN_EMPREINTE:?")


def test_digests_are_taken_by_a_script(tmp_path: Path) -> None:
    """The script asks Docker for each image that is used and writes its digest once, into a file of its owner alone."""
    shutil.copy(DEPLOY / "empreintes.sh", tmp_path)
    docker = tmp_path / "docker"
    # Docker is not here: this one answers as it does.
    docker.write_text(f'#!/bin/sh\n[ "$1" = pull ] || echo "x@{_DIGEST}"\n', encoding="utf-8")
    docker.chmod(0o755)
    (tmp_path / ".env").write_text("POSTGRES_PASSWORD=x\nPOSTGRESQL_EMPREINTE=sha256:ancienne\n", encoding="utf-8")
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    for _ in range(2):
        told = subprocess.run(  # noqa: S603 - our own script
            ["sh", str(tmp_path / "empreintes.sh")],  # noqa: S607
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    written = (tmp_path / ".env").read_text(encoding="utf-8").splitlines()
    assert sorted(written) == sorted(["POSTGRES_PASSWORD=x", *(f"{name}={_DIGEST}" for name in _DIGESTS)])
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    compose = (DEPLOY / "compose.yaml").read_text(encoding="utf-8") + (DEPLOY / "Dockerfile").read_text(
        encoding="utf-8"
    )
    asked = [line.split()[0] for line in told.stdout.splitlines()]
    assert [image for image in asked if f"{image}@" not in compose] == []


@pytest.mark.skipif("opensearch_url" not in Settings.model_fields, reason="needs the OpenSearch engine")
def test_the_containers_name_settings_that_exist() -> None:
    """Each variable given to Ruche is one of its settings, with a value that it takes."""
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    named = services["ruche"]["environment"]
    values: dict[str, Any] = {
        name.removeprefix("RUCHE_").lower(): re.sub(r"\$\{[^}]*\}", "x", value)
        for name, value in named.items()
        if name != "TMPDIR"
    }
    settings = Settings(**values)
    assert settings.model_fields_set == values.keys()


def test_the_image_is_made_of_what_is_there() -> None:
    """The image copies what the repository has, and makes it by targets that the Makefile has."""
    kept = re.findall(r"(?m)^!(\S+)", (DEPLOY.parent / ".dockerignore").read_text(encoding="utf-8"))
    assert [name for name in kept if not (DEPLOY.parent / name).exists()] == []
    recipe = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    makefile = (DEPLOY.parent / "Makefile").read_text(encoding="utf-8")
    assert 'make ".venv/$ENSEMBLE" assets' in recipe
    for target in (".venv/run", ".venv/dask", "assets"):
        assert re.search(rf"(?m)^{re.escape(target)}:", makefile)


@_needs("logrotate")
def test_the_log_can_be_rotated() -> None:
    """Logrotate understands its file."""
    checked = _run("logrotate", "--debug", DEPLOY / "logrotate.conf")
    assert checked.returncode == 0, checked.stderr
    assert "error" not in checked.stderr


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@pytest.fixture
def front(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Nginx with the file of `deploy/` before a service: its address, and its log. Only ports and paths are changed."""
    port, log = _free_port(), tmp_path / "ruche.log"
    with Installation.new(tmp_path / "ruche").serve() as service:
        configuration = _configuration(tmp_path, port, service.url)
        command = ["nginx", "-p", str(tmp_path), "-c", str(configuration)]
        with subprocess.Popen(command) as process:  # noqa: S603 - the installed one
            try:
                yield f"http://127.0.0.1:{port}/", log
            finally:
                process.terminate()


def _configuration(folder: Path, port: int, behind: str) -> Path:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    (site,) = re.findall(r"(?ms)^server \{\n    listen 443.*?^\}\n", text)
    form = "\n".join(re.findall(r"(?ms)^map .*?^}$|^(?:log_format|limit_\w+_zone) .*?;$", text))
    site = re.sub(r"    listen .*\n|    ssl_.*\n", "", site)
    site = site.replace("server {", f"server {{\n    listen 127.0.0.1:{port};")
    site = site.replace("/var/log/nginx/ruche.log", f"{folder}/ruche.log").replace("/var/log/nginx/", f"{folder}/")
    (folder / "passwords").write_text(f"{_NAME}:{{PLAIN}}{_PASSWORD}\n", encoding="utf-8")
    site = site.replace("/etc/nginx/ruche.motdepasse", f"{folder}/passwords")
    site = site.replace("http://127.0.0.1:8420", behind.rstrip("/"))
    folders = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(
        # Where the tests run as root, nginx would answer as nobody, who may not read the passwords here.
        f"user root; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; events {{}}\n"
        f"http {{ {folders}\n{form}\n{site} }}",
        encoding="utf-8",
    )
    return configuration


def test_the_front_is_shut() -> None:
    """The service asks for a password as a whole; one address alone is exempt, that which tells that it lives."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    (site,) = re.findall(r"(?ms)^server \{\n    listen 443.*?^\}\n", text)
    assert re.findall(r"(?m)^    auth_basic(?:_user_file)? .*;$", site) == [
        '    auth_basic "Ruche";',
        "    auth_basic_user_file /etc/nginx/ruche.motdepasse;",
    ]
    blocks = re.findall(r"(?ms)^    location ([^{]+) \{$(.*?)^    \}$", site)
    assert [place for place, block in blocks if "auth_basic" in block] == ["= /sante"]


def test_the_front_takes_large_bodies_for_deposits_alone() -> None:
    """Everything else is as small as Ruche takes it; a deposit is handed on as it comes, for Ruche to decide."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert re.findall(r"client_max_body_size (\w+);", text) == [f"{SMALL_BODY_BYTES // 1024}k", "1001m"]
    assert Settings().deposit_megabytes == 1_000
    blocks = re.findall(r"(?ms)^    location ([^{]+) \{$(.*?)^    \}$", text)
    assert [place for place, block in blocks if "1001m" in block and "proxy_request_buffering off" in block] == [
        "~ ^/(animation/depot|api/v1/deposits)$"
    ]


@_needs("nginx")
def test_a_stranger_fills_nothing_of_the_front(front: tuple[str, Path]) -> None:
    """Without a password, one connection spooled 1.2 GB of a body to the disk: now its size is refused at once."""
    address, _ = front
    wait_until(lambda: _code(f"{address}sante") == 200, "nginx does not answer")
    for path in ("connexion", "animation/depot"):
        asked = urllib.request.Request(f"{address}{path}", b"x" * 2**20, method="POST")  # noqa: S310 - our own
        with pytest.raises(urllib.error.HTTPError) as refused, urllib.request.urlopen(asked, timeout=10):  # noqa: S310 - idem
            pass
        refused.value.close()
        assert refused.value.code in {401, 413}


def test_the_front_masks_secret_addresses() -> None:
    """What nginx writes of an address with a secret is its kind: the expression of its map, tried without nginx."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    ((expression, masked),) = re.findall(r'(?m)^    "~(.*?)" "(.*?)";$', text)
    pattern = re.compile(expression.replace("(?<", "(?P<"))
    replacement = re.sub(r"\$(\w+?)(?=[/$-]|$)", r"\\g<\1>", masked)
    wanted = {
        "/invitation/S-_3": "/invitation/-",
        "/connexion/oubli/WyJ4Il0~aK~S-_3": "/connexion/oubli/-",
        "/recherches/S-_3": "/recherches/-",
        "/recherches/S-_3.atom": "/recherches/-.atom",
        "/recherches/S-_3/suivi": "/recherches/-/suivi",
        "/abonnements/S-_3/confirmation": "/abonnements/-/confirmation",
        "/memoire/abonnements/S-_3/arret": "/memoire/abonnements/-/arret",
        "/documents/abc": "/documents/abc",
    }
    assert {each: pattern.sub(replacement, each) for each in wanted} == wanted
    assert "$ruche_chemin" in re.findall(r"(?m)^log_format .*$", text)[0]
    assert "$uri" not in re.findall(r"(?m)^log_format .*$", text)[0]


@_needs("nginx")
def test_the_front_keeps_searches_to_itself(front: tuple[str, Path]) -> None:
    """Members reach Ruche through nginx; what they search is in no log, and what is for administrators stays inside."""
    address, log = front
    wait_until(lambda: _code(f"{address}sante") == 200, "nginx does not answer")
    assert _code(f"{address}recherche?q=violences") == _code(f"{address}animation") == 401
    assert _code(f"{address}recherche?q=violences", known=True) == 200
    assert _code(f"{address}pret", known=True) == _code(f"{address}metriques", known=True) == 404
    secrets = ("invitation/SECRET", "recherches/SECRET", "recherches/SECRET.atom", "abonnements/SECRET/confirmation")
    assert {_code(f"{address}{each}", known=True) for each in secrets} == {404}
    wait_until(lambda: "/metriques" in log.read_text(encoding="utf-8"), "nothing in nginx' log")
    text = log.read_text(encoding="utf-8")
    assert "/recherche 200" in text
    assert "violences" not in text
    assert "SECRET" not in text
    assert [f"/{each.replace('SECRET', '-')} 404" in text for each in secrets] == [True] * 4
    assert "127.0.0.1" not in text


def _code(address: str, *, known: bool = False) -> int:
    asked = urllib.request.Request(address, headers={"Referer": f"{address}?q=violences"})  # noqa: S310 - our own
    if known:
        asked.add_header("Authorization", f"Basic {base64.b64encode(f'{_NAME}:{_PASSWORD}'.encode()).decode()}")
    try:
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310 - idem
            code: int = answer.status
            return code
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except urllib.error.URLError:
        return 0
