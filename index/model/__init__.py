"""The nouns of what the community knows, free of any library."""

from index.model.documents import (
    ANIMATORS,
    MEMBERS,
    MONTHS,
    Document,
    Event,
    Facet,
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
from index.model.formats import DocumentFormat, UnknownFormat
from index.model.library_names import CALENDAR_NAME, UnusableNameError, add_number, clean_name, is_ignored

__all__ = [
    "ANIMATORS",
    "CALENDAR_NAME",
    "MEMBERS",
    "MONTHS",
    "Document",
    "DocumentFormat",
    "Event",
    "ExplainedError",
    "Facet",
    "Locator",
    "PartialDate",
    "Passage",
    "SampledPassage",
    "Tag",
    "TagSource",
    "Unit",
    "UnknownFormat",
    "UnusableNameError",
    "add_number",
    "clean_name",
    "duration_label",
    "is_ignored",
]
