"""The catalogue's tables. Alembic's migrations create them; a test holds the two equal."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any, ClassVar, cast

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from index.catalogue.column_types import GroupSet, IsoDate, UtcDateTime
from index.catalogue.quotas import Quota
from index.model import MEMBERS, PartialDate

if TYPE_CHECKING:
    from sqlalchemy import Table


class Base(DeclarativeBase):
    """The metadata that all tables share."""

    quota: ClassVar[Quota | None] = None
    """How many rows people may add, where they add them one by one; a test says for all others what bounds them."""

    is_shown: ClassVar[bool] = True
    """Whether an answer to a search may show something of its rows: a change of them is then a change of answers."""

    def __init_subclass__(cls, **options: Any) -> None:
        """Map a table, which says itself whether it is shown: a statement on it knows its table alone."""
        super().__init_subclass__(**options)
        cast("Table", cls.__table__).info["is_shown"] = cls.is_shown

    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's name
        str: Text(),
        datetime: UtcDateTime(),
        list[str]: JSON(),
        dict[str, Any]: JSON(),
        frozenset[str]: GroupSet(),
    }


NAME_TYPE = String(80).with_variant(Text(), "postgresql")
"""A slug or a group's name. SQLite ignores the length, which is for readers; PostgreSQL would enforce it."""


class ClockRow(Base):
    """One row: the last revision taken. Each change of a document takes the next, so that indexes know what is new.

    `changes` counts the transactions that wrote what an answer may show: what was read under the same number is as it
    was.
    """

    __tablename__ = "clock"
    is_shown = False

    id: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int]
    changes: Mapped[int] = mapped_column(default=0)


class EventRow(Base):
    """An event of the community, as the highest authority describes it."""

    __tablename__ = "event"

    id: Mapped[str] = mapped_column(NAME_TYPE, primary_key=True)
    type: Mapped[str]
    title: Mapped[str]
    date: Mapped[PartialDate] = mapped_column(IsoDate)
    begins: Mapped[time | None]
    ends: Mapped[time | None]
    place: Mapped[str] = mapped_column(server_default="")
    link: Mapped[str] = mapped_column(server_default="")
    description: Mapped[str] = mapped_column(server_default="")


