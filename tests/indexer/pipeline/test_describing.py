"""A change of the vocabulary describes anew the documents that it concerns, and gives what describing all would."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from index.catalogue import ANIMATOR_REASON, Decisions
from index.model import Facet, Tag, TagSource
from index.vocabulary.vocabulary import EntryKind, Territory, VocabularyEntry
from indexer.pipeline.describing import DESCRIBED_BY_MEMO, VOCABULARY_MEMO
from indexer.reconcile.plan_writer import PlanWriter

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from index.catalogue import Content, Transaction
    from tests.indexer.conftest import Bench

# Among them acronyms, with and without dots, plurals, a word whose stem is another's acronym, and compounds.
WORDS = (
    *("covoiturage", "transports", "transport", "CAF", "C.A.F.", "café", "cafés", "Brest", "brest", "Vannes", "vannes"),
    *(
        "non-recours",
        "non recours",
        "œuvres",
        "agent·e·s",
        "agents",
        "10 500",
        "guichet",
        "Saint-Malo",
        "saint",
        "Malo",
    ),
)
KINDS = (EntryKind.THEME, EntryKind.TERRITORY, EntryKind.TARGET_GROUP)
HISTORIES = 6


def note_described(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the documents that are described, in order."""
    described: list[str] = []
    describe = PlanWriter.describe_documents

    def noted(
        writer: PlanWriter,
        transaction: Transaction,
        ids: Iterable[str | None],
        loaded: Mapping[str, Content] | None = None,
        *,
        new: Collection[str | None] = (),
    ) -> frozenset[str]:
        wanted = list(ids)
        described.extend(filter(None, wanted))
        return describe(writer, transaction, wanted, loaded, new=new)

    monkeypatch.setattr(PlanWriter, "describe_documents", noted)
    return described


def dump(bench: Bench) -> dict[str, tuple[object, ...]]:
    """All that describes each document: what prevails, and what the rules say below it."""
    told: dict[str, tuple[object, ...]] = {}
    ids = bench.catalogue.documents.list_ids(with_parts=True)
    with bench.catalogue.transaction() as transaction:
        for id_ in ids:
            document = transaction.documents.find(id_)
            rules = bench.catalogue.decisions.find(id_).rules
            of_rules = rules.title, rules.date, rules.event, frozenset(rules.tags), rules.authors, rules.summary
            of_all = document.title, document.date, document.event, frozenset(document.tags), document.summary
            told[document.id] = (*of_rules, *of_all)
    return told


def find_themes(bench: Bench) -> tuple[str, ...]:
    """The themes of the only document about covoiturage."""
    (document,) = bench.found("covoiturage")
    return document.facet_values(Facet.THEME)


def describe_all(bench: Bench) -> None:
    """Describe every document, as by an indexer that does not know by what they are described."""
    with bench.catalogue.transaction() as transaction:
        transaction.indexer.write_memo(DESCRIBED_BY_MEMO, "")
        transaction.indexer.write_memo(VOCABULARY_MEMO, "")
    bench.restart()
    bench.keep_up()


def write_library(bench: Bench, draw: random.Random) -> None:
    """A few files whose texts, names, folders and sidecars are drawn from the words."""

    def some(most: int) -> str:
        return " ".join(draw.choices(WORDS, k=draw.randint(1, most)))

    for number in range(20):
        folder = f"{some(1)}/" * draw.randint(0, 2)
        bench.put(f"{folder}{some(2)} {number}.txt", f"{some(40)}\n\n{some(60)}")
    for folder in draw.choices(WORDS, k=3):
        bench.put(f"{folder}/_fiche.yaml", f"themes: [{draw.choice(WORDS)}, t{draw.randint(0, 3)}]\n")
        bench.put(f"{folder}/a.txt", some(30))
        bench.put(f"{folder}/_fiche.yml", "")


