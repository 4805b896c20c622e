"""Captions of replays: the spoken text with its times."""

from extractors.readers.captions.cues import CaptionCue, build_cue_sections, clean_lines, remove_overrides

__all__ = ["CaptionCue", "build_cue_sections", "clean_lines", "remove_overrides"]
