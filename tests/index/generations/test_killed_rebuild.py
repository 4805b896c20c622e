"""A rebuild that is killed: a real process, really killed, at the moments that matter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from index.generations.generation_store import find_live_folder
from index.generations.live import LiveIndex
from index.generations.rebuild import rebuild_live_index
from tests.index.generations.test_generations import total

if TYPE_CHECKING:
    from pathlib import Path

    from index.catalogue.catalogue import Catalogue
    from tests.index.conftest import Add

MOMENTS = {
    "while documents are written": ("index.engines.tantivy.tantivy_engine.TantivyEngine.write", "before"),
    "once documents are written": ("index.engines.tantivy.tantivy_engine.TantivyEngine.write", "after"),
    "while it is checked": ("index.generations.rebuild.find_flaw", "before"),
    "before the switch": ("index.generations.generation_store.put_live", "before"),
    "in the switch, before the name is replaced": ("pathlib.Path.replace", "actuel.nouveau"),
    "in the switch, before what is old is removed": ("index.generations.generation_store.remove_unused", "second"),
    "after the switch": ("index.generations.generation_store.put_live", "after"),
}
"""The function at which the process kills itself, and when: before or after it, at its second call, for a file."""

KILLED = """
import os, signal, sys
from pathlib import Path
from pkgutil import resolve_name
from index.catalogue.catalogue import Catalogue
from index.generations.synchroniser import rebuild_live_index

name, moment, folder, url = sys.argv[1:]
owner, _, attribute = name.rpartition(".")
original = getattr(resolve_name(owner), attribute)
calls = []

def killing(*arguments, **named):
    calls.append(arguments)
    due = {"before": True, "after": False, "second": len(calls) == 2}
    if due.get(moment, str(arguments[0]).endswith(moment)):
        os.kill(os.getpid(), signal.SIGKILL)
    given = original(*arguments, **named)
    if moment == "after":
        os.kill(os.getpid(), signal.SIGKILL)
    return given

setattr(resolve_name(owner), attribute, killing)
rebuild_live_index(Path(folder), Catalogue.open(url))
"""


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_rebuild_leaves_a_whole_index(tmp_path: Path, catalogue: Catalogue, add: Add, moment: str) -> None:
    """Whenever the rebuild is killed, the index in service is whole, and the next rebuild leaves nothing of it."""
    folder = tmp_path / "index"
    for number in range(3):
        add(f"Fiche {number}", "la CAF")
    former = [rebuild_live_index(folder, catalogue), rebuild_live_index(folder, catalogue)]
    reader = LiveIndex(folder)
    assert total(reader, "CAF") == 3
    killed = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", KILLED, *MOMENTS[moment], str(folder), catalogue.url],
        check=False,
        timeout=100,
        env=os.environ,
    )
    assert killed.returncode == -signal.SIGKILL
    assert total(reader, "CAF") == total(LiveIndex(folder), "CAF") == 3
    served = find_live_folder(folder)
    assert served in former or moment.startswith(("in the switch, before what", "after"))
    newest = rebuild_live_index(folder, catalogue)
    assert total(reader, "CAF") == 3
    assert {path for path in folder.iterdir() if path.is_dir()} == {served, newest}
