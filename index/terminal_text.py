"""Text as any terminal takes it: no control characters, and plain letters where it knows no others."""

from __future__ import annotations

import codecs
import sys
import unicodedata

# Letters and signs of French that have no accent to be left out.
_PLAIN = {"œ": "oe", "Œ": "OE", "æ": "ae", "«": '"', "»": '"', "’": "'", "–": "-", "—": "-", "…": "...", "·": "-"}
_PLAIN |= {"€": "EUR", "\u00a0": " ", "\u202f": " "}


def escape_controls(text: str) -> str:
    """Return the text with control characters made visible: raw ones would be obeyed by a terminal.

    They come with names and contents of files. Line ends are kept; those in names are for the caller to replace.
    """
    # Nearly all texts have none.
    if text.isprintable():
        return text
    return "".join(map(_escape_sign, text))


def escape_name(name: str) -> str:
    """Return a name or a path on one line, with its control characters made visible."""
    return escape_controls(name.replace("\n", "\N{SYMBOL FOR LINE FEED}").replace("\t", " "))


def format_count(number: int, noun: str) -> str:
    """Return a number with its words in agreement, singular below two: « 0 fichier lu », « 2 fichiers lus »."""
    return f"{number} {noun}" if number < 2 else f"{number} {' '.join(f'{word}s' for word in noun.split())}"  # noqa: PLR2004 - plural from two


def print_line(text: str) -> None:
    """Print a line on standard output, without colours and with no control character."""
    print(escape_controls(text), flush=True)  # noqa: T201 - this is the command line


def _escape_sign(sign: str) -> str:
    if sign in "\n\t" or sign.isprintable():
        return sign
    if sign < " ":
        return chr(ord("\N{SYMBOL FOR NULL}") + ord(sign))
    # Other controls, and those that turn the direction of writing; a no-break space is no control.
    return sign if unicodedata.category(sign)[0] == "Z" else "\N{REPLACEMENT CHARACTER}"


def accept_any_locale() -> None:
    """Have this process write what its terminal or its file cannot show in plain letters, rather than stop."""
    codecs.register_error("ruche.plain", _replace_by_plain_letters)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="ruche.plain")


def _replace_by_plain_letters(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    replaced = "".join(map(_find_plain_letters, error.object[error.start : error.end]))
    return replaced, error.end


def _find_plain_letters(sign: str) -> str:
    plain = _PLAIN.get(sign) or unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode()
    return plain or "?"
