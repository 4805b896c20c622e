"""Small libraries that differ in one event’s documents, kinds of people, and the addresses that may tell of it."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from index.accounts.audiences import ANIMATORS_OF
from index.accounts.audit import CONSOLE
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group, NewAccount, Role, Scope
from index.catalogue.announcements import ReceiverProgress, Subject
from index.catalogue.catalogue import Catalogue
from index.catalogue.dossiers import Dossier, ItemPlace
from index.catalogue.file_records import Failure, FileLocation
from index.catalogue.inquiries.inquiries import Inquiry, InquiryDraft, InquiryState
from index.catalogue.inquiries.inquiries import Standing as InquiryStanding
from index.catalogue.judged_questions import JudgedQuestion
from index.catalogue.repositories import load_all_tables
from index.catalogue.saved_searches import DigestFrequency
from index.catalogue.tables import Base, VersionRow
from index.generations.synchroniser import IndexSynchroniser
from index.model.documents import ANIMATORS, MEMBERS, Event, FileStat, Locator, PartialDate, Passage, Unit
from index.personal_data.doubts import find_personal_data
from index.preview_cache import PreviewCache, PreviewPage
from index.text.resolutions import fingerprint_resolution
from tests.composition import create_app
from tests.webapp.accounts import guarded, joined, signed_in
from tests.webapp.conftest import WholeClient
from tests.webapp.small_library import Entry, SmallLibrary, add, build
from webapp.server.app_services import services_of

if TYPE_CHECKING:
    from datetime import timedelta
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from index.accounts.model import Account

WORD = "cachetine"
"""Stands in all that the documents in question say, in their titles, paths and files, and in their workshop’s title."""

SHARED, MISTYPED, BEGUN = "carnetier", "cachetinne", "cachet"
"""What they share with documents that all members see, and how one may come upon the word without typing it."""

CROWD = " ".join(
    [f"sillonn{first}{second}" for first in "abc" for second in "abcdefghijklmnop"]
    + [f"carnet{letter}ex" for letter in "abcdefghjklmnopqrstuvwxyz"]
)
"""Words that only they hold, and that begin as « sillonneuse » does, or are as near to a mistyped « carnetier »."""

FORMS = "relevé repérée"
"""Words of theirs that differ by their accents from « relève », and from what one may type for « repérer »."""

OPEN_FORMS = "relève repérer"
"""What a document says that all members see."""

TYPED = (
    *(WORD, WORD[:5], BEGUN, MISTYPED, f"{WORD}s", f"{WORD[:-1]}a", f"{WORD[:4]}*", f"{MISTYPED}~", f"titre:{BEGUN}*"),
    *("sillonn", "sillonnab", "sillonnerons", "sillonneuze", "carnetiex", "carnetie", "relev", "releve", "relevé"),
    *("reperee", "repérée", "repere", f"{SHARED} {WORD}", f"{SHARED} -{WORD}", f"auteur:{WORD}", "ZQTC", "zqt"),
    *("carnetiex reperee", "« reperee carnetiex »", "rencontre", "atelier cachet"),
)
"""What one may type to come upon words that only they hold: beginnings, mistakes, other forms, other accents."""

TYPED_AT = (
    "/suggestions?q={typed}",
    "/suggestions/navigateur?q={typed}",
    "/recherche?q={typed}",
    "/recherche.csv?q={typed}",
    "/documents/{{near}}?q={typed}",
    "/recherches/nouvelle?q={typed}",
    "/api/v1/search?q={typed}&explication=1",
    "/animation/documents?q={typed}",
    "/animation/recherches-sans-resultat?essai={typed}",
    "/questions/nouvelle?titre={typed}",
)
"""Where one may type it."""

TERRITORY = "grigny"
GROUP = "groupe-grigny"
FOLDER = "dossier"
WORKSHOP = Event("2025-06-03-atelier", "webinaire", f"Atelier {WORD}", PartialDate(2025, 6, 3))
DECK, VIDEO, CAPTIONS = (
    f"{FOLDER}/2025-06-03 {WORD}/{name}" for name in ("Carnet.pptx", "Replay carnet.mp4", "Replay carnet.vtt")
)
DAMAGED = f"{FOLDER}/2025-06-03 {WORD}/Abîmé.docx"
NEAR = "voisins/Voisin.pdf"
TWIN, OPEN_TWIN = f"{FOLDER}/2025-06-03 {WORD}/Jumeau.pdf", "voisins/Jumeau.pdf"
"""Two files with the same bytes, of which everybody sees the second, and whose documents have the same event."""

RESOLUTION = fingerprint_resolution("Deux fois le même texte.")
"""Stands for what both of them say was decided."""

MEETING = Event("2025-06-04-atelier", "webinaire", "Rencontre commune", PartialDate(2025, 6, 4))
NIR = "1 85 05 78 006 084 91"
_TWIN_PASSAGE = Passage(0, Locator(Unit.PAGE, 1), "Deux fois le même texte.", "Décisions")
MOBILE = "06 12 34 56 78"


class Standing(Enum):
    """What becomes of the documents in question; they are not there at all in the last case."""

    VISIBLE = "visible"
    KEPT = "kept for a group"
    HELD = "held for personal data"
    BOTH = "kept for a group, and held for personal data"
    ABSENT = "absent"


class Kind(Enum):
    """Who asks."""

    NOBODY = "nobody"
    STRANGER = "reader without the group"
    MEMBER = "reader of the group"
    ANIMATOR = "animator without the group"
    ADMINISTRATOR = "administrator without the group"
    INSIDER = "animator of the group"

    @property
    def role(self) -> Role:
        """The role of such an account."""
        named = {Kind.ANIMATOR: Role.ANIMATOR, Kind.INSIDER: Role.ANIMATOR, Kind.ADMINISTRATOR: Role.ADMINISTRATOR}
        return named.get(self, Role.READER)

    def sees(self, standing: Standing, *, absent: bool = False) -> bool:
        """Whether such a person may see documents of a standing, or what stands for them in their absence may."""
        if self is Kind.NOBODY:
            return False
        seen_by = {
            Standing.VISIBLE: set(Kind),
            Standing.KEPT: {Kind.MEMBER, Kind.INSIDER},
            Standing.HELD: set() if absent else {Kind.ANIMATOR, Kind.ADMINISTRATOR, Kind.INSIDER},
            Standing.BOTH: set() if absent else {Kind.INSIDER},
        }
        return self in seen_by.get(standing, set())


@dataclass(frozen=True)
class Probe:
    """An address that tells of the documents to whoever may see them and has the role; `{deck}` is an id, and so on.

    `absent` where it stands for someone who is not there; `only` where documents of some standings alone are told of;
    `rules` where whoever makes the rules reads the names of all folders.
    """

    address: str
    role: Role = Role.READER
    absent: bool = False
    only: tuple[Standing, ...] = ()
    rules: bool = False

    def tells(self, kind: Kind, standing: Standing) -> bool:
        """Whether a person reads of the documents there."""
        if self.rules:
            return kind.role.includes(self.role) and standing is not Standing.ABSENT
        allowed = kind.role.includes(self.role) and (not self.only or standing in self.only)
        return allowed and kind.sees(standing, absent=self.absent)


_ANIMATOR, _DAMAGED = Role.ANIMATOR, (Standing.VISIBLE, Standing.KEPT)
_OAI = "/oai?verb={verb}&metadataPrefix=oai_dc"


def _plain(*addresses: str) -> tuple[Probe, ...]:
    return tuple(map(Probe, addresses))


def _animators(*addresses: str) -> tuple[Probe, ...]:
    return tuple(Probe(each, _ANIMATOR) for each in addresses)


TELLING: dict[str, tuple[Probe, ...]] = {
    "pages.home": _plain("/"),
    "pages.search": _plain(
        f"/recherche?q={SHARED}",
        f"/recherche?q={MISTYPED}",
        "/recherche?theme=aller-vers&tri=date",
        "/recherche?q=webinaire+juin+2025",
        "/recherche?q=dernier+webinaire",
        f"/recherche?q=Qui+utilise+le+{SHARED}+?",
    ),
    "documents.show": _plain(
        "/documents/{answered}",
        "/documents/{citing_document}",
        "/documents/{deck}",
        "/documents/{video}?q=carnet",
        "/documents/{near}",
    ),
    "documents.original": _plain("/documents/{deck}/original"),
    "documents.subtitles": _plain("/documents/{video}/sous-titres.vtt"),
    "documents.chapter_track": _plain("/documents/{video}/chapitres.vtt"),
    "dossiers.choose": _plain("/dossiers/ajout?document={deck}", "/dossiers/ajout?document={deck}&lieu=diapositive-1"),
    "dossiers.show": _plain("/dossiers/{dossier}"),
    "dossiers.export": _plain("/dossiers/{dossier}/export/md"),
    "dossiers.show_shared": _plain("/dossiers/partage/{share}"),
    "dossiers.export_shared": _plain("/dossiers/partage/{share}/export/md"),
    "inquiries.list_all": _plain("/questions", f"/questions?territoire={TERRITORY}"),
    # That of what is asked is open to more than what is answered: a doubt reserves a document, and a text at once.
    "inquiries.show": _plain("/questions/{open_question}"),
    "inquiries.new": _plain(f"/questions/nouvelle?titre=Qui+utilise+le+{SHARED}+?"),
    "inquiries.write_answer": _plain("/questions/{question}/reponse"),
    "inquiry_review.show": _animators("/animation/questions"),
    "inquiry_review.edit": _animators("/animation/questions/{question}", "/animation/questions/{citing}"),
    "needs.show": _animators("/animation/besoins"),
    "needs.export": _animators("/animation/besoins/export.csv"),
    "judged_questions.show": _animators("/animation/questions-de-controle"),
    "judged_questions.edit": _animators(f"/animation/questions-de-controle/question?q={SHARED}"),
    "judged_questions.export": _animators("/animation/questions-de-controle/questions.yaml"),
    "announcements.show": _animators("/animation/annonces"),
    "api.list_questions": _plain("/api/v1/questions?par_page=100"),
    "api.get_question": _plain("/api/v1/questions/{open_question}", "/api/v1/questions/{citing}"),
    "thumbnails.thumbnail": _plain("/documents/{deck}/vignette"),
    "thumbnails.page": _plain("/documents/{deck}/pages/1.webp"),
    "thumbnails.small_page": _plain("/documents/{deck}/vignettes/1.webp"),
    "places.show": _plain("/documents/{deck}/endroits/diapositive-1", "/documents/{video}/endroits/partie-1?q=carnet"),
    "events.year": _plain("/rendez-vous?annee=2025"),
    "events.show": _plain("/rendez-vous/{event}"),
    "resolutions.show": _plain("/decisions", "/decisions?rendez-vous=2025-06-04-atelier"),
    "resolutions.export": _plain("/decisions.csv"),
    "catching_up.show": _plain("/rendez-vous/{event}/rattrapage"),
    "themes.show": _plain("/themes/aller-vers"),
    "comparison.show": _plain(f"/territoires/comparer?a={TERRITORY}&b=flers"),
    "territories.show": _plain(f"/territoires/{TERRITORY}"),
    "status.show": _plain("/etat"),
    "suggestions.suggest": _plain(f"/suggestions?q={BEGUN}", "/suggestions?q=carnet"),
    "opensearch.suggest": _plain(f"/suggestions/navigateur?q={BEGUN}"),
    "feeds.latest": _plain("/nouveautes.atom"),
    "feeds.theme": _plain("/themes/aller-vers.atom"),
    "feeds.territory": _plain(f"/territoires/{TERRITORY}.atom"),
    "feeds.event": _plain("/rendez-vous/{event}.atom"),
    "feeds.search": (Probe("/recherches/{search}.atom", absent=True),),
    "calendars.download_calendar": _plain("/rendez-vous.ics"),
    "calendars.search": (Probe("/recherches/{search}.ics", absent=True),),
    "saved_searches.list_followed": _plain("/suivis"),
    "saved_searches.show": _plain("/recherches/{search}"),
    "calendars.download_event": _plain("/rendez-vous/{event}.ics"),
    "export.results": _plain(f"/recherche.csv?q={SHARED}"),
    "sitemaps.sitemap": _plain("/sitemap.xml"),
    "sitemaps.sitemap_part": _plain("/sitemap-1.xml"),
    "oai.respond_to_harvester": _plain(
        _OAI.format(verb="ListRecords"),
        _OAI.format(verb="ListIdentifiers") + "&set=theme%3Aaller-vers",
        _OAI.format(verb="GetRecord") + "&identifier={oai}",
    ),
    "api.search": _plain(
        f"/api/v1/search?q={SHARED}",
        f"/api/v1/search?q={MISTYPED}",
        f"/api/v1/search?q=Qui+utilise+le+{SHARED}+?",
        "/api/v1/search?q=webinaire+juin+2025",
    ),
    "api.list_documents": _plain("/api/v1/documents?par_page=100"),
    "api.get_document": _plain("/api/v1/documents/{deck}"),
    "api.list_passages": _plain("/api/v1/documents/{deck}/passages"),
    "api.get_passage": _plain("/api/v1/documents/{deck}/passages/0"),
    "api.list_chapters": _plain("/api/v1/documents/{deck}/chapters"),
    "api.list_parts": _plain("/api/v1/documents/{video}/parts"),
    "api.list_versions": (
        *_plain("/api/v1/documents/{deck}/versions"),
        # Everybody sees the document; it was the group's when it had another content and another place.
        Probe("/api/v1/documents/{near}/versions", only=(Standing.KEPT,)),
    ),
    "api.download_original": _plain("/api/v1/documents/{deck}/original"),
    "api.list_events": _plain("/api/v1/events?par_page=100"),
    "api.list_decisions": _plain("/api/v1/decisions"),
    "api.get_event": _plain("/api/v1/events/{event}"),
    "api.list_changes": _plain("/api/v1/changes?par_page=100"),
    "api.get_statistics": _plain("/api/v1/statistics"),
    "api.list_files": (
        *_animators("/api/v1/files?par_page=100"),
        Probe("/api/v1/files?etat=en-echec", _ANIMATOR, only=_DAMAGED),
    ),
    "animation.show": _animators("/animation"),
    "files.show": (
        *_animators("/animation/fichiers"),
        Probe("/animation/fichiers?etat=en-echec", _ANIMATOR, only=_DAMAGED),
    ),
    "gathering_review.show": _animators("/animation/qualifier/ensemble"),
    "review.show": _animators("/animation/qualifier"),
    "review.edit": _animators("/animation/qualifier/{deck}"),
    "chapters.edit": _animators("/animation/chapitres/{video}"),
    "transcripts.edit": _animators("/animation/transcriptions/{video}"),
    "bulk_tagging.show": _animators(f"/animation/documents?q={SHARED}", f"/animation/documents?dossier={FOLDER}"),
    "held_documents.show": (Probe("/animation/retenus", _ANIMATOR, only=(Standing.KEPT,)),),
    "event_editor.show": _animators("/animation/rendez-vous"),
    "event_editor.edit": _animators("/animation/rendez-vous/{event}"),
    "deposits.show": _animators("/animation/depot"),
    "statistics.show": _animators("/animation/statistiques"),
    # Folders, of which administrators choose those that are kept.
    "groups.show": (Probe("/administration/groupes", Role.ADMINISTRATOR, rules=True),),
    "personal_data.show": _animators("/animation/donnees-personnelles"),
}
"""By route, the addresses where those who may see the documents read of them."""

SILENT = {
    "static": (),
    "themes.list_all": ("/themes",),
    "territories.list_all": ("/territoires",),
    "appearance.show": ("/affichage",),
    "information.accessibility": ("/accessibilite",),
    "information.legal": ("/mentions-legales",),
    "information.privacy": ("/donnees-personnelles",),
    "information.site_map": ("/plan-du-site",),
    "batch_search.show": ("/recherche/liste",),
    "dossiers.list_all": ("/dossiers",),
    # What they tell of people has a matrix of its own.
    "directory.show": ("/annuaire", f"/annuaire?q={SHARED}&theme=aller-vers&territoire={TERRITORY}"),
    "directory.list_own": ("/annuaire/ma-fiche",),
    "directory.new": ("/annuaire/ma-fiche/nouvelle",),
    "directory.edit": ("/annuaire/ma-fiche/inconnue",),
    "contact_editor.show": ("/animation/annuaire",),
    "contact_editor.new": ("/animation/annuaire/fiche",),
    "contact_editor.edit": ("/animation/annuaire/fiche/inconnue",),
    "contact_editor.export_table": ("/animation/annuaire/annuaire.csv",),
    "contact_editor.export_cards": ("/animation/annuaire/annuaire.vcf",),
    "contact_import.show": ("/animation/annuaire/import",),
    "api.list_contacts": ("/api/v1/contacts",),
    "saved_searches.new": (f"/recherches/nouvelle?q={SHARED}",),
    "saved_searches.confirm": ("/abonnements/{follower}/confirmation",),
    "saved_searches.unsubscribe": ("/abonnements/{follower}/arret",),
    "event_editor.new": ("/animation/rendez-vous/nouveau",),
    # It tells of what the person has deposited; its test says what becomes of a folder that they see no more.
    "deposit_reading.show": ("/animation/depot/lecture",),
    "vocabulary.show": ("/animation/vocabulaire",),
    "vocabulary.edit": ("/animation/vocabulaire/entree?liste=theme&entree=aller-vers",),
    "vocabulary.history": ("/animation/vocabulaire/historique",),
    # Counts of what one sees; what is named in the others was opened, and has a test of its own.
    "statistics.export": ("/animation/statistiques/territoires.csv",),
    # What a member finds alone is evaluated.
    "evaluations.show": ("/animation/evaluation",),
    "zero_results.show": ("/animation/recherches-sans-resultat", f"/animation/recherches-sans-resultat?essai={SHARED}"),
    "sign_in.show": ("/connexion",),
    "sign_in.show_invitation": ("/invitation/{follower}",),
    "password_reset.ask": ("/connexion/oubli",),
    "password_reset.edit": ("/connexion/oubli/{follower}",),
    "single_sign_on.start": ("/connexion/unique",),
    "single_sign_on.handle_callback": ("/connexion/unique/retour",),
    "single_sign_on.finish_sign_out": ("/deconnexion/retour",),
    "account.show": ("/compte",),
    "account.edit_password": ("/compte/mot-de-passe",),
    "account.confirm_erasure": ("/compte/effacement",),
    "members.show": ("/administration/comptes",),
    "members.invite": ("/administration/comptes/invitation",),
    "bulk_invitations.ask": ("/administration/comptes/invitations",),
    "members.edit": ("/administration/comptes/{account}",),
    "audit.show": ("/administration/journal",),
    "diagnosis.show": ("/administration/diagnostic",),
    "sitemaps.robots": ("/robots.txt",),
    "opensearch.description": ("/opensearch.xml",),
    "health.alive": ("/sante",),
    "health.ready": ("/pret",),
    "health.counts": ("/metriques",),
    "api.list_themes": ("/api/v1/themes",),
    "api.list_target_groups": ("/api/v1/target-groups",),
    "api.list_territories": ("/api/v1/territories",),
    "api.list_event_types": ("/api/v1/event-types",),
    "api.list_acronyms": ("/api/v1/acronyms",),
    "api.get_health": ("/api/v1/health",),
    "api.get_openapi": ("/api/v1/openapi.json",),
    "api_documentation.show": ("/api",),
    "api_documentation.try_out": ("/api/essai/get_search",),
}
"""By route, what names no document: counts at most, which must be those of what one may see."""

Form = dict[str, str | tuple[bytes, str]]
"""What a form sends: texts, and files as content and name."""

_INSIDE: Form = {"dossier": DECK.rpartition("/")[0], "doublon": "version"}
_AWAITING = "0" * 32
"""The key of a deposit that waits for a choice beside the deck."""

CHANGING: dict[str, tuple[str, Form]] = {
    "review.decide": ("/animation/qualifier/{deck}", {"titre": "x"}),
    "review.reopen": ("/animation/qualifier/{deck}/reprise", {}),
    "chapters.correct": (
        "/animation/chapitres/{video}",
        {"support": "{deck}", "diapositive": "1", "debut": "0:05"},
    ),
    "dossiers.add": ("/dossiers/ajout", {"document": "{deck}"}),
    "inquiries.join": ("/questions/{question}/aussi", {}),
    "inquiries.answer": ("/questions/{open_question}/reponse", {"texte": "x"}),
    "inquiry_review.set_state": ("/animation/questions/{question}/etat", {"geste": "prendre"}),
    "inquiry_review.judge": ("/animation/questions/{question}/moderation", {"verdict": "retirer", "raison": "x"}),
    "resolutions.dismiss": ("/decisions/ecart", {"document": "{minutes}", "decision": RESOLUTION}),
    "resolutions.restore": ("/decisions/remise", {"document": "{minutes}", "decision": RESOLUTION}),
    "announcements.send_again": ("/animation/annonces/{message}/renvoi", {}),
    "usefulness.cast": ("/documents/{deck}/utile", {"avis": "oui"}),
    "transcripts.correct": ("/animation/transcriptions/{video}", {"debut": "0", "texte": "x"}),
    "gathering_review.decide": ("/animation/qualifier/ensemble", {"document": "{deck}", "theme": "rgpd"}),
    "gathering_review.undo": (
        "/animation/qualifier/ensemble/annulation",
        {"document": "{deck}", "avant": "{deck} theme:rgpd=-"},
    ),
    "bulk_tagging.apply": (
        "/animation/documents",
        {"document": "{deck}", "etiquette": "theme:rgpd", "q": SHARED},
    ),
    "bulk_tagging.undo": (
        "/animation/documents/annulation",
        {"avant": "{deck} theme:rgpd=-"},
    ),
    "event_editor.save": ("/animation/rendez-vous/{event}", {"titre": "x", "date": "2025-06-03", "type": "webinaire"}),
    "event_editor.delete": ("/animation/rendez-vous/{event}/retrait", {}),
    "event_editor.detach": ("/animation/rendez-vous/{event}/documents/{deck}/retrait", {}),
    "files.retry": ("/animation/fichiers/relecture", {"fichier": DAMAGED}),
    "deposits.receive": ("/animation/depot", _INSIDE | {"fichiers": (b"par la page", "Carnet.pptx")}),
    "deposits.resolve_conflict": (
        "/animation/depot/choix",
        {"emplacement": DECK, "attente": _AWAITING, "doublon": "version"},
    ),
    "personal_data.judge": ("/animation/donnees-personnelles", {"doute": "1", "verdict": "rien"}),
    "api.decide_tags": ("/api/v1/documents/{deck}/tags", {}),
    "api.deposit_files": ("/api/v1/deposits", _INSIDE | {"fichiers": (b"par un outil", "Carnet.pptx")}),
}
"""By route that changes something, a change of the documents, their event or folder; to be made in this order."""

UNCONCERNED = {
    # These change nothing: what they send, and to whom, has tests of its own.
    # What they answer has a test beside those of searches.
    "api.ask_batch",
    "batch_search.ask",
    "assistant.answer",
    "assistant.summarise_document",
    "assistant.summarise_event",
    "mcp.answer_message",
    # It says nothing of the library: its test shows to whom it may be sent.
    "announcements.try_receiver",
    "contact_editor.erase",
    "contact_editor.propose",
    "contact_import.apply",
    # It reads a document that the animator may see: its test says what others are answered.
    "contact_import.preview",
    "directory.agree",
    "directory.decline",
    "directory.erase",
    "directory.save",
    "held_documents.decide",
    "held_documents.withdraw",
    "account.change_password",
    "account.close_session",
    "account.close_all_sessions",
    "account.create_token",
    "account.erase",
    "account.export",
    "account.revoke_token",
    "event_editor.create",
    "appearance.choose",
    "inquiries.ask",
    # One’s own alone.
    "inquiries.withdraw",
    "sign_in.accept",
    "sign_in.sign_out",
    "sign_in.authenticate",
    "files.confirm",
    # Their own tests say what of hidden documents they keep.
    "judged_questions.save",
    "judged_questions.erase",
    "judged_questions.import_file",
    "evaluations.run",
    "zero_results.add",
    # It links what all members see, and nothing else.
    "zero_results.link",
    "zero_results.forget",
    "groups.drop",
    "groups.drop_folder",
    "groups.keep",
    "groups.keep_folder",
    "groups.create_for_territories",
    # What is shown meanwhile, and that nothing can be sent, has tests of its own.
    "viewing.start",
    "viewing.leave",
    "password_reset.send",
    "password_reset.change",
    "bulk_invitations.preview",
    "bulk_invitations.send",
    "dossiers.annotate",
    "dossiers.create",
    "dossiers.describe",
    "dossiers.move_item",
    "dossiers.remove",
    "dossiers.remove_item",
    "dossiers.restore",
    "dossiers.restore_item",
    "dossiers.share",
    # What it sends has a test of its own.
    "dossiers.summarise",
    "saved_searches.confirm",
    "saved_searches.delete",
    "saved_searches.follow",
    "saved_searches.follow_subject",
    "saved_searches.save",
    "saved_searches.unsubscribe",
    "oai.respond_to_harvester",
    "members.change",
    "members.close_sessions",
    "members.erase",
    "members.reset_password",
    "members.restore",
    "members.send_invitation",
    "members.suspend",
    "members.cancel_invitation",
    "vocabulary.save",
    "vocabulary.remove",
    "vocabulary.undo",
}
"""Routes that change what is of no document: accounts, words, kept searches."""


_WRITTEN_BY_ASKING = {"browser_session", "api_token", "audit", "searched", "opened"}


@dataclass
class World:
    """An application over a library, with someone of each kind."""

    standing: Standing
    library: SmallLibrary
    app: Flask
    people: dict[Kind, Account] = field(default_factory=dict)
    searches: dict[Kind, str] = field(default_factory=dict)
    followers: dict[Kind, str] = field(default_factory=dict)
    dossiers: dict[Kind, Dossier] = field(default_factory=dict)
    questions: dict[str, Inquiry] = field(default_factory=dict)

    @property
    def catalogue(self) -> Catalogue:
        """The application's own."""
        return services_of(self.app).catalogue

    def client(self, kind: Kind) -> FlaskClient:
        """Someone of a kind, signed in."""
        return self.app.test_client() if kind is Kind.NOBODY else signed_in(self.app, self.people[kind])

    def token(self, kind: Kind, lasting: timedelta, scope: Scope = Scope.READ) -> str:
        """A tool's token of theirs."""
        return self.catalogue.access.api_tokens.create(self.people[kind].id, "Essai", scope, lasting)

    def _question(self, name: str) -> str:
        return self.questions[name].id if name in self.questions else "inconnue"

    def _document(self, name: str) -> str:
        return (self.questions[name].document_id if name in self.questions else None) or "inconnu"

    def state(self) -> dict[str, object]:
        """All that a change could change: the catalogue's tables, save what merely asking writes, and the files."""
        root = self.library.settings.library
        load_all_tables()
        tables = [each for each in Base.metadata.sorted_tables if each.name not in _WRITTEN_BY_ASKING]
        database = create_engine(self.library.settings.catalogue_url)
        with closing(database.connect()) as connection:
            rows = {each.name: sorted(map(repr, connection.execute(each.select()))) for each in tables}
        database.dispose()
        return rows | {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}

    def named(self, text: str, kind: Kind) -> str:
        """An address, with the ids of this library; where documents are not there, ids that nothing has."""
        ids = self.library.ids
        return text.format(
            deck=ids.get(DECK, "inconnu-carnet"),
            video=ids.get(VIDEO, "inconnu-video"),
            minutes=ids.get(TWIN, "inconnu-jumeau"),
            near=ids[NEAR],
            event=WORKSHOP.id,
            oai=f"oai:localhost:{ids.get(DECK, 'inconnu-carnet')}",
            search=self.searches.get(kind, "inconnue"),
            follower=self.followers.get(kind, "inconnu"),
            dossier=self.dossiers[kind].id if kind in self.dossiers else "inconnu",
            # Of someone who may see all that is there: each reads it by their own rights.
            share=self.dossiers[Kind.INSIDER].share,
            account=self.people[Kind.MEMBER].id,
            message="1",
            question=self._question("answered"),
            open_question=self._question("open"),
            citing=self._question("citing"),
            answered=self._document("answered"),
            citing_document=self._document("citing"),
        )


