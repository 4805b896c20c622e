"""What videos and pages look like, small and grey: the shots of a video, the pages of a deck, and which shows which."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from extractors.frames.worker_calls import FRAMES_VERSION, list_shots, match_shots, picture_pages

if TYPE_CHECKING:
    from extractors.frames.shot_matching import ShownSlides

__all__ = ["FRAMES_VERSION", "ShownSlides", "list_shots", "match_shots", "picture_pages"]


def __getattr__(name: str) -> Any:
    # Imported late: the type stands beside what only workers load.
    if name != "ShownSlides":
        raise AttributeError(name)
    return import_module("extractors.frames.shot_matching").ShownSlides
