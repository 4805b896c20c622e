"""Archives and texts that are far larger than they look."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from extractors import Extraction, Reason
from tests.extractors.hostile.outcomes import PATIENCE
from tests.extractors.samples import WORD, ZIPS, sample, unzipped, zipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.extractors.hostile.outcomes import Outcome

DEPTH = 100_000


@pytest.mark.parametrize("suffix", sorted(ZIPS))
def test_zip_bomb(suffix: str, outcome: Callable[..., Outcome]) -> None:
    """A gigabyte of zeros in a megabyte is refused from the archive’s directory alone."""
    began = time.monotonic()
    bomb = zipped({**unzipped(sample(suffix)), "bombe.bin": bytes(300_000_000)})
    assert len(bomb) < 1_000_000
    assert outcome(f"a{suffix}", bomb) is Reason.TOO_LARGE
    assert time.monotonic() - began < PATIENCE


def test_zip_bomb_that_lies(outcome: Callable[..., Outcome]) -> None:
    """An archive that understates what it holds is read no further than it says."""
    bomb = zipped({"a.txt": b"mot " * 30_000_000})
    true, false = (120_000_000).to_bytes(4, "little"), (400).to_bytes(4, "little")
    assert bomb.count(true) == 2
    assert outcome("a.zip", bomb.replace(true, false)) is Reason.DAMAGED


def test_nested_zips(outcome: Callable[..., Outcome]) -> None:
    """Archives inside archives are not opened, however deep they go."""
    nested = zipped({"a.txt": WORD})
    for level in range(60):
        nested = zipped({f"{level}.zip": nested})
    assert outcome("a.zip", nested) is Reason.UNKNOWN_FORMAT


def test_entries_without_number(outcome: Callable[..., Outcome]) -> None:
    """An archive of too many entries is refused."""
    assert outcome("a.zip", zipped({f"{number}.txt": b"" for number in range(20_001)})) is Reason.TOO_LARGE


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", b"<html><body>" + b"<div>" * DEPTH + b"mot"),
        ("b.html", b"<html><body>" + b"<table><tr><td>" * DEPTH),
        ("a.rtf", rb"{\rtf1 " + b"{" * DEPTH + b"mot" + b"}" * DEPTH),
        ("a.md", b"> " * DEPTH + b"mot"),
        ("b.md", b"[" * DEPTH + b"mot" + b"](" * DEPTH),
        ("c.md", b"`" * DEPTH + b"\n\n" + b"*" * DEPTH),
        ("a.csv", b'"' * DEPTH + b";" * DEPTH),
        ("a.vtt", b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"<c>" * DEPTH),
        ("a.srt", b"1\n" * DEPTH),
        ("a.txt", b" " * 10_000_000),
        ("b.txt", b"a" * 10_000_000),
        ("c.txt", b"\xff\xfe" + b"\x00\xd8" * DEPTH),
        ("a.eml", b"From: a\nTo: b\nSubject: c\nMIME-Version: 1.0\n" + b"Content-Type: message/rfc822\n\n" * 1000),
        ("b.eml", b"From: a\nTo: b\nSubject: " + b"=?utf-8?q?=" * DEPTH + b"\n\nmot"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_repetition(name: str, content: bytes, outcome: Callable[..., Outcome]) -> None:
    """Mark-up that is repeated or nested without end is read or refused, in time."""
    result = outcome(name, content)
    assert isinstance(result, Extraction) or result in {Reason.DAMAGED, Reason.TOO_LARGE, Reason.UNKNOWN_FORMAT}


def test_many_sections(outcome: Callable[..., Outcome]) -> None:
    """A file that would give 100,000 sections is read or refused, and does not swell who asked."""
    result = outcome("a.md", b"# a\n" * 100_000)
    assert isinstance(result, Extraction) or result in {Reason.TOO_LARGE, Reason.TOO_SLOW}
