"""What a file really is: its content decides, its suffix only settles between kinds of plain text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from extractors.errors import Reason, UnreadableFileError
from extractors.plain import decode
from extractors.sections import Format

if TYPE_CHECKING:
    from pathlib import Path

_SUFFIXES: dict[Format, frozenset[str]] = {
    Format.PDF: frozenset({".pdf"}),
    Format.POWERPOINT: frozenset({".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"}),
    Format.WORD: frozenset({".docx", ".docm", ".dotx", ".dotm"}),
    Format.MARKDOWN: frozenset({".md", ".markdown"}),
    Format.TEXT: frozenset({".txt", ".text"}),
    Format.CAPTIONS: frozenset({".vtt", ".srt"}),
    Format.VIDEO: frozenset({".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi"}),
}
SUFFIXES: frozenset[str] = frozenset().union(*_SUFFIXES.values())
"""Suffixes of the files worth trying, in lower case."""

_PLAIN = _SUFFIXES[Format.TEXT] | _SUFFIXES[Format.MARKDOWN] | _SUFFIXES[Format.CAPTIONS] | {""}
_NAMES = {
    Format.PDF: "un PDF",
    Format.POWERPOINT: "une présentation PowerPoint",
    Format.WORD: "un document Word",
    Format.MARKDOWN: "un texte Markdown",
    Format.TEXT: "un texte simple",
    Format.CAPTIONS: "un fichier de sous-titres",
    Format.VIDEO: "une vidéo",
}

_HEAD_BYTES = 8192
_PDF_HEADER_WITHIN = 1024
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MATROSKA = b"\x1a\x45\xdf\xa3"
_PICTURE_BRANDS = (b"heic", b"heix", b"mif1", b"avif", b"msf1")
_POWERPOINT_MAIN = re.compile(rb"(presentationml\.(presentation|slideshow|template)|ms-powerpoint\.[\w.]+)\.main\+xml")
_WORD_MAIN = re.compile(rb"(wordprocessingml\.(document|template)|ms-word\.[\w.]+)\.main\+xml")
_CAPTION_SHAPE = re.compile(r"\s*(?:\S.*\n\s*)?(?:\d+:)?\d+:\d\d[.,]\d+[ \t]*-->")
_MARKUP_SHAPE = re.compile(r"\s*(<\?xml|<!doctype|<html|\{\\rtf|mime-version:|%!ps)", re.IGNORECASE)


def detect(path: Path) -> Format:
    """The format of the file; UnreadableFileError names an empty, protected or unknown one."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        raise UnreadableFileError(Reason.EMPTY)
    if head.startswith(_ZIP):
        return _office_format(path)
    if b"%PDF-" in head[:_PDF_HEADER_WITHIN]:
        return Format.PDF
    if head.startswith(_OLE):
        raise _ole_refusal(path)
    if _is_video(head):
        return Format.VIDEO
    return _text_format(path, head)


def suffix_warning(path: Path, kind: Format) -> str | None:
    """What to tell the animator when the suffix does not say what the content is."""
    suffix = path.suffix.lower()
    if suffix in _SUFFIXES[kind]:
        return None
    # A transcript saved as .txt, or a text whose name has no suffix, misleads nobody.
    if kind in {Format.TEXT, Format.CAPTIONS} and suffix in _PLAIN:
        return None
    if not suffix:
        return f"Le nom du fichier n’a pas d’extension ; son contenu est {_NAMES[kind]}."
    return f"L’extension « {suffix} » ne correspond pas au contenu, qui est {_NAMES[kind]}."


def _office_format(path: Path) -> Format:
    try:
        with ZipFile(path) as archive:
            entry = archive.getinfo("[Content_Types].xml")
            if entry.flag_bits & 1:
                raise UnreadableFileError(Reason.ENCRYPTED)
            with archive.open(entry) as file:
                declared = file.read(1_000_000)
            names = archive.namelist()
    except KeyError as error:
        raise _unknown(path, "zip sans [Content_Types].xml") from error
    except (BadZipFile, NotImplementedError, EOFError, ValueError) as error:
        raise _unknown(path, str(error)) from error
    if _POWERPOINT_MAIN.search(declared) or "ppt/presentation.xml" in names:
        return Format.POWERPOINT
    if _WORD_MAIN.search(declared) or "word/document.xml" in names:
        return Format.WORD
    raise _unknown(path, "OOXML sans document ni présentation")


def _ole_refusal(path: Path) -> UnreadableFileError:
    """An OLE file is either the envelope of a protected OOXML file or a format from before 2007."""
    with path.open("rb") as file:
        content = file.read(16_000_000)
    if "EncryptedPackage".encode("utf-16-le") in content:
        return UnreadableFileError(Reason.ENCRYPTED)
    return UnreadableFileError(Reason.UNKNOWN_FORMAT, "OLE2")


def _is_video(head: bytes) -> bool:
    if head[4:8] == b"ftyp":
        return not head[8:12].lower().startswith(_PICTURE_BRANDS)
    return head.startswith(_MATROSKA) or head[4:8] == b"moov" or (head[:4] == b"RIFF" and head[8:12] == b"AVI ")


def _text_format(path: Path, head: bytes) -> Format:
    text = decode(head)
    if "\0" in text or _MARKUP_SHAPE.match(text):
        raise _unknown(path, "contenu binaire ou balisé")
    suffix = path.suffix.lower()
    if re.match(r"\ufeff?WEBVTT(\s|\Z)", text) or _CAPTION_SHAPE.match(text) or suffix in _SUFFIXES[Format.CAPTIONS]:
        return Format.CAPTIONS
    if suffix in _SUFFIXES[Format.MARKDOWN]:
        return Format.MARKDOWN
    if suffix in _PLAIN:
        return Format.TEXT
    raise _unknown(path, "texte")


def _unknown(path: Path, detail: str) -> UnreadableFileError:
    """A file named .docx that is not one was damaged on the way; one named .xlsx is simply not read yet."""
    reason = Reason.DAMAGED if path.suffix.lower() in SUFFIXES - _PLAIN else Reason.UNKNOWN_FORMAT
    return UnreadableFileError(reason, detail)
