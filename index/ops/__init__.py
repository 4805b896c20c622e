"""What keeps an installation well: backups, locks, commands."""

from index.ops.indexer_lock import hold_catalogue_lease, hold_indexer_lock

__all__ = ["hold_catalogue_lease", "hold_indexer_lock"]
