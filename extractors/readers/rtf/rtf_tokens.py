"""Tokenising RTF: control words, braces and decoded text.

Format: Rich Text Format Specification 1.9.1.
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,40})(?P<number>-?\d{1,10})?[ ]?|\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])"
    rb"|(?P<brace>[{}])|[\r\n]+|(?P<text>[^\\{}\r\n]+)",
    re.DOTALL,
)
# Encodings of fonts by their Windows charset number (`\fcharset`), other than Western.
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
    254: "cp437",
    255: "cp850",
}
# Control words that name the encoding of the file, and the numbers of code pages for which Python has other names.
_FILE_ENCODINGS = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
_NAMED_CODE_PAGES = {
    708: "iso8859_6",
    10000: "mac_roman",
    10006: "mac_greek",
    10007: "mac_cyrillic",
    10029: "mac_latin2",
}
_WESTERN = "cp1252"
# Beside these, bytes that are valid as UTF-8 are hardly so by chance.
_MULTIBYTE = frozenset({"cp932", "cp949", "gbk", "big5", "cp936", "cp950", "cp1361", "gb18030"})
_SIGNS = {b"~": "\u00a0", b"_": "-", b"-": "", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n"}


@dataclass(frozen=True, slots=True)
class RtfToken:
    """A token: a control word or brace in `word`, with its `number` if it has one; or decoded `text`."""

    word: str = ""
    number: int | None = None
    text: str = ""


def tokenize_rtf(content: bytes) -> Iterator[RtfToken]:
    """The tokens of a file in order; bytes are decoded by the current font, Unicode replaces its fallback bytes."""
    reader = _RtfTokenizer(content)
    yield from reader.tokenize()


class _RtfTokenizer:
    """Reads a file once; keeps the encodings of fonts, and how many bytes to skip after a Unicode character."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._default_encoding = _WESTERN
        self._font_encodings: dict[int, str] = {}
        self._font = -1
        # Pending text in the order of the file: decoded text, then bytes, then UTF-16 units. Bytes and units are
        # collected, since one character may take several of them.
        self._decoded_text, self._bytes, self._units = "", bytearray(), list[int]()
        # `\uc` states how many bytes follow each Unicode character for old programs: one unless stated.
        self._fallback_length, self._to_skip = 1, 0
        self._stack: list[tuple[int, int]] = []
        self._font_in_table = -1

    def tokenize(self) -> Iterator[RtfToken]:
        """The tokens, once."""
        position = 0
        while (match := _TOKEN.match(self._content, position)) or position < len(self._content):
            # A stray byte that fits no token is skipped.
            position = match.end() if match else position + 1
            if match is None:
                continue
            # Binary data follows, which may look like anything.
            if match["word"] == b"bin":
                position += max(int(match["number"] or 0), 0)
            elif match["byte"] or match["text"]:
                self._take_bytes(bytes.fromhex(match["byte"].decode()) if match["byte"] else match["text"])
            elif match["word"] == b"u" and match["number"]:
                # Signed 16-bit numbers: units above 32767 are written as negative ones.
                self._take_unicode(int(match["number"]) % 0x10000)
            elif match["sign"] or match["word"] or match["brace"]:
                yield from self._flush_text()
                yield from self._read_control(match)
        yield from self._flush_text()

    def _read_control(self, match: re.Match[bytes]) -> Iterator[RtfToken]:
        if match["brace"]:
            self._apply_brace(match["brace"])
            yield RtfToken(match["brace"].decode())
        elif match["sign"]:
            sign = _SIGNS.get(match["sign"])
            yield RtfToken("*") if match["sign"] == b"*" else RtfToken(text=sign or "")
        else:
            word, number = match["word"].decode().lower(), int(match["number"]) if match["number"] else None
            self._apply_encoding_word(word, number)
            yield RtfToken(word, number)

    def _apply_brace(self, brace: bytes) -> None:
        """Save or restore the font and the fallback length, which are those of a group."""
        self._to_skip = 0
        if brace == b"{":
            self._stack.append((self._fallback_length, self._font))
        elif self._stack:
            self._fallback_length, self._font = self._stack.pop()

    def _apply_encoding_word(self, word: str, number: int | None) -> None:
        """Apply a control word that changes how bytes are decoded."""
        if word == "uc":
            self._fallback_length = max(number or 0, 0)
        elif word == "f":
            # The same word declares a font in the font table and selects it in the text.
            self._font = self._font_in_table = number or 0
        elif word == "fcharset":
            self._font_encodings[self._font_in_table] = _FONT_CHARSETS.get(number or 0, self._default_encoding)
        elif word == "ansicpg":
            self._default_encoding = _find_codec(_NAMED_CODE_PAGES.get(number or 0, f"cp{number}"))
        elif word in _FILE_ENCODINGS:
            self._default_encoding = _FILE_ENCODINGS[word]

    def _take_bytes(self, raw: bytes) -> None:
        """Collect bytes to decode, without those that are the fallback of a Unicode character already taken."""
        skipped = min(self._to_skip, len(raw))
        self._to_skip -= skipped
        if raw[skipped:]:
            self._flush_units()
            self._bytes += raw[skipped:]

    def _take_unicode(self, unit: int) -> None:
        self._units.append(unit)
        self._to_skip = self._fallback_length

    def _flush_units(self) -> None:
        """Decode what is pending before bytes that follow Unicode units, to keep their order."""
        if self._units:
            self._decoded_text += self._decode_bytes() + self._decode_units()

    def _decode_bytes(self) -> str:
        """Decode and clear the pending bytes."""
        raw, self._bytes = bytes(self._bytes), bytearray()
        encoding = self._font_encodings.get(self._font, self._default_encoding)
        if not raw.isascii() and encoding not in _MULTIBYTE:
            # Some programs write UTF-8 under the name of a code page.
            with suppress(UnicodeDecodeError):
                return raw.decode("utf-8")
        return raw.decode(encoding, errors="replace")

    def _decode_units(self) -> str:
        """Decode and clear the pending UTF-16 units, surrogate pairs included."""
        units, self._units = self._units, []
        raw = b"".join(unit.to_bytes(2, "little") for unit in units)
        return raw.decode("utf-16-le", errors="replace")

    def _flush_text(self) -> Iterator[RtfToken]:
        """A token of all pending text, if there is any."""
        text = self._decoded_text + self._decode_bytes() + self._decode_units()
        self._decoded_text = ""
        if text:
            yield RtfToken(text=text)


def _find_codec(encoding: str) -> str:
    """The encoding if Python has it, else the Western one."""
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return _WESTERN
