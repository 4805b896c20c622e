"""RTF texts."""

from extractors.readers.rtf.rtf_compression import unpack_rtf
from extractors.readers.rtf.rtf_reader import parse_rtf

__all__ = ["parse_rtf", "unpack_rtf"]
