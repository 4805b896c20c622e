"""What keeps an installation well: backups, logs, locks, commands."""

from index.ops.command_context import CommandContext
from index.ops.indexer_lock import hold_catalogue_lease, hold_indexer_lock
from index.ops.logs import configure_logging, log_fatal_error
from index.ops.terminal import console, format_count, progress_bar

__all__ = [
    "CommandContext",
    "configure_logging",
    "console",
    "format_count",
    "hold_catalogue_lease",
    "hold_indexer_lock",
    "log_fatal_error",
    "progress_bar",
]