def world(root: Path, standing: Standing) -> World:
    """A library whose documents in question are of a standing, with its application and people."""
    library = build(root, more=_neighbours())
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue:
        catalogue.access.rules.save_group(Group(GROUP, "Groupe de Grigny"), CONSOLE)
        if standing in {Standing.KEPT, Standing.BOTH}:
            keep_folder(catalogue)
        if standing is not Standing.ABSENT:
            for entry in _in_question():
                library.ids[entry.path] = _put(catalogue, library, entry, standing)
            with catalogue.transaction() as transaction:
                transaction.chapters.save(library.ids[VIDEO], library.ids[DECK], "", [(1, 1.0, 0.9)])
            judged = JudgedQuestion(f"Le {WORD} ?", (DECK, f"{FOLDER}/"), (library.ids[DECK],))
            catalogue.judged_questions.keep([judged], CONSOLE)
            if standing not in {Standing.HELD, Standing.BOTH}:
                _damage(catalogue)
            if standing is Standing.KEPT:
                _move_out(catalogue, library)
                _remember(catalogue, library.ids[NEAR])
            _draw(library)
            _await_choice(library.settings.library)
        questions = _ask_questions(catalogue, library, standing)
        learn(library, catalogue)
    made = _inhabited(standing, library)
    made.questions.update(questions)
    return made


