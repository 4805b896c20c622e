"""A reserved folder that is renamed or moved stays reserved at each moment, while indexer and pages are at work."""

from __future__ import annotations

import threading
import time
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from index.accounts.audit import CONSOLE, AuditAction
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group, NewAccount
from index.catalogue.catalogue import Catalogue
from index.config.settings import Settings
from index.model.documents import MEMBERS
from indexer.runtime.open_indexer import open_indexer
from indexer.runtime.watch_command import ScanIntervals, watch_library
from tests.composition import create_app
from tests.webapp.accounts import joined, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from flask import Flask

TEAM, FOLDER, WORD = "direction", "Confidentiel été", "échafaudage"
OUTSIDER, INSIDER = frozenset({MEMBERS}), frozenset({MEMBERS, TEAM})


@dataclass
class Followed:
    """An installation whose indexer is at work."""

    settings: Settings
    catalogue: Catalogue
    app: Flask

    def put(self, path: str, text: str) -> None:
        """Write a text file."""
        file = self.settings.library / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def paths(self, groups: frozenset[str]) -> set[str]:
        """Where the documents lie that some groups see."""
        return {path for each in self.catalogue.documents.list_latest(groups, 50) for path in each.paths}


def wait_until(done: Callable[[], bool]) -> None:
    """Wait for the indexer, within generous bounds."""
    end = time.monotonic() + 90
    while not done():
        assert time.monotonic() < end, "the indexer has not come so far"
        time.sleep(0.05)


@contextmanager
def working(settings: Settings) -> Iterator[None]:
    """An indexer at work."""
    with open_indexer(settings) as indexer:
        rhythm = ScanIntervals(settings.settle_seconds, 60.0, native=True)
        thread = threading.Thread(target=watch_library, args=(indexer, rhythm))
        thread.start()
        try:
            yield
        finally:
            indexer.stop.set()
            thread.join()


@pytest.fixture
def followed(tmp_path: Path) -> Iterator[Followed]:
    """Two documents in a folder for one group, and one for all."""
    library = tmp_path / "bibliotheque"
    library.mkdir()
    settings = Settings(library=library, data=tmp_path / "data", settle_seconds=0.2, workers=1, auth="comptes")
    catalogue = Catalogue.open(settings.catalogue_url)
    catalogue.access.rules.save_group(Group(TEAM, "La direction"), CONSOLE)
    catalogue.access.rules.save_folder_rule(FolderRule(FOLDER, frozenset({TEAM})), CONSOLE)
    made = Followed(settings, catalogue, create_app(settings))
    made.put(f"{FOLDER}/a.txt", f"Le {WORD} du siège.")
    made.put(f"{FOLDER}/dessous/b.txt", f"Un autre {WORD}.")
    made.put("Ateliers/c.txt", "L’atelier des droits.")
    try:
        yield made
    finally:
        catalogue.close()


@contextmanager
def nobody_sees(followed: Followed) -> Iterator[list[str]]:
    """Ask without end, as an outsider, what there is: pages, and the catalogue; gives what was seen and must not be."""
    client = signed_in(followed.app, joined(followed.app, NewAccount("eve@ruche.example", "Eve")))
    seen: list[str] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            seen.extend(path for path in followed.paths(OUTSIDER) if not path.startswith("Ateliers/"))
            for address in (f"/recherche?q={WORD}", "/api/v1/documents"):
                answer = client.get(address).text
                seen.extend(f"{address}: {name}" for name in ("a.txt", "b.txt") if name in answer)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


@pytest.mark.parametrize(
    "new",
    ["Confidentiel 2026", FOLDER.upper(), unicodedata.normalize("NFD", FOLDER), "Archives/Confidentiel"],
    ids=["renamed", "capitals", "decomposed accents", "moved"],
)
def test_a_renamed_folder_is_open_to_nobody(followed: Followed, new: str) -> None:
    """Under another name, other capitals, accents composed otherwise, below another folder; and the audit says so."""
    with working(followed.settings):
        wait_until(lambda: len(followed.paths(INSIDER)) == 3)
        with nobody_sees(followed) as seen:
            target = followed.settings.library / new
            target.parent.mkdir(exist_ok=True)
            # A file comes along with the rename, and another one after it.
            followed.put(f"{FOLDER}/d.txt", f"Encore un {WORD}.")
            (followed.settings.library / FOLDER).rename(target)
            followed.put(f"{new}/e.txt", f"Un {WORD} de plus.")
            wanted = {f"{new}/{each}" for each in ("a.txt", "dessous/b.txt", "d.txt", "e.txt")} | {"Ateliers/c.txt"}
            wait_until(lambda: followed.paths(INSIDER) == wanted)
    assert seen == []
    assert followed.catalogue.access.rules.list_folder_rules() == (FolderRule(new, frozenset({TEAM})),)
    (entry,) = followed.catalogue.access.audit.list_latest(10, act=AuditAction.FOLDER_FOLLOWED)
    assert (entry.on, entry.detail) == (FOLDER, new)
    assert followed.catalogue.folders.list_lost_rules() == {}


def test_a_folder_renamed_while_the_indexer_is_stopped(followed: Followed) -> None:
    """The next indexer finds the folder by what it knew of it, before it reads anything."""
    with working(followed.settings):
        wait_until(lambda: len(followed.paths(INSIDER)) == 3)
    (followed.settings.library / FOLDER).rename(followed.settings.library / "Ailleurs")
    followed.put("Ailleurs/d.txt", f"Encore un {WORD}.")
    with nobody_sees(followed) as seen, working(followed.settings):
        wait_until(lambda: "Ailleurs/d.txt" in followed.paths(INSIDER))
        wait_until(lambda: f"{FOLDER}/a.txt" not in followed.paths(INSIDER))
    assert seen == []
