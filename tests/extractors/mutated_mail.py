"""Messages that say the same in other ways, and what the standard library reads of them."""

from __future__ import annotations

import base64
import quopri
from email import message_from_bytes, policy
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

BODY = "Bonjour, voici le tableau de l’été : réunion à Vézanteuil, hébergement compris."
PAGE = f"<html><body><p>{BODY}</p><p>Le relais de Brancouze ouvre lundi.</p></body></html>"
"""It says more than the plain text, as tables and quotations of some programs do."""
TABLE = "commune;bourse\nClermoulin;tarpinette\n"
FOOT = "Liste de diffusion : pied de Mourvelle."

_BOUNDARIES = ("B", "----=_Part_1", "=_a.b+c", "0000000000001", "Apple-Mail=_1-2", "B 1")


def mutate_mail(chance: Random) -> bytes:
    """A message with a text, a page, an attachment and a foot, each part written in a way drawn by chance."""
    text = _write_part(chance, "text/plain", BODY)
    if chance.random() < 0.5:
        text = _wrap(chance, "alternative", [text, _write_part(chance, "text/html", PAGE)])
    parts = [text, _write_part(chance, "text/csv", TABLE, name="tableau.csv"), _write_part(chance, "text/plain", FOOT)]
    if chance.random() < 0.3:
        chance.shuffle(parts)
    content = _wrap(chance, chance.choice(["mixed", "related", "x-other"]), parts)
    for _ in range(chance.choice([0, 0, 1, 2])):
        content = _wrap(chance, chance.choice(["mixed", "signed"]), [content])
    headers = ["From: Ana <a@b.fr>", "To: c@d.fr", f"Subject: {_encode_word(chance, 'Réunion d’été')}"]
    if chance.random() < 0.8:
        headers.append("MIME-Version: 1.0")
    chance.shuffle(headers)
    message = "\n".join(headers).encode() + b"\n" + content
    return message.replace(b"\n", chance.choice([b"\n", b"\r\n"]))


def _write_part(chance: Random, kind: str, text: str, name: str = "") -> bytes:
    charset = chance.choice(["utf-8", "utf-8", "windows-1252", "iso-8859-15", "macintosh"])
    try:
        raw = text.encode(charset)
    except UnicodeEncodeError:
        charset, raw = "utf-8", text.encode()
    transfer = chance.choice(["base64", "quoted-printable", "8bit", ""])
    encoded = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(transfer, bytes)(raw)
    quote_sign = chance.choice(["", '"'])
    headers = [f"Content-Type: {chance.choice([kind, kind.title()])}; charset={quote_sign}{charset}{quote_sign}"]
    if name:
        headers[0] += chance.choice([f"; name={name}", f'; name="{name}"', f";\n name*=utf-8''{quote(name)}", ""])
        headers.append(
            chance.choice(
                [f"Content-Disposition: attachment; filename={name}", f'Content-Disposition: inline; filename="{name}"']
            )
        )
        if chance.random() < 0.5:
            headers.append(f"Content-ID: <f_{chance.randrange(99)}@mail>")
    if transfer:
        headers.append(f"Content-Transfer-Encoding: {chance.choice([transfer, transfer.upper()])}")
    chance.shuffle(headers)
    return "\n".join(headers).encode() + b"\n\n" + encoded + b"\n"


def _wrap(chance: Random, kind: str, parts: Sequence[bytes]) -> bytes:
    boundary = f"{chance.choice(_BOUNDARIES)}{chance.randrange(10**6)}"
    declared = boundary if chance.random() < 0.4 and " " not in boundary and "=" not in boundary else f'"{boundary}"'
    line = f"--{boundary}".encode()
    preamble = chance.choice([b"", b"This is a multi-part message in MIME format.\n"])
    end = chance.choice([b"--\n", b"--", b""])
    body = b"".join(line + b"\n" + part + b"\n" for part in parts)
    return (
        f"Content-Type: multipart/{kind}; boundary={declared}\n\n".encode()
        + preamble
        + body
        + (line + end if end else b"")
    )


def _encode_word(chance: Random, text: str) -> str:
    charset = chance.choice(["utf-8", "windows-1252"])
    raw = text.encode(charset)
    if chance.random() < 0.5:
        return f"=?{charset}?B?{base64.b64encode(raw).decode()}?="
    return f"=?{charset}?Q?{quopri.encodestring(raw, header=True).decode()}?="


def read_by_library(content: bytes) -> str:
    """The subject and all texts of a message, by the standard library."""
    message = message_from_bytes(content, policy=policy.default)
    texts = [str(message.get("Subject", ""))]
    for part in message.walk():
        if part.get_content_maintype() == "text":
            payload = part.get_payload(decode=True)
            charset = part.get_content_charset() or "utf-8"
            text = payload.decode(charset, errors="replace") if isinstance(payload, bytes) else ""
            texts.append(text.replace("<", " <").replace(">", "> ").replace(";", " "))
    return "\n".join(texts)
