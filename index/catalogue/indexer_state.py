"""What the indexer tells of itself, and the memos that it leaves."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from index.catalogue.tables import Base
from index.catalogue.writing import read_memo, write_memo

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from index.catalogue.writing import WriteContext


LIBRARY_MEMO = "library"
"""The memo that names the folder which the catalogue belongs to."""

UNWATCHED_MEMO = "unwatched"
"""The memo that names the folders for which the system gives no events, as a list in JSON."""

PROGRAMS_MEMO = "programs"
"""The memo that names the programs which were installed when the library was last compared, as a list in JSON."""

WITHOUT_IMAGES_MEMO = "without-images"
"""The memo that holds how many documents have no page images for want of LibreOffice."""

_HEARTBEAT_LIMIT = timedelta(seconds=60)
"""The indexer writes its state every few seconds: after a minute without, it has crashed or hangs."""


class Phase(Enum):
    """What the indexer is doing."""

    STARTING = "demarrage"
    COMPARING = "comparaison"
    READING = "lecture"
    IDLE = "veille"
    UNAVAILABLE = "indisponible"
    WITHOUT_READERS = "sans-lecteurs"
    STOPPED = "arret"

    @property
    def label(self) -> str:
        """The French name of the phase, for animators."""
        return _PHASE_LABELS[self]


_PHASE_LABELS = {
    Phase.STARTING: "démarre",
    Phase.COMPARING: "compare le dossier et le catalogue",
    Phase.READING: "lit des fichiers",
    Phase.IDLE: "à jour, attend du nouveau",
    Phase.UNAVAILABLE: "attend que la bibliothèque revienne",
    Phase.WITHOUT_READERS: "attend de quoi lire",
    Phase.STOPPED: "arrêté",
}


@dataclass(frozen=True, slots=True)
class IndexerState:
    """The state that the indexer last wrote; times in UTC, messages in French.

    `pending` files wait to be read; `read` and `failed` contents were read since it started, in `reading_seconds`
    during which at least one was under way; `per_minute` is the recent pace, 0 at rest, and `seconds_left` what it
    makes of the wait. `guard` says why the removal of `held` files is held back, `message` why the library cannot be
    looked at, or its files be read. `compared` is the end of the last full comparison, which took `compared_seconds`.
    `rereading` documents are to be read again by a newer version of the extractors; they can be found meanwhile.
    `transcribing` recordings wait for their words, `sound_left` seconds of sound, which take about `hearing_left`
    seconds to hear, None where no pace is known; `hearing_message` says in French what keeps them waiting.
    `watching` videos are to be looked at, for the slides that they show. `embedding` documents wait for the vectors of
    their passages, about `embedding_left` seconds of work; `embedding_message` says what keeps them waiting.
    """

    started: datetime
    heartbeat: datetime
    phase: Phase = Phase.STARTING
    pending: int = 0
    read: int = 0
    failed: int = 0
    reading_seconds: float = 0.0
    per_minute: float = 0.0
    seconds_left: float | None = None
    guard: str = ""
    held: int = 0
    message: str = ""
    compared: datetime | None = None
    compared_seconds: float = 0.0
    rereading: int = 0
    transcribing: int = 0
    sound_left: float = 0.0
    hearing_left: float | None = None
    hearing_message: str = ""
    watching: int = 0
    embedding: int = 0
    embedding_left: float | None = None
    embedding_message: str = ""

    def is_silent(self, now: datetime) -> bool:
        """Whether it stopped without writing so: it has crashed, or hangs."""
        return self.phase is not Phase.STOPPED and now - self.heartbeat > _HEARTBEAT_LIMIT


class IndexerRow(Base):
    """One row: the state that the indexer last wrote."""

    # The columns have the names of the fields of IndexerState, from which the row is written.
    __tablename__ = "indexer"
    is_shown = False

    id: Mapped[int] = mapped_column(primary_key=True)
    started: Mapped[datetime]
    heartbeat: Mapped[datetime]
    phase: Mapped[str] = mapped_column(String(16))
    pending: Mapped[int]
    read: Mapped[int]
    failed: Mapped[int]
    reading_seconds: Mapped[float]
    per_minute: Mapped[float]
    seconds_left: Mapped[float | None]
    guard: Mapped[str]
    held: Mapped[int]
    message: Mapped[str]
    compared: Mapped[datetime | None]
    compared_seconds: Mapped[float]
    rereading: Mapped[int] = mapped_column(server_default="0")
    transcribing: Mapped[int] = mapped_column(server_default="0")
    sound_left: Mapped[float] = mapped_column(server_default="0")
    hearing_left: Mapped[float | None]
    hearing_message: Mapped[str] = mapped_column(server_default="")
    watching: Mapped[int] = mapped_column(server_default="0")
    embedding: Mapped[int] = mapped_column(server_default="0")
    embedding_left: Mapped[float | None]
    embedding_message: Mapped[str] = mapped_column(server_default="")


class IndexerReads:
    """The state of the indexer."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def read_state(self) -> IndexerState | None:
        """The state that the indexer last wrote; None before the first."""
        with Session(self._database) as session:
            row = session.get(IndexerRow, 1)
            if row is None:
                return None
            # The row has a key besides the fields of the state.
            said = {each.name: getattr(row, each.name) for each in fields(IndexerState)}
            return IndexerState(**(said | {"phase": Phase(row.phase)}))

    def read_memo(self, key: str) -> str | None:
        """A small fact about the catalogue as a whole, as `IndexerWrites.write_memo` stored it."""
        with Session(self._database) as session:
            return read_memo(session, key)


class IndexerWrites:
    """Writes the state of the indexer."""

    def __init__(self, context: WriteContext) -> None:
        self._context, self._session = context, context.session

    def write_state(self, state: IndexerState) -> None:
        """Store the indexer's state."""
        # Merged under one key: there is never a second row.
        self._session.merge(IndexerRow(id=1, **(asdict(state) | {"phase": state.phase.value})))

    def write_memo(self, key: str, value: str) -> None:
        """Store a small fact about the catalogue as a whole."""
        write_memo(self._session, key, value)
