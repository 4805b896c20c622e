"""What keeps an installation well: backups, locks, private files, commands."""

from index.ops.indexer_lock import hold_catalogue_lease, hold_indexer_lock
from index.ops.private_files import open_installation

__all__ = ["hold_catalogue_lease", "hold_indexer_lock", "open_installation"]
