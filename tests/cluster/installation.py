"""Where a version of OpenSearch stands on this machine, installed once from Maven Central."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

VERSION = "2.19.6"
_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1"
_DISTRIBUTION = ("org.opensearch.distribution.integ-test-zip", "opensearch", "zip")

# The 2.x distribution for tests lacks its modules: these are the two that Ruche's index needs, with what the second
# asks of Java's security manager.
_MODULES = {"lang-painless": "", "analysis-common": "lang-painless"}
_GRANTS = """grant {
  permission java.lang.RuntimePermission "createClassLoader";
  permission java.lang.RuntimePermission "getClassLoader";
};
"""

_LEFT_OUT = re.compile(r"\.(bat|exe)$|/lib/tools/|/modules/(ingest-geoip|transport-grpc)/")


class AbsentError(Exception):
    """This machine cannot run OpenSearch; the message says what is missing."""


def cache() -> Path:
    """Outside the tree, and where the account that runs the nodes may read: root's own folder is closed to it."""
    return Path("/var/cache/ruche") if os.geteuid() == 0 else Path.home() / ".cache" / "ruche"


def java(version: str) -> str:
    """A Java that runs this version. Raises AbsentError."""
    lowest, highest = (11, 23) if version.startswith("2.") else (21, 99)
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    found = [str(each / "bin" / "java") for each in (*homes, *sorted(Path("/usr/lib/jvm").glob("*")))]
    for command in filter(None, (*found, shutil.which("java"))):
        if Path(command).exists() and lowest <= _java_version(command) <= highest:
            return command
    raise AbsentError(f"OpenSearch {version} needs a Java between {lowest} and {highest}, and there is none here")


def installed(version: str = VERSION) -> Path:
    """The folder of a version, installed if it is not yet. Raises AbsentError where Java or Maven is missing."""
    folder = cache() / f"opensearch-{version}"
    java(version)
    if not (folder / "complete").exists():
        if not shutil.which("mvn"):
            raise AbsentError("Maven, which brings OpenSearch, is not installed")
        _install(version, folder)
    return folder


def _java_version(command: str) -> int:
    said = subprocess.run([command, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603 - a Java
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


def _install(version: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        modules = _MODULES if version.startswith("2.") else {}
        fetched = _fetch(Path(scratch), version, list(modules))
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with zipfile.ZipFile(fetched / f"opensearch-{version}.zip") as archive:
            archive.extractall(folder, [name for name in archive.namelist() if not _LEFT_OUT.search(name)])
        home = next(path for path in folder.iterdir() if path.is_dir())
        for path in home.iterdir():
            path.rename(folder / path.name)
        for name, needs in modules.items():
            _add_module(folder, version, fetched.parent / name, needs)
        subprocess.run(["chmod", "-R", "go+rX", folder], check=True)  # noqa: S603, S607 - a folder of ours
        (folder / "complete").touch()


def _fetch(scratch: Path, version: str, modules: list[str]) -> Path:
    """Have Maven bring the distribution, and each module with what it needs in a folder of its own."""
    _pom(scratch / "distribution", _DISTRIBUTION, version)
    for name in modules:
        _pom(scratch / name, ("org.opensearch.plugin", name, "jar"), version)
    for name in ("distribution", *modules):
        goal = f"{_PLUGIN}:copy-dependencies"
        options = ["-DoutputDirectory=.", "-DincludeScope=runtime", "-Dmdep.useBaseVersion=true"]
        subprocess.run(["mvn", "-B", "-q", "-f", scratch / name / "pom.xml", goal, *options], check=True)  # noqa: S603, S607 - idem
    return scratch / "distribution"


def _pom(folder: Path, artifact: tuple[str, str, str], version: str) -> None:
    group, name, kind = artifact
    folder.mkdir()
    (folder / "pom.xml").write_text(
        "<project><modelVersion>4.0.0</modelVersion><groupId>here</groupId><version>1</version>"
        f"<artifactId>here-{folder.name}</artifactId><packaging>pom</packaging><dependencies><dependency>"
        f"<groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version><type>{kind}</type>"
        # The server itself is in the distribution.
        "<exclusions><exclusion><groupId>org.opensearch</groupId><artifactId>opensearch</artifactId></exclusion>"
        "</exclusions></dependency></dependencies></project>",
        encoding="utf-8",
    )


def _add_module(home: Path, version: str, jars: Path, needs: str) -> None:
    module = home / "modules" / jars.name
    module.mkdir()
    for jar in jars.glob("*.jar"):
        # The same class twice is refused at start-up.
        if not (home / "lib" / jar.name).exists():
            shutil.copy(jar, module)
    with zipfile.ZipFile(module / f"{jars.name}-{version}.jar") as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("Plugin.class"))
    told = {
        "name": jars.name,
        "description": jars.name,
        "version": version,
        "opensearch.version": version,
        "java.version": "11",
        "classname": name.removesuffix(".class").replace("/", "."),
        "extended.plugins": needs,
        "custom.foldername": "",
        "has.native.controller": "false",
    }
    lines = "".join(f"{key}={value}\n" for key, value in told.items())
    (module / "plugin-descriptor.properties").write_text(lines, encoding="utf-8")
    if not needs:
        (module / "plugin-security.policy").write_text(_GRANTS, encoding="utf-8")
