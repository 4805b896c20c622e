"""Every page of the application, by its route: a page that is not here fails the tests that look at all of them."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

from index.accounts.audiences import EVERY_ANIMATOR
from index.accounts.audit import CONSOLE
from index.accounts.directory import ContactDetails
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group, NewAccount
from index.catalogue.catalogue import Catalogue
from index.catalogue.contact_directory import Proposal
from index.catalogue.dossiers import ItemPlace
from index.catalogue.inquiries.inquiries import InquiryDraft, InquiryState, Standing
from index.catalogue.judged_questions import Evaluation, JudgedQuestion, RankingConditions
from index.catalogue.library_folders import LibraryFolder
from index.catalogue.saved_searches import DigestFrequency
from index.model.documents import ANIMATORS, MEMBERS, Locator, Passage, Unit
from index.vocabulary.vocabulary import EntryKind
from tests.composition import create_app
from tests.webapp.accounts import ADMINISTRATOR, COOKIE, PASSWORD, administrator_token, guarded, joined, send
from tests.webapp.small_library import LONG_PAGE, MARKUP, OUTREACH, SILENT, SLIDES, VIDEO, Entry, add, build
from webapp.server.app_services import services_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.webapp.small_library import SmallLibrary

_DOCUMENT = "/documents/{id}"
HEARD = "divers/Entretien.mp3"

PAGES: dict[str, tuple[str, ...]] = {
    "pages.home": ("/",),
    "pages.search": (
        "/recherche",
        "/recherche?q=droits",
        "/recherche?q=non-recours&format=pptx&tri=date",
        "/recherche?q=finnancements&page=2",
        "/recherche?q=RSA",
        "/recherche?q=zanzibar&theme=rh&annee=2024",
    ),
    "batch_search.show": ("/recherche/liste",),
    "documents.show": (_DOCUMENT, f"{_DOCUMENT}?q=droits", "/documents/{answer}"),
    "places.show": ("/documents/{deck}/endroits/diapositive-2?q=bus", "/documents/{captions}/endroits/partie-2"),
    "events.year": ("/rendez-vous", "/rendez-vous?annee=2024&type=webinaire", "/rendez-vous?annee=1999"),
    "events.show": ("/rendez-vous/2024-01-25-webinaire", "/rendez-vous/2024-12-17-pleniere"),
    "resolutions.show": ("/decisions", "/decisions?ecartees=1", "/decisions?theme=rgpd&annee=2024"),
    "catching_up.show": ("/rendez-vous/2024-01-25-webinaire/rattrapage",),
    "themes.list_all": ("/themes",),
    "themes.show": ("/themes/aller-vers", "/themes/grand-age-handicap"),
    "territories.list_all": ("/territoires",),
    "comparison.show": ("/territoires/comparer", "/territoires/comparer?a=grigny&b=flers", "/territoires/comparer?a=x"),
    "territories.show": ("/territoires/grigny", "/territoires/flers"),
    "status.show": ("/etat",),
    "api_documentation.show": ("/api",),
    "personal_data.show": ("/animation/donnees-personnelles",),
    "held_documents.show": ("/animation/retenus",),
    "appearance.show": ("/affichage",),
    "information.accessibility": ("/accessibilite",),
    "information.legal": ("/mentions-legales",),
    "information.privacy": ("/donnees-personnelles",),
    "information.site_map": ("/plan-du-site",),
    "inquiries.list_all": ("/questions", "/questions?miennes=1", "/questions?etat=posee&theme=rgpd"),
    "inquiries.new": ("/questions/nouvelle", "/questions/nouvelle?titre=Un+bus+des+droits&theme=rgpd"),
    "inquiries.show": ("/questions/{asked}",),
    "inquiries.write_answer": ("/questions/{asked}/reponse",),
    "inquiry_review.show": ("/animation/questions",),
    "inquiry_review.edit": ("/animation/questions/{asked}", "/animation/questions/{answered}"),
    "needs.show": ("/animation/besoins",),
    "announcements.show": ("/animation/annonces",),
    "dossiers.list_all": ("/dossiers",),
    "directory.show": ("/annuaire", "/annuaire?q=zanzibar&theme=rgpd"),
    "directory.list_own": ("/annuaire/ma-fiche",),
    "directory.new": ("/annuaire/ma-fiche/nouvelle",),
    "directory.edit": ("/annuaire/ma-fiche/{contact}",),
    "contact_editor.show": ("/animation/annuaire",),
    "contact_editor.new": ("/animation/annuaire/fiche",),
    "contact_editor.edit": ("/animation/annuaire/fiche/{contact}",),
    "contact_import.show": ("/animation/annuaire/import",),
    "dossiers.choose": ("/dossiers/ajout?document={id}", "/dossiers/ajout?document={id}&lieu=diapositive-2"),
    "dossiers.show": ("/dossiers/{dossier}", "/dossiers/{dossier}?retire=2"),
    "dossiers.show_shared": ("/dossiers/partage/{share}",),
    "saved_searches.list_followed": ("/suivis",),
    "saved_searches.new": ("/recherches/nouvelle?q=rsa&theme=rgpd",),
    "saved_searches.show": ("/recherches/{search}",),
    "saved_searches.confirm": ("/abonnements/{follower}/confirmation",),
    "saved_searches.unsubscribe": ("/abonnements/{follower}/arret",),
    "animation.show": ("/animation",),
    "deposit_reading.show": ("/animation/depot/lecture", "/animation/depot/lecture?derniers=x"),
    "deposits.show": ("/animation/depot",),
    "files.show": ("/animation/fichiers", "/animation/fichiers?etat=en-echec&fichier=abîmé"),
    "gathering_review.show": ("/animation/qualifier/ensemble",),
    "review.show": (
        "/animation/qualifier",
        "/animation/qualifier?manque=theme&rang=2",
        "/animation/qualifier?voir=tous&rang=2",
    ),
    "review.edit": ("/animation/qualifier/{id}",),
    "chapters.edit": ("/animation/chapitres/{heard}",),
    "transcripts.edit": ("/animation/transcriptions/{heard}", "/documents/{heard}"),
    "bulk_tagging.show": (
        "/animation/documents",
        "/animation/documents?q=zanzibar",
        "/animation/documents?dossier=webinaires",
    ),
    "event_editor.show": ("/animation/rendez-vous",),
    "event_editor.new": ("/animation/rendez-vous/nouveau",),
    "event_editor.edit": (f"/animation/rendez-vous/{OUTREACH.id}",),
    "vocabulary.show": tuple(f"/animation/vocabulaire?liste={kind.value}" for kind in EntryKind),
    "vocabulary.edit": (
        "/animation/vocabulaire/entree?liste=sigle&entree=CAF",
        *(f"/animation/vocabulaire/entree?liste={kind.value}" for kind in EntryKind),
    ),
    "vocabulary.history": ("/animation/vocabulaire/historique",),
    "zero_results.show": ("/animation/recherches-sans-resultat",),
    "judged_questions.show": ("/animation/questions-de-controle",),
    "judged_questions.edit": (
        "/animation/questions-de-controle/question?q=droits",
        "/animation/questions-de-controle/question?question={judged}&autres=bus",
    ),
    "evaluations.show": ("/animation/evaluation",),
    "statistics.show": ("/animation/statistiques",),
    "sign_in.show": ("/connexion", "/connexion?suite=/themes"),
    "sign_in.show_invitation": ("/invitation/{invitation}",),
    "account.show": ("/compte",),
    "account.edit_password": ("/compte/mot-de-passe",),
    "account.confirm_erasure": ("/compte/effacement",),
    "members.show": ("/administration/comptes",),
    "members.invite": ("/administration/comptes/invitation",),
    "bulk_invitations.ask": ("/administration/comptes/invitations",),
    # Both need a mail server: they are looked at where there is one.
    "password_reset.ask": (),
    "password_reset.edit": (),
    "members.edit": ("/administration/comptes/{account}",),
    "groups.show": ("/administration/groupes",),
    "audit.show": ("/administration/journal", "/administration/journal?acte=connexion&page=7"),
    "diagnosis.show": ("/administration/diagnostic",),
}
"""Addresses that show each page, to an administrator, in the states that differ.

