"""Near-duplicates."""

from __future__ import annotations

from index.model.documents import Locator, Passage, Unit
from index.text.minhash import NEAR_DUPLICATE_THRESHOLD, jaccard, signature

WORDS = [f"mot{number}" for number in range(400)]


def of(words: list[str]) -> tuple[int, ...]:
    """The sketch of a document of one page."""
    return signature([Passage(0, Locator(Unit.PAGE, 1), " ".join(words))])


def test_the_same_text() -> None:
    """A text is like itself, wherever its pages are cut."""
    halves = [Passage(place, Locator(Unit.PAGE, 1), " ".join(WORDS[place * 200 :][:200])) for place in (0, 1)]
    assert jaccard(of(WORDS), signature(halves)) == 1.0


def test_a_version_with_a_few_changes() -> None:
    """A corrected version is nearly the same; a text that shares a tenth is not."""
    changed = [*WORDS[:150], "autre", "chose", *WORDS[152:]]
    assert jaccard(of(WORDS), of(changed)) >= NEAR_DUPLICATE_THRESHOLD
    assert (
        jaccard(of(WORDS), of([*WORDS[:40], *(f"terme{number}" for number in range(360))])) < NEAR_DUPLICATE_THRESHOLD
    )


def test_short_texts_are_not_compared() -> None:
    """Two title pages are alike and say nothing."""
    assert of(WORDS[:20]) == ()
    assert jaccard((), ()) == 0.0
