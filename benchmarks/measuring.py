"""One file read once, in a worker of the pool: what it gave, how long it took, what it needed."""

from __future__ import annotations

import resource
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from benchmarks import plain_readers
from benchmarks.references import independent, words
from extractors import Format, Limits, Pool, Reason, UnreadableFileError, extract

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from benchmarks.references import Words
    from extractors import Extraction

OURS = "ruche"
_KIBIBYTE = 1024
_ENOUGH = 0.99


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave: `seconds` inside the worker, `peak` in bytes of the worker since it started."""

    words: Words
    seconds: float
    units: int
    peak: int


@dataclass(slots=True)
class Tally:
    """What the files of one format gave by one reader; ratios are None where no file has a reference."""

    format: Format
    reader: str
    files: int = 0
    failures: Counter[Reason] = field(default_factory=Counter)
    words: int = 0
    found: int = 0
    stated: int = 0
    recalled: int = 0
    independent: int = 0
    seconds: float = 0.0
    units: int = 0
    peak: int = 0
    short: list[str] = field(default_factory=list)

    def add(self, path: Path, reading: Reading, stated: int | None, reference: Words | None) -> None:
        """Count one file that was read. What exceeds a reference makes up for nothing that another file lacks."""
        total = reading.words.total()
        self.words += total
        self.seconds += reading.seconds
        self.units += reading.units
        self.peak = max(self.peak, reading.peak)
        if stated is not None:
            self.found += min(total, stated)
            self.stated += stated
            if total < _ENOUGH * stated:
                self.short.append(f"{path.name} : {total} / {stated}")
        if reference is not None:
            self.recalled += (reading.words & reference).total()
            self.independent += reference.total()

    def lose(self, reason: Reason, stated: int | None) -> None:
        """Count one file that was refused."""
        self.failures[reason] += 1
        self.stated += stated or 0


def tallies(files: Mapping[Format, Iterable[Path]], stated: Mapping[Path, int], limits: Limits) -> Iterator[Tally]:
    """Each format by our extractor, then by the plain reader if there is one; a fresh worker each, for its memory."""
    for kind, paths in files.items():
        listed = list(paths)
        references = {path: independent(path, kind) for path in listed if path in stated}
        readers = [OURS, *(name for plain, (name, _) in plain_readers.READERS.items() if plain is kind)]
        for reader in readers:
            tally = Tally(kind, reader, files=len(listed))
            with Pool(1, limits) as pool:
                for path in listed:
                    call = partial(_measured, path, None if reader == OURS else kind, limits)
                    try:
                        tally.add(path, pool.submit_call(call).result(), stated.get(path), references.get(path))
                    except UnreadableFileError as refused:
                        tally.lose(refused.reason, stated.get(path))
            yield tally


def _measured(path: Path, plain: Format | None, limits: Limits) -> Reading:
    """Read by the plain reader of this format, or by ours."""
    began = time.perf_counter()
    extraction = extract(path, limits) if plain is None else plain_readers.read(plain, path)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIBIBYTE
    return Reading(words(_text(extraction)), seconds, _units(extraction), peak)


def _text(extraction: Extraction) -> str:
    return "\n".join(f"{part.title}\n{part.text}\n{part.notes}" for part in extraction.sections)


def _units(extraction: Extraction) -> int:
    """Pages, slides or sheets; a file of a format that has none counts for one."""
    return extraction.units or max(
        (part.number for part in extraction.sections if part.unit.value == "page"), default=1
    )
