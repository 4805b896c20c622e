"""Decompresses the RTF that Outlook keeps. Format: [MS-OXRTFCP], Rich Text Format Compression Algorithm."""

from __future__ import annotations

import struct

# The dictionary that both ends know from the start (2.1.3.1.1).
_RTF_DICTIONARY = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_DICTIONARY_BYTES = 4096
_RTF_HEADER = struct.Struct("<2I4s4x")


def unpack_rtf(packed: bytes) -> bytes:
    """Decompress an RTF body (2.2.2), as far as it goes where it is cut; b"" where it is none."""
    if len(packed) < _RTF_HEADER.size:
        return b""
    _, length, kind = _RTF_HEADER.unpack_from(packed)
    content = packed[_RTF_HEADER.size :]
    if kind == b"MELA":
        return content[:length]
    return bytes(_decompress(content)[:length]) if kind == b"LZFu" else b""


def _decompress(content: bytes) -> bytearray:
    known = bytearray(_RTF_DICTIONARY.ljust(_DICTIONARY_BYTES, b" "))
    output, at, place = bytearray(), len(_RTF_DICTIONARY), 0
    while place < len(content):
        flags = content[place]
        place += 1
        # From the lowest bit: 0 is a byte as it is, 1 two bytes that say where in the dictionary, and how many.
        for bit in range(8):
            is_reference = flags >> bit & 1
            token = content[place : place + 1 + is_reference]
            place += 1 + is_reference
            if len(token) <= is_reference:
                return output
            value = int.from_bytes(token, "big")
            start, count = (value >> 4, (value & 15) + 2) if is_reference else (at, 1)
            if is_reference and start == at:
                return output
            for offset in range(count):
                byte = known[(start + offset) % _DICTIONARY_BYTES] if is_reference else value
                output.append(byte)
                known[at] = byte
                at = (at + 1) % _DICTIONARY_BYTES
    return output
