"""Has recordings without captions written down, piece by piece, while nothing else is to do.

A piece that was heard is stored at once: whatever ends the indexer costs the piece under way, and no other is heard
twice. The words become the text of a document when its last piece is there.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from extractors import FORMATS, Pool, Section, SectionUnit, UnreadableFileError
from extractors.transcription import PieceRefusal, RefusalKind, SpeechEngine, TranscribedPiece, transcribe_piece
from index.config import SPEECH_MODEL_FOLDER
from index.model import SpokenSegment, TranscriptPiece, timecode
from index.model_service import ModelService
from index.text import signature
from indexer.describe import cut_passages
from indexer.pipeline.jobs import is_cancelled
from indexer.speech_service import SpeechService
from indexer.watch import stat_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from extractors.transcription import PieceOutcome
    from index.catalogue import Catalogue, Content, Transaction
    from index.config import Settings
    from index.model import Recording, TranscriptCorrection
    from indexer.reconcile import PlanWriter

log = logging.getLogger(__name__)

_REFUSED_SECONDS = 300.0
"""How long to wait after a service, or the machine, could not hear anything."""

_NOTICES = ("La transcription automatique", "Le service a entendu")
"""How sentences about a transcription begin, among the warnings of a document."""

_MOST_CRASHES = 3
_PACE_WEIGHT = 0.2

_RECORDINGS = tuple(value for value, spec in FORMATS.items() if spec.is_recording)
_CAPTIONS = tuple(value for value, spec in FORMATS.items() if spec.is_captions)


@dataclass(frozen=True, slots=True)
class TranscriptionState:
    """How far it is: `recordings` that wait, with `sound_left` seconds, for which about `seconds_left` are needed.

    `seconds_left` is None where no pace is known; `message` says in French what keeps them waiting.
    """

    recordings: int = 0
    sound_left: float = 0.0
    seconds_left: float | None = None
    message: str = ""

    def to_status(self) -> dict[str, Any]:
        """Return it as the fields of the indexer's state."""
        return {
            "transcribing": self.recordings,
            "sound_left": self.sound_left,
            "hearing_left": self.seconds_left,
            "hearing_message": self.message,
        }


@dataclass(frozen=True, slots=True)
class _Hearing:
    """A piece under way: `number` counts from 0."""

    recording: Recording
    number: int
    start: float
    began: float
    future: Future[PieceOutcome]


def choose_engine(settings: Settings) -> SpeechEngine | None:
    """What hears, by the settings; None where recordings are not to be transcribed."""
    if not settings.transcription:
        return None
    if settings.transcription == "locale":
        return SpeechEngine(settings.transcription_model or str(SPEECH_MODEL_FOLDER))
    service = ModelService(settings.transcription, settings.transcription_model, settings.transcription_key)
    return SpeechEngine(service.model, service.address, SpeechService(service))


