"""What mails say of themselves: names in all the ways they are written, proofs, and what nobody can prove."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.model import ExplainedError
from webapp.deposits.deposit_writer import DepositRefusedError
from webapp.deposits.mailed_messages import (
    compute_key,
    decode_text,
    find_sender,
    is_authenticated,
    is_automatic,
    list_files,
    name_folder,
    parse_message,
)

SERVER = "mx.ruche.example"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (b"Content-Disposition: attachment; filename*=iso-8859-1''R%E9sum%E9.pdf", "Résumé.pdf"),
        (b'Content-Disposition: attachment; filename="=?utf-8?q?R=C3=A9sum=C3=A9=2Epdf?="', "Résumé.pdf"),
        ('Content-Disposition: attachment; filename="Résumé.pdf"'.encode(), "Résumé.pdf"),
        ('Content-Disposition: attachment; filename="Résumé.pdf"'.encode("latin-1"), "Résumé.pdf"),
        (b'Content-Disposition: attachment; filename*0="Un nom "; filename*1="en deux.pdf"', "Un nom en deux.pdf"),
        (b'Content-Disposition: attachment; filename="=?x-inconnu?q?a?="', "=?x-inconnu?q?a?="),
        (b"Content-Disposition: attachment", "pièce jointe 1.pdf"),
        (b'X: y\nContent-Type: application/pdf; name="par-le-type.pdf"', "par-le-type.pdf"),
    ],
)
def test_names_are_read_in_all_their_ways(header: bytes, name: str) -> None:
    """As standards have them, as programs do against them, and raw; one without a name has that of its type."""
    kind = b"" if b"Content-Type" in header else b"Content-Type: application/pdf\n"
    (file,) = list_files(parse_message(header + b"\n" + kind + b"\n%PDF"))
    assert (file.name, file.content) == (name, b"%PDF")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (f"{SERVER}; dmarc=pass header.from=ruche.example", True),
        (f"{SERVER} 1; spf=fail smtp.mailfrom=x.example;\n\tdmarc=pass (p=none; a=b) header.from=Ruche.Example", True),
        (f"{SERVER.upper()}; dkim=pass header.d=x; dmarc=pass header.from=ruche.example", True),
        (f"{SERVER}; dmarc=pass", False),
        (f"{SERVER}; dmarc=bestguesspass header.from=ruche.example", False),
        (f"{SERVER}; dkim=pass header.d=ruche.example; spf=pass smtp.mailfrom=ruche.example", False),
        # A sender chooses what stands before the « @ » of an address.
        (f'{SERVER}; spf=pass smtp.mailfrom="a; dmarc=pass header.from=ruche.example "@evil.example', False),
        (f"{SERVER}; spf=pass (sender a; dmarc=pass header.from=ruche.example) smtp.mailfrom=evil.example", False),
        (f'{SERVER}; x="; dmarc=pass header.from=ruche.example', False),
        (f"{SERVER}.evil.example; dmarc=pass header.from=ruche.example", False),
        (f"evil.example; {SERVER}; dmarc=pass header.from=ruche.example", False),
        ("; dmarc=pass header.from=ruche.example", False),
    ],
)
def test_only_the_own_server_proves(said: str, expected: bool) -> None:  # noqa: FBT001 - an example's answer
    """DMARC for the very domain, in the name of one server; nothing that is quoted or in a comment counts."""
    message = parse_message(f"Authentication-Results: {said}\nFrom: a@ruche.example\n\n".encode())
    assert is_authenticated(message, "a@ruche.example", SERVER) is expected
    # A second statement in the same name: one of them is forged, and nobody knows which.
    twice = (
        f"Authentication-Results: {SERVER}; dmarc=fail header.from=ruche.example\nAuthentication-Results: {said}\n\n"
    )
    assert not is_authenticated(parse_message(twice.encode()), "a@ruche.example", SERVER)


@pytest.mark.parametrize(
    ("given", "sender"),
    [
        ("Anne <Anne@Ruche.example>", "anne@ruche.example"),
        ('"Martin, Anne (CCAS)" <anne@ruche.example>', "anne@ruche.example"),
        ("anne@ruche.example", "anne@ruche.example"),
        ("anne@ruche.example <evil@evil.example>", ""),
        ('"anne@ruche.example" <evil@evil.example>', "evil@evil.example"),
        ("anne@ruche.example, evil@evil.example", ""),
        ("Anne <anne@ruche.example>\nFrom: evil@evil.example", ""),
        ("Anne", ""),
        ("<anne@ruche.example>(evil@evil.example)", ""),
    ],
)
def test_a_sender_is_one_address_or_none(given: str, sender: str) -> None:
    """What programs do not all read in one way names nobody."""
    assert find_sender(parse_message(f"From: {given}\n\n".encode())) == sender


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Auto-Submitted: auto-replied (vacation)", True),
        ("Auto-Submitted: no", False),
        ("X-Auto-Generated: 1", True),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=b", True),
        ("From: MAILER-DAEMON@ruche.example", True),
        ("Return-Path: < >", True),
        ("Precedence: Bulk", True),
        ("X-Mailer: Outlook", False),
    ],
)
def test_programs_are_known(header: str, expected: bool) -> None:  # noqa: FBT001 - an example's answer
    """By RFC 3834 and by what was in use before it."""
    assert is_automatic(parse_message(f"{header}\n\n".encode())) is expected


def test_a_subject_names_a_folder() -> None:
    """Without the marks of answers and forwards, on one line, within bounds."""
    for subject, folder in (
        ("RE: Re : TR: Webinaire aller vers", "Webinaire aller vers"),
        ("=?utf-8?q?=C3=89t=C3=A9?=", "Été"),
        ("a" * 300, "a" * 120),
        ("Fwd:", ""),
    ):
        assert name_folder(parse_message(f"Subject: {subject}\n\n".encode())) == folder


def test_copies_are_known_whatever_was_added_on_the_way() -> None:
    """Headers of servers make no difference; another body under the same Message-ID does."""
    raw = b"From: a@b.fr\nMessage-ID: <1@b>\n\ntexte"
    other = raw.replace(b"texte", b"autre")
    keys = [compute_key(each, parse_message(each)) for each in (raw, b"Received: x\n" + raw, other)]
    assert keys[0] == keys[1] != keys[2]


def test_messages_without_end_are_refused() -> None:
    """A thousand messages within each other end in a sentence, not in the death of the run."""
    nested = b"Content-Type: message/rfc822\n\n" * 3_000
    with pytest.raises(DepositRefusedError, match="sans fin"):
        list_files(parse_message(nested))


@given(st.binary(max_size=400), st.sampled_from([b"", b"Content-Type: multipart/mixed; boundary=b\n", b"From: "]))
@settings(max_examples=300, deadline=None)
def test_no_mail_is_an_error(raw: bytes, beginning: bytes) -> None:
    """Whatever the bytes are, they are read, or refused with a sentence."""
    try:
        message = parse_message(beginning + raw)
        list_files(message)
    except ExplainedError:
        return
    name_folder(message)
    is_automatic(message)
    is_authenticated(message, find_sender(message) or "a@b.fr", SERVER)
    assert "\n" not in decode_text(message, "Subject")
