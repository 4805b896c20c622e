"""Places of which there are few in all: held by threads of one process, or by several processes that share a folder."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from index import web_processes
from index.web_processes import Places, WebProcess, join_web_processes, list_process_ids
from tests import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_HOLD = """
import sys
from pathlib import Path
from index.web_processes import Places, WebProcess, join_web_processes
join_web_processes(WebProcess(int(sys.argv[1]), Path(sys.argv[2])))
with Places("essai", 2).hold():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(params=[False, True], ids=["alone", "one of several"])
def places(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """Two places, of a process that is alone or of one that has joined others."""
    monkeypatch.setattr(web_processes, "_joined", None)
    if request.param:
        join_web_processes(WebProcess(1, tmp_path))
    return Places("essai", 2)


def test_a_place_is_taken_once_and_given_back(places: Places) -> None:
    """There are two; whoever comes third gets none until one is given back."""
    first, second = places.try_take(), places.try_take()
    assert first
    assert second
    assert places.try_take() is None
    first()
    with places.hold():
        assert places.try_take() is None
    third = places.try_take()
    assert third
    second()
    third()


def test_a_killed_process_gives_its_place_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system does it: no process is asked, and nothing is to be cleaned up."""
    monkeypatch.setattr(web_processes, "_joined", None)
    join_web_processes(WebProcess(1, tmp_path))
    places = Places("essai", 2)
    command = [sys.executable, "-c", _HOLD, "2", str(tmp_path)]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        mine = places.try_take()
        assert mine
        assert places.try_take() is None
        process.kill()
        process.wait()
    again = places.try_take()
    assert again
    again()
    mine()


def test_processes_are_listed_by_number(tmp_path: Path) -> None:
    """Each that answers has written its id; what it is still writing is no answer."""
    for number in (1, 12):
        WebProcess(number, tmp_path).pid_file.write_text(str(100 + number), encoding="ascii")
    (tmp_path / "3.new").write_text("", encoding="ascii")
    assert list_process_ids(tmp_path) == {1: 101, 12: 112}
