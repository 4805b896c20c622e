"""Finds French phone numbers, and mail addresses at providers that serve private persons."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.personal_data.findings import MASK, Finding, PersonalDataKind

if TYPE_CHECKING:
    from collections.abc import Iterator

# Ten digits from 0 on, or nine after +33, 0033 or a code of overseas, in pairs with the same gap between all of them.
# What stands before and after must not make it part of a longer number, an amount or a date.
_PHONE = re.compile(
    r"(?<![\w+])(?<!\d[.,/\-\s])"
    r"(?:(?:\+|00)\s?(?P<country>33|262|508|590|594|596|681|687|689)[\s.\-]?(?:\(0\)[\s.\-]?)?|0)"
    r"(?P<first>[1-9])(?P<gap>\s?[.\-/]?\s?)\d\d(?:(?P=gap)\d\d){3}"
    r"(?![^\W_]|[.,:/\-]\d|\s\d\d\b(?!\s?[.\-/]))"
)
_MOBILE_DIGITS, _SERVICE_DIGIT = "67", "8"
"""First digits after the 0. Numbers in 08 are services, and belong to nobody."""

# Group mailboxes and offices have the domains of their organisations: only those of private persons' providers count.
# The parts have the lengths that RFC 5321 (4.5.3.1) and RFC 1035 (2.3.4) allow: without them, a long run of apostrophes
# and letters would be tried from each of its letters to its end.
_MAIL = re.compile(
    r"(?<![\w.+\-])[A-Za-z0-9][\w.+'\-]{0,63}@(?P<domain>(?:[A-Za-z0-9\-]{1,63}\.){1,8}[A-Za-z]{2,63})(?![\w\-])"
)
_WORLDWIDE_DOMAINS = (
    r"(?:gmail|googlemail|hotmail|outlook|live|msn|yahoo|ymail|rocketmail|icloud|gmx|aol|protonmail)\.[a-z.]{2,6}"
)
_OTHER_DOMAINS = (
    *("9online.fr", "aliceadsl.fr", "bbox.fr", "caramail.com", "cegetel.net", "club-internet.fr", "dbmail.com"),
    *("ecomail.fr", "free.fr", "laposte.net", "libertysurf.fr", "mac.com", "mailo.com", "me.com", "neuf.fr"),
    *("netcourrier.com", "noos.fr", "nordnet.fr", "numericable.fr", "orange.fr", "pm.me", "proton.me", "sfr.fr"),
    *("tutanota.com", "voila.fr", "wanadoo.fr"),
)
_PERSONAL_DOMAIN = re.compile(rf"{_WORLDWIDE_DOMAINS}|{'|'.join(map(re.escape, _OTHER_DOMAINS))}", re.IGNORECASE)


def find_phones(text: str) -> Iterator[Finding]:
    """Yield the phone numbers of a text that can be a person's."""
    for found in _PHONE.finditer(text):
        if found["first"] == _SERVICE_DIGIT:
            continue
        # In the national form, whichever way it is written: one person is one value.
        number = f"0{found['first']}{_only_digits(found[0])[-8:]}"
        kind = PersonalDataKind.MOBILE if found["first"] in _MOBILE_DIGITS else PersonalDataKind.LANDLINE
        masked = f"{number[:2]}{f' {MASK * 2}' * 3} {number[-2:]}"
        yield Finding(kind, found.start(), found.end(), masked, number)


def find_mails(text: str) -> Iterator[Finding]:
    """Yield the mail addresses of a text that are at a provider of private persons, not those of organisations."""
    for found in _MAIL.finditer(text):
        if _PERSONAL_DOMAIN.fullmatch(found["domain"]):
            masked = f"{found[0][0]}{MASK * 3}@{found['domain'].lower()}"
            yield Finding(PersonalDataKind.MAIL, found.start(), found.end(), masked, found[0].lower())


def _only_digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))