def _ask_questions(catalogue: Catalogue, library: SmallLibrary, standing: Standing) -> dict[str, Inquiry]:
    """One that is answered and one that is not, of the standing of the documents; one for all, which cites the deck."""
    groups = frozenset({GROUP if standing in {Standing.KEPT, Standing.BOTH} else MEMBERS})
    drafts = {
        "citing": InquiryDraft("Où trouver un modèle ?", "", frozenset({MEMBERS})),
        "open": InquiryDraft(f"Qui connaît le {WORD} ?", f"{SHARED} {FORMS}", groups, (), (TERRITORY,)),
        "answered": InquiryDraft(f"Que dit le {WORD} ?", f"{SHARED} {FORMS}", groups, ("aller-vers",), (TERRITORY,)),
    }
    is_held, is_there = standing in {Standing.HELD, Standing.BOTH}, standing is not Standing.ABSENT
    places = [ItemPlace(library.ids[DECK], "")] if is_there else []
    asked = {}
    for name, draft in drafts.items() if is_there else [("citing", drafts["citing"])]:
        stands = InquiryStanding.WAITING if is_held and name == "open" else InquiryStanding.SHOWN
        # One after the other: the newest document is one of those in question.
        with catalogue.transaction() as transaction:
            asked[name] = transaction.inquiries.ask(draft, "", stands).id
            if name == "answered":
                transaction.inquiries.answer(asked[name], f"Le {WORD} {SHARED}", (), "", by_team=True)
                transaction.inquiries.set_state(asked[name], InquiryState.PASSED_ON, "", f"Des {WORD}")
            elif name == "citing":
                transaction.inquiries.answer(asked[name], "Ici.", places, "", by_team=True)
    everything = {GROUP, MEMBERS, ANIMATORS, f"{ANIMATORS_OF}{GROUP}"}
    found = {name: catalogue.inquiries.find(id_, frozenset(everything)) for name, id_ in asked.items()}
    if is_held and (answered := found["answered"]) and answered.document_id:
        hold(catalogue, answered.document_id)
    return {name: each for name, each in found.items() if each}