class DocumentRow(Base):
    """A document, living or removed (`removed` is set); a removed one keeps its identity in case it comes back.

    `last_path` is where a removed one lay last. `place_groups` are the groups whose document it is by its places: they
    are part of its identity, and only a person's agreement gives it more. `transcribed` names the program that wrote
    its text down from sound. `checked` is the version of the search for
    personal data that has gone through its present text, `extractor_version` that of the extractors that read it; 0
    where none has. `part_of` is the replay that its file is a part of, `part_rank` its place there; a removed one may
    be a part of what was left of it.
    """

    __tablename__ = "document"
    __table_args__ = (
        Index("document_digest", "digest"),
        Index("document_added", "added"),
        Index("document_event", "event_id"),
        Index("document_last_path", "last_path"),
        # Of parts alone: with documents that are parts of none, SQLite took it for those, and read all of them.
        # On PostgreSQL too, by its migration: here it would have each process load SQLAlchemy's dialect for it.
        Index("document_part_of", "part_of", sqlite_where=text("part_of IS NOT NULL")),
    )

    # A server default marks a column that a later migration added: the rows there were needed a value.
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    revision: Mapped[int] = mapped_column(unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    format: Mapped[str]
    own_title: Mapped[str]
    title: Mapped[str]
    authors: Mapped[list[str]]
    own_authors: Mapped[list[str]] = mapped_column(server_default="[]")
    summary: Mapped[str] = mapped_column(server_default="")
    warnings: Mapped[list[str]]
    sketch: Mapped[list[int]] = mapped_column(JSON, server_default="[]")
    created: Mapped[datetime | None]
    duration: Mapped[float | None]
    date: Mapped[PartialDate | None] = mapped_column(IsoDate)
    event_id: Mapped[str | None] = mapped_column(ForeignKey("event.id"))
    added: Mapped[datetime]
    updated: Mapped[datetime]
    removed: Mapped[datetime | None]
    last_path: Mapped[str] = mapped_column(server_default="")
    place_groups: Mapped[frozenset[str]] = mapped_column(server_default=MEMBERS)
    checked: Mapped[int] = mapped_column(server_default="0")
    extractor_version: Mapped[int] = mapped_column(server_default="0")
    transcribed: Mapped[str] = mapped_column(server_default="")
    # No foreign key, which SQLite could add by copying the table only; rows of documents are never deleted.
    part_of: Mapped[str | None] = mapped_column(String(16))
    part_rank: Mapped[int] = mapped_column(server_default="0")


class LocationRow(Base):
    """A file of the library: where it is, and what it was when it was last read."""

    __tablename__ = "place"
    __table_args__ = (Index("place_document", "document_id"), Index("place_digest", "digest"))

    path: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    ctime_ns: Mapped[int] = mapped_column(BigInteger, server_default="0")
    digest: Mapped[str] = mapped_column(String(64))
    # None where the content could not be read. No cascade: rows of documents are never deleted.
    document_id: Mapped[str | None] = mapped_column(ForeignKey("document.id"))
    seen: Mapped[datetime]


class LibraryFolderRow(Base):
    """A folder of the library, as the indexer saw it; a rule's folder that is gone keeps its row."""

    __tablename__ = "library_folder"
    __table_args__ = (
        Index("library_folder_normal_path", "normal_path"),
        Index("library_folder_first_seen", "first_seen"),
    )

    path: Mapped[str] = mapped_column(primary_key=True)
    # As rules compare: SQL folds no capitals or accents alike in both databases.
    normal_path: Mapped[str]
    # Device and inode; empty where no scan has seen the folder yet.
    identity: Mapped[str]
    first_seen: Mapped[datetime]
    gone: Mapped[datetime | None]
    # Where the folder's rule went; until the files known here have moved too, they are under the same rule.
    moved_to: Mapped[str | None]


class HeldRemovalRow(Base):
    """A known file that is missing, and whose removal is held back until it is back or a person agrees."""

    # Stored, so that an agreement covers the files that a person saw, and outlives a restart.
    __tablename__ = "missing"

    path: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    confirmed: Mapped[datetime | None]
    who: Mapped[str]


class VersionRow(Base):
    """A content that a document has or had, in order from 1; `groups` are those whose document it then was."""

    __tablename__ = "version"
    __table_args__ = (Index("version_digest", "digest"),)

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    path: Mapped[str]
    seen: Mapped[datetime]
    modified: Mapped[datetime | None]
    who: Mapped[str]
    groups: Mapped[frozenset[str]] = mapped_column(server_default=MEMBERS)


class QueueRow(Base):
    """A file that waits to be read: `ready` once it has stood still, `started` while it is being read.

    `attempts` counts readings that began and did not end; the row of a file that was read is deleted.
    """

    # No foreign key: a file waits before anything else is known of it.
    __tablename__ = "queue"
    __table_args__ = (Index("queue_since", "since"),)

    path: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    ctime_ns: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[datetime]
    ready: Mapped[bool]
    started: Mapped[datetime | None]
    attempts: Mapped[int]


class IgnoredPathRow(Base):
    """A file or a folder that is ignored, and why."""

    __tablename__ = "left_out"

    path: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    advice: Mapped[str]
    seen: Mapped[datetime]


class PassageRow(Base):
    """A passage, in reading order."""

    __tablename__ = "passage"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(String(16))
    number: Mapped[int]
    start: Mapped[float | None]
    end: Mapped[float | None]
    title: Mapped[str]
    text: Mapped[str]
    notes: Mapped[str]
    doubtful: Mapped[bool] = mapped_column(server_default=false())


class TagRow(Base):
    """A tag, with its source and reason. One value may be tagged by several sources."""

    __tablename__ = "tag"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    facet: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(NAME_TYPE, primary_key=True)
    source: Mapped[str] = mapped_column(String(16), primary_key=True)
    reason: Mapped[str]


class AudienceRow(Base):
    """A group that may see a document."""

    __tablename__ = "audience"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    group: Mapped[str] = mapped_column("group_name", NAME_TYPE, primary_key=True)


class FailureRow(Base):
    """A content that gave no text, and why: it belongs to content and extractors' version, never to a path."""

    __tablename__ = "failure"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    extractor_version: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(String(32))
    message: Mapped[str]
    advice: Mapped[str]
    detail: Mapped[str]
    at: Mapped[datetime]


class MemoRow(Base):
    """A small fact about the catalogue as a whole, such as the rules its documents were described by."""

    __tablename__ = "memo"
    is_shown = False

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str]


