"""Reads what Outlook packs into « winmail.dat ». Format: [MS-OXTNEF], Transport Neutral Encapsulation Format."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from extractors.text import decode_text, to_single_line

if TYPE_CHECKING:
    from collections.abc import Iterator

TNEF_SIGNATURE = b"\x78\x9f\x3e\x22"
"""What each such file begins with (2.1.3.1)."""

_HEADER_BYTES = 6
# An attribute (2.1.3.2): its level, number and length; its data is followed by a checksum.
_ATTRIBUTE = struct.Struct("<BII")
_CHECKSUM_BYTES = 2
# The attributes that are read (2.1.3.3), by their numbers.
_NEW_ATTACHMENT, _TITLE, _DATA, _ATTACHMENT_PROPERTIES = 0x69002, 0x18010, 0x6800F, 0x69005
_MESSAGE_PROPERTIES, _SUBJECT, _BODY, _CODE_PAGE = 0x69003, 0x18004, 0x2800C, 0x69007
# Properties ([MS-OXPROPS]) of a message and of an attachment.
PID_SUBJECT, PID_BODY, PID_HTML, PID_RTF, PID_SENDER_NAME = 0x0037, 0x1000, 0x1013, 0x1009, 0x0C1A
PID_DATA, PID_FILE_NAME, PID_LONG_FILE_NAME, PID_DISPLAY_NAME, PID_CONTENT_ID = 0x3701, 0x3704, 0x3707, 0x3001, 0x3712
# The types of properties (2.1.3.4): of fixed length in bytes, padded to four; of text and of bytes, with their length.
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_TEXT, _UNICODE, _BYTES, _OBJECT = 0x1E, 0x1F, 0x102, 0x0D
_SEVERAL = 0x1000
_FIRST_NAMED = 0x8000
# The identifier of its kind stands before an object.
_OBJECT_BYTES = 16


@dataclass(slots=True)
class TnefItem:
    """A message or an attachment: the properties that hold text or bytes, by number, and those of older programs."""

    texts: dict[int, str] = field(default_factory=dict)
    contents: dict[int, bytes] = field(default_factory=dict)

    def read_text(self, *pids: int) -> str:
        """The first of these texts that is there, else ""."""
        return next(filter(None, (self.texts.get(pid, "") for pid in pids)), "")


@dataclass(slots=True)
class TnefMessage(TnefItem):
    """A message with its attachments. `is_cut` is true where the file ends before its end."""

    attachments: list[TnefItem] = field(default_factory=list)
    is_cut: bool = False


def read_tnef(content: bytes) -> TnefMessage:
    """What can be read of a TNEF file, as far as it goes."""
    message, encoding = TnefMessage(), "cp1252"
    for number, data in _list_attributes(content, message):
        item = message.attachments[-1] if message.attachments else TnefItem()
        if number == _NEW_ATTACHMENT:
            message.attachments.append(TnefItem())
        elif number == _CODE_PAGE:
            encoding = f"cp{int.from_bytes(data[:4], 'little')}"
        elif number == _DATA:
            item.contents.setdefault(PID_DATA, data)
        elif number in {_MESSAGE_PROPERTIES, _ATTACHMENT_PROPERTIES}:
            _read_properties(data, message if number == _MESSAGE_PROPERTIES else item, encoding)
        elif number in _PLAIN_TEXTS:
            owner = item if number == _TITLE else message
            owner.texts.setdefault(_PLAIN_TEXTS[number], decode_text(data.rstrip(b"\0"), encoding))
    return message


_PLAIN_TEXTS = {_TITLE: PID_FILE_NAME, _SUBJECT: PID_SUBJECT, _BODY: PID_BODY}


def _list_attributes(content: bytes, message: TnefMessage) -> Iterator[tuple[int, bytes]]:
    place = _HEADER_BYTES
    while place + _ATTRIBUTE.size <= len(content):
        level, number, length = _ATTRIBUTE.unpack_from(content, place)
        # Some servers add bytes after the end.
        if level not in {1, 2}:
            return
        start = place + _ATTRIBUTE.size
        place = start + length + _CHECKSUM_BYTES
        message.is_cut = start + length > len(content)
        yield number, content[start : start + length]


def _read_properties(data: bytes, item: TnefItem, encoding: str) -> None:
    """Add the properties of a list to an item; what follows one that makes no sense is left out."""
    reader = _PropertyReader(data)
    try:
        for pid, kind, values in reader.list_properties():
            first = next(iter(values), b"")
            if kind == _UNICODE:
                item.texts[pid] = first.decode("utf-16-le", errors="replace").strip("\0")
            elif kind == _TEXT:
                item.texts.setdefault(pid, decode_text(first.rstrip(b"\0"), encoding))
            elif kind == _OBJECT:
                item.contents[pid] = first[_OBJECT_BYTES:]
            elif kind == _BYTES:
                item.contents[pid] = first
    except (struct.error, ValueError):
        return


class _PropertyReader:
    """Reads a list of properties once, from the beginning."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    def list_properties(self) -> Iterator[tuple[int, int, list[bytes]]]:
        """The number, the type and the values of each; ValueError or struct.error where the list is damaged."""
        for _ in range(self._read_number()):
            kind, pid = struct.unpack("<HH", self._take(4))
            if pid >= _FIRST_NAMED:
                self._skip_name()
            several, base = bool(kind & _SEVERAL), kind & ~_SEVERAL
            if base in _FIXED:
                count = self._read_number() if several else 1
                yield pid, base, [self._take(_FIXED[base]) for _ in range(count)]
            else:
                yield pid, base, [self._take_padded(self._read_number()) for _ in range(self._read_number())]

    def _skip_name(self) -> None:
        self._take(16)
        if self._read_number():
            self._take_padded(self._read_number())
        else:
            self._take(4)

    def _read_number(self) -> int:
        return int.from_bytes(self._take(4), "little")

    def _take_padded(self, count: int) -> bytes:
        taken = self._take(count)
        self._place += -count % 4
        return taken

    def _take(self, count: int) -> bytes:
        taken = self._data[self._place : self._place + count]
        if len(taken) < count:
            raise ValueError("cut")
        self._place += count
        return taken


def name_attachment(attachment: TnefItem) -> str:
    """The name of an attachment, "" where it has none."""
    return to_single_line(attachment.read_text(PID_LONG_FILE_NAME, PID_FILE_NAME, PID_DISPLAY_NAME))
