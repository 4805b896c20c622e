"""What describing documents and deciding of them costs, on generated French.

A catalogue is filled in a temporary folder; then each gesture is told by what it costs a document, and looking for a
change of the vocabulary by what it costs a request.
"""

from __future__ import annotations

import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import generated
from benchmarks.report import Table, figure
from extractors import FORMATS
from index.catalogue.catalogue import Catalogue
from index.catalogue.documents.writes import Content
from index.catalogue.file_records import FileLocation
from index.catalogue.metadata_layers import ANIMATOR_REASON, Decisions
from index.model.documents import MEMBERS, FileStat, Tag, TagSource
from index.model.facets import Facet
from index.vocabulary.overrides import VocabularyOverrides
from index.vocabulary.vocabulary import EntryKind, VocabularyEntry, load_vocabulary
from indexer.describe.rules import DescriptionRules
from indexer.reconcile.plan_writer import PlanWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.report import Finding
    from benchmarks.workbench import Workbench

_PASSAGES_PER_DOCUMENT = 12
_DOCUMENTS = 1_000
_LOOKS = 2_000
_CHOSEN = Tag(Facet.TERRITORY, "grigny", TagSource.ANIMATOR, ANIMATOR_REASON)


def _fill(catalogue: Catalogue, documents: int) -> None:
    for number, document in enumerate(generated.documents(documents * _PASSAGES_PER_DOCUMENT)):
        digest = f"{number:064d}"
        path = f"Webinaires/2024-01-{number % 28 + 1:02d} - Séance {number % 28 + 1}/{number}.pptx"
        with catalogue.transaction() as transaction:
            id_ = transaction.documents.create(Content(digest, "pptx", document.title, document.passages))
            transaction.files.save(FileLocation(path, FileStat(1, 1, 0), digest, id_))


def run(bench: Workbench) -> Iterator[Finding]:
    """A line for each gesture."""
    documents = bench.of(_DOCUMENTS, 40)
    yield Table(
        f"Describing and deciding, {documents:,} documents",
        ("", "ms of processor"),
        tuple((name, figure(spent)) for name, spent in _measured(documents)),
    )


def _spent(count: int, gesture: Callable[[], object]) -> float:
    """Milliseconds of processor, of one in so many."""
    started = time.process_time()
    gesture()
    return (time.process_time() - started) * 1000 / count


def _measured(documents: int) -> Iterator[tuple[str, float]]:
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Catalogue.open(f"sqlite:///{Path(folder) / 'catalogue.sqlite'}")) as catalogue,
    ):
        _fill(catalogue, documents)
        rules, ids = (
            DescriptionRules(catalogue, load_vocabulary(FORMATS), Path(folder)),
            catalogue.documents.list_ids(with_parts=True),
        )
        scribe = PlanWriter(rules)

        def describe() -> None:
            for start in range(0, len(ids), 20):
                with catalogue.transaction() as transaction:
                    scribe.describe_documents(transaction, ids[start : start + 20])

        def decide(decisions: Decisions) -> None:
            with catalogue.transaction() as transaction:
                transaction.descriptions.save_areas(rules.vocabulary)
                transaction.decisions.decide(ids, decisions, "bench")

        def look() -> None:
            for _ in range(_LOOKS):
                wording.current_vocabulary()

        yield "describe a document for the first time", _spent(documents, describe)
        yield "describe it again, nothing changed", _spent(documents, describe)
        yield "put one tag on each, in one transaction", _spent(documents, lambda: decide(Decisions(choose=(_CHOSEN,))))
        everyone = frozenset({MEMBERS})
        yield (
            "one page of documents to qualify",
            _spent(1, lambda: catalogue.decisions.read_qualification_page(everyone, lacking=Facet.THEME)),
        )
        yield "the whole calendar", _spent(1, lambda: catalogue.events.list_all(everyone))
        with catalogue.transaction() as transaction:
            transaction.vocabulary_changes.add(
                EntryKind.THEME, "mobilite", VocabularyEntry("mobilite", "Mobilité", ("covoiturage",))
            )
        wording = VocabularyOverrides(load_vocabulary(FORMATS), catalogue.vocabulary_changes)
        yield "lay the vocabulary's changes over the files", _spent(1, wording.current_vocabulary)
        yield "look whether the vocabulary has changed", _spent(_LOOKS, look)
