"""What the extractors find in real files, what they lose, how fast and in how much memory, beside plain readers.

One worker, without recognition of characters. Recall compares each file's words with an independent reading: every text
node of the XML parts of office formats, pypdf for PDF. Units are pages, slides, sheets, or else files.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from benchmarks.measuring import OURS, Tally, tallies
from benchmarks.references import stated
from benchmarks.report import Missing, Ratio, Table, figure
from extractors import Format, Limits, UnreadableFileError
from extractors.detection.detect import detect_format

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.report import Finding
    from benchmarks.workbench import Workbench

_MEGABYTE = 1_000_000
_COLUMNS = ("format", "reader", "files", "refused", "words", "of manifest", "recall", "s", "units/s", "peak MB")


def run(bench: Workbench) -> Iterator[Finding]:
    """A line for each format and reader."""
    if not bench.corpus.is_dir():
        yield Missing("extraction of real files", f"no folder {bench.corpus.name}")
        return
    files, refused = _by_format(bench.corpus)
    kept = {kind: paths[: bench.of(len(paths))] for kind, paths in files.items()}
    measured = list(tallies(kept, stated(bench.corpus), Limits(ocr_pages=0)))
    counts = ", ".join(f"{name} {count}" for name, count in sorted(refused.items()))
    yield Table("Extraction", _COLUMNS, tuple(map(_row, measured)), f"Refused before any reader: {counts or 'none'}.")
    ours = {tally.format: tally for tally in measured if tally.reader == OURS}
    for plain in (tally for tally in measured if tally.reader != OURS):
        own, what = ours[plain.format], f"words found in {plain.format.value.upper()}"
        if own.independent and plain.recalled != plain.independent:
            yield Ratio(
                what,
                own.recalled / own.independent,
                plain.reader,
                plain.recalled / plain.independent,
                "%",
                more_is_better=True,
            )
        if own.seconds and plain.seconds:
            yield Ratio(
                f"units of {plain.format.value.upper()} read a second",
                *(own.units / own.seconds, plain.reader, plain.units / plain.seconds, ""),
                more_is_better=True,
            )


def _by_format(folder: Path) -> tuple[dict[Format, list[Path]], dict[str, int]]:
    """The files by what they really are, and how many are refused before that, by reason."""
    files: dict[Format, list[Path]] = defaultdict(list)
    refused: Counter[str] = Counter()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "manifest.tsv":
            try:
                files[detect_format(path)].append(path)
            except UnreadableFileError as error:
                refused[error.reason.value] += 1
    return files, refused


def _row(tally: Tally) -> tuple[str, ...]:
    return (
        *(tally.format.value, "**Ruche**" if tally.reader == OURS else f"`{tally.reader}`", str(tally.files)),
        str(tally.failures.total()),
        f"{tally.words:,}",
        *(_share(tally.found, tally.stated), _share(tally.recalled, tally.independent)),
        f"{tally.seconds:.2f}",
        f"{tally.units / tally.seconds:,.0f}" if tally.seconds else "–",
        f"{tally.peak / _MEGABYTE:.0f}",
    )


def _share(part: int, whole: int) -> str:
    return figure(part / whole, "%") if whole else "–"
