"""Messages saved by Outlook."""

from __future__ import annotations

import struct
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import pytest

from extractors import Format, Limits, Reason, UnreadableFileError, extract
from extractors.model import PARTIAL_WARNING
from tests.extractors.compound_files import build_compound_file, move_tables_first
from tests.extractors.outlook_files import (
    BODY,
    CODE_PAGE,
    CONTENT_ID,
    DATA,
    EMBEDDED,
    EXTENSION,
    FILE_NAME,
    HIDDEN,
    HTML,
    MAIL,
    MEDIA_TYPE,
    MESSAGE_CODE_PAGE,
    METHOD,
    NAME,
    RECIPIENT_TYPE,
    RTF,
    SENDER_MAIL,
    SENDER_NAME,
    SENDER_SMTP,
    SENT,
    SHORT_FILE_NAME,
    SMTP,
    SUBJECT,
    build_message,
    message_tree,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from extractors import Extraction
    from tests.extractors.outlook_files import Values

    Read = Callable[[str, Any], Extraction]
    Refusal = Callable[[str, bytes], Reason]

MOMENT = datetime(2024, 1, 25, 9, 30, tzinfo=UTC)
# « {\\rtf1\\ansi\\ansicpg1252\\pard hello world} », the example of [MS-OXRTFCP] 3.1.
COMPRESSED = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)


def test_a_message(read: Read) -> None:
    """Subject, people, date, text, and attachments read as files."""
    people: list[Values] = [
        {NAME: "Bruno Petit", SMTP: "bruno@exemple.fr", RECIPIENT_TYPE: 1},
        {NAME: "claire@exemple.fr", MAIL: "claire@exemple.fr", RECIPIENT_TYPE: 1},
        {NAME: "Denise", MAIL: "/O=EXCHANGE/CN=DENISE", RECIPIENT_TYPE: 2},
        {NAME: "Caché", RECIPIENT_TYPE: 3},
    ]
    values: Values = {
        SUBJECT: "Aller vers : le bilan",
        SENDER_NAME: "Ana Rey",
        SENDER_MAIL: "/O=EXCHANGE/CN=ANA",
        SENDER_SMTP: "ana@exemple.fr",
        SENT: MOMENT,
        BODY: "Bonjour à tous,\r\nvoici le bilan.\r\n",
    }
    extraction = read("a.msg", build_message(values, people, [{FILE_NAME: "notes.txt", DATA: b"maraude"}]))
    assert extraction.format is Format.OUTLOOK
    assert (extraction.title, extraction.authors, extraction.created) == ("Aller vers : le bilan", ("Ana Rey",), MOMENT)
    assert extraction.sections[0].text.split("\n") == [
        "De : Ana Rey <ana@exemple.fr>",
        "À : Bruno Petit <bruno@exemple.fr>, claire@exemple.fr",
        "Copie à : Denise",
        "Bonjour à tous,",
        "voici le bilan.",
        "Pièces jointes : notes.txt",
    ]
    assert [(each.title, each.text) for each in extraction.sections[1:]] == [("notes.txt", "maraude")]
    assert extraction.warnings == ()


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({BODY: "simple", HTML: b"<p>simple"}, "simple"),
        ({BODY: " \r\n", HTML: "<p>déjà <b>dit</b>".encode()}, "déjà dit"),
        ({HTML: "<p>d\xe9j\xe0".encode("cp1252"), CODE_PAGE: 1252}, "déjà"),
        ({HTML: "<p>en texte : déjà"}, "en texte : déjà"),
        (
            {BODY: "Voir le HTML", HTML: b"<p>un deux trois quatre cinq six sept huit neuf"},
            "un deux trois quatre cinq six sept huit neuf",
        ),
        ({RTF: COMPRESSED}, "hello world"),
        ({RTF: struct.pack("<2I4s4x", 40, 26, b"MELA") + b"{\\rtf1 brut \\'e9t\\'e9}".ljust(26)}, "brut été"),
    ],
)
def test_bodies(values: dict[int, Any], text: str, read: Read) -> None:
    """The plain text is read, the HTML where it says more, else the RTF."""
    assert read("a.msg", build_message({SUBJECT: "s", **values})).sections[0].text == text


