"""A deck and a replay of one gathering find each other: slides know their minute, and people's words prevail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.generated_talks import make_talk
from extractors import Limits
from extractors.readers.captions.captions_reader import extract
from tests.indexer.conftest import write_deck

if TYPE_CHECKING:
    from benchmarks.generated_talks import Talk
    from tests.indexer.conftest import Bench

GATHERING = "Webinaires/2024-01-25 - L’aller vers"


def write_talk(bench: Bench, talk: Talk) -> None:
    """The deck of a talk, and its captions."""
    write_deck(bench.library / GATHERING / "Support.pptx", *(f"{each.title} {each.text}" for each in talk.slides))
    cues = "\n\n".join(f"{_stamp(each.start)} --> {_stamp(each.end)}\n{each.text}" for each in talk.spoken)
    (bench.library / GATHERING / "Replay.vtt").write_text(f"WEBVTT\n\n{cues}\n", encoding="utf-8")


def _stamp(seconds: float) -> str:
    return f"{int(seconds) // 3600:02d}:{int(seconds) // 60 % 60:02d}:{seconds % 60:06.3f}"


def test_slides_find_their_minute(bench: Bench) -> None:
    """Most starts are near the truth, and what the files say now is compared once."""
    talk = make_talk(1)
    write_talk(bench, talk)
    bench.step()
    documents = {each.format: each for each in bench.catalogue.documents.list_latest(frozenset({"membres"}), 9)}
    deck, replay = documents["pptx"], documents["sous-titres"]
    assert deck.event == replay.event is not None
    chapters = bench.catalogue.chapters.list_of_recording(replay.id)
    assert chapters == bench.catalogue.chapters.list_of_deck(deck.id)
    near = [
        any(each.slide == number and abs(each.start - second) <= 15 for each in chapters)
        for number, second in talk.starts
    ]
    assert sum(near) >= 0.8 * len(near)
    assert all(each.confidence is not None and each.confidence >= 0.7 for each in chapters)
    before = bench.catalogue.chapters.read_inputs()
    bench.step()
    assert bench.catalogue.chapters.read_inputs() == before


def test_people_prevail(bench: Bench) -> None:
    """A start that someone gives, and a slide of which nothing is to be said, outlast another alignment."""
    write_talk(bench, make_talk(1))
    bench.step()
    (pair,) = bench.catalogue.chapters.read_inputs()
    first, second = bench.catalogue.chapters.list_of_recording(pair[0])[:2]
    with bench.catalogue.transaction() as transaction:
        transaction.chapters.decide(*pair, first.slide, 7.0, "ana")
        transaction.chapters.decide(*pair, second.slide, None, "ana")
        transaction.chapters.save(*pair, "another", [(first.slide, 99.0, 0.9), (second.slide, 120.0, 0.9)])
    (left,) = bench.catalogue.chapters.list_of_recording(pair[0])
    assert (left.slide, left.start, left.confidence) == (first.slide, 7.0, None)
    with bench.catalogue.transaction() as transaction:
        transaction.chapters.undecide(*pair, first.slide)
    (left,) = bench.catalogue.chapters.list_of_recording(pair[0])
    assert left.start == 99.0


def test_what_left_the_gathering_is_forgotten(bench: Bench) -> None:
    """A deck that moves to another gathering says nothing of this replay any more."""
    write_talk(bench, make_talk(1))
    bench.step()
    assert len(bench.catalogue.chapters.read_inputs()) == 1
    (bench.library / "ailleurs").mkdir()
    (bench.library / GATHERING / "Support.pptx").rename(bench.library / "ailleurs" / "Support.pptx")
    bench.step()
    assert bench.catalogue.chapters.read_inputs() == {}


def test_captions_are_read_as_written(bench: Bench) -> None:
    """The helper above writes what the reader reads: otherwise these tests would hold nothing."""
    talk = make_talk(1)
    write_talk(bench, talk)
    sections = extract(bench.library / GATHERING / "Replay.vtt", Limits()).sections
    assert len(sections) == len(talk.spoken)
