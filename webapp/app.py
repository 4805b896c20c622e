"""The application factory: opens the services that the settings name and assembles all blueprints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined
from werkzeug.routing import IntegerConverter

from index import vocabulary
from index.catalogue import Catalogue
from index.model import FORMAT_LABELS, Facet, TagSource, duration_label
from index.previews import Previews
from index.search import open_search
from index.wording import Wording
from webapp import (
    accounts,
    animation,
    api,
    appearance,
    asking,
    assets,
    counting,
    documents,
    errors,
    exchange,
    following,
    forms,
    gatherings,
    health,
    hive,
    icons,
    identity,
    information,
    limits,
    metrics,
    navigation,
    pages,
    security,
    status,
    suggestions,
    territories,
    themes,
    typography,
    vignettes,
)
from webapp.addressing import Addressing
from webapp.animation import bulk, deposit
from webapp.api.specification import VERSION
from webapp.compiled import CompiledTemplates
from webapp.contact import contact_address
from webapp.exchange import export, oai, structured
from webapp.following import kept

if TYPE_CHECKING:
    from flask import Flask

    from index.settings import Settings

_FILTERS = (
    typography.day,
    typography.of_day,
    typography.machine,
    typography.moment,
    typography.clock,
    typography.size,
    typography.number,
    typography.quoted,
    typography.typeset,
    typography.marked,
    typography.capital,
)

_LARGEST_REQUEST = 64 * 1024
"""Bytes of a request's body. Forms and questions are small; deposits have a limit of their own, by a setting."""

# The largest value of an INTEGER column in PostgreSQL.
_LARGEST_NUMBER = 2**31 - 1

_ORIGINS = {
    TagSource.ANIMATOR: "l’équipe d’animation",
    TagSource.SIDECAR: "sa fiche",
    TagSource.CALENDAR: "le calendrier des rendez-vous",
    TagSource.FOLDER: "son dossier",
    TagSource.FILE_NAME: "le nom du fichier",
    TagSource.CONTENT: "son texte",
}
"""Who or what put a tag, as the words that follow « d’après » in the pages."""


class BoundedInteger(IntegerConverter):
    """The `int` converter of routes, bounded by what a database column holds: a larger number is a 404."""

    def __init__(self, *args: Any, **wanted: Any) -> None:
        super().__init__(*args, **{"max": _LARGEST_NUMBER} | wanted)


def create_app(settings: Settings) -> Addressing:
    """Return the web application of one installation. Its index and catalogue may be written by others meanwhile.

    Flask runs `before_request` functions in the order of their registration, `after_request` functions in the reverse
    order: the order of the calls below matters.
    """
    # APIFlask serves neither its document nor its page: the API package has its own, and explains errors itself.
    app = Addressing("webapp", title="Ruche", version=VERSION, spec_path=None, docs_path=None, json_errors=False)
    app.url_map.converters["int"] = BoundedInteger
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_REQUEST
    app.config["TRUSTED_PROXY"] = settings.trusted_proxy
    sources = _sources(settings)
    # First: all that follows asks who sends the request.
    identity.install(app, sources.catalogue, settings)
    # Before anonymous requests are refused, so that attempts with guessed tokens are limited too.
    limits.install(app)
    identity.guard(app)
    accounts.install(app, settings)
    hive.install(app, sources)
    metrics.install(app, sources)
    counting.install(app, sources.catalogue.usage, settings.rare_search_days)
    for subject in (
        pages,
        documents,
        vignettes,
        gatherings,
        themes,
        territories,
        suggestions,
        status,
        information,
        appearance,
        health,
    ):
        app.register_blueprint(subject.blueprint)
    for blueprint in (*accounts.BLUEPRINTS, *animation.BLUEPRINTS, *following.BLUEPRINTS, *exchange.BLUEPRINTS):
        app.register_blueprint(blueprint)
    errors.install(app)
    # `after_request` functions run from the last to the first: headers are set before the body is compressed.
    assets.install(app)
    security.install(app)
    # Before anything reads the form (NUL refusal, CSRF token): only the deposit endpoints may receive a large one.
    deposit.install(app, settings.deposit_megabytes)
    security.refuse_nul(app)
    forms.install(app, settings)
    # Mail programs post to it by themselves (RFC 8058); the secret in its address stands for the token.
    app.extensions["csrf"].exempt(kept.stop)
    # After CSRF protection, from which it exempts its blueprint.
    api.install(app, settings.api_origins)
    # OAI-PMH wants GET and POST for the same request, and a request changes nothing.
    app.extensions["csrf"].exempt(oai.answer)
    _set_up_templates(app, sources)
    return app


def _sources(settings: Settings) -> hive.Hive:
    catalogue = Catalogue.open(settings.catalogue_url)
    wording = Wording(vocabulary.load(settings.vocabulary), catalogue)
    words = wording.vocabulary()
    previews = Previews(settings.preview_folder, settings.preview_megabytes * 2**20)
    return hive.Hive(settings, catalogue, wording, words, open_search(settings, catalogue, words), previews)


def _set_up_templates(app: Flask, sources: hive.Hive) -> None:
    # Compiling a template takes longer than rendering it.
    app.jinja_env.bytecode_cache = CompiledTemplates(sources.settings.compiled_folder)
    # A misspelt name in a template is an error in tests, not an empty space on a page.
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for present in _FILTERS:
        app.jinja_env.filters[present.__name__] = present
    app.jinja_env.filters["duration"] = duration_label
    app.jinja_env.filters["named"] = identity.named
    app.jinja_env.globals.update(
        site_name=sources.settings.site_name,
        theme=sources.settings.theme,
        navigation=navigation.MAIN,
        animation_pages=animation.PAGES,
        administration_pages=accounts.PAGES,
        footer=navigation.FOOT,
        state_sites=navigation.STATE_SITES,
        proconnect_site=navigation.PROCONNECT_SITE,
        contact=contact_address(sources.settings.contact),
        count=typography.count,
        search_address=asking.address,
        about=asking.about,
        passage_of=asking.passage_of,
        vignette=vignettes.thumbnail_address,
        keep_address=kept.keep_address,
        export_address=export.export_address,
        most_exported=export.MOST,
        document_data=structured.document_data,
        event_data=structured.event_data,
        may_animate=identity.may_animate,
        person=identity.person,
        bulk_address=bulk.address,
        label=sources.label,
        formats=FORMAT_LABELS,
        format_icons=icons.FORMATS,
        file_icon=icons.FILE,
        origins=_ORIGINS,
        Facet=Facet,
    )
