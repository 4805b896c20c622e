"""Files that are empty, cut off or wrongly named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from extractors import Extraction, Reason
from index.model import describe_wrong_suffixes
from tests.extractors.hostile.outcomes import said
from tests.extractors.samples import SUFFIXES, WORD, sample

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.extractors.hostile.outcomes import Outcome

# Formats that any text can pass for, so that a wrong suffix decides between them.
TEXTS = frozenset({".txt", ".md", ".csv"})


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_sound(suffix: str, outcome: Callable[..., Outcome]) -> None:
    """What the hostile files are made from is sound, or they would show nothing."""
    result = outcome(f"a{suffix}", sample(suffix))
    assert isinstance(result, Extraction)
    assert suffix == ".png" or WORD in said(result) + result.title


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_empty(suffix: str, outcome: Callable[..., Outcome]) -> None:
    """A file of 0 byte is empty, whatever it is called."""
    assert outcome(f"a{suffix}", b"") is Reason.EMPTY


@pytest.mark.parametrize("tenth", range(1, 10))
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_truncated(suffix: str, tenth: int, outcome: Callable[..., Outcome]) -> None:
    """A copy that stopped halfway gives what is left of it, or says that it is damaged or unknown."""
    content = sample(suffix)
    result = outcome(f"a{suffix}", content[: len(content) * tenth // 10])
    assert isinstance(result, Extraction) or result in {Reason.DAMAGED, Reason.UNKNOWN_FORMAT}


@pytest.mark.parametrize("suffix", sorted(set(SUFFIXES) - TEXTS))
@pytest.mark.parametrize("wrong", [".pdf", ".docx", ".mp4", ".zip", ".doc"])
def test_wrong_suffix(suffix: str, wrong: str, outcome: Callable[..., Outcome]) -> None:
    """What a file holds decides, and the animator is told that its name says otherwise."""
    right = outcome(f"a{suffix}", sample(suffix))
    result = outcome(f"a{wrong}", sample(suffix))
    assert isinstance(result, Extraction)
    assert result == right
    told = describe_wrong_suffixes([f"a{wrong}"], result.format.spec)
    assert told or wrong in {suffix, *result.format.spec.also_named}
