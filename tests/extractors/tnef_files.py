"""Writes what Outlook packs into « winmail.dat » ([MS-OXTNEF]), so that a test shows what matters in it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from extractors.readers.mail import tnef

if TYPE_CHECKING:
    from collections.abc import Mapping

    Values = Mapping[int, str | bytes]

_SIGNATURE = struct.pack("<IH", 0x223E9F78, 1)
_MESSAGE, _ATTACHMENT = 1, 2


def build_tnef(values: Values, attachments: list[Values] = [], *, old: Mapping[int, bytes] = {}) -> bytes:  # noqa: B006  never changed
    """A packed message with its attachments; `old` are attributes as programs before MAPI wrote them."""
    parts = [
        _SIGNATURE,
        _write_attribute(_MESSAGE, 0x89006, struct.pack("<I", 0x10000)),
        _write_attribute(_MESSAGE, 0x69007, struct.pack("<II", 1252, 0)),
        *(_write_attribute(_MESSAGE, number, data) for number, data in old.items()),
        _write_attribute(_MESSAGE, 0x69003, _write_properties(values)),
    ]
    for attachment in attachments:
        data = attachment.get(tnef.PID_DATA, b"")
        rest = {pid: value for pid, value in attachment.items() if pid != tnef.PID_DATA}
        parts += [
            _write_attribute(_ATTACHMENT, 0x69002, bytes(14)),
            _write_attribute(_ATTACHMENT, 0x18010, b"COURT~1.TXT\0"),
            _write_attribute(_ATTACHMENT, 0x6800F, data if isinstance(data, bytes) else data.encode()),
            _write_attribute(_ATTACHMENT, 0x69005, _write_properties(rest)),
        ]
    return b"".join(parts)


def embed(message: bytes) -> bytes:
    """Properties of an attachment that is a message itself."""
    identifier = bytes.fromhex("0703020000000000c000000000000046")
    value = identifier + message
    held = struct.pack("<HHII", 0x0D, tnef.PID_DATA, 1, len(value)) + value + bytes(-len(value) % 4)
    return b"".join(
        [
            _write_attribute(_ATTACHMENT, 0x69002, bytes(14)),
            _write_attribute(_ATTACHMENT, 0x69005, struct.pack("<I", 1) + held),
        ]
    )


def _write_attribute(level: int, number: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def _write_properties(values: Values) -> bytes:
    """A list of properties: a date, a named one and several numbers first, which say nothing here."""
    others = [
        struct.pack("<HHQ", 0x40, 0x0039, 133_500_000_000_000_000),
        struct.pack("<HH16sIII", 0x03, 0x8001, bytes(16), 0, 34049, 7),
        struct.pack("<HH16sII", 0x0B, 0x8002, bytes(16), 1, 6)
        + "mot".encode("utf-16-le")
        + bytes(2)
        + struct.pack("<I", 1),
        struct.pack("<HHIII", 0x1003, 0x6001, 2, 1, 2),
    ]
    written = [*others, *(_write_property(pid, value) for pid, value in values.items())]
    return struct.pack("<I", len(written)) + b"".join(written)


def _write_property(pid: int, value: str | bytes) -> bytes:
    kind, content = (0x102, value) if isinstance(value, bytes) else (0x1F, value.encode("utf-16-le") + bytes(2))
    return struct.pack("<HHII", kind, pid, 1, len(content)) + content + bytes(-len(content) % 4)
