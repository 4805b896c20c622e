"""The vocabulary in force: the files', and over it what animators changed, at once, with nothing lost."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalogue.catalogue import Catalogue
from index.generations.live import LiveIndex
from index.generations.synchroniser import IndexSynchroniser
from index.model import Facet
from index.search.questions import Question
from index.search.service import Search
from index.vocabulary.overrides import VocabularyOverrides, find_undone_changes
from index.vocabulary.vocabulary import Acronym, EntryKind, Territory, VocabularyEntry, VocabularyError, slugify
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from index.vocabulary.vocabulary import AnyEntry
    from tests.index.conftest import Add

FILES = load_vocabulary()


@pytest.fixture
def wording(catalogue: Catalogue) -> VocabularyOverrides:
    """The words in force over the shipped vocabulary."""
    return VocabularyOverrides(FILES, catalogue.vocabulary_changes)


def change(catalogue: Catalogue, kind: EntryKind, slug: str, entry: AnyEntry | None, who: str = "Anne") -> int:
    """One change, committed."""
    with catalogue.transaction() as transaction:
        return transaction.vocabulary_changes.add(kind, slug, entry, who)


def undo(catalogue: Catalogue, number: int) -> int:
    """One change taken back."""
    with catalogue.transaction() as transaction:
        return transaction.vocabulary_changes.undo(number, "Marc")


def test_nothing_changed_is_the_files(wording: VocabularyOverrides) -> None:
    """Without a change the files' vocabulary is in force, and asking again makes nothing new."""
    assert wording.current_vocabulary() is FILES


@pytest.mark.parametrize(
    ("kind", "slug", "entry"),
    [
        (EntryKind.THEME, "mobilite", VocabularyEntry("mobilite", "Mobilité", ("permis de conduire",))),
        (
            EntryKind.TERRITORY,
            "brest",
            Territory("brest", "Brest", ("Brest métropole",), "ville", "Finistère", "29", "Bretagne", 2),
        ),
        (EntryKind.EVENT_TYPE, "salon", VocabularyEntry("salon", "Salon")),
        (EntryKind.ACRONYM, "ABC", Acronym("ABC", "Aide au bien commun", ("abécé",), ambiguous=True)),
        (EntryKind.SYNONYMS, "bus-des-droits", ("bus des droits", "caravane des droits")),
    ],
)
def test_what_is_added_is_there_and_can_be_taken_back(
    catalogue: Catalogue, wording: VocabularyOverrides, kind: EntryKind, slug: str, entry: AnyEntry
) -> None:
    """Each kind of entry is added whole, and gone again once its change is taken back."""
    part = {
        EntryKind.THEME: "themes",
        EntryKind.TERRITORY: "territories",
        EntryKind.EVENT_TYPE: "event_types",
        EntryKind.ACRONYM: "acronyms",
        EntryKind.SYNONYMS: "synonyms",
    }[kind]
    number = change(catalogue, kind, slug, entry)
    assert getattr(wording.current_vocabulary(), part)[slug] == entry
    undo(catalogue, number)
    assert wording.current_vocabulary() == FILES


def test_an_entry_of_the_files_is_changed_and_removed(catalogue: Catalogue, wording: VocabularyOverrides) -> None:
    """A label is renamed, an alias and an acronym are removed; the files stay as they are."""
    change(catalogue, EntryKind.THEME, "rural", VocabularyEntry("rural", "Campagnes", ("agriculteurs",)))
    removed = change(catalogue, EntryKind.ACRONYM, "RSA", None)
    vocabulary = wording.current_vocabulary()
    assert vocabulary.label(Facet.THEME, "rural") == "Campagnes"
    assert "MSA" not in vocabulary.themes["rural"].aliases
    assert "RSA" not in vocabulary.acronyms
    undo(catalogue, removed)
    assert wording.current_vocabulary().acronyms["RSA"] == FILES.acronyms["RSA"]


def test_history_is_kept(catalogue: Catalogue) -> None:
    """Every change stays, with who made it; one that was taken back says so, and so does what took it back."""
    first = change(catalogue, EntryKind.THEME, "rural", VocabularyEntry("rural", "Campagnes"))
    second = undo(catalogue, first)
    newest, oldest = catalogue.vocabulary_changes.list_all()
    assert (newest.number, newest.undoes, newest.who, newest.in_force) == (second, first, "Marc", True)
    assert (oldest.number, oldest.who, oldest.in_force) == (first, "Anne", False)
    assert oldest.entry == VocabularyEntry("rural", "Campagnes")


def test_taking_back_what_took_back(catalogue: Catalogue, wording: VocabularyOverrides) -> None:
    """An undo is a change like others: undone, what it had taken back is in force again."""
    first = change(catalogue, EntryKind.THEME, "rural", VocabularyEntry("rural", "Campagnes"))
    second = undo(catalogue, first)
    undo(catalogue, second)
    assert wording.current_vocabulary().label(Facet.THEME, "rural") == "Campagnes"