class Transcriber:
    """Hears one piece at a time. Begins none while files are to be read: what is dropped comes first."""

    def __init__(
        self, library: Path, catalogue: Catalogue, plan_writer: PlanWriter, engine: SpeechEngine, pool: Pool
    ) -> None:
        self._library = library
        self._catalogue = catalogue
        self._plan_writer = plan_writer
        self._engine = engine
        self._pool = pool
        self._hearing: _Hearing | None = None
        self._waiting: dict[str, Recording] = {}
        self._revision = -1
        self._crashes: dict[str, int] = {}
        self._moved: set[str] = set()
        self._refused: set[str] = set()
        self._not_before = 0.0
        self._pace: float | None = None
        self._message = ""
        self._heard = 0.0

    @property
    def state(self) -> TranscriptionState:
        """What the indexer tells of it."""
        left = sum(each.duration or 0.0 for each in self._waiting.values())
        left = max(0.0, left - self._heard)
        return TranscriptionState(
            len(self._waiting), left, self._pace * left if self._pace is not None else None, self._message
        )

    @property
    def is_hearing(self) -> bool:
        """Whether a piece is under way."""
        return self._hearing is not None

    def advance(self, *, idle: bool) -> None:
        """Take up what was heard, and begin the next piece where the indexer is `idle`. Waits for nothing."""
        if self._hearing and self._hearing.future.done():
            hearing, self._hearing = self._hearing, None
            self._finish_piece(hearing)
        if self._hearing or not idle or time.monotonic() < self._not_before:
            return
        self._find_waiting()
        for recording in list(self._waiting.values()):
            if self._begin_piece(recording):
                return

    def close(self) -> None:
        """Stop: the piece under way is heard again another time."""
        if self._hearing:
            self._hearing.future.cancel()

    def _find_waiting(self) -> None:
        """Find the recordings that lack their words: those without any first, then those of another engine."""
        revision = self._catalogue.revisions.read_last()
        if revision == self._revision:
            return
        self._revision = revision
        self._moved.clear()
        captioned = self._catalogue.transcripts.list_captioned(_CAPTIONS)
        recordings = self._catalogue.transcripts.list_recordings(_RECORDINGS)
        self._withdraw([each for each in recordings if each.replay_id in captioned and each.transcribed])
        of_replay: defaultdict[str, list[Recording]] = defaultdict(list)
        for each in recordings:
            of_replay[each.replay_id].append(each)
        silent = (together for replay_id, together in of_replay.items() if replay_id not in captioned)
        wanted = [chosen for together in silent if (chosen := _choose_heard(together, self._engine.name))]
        wanted.sort(key=lambda each: bool(each.transcribed))
        # One content is heard once, however many documents hold it.
        self._waiting = {each.digest: each for each in reversed(wanted)}
        self._waiting = dict(reversed(self._waiting.items()))

    def _withdraw(self, captioned: Sequence[Recording]) -> None:
        """Take away a program's words of recordings whose captions have come; the pieces and corrections are kept."""
        if not captioned:
            return
        with self._catalogue.transaction() as transaction:
            for each in captioned:
                content = transaction.documents.find_content(each.document_id)
                silent = replace(content, passages=(), signature=(), transcribed="", warnings=_own_warnings(content))
                transaction.documents.replace_reading(each.document_id, silent, withdraws_words=True)
                self._plan_writer.describe_documents(transaction, [each.document_id])

    def _begin_piece(self, recording: Recording) -> bool:
        """Begin the next piece of a recording; gives whether one is under way. Where none is left, write its text."""
        if recording.digest in self._moved | self._refused:
            return False
        pieces = self._catalogue.transcripts.list_pieces(recording.digest, self._engine.name)
        if pieces and pieces[-1].is_last:
            self._write_words(recording, pieces)
            return False
        if not self._is_as_known(recording):
            # The indexer will find out what it has become.
            self._moved.add(recording.digest)
            return False
        start = pieces[-1].end if pieces else 0.0
        self._heard = start
        call = partial(transcribe_piece, self._library / recording.path, start, self._engine)
        future = self._pool.submit_call(call)
        self._hearing = _Hearing(recording, len(pieces), start, time.monotonic(), future)
        return True

    def _finish_piece(self, hearing: _Hearing) -> None:
        if is_cancelled(hearing.future):
            return
        outcome = self._take_outcome(hearing)
        if outcome is None:
            return
        if isinstance(outcome, PieceRefusal) and outcome.kind is not RefusalKind.FINAL:
            self._put_off(hearing.recording, outcome)
            return
        if not self._is_as_known(hearing.recording):
            # These may be the words of another content.
            self._moved.add(hearing.recording.digest)
            return
        if not self._refused:
            self._message = ""
        piece = _to_piece(outcome, hearing.start)
        self._measure_pace(piece, time.monotonic() - hearing.began)
        digest = hearing.recording.digest
        with self._catalogue.transaction() as transaction:
            transaction.transcripts.add_piece(digest, self._engine.name, hearing.number, piece)
        self._heard = piece.end
        if piece.is_last:
            pieces = self._catalogue.transcripts.list_pieces(digest, self._engine.name)
            self._write_words(hearing.recording, pieces)

    def _put_off(self, recording: Recording, refusal: PieceRefusal) -> None:
        """Leave out a recording until the indexer starts again, or all of them for a while."""
        self._message = refusal.message
        log.warning("transcription is put off: %s", refusal.message)
        if refusal.kind is RefusalKind.ASIDE:
            self._refused.add(recording.digest)
        else:
            self._not_before = time.monotonic() + _REFUSED_SECONDS

    def _take_outcome(self, hearing: _Hearing) -> PieceOutcome | None:
        """What the process gave; None where it ended, and the piece is to be tried again."""
        try:
            return hearing.future.result()
        except UnreadableFileError as error:
            digest = hearing.recording.digest
            self._crashes[digest] = self._crashes.get(digest, 0) + 1
            log.warning("hearing %s ended: %s (%s)", digest[:12], error, error.detail)
            if self._crashes[digest] < _MOST_CRASHES:
                return None
            return PieceRefusal(str(error), RefusalKind.FINAL)

    def _write_words(self, recording: Recording, pieces: Sequence[TranscriptPiece]) -> None:
        """Make what was heard the text of all documents that hold the content."""
        self._waiting.pop(recording.digest, None)
        self._heard = 0.0
        same = [
            each
            for each in self._catalogue.transcripts.list_recordings(_RECORDINGS)
            if each.digest == recording.digest and (each.transcribed or not each.has_text)
        ]
        with self._catalogue.transaction() as transaction:
            for each in same:
                self._write_document(transaction, each.document_id, pieces)
        log.info("wrote down %s: %d pieces", recording.digest[:12], len(pieces))

    def _write_document(self, transaction: Transaction, document_id: str, pieces: Sequence[TranscriptPiece]) -> None:
        content = transaction.documents.find_content(document_id)
        segments = [segment for piece in pieces for segment in piece.segments]
        corrections = transaction.transcripts.list_corrections(document_id)
        passages = cut_passages(make_sections(segments, corrections))
        told = replace(
            content,
            passages=passages,
            signature=signature(passages),
            transcribed=self._engine.name,
            warnings=tuple(dict.fromkeys((*_own_warnings(content), *filter(None, (piece.notice for piece in pieces))))),
        )
        if transaction.documents.replace_reading(document_id, told):
            self._plan_writer.describe_documents(transaction, [document_id], new={document_id})

    def _is_as_known(self, recording: Recording) -> bool:
        stat = stat_file(self._library / recording.path)
        return stat is not None and (stat.size, stat.mtime_ns) == (recording.size, recording.mtime_ns)

    def _measure_pace(self, piece: TranscriptPiece, seconds: float) -> None:
        if piece.end > piece.start:
            pace = seconds / (piece.end - piece.start)
            self._pace = pace if self._pace is None else self._pace + _PACE_WEIGHT * (pace - self._pace)


