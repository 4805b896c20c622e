"""Whatever is done to the folder and to its rules, nobody is told what only reserved places have held."""

from __future__ import annotations

import shutil
import unicodedata
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from extractors import Limits, Pool
from index.accounts.audiences import EVERY_ANIMATOR
from index.accounts.audit import CONSOLE
from index.accounts.errors import FolderRuleUnknownError
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group
from index.catalogue.catalogue import Catalogue
from index.catalogue.decisions import Deposit
from index.catalogue.dossiers import ItemPlace
from index.catalogue.file_statuses import StatusFilter
from index.catalogue.inquiries.inquiries import InquiryDraft, Standing
from index.catalogue.metadata_layers import Decisions
from index.generations.live import LiveIndex
from index.generations.synchroniser import IndexSynchroniser
from index.model.documents import MEMBERS
from index.search.questions import Question
from index.search.service import Search
from indexer.describe.rules import DescriptionRules
from indexer.runtime.indexer import Indexer, IndexerOptions
from tests.faults.equality import VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from index.model.documents import Document
    from tests.faults.conftest import Counts

BOARD = "conseil"
OUTSIDER, INSIDER = EVERY_ANIMATOR, frozenset({MEMBERS, BOARD})
GATHERING = "ouvert/2024-01-25 webinaire"
FOLDERS = ("conseil", "conseil/public", "ouvert", GATHERING)
SPELT_OTHERWISE = "CONSEIL"
"""Another folder on most disks, and the same for rules."""

RENAMED = {"conseil": "Conseil ancien", "Conseil ancien": "conseil"}
_folder = st.sampled_from(FOLDERS)


