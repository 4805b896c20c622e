"""Finds personal data in texts: social security and bank account numbers, phone numbers, private mail addresses."""

from index.personal.doubt import FINDER_VERSION, WITHHOLDING, Doubt, Sighting, Verdict, fingerprint, look, withheld
from index.personal.finding import Finding, Kind

__all__ = [
    "FINDER_VERSION",
    "WITHHOLDING",
    "Doubt",
    "Finding",
    "Kind",
    "Sighting",
    "Verdict",
    "fingerprint",
    "look",
    "withheld",
]