def change_vocabulary(bench: Bench, draw: random.Random, made: list[int]) -> None:
    """Add, replace, remove or take back an entry."""
    kind, number = draw.choice(KINDS), draw.randint(0, 3)
    slug = f"{kind.value[0]}{number}"
    label, *aliases = (" ".join(draw.choices(WORDS, k=draw.choice((1, 1, 2)))) for _ in range(draw.randint(1, 4)))
    with bench.catalogue.transaction() as transaction:
        if made and draw.random() < 0.3:
            transaction.vocabulary_changes.undo(made.pop())
        elif kind is EntryKind.TERRITORY:
            department = draw.choice(("Finistère", "Morbihan", ""))
            made.append(
                transaction.vocabulary_changes.add(
                    kind, slug, Territory(slug, label, tuple(aliases), department=department)
                )
            )
        else:
            made.append(transaction.vocabulary_changes.add(kind, slug, VocabularyEntry(slug, label, tuple(aliases))))


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_what_is_concerned_is_enough(bench: Bench, seed: int) -> None:
    """After any changes, documents are described to the letter as if all had been described anew."""
    draw = random.Random(seed)  # noqa: S311 - repeatable, no secret
    write_library(bench, draw)
    bench.step()
    made: list[int] = []
    for _ in range(6):
        for _ in range(draw.randint(1, 2)):
            change_vocabulary(bench, draw, made)
        if draw.random() < 0.5:
            # As when a change comes while the one before is still being described.
            bench.indexer.synchronise()
            change_vocabulary(bench, draw, made)
        bench.keep_up()
        present = dump(bench)
        describe_all(bench)
        assert dump(bench) == present


def test_only_what_is_concerned_is_described(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Documents that do not hold the words of a new theme, or of one that goes, are left alone."""
    for number in range(10):
        bench.put(f"autre {number}.txt", f"la CAF ouvre un guichet, {number}")
    bench.put("mobilité.txt", "le covoiturage avance")
    bench.step()
    (document,) = bench.found("covoiturage")
    described = note_described(monkeypatch)
    with bench.catalogue.transaction() as transaction:
        entry = VocabularyEntry("trajets", "Trajets partagés", ("covoiturage",))
        theme = transaction.vocabulary_changes.add(EntryKind.THEME, "trajets", entry)
    bench.keep_up()
    assert described == [document.id]
    with bench.catalogue.transaction() as transaction:
        transaction.vocabulary_changes.undo(theme)
    bench.keep_up()
    assert described == [document.id, document.id]


def test_what_persons_decided_follows_the_areas(bench: Bench) -> None:
    """A territory that moves to another department takes along the documents that a person put there."""
    bench.put("a.txt", "un guichet")
    bench.step()
    (document,) = bench.found("guichet")
    brest = Tag(Facet.TERRITORY, "brest", TagSource.ANIMATOR, ANIMATOR_REASON)
    with bench.catalogue.transaction() as transaction:
        transaction.vocabulary_changes.add(EntryKind.TERRITORY, "brest", Territory("brest", "Brest"))
        transaction.decisions.decide([document.id], Decisions(choose=(brest,)))
    bench.keep_up()
    with bench.catalogue.transaction() as transaction:
        moved = Territory("brest", "Brest", department="Finistère")
        transaction.vocabulary_changes.add(EntryKind.TERRITORY, "brest", moved)
    bench.keep_up()
    (document,) = bench.found("guichet")
    assert document.facet_values(Facet.DEPARTMENT) == ("finistere",)


def test_a_crash_forgets_no_document(bench: Bench) -> None:
    """A change that is taken back after a crash in the middle leaves nothing of it."""
    bench.put("a.txt", "le covoiturage " * 20)
    bench.step()
    with bench.catalogue.transaction() as transaction:
        entry = VocabularyEntry("trajets", "Covoiturage")
        theme = transaction.vocabulary_changes.add(EntryKind.THEME, "trajets", entry)
    bench.keep_up()
    assert find_themes(bench) == ("trajets",)
    with bench.catalogue.transaction() as transaction:
        undoing = transaction.vocabulary_changes.undo(theme)
    # The document is queued, not described; then another indexer begins, for which nothing has changed.
    bench.indexer.synchronise()
    with bench.catalogue.transaction() as transaction:
        assert transaction.vocabulary_changes.undo(undoing) is not None
    bench.restart()
    bench.keep_up()
    assert find_themes(bench) == ("trajets",)
