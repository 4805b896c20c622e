"""How much of what the demonstration's minutes decided is found, and how much of what is found was decided.

`python -m benchmarks.bench_resolutions` compares what is extracted from all written documents of its gatherings with
`demo_resolutions.yaml`, made by reading them; `--failures` lists what is missing and what is too much. It writes and
reads the files of the gatherings only, and needs no index.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.report import Table
from extractors import FORMATS, Limits, extract
from index.text import find_resolutions, fingerprint_resolution, is_minutes
from indexer.demo import write_demo_library
from indexer.describe import cut_passages

TRUTH = Path(__file__).with_name("demo_resolutions.yaml")
_GATHERINGS = ("Mensuelles", "Plénières", "Webinaires")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was found and what should have been, as (path of the document, text) pairs."""

    right: frozenset[tuple[str, str]]
    missed: frozenset[tuple[str, str]]
    wrong: frozenset[tuple[str, str]]

    @property
    def precision(self) -> float:
        """The share of what was found that was decided."""
        return len(self.right) / (len(self.right) + len(self.wrong))

    @property
    def recall(self) -> float:
        """The share of what was decided that was found."""
        return len(self.right) / (len(self.right) + len(self.missed))


def compare(found: dict[str, frozenset[str]], truth: dict[str, frozenset[str]]) -> Comparison:
    """Compare texts by path of a document; `truth` has the ends of paths. Texts are compared by their words."""
    texts = {(path, fingerprint_resolution(text)): (path, text) for path, those in found.items() for text in those}
    # Truth names the end of a path: folders of the demonstration are long.
    wanted = {
        (next((path for path in found if path.endswith(end)), end), fingerprint_resolution(text)): (end, text)
        for end, those in truth.items()
        for text in those
    }
    return Comparison(
        frozenset(texts[each] for each in texts.keys() & wanted.keys()),
        frozenset(wanted[each] for each in wanted.keys() - texts.keys()),
        frozenset(texts[each] for each in texts.keys() - wanted.keys()),
    )


def read_truth() -> dict[str, frozenset[str]]:
    """Read what was decided, by end of path."""
    return {end: frozenset(those) for end, those in yaml.safe_load(TRUTH.read_text(encoding="utf-8")).items()}


def extract_resolutions(library: Path) -> dict[str, frozenset[str]]:
    """Extract what the written documents of a demonstration library's gatherings decided, by path."""
    files = (path for name in _GATHERINGS for path in sorted((library / name).rglob("*")) if path.is_file())
    return {str(path.relative_to(library)): _read_resolutions(path) for path in files if _is_written(path)}


def _read_resolutions(path: Path) -> frozenset[str]:
    read = extract(path, Limits())
    # As the catalogue does: by the passages that the indexer would cut.
    found = find_resolutions(cut_passages(read.sections), minutes=is_minutes(read.title or path.stem))
    return frozenset(each.text for each in found)


def _is_written(path: Path) -> bool:
    # The formats of gatherings’ written documents, as the page takes them.
    kind = next((each for each in FORMATS.values() if path.suffix.lower() in each.suffixes), None)
    return kind is not None and not (kind.is_recording or kind.is_captions or kind.is_deck)


def main() -> None:
    """Write the library, extract, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--failures", action="store_true", help="list what is missing and what is too much")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ruche-bench-") as scratch:
        write_demo_library(Path(scratch))
        told = compare(extract_resolutions(Path(scratch)), read_truth())
    columns = ("decided", "found", "right", "precision", "recall")
    row = (len(told.right) + len(told.missed), len(told.right) + len(told.wrong), len(told.right))
    shares = (f"{told.precision:.3f}", f"{told.recall:.3f}")
    print(Table("", columns, ((*map(str, row), *shares),), "By lines and sentences of the minutes."))
    for name, those in (("missed", told.missed), ("wrong", told.wrong)):
        print(*(f"{name}: {text} [{path}]" for path, text in sorted(those) if asked.failures), sep="\n")


if __name__ == "__main__":
    main()
