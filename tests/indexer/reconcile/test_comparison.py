"""What a look changes in the queue. Pure: each rule in a line or two."""

from __future__ import annotations

from dataclasses import replace

from index.catalogue.file_records import WHOLE_LIBRARY, Extent, FileLocation, QueuedFile
from index.model.documents import FileStat
from indexer.reconcile.comparison import (
    ClockReading,
    Comparison,
    DebounceTiming,
    Differences,
    PreviousScan,
    UnsettledPath,
    compare_scan,
    find_differences,
)
from indexer.watch.scan import ScanResult

OLD, NEW = FileStat(1, 1, 1), FileStat(2, 10**18, 10**18)
NOW = DebounceTiming(ClockReading(50.0, 10**18), 1.0)
KNOWN = FileLocation("a", FileStat(1, 1, 1), "d" * 64, "id")


def compared(
    seen: dict[str, FileStat],
    *,
    known: tuple[FileLocation, ...] = (),
    waiting: tuple[QueuedFile, ...] = (),
    before: PreviousScan | None = None,
) -> Comparison:
    """What a look at the whole library changes."""
    queue = {each.path: each for each in waiting}
    sighting = ScanResult(seen)
    different = find_differences(known, (), sighting).stats
    return compare_scan(queue, sighting, different, before or PreviousScan({}), NOW)


def test_nothing_new() -> None:
    """A library as it is known changes nothing."""
    assert compared({"a": OLD}, known=(KNOWN,)) == Comparison((), frozenset(), frozenset(), {})


def test_the_entry_tells_what_size_and_date_do_not() -> None:
    """Another file of the same size and date under the same name is looked into; an old catalogue does not know."""
    assert compared({"a": FileStat(1, 1, 2)}, known=(KNOWN,)).enqueue == (QueuedFile("a", FileStat(1, 1, 2)),)
    assert (
        compared({"a": FileStat(1, 1, 2)}, known=(FileLocation("a", FileStat(1, 1, 0), "d" * 64, "id"),)).enqueue == ()
    )


def test_what_has_just_changed_is_seen_then_waits() -> None:
    """It is in the queue at once, so that it is answered for, and ready once it has stood still."""
    first = compared({"a": NEW})
    assert first.enqueue == (QueuedFile("a", FileStat(2, 10**18, 10**18), ready=False),)
    later = compared({"a": NEW}, waiting=first.enqueue, before=PreviousScan({"a": UnsettledPath(NEW, 48.0)}))
    assert later.enqueue == (QueuedFile("a", FileStat(2, 10**18, 10**18), ready=True),)
    assert compared({"a": NEW}, waiting=later.enqueue) == Comparison((), frozenset(), frozenset(), {})


def test_what_a_program_holds_open_has_not_settled() -> None:
    """A copy that pauses is not whole, however long it pauses."""
    before = PreviousScan({"a": UnsettledPath(NEW, 0.0)}, being_written={"a"})
    found = compared({"a": NEW}, before=before)
    assert (found.enqueue, found.unsettled) == (
        (QueuedFile("a", FileStat(2, 10**18, 10**18), ready=False),),
        before.unsettled,
    )


def test_what_its_writer_has_closed_has_settled() -> None:
    """A file that is known to be whole is not waited for; one that a program has open is, whatever else is known."""
    whole = compared({"a": NEW}, before=PreviousScan({}, closed={"a"}))
    assert (whole.enqueue, whole.unsettled) == ((QueuedFile("a", NEW, ready=True),), {})
    doubtful = compared({"a": NEW}, before=PreviousScan({}, being_written={"a"}, closed={"a"}))
    assert doubtful.unsettled == {"a": UnsettledPath(NEW, 50.0)}


def test_what_is_gone() -> None:
    """A missing file is gone once it has been missing for the delay, and stays so; a closed folder hides nothing."""
    assert compared({}, known=(KNOWN,)).missing == frozenset()
    assert compared({}, known=(KNOWN,), before=PreviousScan({"a": UnsettledPath(None, 48.0)})).missing == {"a"}
    assert compared({}, known=(KNOWN,), before=PreviousScan({}, missing={"a"})).missing == {"a"}
    known = (replace(KNOWN, path="x/a"), replace(KNOWN, path="x"))
    assert find_differences(known, (), ScanResult({}, unreadable=("x/",))) == Differences({"x": None}, {"x": known[1]})


def test_what_waits_no_more() -> None:
    """A file that is gone, or as it is known again, leaves the queue; one that is hidden does not."""
    waiting = (QueuedFile("a", FileStat(9, 9, 9)), QueuedFile("b", FileStat(9, 9, 9)))
    assert compared({"a": OLD}, known=(KNOWN,), waiting=waiting).dequeue == {"a", "b"}
    queue = {each.path: each for each in waiting}
    hidden = ScanResult({}, unreadable=("a",))
    assert compare_scan(queue, hidden, find_differences((), (), hidden).stats, PreviousScan({}), NOW).dequeue == {"b"}


def test_what_lies_elsewhere_stands_as_it_stood() -> None:
    """A look at a part says nothing of the rest."""
    part = ScanResult({}, extent=Extent(folders=frozenset({"x"})))
    standing = {"a": UnsettledPath(NEW, 0.0), "x/b": UnsettledPath(NEW, 0.0)}
    assert compare_scan({}, part, {"x/b": NEW}, PreviousScan(standing), NOW).unsettled == {}
    assert WHOLE_LIBRARY.covers("a")
    assert not part.extent.covers("a")


def test_known_files_are_taken_one_by_one() -> None:
    """Of those that are as they are known nothing is kept; a file that nobody has read differs, though untouched."""
    known = (FileLocation(name, OLD, "d" * 64, "id") for name in "abcd")
    different = find_differences(known, {"b"}, ScanResult({"a": OLD, "b": OLD, "c": NEW, "e": NEW}))
    assert different.stats == {"b": OLD, "c": NEW, "e": NEW, "d": None}
    assert different.locations.keys() == {"b", "c", "d"}
