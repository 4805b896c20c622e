"""What programs heard, what people correct of it, and when slides are spoken of: on a file and on a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.catalogue.documents.writes import Content
from index.catalogue.file_records import FileLocation
from index.catalogue.file_statuses import FileState
from index.model import FileStat, Locator, Passage, SpokenSegment, TranscriptPiece, Unit

if TYPE_CHECKING:
    from index.catalogue.catalogue import Catalogue

DIGEST, DECK_DIGEST = "d" * 64, "e" * 64
ENGINE = "whisper-base"
PASSAGES = (
    Passage(0, Locator(Unit.TIME, 1, 0.5, 21.25), "Bonjour à tous."),
    Passage(1, Locator(Unit.TIME, 2, 21.25, 40.0), "Le chef énergie.", doubtful=True),
)


@pytest.fixture
def recording(catalogue: Catalogue) -> str:
    """A recording that a program wrote down."""
    return put(catalogue, "a/reunion.mp3", Content(DIGEST, "son", "Réunion", PASSAGES, transcribed=ENGINE))


def put(catalogue: Catalogue, path: str, content: Content) -> str:
    """One more document; gives its id."""
    with catalogue.transaction() as transaction:
        id_ = transaction.documents.create(content)
        transaction.files.save(FileLocation(path, FileStat(1, 1, 0), content.digest, id_))
    return id_


def texts(catalogue: Catalogue, id_: str) -> list[tuple[str, bool]]:
    """The passages of a document, and whether they are doubtful."""
    return [(each.text, each.doubtful) for each in catalogue.documents.list_passages(id_)]


def test_pieces_come_back_in_order(catalogue: Catalogue) -> None:
    """By content and engine; each as it was stored."""
    first = TranscriptPiece(0.0, 100.5, (SpokenSegment(1.0, 2.5, "Bonjour", doubtful=True),), 2, is_last=False)
    second = TranscriptPiece(100.5, 180.0, (), 0, is_last=True, notice="Le service a entendu…")
    with catalogue.transaction() as transaction:
        transaction.transcripts.add_piece(DIGEST, ENGINE, 1, second)
        transaction.transcripts.add_piece(DIGEST, ENGINE, 0, first)
        transaction.transcripts.add_piece(DIGEST, "another", 0, second)
    assert catalogue.transcripts.list_pieces(DIGEST, ENGINE) == (first, second)
    assert catalogue.transcripts.list_pieces("f" * 64, ENGINE) == ()


def test_recordings_are_listed_with_their_state(catalogue: Catalogue, recording: str) -> None:
    """What is to be heard, and where its file is."""
    silent = put(catalogue, "b/film.mp4", Content("c" * 64, "video", "Film", (), duration=12.5))
    found = {each.document_id: each for each in catalogue.transcripts.list_recordings(["son", "video"])}
    assert (found[recording].transcribed, found[recording].has_text) == (ENGINE, True)
    assert (found[silent].path, found[silent].duration, found[silent].has_text) == ("b/film.mp4", 12.5, False)
    assert catalogue.transcripts.list_recordings(["son"]) == (found[recording],)


def test_a_correction_takes_the_place(catalogue: Catalogue, recording: str) -> None:
    """The passage has the new words, no doubt and a new revision; the words heard take it back."""
    before = catalogue.revisions.read_last()
    with catalogue.transaction() as transaction:
        assert transaction.transcripts.correct(recording, 21.25, "Le chèque énergie.", "ana")
    assert texts(catalogue, recording)[1] == ("Le chèque énergie.", False)
    assert catalogue.revisions.read_last() > before
    with catalogue.transaction() as transaction:
        transaction.transcripts.correct(recording, 21.25, "Le chèque énergie !", "ana")
    (fixed,) = catalogue.transcripts.list_corrections(recording)
    assert (fixed.text, fixed.original, fixed.who) == ("Le chèque énergie !", "Le chef énergie.", "ana")
    with catalogue.transaction() as transaction:
        transaction.transcripts.correct(recording, 21.25, "Le chef énergie.", "ana")
    assert catalogue.transcripts.list_corrections(recording) == ()


@pytest.mark.parametrize("start", [1.0, 500.0, -3.0])
def test_no_passage_starts_there(catalogue: Catalogue, recording: str, start: float) -> None:
    """Nothing is written."""
    with catalogue.transaction() as transaction:
        assert not transaction.transcripts.correct(recording, start, "Rien", "ana")
    assert texts(catalogue, recording)[0] == ("Bonjour à tous.", False)


def test_captions_are_not_corrected_here(catalogue: Catalogue) -> None:
    """Only what a program heard is: captions are a file of somebody's."""
    captions = put(catalogue, "a.vtt", Content(DIGEST, "sous-titres", "Replay", PASSAGES))
    with catalogue.transaction() as transaction:
        assert not transaction.transcripts.correct(captions, 0.5, "Rien", "ana")


def test_a_correction_is_of_one_content(catalogue: Catalogue, recording: str) -> None:
    """Another version of the recording has its own words."""
    with catalogue.transaction() as transaction:
        transaction.transcripts.correct(recording, 0.5, "Bonsoir.", "ana")
        transaction.documents.replace_content(recording, Content("f" * 64, "son", "Réunion", PASSAGES))
    assert catalogue.transcripts.list_corrections(recording) == ()


def test_how_far_a_transcription_is(catalogue: Catalogue) -> None:
    """The list of files says so while it goes on, and no more when it has ended."""
    put(catalogue, "a.mp3", Content(DIGEST, "son", "Réunion", ()))
    with catalogue.transaction() as transaction:
        transaction.transcripts.add_piece(DIGEST, ENGINE, 0, TranscriptPiece(0.0, 720.0, (), 0, is_last=False))
    (status,) = catalogue.file_statuses.find()
    assert (status.state, status.reason) == (FileState.NO_TEXT, "transcription en cours : 12:00 écoutées")
    with catalogue.transaction() as transaction:
        transaction.transcripts.add_piece(DIGEST, ENGINE, 1, TranscriptPiece(720.0, 900.0, (), 0, is_last=True))
    assert "transcription" not in catalogue.file_statuses.find()[0].reason


def test_chapters_of_a_recording_and_of_a_deck(catalogue: Catalogue, recording: str) -> None:
    """Both see the same; a person's word prevails, or silences."""
    deck = put(catalogue, "a/deck.pptx", Content(DECK_DIGEST, "pptx", "Support", ()))
    with catalogue.transaction() as transaction:
        transaction.chapters.save(recording, deck, "inputs", [(2, 60.0, 0.9), (1, 3.5, 0.8), (2, 600.0, 0.75)])
    chapters = catalogue.chapters.list_of_recording(recording)
    assert [(each.slide, each.start, each.confidence) for each in chapters] == [
        (1, 3.5, 0.8),
        (2, 60.0, 0.9),
        (2, 600.0, 0.75),
    ]
    assert catalogue.chapters.list_of_deck(deck) == chapters
    with catalogue.transaction() as transaction:
        transaction.chapters.decide(recording, deck, 2, 75.0, "ana")
        transaction.chapters.decide(recording, deck, 1, None, "ana")
    (left,) = catalogue.chapters.list_of_deck(deck)
    assert (left.slide, left.start, left.confidence) == (2, 75.0, None)
    with catalogue.transaction() as transaction:
        transaction.chapters.undecide(recording, deck, 2)
        transaction.chapters.forget(recording, deck)
    assert catalogue.chapters.list_of_recording(recording) == ()
    assert catalogue.chapters.read_inputs() == {}
