"""What a look changes in the queue. Pure: each rule in a line or two."""

from __future__ import annotations

from index.catalogue import WHOLE, Extent, Place, Waiting
from indexer.comparing import Before, Comparison, Ledger, Moment, compare, differences
from indexer.settling import Clock, Standing
from indexer.snapshot import Sighting, Stat

OLD, NEW = Stat(1, 1, 1), Stat(2, 10**18, 10**18)
NOW = Moment(Clock(50.0, 10**18), 1.0)
KNOWN = Place("a", 1, 1, "d" * 64, "id", 1)


def compared(
    seen: dict[str, Stat],
    *,
    known: tuple[Place, ...] = (),
    waiting: tuple[Waiting, ...] = (),
    before: Before | None = None,
) -> Comparison:
    """What a look at the whole library changes."""
    ledger = Ledger({each.path: each for each in known}, (), {each.path: each for each in waiting})
    sighting = Sighting(seen)
    return compare(ledger, sighting, differences(ledger, sighting), before or Before({}), NOW)


def test_nothing_new() -> None:
    """A library as it is known changes nothing."""
    assert compared({"a": OLD}, known=(KNOWN,)) == Comparison((), frozenset(), frozenset(), {})


def test_the_entry_tells_what_size_and_date_do_not() -> None:
    """Another file of the same size and date under the same name is looked into; an old catalogue does not know."""
    assert compared({"a": Stat(1, 1, 2)}, known=(KNOWN,)).enqueue == (Waiting("a", 1, 1, 2),)
    assert compared({"a": Stat(1, 1, 2)}, known=(Place("a", 1, 1, "d" * 64, "id"),)).enqueue == ()


def test_what_has_just_changed_is_seen_then_waits() -> None:
    """It is in the queue at once, so that it is answered for, and ready once it has stood still."""
    first = compared({"a": NEW})
    assert first.enqueue == (Waiting("a", 2, 10**18, 10**18, ready=False),)
    later = compared({"a": NEW}, waiting=first.enqueue, before=Before({"a": Standing(NEW, 48.0)}))
    assert later.enqueue == (Waiting("a", 2, 10**18, 10**18, ready=True),)
    assert compared({"a": NEW}, waiting=later.enqueue) == Comparison((), frozenset(), frozenset(), {})


def test_what_a_program_holds_open_has_not_settled() -> None:
    """A copy that pauses is not whole, however long it pauses."""
    before = Before({"a": Standing(NEW, 0.0)}, being_written={"a"})
    found = compared({"a": NEW}, before=before)
    assert (found.enqueue, found.standing) == ((Waiting("a", 2, 10**18, 10**18, ready=False),), before.standing)


def test_what_is_gone() -> None:
    """A missing file is gone once it has been missing for the delay, and stays so; a closed folder hides nothing."""
    assert compared({}, known=(KNOWN,)).gone == frozenset()
    assert compared({}, known=(KNOWN,), before=Before({"a": Standing(None, 48.0)})).gone == {"a"}
    assert compared({}, known=(KNOWN,), before=Before({}, gone={"a"})).gone == {"a"}
    ledger = Ledger({"x/a": KNOWN, "x": KNOWN}, (), {})
    assert differences(ledger, Sighting({}, closed=("x/",))) == {"x": None}


def test_what_waits_no_more() -> None:
    """A file that is gone, or as it is known again, leaves the queue; one that is hidden does not."""
    waiting = (Waiting("a", 9, 9, 9), Waiting("b", 9, 9, 9))
    assert compared({"a": OLD}, known=(KNOWN,), waiting=waiting).leave == {"a", "b"}
    ledger = Ledger({}, (), {each.path: each for each in waiting})
    hidden = Sighting({}, closed=("a",))
    assert compare(ledger, hidden, differences(ledger, hidden), Before({}), NOW).leave == {"b"}


def test_what_lies_elsewhere_stands_as_it_stood() -> None:
    """A look at a part says nothing of the rest."""
    part = Sighting({}, extent=Extent(folders=frozenset({"x"})))
    standing = {"a": Standing(NEW, 0.0), "x/b": Standing(NEW, 0.0)}
    assert compare(Ledger({}, (), {}), part, {"x/b": NEW}, Before(standing), NOW).standing == {}
    assert WHOLE.covers("a")
    assert not part.extent.covers("a")
