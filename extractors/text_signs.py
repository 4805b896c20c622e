"""How files that are text, or text in disguise, begin: regular expressions for their first characters."""

from __future__ import annotations

# No comment goes on beyond its end: there would be ever more ways to match many of them.
_XML_BEGINNING = r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->)(?s:.))*-->\s*)*"

HTML = rf"(?i:{_XML_BEGINNING}(<!doctype\s+html|<html\b))"

CAPTIONS = (
    r"\ufeff?WEBVTT(\s|\Z)|\s*(?:\S.*\n\s*)?(?:(?:\d+:)?\d+:\d\d[.,]\d+|\d+:\d\d:\d\d)[ \t]*-->"
    r"|\d+:\d\d:\d\d\.\d+,\d+:\d\d:\d\d\.\d+\s|\s*\[Script Info\]|\s*\[(?:ti|ar|al|by|offset|length):.*\]\n"
    rf"|{_XML_BEGINNING}<(?:\w+:)?tt\s[^>]*ns/ttml"
)
"""SubRip and SBV have no signature: a timing on the first or the second line (after the cue's number) stands for one;
for LRC, what it says of itself."""

SIGNED_BYTES = rb"\x30(?:\x80|\x81.|\x82..|\x83...|\x84....)\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
"""Signed data (RFC 5652, 5.1), in which a message or a file may lie."""

SIGNED_LETTERS = (
    r"\s*(?:-----BEGIN [A-Z0-9 ]+-----\s+)?"
    r"MI(?:[A-Za-z0-9+/]{4}YJKoZIhvcNAQcC|(?:A|[A-Za-z0-9+/]{5})GCSqGSIb3DQEHAq)"
)
"""The same in base64: the places of its digits depend on how many bytes its length takes."""

MAIL = rf"From [^\n]{{1,200}}?\d{{4}}[^\n]{{0,50}}\n[\w-]+:|{SIGNED_LETTERS}"
"""The line above each message of a mailbox, or signed data."""

_WORD_2003, _EXCEL_2003 = (
    "schemas.microsoft.com/office/word/2003/wordml",
    "urn:schemas-microsoft-com:office:spreadsheet",
)
_INSTRUCTIONS = r"(?:<\?[\w-]+[^>]*\?>\s*)*"
OLD_WORD = rf"\s*{_INSTRUCTIONS}<w:wordDocument\s[^>]*{_WORD_2003}"
OLD_EXCEL = rf"\s*{_INSTRUCTIONS}<(?:ss:)?Workbook\s[^>]*{_EXCEL_2003}"
"""Documents of Office 2003 as XML, which programs write to this day, under the suffixes of the binary formats too."""


def flat_office(program: str) -> str:
    """The beginning of a package of this program that is one XML file (« Flat OPC »)."""
    return rf"""\s*(?:<\?xml[^>]*>\s*)?<\?mso-application\s+progid=["']{program}["']\?>\s*<pkg:package\b"""


def flat_odf(kind: str) -> str:
    """The beginning of an OpenDocument file of this kind that is one XML file (OpenDocument 1.3 part 3, 3.1.2)."""
    media_type = rf"application/vnd\.oasis\.opendocument\.{kind}"
    return rf"""{_XML_BEGINNING}<office:document\s[^>]*office:mimetype\s*=\s*["']{media_type}"""
