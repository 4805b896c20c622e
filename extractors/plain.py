"""Plain text fit for searching and showing: decoded, composed, without control characters."""

from __future__ import annotations

import codecs
import re
import unicodedata

# Ligatures that typesetters draw and nobody types; NFKC would also rewrite « m² » and « n° ».
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_NEWLINES = dict.fromkeys((0x0B, 0x0C, 0x85, 0x2028, 0x2029), "\n")
_INVISIBLE = dict.fromkeys((0xAD, 0x200B, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF))
_CONTROLS = dict.fromkeys((*range(9), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0)))
_TRANSLATION: dict[int, str | None] = {**_CONTROLS, **_LIGATURES, **_NEWLINES, **_INVISIBLE}

# Lone surrogates cannot be stored; private characters are the bullets of Symbol and Wingdings.
_UNPRINTABLE = re.compile("[\ud800-\udfff\ue000-\uf8ff]")
_RARE = re.compile(f"[\ud800-\udfff\ue000-\uf8ff{''.join(map(re.escape, map(chr, _TRANSLATION)))}]")
_BLANK_LINES = re.compile(r"\n{3,}")

_NOT_A_TITLE = re.compile(
    r"""(pr[ée]sentation\ powerpoint | powerpoint[\ -]presentation | microsoft\ (word|powerpoint|excel|office)\b.* |
    (untitled | sans\ (titre|nom) | (nouvelle?\ |new\ )?(diapositive|slide|document|pr[ée]sentation|classeur|page)
    | (titre|title|doc|sommaire|contents|table\ (des\ mati[èe]res|of\ contents))) [\ _-]* \d* |
    unknown\ title | (word|text)\ document | nouveau\ document\b.* | [a-z]:\\.* | (file:|https?:|/|\\\\)\S* |
    .*\.(docx?|docm|dotx?|dotm|pptx?|pptm|xlsx?|odt|odp|ods|rtf|txt|html?|pdf|indd|ai|tmp) | \W* | [\d\W_]*)""",
    re.IGNORECASE | re.VERBOSE,
)
_FILE_NAME = re.compile(r"\S+\.(png|jpe?g|gif|bmp|emf|wmf|svg|tiff?)|https?:\S+|[A-Z]:\\.*", re.IGNORECASE)
_MACHINE_DESCRIPTION = re.compile(
    r"générée?s? (automatiquement|par l.IA)|automatically generated|AI-generated", re.IGNORECASE
)

_NOBODY = frozenset(
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


def clean(text: str) -> str:
    r"""The text with composed accents, `\n` as its only line end and nothing invisible in it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # Most texts hold nothing of the sort, and looking costs a tenth of translating.
    if _RARE.search(text):
        text = _UNPRINTABLE.sub(" ", text.translate(_TRANSLATION))
    text = unicodedata.normalize("NFC", text)
    if "\n" in text:
        text = _BLANK_LINES.sub("\n\n", "\n".join([line.rstrip() for line in text.split("\n")]))
    return text.strip()


def one_line(text: str) -> str:
    """The cleaned text on a single line, as titles are shown."""
    return " ".join(clean(text).split())


def title_worth_showing(title: str) -> str:
    """The title on one line, or nothing where a program wrote it and not a person."""
    title = one_line(title)
    return "" if _NOT_A_TITLE.fullmatch(title) else title


def description_worth_reading(written: str) -> str:
    """The description of a picture on one line, or nothing where a program wrote it and not a person."""
    written = one_line(written)
    return "" if _FILE_NAME.fullmatch(written) or _MACHINE_DESCRIPTION.search(written) else written


def people(written: str) -> tuple[str, ...]:
    """The names in an author property, without those that a program or a fresh installation put there."""
    names = (one_line(name) for name in written.split(";"))
    return tuple(name for name in names if name and name.casefold() not in _NOBODY)


def decode(content: bytes) -> str:
    """The text of these bytes: UTF-8, UTF-16, else Windows-1252, which never fails."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, errors="replace")
    if unmarked := _unmarked_utf16(content[:4096]):
        return content.decode(unmarked, errors="replace")
    text = content.decode("utf-8", errors="replace")
    # One damaged character must not turn a whole UTF-8 file into « Ã© ».
    damaged = text.count("\ufffd")
    if damaged and damaged * 2 > sum(character > "\x7f" for character in text):
        return _windows_1252(content)
    return text


def _unmarked_utf16(head: bytes) -> str | None:
    """The UTF-16 variant that these bytes are in, told by where the zeros of Latin letters fall."""
    pairs = len(head) // 2
    if pairs and head[0::2].count(0) > pairs * 0.7 and head[1::2].count(0) < pairs * 0.1:
        return "utf-16-be"
    if pairs and head[1::2].count(0) > pairs * 0.7 and head[0::2].count(0) < pairs * 0.1:
        return "utf-16-le"
    return None


def _windows_1252(content: bytes) -> str:
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return content.decode("latin-1")