def test_texts_in_bytes(read: Read) -> None:
    """Older versions of Outlook wrote in the encoding of their country, which a property names."""
    extraction = read("a.msg", build_message({CODE_PAGE: 1252, SUBJECT: "Été", BODY: "déjà vu"}, ansi="cp1252"))
    assert (extraction.title, extraction.sections[0].text) == ("Été", "déjà vu")


@pytest.mark.parametrize(
    ("ansi", "code_pages", "word"),
    [
        ("cp1252", {}, "L’été au cœur"),
        ("cp1252", {MESSAGE_CODE_PAGE: 1252, CODE_PAGE: 28591}, "L’été au cœur"),
        ("cp1252", {CODE_PAGE: 65001}, "L’été au cœur"),
        ("utf-8", {MESSAGE_CODE_PAGE: 65001}, "L’été au cœur"),
        ("cp1251", {MESSAGE_CODE_PAGE: 1251, CODE_PAGE: 65001}, "Привет"),
    ],
)
def test_code_pages(ansi: str, code_pages: dict[int, int], word: str, read: Read) -> None:
    """That of a message is that of its people and of its attachments too, which name none; the body's may differ."""
    values: Values = {**code_pages, SUBJECT: word, BODY: word}
    content = build_message(values, [{NAME: word, RECIPIENT_TYPE: 1}], [{FILE_NAME: f"{word}.txt", DATA: b"x"}], ansi)
    extraction = read("a.msg", content)
    assert extraction.title == word
    assert extraction.sections[0].text == f"À : {word}\n{word}\nPièces jointes : {word}.txt"


def test_an_encoding_that_nobody_knows(read: Read) -> None:
    """It costs no text: what is Unicode is read as such, the rest as text of unknown encoding."""
    assert read("a.msg", build_message({CODE_PAGE: 7, SUBJECT: "Été", BODY: "déjà"})).sections[0].text == "déjà"
    assert read("a.msg", build_message({CODE_PAGE: 7, BODY: "déjà"}, ansi="cp1252")).sections[0].text == "déjà"
    assert read("a.msg", build_message({CODE_PAGE: 7, SENT: MOMENT, BODY: "déjà"})).created == MOMENT


def test_recipients_with_flags(read: Read) -> None:
    """The type of a recipient also says whether the message reached it."""
    people: list[Values] = [{NAME: "Ana", RECIPIENT_TYPE: 0x10000001}, {NAME: "Bo", RECIPIENT_TYPE: 0x80000002}]
    assert read("a.msg", build_message({BODY: "s"}, people)).sections[0].text == "À : Ana\nCopie à : Bo\ns"


def test_a_subject_without_its_prefix(read: Read) -> None:
    """Some programs write no other."""
    assert read("a.msg", build_message({0x0E1D: "Bilan", BODY: "s"})).title == "Bilan"


def test_messages_inside(read: Read) -> None:
    """A forwarded message is read with its own attachments, three deep."""
    attached: list[Values] = [{FILE_NAME: "fond.txt", DATA: b"le fond"}]
    inner = message_tree({SUBJECT: "Le premier", SENDER_NAME: "Ana", BODY: "dedans"}, [], attached, EMBEDDED)
    extraction = read("a.msg", build_message({SUBJECT: "Tr : le premier", BODY: "voir"}, [], [inner]))
    assert "Pièces jointes : Le premier.eml" in extraction.sections[0].text
    assert [each.title for each in extraction.sections[1:]] == ["Le premier.eml", "Le premier.eml – fond.txt"]
    assert "De : Ana\ndedans" in extraction.sections[1].text
    assert extraction.sections[2].text == "le fond"
    for number in range(6):
        inner = message_tree({SUBJECT: f"{number}", BODY: f"niveau {number}"}, [], [inner], EMBEDDED)
    deep = read("a.msg", build_message({SUBJECT: "s"}, [], [inner]))
    assert 0 < len(deep.sections) <= 1 + Limits().nesting