def keep_folder(catalogue: Catalogue) -> None:
    """Keep the folder of the documents in question for the group, and take back what was asked in their words."""
    catalogue.access.rules.save_folder_rule(FolderRule(FOLDER, frozenset({GROUP})), CONSOLE)
    withdraw_questions(catalogue)


def withdraw_questions(catalogue: Catalogue) -> None:
    """Withdraw the questions whose own words are those of the documents: no rule of a folder is theirs."""
    with catalogue.transaction() as transaction:
        for each in catalogue.inquiries.list_all(frozenset({MEMBERS})):
            if WORD in each.title:
                transaction.inquiries.judge(each.id, InquiryStanding.WITHDRAWN, "essai", CONSOLE)


def learn(library: SmallLibrary, catalogue: Catalogue) -> None:
    """Have the index learn what changed, as the indexer does within seconds."""
    with IndexSynchroniser(library.settings.index_folder, catalogue) as follower:
        follower.synchronise()


def hold(catalogue: Catalogue, id_: str) -> None:
    """Find a social security number in a document."""
    _find(catalogue, id_, f"Dossier {NIR}")


def _find(catalogue: Catalogue, id_: str, text: str) -> None:
    found = (Passage(0, Locator(Unit.SLIDE, 1), text),)
    with catalogue.transaction() as transaction:
        transaction.personal_data.save_findings({id_: find_personal_data(found)})