`{id}` stands for each kind of document in turn.
"""

NOT_PAGES = {
    "static",
    "suggestions.suggest",
    "documents.original",
    "documents.subtitles",
    "documents.chapter_track",
    "dossiers.export",
    "dossiers.export_shared",
    "thumbnails.thumbnail",
    "thumbnails.page",
    "thumbnails.small_page",
    "api.search",
    "api.list_questions",
    "api.get_question",
    "needs.export",
    "api.list_documents",
    "api.get_document",
    "api.list_passages",
    "api.get_passage",
    "api.list_chapters",
    "api.list_parts",
    "api.list_versions",
    "api.download_original",
    "api.list_events",
    "api.get_event",
    "api.list_decisions",
    "api.list_contacts",
    "contact_editor.export_table",
    "contact_editor.export_cards",
    "api.list_themes",
    "api.list_target_groups",
    "api.list_territories",
    "api.list_event_types",
    "api.list_acronyms",
    "api.list_changes",
    "api.get_statistics",
    "api.get_health",
    "api.list_files",
    "api.get_openapi",
    "api_documentation.try_out",
    "health.alive",
    "health.ready",
    "health.counts",
    "feeds.latest",
    "feeds.search",
    "feeds.theme",
    "feeds.territory",
    "feeds.event",
    "opensearch.description",
    "opensearch.suggest",
    "calendars.download_calendar",
    "calendars.download_event",
    "calendars.search",
    "export.results",
    "judged_questions.export",
    "statistics.export",
    "resolutions.export",
    "sitemaps.robots",
    "sitemaps.sitemap",
    "sitemaps.sitemap_part",
    "oai.respond_to_harvester",
    "single_sign_on.start",
    "single_sign_on.handle_callback",
    "single_sign_on.finish_sign_out",
}
"""Routes that answer a file, JSON or XML, or only lead elsewhere."""

ANSWERS: dict[str, tuple[str, dict[str, object]]] = {
    "members.send_invitation": ("/administration/comptes/invitation", {"adresse": "autre@ruche.example"}),
    "bulk_invitations.preview": (
        "/administration/comptes/invitations/apercu",
        {"lignes": "mona@ruche.example;animateur\nsans adresse"},
    ),
    "bulk_invitations.send": ("/administration/comptes/invitations", {"lignes": "mona@ruche.example"}),
    "members.reset_password": ("/administration/comptes/{account}/mot-de-passe", {"actuel_ici": PASSWORD}),
    "members.change": ("/administration/comptes/{account}", {"adresse": "x"}),
    "groups.keep_folder": (
        "/administration/groupes/dossiers",
        {"dossier": "webinaires", "visible": ["grigny", "membres"], "effet": "autre"},
    ),
    "groups.drop_folder": ("/administration/groupes/dossiers/retrait", {"dossier": "webinaires"}),
    "account.create_token": (
        "/compte/jetons",
        {"nom": "Agenda", "portee": "lecture", "duree": "30", "actuel": PASSWORD},
    ),
    "batch_search.ask": ("/recherche/liste", {"lignes": "droits\nRSA\nzanzibar"}),
    "contact_import.preview": (
        "/animation/annuaire/import",
        {
            "fichier": (
                "Organisation;Fonction;Courriel;Thèmes\nCCAS;Accueil;a@b.example;rgpd\nCAF;;x;\n".encode(),
                "a.csv",
            )
        },
    ),
    "deposits.receive": ("/animation/depot", {"fichiers": (b"Bonjour", "bonjour.txt"), "dossier": "divers"}),
    "gathering_review.decide": ("/animation/qualifier/ensemble", {"document": "{deck}", "theme": "rgpd"}),
    "bulk_tagging.apply": ("/animation/documents", {"portee": "tous", "etiquette": "theme:rgpd", "q": "droits"}),
    "saved_searches.delete": ("/recherches/{search}/suppression", {}),
}
"""By route, a form that a page answers, sent by an administrator to a library of its own."""

_MEMBER = NewAccount("membre@ruche.example", "Moussa Diop", groups=frozenset({"grigny"}))

_KINDS = (SLIDES, VIDEO, LONG_PAGE, MARKUP, SILENT)


def addresses(library: SmallLibrary) -> list[str]:
    """All of them, with the ids of a library."""
    ids = [library.ids[path] for path in _KINDS]
    search, follower = _followed(library)
    invitation, account = _invited(library)
    named = {"search": search, "follower": follower, "invitation": invitation, "account": account}
    named |= {"heard": _heard(library), "deck": library.ids[SLIDES], "captions": library.ids[VIDEO]}
    named |= _gathered(library) | _asked(library) | {"contact": _told(library), "judged": _judged(library)}
    return [
        address.format(id=id_, **named)
        for written in PAGES.values()
        for address in written
        for id_ in (ids if "{id}" in address else ids[:1])
    ]


def answers(root: Path) -> dict[str, str]:
    """The pages that a library which no test changes cannot show: those that answer a form, and what waits.

    By route; the library is made in a folder.
    """
    library = build(root)
    app = create_app(guarded(library))
    client = app.test_client()
    client.set_cookie(COOKIE, administrator_token(guarded(library)))
    catalogue = services_of(app).catalogue
    search, _ = _followed(library)
    account = joined(app, replace(_MEMBER, groups=frozenset()), PASSWORD).id
    catalogue.access.rules.save_group(Group("grigny", "Grigny"), CONSOLE)
    catalogue.access.rules.save_folder_rule(FolderRule("webinaires", frozenset({"grigny"})), CONSOLE)
    answered = {}
    for name, (address, form) in ANSWERS.items():
        given = {key: (BytesIO(each[0]), each[1]) if isinstance(each, tuple) else each for key, each in form.items()}
        given = {key: library.ids[SLIDES] if each == "{deck}" else each for key, each in given.items()}
        answered[name] = send(client, address.format(account=account, search=search), **given).text
    _hold(catalogue, list(library.ids.values())[:3])
    return answered | {"held_documents.show": client.get("/animation/retenus").text}


def _hold(catalogue: Catalogue, ids: list[str]) -> None:
    """One document waits, one stays reserved, one was shown."""
    mine = EVERY_ANIMATOR
    with catalogue.transaction() as transaction:
        for id_ in ids:
            transaction.documents.reserve(id_, frozenset({ANIMATORS}))
    shown = {each.id: each.etag for each in catalogue.holds.list_held(mine, 9)}
    with catalogue.transaction() as transaction:
        transaction.holds.keep({ids[1]: shown[ids[1]]}, mine, CONSOLE)
        transaction.holds.agree({ids[2]: shown[ids[2]]}, mine, CONSOLE)


def _heard(library: SmallLibrary) -> str:
    """The id of a recording that a program wrote down."""
    words = (
        Passage(0, Locator(Unit.TIME, 1, 0.5, 21.0), "Nous revenons sur la tournée du bus."),
        Passage(1, Locator(Unit.TIME, 2, 21.0, 43.5), "Les arrêts ont changé.", doubtful=True),
    )
    entry = Entry(HEARD, "son", "Entretien enregistré", words, content=b"son", transcribed="whisper-base")
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue:
        known = catalogue.files.find([HEARD], ()).get(HEARD)
        id_ = known.document_id if known and known.document_id else add(catalogue, library.settings.library, entry)
        with catalogue.transaction() as transaction:
            transaction.chapters.save(id_, library.ids[SLIDES], "", [(1, 2.0, 0.9), (2, 25.0, 0.8)])
        return id_


def _gathered(library: SmallLibrary) -> dict[str, str]:
    """The id and the link of a dossier of the administrator's, with an item taken out; made once."""
    administrator_token(library.settings)
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue:
        owner = catalogue.access.accounts.find_by_mail(ADMINISTRATOR.mail)
        assert owner is not None
        kept = catalogue.dossiers
        if not kept.list_of(owner.id):
            made = kept.create(owner.id, "Aller vers\u00a0: ce que nous en avons dit")
            kept.describe(owner.id, made.id, made.title, "Pour la réunion du 12 mars.\nÀ compléter.")
            for path, place in ((SLIDES, "diapositive-2"), (VIDEO, "t-4"), (LONG_PAGE, "page-2"), (SILENT, "")):
                kept.add_item(owner.id, made.id, ItemPlace(library.ids[path], place), "À montrer en premier.")
            kept.remove_item(owner.id, made.id, kept.list_items(made.id)[1].number)
            kept.share(owner.id, made.id)
        (dossier,) = kept.list_of(owner.id)
        return {"dossier": dossier.id, "share": dossier.share}


