"""What the check for personal data finds in generated texts, and in real ones; each to be judged by hand."""

from __future__ import annotations

import logging
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.personal_texts import decoys, positives
from benchmarks.report import Missing, Table, figure
from extractors import Limits, Pool, UnreadableFileError
from index.personal_data.doubts import WITHHOLDING_KINDS, find_in_text, find_personal_data
from indexer.describe.passages import cut_passages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.report import Finding
    from benchmarks.workbench import Workbench
    from extractors import Extraction
    from index.personal_data.findings import PersonalDataKind

_SAMPLES = 10_000
_PAGE_CHARACTERS = 2_500
"""A page of text; what has no pages is counted in them."""


@dataclass(slots=True)
class Tally:
    """What the files of a folder gave: what is found is told masked, so that it can be judged by hand."""

    files: int = 0
    pages: int = 0
    characters: int = 0
    seconds: float = 0.0
    found: Counter[PersonalDataKind] = field(default_factory=Counter)
    files_with: Counter[PersonalDataKind] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def add(self, path: Path, extraction: Extraction) -> None:
        """Count one file that was read."""
        passages = cut_passages(extraction.sections)
        characters = sum(len(each.title) + len(each.text) + len(each.notes) for each in passages)
        began = time.perf_counter()
        sightings = find_personal_data(passages)
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
            if each.finding.kind in WITHHOLDING_KINDS
        ]


def run(bench: Workbench) -> Iterator[Finding]:
    """Recall and false alarms on generated texts, then what real files hold."""
    samples = bench.of(_SAMPLES, 200)
    yield Table("Personal data: recall", ("generated", "texts", "recall"), tuple(_recalled(samples)))
    yield Table("Personal data: false alarms", ("decoy", "texts", "false alarms"), tuple(_alarmed(samples)))
    if not bench.corpus.is_dir():
        yield Missing("personal data in real files", f"no folder {bench.corpus.name}")
        return
    tally = _read(bench.corpus)
    alarms = sum(count for kind, count in tally.found.items() if kind in WITHHOLDING_KINDS)
    kinds = sorted(tally.found.items(), key=lambda each: each[0].value)
    yield Table(
        "Personal data in real files",
        ("", ""),
        (
            *(("files", f"{tally.files:,}"), ("pages", f"{tally.pages:,}"), ("characters", f"{tally.characters:,}")),
            ("characters checked a second", figure(tally.characters / max(tally.seconds, 1e-9))),
            *((f"{kind.value}, in {tally.files_with[kind]} files", str(count)) for kind, count in kinds),
            ("NIR and IBAN, each to be judged by hand", str(alarms)),
        ),
        "; ".join(tally.told),
    )


def _recalled(samples: int) -> Iterator[tuple[str, ...]]:
    met, found = Counter[str](), Counter[str]()
    for sample in positives(samples):
        names = (f"{sample.kind.value}, {sample.form}", f"**{sample.kind.value}, all**") if sample.kind else ()
        met.update(names)
        if [each.value for each in find_in_text(sample.text) if each.kind is sample.kind] == [sample.value]:
            found.update(names)
    for name in sorted(met):
        yield name, f"{met[name]:,}", figure(found[name] / met[name], "%")


def _alarmed(samples: int) -> Iterator[tuple[str, ...]]:
    met, alarms = Counter[str](), Counter[str]()
    for sample in decoys(samples):
        met[sample.form] += 1
        alarms[sample.form] += any(each.kind in WITHHOLDING_KINDS for each in find_in_text(sample.text))
    for name in met:
        yield name, f"{met[name]:,}", str(alarms[name])


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
