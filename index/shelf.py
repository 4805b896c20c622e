"""The folder of generations: which index is live, which one is kept beside it, and what each of them says of itself.

`actuel` names the live generation and, on its second line, the one before it: one file, so that a switch is one rename.
"""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.analysis import ANALYSER_VERSION
from index.engine import EngineUnavailableError
from index.engines import ENGINES, publish, remove, schema_version

if TYPE_CHECKING:
    from index.engine import Cluster

log = logging.getLogger(__name__)

_LIVE = "actuel"
_STATE = "etat.json"
_REFUSED = "retour.json"

Versions = dict[str, str | int]
"""The engine's name, and the versions of the analyser and of the engine's schema."""


def versions(engine: str) -> Versions:
    """What an index that this version of Ruche makes says of itself."""
    return {"engine": engine, "analyser": ANALYSER_VERSION, "schema": schema_version(engine)}


def is_current(folder: Path, engine: str) -> bool:
    """Whether a generation is one that this version would make with this engine."""
    if engine not in ENGINES:
        return False
    held, wanted = state(folder), versions(engine)
    return {name: held.get(name) for name in wanted} == wanted


def state(folder: Path) -> dict[str, Any]:
    """What a generation says of itself: its versions, and the last revision that it holds."""
    path = os.path.join(folder, _STATE)  # noqa: PTH118 - as in `_named`
    with suppress(FileNotFoundError):
        seen = os.stat(path)  # noqa: PTH116 - idem
        return dict(_state(path, (seen.st_ino, seen.st_mtime_ns)))
    return {}


@lru_cache(maxsize=16)
def _state(path: str, _seen: tuple[int, int]) -> dict[str, Any]:
    return read_json(Path(path))


def keep_state(folder: Path, said: dict[str, Any]) -> None:
    """Write what a generation says of itself."""
    write_whole(folder / _STATE, json.dumps(said))


def live_folder(folder: Path) -> Path | None:
    """The live generation's folder, None before there is one."""
    return _named(folder, 0)


def kept_folder(folder: Path) -> Path | None:
    """The generation that was live before, None where there is none to go back to."""
    return _named(folder, 1)


def put_live(chosen: Path, cluster: Cluster | None = None) -> None:
    """Put a generation into service; the one that it replaces is kept, the others go."""
    publish(chosen, cluster)
    folder, former = chosen.parent, live_folder(chosen.parent)
    names = [chosen.name, *([former.name] if former and former != chosen else [])]
    write_whole(folder / _LIVE, "\n".join(names))
    clear(folder, cluster)


def next_folder(folder: Path, cluster: Cluster | None = None) -> Path:
    """Where the next generation is built; what a rebuild that was cut short has left is removed first."""
    clear(folder, cluster)
    return folder / f"{max((int(path.name) for path in _generations(folder)), default=0) + 1:06d}"


def clear(folder: Path, cluster: Cluster | None = None) -> None:
    """Remove the generations that are neither live nor kept; one whose cluster is silent waits for the next time."""
    used = (live_folder(folder), kept_folder(folder))
    for path in _generations(folder):
        if path not in used:
            try:
                remove(path, cluster)
            except EngineUnavailableError as error:
                log.warning("index %s could not be removed, and will be the next time: %s", path.name, error)


def refuse(folder: Path, refused: Versions | None) -> None:
    """Remember from which versions one has gone back, so that they are not at once built again; None forgets it."""
    if refused is None:
        (folder / _REFUSED).unlink(missing_ok=True)
    else:
        write_whole(folder / _REFUSED, json.dumps(refused))


def is_refused(folder: Path, wanted: Versions) -> bool:
    """Whether one has gone back from these versions."""
    return read_json(folder / _REFUSED) == wanted


def read_json(path: Path) -> dict[str, Any]:
    """A small file's content; nothing where it is absent or broken, for a generation can be made again."""
    with suppress(FileNotFoundError, ValueError):
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content
    return {}


def write_whole(path: Path, text: str) -> None:
    """Replace a small file so that a reader sees the old text or the new one, never a part, even after a power cut."""
    beside = path.with_suffix(".nouveau")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _named(folder: Path, line: int) -> Path | None:
    # By plain texts: each search asks several times, and to make a path costs more than to look at a file.
    file = os.path.join(folder, _LIVE)  # noqa: PTH118
    with suppress(FileNotFoundError):
        seen = os.stat(file)  # noqa: PTH116
        named = _generations_named(file, (seen.st_ino, seen.st_mtime_ns))
        if len(named) > line and os.path.exists(named[line][1]):  # noqa: PTH110
            return named[line][0]
    return None


@lru_cache(maxsize=16)
def _generations_named(file: str, _seen: tuple[int, int]) -> tuple[tuple[Path, str], ...]:
    """The generations that a file names, and where each tells its state; read again only when it is another file."""
    folders = [Path(file).parent / name for name in Path(file).read_text(encoding="utf-8").split()]
    return tuple((folder, str(folder / _STATE)) for folder in folders)


def _generations(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir() and path.name.isdigit()]