def _judged(library: SmallLibrary) -> str:
    """The id of a judged question, evaluated before and after a change of the vocabulary; made once."""
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue:
        kept = catalogue.judged_questions
        if not kept.list_all():
            kept.keep([JudgedQuestion("bus des droits", ("divers/",), (library.ids[SLIDES],))], CONSOLE)
            kept.keep([JudgedQuestion("question sans document", ("parti.pdf",))], CONSOLE)
            first, _ = kept.list_all()
            with catalogue.transaction() as transaction:
                transaction.vocabulary_changes.add(EntryKind.SYNONYMS, "tournee", ("tournée", "circuit"))
            for number, place in ((0, 1), (1, 4)):
                kept.record_evaluation(Evaluation(RankingConditions(number, "", "tantivy"), {first.id: place}))
        return kept.list_all()[0].id


def _asked(library: SmallLibrary) -> dict[str, str]:
    """The ids of a question that waits, of one that is answered, and of the document that it is; made once."""
    everybody = EVERY_ANIMATOR
    waiting = InquiryDraft("Comment financer un bus des droits ?", "Pour une commune.", frozenset({MEMBERS}), ("rgpd",))
    told = InquiryDraft("Qui va vers les jeunes ?", "", frozenset({MEMBERS}), (), ("grigny",))
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue:
        if not catalogue.inquiries.list_all(everybody):
            with catalogue.transaction() as transaction:
                asked = transaction.inquiries.ask(waiting, "", Standing.SHOWN)
                transaction.inquiries.set_state(asked.id, InquiryState.PASSED_ON, "", "Un financement durable.")
                transaction.inquiries.ask(replace(waiting, title="Qui a un modèle ?"), "", Standing.WAITING)
                answered = transaction.inquiries.ask(told, "", Standing.SHOWN)
                places = [ItemPlace(library.ids[SLIDES], "diapositive-2"), ItemPlace(library.ids[VIDEO], "")]
                transaction.inquiries.answer(answered.id, "Le bus des droits.", places, "", by_team=True)
                transaction.inquiries.answer(answered.id, "Moi !", [], "", by_team=False, standing=Standing.WAITING)
        by_state = {each.state: each for each in catalogue.inquiries.list_all(everybody)}
    done = by_state[InquiryState.ANSWERED]
    return {"asked": by_state[InquiryState.PASSED_ON].id, "answered": done.id, "answer": done.document_id or ""}


