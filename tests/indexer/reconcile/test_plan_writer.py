"""Contents are written by the batch: with few statements, and as they would be one at a time."""

from __future__ import annotations

import hashlib
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, event

from index.catalogue.catalogue import Catalogue
from index.catalogue.decisions import Deposit
from index.catalogue.documents.writes import Content
from index.catalogue.file_records import Failure
from index.catalogue.metadata_layers import Decisions
from index.model.documents import MEMBERS, FileStat, Locator, Passage, Tag, TagSource, Unit
from index.model.facets import Facet
from indexer.describe.rules import DescriptionRules
from indexer.reconcile.change_plan import Added, FileFingerprint, Removed, Replaced
from indexer.reconcile.plan_writer import PlanWriter
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from indexer.reconcile.change_plan import Arrival
    from indexer.reconcile.extraction_results import ReadOutcome

    Arrived = tuple[Arrival, ReadOutcome]

EVERYONE = frozenset({MEMBERS})
CHOSEN = Tag(Facet.THEME, "sante", TagSource.ANIMATOR, "choix")
GATHERING = "2024-01-25 - Webinaire L'aller vers"


def digest(text: str) -> str:
    """What a text's file is known by."""
    return hashlib.sha256(text.encode()).hexdigest()


def added(path: str, text: str) -> Arrived:
    """A content that comes to a path where nothing is known."""
    content = Content(digest(text), "pdf", text, (Passage(0, Locator(Unit.PAGE, 1), f"À Grigny, {text}. " * 4),))
    return Added(path, FileFingerprint(FileStat(1, 1, 1), content.digest)), content


def replaced(path: str, text: str) -> Arrived:
    """A new content at a known path."""
    _, content = added(path, text)
    return Replaced(path, path, FileFingerprint(FileStat(1, 1, 1), digest(text))), content


def failed(path: str, text: str) -> Arrived:
    """A content that cannot be read."""
    return Added(path, FileFingerprint(FileStat(1, 1, 1), digest(text))), Failure(
        digest(text), 1, "abime", "abîmé", "redéposez-le", ""
    )


BEFORE = (added("a.pdf", "premier"), added("b.pdf", "ancien"), added("c.pdf", "parti"), added("d.pdf", "copié"))
BATCH = (
    added(f"{GATHERING}/support.pdf", "support"),
    added(f"{GATHERING}/notes.pdf", "notes"),
    failed("illisible.pdf", "illisible"),
    replaced("a.pdf", "second"),
    added("original.pdf", "deux fois"),
    added("annonce.pdf", "annoncé"),
    added("double.pdf", "deux fois"),
    failed("illisible aussi.pdf", "illisible"),
    added("retour.pdf", "ancien"),
    added("c.pdf", "successeur"),
    added("copie.pdf", "copié"),
    added("Santé/nir.pdf", "NIR 1 85 05 78 006 084 91"),
)


def opened(folder: Path) -> tuple[Catalogue, PlanWriter]:
    """A catalogue with a past: a version that was replaced, a document that has gone, a file that is announced."""
    folder.mkdir()
    catalogue = Catalogue.open(f"sqlite:///{folder / 'catalogue.sqlite'}")
    scribe = PlanWriter(DescriptionRules(catalogue, load_vocabulary(), folder))
    for each in (*BEFORE, replaced("b.pdf", "nouveau")):
        arrive(catalogue, scribe, each)
    with catalogue.transaction() as transaction:
        transaction.decisions.announce_deposit(Deposit("annonce.pdf", Decisions(choose=(CHOSEN,))))
        scribe.write_changes(transaction, [Removed("b.pdf"), Removed("c.pdf")])
    return catalogue, scribe


def arrive(catalogue: Catalogue, scribe: PlanWriter, *arrived: Arrived) -> None:
    """Write what has come in one transaction."""
    with catalogue.transaction() as transaction:
        scribe.write_arrivals(transaction, arrived)


def told(catalogue: Catalogue) -> dict[str, object]:
    """All that is known of each file, without ids and times."""
    known: dict[str, object] = {}
    for path, place in catalogue.files.find_in_extent().items():
        told: tuple[object, ...] = ()
        if id_ := place.document_id:
            with catalogue.transaction() as transaction:
                document, content = transaction.documents.find(id_), transaction.documents.find_content(id_)
            versions = [
                (each.number, each.digest, each.path, each.who)
                for each in catalogue.documents.list_versions(id_, frozenset({"membres"}))
            ]
            shown = (document.title, document.paths, document.tags, document.date, document.event, document.groups)
            told = (*shown, content, versions, catalogue.decisions.find(id_).rules)
        known[path] = (place.digest, told)
    return known | {"failures": catalogue.queue.find_failures(1)}


_WITHDRAWN = (failed("a.pdf", "second"), replaced("d.pdf", "premier"), added("e.pdf", "copié"), added("f.pdf", "neuf"))
"""A new version that failed, then its document found again by what comes after."""


@pytest.mark.parametrize("batch", [BATCH, _WITHDRAWN], ids=["of all kinds", "with a document withdrawn in its midst"])
def test_a_batch_is_written_as_its_contents_one_at_a_time(tmp_path: Path, batch: Sequence[Arrived]) -> None:
    """What is written together is what would be written in turn, whatever was known of each."""
    one, one_scribe = opened(tmp_path / "un")
    other, other_scribe = opened(tmp_path / "deux")
    with closing(one), closing(other):
        arrive(one, one_scribe, *batch)
        for each in batch:
            arrive(other, other_scribe, each)
        assert told(one) == told(other)
        assert len(one.documents.list_ids()) == len(other.documents.list_ids())


def test_new_contents_cost_no_statement_each(tmp_path: Path) -> None:
    """A first indexing is long: a batch of what is new takes as many statements, whatever its size."""
    catalogue, scribe = opened(tmp_path / "un")
    counted: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        counted.append(statement)

    with closing(catalogue):
        event.listen(Engine, "before_cursor_execute", count)
        try:
            costs = []
            for size in (4, 24):
                arrive(
                    catalogue, scribe, *(added(f"{size}/{number}.pdf", f"{size} {number}") for number in range(size))
                )
                costs.append(len(counted))
                counted.clear()
        finally:
            event.remove(Engine, "before_cursor_execute", count)
    assert costs[0] == costs[1]
