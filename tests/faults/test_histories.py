"""Whatever is done to the library, in whatever order: once it has settled, catalogue and index equal it."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from extractors import Limits, Pool
from index.catalogue.catalogue import Catalogue
from index.catalogue.metadata_layers import Decisions
from index.generations.synchroniser import IndexSynchroniser
from index.model import Facet, Tag, TagSource
from indexer.describe.rules import DescriptionRules
from indexer.errors import LibraryUnavailableError
from indexer.runtime.indexer import Indexer, IndexerOptions, IndexingResult
from tests.faults.equality import VOCABULARY, differences, files_of, found_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.faults.conftest import Counts

SETTLE = 0.01
PATHS = (
    "note.txt",
    "Note.txt",
    "Grigny/note.txt",
    "Grigny/fiche été.txt",
    "Webinaires/2024-01-25 - L'aller vers/notes.txt",
    "Webinaires/2024-01-25 - L'aller vers/suite.txt",
    "Webinaires/notes.txt",
)
FOLDERS = ("Grigny", "Rennes", "Webinaires", "Webinaires/2024-01-25 - L'aller vers")
CONTENTS = {
    f"balise{letter}": f"Une note au sujet de balise{letter}.\n" * place for place, letter in enumerate("abcd", 1)
}
EMPTY = ""
"""A content that cannot be read."""
THEMES = sorted(VOCABULARY.themes)
FEW = 5
"""So few files may be gone together without anyone asking whether the share is mounted."""

_path = st.sampled_from(PATHS)
_content = st.sampled_from([*CONTENTS.values(), EMPTY])


class Share(RuleBasedStateMachine):
    """What people do to a shared folder. The folder itself is the model: it is what catalogue and index must equal."""

    def __init__(self, folder: Path, pool: Pool) -> None:
        super().__init__()
        self._folder, self._library, self._away = folder, folder / "bibliotheque", folder / "ailleurs"
        self._library.mkdir()
        self._stack = ExitStack()
        self._catalogue = self._stack.enter_context(closing(Catalogue.open(f"sqlite:///{folder / 'c.sqlite'}")))
        follower = self._stack.enter_context(IndexSynchroniser(folder / "index", self._catalogue))
        self._indexer = Indexer(
            self._library,
            self._catalogue,
            follower,
            DescriptionRules(self._catalogue, VOCABULARY, self._library),
            pool,
            options=IndexerOptions(settle_seconds=SETTLE),
        )
        self._deleted: list[bytes] = []
        self._decided: set[tuple[str, str]] = set()
        self._ids: dict[str, str] = {}
        self._seen: set[str] = set()
        self._operations = self._versions = 0
        self._same: dict[str, str] = {}
        """Documents that must still be themselves, by path, when all that happened is one operation that tells."""

    @property
    def _is_mounted(self) -> bool:
        return not self._away.exists()

    @property
    def _files(self) -> list[str]:
        return sorted(files_of(self._library)) if self._is_mounted else []

    def _file(self, data: st.DataObject) -> Path:
        return self._library / data.draw(st.sampled_from(self._files))

    def _free(self, path: str) -> Path | None:
        """Where a file can be put; None where there is one already, or where its folder is a file's name."""
        file = self._library / path
        if file.exists():
            return None
        file.parent.mkdir(parents=True, exist_ok=True)
        return file

    def _happens(self, same: Mapping[Path, Path] | None = None) -> None:
        """One more operation; `same` are the files, by their new places, that it leaves the same documents."""
        self._operations += 1
        self._same = {}
        if self._operations == 1:
            moved = {self._named(new): self._named(old) for new, old in (same or {}).items()}
            self._same = {new: self._ids[old] for new, old in moved.items() if old in self._ids}

    def _named(self, file: Path) -> str:
        return file.relative_to(self._library).as_posix()

    @initialize()
    def begin(self) -> None:
        """A few files are there already, and known."""
        for path, content in zip(PATHS[:3], CONTENTS.values(), strict=False):
            if file := self._free(path):
                file.write_text(content, encoding="utf-8")
        self.settle()

    @precondition(lambda self: self._is_mounted)
    @rule(path=_path, content=_content)
    def create(self, path: str, content: str) -> None:
        """A file is dropped."""
        if file := self._free(path):
            self._happens()
            file.write_text(content, encoding="utf-8")

    @precondition(lambda self: self._files)
    @rule(data=st.data(), content=_content, at_once=st.booleans(), anew=st.booleans())
    def edit(self, data: st.DataObject, content: str, *, at_once: bool, anew: bool) -> None:
        """A file gets another content, in place or, as office programs do, by another that takes its name."""
        self._write(self._file(data), content, at_once=at_once, anew=anew)

    @precondition(lambda self: self._files and not self._operations)
    @rule(data=st.data(), at_once=st.booleans())
    def save(self, data: st.DataObject, *, at_once: bool) -> None:
        """A file gets a new version, and nothing else happens for a while."""
        self._write(self._file(data), next(iter(CONTENTS.values())), at_once=at_once, anew=True)
        self.settle()

    def _write(self, file: Path, content: str, *, at_once: bool, anew: bool) -> None:
        if anew and content != EMPTY:
            self._versions += 1
            content += f"Version {self._versions}.\n"
        alone = list(self._ids.values()).count(self._ids.get(self._named(file), "")) == 1
        self._happens({file: file} if alone and content != EMPTY and content not in self._seen else None)
        target = file.with_name(f".{file.name}.part") if at_once else file
        target.write_text(content, encoding="utf-8")
        target.replace(file)

    @precondition(lambda self: self._files)
    @rule(data=st.data(), path=_path)
    def move(self, data: st.DataObject, path: str) -> None:
        """A file changes its name, its folder or both."""
        file = self._file(data)
        if target := self._free(path):
            self._happens({target: file})
            file.rename(target)

    @precondition(lambda self: self._files)
    @rule(data=st.data(), path=_path)
    def copy(self, data: st.DataObject, path: str) -> None:
        """A file is copied with its date, as file managers do."""
        file = self._file(data)
        if target := self._free(path):
            self._happens({file: file, target: file})
            shutil.copy2(file, target)

    @precondition(lambda self: len(self._files) > 1)
    @rule(data=st.data())
    def swap(self, data: st.DataObject) -> None:
        """Two files exchange their names."""
        one, other, beside = self._file(data), self._file(data), self._library / ".entre.part"
        if one != other:
            self._happens()
            one.rename(beside)
            other.rename(one)
            beside.rename(other)

    @precondition(lambda self: self._is_mounted)
    @rule(old=st.sampled_from(FOLDERS), new=st.sampled_from(FOLDERS))
    def rename_folder(self, old: str, new: str) -> None:
        """A folder changes its name or its place."""
        source, target = self._library / old, self._library / new
        if source.exists() and not target.exists() and not new.startswith(f"{old}/") and target.parent.exists():
            inside = [file for file in map(self._library.joinpath, self._files) if file.is_relative_to(source)]
            self._happens({target / file.relative_to(source): file for file in inside})
            source.rename(target)

    @precondition(lambda self: len(self._files) > 1)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """A file goes."""
        file = self._file(data)
        self._happens()
        self._deleted.append(file.read_bytes())
        file.unlink()

    @precondition(lambda self: self._is_mounted and self._deleted)
    @rule(data=st.data(), path=_path)
    def restore(self, data: st.DataObject, path: str) -> None:
        """A content that was deleted comes back, there or elsewhere."""
        if file := self._free(path):
            self._happens()
            file.write_bytes(data.draw(st.sampled_from(self._deleted)))

    @precondition(lambda self: self._files)
    @rule(data=st.data(), seconds=st.integers(0, 2_000_000_000))
    def touch(self, data: st.DataObject, seconds: int) -> None:
        """A file gets another date, and nothing else."""
        file = self._file(data)
        self._happens({file: file})
        os.utime(file, (seconds, seconds))

    @precondition(lambda self: self._is_mounted)
    @rule(leaves_a_folder=st.booleans())
    def unmount(self, *, leaves_a_folder: bool) -> None:
        """The share goes, with its mount point or leaving an empty one."""
        self._library.rename(self._away)
        if leaves_a_folder and len(self._catalogue.files.find_in_extent()) > FEW:
            self._library.mkdir()

    @precondition(lambda self: not self._is_mounted)
    @rule()
    def mount(self) -> None:
        """The share comes back."""
        if self._library.exists():
            self._library.rmdir()
        self._away.rename(self._library)

    @precondition(lambda self: self._catalogue.documents.list_ids())
    @rule(data=st.data(), theme=st.sampled_from(THEMES))
    def decide(self, data: st.DataObject, theme: str) -> None:
        """A person tags a document."""
        id_ = data.draw(
            st.integers(0, 99).map(
                lambda place: sorted(self._catalogue.documents.list_ids())[
                    place % len(self._catalogue.documents.list_ids())
                ]
            )
        )
        self._tag(id_, theme)

    def _tag(self, id_: str, theme: str) -> None:
        with self._catalogue.transaction() as transaction:
            transaction.decisions.decide(
                [id_], Decisions(choose=(Tag(Facet.THEME, theme, TagSource.ANIMATOR, "choix de l’animation"),))
            )
        self._decided.add((id_, theme))

    @precondition(lambda self: self._operations or not self._is_mounted)
    @rule()
    def settle(self) -> None:
        """Time passes, and all is as it should be."""
        if self._is_mounted:
            while self._quiet().guard_message:
                # Whoever deleted so many says that it was meant.
                with self._catalogue.transaction() as transaction:
                    transaction.files.confirm_removals()
            self._check()
            return
        before = self._catalogue.files.find_in_extent()
        if self._library.exists():
            assert self._quiet().guard_message
        else:
            with pytest.raises(LibraryUnavailableError):
                self._indexer.run_once()
        assert self._catalogue.files.find_in_extent() == before

    def _quiet(self) -> IndexingResult:
        """Look until nothing changes any more; gives the last outcome."""
        for _ in range(1_000):
            outcome = self._indexer.run_once()
            if not outcome.changes and not outcome.unsettled:
                return outcome
            time.sleep(SETTLE)
        pytest.fail("the library never settles")

    def _check(self) -> None:
        texts = {path: (self._library / path).read_text(encoding="utf-8") for path in self._files}
        unreadable = [path for path, text in texts.items() if text == EMPTY]
        index = self._folder / "index"
        assert differences(self._library, self._catalogue, index, unreadable) == []
        expected = {word: {path for path, text in texts.items() if word in text} for word in CONTENTS}
        assert found_at(CONTENTS, self._catalogue, index) == expected
        living = set(self._catalogue.documents.list_ids())
        known = {path: str(place.document_id) for path, place in self._catalogue.files.find_in_extent().items()}
        self._ids = {path: id_ for path, id_ in known.items() if id_ in living}
        assert {path: self._ids.get(path) for path in self._same} == self._same
        self._operations, self._same, self._seen = 0, {}, self._seen | set(texts.values())
        with self._catalogue.transaction() as transaction:
            lost = [
                (id_, theme)
                for id_, theme in sorted(self._decided)
                if (theme, TagSource.ANIMATOR)
                not in {
                    (tag.value, tag.source) for tag in transaction.documents.find(id_).tags if tag.facet is Facet.THEME
                }
            ]
        assert lost == []
        # From now on each document has something of a person's to lose.
        for id_ in sorted(living - {decided for decided, _ in self._decided}):
            self._tag(id_, THEMES[len(self._decided) % len(THEMES)])

    def teardown(self) -> None:
        """The history's last page: everything back in place, everything equal."""
        try:
            if not self._is_mounted:
                self.mount()
            self.settle()
        finally:
            self._stack.close()
            shutil.rmtree(self._folder)


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """Workers, started once for all histories."""
    with Pool(2, Limits(seconds=60)) as opened:
        yield opened


@pytest.mark.timeout(0)
def test_histories(pool: Pool, tmp_path_factory: pytest.TempPathFactory, counts: Counts) -> None:
    """Catalogue and index equal any history's library, documents stay themselves, what people decided is all there."""
    template = tmp_path_factory.mktemp("modele") / "c.sqlite"
    Catalogue.open(f"sqlite:///{template}").close()

    def begin() -> Share:
        folder = tmp_path_factory.mktemp("histoire")
        shutil.copy(template, folder / "c.sqlite")
        return Share(folder, pool)

    run_state_machine_as_test(
        begin,  # type: ignore[arg-type]  # whatever makes a machine will do
        settings=settings(
            max_examples=counts.histories,
            stateful_step_count=30,
            deadline=None,
            derandomize=counts.is_short,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