def test_taking_back_an_older_change_leaves_later_ones(catalogue: Catalogue, wording: VocabularyOverrides) -> None:
    """Each change says the whole entry: the last one in force is what holds."""
    first = change(catalogue, EntryKind.THEME, "rural", VocabularyEntry("rural", "Campagnes"))
    second = change(catalogue, EntryKind.THEME, "rural", VocabularyEntry("rural", "Villages"))
    undo(catalogue, first)
    assert wording.current_vocabulary().label(Facet.THEME, "rural") == "Villages"
    undo(catalogue, second)
    assert wording.current_vocabulary().label(Facet.THEME, "rural") == FILES.label(Facet.THEME, "rural")


@given(st.lists(st.integers(0, 5), max_size=8))
def test_each_change_is_undone_or_not(targets: list[int]) -> None:
    """A change is out of force exactly when a later one that is itself in force takes it back."""
    log = [(number, target if 0 < target < number else None) for number, target in enumerate(targets, 1)]
    gone = find_undone_changes(log)
    for number, _ in log:
        taken_back = any(target == number and other not in gone for other, target in log)
        assert (number in gone) is taken_back


@pytest.mark.parametrize(
    ("kind", "slug", "entry", "said"),
    [
        (EntryKind.THEME, "rural", VocabularyEntry("rural", " "), "nom"),
        (EntryKind.THEME, "à côté", VocabularyEntry("à côté", "À côté"), "identifiant"),
        (EntryKind.THEME, "rural", VocabularyEntry("autre", "Autre"), "prendre la place"),
        (EntryKind.THEME, "rural", Acronym("RSA", "Revenu"), "pas une entrée"),
        (EntryKind.ACRONYM, "RSA", Acronym("RSA", ""), "sens"),
        (EntryKind.SYNONYMS, "bus", (), "deux expressions"),
        (EntryKind.SYNONYMS, "bus", ("bus",), "deux expressions"),
        (EntryKind.SYNONYMS, "bus", ("bus", " "), "deux expressions"),
        (EntryKind.THEME, "bus", ("bus", "car"), "deux expressions"),
    ],
)
def test_a_wrong_entry_is_explained(
    catalogue: Catalogue, kind: EntryKind, slug: str, entry: AnyEntry, said: str
) -> None:
    """What cannot stand in a vocabulary is refused in a sentence, and nothing is kept."""
    with pytest.raises(VocabularyError, match=said):
        change(catalogue, kind, slug, entry)
    assert catalogue.vocabulary_changes.list_all() == ()


def test_an_unknown_change_is_explained(catalogue: Catalogue) -> None:
    """Taking back what never was says so."""
    with pytest.raises(VocabularyError, match="numéro 7"):
        undo(catalogue, 7)


def test_a_new_synonym_at_the_next_question(catalogue: Catalogue, add: Add, tmp_path: Path) -> None:
    """A synonym that an animator adds finds at once what it did not, and nothing is indexed again."""
    add("Tournée", "la caravane des droits passe")
    with IndexSynchroniser(tmp_path / "index", catalogue) as follower:
        follower.synchronise()
    wording = VocabularyOverrides(FILES, catalogue.vocabulary_changes)
    search = Search(LiveIndex(tmp_path / "index"), catalogue, wording.current_vocabulary())
    assert search.ask(Question("camionnette")).total == 0
    change(catalogue, EntryKind.SYNONYMS, slugify("camionnette"), ("camionnette", "caravane"))
    answer = search.with_vocabulary(wording.current_vocabulary()).ask(Question("camionnette"))
    assert answer.total == 1
    assert answer.expansions[0].added == ("caravane",)


def test_another_process_sees_it(catalogue: Catalogue) -> None:
    """The web writes, the indexer reads: each opens the catalogue by itself."""
    with closing(Catalogue.open(catalogue.url)) as other:
        there = VocabularyOverrides(FILES, other.vocabulary_changes)
        assert there.current_vocabulary() is FILES
        change(catalogue, EntryKind.THEME, "rural", VocabularyEntry("rural", "Campagnes"))
        assert there.current_vocabulary().label(Facet.THEME, "rural") == "Campagnes"


def test_groups_of_the_files_have_slugs(tmp_path: Path) -> None:
    """Two groups that begin alike can be told apart, each by a slug that stays."""
    extra = tmp_path / "v.yaml"
    extra.write_text("synonymes:\n- [bus, car]\n- [bus, autobus]\n", encoding="utf-8")
    synonyms = load_vocabulary(extra).synonyms
    assert (synonyms["bus"], synonyms["bus~2"]) == (("bus", "car"), ("bus", "autobus"))
