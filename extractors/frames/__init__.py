"""What videos and pages look like, small and grey: the shots of a video, the pages of a deck, and which shows which."""

from extractors.frames.shot_matching import ShownSlides, match_shots
from extractors.frames.shots import list_shots
from extractors.frames.small_pictures import FRAMES_VERSION, picture_pages

__all__ = ["FRAMES_VERSION", "ShownSlides", "list_shots", "match_shots", "picture_pages"]
