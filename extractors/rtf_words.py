"""RTF as a stream of what it says and does: words, breaks, groups, destinations.

Format: Rich Text Format Specification 1.9.1.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,40})(?P<number>-?\d{1,10})?[ ]?|\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])"
    rb"|(?P<brace>[{}])|[\r\n]+|(?P<text>[^\\{}\r\n]+)",
    re.DOTALL,
)
# Character sets of fonts, by their number in Windows, where they are not Western.
_FONT_CHARSETS = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    134: "gbk",
    136: "big5",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}
_WESTERN = "cp1252"
_SIGNS = {b"~": "\u00a0", b"_": "-", b"-": "", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n"}


@dataclass(frozen=True, slots=True)
class Token:
    """One thing that the file says: a control `word` with its `number`, a brace, or decoded `text`."""

    word: str = ""
    number: int | None = None
    text: str = ""


def tokens(content: bytes) -> Iterator[Token]:
    """Everything in order, bytes decoded by the font in force, Unicode preferred to what stands for it."""
    reader = _Reader(content)
    yield from reader.tokens()


class _Reader:
    """Reads once from the beginning to the end; knows the encodings and how many signs to skip after a Unicode one."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._default = _WESTERN
        self._fonts: dict[int, str] = {}
        self._font = -1
        # Text in the order of the file: what is decoded, then bytes, then Unicode units.
        self._written, self._bytes, self._units = "", bytearray(), list[int]()
        self._fallback, self._to_skip = 1, 0
        self._stack: list[tuple[int, int]] = []
        self._declaring = -1

    def tokens(self) -> Iterator[Token]:
        """Everything, once."""
        position = 0
        while (match := _TOKEN.match(self._content, position)) or position < len(self._content):
            position = match.end() if match else position + 1
            if match is None:
                continue
            if match["word"] == b"bin":
                position += max(int(match["number"] or 0), 0)
            elif match["byte"] or match["text"]:
                self._take(bytes.fromhex(match["byte"].decode()) if match["byte"] else match["text"])
            elif match["word"] == b"u" and match["number"]:
                self._take_unicode(int(match["number"]) % 0x10000)
            elif match["sign"] or match["word"] or match["brace"]:
                yield from self._text()
                yield from self._control(match)
        yield from self._text()

    def _control(self, match: re.Match[bytes]) -> Iterator[Token]:
        if match["brace"]:
            self._brace(match["brace"])
            yield Token(match["brace"].decode())
        elif match["sign"]:
            sign = _SIGNS.get(match["sign"])
            yield Token("*") if match["sign"] == b"*" else Token(text=sign or "")
        else:
            word, number = match["word"].decode().lower(), int(match["number"]) if match["number"] else None
            self._remember(word, number)
            yield Token(word, number)

    def _brace(self, brace: bytes) -> None:
        self._to_skip = 0
        if brace == b"{":
            self._stack.append((self._fallback, self._font))
        elif self._stack:
            self._fallback, self._font = self._stack.pop()

    def _remember(self, word: str, number: int | None) -> None:
        """What a control word changes in how bytes are read."""
        if word == "uc":
            self._fallback = max(number or 0, 0)
        elif word == "f":
            self._font = self._declaring = number or 0
        elif word == "fcharset":
            self._fonts[self._declaring] = _FONT_CHARSETS.get(number or 0, self._default)
        elif word == "ansicpg":
            self._default = _known(f"cp{number}")
        elif word == "mac":
            self._default = "mac_roman"

    def _take(self, raw: bytes) -> None:
        """Bytes to decode, those left out that stand for a Unicode sign already taken."""
        skipped = min(self._to_skip, len(raw))
        self._to_skip -= skipped
        if raw[skipped:]:
            self._end_units()
            self._bytes += raw[skipped:]

    def _take_unicode(self, unit: int) -> None:
        self._units.append(unit)
        self._to_skip = self._fallback

    def _end_units(self) -> None:
        """Keep the order where bytes follow Unicode units."""
        if self._units:
            self._written += self._decoded() + self._joined()

    def _decoded(self) -> str:
        raw, self._bytes = bytes(self._bytes), bytearray()
        return raw.decode(self._fonts.get(self._font, self._default), errors="replace")

    def _joined(self) -> str:
        units, self._units = self._units, []
        raw = b"".join(unit.to_bytes(2, "little") for unit in units)
        return raw.decode("utf-16-le", errors="replace")

    def _text(self) -> Iterator[Token]:
        text = self._written + self._decoded() + self._joined()
        self._written = ""
        if text:
            yield Token(text=text)


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return _WESTERN
