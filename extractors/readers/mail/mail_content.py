"""What a message says, in whatever format it was saved, and the Sections made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import EmailMessage
from typing import TYPE_CHECKING

from extractors.model import Extraction, Section, SectionUnit
from extractors.readers.attachments import read_attachments
from extractors.text import TextLine, split_at_headings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from extractors.formats import Format
    from extractors.model import Limits

_WORD = re.compile(r"\w{2,}")
_ADDRESS = re.compile(r"\b(?:https?|mailto|cid):\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MailContent:
    """What a message says.

    `people` are lines such as « De : Ana Rey »; `attachments` are names with contents, `linked` the names of those
    whose content lies elsewhere, or in no file.
    """

    subject: str
    people: tuple[str, ...]
    authors: tuple[str, ...]
    sent: datetime | None
    body: tuple[TextLine, ...]
    attachments: tuple[tuple[str, bytes], ...]
    linked: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def build_extraction(kind: Format, content: MailContent, limits: Limits) -> Extraction:
    """The Sections of a message, then those of its attachments, which are read here."""
    lines = [*map(TextLine, content.people), *content.body]
    if names := [*(name for name, _ in content.attachments), *content.linked]:
        lines.append(TextLine(f"Pièces jointes : {', '.join(names)}"))
    # A message without any text still has its subject, by which it is found.
    sections = split_at_headings(lines) or (Section(SectionUnit.HEADING, 1, "", title=content.subject),)
    further, warnings = read_attachments(content.attachments, len(sections), limits)
    return Extraction(
        kind,
        (*sections, *further) if sections[0].text or sections[0].title or further else (),
        title=content.subject,
        authors=content.authors,
        created=content.sent,
        warnings=(*content.warnings, *warnings),
    )


def join_flowed(text: str, *, drops_space: bool) -> str:
    """The paragraphs of a text whose lines end in a space where they go on (RFC 3676).

    That space belongs to the text, unless `drops_space` (« DelSp »): programs then break words and addresses too.
    """
    lines, goes_on, above = list[str](), False, 0
    for line in text.split("\n"):
        unquoted = line.lstrip(">")
        depth = len(line) - len(unquoted)
        # A space is written before what could be taken for a quotation.
        said = unquoted.removeprefix(" ")
        is_signature = said == "-- "
        if goes_on and depth == above and not is_signature:
            lines[-1] += said
        else:
            lines.append(f"{'>' * depth} {said}" if depth else said)
        goes_on, above = said.endswith(" ") and not is_signature, depth
        if goes_on and drops_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def choose_body(text: str, lines: tuple[TextLine, ...]) -> tuple[TextLine, ...]:
    """Choose between the two bodies of a message: its plain text, unless its HTML says more.

    Lines of the plain text that the HTML does not have, whatever the address of a link, follow those of the HTML.
    """
    plain = tuple(map(TextLine, text.split("\n"))) if text.strip() else ()
    shown, told = _list_words(lines), _list_words(plain)
    # Some plain texts only say that there is an HTML body.
    if len(told) < len(shown) // 2:
        return lines
    # Some programs leave tables and quotations out of the plain text.
    return plain if shown <= told else (*lines, *(line for line in plain if not _list_words([line]) <= shown))


def _list_words(lines: Iterable[TextLine]) -> set[str]:
    return {word.lower() for line in lines for word in _WORD.findall(_ADDRESS.sub(" ", line.text))}


def write_message(content: MailContent) -> bytes:
    """A message as a mail file. Its people are lines of its text: what they are called in Outlook may be no address."""
    mail = EmailMessage()
    mail["Subject"] = content.subject
    mail.set_content("\n".join([*content.people, *(line.text for line in content.body)]))
    for name, attached in content.attachments:
        mail.add_attachment(attached, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()