def _neighbours() -> tuple[Entry, ...]:
    return (
        Entry(OPEN_TWIN, "pdf", "Jumeau", (_TWIN_PASSAGE,), MEETING, content=b"jumeau"),
        *_texts_of_neighbours(),
    )


def _texts_of_neighbours() -> tuple[Entry, ...]:
    texts = (f"Le {SHARED} du guichetier sillonne", f"Un {SHARED}, un guichetier, une sillonneuse, {OPEN_FORMS}")
    return tuple(
        Entry(path, "pdf", "Voisin", (Passage(0, Locator(Unit.PAGE, 1), text),), content=path.encode())
        for path, text in zip((NEAR, "voisins/Autre.pdf"), texts, strict=True)
    )


def _in_question() -> tuple[Entry, ...]:
    text = f"Le {SHARED} du guichetier {WORD}. ZQTC {FORMS}"
    slide = Passage(0, Locator(Unit.SLIDE, 1), text, f"Titre {WORD}", f"{WORD} {CROWD}")
    spoken = Passage(0, Locator(Unit.TIME, 1, 0.0, 2.0), f"Un {SHARED} {WORD}. {FORMS}")
    about = {"event": WORKSHOP, "themes": ("aller-vers",), "territories": (TERRITORY,)}
    film = f"film {WORD}".encode()
    captions = f"WEBVTT\n\n00:00.000 --> 00:02.000\n{WORD}\n".encode()
    return (
        Entry(VIDEO, "video", f"Replay {WORD}", (spoken,), content=film, transcribed="modele", **about),  # type: ignore[arg-type]
        Entry(CAPTIONS, "sous-titres", f"Replay {WORD}", (spoken,), content=captions, duration=2.0, **about),  # type: ignore[arg-type]
        Entry(
            TWIN,
            "pdf",
            f"Jumeau {WORD}",
            (_TWIN_PASSAGE,),
            replace(MEETING, title=f"Rencontre {WORD}"),
            content=b"jumeau",
        ),
        Entry(DECK, "pptx", f"Carnet {WORD}", (slide,), content=f"carnet {WORD}".encode(), **about),  # type: ignore[arg-type]
    )


