"""What the extractors find in a folder, what they lose, how fast and in how much memory; see `make bench-extract`."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from benchmarks.measuring import OURS, Tally, tallies
from benchmarks.references import stated
from extractors import Format, Limits, UnreadableFileError
from extractors.kinds import detect

if TYPE_CHECKING:
    from collections.abc import Sequence

_MEGABYTE = 1_000_000
_COLUMNS = ("format", "reader", "files", "failures", "words", "of manifest", "recall", "s", "units/s", "peak MB")


def main() -> None:
    """Measure the files of a folder and print one table."""
    arguments = _arguments()
    # pypdf, which gives the references, has much to say of real files.
    logging.disable()
    folder: Path = arguments.folder
    known = stated(folder)
    files, refused = _by_format(folder)
    limits = Limits() if arguments.ocr else Limits(ocr_pages=0)
    measured = list(tallies(files, known, limits))
    if arguments.json:
        json.dump([_plain(tally) for tally in measured], sys.stdout, indent=1, ensure_ascii=False)
    else:
        _print(measured, refused)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--ocr", action="store_true", help="recognise scanned pages too, and count their time")
    return parser.parse_args()


def _by_format(folder: Path) -> tuple[dict[Format, list[Path]], dict[str, int]]:
    """The files by what they really are, and how many are refused before that, by reason."""
    files, refused = defaultdict[Format, list[Path]](list), defaultdict[str, int](int)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "manifest.tsv":
            try:
                files[detect(path)].append(path)
            except UnreadableFileError as error:
                refused[error.reason.value] += 1
    return files, refused


def _print(measured: Sequence[Tally], refused: dict[str, int]) -> None:
    table = Table(*_COLUMNS)
    for column in table.columns[2:]:
        column.justify = "right"
    for tally in measured:
        table.add_row(*_row(tally))
    console = Console(width=140)
    console.print(table)
    console.print(f"Refused for what they are, before any reader: {_counts(refused)}", highlight=False)
    for tally in measured:
        if tally.reader == OURS and tally.short:
            console.print(
                f"Under 99 % of the manifest, {tally.format.value}: {'; '.join(tally.short)}", highlight=False
            )


def _row(tally: Tally) -> tuple[str, ...]:
    return (
        *(tally.format.value, tally.reader, str(tally.files)),
        _counts({reason.value: count for reason, count in tally.failures.items()}),
        f"{tally.words:,}",
        *(_share(tally.found, tally.stated), _share(tally.recalled, tally.independent)),
        f"{tally.seconds:.2f}",
        f"{tally.units / tally.seconds:,.0f}" if tally.seconds else "–",
        f"{tally.peak / _MEGABYTE:.0f}",
    )


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "–"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "–"


def _plain(tally: Tally) -> dict[str, object]:
    failures = {reason.value: count for reason, count in tally.failures.items()}
    return {**asdict(tally), "format": tally.format.value, "failures": failures}


if __name__ == "__main__":
    main()
