"""Finds personal data in texts: social security and bank account numbers, phone numbers, private mail addresses."""

from index.personal_data.doubts import (
    FINDER_VERSION,
    Doubt,
    LocatedFinding,
    Verdict,
    find_personal_data,
    fingerprint,
    is_withheld,
)
from index.personal_data.findings import PersonalDataKind, may_name_person

__all__ = [
    "FINDER_VERSION",
    "Doubt",
    "LocatedFinding",
    "PersonalDataKind",
    "Verdict",
    "find_personal_data",
    "fingerprint",
    "is_withheld",
    "may_name_person",
]