def _put(catalogue: Catalogue, library: SmallLibrary, entry: Entry, standing: Standing) -> str:
    id_ = add(catalogue, library.settings.library, entry)
    if standing in {Standing.HELD, Standing.BOTH}:
        hold(catalogue, id_)
    elif entry.path == DECK:
        # Told to animators, and no reason to keep it from members.
        _find(catalogue, id_, f"Écrire à {MOBILE}")
    return id_


def _move_out(catalogue: Catalogue, library: SmallLibrary) -> None:
    """Move a document out of the folder that is kept: it waits for someone of the group."""
    entry = Entry(f"{FOLDER}/Sorti {WORD}.pdf", "pdf", f"Sorti {WORD}", content=f"sorti {WORD}".encode())
    library.ids[entry.path] = add(catalogue, library.settings.library, entry)
    with catalogue.transaction() as transaction:
        place = transaction.files.find(entry.path)
        assert place is not None
        transaction.files.forget(entry.path)
        transaction.files.save(replace(place, path=f"ouvert/Sorti {WORD}.pdf"))


def _remember(catalogue: Catalogue, id_: str) -> None:
    """Give a document that everybody sees a former version, from when it was the group's."""
    database = create_engine(catalogue.url)
    with Session(database) as session, session.begin():
        present = session.scalars(select(VersionRow).where(VersionRow.document_id == id_)).one()
        present.number = 2
        former = VersionRow(
            document_id=id_,
            number=1,
            digest="f" * 64,
            size=1_234_567,
            path=f"{FOLDER}/Ancien {WORD}.pdf",
            seen=present.seen,
            modified=present.modified,
            who=f"Autrice {WORD}",
            groups=frozenset({GROUP}),
        )
        session.flush()
        session.add(former)
    database.dispose()


