"""What describing documents and deciding of them costs, on generated French.

`python -m benchmarks.bench_describing [--documents N]` fills a catalogue in a temporary folder, then prints what each
gesture costs a document, and what looking for a change of the vocabulary costs a request: milliseconds of processor.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import generated
from index.catalogue import CHOICE, Catalogue, Content, Decisions, Place
from index.model import MEMBERS, Facet, Tag, TagSource
from index.vocabulary import Entry, Kind, load
from index.wording import Wording
from indexer.applying import Scribe
from indexer.rules import Rules

if TYPE_CHECKING:
    from collections.abc import Callable

_PASSAGES_PER_DOCUMENT = 12
_LOOKS = 2_000
_CHOSEN = Tag(Facet.TERRITORY, "grigny", TagSource.ANIMATOR, CHOICE)


def _fill(catalogue: Catalogue, documents: int) -> None:
    for number, document in enumerate(generated.documents(documents * _PASSAGES_PER_DOCUMENT)):
        digest = f"{number:064d}"
        path = f"Webinaires/2024-01-{number % 28 + 1:02d} - Séance {number % 28 + 1}/{number}.pptx"
        with catalogue.writing() as write:
            id_ = write.create(Content(digest, "pptx", document.title, document.passages))
            write.keep_place(Place(path, 1, 1, digest, id_))


def _timed(label: str, count: int, gesture: Callable[[], object]) -> None:
    started = time.process_time()
    gesture()
    print(f"{label:<58} {(time.process_time() - started) * 1000 / count:8.2f} ms")


def measure(documents: int) -> None:
    """Fill, time, print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Catalogue.open(f"sqlite:///{Path(folder) / 'catalogue.sqlite'}")) as catalogue,
    ):
        _fill(catalogue, documents)
        rules, ids = Rules(catalogue, load(), Path(folder)), catalogue.ids()
        scribe = Scribe(rules)

        def describe() -> None:
            for start in range(0, len(ids), 20):
                with catalogue.writing() as write:
                    scribe.describe(write, ids[start : start + 20])

        def decide(decisions: Decisions) -> None:
            with catalogue.writing() as write:
                write.keep_areas(rules.vocabulary)
                write.decide(ids, decisions, "bench")

        def look() -> None:
            for _ in range(_LOOKS):
                wording.vocabulary()

        _timed("describe a document for the first time", documents, describe)
        revision = catalogue.revision()
        _timed("describe it again, nothing changed", documents, describe)
        print(f"{'revisions that the index has to learn for that':<58} {catalogue.revision() - revision:8d}")
        _timed("put one tag on each, in one transaction", documents, lambda: decide(Decisions(choose=(_CHOSEN,))))
        everyone = frozenset({MEMBERS})
        _timed("one page of documents to qualify", 1, lambda: catalogue.to_qualify(everyone, lacking=Facet.THEME))
        _timed("the whole calendar", 1, lambda: catalogue.agenda(everyone))
        with catalogue.writing() as write:
            write.change_vocabulary(Kind.THEME, "mobilite", Entry("mobilite", "Mobilité", ("covoiturage",)))
        wording = Wording(load(), catalogue)
        _timed("lay the vocabulary's changes over the files", 1, wording.vocabulary)
        _timed("look whether the vocabulary has changed", _LOOKS, look)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2_000)
    measure(parser.parse_args().documents)


if __name__ == "__main__":
    main()
