"""The queue: it outlives a crash, it is fair, and it remembers whose reading was cut short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.catalogue.file_records import Extent, Failure, FileLocation, QueuedFile
from index.model.documents import FileStat

if TYPE_CHECKING:
    from index.catalogue.catalogue import Catalogue
    from tests.index.conftest import Add


def enqueue(catalogue: Catalogue, *paths: str, size: int = 1, ready: bool = True) -> None:
    """Files wait, in one transaction: together."""
    with catalogue.transaction() as transaction:
        transaction.queue.add(QueuedFile(path, FileStat(size, 1, 1), ready=ready) for path in paths)


def claim(catalogue: Catalogue, most: int, *, newest: bool = False) -> list[str]:
    """The paths taken."""
    with catalogue.transaction() as transaction:
        return [each.path for each in transaction.queue.claim(most, newest=newest)]


def test_the_newest_and_the_oldest(catalogue: Catalogue) -> None:
    """One may take from both ends, and nothing is taken twice."""
    enqueue(catalogue, "a", "b")
    enqueue(catalogue, "c")
    assert claim(catalogue, 1, newest=True) == ["c"]
    assert claim(catalogue, 1) == ["a"]
    assert claim(catalogue, 9) == ["b"]
    assert claim(catalogue, 9) == []
    assert catalogue.queue.count() == 3


def test_what_has_not_settled_is_not_taken(catalogue: Catalogue) -> None:
    """A file that still grows waits; it keeps its turn once it stands still."""
    enqueue(catalogue, "a", ready=False)
    enqueue(catalogue, "b")
    assert not catalogue.queue.find_in_extent()["a"].ready
    assert claim(catalogue, 1, newest=True) == ["b"]
    enqueue(catalogue, "a", size=2)
    assert claim(catalogue, 9) == ["a"]


def test_a_crash_makes_suspects(catalogue: Catalogue) -> None:
    """What was being read when the indexer crashed is taken alone, the least suspect first; one that stops is not."""
    enqueue(catalogue, "a", "b", "c")
    claim(catalogue, 2)
    with catalogue.transaction() as transaction:
        transaction.queue.hand_back(["b"])
        assert transaction.queue.release_claims() == 1
    assert claim(catalogue, 9) == ["b", "c"]
    with catalogue.transaction() as transaction:
        suspect = transaction.queue.claim_suspect()
        assert suspect is not None
        assert (suspect.path, suspect.attempts) == ("a", 1)
        assert transaction.queue.claim_suspect() is None


def test_another_content_is_no_suspect(catalogue: Catalogue) -> None:
    """A file that was mended after a crash is read like any other."""
    enqueue(catalogue, "a")
    claim(catalogue, 1)
    enqueue(catalogue, "a", size=2)
    assert claim(catalogue, 1) == ["a"]


def test_a_change_during_the_reading_waits_on(catalogue: Catalogue) -> None:
    """Finishing what was read does not take from the queue what came since."""
    enqueue(catalogue, "a")
    with catalogue.transaction() as transaction:
        (read,) = transaction.queue.claim(1)
    enqueue(catalogue, "a", size=2)
    with catalogue.transaction() as transaction:
        transaction.queue.finish([read])
    assert catalogue.queue.count() == 1
    with catalogue.transaction() as transaction:
        transaction.queue.finish(transaction.queue.claim(1))
    assert catalogue.queue.count() == 0


def test_sizes_that_wait_their_turn(catalogue: Catalogue) -> None:
    """A file of a wanted size is known to wait until it is taken, and may be taken before all others."""
    enqueue(catalogue, "a")
    enqueue(catalogue, "b", size=2)
    assert catalogue.queue.find_waiting_sizes({2, 3}) == {2}
    with catalogue.transaction() as transaction:
        assert [each.path for each in transaction.queue.claim(9, sizes={2, 3})] == ["b"]
    assert catalogue.queue.find_waiting_sizes({2, 3}) == frozenset()


def test_a_part_of_the_library(catalogue: Catalogue) -> None:
    """Folders by themselves and trees with all that is below; capitals, « % » and « _ » mean themselves."""
    paths = ("a", "x/a", "x/y/a", "X/a", "x_/a", "xx/a")
    enqueue(catalogue, *paths)
    parts = {
        Extent(folders=frozenset({""})): {"a"},
        Extent(folders=frozenset({"x"})): {"x/a"},
        Extent(trees=frozenset({"x"})): {"x/a", "x/y/a"},
        Extent(folders=frozenset({"x_"}), trees=frozenset({"x/y"})): {"x_/a", "x/y/a"},
        Extent(trees=frozenset({""})): set(paths),
        Extent(folders=frozenset(f"{number}" for number in range(5000)) | {"xx"}): {"xx/a"},
    }
    assert {extent: set(catalogue.queue.find_in_extent(extent)) for extent in parts} == parts


def test_retrying(catalogue: Catalogue, add: Add) -> None:
    """A failed file waits again, with all that hold its content; what did not fail is left alone."""
    add("Fiche", "texte", path="bon.pdf")
    with catalogue.transaction() as transaction:
        transaction.queue.save_failure(Failure("e" * 64, 1, "abime", "fichier abîmé", "redéposez-le"))
        transaction.files.save(FileLocation("abîmé.pdf", FileStat(5, 6, 7), "e" * 64))
        transaction.files.save(FileLocation("copie.pdf", FileStat(5, 6, 7), "e" * 64))
    with catalogue.transaction() as transaction:
        assert not transaction.queue.retry("bon.pdf")
        assert not transaction.queue.retry("absent.pdf")
        assert transaction.queue.retry("abîmé.pdf")
    assert catalogue.queue.find_in_extent() == {
        path: QueuedFile(path, FileStat(5, 6, 7)) for path in ("abîmé.pdf", "copie.pdf")
    }
    assert catalogue.files.find_unread(1) == {"abîmé.pdf", "copie.pdf"}
