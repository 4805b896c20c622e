"""The numbered indexes: which one is live, how it follows the catalogue, how the next one is built."""

from index.generations.background_rebuild import lower_priority
from index.generations.live import LiveIndex
from index.generations.rebuild import rebuild_live_index, roll_back_live_index
from index.generations.synchroniser import IndexSynchroniser

__all__ = ["IndexSynchroniser", "LiveIndex", "lower_priority", "rebuild_live_index", "roll_back_live_index"]