class Confidence(RuleBasedStateMachine):
    """A folder, its rules, and an oracle of its own: what each word is in, and whether everybody may know it.

    Words are never used twice: one stands in a file's text, another in its name, another in a sidecar. A word is open
    once a person put it where everybody sees, deposited it, opened the folder that holds it, or agreed to show it.
    After each step the catalogue is read and the index searched; at the end all that is made of words is asked too.
    """

    def __init__(self, folder: Path, pool: Pool) -> None:
        super().__init__()
        self._folder, self._library = folder, folder / "bibliotheque"
        self._library.mkdir()
        self._stack = ExitStack()
        self._catalogue = self._stack.enter_context(closing(Catalogue.open(f"sqlite:///{folder / 'c.sqlite'}")))
        self._follower = self._stack.enter_context(IndexSynchroniser(folder / "index", self._catalogue))
        rules = DescriptionRules(self._catalogue, VOCABULARY, self._library)
        self._indexer = Indexer(
            self._library, self._catalogue, self._follower, rules, pool, options=IndexerOptions(settle_seconds=0)
        )
        self._search = Search(LiveIndex(folder / "index"), self._catalogue, VOCABULARY)
        self._words: set[str] = set()
        self._rules: dict[str, frozenset[str]] = {}
        self._files: dict[str, tuple[str, str]] = {}
        """By path, the words of a file: in its text and in its name."""
        self._sidecars: dict[str, str] = {}
        self._sidecars_aside: dict[str, str] = {}
        self._waiting: set[str] = set()
        self._put: set[str] = set()
        """Files that a person put where they are, and that went nowhere since."""
        self._open: set[str] = set()

    def _word(self) -> str:
        # Letters only: one word to the analyser, and part of no other.
        word = "zq" + "".join(chr(ord("a") + int(digit)) for digit in f"{len(self._words):04d}") + "x"
        self._words.add(word)
        return word

    def _is_open(self, path: str) -> bool:
        path = unicodedata.normalize("NFC", path).casefold()
        folders = [path.rsplit("/", depth)[0] for depth in range(1, path.count("/") + 1)]
        return MEMBERS in next((self._rules[each] for each in folders if each in self._rules), frozenset({MEMBERS}))

    def _write(self, path: str, text: str) -> None:
        file = self._library / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    @initialize()
    def begin(self) -> None:
        """A folder for some, one in it for all, a sidecar, and a file in each: enough for most to go wrong."""
        self._catalogue.access.rules.save_group(Group(BOARD, "Conseil"), CONSOLE)
        self._save_rule("conseil", frozenset({BOARD}))
        self._save_rule("conseil/public", frozenset({MEMBERS}))
        self._describe("conseil")
        for folder in FOLDERS:
            self._create(folder, deposited=False)
        self._settle()

    @rule(folder=_folder | st.just(SPELT_OTHERWISE), deposited=st.booleans())
    def create(self, folder: str, *, deposited: bool) -> None:
        """A new file is dropped, or deposited."""
        self._create(folder, deposited=deposited)
        self._settle()

    def _create(self, folder: str, *, deposited: bool) -> None:
        text, name = self._word(), self._word()
        path = f"{folder}/{name}.txt"
        if deposited:
            with self._catalogue.transaction() as transaction:
                transaction.decisions.announce_deposit(Deposit(path, Decisions()))
        self._write(path, f"Note {text}.")
        self._files[path] = text, name
        self._put.add(path)
        if self._is_open(path):
            self._open |= {text, name}

    @precondition(lambda self: self._files)
    @rule(data=st.data(), folder=_folder)
    def guess(self, data: st.DataObject, folder: str) -> None:
        """Someone deposits a content that they know, wherever it is already."""
        text, _ = self._files[data.draw(st.sampled_from(sorted(self._files)))]
        name = self._word()
        path = f"{folder}/{name}.txt"
        with self._catalogue.transaction() as transaction:
            transaction.decisions.announce_deposit(Deposit(path, Decisions()))
        self._write(path, f"Note {text}.")
        self._files[path] = text, name
        self._put.add(path)
        if self._is_open(path):
            self._open |= {text, name}
        self._settle()

    @precondition(lambda self: self._files)
    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        """A file gets a new version."""
        path = data.draw(st.sampled_from(sorted(self._files)))
        text = self._word()
        self._write(path, f"Note {text}.")
        self._files[path] = text, self._files[path][1]
        if self._is_open(path) and path not in self._waiting:
            self._open.add(text)
        self._settle()

    @precondition(lambda self: self._files)
    @rule(data=st.data(), folder=_folder, copied=st.booleans(), renamed=st.booleans())
    def take(self, data: st.DataObject, folder: str, *, copied: bool, renamed: bool) -> None:
        """A file is moved or copied to another folder, under its name or another one."""
        self._take(data.draw(st.sampled_from(sorted(self._files))), folder, copied=copied, renamed=renamed)

    @precondition(lambda self: self._closed())
    @rule(data=st.data(), folder=st.sampled_from(("ouvert", GATHERING)), copied=st.booleans(), renamed=st.booleans())
    def take_out(self, data: st.DataObject, folder: str, *, copied: bool, renamed: bool) -> None:
        """The same of a file that not everybody sees: chance alone seldom takes one out."""
        self._take(data.draw(st.sampled_from(self._closed())), folder, copied=copied, renamed=renamed)

    def _closed(self) -> list[str]:
        return [path for path in sorted(self._files) if not self._is_open(path)]

    def _take(self, path: str, folder: str, *, copied: bool, renamed: bool) -> None:
        text, name = self._files[path]
        if renamed:
            name = self._word()
        target = f"{folder}/{name}.txt"
        if target in self._files:
            return
        (self._library / target).parent.mkdir(parents=True, exist_ok=True)
        if copied:
            shutil.copy2(self._library / path, self._library / target)
        else:
            (self._library / path).rename(self._library / target)
        self._follow(path, target, copied=copied)
        self._files[target] = text, name
        # A copy of a content that everybody has had elsewhere may come from there: it does not wait, nor does its name.
        stays = any(words[0] == text for each, words in self._files.items() if each != target)
        if self._is_open(target) and (target not in self._waiting or (stays and text in self._open)):
            self._open.add(name)
        documents = self._settle()
        # Where nobody has the content any more but in reserved places, everybody having had it once is no agreement.
        is_had = any(
            words[0] == text and self._is_open(each) and each not in self._waiting
            for each, words in self._files.items()
            if each != target
        )
        assert (
            is_had or target not in self._waiting or target not in {path for each in documents for path in each.paths}
        )

    def _follow(self, path: str, target: str, *, copied: bool) -> None:
        was_open = self._is_open(path) and path not in self._waiting
        self._files[target] = self._files[path]
        if not copied:
            del self._files[path]
            self._waiting.discard(path)
            self._put.discard(path)
        if self._is_open(target) and not was_open:
            self._waiting.add(target)

    @rule()
    def rename(self) -> None:
        """The folder for some changes its name, and its rule speaks of it no longer."""
        old = next((each for each in RENAMED if (self._library / each).exists()), None)
        if old is None or (self._library / RENAMED[old]).exists():
            return
        (self._library / old).rename(self._library / RENAMED[old])
        for path in [each for each in self._files if each.startswith(f"{old}/")]:
            self._follow(path, path.replace(old, RENAMED[old], 1), copied=False)
        # A sidecar of a reserved folder says nothing where others see it, until it is back.
        inside = {each for each in self._sidecars if f"{each}/".startswith("conseil/")}
        self._sidecars |= self._sidecars_aside
        self._sidecars_aside = {each: self._sidecars.pop(each) for each in inside}
        self._settle()

    @precondition(lambda self: self._files)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """A file goes."""
        path = data.draw(st.sampled_from(sorted(self._files)))
        (self._library / path).unlink()
        del self._files[path]
        self._waiting.discard(path)
        self._put.discard(path)
        self._settle()

    @rule(folder=_folder)
    def describe(self, folder: str) -> None:
        """A sidecar says what a folder's documents are, and names their event."""
        self._describe(folder)
        self._settle()

    def _describe(self, folder: str) -> None:
        word = self._word()
        text = (
            f"titre: Rencontre {word}\ndate: 2024-01-25\ntype: webinaire\ndescription: Sur {word}\nauteurs: [{word}]\n"
        )
        self._write(f"{folder}/_fiche.yaml", text)
        self._sidecars[folder] = word
        if self._is_open(f"{folder}/x"):
            self._open.add(word)

    @rule(folder=_folder, groups=st.sampled_from([frozenset({BOARD}), frozenset({MEMBERS}), frozenset[str]()]))
    def rule_folder(self, folder: str, groups: frozenset[str]) -> None:
        """A person makes, changes or deletes a rule: they agree to what it shows, but for what waits."""
        self._save_rule(folder, groups)
        # Before and after the indexer has taken it up.
        self._check()
        self._settle()

    def _save_rule(self, folder: str, groups: frozenset[str]) -> None:
        if groups:
            self._rules[folder] = groups
            self._catalogue.access.rules.save_folder_rule(FolderRule(folder, groups), CONSOLE)
        else:
            try:
                self._catalogue.access.rules.delete_folder_rule(folder, CONSOLE)
            except FolderRuleUnknownError:
                # It has followed the folder, and is in force there, or there was none.
                return
            self._rules.pop(folder, None)
        self._waiting = {path for path in self._waiting if self._is_open(path)}
        for path, words in self._files.items():
            if self._is_open(path) and path not in self._waiting:
                self._open.update(words)
        self._open |= {word for folder, word in self._sidecars.items() if self._is_open(f"{folder}/x")}

    @precondition(lambda self: self._waiting)
    @rule()
    def agree(self) -> None:
        """Someone who sees what waits agrees to show all of it."""
        held = {each.id: each.etag for each in self._catalogue.holds.list_held(INSIDER, 1_000)}
        places = self._catalogue.files.find_in_extent()
        with self._catalogue.transaction() as transaction:
            assert transaction.holds.agree(held, OUTSIDER, CONSOLE).done == 0
            assert transaction.holds.agree(held, INSIDER, CONSOLE).changed == 0
        # The rest does not wait, for its rule has followed it.
        agreed = {path for path in self._waiting if path in places and places[path].document_id in held}
        for path in agreed:
            self._open.update(self._files[path])
        self._waiting -= agreed
        self._check()
        self._settle()

    @rule()
    def take_back(self) -> None:
        """Whoever agreed was wrong: all that was shown by an agreement waits again."""
        agreed = [each.id for each in self._catalogue.holds.list_agreed(INSIDER, 1_000)]
        with self._catalogue.transaction() as transaction:
            assert transaction.holds.withdraw(agreed, OUTSIDER, CONSOLE) == 0
            transaction.holds.withdraw(agreed, INSIDER, CONSOLE)
        again = {path for path, each in self._catalogue.files.find_in_extent().items() if each.document_id in agreed}
        self._waiting |= {path for path in again & self._files.keys() if self._is_open(path)}
        self._put -= again
        assert not self._catalogue.documents.find_each(agreed, OUTSIDER)
        self._settle()

    @rule(shared=st.booleans(), withdrawn=st.booleans(), cites=st.data())
    def ask(self, *, shared: bool, withdrawn: bool, cites: st.DataObject) -> None:
        """A member asks all members, or the board alone; someone answers with a file; it may be withdrawn again."""
        asked, answered = self._word(), self._word()
        groups = frozenset({MEMBERS if shared else BOARD})
        cited = self._catalogue.documents.list_latest(OUTSIDER | INSIDER, 50)
        places = [ItemPlace(cites.draw(st.sampled_from(sorted(each.id for each in cited))))] if cited else []
        with self._catalogue.transaction() as transaction:
            inquiry = transaction.inquiries.ask(InquiryDraft(f"Que dit {asked} ?", "", groups), "")
            transaction.inquiries.answer(inquiry.id, f"Note {answered}.", places, "", by_team=True)
        if withdrawn:
            with self._catalogue.transaction() as transaction:
                transaction.inquiries.judge(inquiry.id, Standing.WITHDRAWN, "hors sujet", "")
        elif shared:
            self._open |= {asked, answered}
        self._settle()

    def _settle(self) -> Sequence[Document]:
        for _ in range(1_000):
            outcome = self._indexer.run_once()
            if outcome.guard_message:
                with self._catalogue.transaction() as transaction:
                    transaction.files.confirm_removals()
            elif not outcome.unsettled:
                break
        documents = self._check()
        found = {path for each in documents for path in each.paths}
        assert {path for path in self._put if self._is_open(path) and path not in found} <= self._waiting
        return documents

    def _check(self) -> Sequence[Document]:
        catalogue = self._catalogue
        documents = catalogue.documents.list_latest(OUTSIDER, 1_000)
        told = repr(
            [
                documents,
                [catalogue.documents.list_versions(each.id, OUTSIDER) for each in documents],
                [catalogue.documents.list_passages(each.id) for each in documents],
                catalogue.events.list_all(OUTSIDER),
                catalogue.inquiries.list_all(OUTSIDER),
                [catalogue.inquiries.list_citing(each.id, OUTSIDER) for each in documents],
                self._search.ask(Question("note", groups=OUTSIDER, per_page=100)),
            ]
        )
        self._assert_silent(told)
        return documents

    def _assert_silent(self, told: str) -> None:
        assert {word for word in self._words - self._open if word in told} == set()

    def _check_words(self) -> None:
        """Files by their state, and all that is made of words, asked by what stands near each that is closed."""
        told: list[object] = [self._catalogue.file_statuses.find(StatusFilter(groups=OUTSIDER))]
        for word in sorted(self._words - self._open):
            told.append(self._search.suggest_completions(word[:4], OUTSIDER))
            mistyped = self._search.ask(Question(f"{word[:-1]}w", groups=OUTSIDER))
            told.append((mistyped.corrections, mistyped.related, mistyped.found))
            assert self._search.ask(Question(word, groups=OUTSIDER, exact=True)).total == 0
        self._assert_silent(repr(told))

    def teardown(self) -> None:
        """The history ends."""
        with self._stack:
            self._check_words()
        shutil.rmtree(self._folder)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """A worker, started once for all histories."""
    with Pool(1, Limits(seconds=60)) as opened:
        yield opened


@pytest.mark.timeout(0)
def test_nobody_is_told_what_reserved_places_held(
    pool: Pool, tmp_path_factory: pytest.TempPathFactory, counts: Counts
) -> None:
    """After each step of any history an outsider reads no word that nobody has opened, and all that was put openly."""
    template = tmp_path_factory.mktemp("modele") / "c.sqlite"
    Catalogue.open(f"sqlite:///{template}").close()

    def begin() -> Confidence:
        folder = tmp_path_factory.mktemp("histoire")
        shutil.copy(template, folder / "c.sqlite")
        return Confidence(folder, pool)

    run_state_machine_as_test(
        begin,  # type: ignore[arg-type]  # whatever makes a machine will do
        settings=settings(
            max_examples=counts.histories,
            stateful_step_count=15,
            deadline=None,
            derandomize=counts.is_short,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
