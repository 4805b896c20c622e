"""What the library holds and where it moves: scans, file events, waiting until files stand still."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from indexer.watch.open_files import find_closed_files
from indexer.watch.scan import ScanResult, scan_library, stat_file

if TYPE_CHECKING:
    from indexer.watch.changes import ChangeCollector, LibraryObserver

__all__ = ["ChangeCollector", "LibraryObserver", "ScanResult", "find_closed_files", "scan_library", "stat_file"]


def __getattr__(name: str) -> Any:
    # Imported late: only an indexer that follows the library needs what listens to the system's events.
    if name not in {"ChangeCollector", "LibraryObserver"}:
        raise AttributeError(name)
    return getattr(import_module("indexer.watch.changes"), name)
