"""Audiences as sets of groups: which one shows more, and what two have in common. Pure.

The group of all members stands for everybody: an audience that holds it is everybody's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.model import ANIMATORS, MEMBERS

if TYPE_CHECKING:
    from collections.abc import Iterable

EVERYBODY = frozenset({MEMBERS})

EVERY_ANIMATOR = frozenset({MEMBERS, ANIMATORS})
"""The groups that every animator is in: what they see is told to all of these."""

ANIMATORS_OF = f"{ANIMATORS}:"
"""Before a group's name: those of the group who animate. No group's own name holds a colon."""


def is_within(audience: frozenset[str], other: frozenset[str]) -> bool:
    """Whether everyone of an audience is in another one."""
    return MEMBERS in other or audience <= other


def intersect_audiences(audience: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """The groups that are in both audiences; empty where they have none in common."""
    if MEMBERS in audience:
        return other
    return audience if MEMBERS in other else audience & other


def is_for_animators_alone(audience: frozenset[str]) -> bool:
    """Whether nobody but animators is in an audience."""
    return all(group == ANIMATORS or group.startswith(ANIMATORS_OF) for group in audience)


def unite_audiences(audiences: Iterable[frozenset[str]]) -> frozenset[str]:
    """The groups of any of these audiences; everybody alone where one of them is everybody's."""
    united = frozenset[str]().union(*audiences)
    return EVERYBODY if MEMBERS in united else united


def restrict_to_animators(audience: frozenset[str]) -> frozenset[str]:
    """The animators among an audience: all of them where they all are in it, else those of each of its groups."""
    if audience & EVERY_ANIMATOR:
        return frozenset({ANIMATORS})
    return frozenset(f"{ANIMATORS_OF}{group}" for group in audience)
