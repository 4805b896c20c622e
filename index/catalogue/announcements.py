"""What is told to receivers outside: rooms and webhooks. A row a message, kept until it is delivered or given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy import Index, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from index.catalogue.tables import Base
from index.catalogue.writing import begin_write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Engine

RETRY_WAITS = tuple(timedelta(minutes=each) for each in (5, 30, 2 * 60, 5 * 60, 10 * 60, 24 * 60, 24 * 60))
"""How long each failure is waited for; after the last one, about three days later, a message is given up."""

_KEPT_TIME = timedelta(days=90)


class Subject(Enum):
    """What a message tells of; the value stands in the receivers' file and in messages."""

    DOCUMENT = "documents"
    EVENT = "rendez-vous"
    QUESTION = "questions"


class AnnouncementState(Enum):
    """What became of a message. The value is stored in the catalogue."""

    WAITING = "attente"
    DELIVERED = "remise"
    GIVEN_UP = "abandonnee"
    POINTLESS = "sans-objet"

    @property
    def label(self) -> str:
        """What an animator reads."""
        return {
            "attente": "attend",
            "remise": "remise",
            "abandonnee": "abandonnée",
            "sans-objet": "sans objet\u00a0: ce qu’elle disait n’est plus à voir",
        }[self.value]


class AnnouncementReceiverRow(Base):
    """A receiver, by its name in the settings' file: documents added before `told_until` were told of."""

    __tablename__ = "announcement_receiver"
    is_shown = False

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    told_until: Mapped[datetime]
    events: Mapped[list[str]]


class AnnouncementRow(Base):
    """A message to a receiver: `ids` are those of documents or events. No title and no text of them is kept here."""

    __tablename__ = "announcement"
    is_shown = False
    __table_args__ = (Index("announcement_state", "state"),)

    number: Mapped[int] = mapped_column(primary_key=True)
    receiver: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(16))
    ids: Mapped[list[str]]
    created: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int]
    next_attempt: Mapped[datetime]
    status: Mapped[int | None]
    error: Mapped[str]
    ended: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Announcement:
    """A message: `attempts` counts those that failed, `status` is the last answer's, `error` says why in French."""

    number: int
    receiver: str
    subject: Subject
    ids: tuple[str, ...]
    created: datetime
    state: AnnouncementState
    attempts: int
    next_attempt: datetime
    status: int | None
    error: str
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class ReceiverProgress:
    """How far a receiver was told: of documents added before a moment, and of these events."""

    told_until: datetime
    events: frozenset[str]


class Announcements:
    """The messages of one catalogue. Whoever shows what they tell of asks for it with their own groups."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def find_progress(self, receiver: str) -> ReceiverProgress | None:
        """How far a receiver was told; None where it is new."""
        with Session(self._database) as session:
            row = session.get(AnnouncementReceiverRow, receiver)
            return ReceiverProgress(row.told_until, frozenset(row.events)) if row else None

    def add(
        self,
        receiver: str,
        progress: ReceiverProgress,
        messages: Iterable[tuple[Subject, Sequence[str]]],
        now: datetime,
    ) -> None:
        """Record messages to a receiver, and how far it was told with them."""
        # Together: what is recorded as told is in a message, and what is in one is not told again.
        with begin_write(self._database) as session:
            session.merge(
                AnnouncementReceiverRow(name=receiver, told_until=progress.told_until, events=sorted(progress.events))
            )
            session.add_all(
                AnnouncementRow(
                    receiver=receiver,
                    subject=subject.value,
                    ids=list(ids),
                    created=now,
                    state=AnnouncementState.WAITING.value,
                    attempts=0,
                    next_attempt=now,
                    error="",
                )
                for subject, ids in messages
            )

    def list_due(self, receiver: str, now: datetime) -> tuple[Announcement, ...]:
        """The messages to a receiver that are to be tried now, the first first."""
        # In the order in which things came: a room reads them as a story.
        due = select(AnnouncementRow).where(
            AnnouncementRow.receiver == receiver,
            AnnouncementRow.state == AnnouncementState.WAITING.value,
            AnnouncementRow.next_attempt <= now,
        )
        with Session(self._database) as session:
            return tuple(map(_to_announcement, session.scalars(due.order_by(AnnouncementRow.number))))

    def list_latest(self, limit: int) -> tuple[Announcement, ...]:
        """The newest messages, whatever became of them."""
        latest = select(AnnouncementRow).order_by(AnnouncementRow.number.desc()).limit(limit)
        with Session(self._database) as session:
            return tuple(map(_to_announcement, session.scalars(latest)))

    def find(self, number: int) -> Announcement | None:
        """One message; None where there is none."""
        with Session(self._database) as session:
            row = session.get(AnnouncementRow, number)
            return _to_announcement(row) if row else None

    def end(self, number: int, state: AnnouncementState, now: datetime, status: int | None = None) -> None:
        """Record that a message was delivered, or has nothing to tell any more."""
        self._change(number, state=state.value, ended=now, status=status, error="")

    def record_failure(self, number: int, error: str, now: datetime, status: int | None = None) -> None:
        """Record that a message was not taken: it is tried again later, and given up after the last wait."""
        with begin_write(self._database) as session:
            # Counted here, under the writer's lock: two runs cannot count one failure for two.
            row = session.get_one(AnnouncementRow, number)
            row.attempts, row.error, row.status = row.attempts + 1, error, status
            if row.attempts > len(RETRY_WAITS):
                row.state, row.ended = AnnouncementState.GIVEN_UP.value, now
            else:
                row.next_attempt = now + RETRY_WAITS[row.attempts - 1]

    def send_again(self, number: int) -> None:
        """Have a message that was given up, or that waits, tried at the next occasion, from its first attempt on."""
        # As if it was new: whoever presses has put right what was wrong.
        again = {"state": AnnouncementState.WAITING.value, "attempts": 0, "next_attempt": datetime.now(UTC)}
        self._change(number, **again, ended=None)

    def purge(self) -> int:
        """Delete messages that ended long ago; gives how many."""
        # What waits is never deleted, however old: nothing is lost in silence.
        old = delete(AnnouncementRow).where(AnnouncementRow.ended < datetime.now(UTC) - _KEPT_TIME)
        with begin_write(self._database) as session:
            return len(session.scalars(old.returning(AnnouncementRow.number)).all())

    def _change(self, number: int, **values: object) -> None:
        with begin_write(self._database) as session:
            session.execute(update(AnnouncementRow).where(AnnouncementRow.number == number).values(**values))


def _to_announcement(row: AnnouncementRow) -> Announcement:
    return Announcement(
        row.number,
        row.receiver,
        Subject(row.subject),
        tuple(row.ids),
        row.created,
        AnnouncementState(row.state),
        row.attempts,
        row.next_attempt,
        row.status,
        row.error,
        row.ended,
    )
