"""Documents: how they are loaded, read and written."""

from index.catalogue.documents.loading import (
    description_passage,
    load_documents,
    load_groups,
    load_own_passages,
    load_parts,
    load_passages,
    load_paths,
    load_tags,
)
from index.catalogue.documents.reads import DocumentReads, ReadableCounts, Totals
from index.catalogue.documents.writes import Content, DocumentWrites

__all__ = [
    "Content",
    "DocumentReads",
    "DocumentWrites",
    "ReadableCounts",
    "Totals",
    "description_passage",
    "load_documents",
    "load_groups",
    "load_own_passages",
    "load_parts",
    "load_passages",
    "load_paths",
    "load_tags",
]
