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
    normalise_path,
    plan,
)
from indexer.reconcile.comparison import (
    ClockReading,
    Comparison,
    DebounceTiming,
    KnownState,
    PreviousScan,
    UnsettledPath,
    compare_scan,
    find_differences,
)
from indexer.reconcile.contents import (
    ReadOutcome,
    crash_failure,
    hash_file,
    is_readable,
    to_outcome,
    unreadable_failure,
)
from indexer.reconcile.plan_writer import PlanWriter
from indexer.reconcile.removals import Remover

__all__ = [
    "UNREADABLE_DIGEST",
    "Added",
    "Arrival",
    "Change",
    "ClockReading",
    "Comparison",
    "DebounceTiming",
    "FileFingerprint",
    "KnownFiles",
    "KnownState",
    "Moved",
    "PathAudiences",
    "PlanWriter",
    "PreviousScan",
    "ReadOutcome",
    "Removed",
    "Remover",
    "Replaced",
    "UnsettledPath",
    "compare_scan",
    "crash_failure",
    "find_differences",
    "hash_file",
    "is_readable",
    "normalise_path",
    "plan",
    "to_outcome",
    "unreadable_failure",
]