def test_pictures_of_the_message_itself(read: Read) -> None:
    """A logo in a signature is no attachment; a file is one, even if it could be displayed."""
    attachments: list[Values] = [
        {FILE_NAME: "logo.txt", DATA: b"logo", CONTENT_ID: "logo@01"},
        {FILE_NAME: "cache.txt", DATA: b"cache", HIDDEN: True},
        {SHORT_FILE_NAME: "PLAN.TXT", DATA: b"plan", CONTENT_ID: "plan@01"},
    ]
    values: Values = {SUBJECT: "s", HTML: b"<p>Bonjour<img src='cid:logo@01'>"}
    assert read("a.msg", build_message(values, [], attachments)).sections[0].text.endswith("Pièces jointes : PLAN.TXT")


def test_attachments_without_a_name(read: Read) -> None:
    """Their content tells what they are."""
    attachments: list[Values] = [{DATA: b"{\\rtf1 maraude}"}, {EXTENSION: ".txt", DATA: b"versement"}]
    extraction = read("a.msg", build_message({BODY: "voir"}, [], attachments))
    assert [(each.title, each.text) for each in extraction.sections[1:]] == [
        ("sans nom", "maraude"),
        ("sans nom.txt", "versement"),
    ]


def test_attachments_without_content(read: Read) -> None:
    """A file in a shared folder and an object of another program are named; a file without a byte is told."""
    attachments: list[Values] = [
        {FILE_NAME: "plan.pdf", METHOD: 4},
        {FILE_NAME: "Feuille", METHOD: 6},
        {FILE_NAME: "vide.txt", DATA: b""},
    ]
    tree = message_tree({BODY: "voir"}, [], attachments)
    drawn = tree["__attach_version1.0_#00000001"]
    assert isinstance(drawn, dict)
    drawn["__substg1.0_3701000D"] = {"CONTENTS": b"abc"}
    extraction = read("a.msg", build_compound_file(tree))
    assert extraction.sections[0].text == "voir\nPièces jointes : vide.txt, plan.pdf, Feuille"
    assert extraction.warnings == ("La pièce jointe « vide.txt » n’a pas été lue : fichier vide (0 octet).",)


def test_a_signed_message(read: Read) -> None:
    """Outlook keeps it whole in its signature, with its attachments."""
    inner = EmailMessage()
    inner.set_content("le corps")
    inner.add_attachment(b"maraude", maintype="text", subtype="plain", filename="notes.txt")
    signed = b"Content-Type: multipart/signed; boundary=b\n\n--b\n" + inner.as_bytes() + b"\n--b--\n"
    attachment: Values = {FILE_NAME: "smime.p7m", MEDIA_TYPE: "multipart/signed", DATA: signed}
    extraction = read("a.msg", build_message({SUBJECT: "Bilan"}, [], [attachment]))
    assert "le corps" in extraction.sections[1].text
    assert extraction.sections[2].text == "maraude"
    assert extraction.warnings == ()


def test_attachments_that_cannot_be_read(read: Read) -> None:
    """They are told, as those of any message."""
    extraction = read("a.msg", build_message({BODY: "voir"}, [], [{FILE_NAME: "a.pdf", DATA: b"\x00\x01\x02"}]))
    assert extraction.warnings == ("La pièce jointe « a.pdf » n’a pas été lue : fichier abîmé ou incomplet.",)


def test_a_message_without_text(read: Read) -> None:
    """It is found by its subject."""
    assert read("a.msg", build_message({SUBJECT: "Rappel"})).sections[0].title == "Rappel"
    assert read("a.msg", build_message({})).sections == ()


def test_another_suffix(read: Read) -> None:
    """Its content tells what it is."""
    assert read("a.doc", build_message({BODY: "mots"})).format is Format.OUTLOOK


