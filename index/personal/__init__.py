"""Finds personal data in texts: social security and bank account numbers, phone numbers, private mail addresses."""

from index.personal.doubt import (
    FINDER_VERSION,
    WITHHOLDING_KINDS,
    Doubt,
    LocatedFinding,
    Verdict,
    find_personal_data,
    fingerprint,
    is_withheld,
)
from index.personal.finding import Finding, PersonalDataKind

__all__ = [
    "FINDER_VERSION",
    "WITHHOLDING_KINDS",
    "Doubt",
    "Finding",
    "LocatedFinding",
    "PersonalDataKind",
    "Verdict",
    "find_personal_data",
    "fingerprint",
    "is_withheld",
]
