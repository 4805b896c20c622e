"""What a file really is, by its content."""

from extractors.detection.containers import find_import_filter
from extractors.detection.detect import detect_format
from extractors.detection.signatures import is_binary, is_mhtml, match_binary_signature, match_text_signature

__all__ = [
    "detect_format",
    "find_import_filter",
    "is_binary",
    "is_mhtml",
    "match_binary_signature",
    "match_text_signature",
]
