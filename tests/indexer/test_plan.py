"""The plan: a truth table, read line by line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.plan import Added, Change, Changed, Moved, Removed, Touched, Trace, plan

A, B = Trace(1, 1, "a"), Trace(2, 2, "b")
A_LATER = Trace(1, 9, "a")


@pytest.mark.parametrize(
    ("known", "seen", "changes"),
    [
        ({}, {}, ()),
        ({"p": A}, {"p": A}, ()),
        ({}, {"p": A}, (Added("p", A),)),
        ({"p": A}, {"p": B}, (Changed("p", B),)),
        ({"p": A}, {"p": A_LATER}, (Touched("p", A_LATER),)),
        ({"p": A}, {}, (Removed("p"),)),
        ({"p": A}, {"q": A}, (Moved("p", "q", A),)),
        ({"p": A}, {"p": A, "q": A}, (Added("q", A),)),
        ({"p": A, "q": A}, {"q": A}, (Removed("p"),)),
        ({"p": A}, {"p": B, "q": A}, (Changed("p", B), Added("q", A))),
        ({"x/p": A, "y/q": A}, {"z/q": A}, (Moved("y/q", "z/q", A), Removed("x/p"))),
        ({"p": A}, {"q": A, "r": A}, (Moved("p", "q", A), Added("r", A))),
    ],
)
def test_the_table(known: dict[str, Trace], seen: dict[str, Trace], changes: tuple[Change, ...]) -> None:
    """Each line of the truth table, and the combinations that matter."""
    assert plan(known, seen) == changes


SNAPSHOTS = st.dictionaries(st.sampled_from("pqrst"), st.sampled_from([A, B, A_LATER]))


@given(SNAPSHOTS, SNAPSHOTS)
def test_a_plan_leads_from_known_to_seen(known: dict[str, Trace], seen: dict[str, Trace]) -> None:
    """Whatever the two snapshots, carrying the plan out makes them equal."""
    now = dict(known)
    for change in plan(known, seen):
        match change:
            case Removed(path):
                del now[path]
            case Moved(old, path, trace):
                del now[old]
                now[path] = trace
            case Added(path, trace) | Changed(path, trace) | Touched(path, trace):
                now[path] = trace
    assert now == seen


@given(SNAPSHOTS)
def test_nothing_to_do(snapshot: dict[str, Trace]) -> None:
    """A library that has not changed asks for nothing."""
    assert plan(snapshot, snapshot) == ()
