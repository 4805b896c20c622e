"""Files that harm whoever reads them, between files that do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.catalogue.file_statuses import FileState
from tests.extractors.samples import sample
from tests.faults import poison
from tests.faults.equality import differences, found_at, rows
from tests.faults.writing_files import MAKERS
from tests.index.test_plain_yaml import billion_laughs
from tests.service.installation import Installation, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from index.catalogue.catalogue import Catalogue

POISON: dict[str, Callable[[], bytes]] = {
    "1-sans-fin.pdf": poison.hangs,
    "2-brutal.pdf": poison.crashes,
    "3-gonfle.docx": poison.swells,
    "4-bombe.docx": lambda: poison.zip_bomb(".docx"),
    "5-bombe.zip": lambda: poison.zip_bomb(".zip"),
    "6-coupe.pptx": lambda: poison.truncated(".pptx"),
    "7-vide.pdf": lambda: b"",
    "8-autre.pdf": lambda: b"MZ" + bytes(5_000),
}
GOOD = {f"{place}-sain{suffix}": f"balise{place:02d}" for place in (1, 4, 8) for suffix in (".txt", ".pdf", ".docx")}


def _failures(installation: Installation) -> list[tuple[object, ...]]:
    return rows(installation.data / "catalogue.sqlite", "SELECT digest, reason, at FROM failure ORDER BY digest")


def _are_seen_to(catalogue: Catalogue, good: set[str]) -> bool:
    states = {each.path: each.state for each in catalogue.file_statuses.find()}
    return states == dict.fromkeys(POISON, FileState.FAILED) | dict.fromkeys(good, FileState.INDEXED)


@pytest.mark.timeout(600)
def test_poison_harms_itself_only(tmp_path: Path) -> None:
    """Among files that hang, crash, swell or lie, the good ones are found; the bad are named, and read only once."""
    installation = Installation.new(tmp_path, extraction_seconds="5", extraction_megabytes="512", rescan_seconds="2")
    words = {path: f"{word}{path.rpartition('.')[2]}" for path, word in GOOD.items()}
    for path, word in words.items():
        (installation.library / path).write_bytes(MAKERS[f".{path.rpartition('.')[2]}"](word))
    for path, make in POISON.items():
        (installation.library / path).write_bytes(make())
    with installation.catalogue() as catalogue:
        with installation.start("watch"):
            wait_until(lambda: _are_seen_to(catalogue, set(words)), "not every file is seen to", 300)
            named = {each.path: each for each in catalogue.file_statuses.find() if each.state is FileState.FAILED}
            assert all(each.reason and each.advice for each in named.values())
            known = _failures(installation)
        (installation.library / "apres.eml").write_bytes(sample(".eml"))
        with installation.start("watch"):
            wait_until(lambda: _are_seen_to(catalogue, {*words, "apres.eml"}), "what comes afterwards is not read", 300)
        assert _failures(installation) == known
        index = installation.data / "index"
        assert differences(installation.library, catalogue, index, unreadable=list(POISON)) == []
        assert found_at(words.values(), catalogue, index) == {word: {path} for path, word in words.items()}


HOSTILE_METADATA = {
    "_fiche.yaml": billion_laughs(),
    "a/_fiche.yaml": "titre: " + "[" * 400_000,
    "b/_fiche.yaml": "titre: 0x" + "F" * 400_000 + "\ndate: 9999-99-99\n? [x]\n: y\n",
    "evenements.yaml": "- {date: 9999-12-31, type: webinaire, numero: 99999999999}\n" + billion_laughs(),
    ".rucheignore": "*a*a*a*a*a*b\n",
}


def test_what_people_write_beside_files_harms_itself_only(tmp_path: Path) -> None:
    """A sidecar that grows when it is read, in 357 bytes, took 103 seconds and half a GiB: the next file is read."""
    installation = Installation.new(tmp_path, rescan_seconds="2")
    for path, text in HOSTILE_METADATA.items():
        (installation.library / path).parent.mkdir(exist_ok=True)
        (installation.library / path).write_text(text, encoding="utf-8")
    (installation.library / f"{'a' * 200}.txt").write_text("balise", encoding="utf-8")
    with installation.catalogue() as catalogue, installation.start("watch"):

        def is_read() -> bool:
            return FileState.INDEXED in {each.state for each in catalogue.file_statuses.find()}

        wait_until(is_read, "the good file is not read", 60)
        problems = {path: each.problems for path, each in catalogue.metadata_files.find_all().items()}
    assert problems.keys() == HOSTILE_METADATA.keys() - {".rucheignore"}
    assert all(told and max(map(len, told)) <= 400 for told in problems.values())