def _told(library: SmallLibrary) -> str:
    """The id of a contact that the administrator agreed to and that waits for a change; one more waits for them."""
    administrator_token(library.settings)
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue:
        person = catalogue.access.accounts.find_by_mail(ADMINISTRATOR.mail)
        assert person is not None
        if not catalogue.directory.list_of(person, timedelta(days=1)):
            # A function without a name, a proposal beside it.
            told = ContactDetails("", "Coordination aller-vers", "CCAS de Grigny", "grigny", ("aller-vers",))
            id_ = catalogue.directory.save_own(person, told)
            more = replace(
                told, mail="bus@ccas.example", phone="01 23 45 67 89", since="2024-01-01", until="2099-12-31"
            )
            catalogue.directory.propose([Proposal(person.mail, more, id_), Proposal(person.mail, more)], CONSOLE)
        return next(each.id for each in catalogue.directory.list_of(person, timedelta(days=1)) if each.shown)


def _followed(library: SmallLibrary) -> tuple[str, str]:
    """The tokens of a kept search and of an address that follows it."""
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue:
        search = catalogue.saved_searches.save(
            "Le non-recours, mais aussi l’échange de données entre organismes", "q=non-recours"
        )
        return search.token, catalogue.saved_searches.subscribe(
            search, "membre@exemple.fr", DigestFrequency.WEEKLY
        ).token


def _invited(library: SmallLibrary) -> tuple[str, str]:
    """The token of an invitation, and the id of a member of a group, suspended."""
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue:
        invited = catalogue.access.invitations.create(
            NewAccount("invite@ruche.example", ""), timedelta(days=1), CONSOLE
        )
        if (found := catalogue.access.accounts.find_by_mail(_MEMBER.mail)) is None:
            catalogue.access.rules.save_group(Group("grigny", "Grigny"), CONSOLE)
            catalogue.access.rules.save_folder_rule(FolderRule("réservé", frozenset({"grigny"})), CONSOLE)
            catalogue.access.rules.save_folder_rule(FolderRule("perdu", frozenset({"grigny"})), CONSOLE)
            now = datetime.now(UTC)
            with catalogue.transaction() as transaction:
                transaction.folders.update([LibraryFolder("perdu", "", now, now)], (), ())
            found = catalogue.access.accounts.create(_MEMBER, None, CONSOLE)
            catalogue.access.accounts.suspend(found.id, CONSOLE)
        return invited, found.id
