"""The shapes by which the beginning of a file tells what it is."""

from __future__ import annotations

import re

from extractors.sections import Format

_PDF_HEADER_WITHIN = 1024
_MATROSKA = b"\x1a\x45\xdf\xa3"
_PICTURE_BRANDS = (b"heic", b"heix", b"mif1", b"avif", b"msf1")
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*")

_RTF = re.compile(r"\s*\{\\rtf")
_WEBVTT = re.compile(r"\ufeff?WEBVTT(\s|\Z)")
_CAPTION = re.compile(r"\s*(?:\S.*\n\s*)?(?:\d+:)?\d+:\d\d[.,]\d+[ \t]*-->")
_HTML = re.compile(r"\s*(<\?xml[^>]*>\s*)?(<!--.{0,2000}?-->\s*)*(<!doctype\s+html|<html\b)", re.IGNORECASE | re.DOTALL)
_HEADERS = re.compile(r"\s*((?:[A-Za-z][\w-]*:[^\n]*\n(?:[ \t]+\S[^\n]*\n)*)+)")
_HEADER = re.compile(
    r"^(from|to|subject|date|mime-version|message-id|received|return-path|delivered-to|content-type|x-[\w-]+):",
    re.IGNORECASE | re.MULTILINE,
)
_PAGE_ARCHIVE = re.compile(r"^content-type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)
_SENT = re.compile(r"^(to|received|delivered-to|return-path):", re.IGNORECASE | re.MULTILINE)
# One header may begin any text; this many make it a message.
_ENOUGH_HEADERS = 3


def binary_format(head: bytes) -> Format | None:
    """The format that these first bytes give away, None for what may be text."""
    if b"%PDF-" in head[:_PDF_HEADER_WITHIN]:
        return Format.PDF
    if _is_video(head):
        return Format.VIDEO
    if head.startswith(_PICTURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return Format.IMAGE
    return None


def text_shape(text: str) -> Format | None:
    """The format whose texts all begin so, None for a text like any other."""
    if _RTF.match(text):
        return Format.RTF
    if _WEBVTT.match(text) or _CAPTION.match(text):
        return Format.CAPTIONS
    if _HTML.match(text):
        return Format.HTML
    return _message(text.replace("\r\n", "\n"))


def _message(text: str) -> Format | None:
    headers = _HEADERS.match(text)
    if headers is None or len({name.lower() for name in _HEADER.findall(headers[1])}) < _ENOUGH_HEADERS:
        return None
    return Format.HTML if is_wrapped_page(headers[1]) else Format.EMAIL


def is_wrapped_page(text: str) -> bool:
    """Whether this is how a browser saves a page: as a message that nobody sent."""
    headers = text.replace("\r\n", "\n").split("\n\n", 1)[0]
    return bool(_PAGE_ARCHIVE.search(headers)) and not _SENT.search(headers)


def _is_video(head: bytes) -> bool:
    if head[4:8] == b"ftyp":
        return not head[8:12].lower().startswith(_PICTURE_BRANDS)
    return head.startswith(_MATROSKA) or head[4:8] == b"moov" or (head[:4] == b"RIFF" and head[8:12] == b"AVI ")
