"""An image without a container engine: a Dockerfile's steps run in a tree of Debian, by chroot and namespaces.

What an engine adds (layers, limits, a filter of system calls) is not here; that each step works on a bare Debian, and
that the service then runs as the user and in the closed tree that compose.yaml says, is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.deploy.image_recipe import Instruction, Stage

NEEDED = ("mmdebstrap", "unshare", "nsenter", "chroot", "ip")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")

# Elsewhere than where Debian keeps its own: a package that is installed writes those anew.
_COPIED_CERTIFICATES = "/certificates-of-the-host.crt"

# What a build that goes through somebody's proxy is told of it; an engine passes the same on.
_PASSED_ON = ("PIP_INDEX_URL", "PIP_DEFAULT_TIMEOUT", "http_proxy", "https_proxy", "no_proxy")

_ENTER = 'mount -t proc proc "$0/proc" && exec chroot "$@"'
_CLOSED = """
ip link set lo up
mount --bind "$0" "$0" && mount -o remount,ro,bind "$0"
mount -t proc proc "$0/proc" && mount -t tmpfs tmpfs "$0/tmp"
for folder in /donnees /bibliotheque /var/tmp; do mount --bind "$VOLUMES$folder" "$0$folder"; done
exec chroot "$@"
"""
"""As compose.yaml: a root that nobody writes to, three volumes, memory for /tmp; and no network but its own."""


@dataclass
class Image:
    """A stage that is being built, or is: its tree, and what its instructions have set for those that follow."""

    tree: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": _PATH})
    folder: str = "/"
    user: str = "root"
    arguments: dict[str, str] = field(default_factory=dict)

    def build_command(self, command: Sequence[str]) -> list[str]:
        """What chroot is called with, to run a command as the stage's user, with its variables and in its folder."""
        told = [f"{name}={value}" for name, value in self.environment.items()]
        inside = ["/usr/bin/env", "--ignore-environment", f"--chdir={self.folder}", *told, *command]
        # By name: chroot then takes the groups that /etc/group of the tree gives it.
        return [str(self.tree), f"--userspec={self.user}", str(self.tree), *inside]


def make_base(tree: Path, suite: str) -> None:
    """Write the tree that `debian:SUITE-slim` is, from the mirrors that mmdebstrap knows: Debian's, with updates."""
    # Debian's images say it too: without it each file that is unpacked waits for the disk.
    _run(["mmdebstrap", "--quiet", "--variant=minbase", "--dpkgopt=force-unsafe-io", suite, str(tree)])
    shutil.copy("/etc/resolv.conf", tree / "etc/resolv.conf")
    if _CERTIFICATES.exists():
        shutil.copy(_CERTIFICATES, tree / _COPIED_CERTIFICATES.lstrip("/"))


def build_image(
    stage: Stage, base: Path, tree: Path, context: tuple[Path, Sequence[str]], others: Mapping[str, Path]
) -> Image:
    """Run a stage's instructions in a copy of the base; `context` is a folder with the names of its files."""
    _run(["cp", "--archive", "--reflink=auto", str(base), str(tree)])
    image = Image(tree)
    for each in stage.instructions:
        _obey(image, each, context, others)
    return image


def _obey(
    image: Image, instruction: Instruction, context: tuple[Path, Sequence[str]], others: Mapping[str, Path]
) -> None:
    match instruction.name:
        case "RUN":
            _run_inside(image, ["/bin/sh", "-c", instruction.text])
        case "COPY":
            _copy(image, instruction, context, others)
        case "WORKDIR":
            image.folder = instruction.text
            (image.tree / image.folder.lstrip("/")).mkdir(parents=True, exist_ok=True)
        case "USER":
            image.user = instruction.text
        case "ENV":
            image.environment |= dict(word.split("=", 1) for word in instruction.split_words())
        case "ARG":
            image.arguments |= dict([instruction.text.split("=", 1)]) if "=" in instruction.text else {}
        case _:
            # EXPOSE, HEALTHCHECK, ENTRYPOINT and CMD change no tree: whoever runs the image reads them.
            return


def _copy(
    image: Image, instruction: Instruction, context: tuple[Path, Sequence[str]], others: Mapping[str, Path]
) -> None:
    options, rest = instruction.split_options()
    source, target = rest.split_words()
    there = image.tree / os.path.join(image.folder, target).lstrip("/")  # noqa: PTH118 - « . » and absolute paths alike
    if stage := options.get("from"):
        _run(["cp", "--archive", "--no-target-directory", str(others[stage] / source.lstrip("/")), str(there)])
        return
    folder, names = context
    if source != ".":
        raise ValueError(f"only the whole context is copied here: {source}")
    for name in names:
        (there / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / name, there / name)


def _run_inside(image: Image, command: Sequence[str]) -> None:
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    if (image.tree / _COPIED_CERTIFICATES.lstrip("/")).exists():
        passed["PIP_CERT"] = _COPIED_CERTIFICATES
    running = Image(image.tree, image.environment | image.arguments | passed, image.folder, image.user)
    # Namespaces of its own: what it mounts is gone with it, and what it starts ends with it.
    _run([*_in_namespaces(), "sh", "-c", _ENTER, *running.build_command(command)])


def _in_namespaces(*more: str) -> list[str]:
    return ["unshare", "--mount", "--pid", "--fork", "--kill-child", *more]


@contextmanager
def run_image(image: Image, command: Sequence[str], volumes: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a command of an image as compose.yaml does, while the block lasts; the process holds the namespaces."""
    for name in ("donnees", "bibliotheque", "var/tmp"):
        # With the owner and the mode that the image gives it, as an engine makes a new volume.
        (volumes / name).parent.mkdir(parents=True, exist_ok=True)
        _run(["cp", "--archive", "--no-target-directory", str(image.tree / name), str(volumes / name)])
    whole = [*_in_namespaces("--net"), "sh", "-ec", _CLOSED, *image.build_command(command)]
    with (
        (volumes / "log").open("w", encoding="utf-8") as log,
        subprocess.Popen(  # noqa: S603 - the image's own
            whole, env=os.environ | {"VOLUMES": str(volumes)}, stdout=log, stderr=log, text=True
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def run_beside(
    image: Image, process: subprocess.Popen[str], command: Sequence[str]
) -> subprocess.CompletedProcess[str]:
    """Run a command in the namespaces of a running image, as a health check is."""
    inside = ["nsenter", "--target", str(process.pid), "--net", "--mount", "chroot", *image.build_command(command)[1:]]
    return subprocess.run(inside, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - the image's own


def find_main_process(process: subprocess.Popen[str]) -> int:
    """The id of the process that the image's command is, seen from here."""
    return int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()[0])


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - of the recipe
    # The end of what it said: where a step fails, the reason stands there.
    assert done.returncode == 0, f"{' '.join(command)[:500]}\n{(done.stdout + done.stderr)[-3_000:]}"