class DescriptionRow(Base):
    """What the rules say of a document, before what persons decided is applied."""

    __tablename__ = "description"
    __table_args__ = (Index("description_event", "event_id"),)

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    event_id: Mapped[str | None] = mapped_column(NAME_TYPE)
    event_source: Mapped[str | None] = mapped_column(String(16))
    content: Mapped[dict[str, Any]]


class TagDecisionRow(Base):
    """A person's decision on one tag of one document: chosen, or declined, whatever the rules say."""

    __tablename__ = "tag_decision"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    facet: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(NAME_TYPE, primary_key=True)
    chosen: Mapped[bool]
    reason: Mapped[str]
    who: Mapped[str]
    at: Mapped[datetime]


class FieldDecisionRow(Base):
    """A person's decision on a document's title, date or event."""

    __tablename__ = "field_decision"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    field: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str]
    who: Mapped[str]
    at: Mapped[datetime]


class QualificationRow(Base):
    """A document that a person has looked at and found rightly described."""

    __tablename__ = "qualification"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    who: Mapped[str]
    at: Mapped[datetime]


class DepositRow(Base):
    """What a person said of a file that is about to come at a path."""

    # Known by its path alone: there is no document yet.
    __tablename__ = "deposit"
    is_shown = False

    path: Mapped[str] = mapped_column(primary_key=True)
    decisions: Mapped[dict[str, Any]]
    who: Mapped[str]
    at: Mapped[datetime]


class AreaRow(Base):
    """The region or the department that a territory lies in, by the vocabulary in force."""

    __tablename__ = "area"

    territory: Mapped[str] = mapped_column(NAME_TYPE, primary_key=True)
    facet: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(NAME_TYPE)
    label: Mapped[str]


class EventClaimRow(Base):
    """What the calendar or an animator says of an event; the event's own row holds what prevails."""

    # No foreign key to the event: the claim is written first, and the event follows from it.
    __tablename__ = "event_claim"

    event_id: Mapped[str] = mapped_column(NAME_TYPE, primary_key=True)
    source: Mapped[str] = mapped_column(String(16), primary_key=True)
    content: Mapped[dict[str, Any]]
    who: Mapped[str]
    at: Mapped[datetime]


class MetadataFileRow(Base):
    """A metadata file (sidecar or calendar), as it was last read."""

    __tablename__ = "notice"

    path: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    text: Mapped[str | None]
    problems: Mapped[list[str]]
    pending: Mapped[bool]
    seen: Mapped[datetime]


class VocabularyChangeRow(Base):
    """A change of the vocabulary, never deleted: one that is taken back is followed by one that undoes it."""

    __tablename__ = "vocabulary_change"
    quota = Quota("changements du vocabulaire", 20_000)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(16))
    slug: Mapped[str] = mapped_column(NAME_TYPE)
    # SQL's NULL for a removed entry, not JSON's « null ».
    entry: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    undoes: Mapped[int | None]
    who: Mapped[str]
    at: Mapped[datetime]
