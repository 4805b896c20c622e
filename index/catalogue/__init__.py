"""The truth: files seen, documents, passages, tags and decisions, in a database. SQLAlchemy stays in here."""

from index.catalogue.catalogue import Catalogue
from index.catalogue.copying import check_catalogue, copy_catalogue, sqlite_file
from index.catalogue.decisions import ANIMATOR_REASON, Decisions, Deposit, MetadataField, QualificationPage
from index.catalogue.harvest import OaiRecord, OaiSelection
from index.catalogue.holdings import ExpectedContents
from index.catalogue.people.export import export_person
from index.catalogue.people.purging import purge_expired
from index.catalogue.people.rules import BUILT_IN_GROUPS
from index.catalogue.postgresql import CatalogueUnreachableError
from index.catalogue.records import (
    LIBRARY_MEMO,
    WHOLE_LIBRARY,
    AnnouncedEvent,
    Content,
    Description,
    DocumentVersion,
    EventSource,
    Extent,
    Failure,
    FileLocation,
    FileState,
    FileStatus,
    IgnoredPath,
    IndexerState,
    MetadataFile,
    Phase,
    QueuedFile,
    ReadableCounts,
    SourceFile,
    StatusFilter,
    Totals,
)
from index.catalogue.saved import DigestFrequency, SavedSearch, Subscription
from index.catalogue.schema import HEAD, CatalogueError
from index.catalogue.usage import (
    LONGEST_SEARCH,
    WITHOUT_WORDS,
    CatalogueBusyError,
    DailyOpening,
    DailySearch,
    FruitlessSearch,
    SearchTally,
    Usage,
)
from index.catalogue.writing import Writing

__all__ = [
    "ANIMATOR_REASON",
    "BUILT_IN_GROUPS",
    "HEAD",
    "LIBRARY_MEMO",
    "LONGEST_SEARCH",
    "WHOLE_LIBRARY",
    "WITHOUT_WORDS",
    "AnnouncedEvent",
    "Catalogue",
    "CatalogueBusyError",
    "CatalogueError",
    "CatalogueUnreachableError",
    "Content",
    "DailyOpening",
    "DailySearch",
    "Decisions",
    "Deposit",
    "Description",
    "DigestFrequency",
    "DocumentVersion",
    "EventSource",
    "ExpectedContents",
    "Extent",
    "Failure",
    "FileLocation",
    "FileState",
    "FileStatus",
    "FruitlessSearch",
    "IgnoredPath",
    "IndexerState",
    "MetadataField",
    "MetadataFile",
    "OaiRecord",
    "OaiSelection",
    "Phase",
    "QualificationPage",
    "QueuedFile",
    "ReadableCounts",
    "SavedSearch",
    "SearchTally",
    "SourceFile",
    "StatusFilter",
    "Subscription",
    "Totals",
    "Usage",
    "Writing",
    "check_catalogue",
    "copy_catalogue",
    "export_person",
    "purge_expired",
    "sqlite_file",
]
