"""RTF texts."""

from extractors.readers.rtf.rtf_reader import parse_rtf

__all__ = ["parse_rtf"]
