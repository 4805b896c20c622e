"""Stores which index generation is live and which one came before it, and the state of each.

The file `actuel` names the live generation and, on its second line, the one before it. It is one file, so that a switch
is one rename.
"""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.engines import ENGINES, EngineUnavailableError, publish_index, remove_index, schema_version
from index.model import FACET_FINGERPRINT
from index.text import ANALYSER_VERSION

if TYPE_CHECKING:
    from index.engines import SearchCluster

log = logging.getLogger(__name__)

_POINTER_NAME = "actuel"
_STATE_NAME = "etat.json"
_REFUSED_NAME = "retour.json"

Versions = dict[str, str | int]
"""What an index was made with: the engine's name, the versions of the analyser and of its schema, the facets."""


def current_versions(engine: str) -> Versions:
    """Return what this version of Ruche makes an index with."""
    return {
        "engine": engine,
        "analyser": ANALYSER_VERSION,
        "schema": schema_version(engine),
        # Engines have a field for each facet: an index made before one came has nothing to filter by it.
        "facets": FACET_FINGERPRINT,
    }


def is_current(folder: Path, engine: str) -> bool:
    """Whether a generation is of this engine and of the present versions."""
    if engine not in ENGINES:
        return False
    held, wanted = read_state(folder), current_versions(engine)
    return {name: held.get(name) for name in wanted} == wanted


def read_state(folder: Path) -> dict[str, Any]:
    """Return a generation's state: its versions and the last revision that it holds; empty for a new one."""
    path = os.path.join(folder, _STATE_NAME)  # noqa: PTH118 - as in `_named`
    with suppress(FileNotFoundError):
        seen = os.stat(path)  # noqa: PTH116 - idem
        return dict(_read_state_file(path, (seen.st_ino, seen.st_mtime_ns)))
    return {}


# The file is replaced at each change, so another inode or time tells another content.
@lru_cache(maxsize=16)
def _read_state_file(path: str, _seen: tuple[int, int]) -> dict[str, Any]:
    return read_json(Path(path))


def write_state(folder: Path, state: dict[str, Any]) -> None:
    """Write a generation's state."""
    write_atomically(folder / _STATE_NAME, json.dumps(state))


def find_live_folder(folder: Path) -> Path | None:
    """Return the live generation's folder, None before there is one."""
    return _read_pointer(folder, 0)


def find_previous_folder(folder: Path) -> Path | None:
    """Return the folder of the generation that was live before, None where there is none to go back to."""
    return _read_pointer(folder, 1)


def put_live(chosen: Path, cluster: SearchCluster | None = None) -> None:
    """Make a generation live; the one that it replaces is kept, the others are removed."""
    # First on the cluster: it waits for the copies of the index, and moves the alias that other tools use.
    publish_index(chosen, cluster)
    folder, former = chosen.parent, find_live_folder(chosen.parent)
    names = [chosen.name, *([former.name] if former and former != chosen else [])]
    write_atomically(folder / _POINTER_NAME, "\n".join(names))
    remove_unused(folder, cluster)


def prepare_next_folder(folder: Path, cluster: SearchCluster | None = None) -> Path:
    """Return the folder for the next generation, after removing what interrupted rebuilds have left."""
    remove_unused(folder, cluster)
    return folder / f"{max((int(path.name) for path in _list_generations(folder)), default=0) + 1:06d}"


def remove_unused(folder: Path, cluster: SearchCluster | None = None) -> None:
    """Remove all generations but the live one and the one before; those of a silent cluster wait for the next call."""
    used = (find_live_folder(folder), find_previous_folder(folder))
    for path in _list_generations(folder):
        if path not in used:
            try:
                remove_index(path, cluster)
            except EngineUnavailableError as error:
                log.warning("index %s could not be removed, and will be the next time: %s", path.name, error)


def write_refused_versions(folder: Path, versions: Versions | None) -> None:
    """Store the versions that a rollback has rejected, so that they are not built again unasked; None clears them."""
    if versions is None:
        (folder / _REFUSED_NAME).unlink(missing_ok=True)
    else:
        write_atomically(folder / _REFUSED_NAME, json.dumps(versions))


def is_refused(folder: Path, versions: Versions) -> bool:
    """Whether a rollback has rejected these versions."""
    return read_json(folder / _REFUSED_NAME) == versions


def read_json(path: Path) -> dict[str, Any]:
    """Return a small JSON file's content, empty where it is absent or damaged: a generation can be rebuilt."""
    with suppress(FileNotFoundError, ValueError):
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content
    return {}


def write_atomically(path: Path, text: str, suffix: str = ".nouveau") -> None:
    """Replace a small file so that readers see the old text or the new one, never a part, even after a power cut.

    `suffix` is that of the file which takes its place; processes that may write at once each have another.
    """
    beside = path.with_suffix(suffix)
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        # Without it, a power cut after the rename may leave an empty file.
        os.fsync(file.fileno())
    beside.replace(path)


def _read_pointer(folder: Path, line: int) -> Path | None:
    # With plain strings: each search calls this several times, and building a Path costs more than the file's status.
    file = os.path.join(folder, _POINTER_NAME)  # noqa: PTH118
    with suppress(FileNotFoundError):
        seen = os.stat(file)  # noqa: PTH116
        named = _read_pointer_file(file, (seen.st_ino, seen.st_mtime_ns))
        # A generation without state is gone, or was never finished.
        if len(named) > line and os.path.exists(named[line][1]):  # noqa: PTH110
            return named[line][0]
    return None


@lru_cache(maxsize=16)
def _read_pointer_file(file: str, _seen: tuple[int, int]) -> tuple[tuple[Path, str], ...]:
    """Return the folders that `actuel` names, each with the path of its state; cached until the file is replaced."""
    folders = [Path(file).parent / name for name in Path(file).read_text(encoding="utf-8").split()]
    return tuple((folder, str(folder / _STATE_NAME)) for folder in folders)


def _list_generations(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir() and path.name.isdigit()]
