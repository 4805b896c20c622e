"""The nouns of what the community knows, free of any library."""

from index.model.documents import (
    ANIMATORS,
    FORMAT_LABELS,
    MEMBERS,
    MONTHS,
    Document,
    Event,
    Facet,
    FileStat,
    Locator,
    PartialDate,
    Passage,
    SampledPassage,
    Tag,
    TagSource,
    Unit,
    duration_label,
)
from index.model.errors import ExplainedError
from index.model.library_names import CALENDAR_NAME, UnusableNameError, add_number, clean_name, is_ignored

__all__ = [
    "ANIMATORS",
    "CALENDAR_NAME",
    "FORMAT_LABELS",
    "MEMBERS",
    "MONTHS",
    "Document",
    "Event",
    "ExplainedError",
    "Facet",
    "FileStat",
    "Locator",
    "PartialDate",
    "Passage",
    "SampledPassage",
    "Tag",
    "TagSource",
    "Unit",
    "UnusableNameError",
    "add_number",
    "clean_name",
    "duration_label",
    "is_ignored",
]
