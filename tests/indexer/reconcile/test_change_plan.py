"""The plan: a truth table, read line by line."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.accounts.audiences import EVERYBODY
from index.model.documents import FileStat
from indexer.reconcile.change_plan import (
    UNREADABLE_DIGEST,
    Added,
    Change,
    Copied,
    FileFingerprint,
    KnownFiles,
    Moved,
    Removed,
    Replaced,
    Restored,
    Touched,
    plan,
)

A, B, C = (
    FileFingerprint(FileStat(1, 1, 1), "a"),
    FileFingerprint(FileStat(2, 2, 2), "b"),
    FileFingerprint(FileStat(3, 3, 3), "c"),
)
A_LATER = FileFingerprint(FileStat(1, 9, 9), "a")
CLOSED = FileFingerprint(FileStat(1, 1, 1), UNREADABLE_DIGEST)
COMPOSED, DECOMPOSED = (unicodedata.normalize(form, "été.txt") for form in ("NFC", "NFD"))


@pytest.mark.parametrize(
    ("known", "seen", "changes"),
    [
        pytest.param({}, {}, (), id="nothing"),
        pytest.param({"p": A}, {"p": A}, (), id="the same"),
        pytest.param({}, {"p": A}, (Added("p", A),), id="added"),
        pytest.param({"p": A}, {"p": B}, (Replaced("p", "p", B),), id="a new version"),
        pytest.param({"p": A}, {"p": A_LATER}, (Touched("p", A_LATER),), id="touched"),
        pytest.param({"p": A}, {}, (Removed("p"),), id="removed"),
        pytest.param({"p": A}, {"q": A}, (Moved("p", "q", A),), id="moved"),
        pytest.param({"p": A}, {"p": A, "q": A}, (Copied("p", "q", A),), id="copied"),
        pytest.param({"p": A, "q": A}, {"q": A}, (Removed("p"),), id="one of two places removed"),
        pytest.param({"p": A}, {"q": A, "r": A}, (Moved("p", "q", A), Copied("p", "r", A)), id="moved and copied"),
        pytest.param({"p": A, "q": B}, {"p": B, "q": A}, (Moved("q", "p", B), Moved("p", "q", A)), id="swapped"),
        pytest.param(
            {"p": A, "q": B, "r": C},
            {"p": B, "q": C, "r": A},
            (Moved("q", "p", B), Moved("r", "q", C), Moved("p", "r", A)),
            id="turned in a ring",
        ),
        pytest.param({"p": A, "q": B}, {"p": B}, (Moved("q", "p", B),), id="moved over another"),
        pytest.param({"p": A, "q": B}, {"p": B, "q": B}, (Copied("q", "p", B),), id="copied over another"),
        pytest.param(
            {"p": A}, {"p": B, "q": A}, (Added("p", B), Moved("p", "q", A)), id="set aside under another name, then new"
        ),
        pytest.param(
            {"p": A, "q": B},
            {"p": B, "q": C},
            (Moved("q", "p", B), Added("q", C)),
            id="moved, and another in its place",
        ),
        pytest.param({"p": A, "q": A}, {"p": B, "q": A}, (Added("p", B),), id="one of two copies edited"),
        pytest.param(
            {"x/p": A, "y/q": A}, {"z/q": A}, (Moved("y/q", "z/q", A), Removed("x/p")), id="the likeliest origin"
        ),
        pytest.param({"p.TXT": A}, {"p.txt": A}, (Moved("p.TXT", "p.txt", A),), id="other capitals"),
        pytest.param(
            {COMPOSED: A}, {DECOMPOSED: A}, (Moved(COMPOSED, DECOMPOSED, A),), id="accents composed otherwise"
        ),
        pytest.param(
            {COMPOSED: A}, {DECOMPOSED: B}, (Replaced(COMPOSED, DECOMPOSED, B),), id="a new version, spelt otherwise"
        ),
        pytest.param(
            {"x/p": A, "y/P": A}, {"y/p": A, "x/p": A}, (Moved("y/P", "y/p", A),), id="capitals, beside a copy"
        ),
        pytest.param({"p": CLOSED}, {"p": B}, (Replaced("p", "p", B),), id="opened at last"),
        pytest.param({"p": CLOSED}, {"q": CLOSED}, (Added("q", CLOSED), Removed("p")), id="two closed are no same"),
    ],
)
def test_the_table(
    known: dict[str, FileFingerprint], seen: dict[str, FileFingerprint], changes: tuple[Change, ...]
) -> None:
    """Each line of the truth table, and the combinations that matter."""
    assert plan(KnownFiles(known), seen) == changes


def test_what_is_gone_comes_back() -> None:
    """A content of a removed document is that document again, over another one too."""
    known = KnownFiles({"q": B}, restorable=frozenset({("a", EVERYBODY)}))
    assert plan(known, {"p": A, "q": B}) == (Restored("p", A),)
    assert plan(known, {"q": A}) == (Restored("q", A),)


SNAPSHOTS = st.dictionaries(st.sampled_from("pqrst"), st.sampled_from([A, B, C, A_LATER]))
GONE = st.frozensets(st.sampled_from("abc"))


@given(SNAPSHOTS, SNAPSHOTS, GONE)
def test_a_plan_leads_from_known_to_seen(
    known: dict[str, FileFingerprint], seen: dict[str, FileFingerprint], gone: frozenset[str]
) -> None:
    """Whatever the two snapshots, carrying the plan out makes them equal."""
    changes = plan(KnownFiles(known, frozenset((digest, EVERYBODY) for digest in gone)), seen)
    now = dict(known)
    for change in changes:
        match change:
            case Removed(path) | Moved(path, _, _) | Replaced(path, _, _):
                now.pop(path, None)
    for change in changes:
        if not isinstance(change, Removed):
            now[change.path] = change.fingerprint
    assert now == seen


@given(SNAPSHOTS, SNAPSHOTS)
def test_documents_follow_their_content(known: dict[str, FileFingerprint], seen: dict[str, FileFingerprint]) -> None:
    """A content that was known and is seen is never read again, and never given to another document."""
    contents = {trace.digest for trace in known.values()}
    for change in plan(KnownFiles(known), seen):
        match change:
            case Moved(old, _, trace) | Copied(old, _, trace):
                assert known[old].digest == trace.digest
            case Added(_, trace) | Replaced(_, _, trace):
                assert trace.digest not in contents


@given(SNAPSHOTS, SNAPSHOTS)
def test_each_document_has_one_successor(known: dict[str, FileFingerprint], seen: dict[str, FileFingerprint]) -> None:
    """No known path is the origin of two changes that take its document away."""
    origins = [change.old_path for change in plan(KnownFiles(known), seen) if isinstance(change, Moved | Replaced)]
    assert len(origins) == len(set(origins))


@given(SNAPSHOTS)
def test_nothing_to_do(snapshot: dict[str, FileFingerprint]) -> None:
    """A library that has not changed asks for nothing."""
    assert plan(KnownFiles(snapshot), snapshot) == ()
