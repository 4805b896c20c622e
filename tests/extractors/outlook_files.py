"""Writes messages as Outlook saves them ([MS-OXMSG]), for tests: no library does."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.extractors.compound_files import build_compound_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.extractors.compound_files import Tree

    Values = Mapping[int, str | bytes | int | bool | datetime]
    """Properties by number; bytes are binary."""

SUBJECT, BODY, HTML, RTF, SENT, CODE_PAGE = 0x0037, 0x1000, 0x1013, 0x1009, 0x0039, 0x3FDE
SENDER_NAME, SENDER_MAIL, SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
NAME, MAIL, SMTP, RECIPIENT_TYPE = 0x3001, 0x3003, 0x39FE, 0x0C15
FILE_NAME, SHORT_FILE_NAME, DATA, CONTENT_ID, HIDDEN = 0x3707, 0x3704, 0x3701, 0x3712, 0x7FFE
EXTENSION, MEDIA_TYPE, METHOD, MESSAGE_CODE_PAGE = 0x3703, 0x370E, 0x3705, 0x3FFD
ROOT, EMBEDDED = 32, 24
"""How many bytes precede the properties, in a message and in one inside another."""

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def build_message(
    values: Values, recipients: Sequence[Values] = (), attachments: Sequence[Values | Tree] = (), ansi: str = ""
) -> bytes:
    """The content of a file; texts are Unicode, or bytes of the encoding `ansi`."""
    return build_compound_file(message_tree(values, recipients, attachments, ansi=ansi))


def message_tree(
    values: Values,
    recipients: Sequence[Values] = (),
    attachments: Sequence[Values | Tree] = (),
    header: int = ROOT,
    ansi: str = "",
) -> Tree:
    """What the storage of a message holds. An attachment is properties, or what the storage of a message holds."""
    tree = _properties(values, header, ansi)
    for number, each in enumerate(recipients):
        tree[f"__recip_version1.0_#{number:08X}"] = _properties(each, 8, ansi)
    for number, attached in enumerate(attachments):
        storage: Tree
        if "__properties_version1.0" in attached:
            storage = {**_properties({0x3705: 5}, 8, ansi), "__substg1.0_3701000D": attached}  # type: ignore[dict-item]
        else:
            storage = _properties(attached, 8, ansi)  # type: ignore[arg-type]
        tree[f"__attach_version1.0_#{number:08X}"] = storage
    return tree


def _properties(values: Values, header: int, ansi: str) -> Tree:
    entries, streams = b"", dict[str, bytes]()
    for number, value in values.items():
        kind, inline, content = _encode(value, ansi)
        entries += struct.pack("<2HI", kind, number, 6) + inline.ljust(8, b"\0")
        if content is not None:
            streams[f"__substg1.0_{number:04X}{kind:04X}"] = content
    return {"__properties_version1.0": bytes(header) + entries, **streams}


def _encode(value: str | bytes | float | datetime, ansi: str) -> tuple[int, bytes, bytes | None]:
    """The type of a property, its eight bytes in the list, and its own stream if it has one."""
    if isinstance(value, bool):
        return 0x000B, struct.pack("<H", value), None
    if isinstance(value, int):
        return 0x0003, struct.pack("<I", value), None
    if isinstance(value, datetime):
        return 0x0040, struct.pack("<Q", int((value - _EPOCH).total_seconds()) * 10**7), None
    if isinstance(value, bytes):
        return 0x0102, struct.pack("<I", len(value)), value
    content = str(value).encode(ansi or "utf-16-le")
    return (0x001E if ansi else 0x001F), struct.pack("<I", len(content)), content
