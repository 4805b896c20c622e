"""What a mail that may be a deposit says of itself: who sent it, whether that is proved, what is attached."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.generator import BytesGenerator
from email.header import decode_header, make_header
from email.utils import collapse_rfc2231_value
from io import BytesIO
from typing import TYPE_CHECKING

from webapp.deposits.deposit_writer import DepositRefusedError
from webapp.mailing import is_mail_address

if TYPE_CHECKING:
    from email.message import Message

_LONGEST_SUBJECT = 120
_LONGEST_TEXT = 2_000
_MOST_PARTS = 500
"""Parts of a message that are looked at: no person attaches more."""

# A name, quoted or without signs that could end it, then one address; or one address alone.
_FROM = re.compile(r'\s*(?:(?:"(?:[^"\\]|\\.)*"|[^"<>@,;:\\])*<\s*([^<>\s]+)\s*>|([^<>\s]+))\s*')
_REPLY_MARKS = re.compile(r"^\s*((re|tr|fwd?|ref|aw)\s*(\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,200}>")
_AUTOMATIC_HEADERS = (
    "List-Id",
    "List-Unsubscribe",
    "X-Auto-Generated",
    "X-Autoreply",
    "X-Autorespond",
    "X-Loop",
    "Feedback-ID",
)
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_DAEMONS = frozenset({"mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply"})
_NO_FILES = frozenset(
    {
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/applefile",
    }
)
"""What programs add of their own: signatures, and the half of a file that only macOS reads."""

_CID = re.compile(rb"""cid:([^"'\s>)]+)""", re.IGNORECASE)
_DMARC = re.compile(r"\s*dmarc\s*(?:/\s*\d+\s*)?=\s*(\S+)(.*)", re.IGNORECASE)
_HEADER_FROM = re.compile(r"(?:^|\s)header\.from\s*=\s*(\S+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MailedFile:
    """A file of a message: the name that it bears there, not cleaned, and its content."""

    name: str
    content: bytes


def parse_message(raw: bytes) -> Message:
    """Parse a message, or its header alone. Raises DepositRefusedError where it is nested without end."""
    try:
        # The older policy: the newer one raises errors of its own on what spammers and some programs write.
        message = message_from_bytes(raw, policy=policy.compat32)
    except RecursionError as error:
        raise _nested_without_end() from error
    _repair_headers(message)
    return message


def decode_text(message: Message, name: str) -> str:
    """Return a header's text on one line, "" where it is absent."""
    return _decode_words(str(message.get(name, "")))


def find_sender(message: Message) -> str:
    """Return the address that a message says it is from, in small letters; "" unless it names exactly one."""
    given = message.get_all("From", [])
    # Of several, or of an address within a name, programs do not all read the same one.
    found = _FROM.fullmatch(" ".join(str(given[0]).split())) if len(given) == 1 else None
    address = (found[1] or found[2]).lower() if found else ""
    return address if is_mail_address(address) else ""


def is_automatic(message: Message) -> bool:
    """Whether a program sent a message: a reply of its own, a bounce, a list. Such a message is never answered."""
    # RFC 3834, and what was in use before it.
    submitted = decode_text(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in {"", "no"}
        or decode_text(message, "Return-Path").replace(" ", "") == "<>"
        or decode_text(message, "Precedence").strip().lower() in _BULK
        or any(name in message for name in _AUTOMATIC_HEADERS)
        or message.get_content_type() in {"multipart/report", "message/delivery-status"}
        or find_sender(message).partition("@")[0] in _DAEMONS
    )


def is_authenticated(message: Message, sender: str, server: str) -> bool:
    """Whether the mailbox's own `server` says, once, that DMARC passed for the sender's very domain (RFC 8601)."""
    said = [
        (found[1].lower(), of[1].lower() if (of := _HEADER_FROM.search(found[2])) else "")
        for field in message.get_all("Authentication-Results", [])
        for statement in _list_statements(str(field), server)
        if (found := _DMARC.match(statement))
    ]
    # Once: where a second statement bears the server's name, one of the two is forged.
    return said == [("pass", sender.rpartition("@")[2])]


def compute_key(raw: bytes, message: Message) -> str:
    """Return what tells a message from all others, and is the same for each copy of it that arrives."""
    # With the body: some scanners give all their messages one Message-ID. Not with the header, in which each server on
    # the way adds lines.
    body = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[-1]
    names = "\0".join(str(message.get(name, "")) for name in ("From", "Message-ID", "Subject"))
    return hashlib.sha256(names.encode(errors="replace") + b"\0" + body).hexdigest()


def name_folder(message: Message) -> str:
    """Return the folder that a message asks for by its subject, without « Re: »; "" where it has none."""
    return _REPLY_MARKS.sub("", decode_text(message, "Subject"))[:_LONGEST_SUBJECT].strip()


def answer_headers(message: Message) -> dict[str, str]:
    """Return the headers of an answer: it stands below the message, and no program answers it."""
    found = _MESSAGE_ID.fullmatch(decode_text(message, "Message-ID"))
    threaded = {"In-Reply-To": found[0], "References": found[0]} if found else {}
    return {"Auto-Submitted": "auto-replied", **threaded}


def list_files(message: Message) -> list[MailedFile]:
    """List what is attached to a message; a picture that its text shows, and a signature, are not.

    Raises DepositRefusedError where messages are nested without end.
    """
    parts = list(_walk(message))[:_MOST_PARTS]
    shown = {
        cid for part in parts if part.get_content_type() == "text/html" for cid in _CID.findall(_read_content(part))
    }
    return [
        MailedFile(_name_file(part, number), _read_content(part))
        for number, part in enumerate((each for each in parts if _is_file(each, shown)), 1)
    ]


def _walk(message: Message) -> list[Message]:
    """List the parts of a message that hold something; a message within it is one of them, whole."""
    waiting, found = [message], []
    while waiting:
        part = waiting.pop()
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            waiting.extend(reversed(part.get_payload()))  # type: ignore[arg-type]  # a list of messages
        else:
            _repair_headers(part)
            found.append(part)
    return found


def _is_file(part: Message, shown: set[bytes]) -> bool:
    # « multipart » without parts is a damaged text.
    if part.get_content_type() in _NO_FILES or part.get_content_maintype() == "multipart":
        return False
    # Apple's program says « inline » of all that it attaches: only what the text names is a part of it.
    cid = str(part.get("Content-ID", "")).strip("<> ").encode(errors="replace")
    if part.get_content_maintype() == "image" and cid and cid in shown:
        return False
    is_named = bool(part.get_filename()) or part.get_content_disposition() == "attachment"
    return is_named or part.get_content_maintype() != "text"


def _name_file(part: Message, number: int) -> str:
    # RFC 2231, then RFC 2047, which may stand in a name by no standard and does in many.
    named = _decode_words(collapse_rfc2231_value(part.get_filename() or ""))
    if part.get_content_type() == "application/ms-tnef" or named.lower() == "winmail.dat":
        return "winmail.tnef"
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload(0) if part.is_multipart() else None
        subject = name_folder(inner) if inner is not None else ""  # type: ignore[arg-type]  # a message
        named = named or subject or f"message {number}"
        return named if named.lower().endswith(".eml") else f"{named}.eml"
    return named or f"pièce jointe {number}{mimetypes.guess_extension(part.get_content_type()) or ''}"


def _read_content(part: Message) -> bytes:
    if not part.is_multipart():
        content = part.get_payload(decode=True)
        return content if isinstance(content, bytes) else b""
    # As it came, headers included: its reader knows messages.
    written = BytesIO()
    try:
        BytesGenerator(written, mangle_from_=False, policy=policy.compat32).flatten(part.get_payload(0))  # type: ignore[arg-type]  # a message
    except RecursionError as error:
        raise _nested_without_end() from error
    return written.getvalue()


def _nested_without_end() -> DepositRefusedError:
    return DepositRefusedError("Ce message en contient d’autres, sans fin\u00a0: joignez les fichiers eux-mêmes.")


def _repair_headers(part: Message) -> None:
    """Read the bytes of a part's header that no standard allows as what they mostly are: UTF-8, or French Windows."""
    for name, value in list(part.raw_items()):
        if isinstance(value, str) and not value.isascii():
            raw = value.encode(errors="surrogateescape")
            try:
                part.replace_header(name, raw.decode())
            except UnicodeDecodeError:
                part.replace_header(name, raw.decode("cp1252", errors="replace"))


def _decode_words(text: str) -> str:
    try:
        decoded = str(make_header(decode_header(text[:_LONGEST_TEXT])))
    except (HeaderParseError, LookupError, ValueError):
        # A charset that nobody knows: as it is written.
        decoded = text[:_LONGEST_TEXT]
    # Lone surrogates stand for bytes that were no text.
    return " ".join(decoded.encode(errors="replace").decode().split())


def _list_statements(field: str, server: str) -> list[str]:
    """List what a field says in the name of a server, each method by itself; nothing of another server's."""
    head, *statements = _strip_comments(field).split(";")
    # The name may be followed by a version.
    return statements if head.lower().split()[:1] == [server.lower()] else []


def _strip_comments(field: str) -> str:
    """Return a field without its comments; what is quoted becomes « _ ». Left open, either leaves nothing."""
    # A sender's address stands in such fields too, and may hold « ; » when it is quoted: no statement begins there.
    kept, depth, is_quoted, is_escaped = [], 0, False, False
    for letter in field:
        if is_escaped or letter == "\\":
            is_escaped = not is_escaped
        elif letter == '"' and not depth:
            is_quoted = not is_quoted
            kept.append("_")
        elif not is_quoted and letter in "()":
            depth += 1 if letter == "(" else -1
            kept.append(" ")
        elif not is_quoted and not depth:
            kept.append(letter)
    return "" if is_quoted or depth else "".join(kept)
