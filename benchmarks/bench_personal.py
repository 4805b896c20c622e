"""What the check for personal data finds in generated texts, and in real ones; see `make bench-personal`."""

from __future__ import annotations

import argparse
import logging
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from benchmarks.personal_texts import decoys, positives
from extractors import Limits, Pool, UnreadableFileError
from index.personal import WITHHOLDING, find, look
from indexer.passages import cut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from extractors import Extraction
    from index.personal import Kind

_SAMPLES = 20_000
_PAGE_CHARACTERS = 2_500
"""A page of text; what has no pages is counted in them."""


@dataclass(slots=True)
class Tally:
    """What the files of a folder gave: what is found is told masked, so that it can be judged by hand."""

    files: int = 0
    pages: int = 0
    characters: int = 0
    seconds: float = 0.0
    found: Counter[Kind] = field(default_factory=Counter)
    files_with: Counter[Kind] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def add(self, path: Path, extraction: Extraction) -> None:
        """Count one file that was read."""
        passages = cut(extraction.sections)
        characters = sum(len(each.title) + len(each.text) + len(each.notes) for each in passages)
        began = time.perf_counter()
        sightings = look(passages)
        self.seconds += time.perf_counter() - began
        self.files += 1
        self.pages += extraction.units or max(1, characters // _PAGE_CHARACTERS)
        self.characters += characters
        kinds = Counter(each.finding.kind for each in sightings)
        self.found += kinds
        self.files_with += Counter(kinds.keys())
        self.told += [
            f"{path.name}, {passages[each.ordinal].locator.label}: {each.finding.kind.value} {each.finding.masked}"
            for each in sightings
            if each.finding.kind in WITHHOLDING
        ]


def main() -> None:
    """Print recall and false alarms on generated texts, then what a folder's files hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    console = Console(width=120, highlight=False)
    folder: Path = parser.parse_args().folder
    console.print(_recalled(), _alarmed())
    logging.disable()
    tally = _read(folder)
    console.print(
        f"{folder.name}: {tally.files} files, {tally.pages:,} pages, {tally.characters:,} characters "
        f"checked in {tally.seconds:.2f} s"
    )
    for kind, count in sorted(tally.found.items(), key=lambda each: each[0].value):
        console.print(f"  {kind.value}: {count} in {tally.files_with[kind]} files")
    alarms = sum(count for kind, count in tally.found.items() if kind in WITHHOLDING)
    console.print(f"  NIR and IBAN: {alarms}, {1000 * alarms / max(1, tally.pages):.2f} a 1,000 pages; each to judge:")
    for line in tally.told:
        console.print(f"    {line}", markup=False)


def _recalled() -> Table:
    met, found = Counter[str](), Counter[str]()
    for sample in positives(_SAMPLES):
        names = (f"{sample.kind.value}, {sample.form}", f"{sample.kind.value}, all") if sample.kind else ()
        met.update(names)
        if [each.value for each in find(sample.text) if each.kind is sample.kind] == [sample.value]:
            found.update(names)
    table = Table("generated", "texts", "recall")
    for name in sorted(met):
        table.add_row(name, f"{met[name]:,}", f"{found[name] / met[name]:.2%}")
    return table


def _alarmed() -> Table:
    met, alarms = Counter[str](), Counter[str]()
    for sample in decoys(_SAMPLES):
        met[sample.form] += 1
        alarms[sample.form] += any(each.kind in WITHHOLDING for each in find(sample.text))
    table = Table("decoy", "texts", "false alarms")
    for name in met:
        table.add_row(name, f"{met[name]:,}", str(alarms[name]))
    return table


def _read(folder: Path) -> Tally:
    tally = Tally()
    with Pool(1, Limits(ocr_pages=0)) as pool:
        for path, extraction in _extracted(pool, folder):
            tally.add(path, extraction)
    return tally


def _extracted(pool: Pool, folder: Path) -> Iterator[tuple[Path, Extraction]]:
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        try:
            yield path, pool.submit(path).result()
        except UnreadableFileError as refused:
            logging.getLogger(__name__).info("%s: %s", path.name, refused.reason.value)


if __name__ == "__main__":
    main()
