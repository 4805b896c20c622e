"""A person's decisions outlive whatever happens to files, rules and words: random histories against a simple model."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from index.catalogue.catalogue import Catalogue
from index.catalogue.documents.writes import Content
from index.catalogue.metadata_layers import ANIMATOR_REASON, Decisions, MetadataField
from index.model.documents import MEMBERS, FileStat, Locator, Passage, Tag, TagSource, Unit
from index.model.facets import Facet
from index.vocabulary.vocabulary import EntryKind, Vocabulary, VocabularyEntry
from indexer.describe.rules import DescriptionRules
from indexer.reconcile.change_plan import Added, Arrival, Change, FileFingerprint, Moved, Removed, Replaced, Restored
from indexer.reconcile.plan_writer import PlanWriter
from tests.composition import load_vocabulary

EVERYONE = frozenset({MEMBERS})
VOCABULARY: Vocabulary = load_vocabulary()
FOLDERS = ("Divers", "Grigny", "Rennes/Santé", "Webinaires/2024-01-25 - L'aller vers")
TAGS = ((Facet.THEME, "sante"), (Facet.THEME, "rural"), (Facet.TERRITORY, "grigny"), (Facet.TERRITORY, "rennes"))
TEXTS = ("Santé, PASS et C2S. " * 9, "À Grigny, à Grigny, à Grigny.", "Rien à dire.")

tags, texts, folders = st.sampled_from(TAGS), st.integers(0, len(TEXTS) - 1), st.sampled_from(FOLDERS)


class Histories(RuleBasedStateMachine):
    """Files come, change, move, go and return while rules and words change; a plain dictionary remembers decisions."""

    files = Bundle("files")
    gone = Bundle("gone")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.catalogue = Catalogue.open(f"sqlite:///{Path(self.folder.name) / 'c.sqlite'}")
        self.number = 0
        self.ids: dict[str, str] = {}
        self.verdicts: dict[str, dict[tuple[Facet, str], bool]] = {}
        self.titles: dict[str, str] = {}

    @initialize()
    def open(self) -> None:
        """An empty library, its rules in force."""
        self.in_force = DescriptionRules(self.catalogue, VOCABULARY, Path(self.folder.name))
        self.scribe = PlanWriter(self.in_force)
        with self.catalogue.transaction() as transaction:
            transaction.descriptions.save_areas(VOCABULARY)

    @rule(target=files, folder=folders, text=texts)
    def come(self, folder: str, text: int) -> str:
        """A new file is read."""
        self.number += 1
        path = f"{folder}/{self.number}.pdf"
        content = self._content(text)
        self._arrive(Added(path, FileFingerprint(FileStat(1, 1, 1), content.digest)), content)
        place = self.catalogue.files.find_in_extent()[path].document_id
        assert place is not None
        self.ids[path] = place
        return path

    @rule(path=files, text=texts)
    def change(self, path: str, text: int) -> None:
        """A new version comes at a known path."""
        content = self._content(text)
        self._arrive(Replaced(path, path, FileFingerprint(FileStat(1, 1, 1), content.digest)), content)

    @rule(target=files, path=consumes(files), folder=folders)
    def move(self, path: str, folder: str) -> str:
        """A file changes its folder and its name."""
        self.number += 1
        new = f"{folder}/{self.number}.pdf"
        place = self.catalogue.files.find_in_extent()[path]
        self._settle(Moved(path, new, FileFingerprint(FileStat(1, 1, 1), place.digest)))
        self.ids[new] = self.ids.pop(path)
        return new

    @rule(target=gone, path=consumes(files))
    def go(self, path: str) -> tuple[str, str, str]:
        """A file is deleted."""
        digest = self.catalogue.files.find_in_extent()[path].digest
        self._settle(Removed(path))
        return path, digest, self.ids.pop(path)

    @rule(target=files, was=consumes(gone), folder=folders)
    def come_back(self, was: tuple[str, str, str], folder: str) -> Any:
        """The same content returns, somewhere else perhaps: it is the same document."""
        _, digest, id_ = was
        self.number += 1
        path = f"{folder}/{self.number}.pdf"
        self._settle(Restored(path, FileFingerprint(FileStat(1, 1, 1), digest)))
        assert self.catalogue.files.find_in_extent()[path].document_id == id_
        self.ids[path] = id_
        return multiple(path)

    @rule(path=files, tag=tags, kept=st.booleans())
    def decide(self, path: str, tag: tuple[Facet, str], kept: bool) -> None:  # noqa: FBT001 - a drawn value
        """A person puts a tag, or takes it off."""
        with self.catalogue.transaction() as transaction:
            if kept:
                transaction.decisions.decide(
                    [self.ids[path]], Decisions(choose=(Tag(*tag, TagSource.ANIMATOR, ANIMATOR_REASON),)), "Anne"
                )
            else:
                transaction.decisions.decide([self.ids[path]], Decisions(decline=(tag,)), "Anne")
        self.verdicts.setdefault(self.ids[path], {})[tag] = kept

    @rule(path=files, tag=tags)
    def leave(self, path: str, tag: tuple[Facet, str]) -> None:
        """A person leaves a tag to the rules again."""
        with self.catalogue.transaction() as transaction:
            transaction.decisions.decide([self.ids[path]], Decisions(undecide=(tag,)))
        self.verdicts.get(self.ids[path], {}).pop(tag, None)

    @rule(path=files, title=st.sampled_from(["Le bus des droits", "Autre titre", None]))
    def name(self, path: str, title: str | None) -> None:
        """A person gives a title, or leaves it to the rules again."""
        with self.catalogue.transaction() as transaction:
            if title:
                transaction.decisions.decide([self.ids[path]], Decisions(fields={MetadataField.TITLE: title}), "Anne")
                self.titles[self.ids[path]] = title
            else:
                transaction.decisions.decide([self.ids[path]], Decisions(fields={MetadataField.TITLE: None}))
                self.titles.pop(self.ids[path], None)

    @rule(label=st.sampled_from(["Santé", "Soins"]), kept=st.booleans())
    def change_words(self, label: str, kept: bool) -> None:  # noqa: FBT001 - a drawn value
        """An animator renames a theme or removes it, and all documents are described anew."""
        entry = VocabularyEntry("sante", label, ("C2S",)) if kept else None
        with self.catalogue.transaction() as transaction:
            transaction.vocabulary_changes.add(EntryKind.THEME, "sante", entry)
        self.describe_all()

    @rule()
    def describe_all(self) -> None:
        """The rules are applied again."""
        self.in_force.refresh()
        with self.catalogue.transaction() as transaction:
            self.scribe.describe_documents(transaction, self.catalogue.documents.list_ids())

    @invariant()
    def what_persons_said_holds(self) -> None:
        """Chosen tags are there with a person's authority and their areas, declined ones are not, titles are theirs."""
        for id_ in set(self.ids.values()):
            document = self.catalogue.documents.find(id_, EVERYONE)
            assert document is not None
            held = {(tag.facet, tag.value, tag.source) for tag in document.tags}
            for (facet, value), kept in self.verdicts.get(id_, {}).items():
                if kept:
                    assert (facet, value, TagSource.ANIMATOR) in held
                    assert {(area, slug) for area, slug in VOCABULARY.areas_of(value).items()} <= {
                        (tag.facet, tag.value) for tag in document.tags
                    }
                else:
                    assert value not in document.facet_values(facet)
            if id_ in self.titles:
                assert document.title == self.titles[id_]

    def _arrive(self, arrival: Arrival, content: Content) -> None:
        with self.catalogue.transaction() as transaction:
            self.scribe.write_arrivals(transaction, [(arrival, content)])

    def _settle(self, change: Change) -> None:
        with self.catalogue.transaction() as transaction:
            self.scribe.write_changes(transaction, [change])

    def _content(self, text: int) -> Content:
        """A content that no other file has."""
        self.number += 1
        words = f"{TEXTS[text]} {self.number}"
        passage = Passage(0, Locator(Unit.PAGE, 1), words)
        return Content(hashlib.sha256(words.encode()).hexdigest(), "pdf", "", (passage,))

    def teardown(self) -> None:
        """Nothing is left behind."""
        self.catalogue.close()
        self.folder.cleanup()


TestDecisionsLast = Histories.TestCase
TestDecisionsLast.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
