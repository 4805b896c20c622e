"""Members' questions: who asked what, how far each has come, and the document that an answered one is."""

from index.catalogue.inquiries.inquiries import (
    Inquiry,
    InquiryAnswer,
    InquiryDraft,
    InquiryFilter,
    InquiryReads,
    InquiryState,
    Standing,
)
from index.catalogue.inquiries.inquiry_writes import InquiryWrites, forget_person, purge_inquiries, release_group

__all__ = [
    "Inquiry",
    "InquiryAnswer",
    "InquiryDraft",
    "InquiryFilter",
    "InquiryReads",
    "InquiryState",
    "InquiryWrites",
    "Standing",
    "forget_person",
    "purge_inquiries",
    "release_group",
]