def _await_choice(library: Path) -> None:
    (library / DECK).with_name(f".ruche-depot-{_AWAITING}.part").write_bytes(b"en attente")


def _damage(catalogue: Catalogue) -> None:
    digest = hashlib.sha256(b"PK cachetine").hexdigest()
    with catalogue.transaction() as transaction:
        transaction.queue.save_failure(Failure(digest, 1, "abime", "fichier abîmé ou incomplet", "redéposez-le"))
        transaction.files.save(FileLocation(DAMAGED, FileStat(2, 0, 0), digest))


def _draw(library: SmallLibrary) -> None:
    previews = PreviewCache(library.settings.preview_folder, 10_000_000)
    digest = hashlib.sha256(f"carnet {WORD}".encode()).hexdigest()
    previews.write_small_page(digest, 1, f"petite {WORD}".encode())
    previews.write_page(digest, 1, f"grande {WORD}".encode(), PreviewPage(1000, 1414))
    previews.write_page_count(digest, 1)


def _inhabited(standing: Standing, library: SmallLibrary) -> World:
    # A room is told of the deck; whoever may not see it reads nothing of that.
    room = library.settings.data.parent / "annonces.yaml"
    room.write_text("- {nom: Salon, sorte: texte, adresse: 'https://salon.example'}\n", encoding="utf-8")
    room.chmod(0o600)
    app = create_app(guarded(library).model_copy(update={"announcements": room}))
    app.test_client_class = WholeClient
    app.config["WTF_CSRF_ENABLED"] = False
    made = World(standing, library, app)
    if DECK in library.ids:
        now = datetime.now(UTC)
        told = [(Subject.DOCUMENT, [library.ids[DECK]])]
        made.catalogue.announcements.add("Salon", ReceiverProgress(now, frozenset()), told, now)
    for kind in Kind:
        if kind is not Kind.NOBODY:
            groups = frozenset({GROUP}) if kind in {Kind.MEMBER, Kind.INSIDER} else frozenset()
            mail = f"{kind.name.lower()}@ruche.example"
            account = made.people[kind] = joined(app, NewAccount(mail, kind.value, kind.role, groups))
            search = made.catalogue.saved_searches.save("Carnets", f"q={SHARED}", account.id)
            made.searches[kind] = search.token
            made.dossiers[kind] = _gather(made, account.id, sees=kind.sees(standing))
            made.followers[kind] = made.catalogue.saved_searches.subscribe(
                search, account.mail, DigestFrequency.WEEKLY
            ).token
    return made


def _gather(here: World, owner: str, *, sees: bool) -> Dossier:
    """A dossier with a link: of the deck and of its first slide, if its owner may see them; nobody gathers others."""
    kept = here.catalogue.dossiers
    made = kept.create(owner, "Carnets")
    for place in ("", "diapositive-1") if sees else ():
        kept.add_item(owner, made.id, ItemPlace(here.library.ids[DECK], place))
    kept.share(owner, made.id)
    (shared,) = kept.list_of(owner)
    return shared
