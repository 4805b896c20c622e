"""A library of a few documents, catalogued and indexed as the indexer would, without reading a file."""

from __future__ import annotations

import atexit
import hashlib
import shutil
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from index.catalogue.catalogue import Catalogue
from index.catalogue.documents.writes import Content
from index.catalogue.file_records import Failure, FileLocation
from index.catalogue.metadata_layers import Description
from index.config.settings import Settings
from index.generations.synchroniser import IndexSynchroniser
from index.model import Event, Facet, Locator, PartialDate, Passage, Tag, TagSource, Unit
from index.model.documents import FileStat
from index.text.minhash import signature
from indexer.reconcile import PART_KINDS
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable

_VOCABULARY = load_vocabulary()

VIDEO_BYTES = bytes(range(256)) * 8

OUTREACH = Event("2024-01-25-webinaire", "webinaire", "L’aller vers", PartialDate(2024, 1, 25))
DATA = Event("2024-11-07-webinaire", "webinaire", "Échanges de données", PartialDate(2024, 11, 7))
PLENARY = Event("2024-12-17-pleniere", "pleniere", "Quatrième réunion plénière", PartialDate(2024, 12, 17))
MONTHLY = Event("2025-04-mensuelle", "mensuelle", "Mensuelle d’avril", PartialDate(2025, 4))

SLIDES = "webinaires/2024-01-25 L’aller vers/Support « aller vers ».pptx"
CAPTIONS = "webinaires/2024-01-25 L’aller vers/Replay.vtt"
VIDEO = "webinaires/2024-01-25 L’aller vers/Replay.mp4"
LONG_PAGE = "webinaires/2024-11-07 Échanges de données/Kit d’expression des besoins.pdf"
MARKUP = "divers/<b>notes<script>alert(1)<script>.md"
SILENT = "plénières/2024-12-17/Affiche.pdf"
DAMAGED = "mensuelles/2025-04/Compte rendu abîmé.docx"
LONG_TITLE = (
    "Kit d’expression des besoins pour l’échange de données entre organismes de sécurité sociale, "
    "collectivités territoriales et centres communaux d’action sociale"
)
HOSTILE_TITLE = "<script>alert('titre')</script>"
HOSTILE_TEXT = "Avant <img src=x onerror=alert(1)> pendant non-recours </mark></p><script>alert(2)</script> après"


@dataclass(frozen=True)
class Entry:
    """One document to be."""

    path: str
    format: str
    title: str
    passages: tuple[Passage, ...] = ()
    event: Event | None = None
    themes: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()
    content: bytes = b""
    warnings: tuple[str, ...] = ()
    duration: float | None = None
    transcribed: str = ""


@dataclass(frozen=True)
class SmallLibrary:
    """Where it is, and the ids that its documents got, by path."""

    settings: Settings
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def documents(self) -> list[str]:
        """The ids of its documents: its captions are a part of their video."""
        return [id_ for path, id_ in self.ids.items() if path != CAPTIONS]


def build(
    root: Path, video: bytes = VIDEO_BYTES, contact: str = "animation@example.org", more: Iterable[Entry] = ()
) -> SmallLibrary:
    """A whole small library under a folder, and more documents where a test needs them.

    Each is a copy of one that is written and indexed once a process: they share their documents' ids.
    """
    settings = Settings(library=root / "bibliotheque", data=root / "donnees", contact=contact)
    written, ids = _written(video, tuple(more))
    # Times of change are copied too: the catalogue knows each file's.
    shutil.copytree(written.name, root, dirs_exist_ok=True)
    return SmallLibrary(settings, dict(ids))


@cache
def _written(video: bytes, more: tuple[Entry, ...]) -> tuple[TemporaryDirectory[str], dict[str, str]]:
    """A library in a folder that lasts as long as the process, and its documents' ids by path."""
    folder = TemporaryDirectory(prefix="small-library-")
    atexit.register(folder.cleanup)
    settings = Settings(library=Path(folder.name) / "bibliotheque", data=Path(folder.name) / "donnees")
    settings.library.mkdir()
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        ids = {
            entry.path: add(catalogue, settings.library, entry)
            for entry in (*_webinar(video), *_others(), *_minutes(), *more)
        }
        _fail(catalogue, settings.library)
        with IndexSynchroniser(settings.index_folder, catalogue) as follower:
            follower.synchronise()
    return folder, ids


def _webinar(video: bytes) -> tuple[Entry, ...]:
    spoken = (
        Passage(0, Locator(Unit.TIME, 1, 0.0, 2.0), "Bonjour à toutes et à tous."),
        Passage(1, Locator(Unit.TIME, 2, 2.0, 4.0), "Nous parlons de l’aller vers & du non-recours."),
        Passage(2, Locator(Unit.TIME, 3, 4.0, 5.5), "À Grigny, un bus des droits sillonne les quartiers."),
    )
    captions = "WEBVTT\n\n00:00.000 --> 00:02.000\nBonjour à toutes et à tous.\n"
    about = {"event": OUTREACH, "themes": ("aller-vers",), "territories": ("grigny",)}
    return (
        Entry(SLIDES, "pptx", "Aller vers les personnes éloignées de leurs droits", _slides(), **about),  # type: ignore[arg-type]
        Entry(CAPTIONS, "sous-titres", "Replay du webinaire", spoken, content=captions.encode(), duration=5.5, **about),  # type: ignore[arg-type]
        Entry(VIDEO, "video", "Replay du webinaire", content=video, duration=5.5, **about),  # type: ignore[arg-type]
    )


