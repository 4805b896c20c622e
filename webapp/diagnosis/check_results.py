"""What a diagnosis finds: one line a subject, and one remedy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Level(Enum):
    """How much a finding matters. A warning costs members something; with a fault something does not work."""

    FINE = "en ordre"
    WARNING = "à voir"
    FAULT = "en panne"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one subject: a French sentence, and what to do, "" where all is well."""

    subject: str
    level: Level
    message: str
    remedy: str = ""


def find_fine(subject: str, message: str) -> Finding:
    """A finding that asks for nothing."""
    return Finding(subject, Level.FINE, message)


def find_fault(subject: str, message: str, remedy: str) -> Finding:
    """A finding about what does not work."""
    return Finding(subject, Level.FAULT, message, remedy)


def find_warning(subject: str, message: str, remedy: str) -> Finding:
    """A finding about what works less well than it could."""
    return Finding(subject, Level.WARNING, message, remedy)
