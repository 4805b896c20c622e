"""What all readers do with text: cleaning, decoding, lines, dates, hyphens, markup."""

from extractors.text.cleaning import (
    clean_description,
    clean_text,
    clean_title,
    parse_authors,
    to_single_line,
)
from extractors.text.counting import format_letters, format_roman
from extractors.text.dates import parse_iso_date, parse_mail_date, parse_pdf_date
from extractors.text.decoding import read_bytes, read_text
from extractors.text.encodings import BYTE_ORDER_MARKS, DecodedText, decode_beginning, decode_bytes, decode_text
from extractors.text.lines import TextLine, find_largest_text, find_title, split_at_headings

__all__ = [
    "BYTE_ORDER_MARKS",
    "DecodedText",
    "TextLine",
    "clean_description",
    "clean_text",
    "clean_title",
    "decode_beginning",
    "decode_bytes",
    "decode_text",
    "find_largest_text",
    "find_title",
    "format_letters",
    "format_roman",
    "parse_authors",
    "parse_iso_date",
    "parse_mail_date",
    "parse_pdf_date",
    "read_bytes",
    "read_text",
    "split_at_headings",
    "to_single_line",
]