def _slides() -> tuple[Passage, ...]:
    notes = "Rappeler ici que le non-recours n’est pas un choix."
    texts = (
        (
            "Pourquoi aller vers\u00a0?",
            "Un tiers des personnes éligibles ne demande pas le RSA.\nLe non-recours est massif.",
            "",
        ),
        ("Le bus des droits de Grigny", "Trois arrêts par semaine, deux agents, un accueil sans rendez-vous.", notes),
        ("Et ensuite", "Partager les fiches de poste entre territoires.", ""),
    )
    return tuple(
        Passage(place, Locator(Unit.SLIDE, place + 1), text, title, said)
        for place, (title, text, said) in enumerate(texts)
    )


def _others() -> tuple[Entry, ...]:
    pages = (
        Passage(0, Locator(Unit.PAGE, 1), "Le kit décrit les échanges de données entre CAF et CCAS.", "Kit"),
        Passage(1, Locator(Unit.PAGE, 2), "Première moitié d’une longue page.", "Convention"),
        Passage(2, Locator(Unit.PAGE, 2), "Seconde moitié, où l’on parle du RGPD.", "Convention"),
    )
    hostile = (Passage(0, Locator(Unit.HEADING, 1), HOSTILE_TEXT, "<i>titre</i>"),)
    worn = ("Une image n’a pas pu être lue.",)
    return (
        Entry(LONG_PAGE, "pdf", LONG_TITLE, pages, DATA, ("echange-donnees", "rgpd"), content=b"%PDF-1.7"),
        Entry(MARKUP, "markdown", HOSTILE_TITLE, hostile, content=b"# <script>alert(1)</script>"),
        Entry(SILENT, "pdf", "Affiche de la plénière", event=PLENARY, content=b"%PDF-1.4 affiche", warnings=worn),
    )


def _minutes() -> tuple[Entry, ...]:
    """Enough minutes for a second page, with more themes than a list shows at once."""
    themes = ("evaluation", "rh", "communication", "rdv", "logement", "sante", "jeunes", "rural", "indus", "essaimage")
    texts = [f"Question {number} sur les financements et l’évaluation." for number in range(1, 13)]
    return tuple(
        Entry(
            f"mensuelles/2025-04/Compte rendu {number:02d}.docx",
            "docx",
            f"Compte rendu de la mensuelle, partie {number}",
            (Passage(0, Locator(Unit.HEADING, 1), text, "Financements"),),
            MONTHLY,
            (themes[number % len(themes)],),
            content=text.encode(),
        )
        for number, text in enumerate(texts, 1)
    )


def add(catalogue: Catalogue, library: Path, entry: Entry) -> str:
    """Put one more document in a library and its catalogue; gives its id."""
    content = entry.content or entry.path.encode()
    file = library / entry.path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    read = Content(
        digest,
        entry.format,
        entry.title,
        entry.passages,
        duration=entry.duration,
        warnings=entry.warnings,
        signature=signature(entry.passages),
        transcribed=entry.transcribed,
    )
    date = entry.event.date if entry.event else None
    with catalogue.transaction() as transaction:
        transaction.replays.watch(PART_KINDS)
        id_ = transaction.documents.create(read)
        transaction.files.save(
            FileLocation(entry.path, FileStat(len(content), file.stat().st_mtime_ns, 0), digest, id_)
        )
        transaction.descriptions.save_each({id_: Description(entry.title, date, entry.event, _tags(entry))})
    return id_


def _tags(entry: Entry) -> tuple[Tag, ...]:
    folder = entry.path.split("/", maxsplit=1)[0]
    tags = [Tag(Facet.FORMAT, entry.format, TagSource.CONTENT, "format du fichier")]
    tags += [Tag(Facet.THEME, theme, TagSource.CONTENT, "mots du thème dans le texte") for theme in entry.themes]
    tags += [Tag(Facet.TERRITORY, each, TagSource.CONTENT, "cité dans le texte") for each in entry.territories]
    areas = (area for each in entry.territories for area in _VOCABULARY.areas_of(each).items())
    tags += [Tag(facet, value, TagSource.CONTENT, "territoire cité dans le texte") for facet, value in areas]
    if entry.event:
        tags.append(Tag(Facet.EVENT_TYPE, entry.event.type, TagSource.FOLDER, f"dossier «\u00a0{folder}\u00a0»"))
        tags.append(Tag(Facet.YEAR, str(entry.event.date.year), TagSource.FOLDER, "date du dossier"))
    return tuple(tags)


def _fail(catalogue: Catalogue, library: Path) -> None:
    (library / DAMAGED).write_bytes(b"PK")
    digest = hashlib.sha256(b"PK").hexdigest()
    advice = "ouvrez-le avec son logiciel, enregistrez-le de nouveau et redéposez-le"
    with catalogue.transaction() as transaction:
        transaction.queue.save_failure(Failure(digest, 1, "abime", "fichier abîmé ou incomplet", advice))
        transaction.files.save(FileLocation(DAMAGED, FileStat(2, 0, 0), digest))
