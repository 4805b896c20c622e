"""What the library holds and where it moves: scans, file events, waiting until files stand still."""

from indexer.watch.changes import ChangeCollector, LibraryObserver
from indexer.watch.scan import ScanResult, scan_library, stat_file

__all__ = ["ChangeCollector", "LibraryObserver", "ScanResult", "scan_library", "stat_file"]
