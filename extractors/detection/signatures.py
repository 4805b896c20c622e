"""Signatures: formats that the first bytes or the first lines of a file give away."""

from __future__ import annotations

import re

from extractors.model import Format

# Acrobat accepts the header anywhere in the first 1,024 bytes (PDF Reference 1.7, appendix H, note 13).
_PDF_HEADER_BYTES = 1024
_MATROSKA = b"\x1a\x45\xdf\xa3"
# HEIF and AVIF pictures share their container with MP4; the brand tells them apart.
_IMAGE_BRANDS = (b"heic", b"heix", b"mif1", b"avif", b"msf1")
_IMAGE_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*")

_RTF = re.compile(r"\s*\{\\rtf")
# SubRip has no signature: a timing on the first or the second line (after the cue's number) stands for one.
_WEBVTT = re.compile(r"\ufeff?WEBVTT(\s|\Z)")
_CAPTION = re.compile(r"\s*(?:\S.*\n\s*)?(?:\d+:)?\d+:\d\d[.,]\d+[ \t]*-->")
# The comments before a doctype are bounded, so that matching a long text stays cheap.
_HTML = re.compile(r"\s*(<\?xml[^>]*>\s*)?(<!--.{0,2000}?-->\s*)*(<!doctype\s+html|<html\b)", re.IGNORECASE | re.DOTALL)
_HEADER_BLOCK = re.compile(r"\s*((?:[A-Za-z][\w-]*:[^\n]*\n(?:[ \t]+\S[^\n]*\n)*)+)")
_MAIL_HEADER = re.compile(
    r"^(from|to|subject|date|mime-version|message-id|received|return-path|delivered-to|content-type|x-[\w-]+):",
    re.IGNORECASE | re.MULTILINE,
)
_MULTIPART_RELATED = re.compile(r"^content-type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)
# Headers that transport adds: a page that a browser saved as MHTML has none of them.
_TRANSPORT_HEADER = re.compile(r"^(to|received|delivered-to|return-path):", re.IGNORECASE | re.MULTILINE)
# « Date : … » may begin any text; this many different headers make it a message.
_ENOUGH_HEADERS = 3


def match_binary_signature(head: bytes) -> Format | None:
    """The binary format whose signature these first bytes bear; None for what may be text."""
    if b"%PDF-" in head[:_PDF_HEADER_BYTES]:
        return Format.PDF
    if _is_video(head):
        return Format.VIDEO
    if head.startswith(_IMAGE_SIGNATURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return Format.IMAGE
    return None


def match_text_signature(text: str) -> Format | None:
    """The text format whose signature this beginning of a text bears; None for any other text."""
    if _RTF.match(text):
        return Format.RTF
    if _WEBVTT.match(text) or _CAPTION.match(text):
        return Format.CAPTIONS
    if _HTML.match(text):
        return Format.HTML
    return _match_mail_headers(text.replace("\r\n", "\n"))


def _match_mail_headers(text: str) -> Format | None:
    """EMAIL or HTML (for MHTML) where the text begins with the headers of a message, else None."""
    headers = _HEADER_BLOCK.match(text)
    if headers is None or len({name.lower() for name in _MAIL_HEADER.findall(headers[1])}) < _ENOUGH_HEADERS:
        return None
    return Format.HTML if is_mhtml(headers[1]) else Format.EMAIL


def is_mhtml(text: str) -> bool:
    """Whether a message is a page saved by a browser (MHTML): multipart/related, and never sent to anybody."""
    headers = text.replace("\r\n", "\n").split("\n\n", 1)[0]
    return bool(_MULTIPART_RELATED.search(headers)) and not _TRANSPORT_HEADER.search(headers)


def _is_video(head: bytes) -> bool:
    # MP4 and QuickTime begin with the length of a box, then its type.
    if head[4:8] == b"ftyp":
        return not head[8:12].lower().startswith(_IMAGE_BRANDS)
    return head.startswith(_MATROSKA) or head[4:8] == b"moov" or (head[:4] == b"RIFF" and head[8:12] == b"AVI ")
