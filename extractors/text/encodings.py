"""Decoding text of any encoding: the bytes decide, then what they declare, then their letters."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from extractors.text.code_pages import guess_western_encoding

_WIDE_BOMS = (
    # Before UTF-16, whose mark begins the one of UTF-32.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
BYTE_ORDER_MARKS = (codecs.BOM_UTF8, *(mark for mark, _ in _WIDE_BOMS))
"""What text in Unicode may begin with."""

_HEAD_BYTES = 4096
# By the places, of each four bytes, where the zero bytes of Latin letters fall.
_ZEROS = {(0, 1, 2): "utf-32-be", (1, 2, 3): "utf-32-le", (0, 2): "utf-16-be", (1, 3): "utf-16-le"}
_MOSTLY_ZERO, _HARDLY_ZERO = 0.7, 0.1
# Of the encodings that programs declare for French text, by Python's names, the code page whose letters they share.
# Latin-1 stands for Windows-1252, which has « ’ », « œ » and « € » where Latin-1 has controls: browsers do the same
# (WHATWG Encoding Standard, 4.2).
_SHARED_LETTERS = {
    **dict.fromkeys(("ascii", "iso8859-1", "cp1252"), "cp1252"),
    **dict.fromkeys(("cp850", "cp437", "cp858"), "cp850"),
    **{name: name for name in ("iso8859-15", "mac-roman")},
}
# Letters by bytes below 128 alone: what is all ASCII may be one of these.
_SEVEN_BITS = re.compile(r"utf-7|iso2022.*|hz")
_CONTROLS = re.compile("[\x80-\x9f]")
_STRAY_BYTE = re.compile("[\udc80-\udcff]")
_UTF8_CHARACTER = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A text; `is_doubtful` where its encoding had to be guessed and may be another, or some of it was damaged."""

    text: str
    is_doubtful: bool = False

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to tell the animator."""
        return (ENCODING_WARNING,) if self.is_doubtful else ()


ENCODING_WARNING = "L’encodage du texte a été deviné : des lettres accentuées peuvent être fausses."
"""The warning on a text some of whose letters may be wrong."""


def decode_text(content: bytes, *declared: str | None) -> str:
    """The text of bytes, as `decode_bytes` finds it."""
    return decode_bytes(content, *declared).text


def decode_beginning(head: bytes) -> str:
    """The first bytes of a text, well enough to tell its format: letters beyond ASCII may be wrong."""
    content = head.removeprefix(codecs.BOM_UTF8)
    # To guess a code page takes longer than all else that tells a format, and no sign of one has accents.
    wide = _decode_wide(content)
    return content.decode("utf-8", errors="replace") if wide is None else wide


def decode_bytes(content: bytes, *declared: str | None) -> DecodedText:
    """Decode text; `declared` are the encodings that it is said to have, None where nothing says so. Never fails.

    Byte order marks, UTF-16 and UTF-8 show in the bytes, whatever is declared. Of what is left a declaration is
    believed where it gives text; a Western one only where no other code page makes clearly better words of the bytes.
    """
    # What follows the mark of UTF-8 may have been added by a program that knows nothing of it.
    content = content.removeprefix(codecs.BOM_UTF8)
    if unicode := _decode_unicode(content):
        return unicode
    names = [name for encoding in declared if (name := _find_codec(encoding))]
    for name in names:
        if name not in _SHARED_LETTERS and (text := _decode_foreign(content, name)):
            return DecodedText(text)
    if content.isascii():
        return DecodedText(content.decode("ascii"))
    # One damaged character must not turn all the accents of a UTF-8 file into « Ã© ».
    mixed = content.decode("utf-8", errors="surrogateescape")
    if len(_STRAY_BYTE.findall(mixed)) * 2 <= len(mixed) - len(mixed.encode("ascii", errors="ignore")):
        return DecodedText(_STRAY_BYTE.sub(_decode_stray_byte, mixed), is_doubtful=True)
    return _decode_western(content, next((name for name in names if name in _SHARED_LETTERS), ""))


def _decode_unicode(content: bytes) -> DecodedText | None:
    """The text where the bytes are Unicode; None where they are another encoding, or ASCII."""
    if (text := _decode_wide(content)) is not None:
        return DecodedText(text, is_doubtful="\ufffd" in text)
    try:
        # Hardly ever valid by chance.
        return None if content.isascii() else DecodedText(content.decode("utf-8"))
    except UnicodeDecodeError:
        return None


def _decode_wide(content: bytes) -> str | None:
    """The text of UTF-16 or UTF-32; None where the bytes are neither."""
    marked = None
    if content.startswith(BYTE_ORDER_MARKS):
        marked = next(((len(mark), name) for mark, name in _WIDE_BOMS if content.startswith(mark)), None)
    start, name = marked or (0, _guess_wide_unicode(content[:_HEAD_BYTES]))
    return content[start:].decode(name, errors="replace") if name else None


def _guess_wide_unicode(head: bytes) -> str:
    """The variant of UTF-16 or UTF-32, guessed by where the zero bytes of Latin letters fall; "" if it is none."""
    if b"\0" not in head:
        return ""
    count = len(head) // 4 or len(head) / 4
    shares = [head[place::4].count(0) / count for place in range(4)] if count else []
    zeros = tuple(place for place, share in enumerate(shares) if share > _MOSTLY_ZERO)
    others = (share for place, share in enumerate(shares) if place not in zeros)
    return _ZEROS.get(zeros, "") if all(share < _HARDLY_ZERO for share in others) else ""


def _find_codec(encoding: str | None) -> str:
    """Python's name for a declared encoding, "" for one that it does not have, or that is no encoding of text."""
    try:
        codec = codecs.lookup(encoding or "")
        "".encode(codec.name)
    except (LookupError, ValueError):
        return ""
    return codec.name


def _decode_foreign(content: bytes, name: str) -> str:
    """The text in a declared encoding; "" where that cannot be true."""
    # What is UTF-16 was found by its zeros, and anything of even length can be read as such.
    if name.startswith(("utf-16", "utf-32")) or (content.isascii() and not _SEVEN_BITS.fullmatch(name)):
        return ""
    try:
        text = content.decode(name)
    except UnicodeError:
        return ""
    return "" if _CONTROLS.search(text) else text


def _decode_western(content: bytes, declared: str) -> DecodedText:
    guess = guess_western_encoding(content, _SHARED_LETTERS.get(declared, ""))
    if guess.encoding in {"cp1252", "iso8859-15"}:
        # Programs put texts together as they are: a line that is UTF-8 stays so.
        lines = content.splitlines(keepends=True) if _UTF8_CHARACTER.search(content) else [content]
        decoded = (_decode_line(line, guess.encoding) for line in lines)
        return DecodedText("".join(decoded), guess.is_doubtful)
    encoding = declared if _SHARED_LETTERS.get(declared) == guess.encoding else guess.encoding
    return DecodedText(content.decode(encoding), guess.is_doubtful)


def _decode_line(line: bytes, encoding: str) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return _STRAY_BYTE.sub(_decode_stray_byte, line.decode(encoding, errors="surrogateescape"))


def _decode_stray_byte(stray: re.Match[str]) -> str:
    byte = bytes([ord(stray[0]) - 0xDC00])
    # Five bytes are undefined in Windows-1252; Latin-1 has them all.
    return byte.decode("cp1252", errors="ignore") or byte.decode("latin-1")
