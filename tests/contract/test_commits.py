"""What every engine promises to readers while it is written to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from benchmarks.generated import documents
from tests.contract.queries import ask, document, found

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from index.engines.protocol import Engine, IndexedDocument

DOCUMENTS = 40


def version(number: int) -> list[IndexedDocument]:
    """A library whose documents all tell which version they are of."""
    return [document(f"d{each}", "Deck", f"numéro{number} caf") for each in range(DOCUMENTS)]


def write_versions(engine: Engine, numbers: Iterable[int]) -> None:
    """One commit after another."""
    for number in numbers:
        engine.write(put=version(number))


def test_all_of_a_commit_or_nothing(engine: Engine, reopen: Callable[[], Engine]) -> None:
    """A reader beside the writer never sees a library in two versions, nor an error."""
    versions = 15
    engine.write(put=version(0))
    with closing(reopen()) as reader, ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write_versions, engine, range(1, versions))
        while not writing.done():
            assert ask(reader, "caf").total == DOCUMENTS
        writing.result()
        assert ask(reader, f"numéro{versions - 1}").total == DOCUMENTS
        assert ask(reader, "numéro0").total == 0


def test_threads_ask_at_once(engine: Engine) -> None:
    """Questions asked at the same time do not mix."""
    words = ("caf", "msa", "cpam", "carsat")
    engine.write(put=[document(word, "Deck", *(word for _ in range(30)), "fin") for word in words])
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda word: (word, found(engine, f"{word} ET fin")), words * 25))
    assert all(ids == [word] for word, ids in answers)


def test_a_failed_write_leaves_the_index(engine: Engine) -> None:
    """Documents that stop coming half-way change nothing, and the next write is whole."""
    engine.write(put=[document("a", "Deck", "caf")])

    def broken() -> Iterator[IndexedDocument]:
        yield document("b", "Deck", "msa")
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - any would do
        engine.write(put=broken())
    engine.write(put=[document("c", "Deck", "cpam")])
    assert engine.document_ids() == {"a", "c"}


def test_the_last_of_two_versions_in_one_write(engine: Engine) -> None:
    """A document that comes twice in one write is kept as it came last, and once."""
    engine.write(put=[document("a", "Deck", "caf"), document("a", "Deck", "msa")])
    assert found(engine, "msa") == ["a"]
    assert found(engine, "caf") == []
    assert ask(engine, "").total == 1


def test_what_is_dropped_and_put_in_one_write_is_there(engine: Engine) -> None:
    """Dropping comes before putting."""
    engine.write(put=[document("a", "Deck", "caf")], drop=["a"])
    engine.write(put=[document("a", "Deck", "msa")], drop=["a"])
    assert found(engine, "msa") == ["a"]


def test_it_is_all_there_when_opened_again(reopen: Callable[[], Engine]) -> None:
    """What was written stays, whoever opens the folder."""
    with closing(reopen()) as engine:
        engine.write(put=[document("a", "Deck", "caf")])
    with closing(reopen()) as engine:
        assert found(engine, "caf") == ["a"]
        engine.write(drop=["a"])
        assert engine.document_ids() == frozenset()


def test_old_files_are_collected(reopen: Callable[[], Engine], tmp_path: Path) -> None:
    """Many small commits, a reader open all along, take no more than a few times the disk of one."""
    library = list(documents(200))
    with closing(reopen()) as engine:
        engine.write(put=library)
        once = size(tmp_path)
        with closing(reopen()) as reader:
            for each in library * 2:
                engine.write(put=[each])
            assert ask(reader, "").total == len(library)
        assert size(tmp_path) <= 3 * once


def size(folder: Path) -> int:
    """Bytes on disk."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
