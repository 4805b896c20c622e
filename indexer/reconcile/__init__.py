"""How the library differs from the catalogue, what is to be done about it, and doing it."""

from indexer.reconcile.change_plan import (
    UNREADABLE_DIGEST,
    Added,
    Arrival,
    Change,
    FileFingerprint,
    KnownFiles,
    Moved,
    PathAudiences,
    Removed,
    Replaced,
    plan,
)
from indexer.reconcile.comparison import (
    ClockReading,
    Comparison,
    DebounceTiming,
    Differences,
    PreviousScan,
    UnsettledPath,
    compare_scan,
    find_differences,
)
from indexer.reconcile.extraction_results import (
    ReadOutcome,
    crash_failure,
    hash_file,
    is_misnamed,
    is_readable,
    to_outcome,
    unreadable_failure,
)
from indexer.reconcile.folder_moves import KnownLibrary, SeenLibrary, decide_rule_moves
from indexer.reconcile.folder_tracking import FolderTracker
from indexer.reconcile.plan_writer import PART_KINDS, PlanWriter
from indexer.reconcile.removals import Remover

__all__ = [
    "PART_KINDS",
    "UNREADABLE_DIGEST",
    "Added",
    "Arrival",
    "Change",
    "ClockReading",
    "Comparison",
    "DebounceTiming",
    "Differences",
    "FileFingerprint",
    "FolderTracker",
    "KnownFiles",
    "KnownLibrary",
    "Moved",
    "PathAudiences",
    "PlanWriter",
    "PreviousScan",
    "ReadOutcome",
    "Removed",
    "Remover",
    "Replaced",
    "SeenLibrary",
    "UnsettledPath",
    "compare_scan",
    "crash_failure",
    "decide_rule_moves",
    "find_differences",
    "hash_file",
    "is_misnamed",
    "is_readable",
    "plan",
    "to_outcome",
    "unreadable_failure",
]
