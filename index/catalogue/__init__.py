"""The truth: files seen, documents, passages, tags and decisions, in a database. SQLAlchemy stays in here."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from index.catalogue.audience import HoldReason
from index.catalogue.catalogue import Catalogue
from index.catalogue.confidence import find_sure_values
from index.catalogue.database import (
    HEAD,
    CatalogueError,
    check_catalogue,
    copy_catalogue,
    list_pending_migrations,
    name_copy,
    sqlite_file,
)
from index.catalogue.decisions import Deposit, QualificationPage
from index.catalogue.document_versions import DocumentVersion
from index.catalogue.documents import Content, ReadableCounts, Totals
from index.catalogue.file_records import (
    WHOLE_LIBRARY,
    Extent,
    Failure,
    FileLocation,
    IgnoredPath,
    QueuedFile,
    SourceFile,
)
from index.catalogue.indexer_state import (
    LIBRARY_MEMO,
    PROGRAMS_MEMO,
    UNWATCHED_MEMO,
    WITHOUT_IMAGES_MEMO,
    IndexerState,
    Phase,
)
from index.catalogue.metadata_files import MetadataFile
from index.catalogue.metadata_layers import (
    ANIMATOR_REASON,
    AnnouncedEvent,
    DecisionConflict,
    Decisions,
    Description,
    DocumentDecisions,
    EventSource,
    MetadataField,
)
from index.catalogue.place_audiences import PlaceAudiences
from index.catalogue.postgresql import CatalogueUnreachableError
from index.catalogue.queries import compute_etag
from index.catalogue.quotas import QuotaReachedError
from index.catalogue.replay_parts import PartKind
from index.catalogue.revisions import ExpectedContents, Revision, ShownRevision
from index.catalogue.transaction import Transaction

if TYPE_CHECKING:
    from index.catalogue.access import (
        BUILT_IN_GROUPS,
        Credentials,
        MailAdmission,
        MailOrder,
        RuleEffect,
        WiderRuleError,
        compute_account_etag,
    )
    from index.catalogue.announcements import Announcement, AnnouncementState, ReceiverProgress, Subject
    from index.catalogue.ballots import BallotCounts
    from index.catalogue.contact_directory import FORGET_TIME, PROPOSAL_TIME, Proposal, compute_contact_etag
    from index.catalogue.dossiers import BROWSER_PREFIX, UNDO_TIME, Dossier, DossierItem, ItemPlace, fingerprint_place
    from index.catalogue.evaluation_runs import EvaluationRun, EvaluationTakenOverError
    from index.catalogue.file_statuses import FileState, FileStatus, StatusFilter
    from index.catalogue.gathering_resolutions import GatheringResolution, ResolutionFilter
    from index.catalogue.holds import AgreedDocument, Decided, HeldDocument
    from index.catalogue.inquiries import Inquiry, InquiryAnswer, InquiryDraft, InquiryFilter, InquiryState, Standing
    from index.catalogue.judged_questions import (
        LONGEST_QUESTION,
        Evaluation,
        JudgedQuestion,
        JudgedQuestionRefusedError,
        RankingConditions,
    )
    from index.catalogue.library_folders import LibraryFolder, RuleMove
    from index.catalogue.mailed_deposits import MailboxState, MailedDeposit, MailFate
    from index.catalogue.oai_changes import OaiRecord, OaiSelection
    from index.catalogue.saved_searches import DigestFrequency, SavedSearch, Subscription
    from index.catalogue.search_steps import LEAST_STEPS, LONGEST_SEARCH, STEP_DAYS, SearchFollowups, SearchStep
    from index.catalogue.usage import (
        LITTLE_FOUND,
        WITHOUT_WORDS,
        CatalogueBusyError,
        DailyOpening,
        DailySearch,
        FaultySearch,
        SearchFault,
        SearchTally,
        Usage,
    )
    from index.catalogue.vectors import DocumentVectors, VectorProgress

__all__ = [
    "ANIMATOR_REASON",
    "BROWSER_PREFIX",
    "BUILT_IN_GROUPS",
    "FORGET_TIME",
    "HEAD",
    "LEAST_STEPS",
    "LIBRARY_MEMO",
    "LITTLE_FOUND",
    "LONGEST_QUESTION",
    "LONGEST_SEARCH",
    "PROGRAMS_MEMO",
    "PROPOSAL_TIME",
    "STEP_DAYS",
    "UNDO_TIME",
    "UNWATCHED_MEMO",
    "WHOLE_LIBRARY",
    "WITHOUT_IMAGES_MEMO",
    "WITHOUT_WORDS",
    "AgreedDocument",
    "AnnouncedEvent",
    "Announcement",
    "AnnouncementState",
    "BallotCounts",
    "Catalogue",
    "CatalogueBusyError",
    "CatalogueError",
    "CatalogueUnreachableError",
    "Content",
    "Credentials",
    "DailyOpening",
    "DailySearch",
    "Decided",
    "DecisionConflict",
    "Decisions",
    "Deposit",
    "Description",
    "DigestFrequency",
    "DocumentDecisions",
    "DocumentVectors",
    "DocumentVersion",
    "Dossier",
    "DossierItem",
    "Evaluation",
    "EvaluationRun",
    "EvaluationTakenOverError",
    "EventSource",
    "ExpectedContents",
    "Extent",
    "Failure",
    "FaultySearch",
    "FileLocation",
    "FileState",
    "FileStatus",
    "GatheringResolution",
    "HeldDocument",
    "HoldReason",
    "IgnoredPath",
    "IndexerState",
    "Inquiry",
    "InquiryAnswer",
    "InquiryDraft",
    "InquiryFilter",
    "InquiryState",
    "ItemPlace",
    "JudgedQuestion",
    "JudgedQuestionRefusedError",
    "LibraryFolder",
    "MailAdmission",
    "MailFate",
    "MailOrder",
    "MailboxState",
    "MailedDeposit",
    "MetadataField",
    "MetadataFile",
    "OaiRecord",
    "OaiSelection",
    "PartKind",
    "Phase",
    "PlaceAudiences",
    "Proposal",
    "QualificationPage",
    "QueuedFile",
    "QuotaReachedError",
    "RankingConditions",
    "ReadableCounts",
    "ReceiverProgress",
    "ResolutionFilter",
    "Revision",
    "RuleEffect",
    "RuleMove",
    "SavedSearch",
    "SearchFault",
    "SearchFollowups",
    "SearchStep",
    "SearchTally",
    "ShownRevision",
    "SourceFile",
    "Standing",
    "StatusFilter",
    "Subject",
    "Subscription",
    "Totals",
    "Transaction",
    "Usage",
    "VectorProgress",
    "WiderRuleError",
    "check_catalogue",
    "compute_account_etag",
    "compute_contact_etag",
    "compute_etag",
    "copy_catalogue",
    "find_sure_values",
    "fingerprint_place",
    "list_pending_migrations",
    "name_copy",
    "sqlite_file",
]

_LATE_MODULES = {
    "access": (
        "BUILT_IN_GROUPS",
        "Credentials",
        "MailAdmission",
        "MailOrder",
        "RuleEffect",
        "WiderRuleError",
        "compute_account_etag",
    ),
    "announcements": ("Announcement", "AnnouncementState", "ReceiverProgress", "Subject"),
    "ballots": ("BallotCounts",),
    "contact_directory": ("FORGET_TIME", "PROPOSAL_TIME", "Proposal", "compute_contact_etag"),
    "dossiers": ("BROWSER_PREFIX", "UNDO_TIME", "Dossier", "DossierItem", "ItemPlace", "fingerprint_place"),
    "evaluation_runs": ("EvaluationRun", "EvaluationTakenOverError"),
    "file_statuses": ("FileState", "FileStatus", "StatusFilter"),
    "gathering_resolutions": ("GatheringResolution", "ResolutionFilter"),
    "holds": ("AgreedDocument", "Decided", "HeldDocument"),
    "inquiries": ("Inquiry", "InquiryAnswer", "InquiryDraft", "InquiryFilter", "InquiryState", "Standing"),
    "judged_questions": (
        "LONGEST_QUESTION",
        "Evaluation",
        "JudgedQuestion",
        "JudgedQuestionRefusedError",
        "RankingConditions",
    ),
    "library_folders": ("LibraryFolder", "RuleMove"),
    "mailed_deposits": ("MailboxState", "MailedDeposit", "MailFate"),
    "oai_changes": ("OaiRecord", "OaiSelection"),
    "saved_searches": ("DigestFrequency", "SavedSearch", "Subscription"),
    "search_steps": ("LEAST_STEPS", "LONGEST_SEARCH", "STEP_DAYS", "SearchFollowups", "SearchStep"),
    "usage": (
        "LITTLE_FOUND",
        "WITHOUT_WORDS",
        "CatalogueBusyError",
        "DailyOpening",
        "DailySearch",
        "FaultySearch",
        "SearchFault",
        "SearchTally",
        "Usage",
    ),
    "vectors": ("DocumentVectors", "VectorProgress"),
}
_MODULE_OF = {name: module for module, names in _LATE_MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    # Imported late: each has tables, which SQLAlchemy maps when their module is loaded, and most commands need none.
    if name not in _MODULE_OF:
        raise AttributeError(name)
    return getattr(import_module(f"index.catalogue.{_MODULE_OF[name]}"), name)
