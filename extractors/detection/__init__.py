"""What a file really is, by its content."""

from extractors.detection.detect import detect_format, warning_for_suffix
from extractors.detection.signatures import is_mhtml

__all__ = ["detect_format", "is_mhtml", "warning_for_suffix"]
