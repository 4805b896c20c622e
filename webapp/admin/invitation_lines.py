"""Reads the lines by which several people are invited at once: typed, pasted from a mail program, or a table's."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from index.accounts import MailAddressError, Role, parse_mail_address
from index.text import fold_accents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_LINES = 200
"""People invited at once; each may be sent a mail."""

_ADDRESS = re.compile(r"[^\s<>;,|\"()]+@[^\s<>;,|\"()]+")
_HEADINGS = frozenset({"adresse", "adresse electronique", "courriel", "mail", "email", "e-mail"})


@dataclass(frozen=True, slots=True)
class InvitationLine:
    """One person to invite; `trouble` says in French why they cannot be, "" where they can."""

    mail: str
    role: Role
    groups: frozenset[str]
    trouble: str = ""


def read_lines(text: str, role: Role, groups: frozenset[str], labels: Mapping[str, str]) -> tuple[InvitationLine, ...]:
    """Return a line for each person that a text names, at most one more than `MOST_LINES`.

    A line is « address; role; group; group… », parted by semicolons, commas or tabs; one that names several addresses
    invites each. Where it says no role or no group, those given apply. `labels` are the groups there are, by name.
    """
    # People write what they read, tables what tools write: labels and names are both known.
    known = {fold_accents(label).lower(): name for name, label in labels.items()} | {name: name for name in labels}
    seen: set[str] = set()
    read = []
    for cells in _split_lines(text):
        for address in _list_addresses(cells):
            line = _read_line(address, cells[1:], InvitationLine(address, role, groups), known)
            # Lists are joined from several sources, which repeat one another.
            if line.mail in seen:
                continue
            seen.add(line.mail)
            read.append(line)
            if len(read) > MOST_LINES:
                return tuple(read)
    return tuple(read)


def _split_lines(text: str) -> Iterator[list[str]]:
    for number, line in enumerate(filter(str.strip, text.splitlines())):
        # Line by line: what is pasted comes from several places.
        delimiter = max(";\t,", key=line.count)
        cells = [each.strip() for each in next(csv.reader(StringIO(line), delimiter=delimiter))]
        if number == 0 and fold_accents(cells[0]).lower() in _HEADINGS:
            continue
        yield cells


def _list_addresses(cells: Sequence[str]) -> list[str]:
    """The addresses of a line; its first cell, whatever it is, where there is none, so that a mistake is told."""
    return _ADDRESS.findall(" ".join(cells)) or [cells[0]]


def _read_line(address: str, cells: Sequence[str], default: InvitationLine, known: Mapping[str, str]) -> InvitationLine:
    try:
        mail = parse_mail_address(address)
    except MailAddressError as error:
        return InvitationLine(address, default.role, default.groups, str(error))
    roles = {fold_accents(name).lower(): each for each in Role for name in (each.value, each.label)}
    # In any order: a person who types a list does not think of columns.
    said = {fold_accents(each).lower(): each for each in cells if each and "@" not in each}
    role = next((roles[each] for each in said if each in roles), default.role)
    others = [each for each in said if each not in roles]
    unknown = [said[each] for each in others if each not in known]
    groups = frozenset(known[each] for each in others if each in known) or default.groups
    trouble = f"« {unknown[0]} » n’est ni un rôle ni un groupe." if unknown else ""
    return InvitationLine(mail, role, groups, trouble)
