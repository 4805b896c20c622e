"""Cleaning text for search and display; titles, descriptions and authors that people wrote."""

from __future__ import annotations

import re
import unicodedata

# Ligatures that typesetters use and nobody types into a search box. NFKC would replace them too, but it would also
# rewrite « m² » and « n° ».
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_NEWLINES = dict.fromkeys((0x0B, 0x0C, 0x85, 0x2028, 0x2029), "\n")
# Soft hyphen, zero-width space, word joiner, byte order mark; U+FFFE is PDFium's mark for a hyphen at a line end.
_INVISIBLE = dict.fromkeys((0xAD, 0x200B, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF))
# U+0085 (next line) is among the newlines, tab and line feed stay.
_CONTROLS = dict.fromkeys((*range(9), *range(0x0E, 0x20), *range(0x7F, 0xA0)))
# « ’ », « œ » and « € » of Windows-1252 that a program or a library took for Latin-1, which has controls there.
_MISREAD = {code: bytes([code]).decode("cp1252", errors="ignore") for code in range(0x80, 0xA0)}
_TRANSLATION: dict[int, str | None] = {**_CONTROLS, **_MISREAD, **_LIGATURES, **_NEWLINES, **_INVISIBLE}

# Lone surrogates cannot be stored as UTF-8; private-use characters are mostly the bullets of Symbol and Wingdings.
_UNPRINTABLE = re.compile("[\ud800-\udfff\ue000-\uf8ff]")
_NEEDS_CLEANING = re.compile(f"[\ud800-\udfff\ue000-\uf8ff{''.join(map(re.escape, map(chr, _TRANSLATION)))}]")
_BLANK_LINES = re.compile(r"\n{3,}")

# Titles that programs fill in: defaults of Office, names of files, addresses, mere numbers.
_GENERATED_TITLE = re.compile(
    r"""(pr[ée]sentation\ powerpoint | powerpoint[\ -]presentation | microsoft\ (word|powerpoint|excel|office)\b.* |
    (untitled | sans\ (titre|nom) | (nouvelle?\ |new\ )?(diapositive|slide|document|pr[ée]sentation|classeur|page)
    | (titre|title|doc|sommaire|contents|table\ (des\ mati[èe]res|of\ contents))) [\ _-]* \d* |
    unknown\ title | (word|text)\ document | nouveau\ document\b.* | [a-z]:\\.* | (file:|https?:|/|\\\\)\S* |
    .*\.(docx?|docm|dotx?|dotm|pptx?|pptm|xlsx?|odt|odp|ods|rtf|txt|html?|pdf|indd|ai|tmp) | \W* | [\d\W_]*)""",
    re.IGNORECASE | re.VERBOSE,
)
# Alternative texts that programs fill in: the name of the picture's file, or an automatic description.
_FILE_NAME = re.compile(
    r"(image|picture|img)[ _-]?\d+|\S+\.(png|jpe?g|gif|bmp|emf|wmf|svg|tiff?)|https?:\S+|[A-Z]:\\.*", re.IGNORECASE
)
_GENERATED_DESCRIPTION = re.compile(
    r"générée?s? (automatiquement|par l.IA)|automatically generated|AI-generated", re.IGNORECASE
)

# Authors that libraries and fresh installations fill in, case-folded.
_PLACEHOLDER_AUTHORS = frozenset(
    {
        *("python-docx", "python-pptx", "word", "user", "utilisateur", "admin", "administrateur", "install"),
        *("anonymous", "anonyme", "unknown", "inconnu", "author", "auteur", "microsoft office user", "windows user"),
    }
)


def clean_text(text: str) -> str:
    r"""The text in NFC, with `\n` as its only line end, without invisible and control characters or trailing spaces."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # Most texts hold no such character, and searching for one costs a tenth of translating.
    if _NEEDS_CLEANING.search(text):
        text = _UNPRINTABLE.sub(" ", text.translate(_TRANSLATION))
    text = unicodedata.normalize("NFC", text)
    if "\n" in text:
        text = _BLANK_LINES.sub("\n\n", "\n".join([line.rstrip() for line in text.split("\n")]))
    return text.strip()


def to_single_line(text: str) -> str:
    """The cleaned text on a single line, runs of white space made one space, as titles are shown."""
    return " ".join(clean_text(text).split())


def clean_title(title: str) -> str:
    """A document's title on a single line; "" where a program filled it in."""
    title = to_single_line(title)
    return "" if _GENERATED_TITLE.fullmatch(title) else title


def clean_description(description: str) -> str:
    """A picture's alternative text on a single line; "" where a program filled it in."""
    description = to_single_line(description)
    return "" if _FILE_NAME.fullmatch(description) or _GENERATED_DESCRIPTION.search(description) else description


def parse_authors(value: str) -> tuple[str, ...]:
    """The names in an author property, which semicolons separate, without those that a program filled in."""
    names = (to_single_line(name) for name in value.split(";"))
    return tuple(name for name in names if name and name.casefold() not in _PLACEHOLDER_AUTHORS)