def test_properties_without_their_streams(read: Read) -> None:
    """What is listed and missing costs nothing else."""
    tree = message_tree({SUBJECT: "s", BODY: "corps", SENDER_NAME: "Ana"})
    del tree["__substg1.0_0C1A001F"]
    extraction = read("a.msg", build_compound_file(tree))
    assert (extraction.title, extraction.sections[0].text) == ("s", "corps")


def test_streams_longer_than_their_file(read: Read) -> None:
    """A few bytes that claim gigabytes are not believed: what is there is read, and said to be a part."""
    content = build_message({SUBJECT: "s", BODY: "mot " * 2_000})
    at = content.index("__substg1.0_1000001F".encode("utf-16-le")) + 120
    began = time.monotonic()
    for size in (0xF0000000, len(content)):
        lying = bytearray(content)
        struct.pack_into("<I", lying, at, size)
        extraction = read("a.msg", bytes(lying))
        assert len(extraction.sections[0].text) < len(content)
        assert extraction.warnings == (PARTIAL_WARNING,)
    assert time.monotonic() - began < 10


def test_streams_that_share_their_place(read: Read, refusal: Refusal) -> None:
    """Streams that all lie in one place would take more memory than the file: it is refused."""
    bodies: list[Values] = [{FILE_NAME: f"{number}.txt", DATA: b"mot " * 2_000} for number in range(20)]
    content = bytearray(build_message({SUBJECT: "s"}, [], bodies))
    assert read("a.msg", move_tables_first(bytes(content))[:60_000]).warnings[0] == PARTIAL_WARNING
    name = "__substg1.0_37010102".encode("utf-16-le")
    first = content.index(name)
    start, at = content[first + 116 : first + 120], first
    while (at := content.find(name, at + 1)) > 0:
        content[at + 116 : at + 120] = start
    assert refusal("a.msg", move_tables_first(bytes(content))[:60_000]) is Reason.DAMAGED


def test_storages_with_a_length(read: Read) -> None:
    """It means nothing, and some writers leave anything there."""
    content = bytearray(build_message({BODY: "voir"}, [{NAME: "Ana", RECIPIENT_TYPE: 1}]))
    at = content.index("__recip_version1.0_#00000000".encode("utf-16-le")) + 120
    struct.pack_into("<I", content, at, 0xF0000000)
    assert read("a.msg", bytes(content)).sections[0].text == "À : Ana\nvoir"


def test_many_attachments(read: Read) -> None:
    """How many were not read is told."""
    attachments: list[Values] = [{FILE_NAME: f"{number}.txt", DATA: b"mot"} for number in range(60)]
    extraction = read("a.msg", build_message({BODY: "voir"}, [], attachments))
    assert len(extraction.sections) == 51
    assert extraction.warnings == ("10 pièces jointes n’ont pas été lues : seules les 50 premières le sont.",)


def test_large_messages(tmp_path: Path) -> None:
    """They are read whole into memory, so only up to a limit."""
    path = tmp_path / "a.msg"
    path.write_bytes(build_message({BODY: "mot " * 10_000}))
    with pytest.raises(UnreadableFileError) as refused:
        extract(path, Limits(text_bytes=10_000))
    assert refused.value.reason is Reason.TOO_LARGE


def test_an_interrupted_copy(read: Read) -> None:
    """Of a file that breaks off, what is there is read, and said to be a part."""
    attached: list[Values] = [{FILE_NAME: "note.txt", DATA: b"une note " * 2000}]
    whole = move_tables_first(build_message({SUBJECT: "Bilan", BODY: "maraude " * 700}, [], attached))
    assert read("a.msg", whole).warnings == ()
    cut = read("b.msg", whole[: len(whole) * 2 // 3])
    assert "maraude maraude" in cut.sections[0].text
    assert cut.sections[1].text.startswith("une note une note")
    assert cut.warnings[0] == PARTIAL_WARNING