def make_sections(
    segments: Iterable[SpokenSegment], corrections: Sequence[TranscriptCorrection]
) -> tuple[Section, ...]:
    """One Section for each segment, and for each correction in place of the segments of its seconds."""
    said = [
        each for each in segments if not any(fix.start <= (each.start + each.end) / 2 < fix.end for fix in corrections)
    ]
    said += [SpokenSegment(fix.start, fix.end, fix.text) for fix in corrections]
    said.sort(key=lambda each: (each.start, each.end))
    return tuple(
        Section(SectionUnit.CUE, number, each.text, start=each.start, end=each.end, doubtful=each.doubtful)
        for number, each in enumerate(said, 1)
    )


def _own_warnings(content: Content) -> tuple[str, ...]:
    """What reading the file had to say: what a transcription had goes with its words."""
    return tuple(each for each in content.warnings if not each.startswith(_NOTICES))


def _to_piece(outcome: TranscribedPiece | PieceRefusal, start: float) -> TranscriptPiece:
    if isinstance(outcome, PieceRefusal):
        where = f"à {timecode(start)}" if start else "dès le début"
        notice = f"La transcription automatique s’est arrêtée {where} : {outcome.message}."
        return TranscriptPiece(start, start, (), 0, is_last=True, notice=notice)
    segments = tuple(SpokenSegment(each.start, each.end, each.text, each.doubtful) for each in outcome.segments)
    return TranscriptPiece(
        outcome.start, outcome.end, segments, outcome.dropped, is_last=outcome.is_last, notice=outcome.warning
    )


def _choose_heard(together: Sequence[Recording], engine: str) -> Recording | None:
    """The recording of a replay that is to be heard: the document, its sound where that has no words; else None."""
    if any(each.has_text and each.transcribed in {"", engine} for each in together):
        return None
    unheard = (each for each in together if each.transcribed != engine)
    return min(unheard, key=lambda each: each.part_of is not None, default=None)
