"""Decoding and cleaning text for search and display; titles, descriptions and authors that people wrote."""

from __future__ import annotations

import codecs
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
_FILE_NAME = re.compile(r"\S+\.(png|jpe?g|gif|bmp|emf|wmf|svg|tiff?)|https?:\S+|[A-Z]:\\.*", re.IGNORECASE)
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

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# By the names that Python gives them.
_WESTERN = frozenset({"iso8859-1", "cp1252"})


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


def decode_text(content: bytes) -> str:
    """Decode text of an unknown encoding: UTF-8 or UTF-16, else Windows-1252 or Latin-1. Never fails."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, errors="replace")
    if unmarked := _guess_utf16(content[:4096]):
        return content.decode(unmarked, errors="replace")
    text = content.decode("utf-8", errors="replace")
    # Windows-1252 only where most non-ASCII characters fail as UTF-8: one damaged character must not turn all the
    # accents of a UTF-8 file into « Ã© ».
    damaged = text.count("\ufffd")
    if damaged and damaged * 2 > sum(character > "\x7f" for character in text):
        return _decode_windows_1252(content)
    return text


def decode_declared(content: bytes, *encodings: str | None) -> str:
    """Decode text by the first of its declared encodings that fits, None where none is declared. Never fails.

    Where none fits, and where Latin-1 or Windows-1252 is declared, it is decoded as text of unknown encoding.
    """
    for encoding in filter(None, encodings):
        try:
            # Programs declare Latin-1 and write Windows-1252, which has « ’ », « œ » and « € » where Latin-1 has
            # controls: browsers do the same (WHATWG Encoding Standard, 4.2). UTF-8 is hardly ever valid by chance.
            if codecs.lookup(encoding).name in _WESTERN:
                break
            return content.decode(encoding)
        except (LookupError, UnicodeError):
            continue
    return decode_text(content)


def _guess_utf16(head: bytes) -> str | None:
    """The variant of UTF-16, guessed by where the zero bytes of Latin letters fall; None if it is neither."""
    pairs = len(head) // 2
    if pairs and head[0::2].count(0) > pairs * 0.7 and head[1::2].count(0) < pairs * 0.1:
        return "utf-16-be"
    if pairs and head[1::2].count(0) > pairs * 0.7 and head[0::2].count(0) < pairs * 0.1:
        return "utf-16-le"
    return None


def _decode_windows_1252(content: bytes) -> str:
    # Five bytes are undefined in Windows-1252; Latin-1 has them all.
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return content.decode("latin-1")
