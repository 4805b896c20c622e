"""The application factory: opens the services that the settings name and assembles all blueprints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import StrictUndefined
from werkzeug.routing import IntegerConverter

from index import vocabulary
from index.catalogue import Catalogue
from index.model import FORMAT_LABELS, Facet, TagSource, duration_label
from index.previews import PreviewCache
from index.search import open_search
from index.wording import VocabularyOverrides
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
from webapp.addressing import UrlCachingApp
from webapp.animation import bulk, deposit
from webapp.api.specification import API_VERSION
from webapp.compiled import CheckedBytecodeCache
from webapp.contact import contact_link
from webapp.exchange import export, oai, structured
from webapp.following import kept

if TYPE_CHECKING:
    from flask import Flask

    from index.settings import Settings

_FILTERS = {
    "day": typography.format_day,
    "of_day": typography.format_of_day,
    "machine": typography.format_iso,
    "moment": typography.format_datetime,
    "clock": typography.format_time,
    "size": typography.format_bytes,
    "number": typography.format_number,
    "quoted": typography.quote_text,
    "typeset": typography.typeset,
    "marked": typography.render_fragments,
    "capital": typography.capitalise,
}
"""By the names that templates use."""

_MAX_REQUEST_BYTES = 64 * 1024
"""Bytes of a request's body. Forms and questions are small; deposits have a limit of their own, by a setting."""

# The largest value of an INTEGER column in PostgreSQL.
_MAX_INTEGER = 2**31 - 1

_TAG_ORIGINS = {
    TagSource.ANIMATOR: "l’équipe d’animation",
    TagSource.SIDECAR: "sa fiche",
    TagSource.CALENDAR: "le calendrier des rendez-vous",
    TagSource.FOLDER: "son dossier",
    TagSource.FILE_NAME: "le nom du fichier",
    TagSource.CONTENT: "son texte",
}
"""Who or what put a tag, as the words that follow « d’après » in the pages."""


class BoundedIntegerConverter(IntegerConverter):
    """The `int` converter of routes, bounded by what a database column holds: a larger number is a 404."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max": _MAX_INTEGER} | options)


def create_app(settings: Settings) -> UrlCachingApp:
    """Return the web application of one installation. Its index and catalogue may be written by others meanwhile.

    Flask runs `before_request` functions in the order of their registration, `after_request` functions in the reverse
    order: the order of the calls below matters.
    """
    # APIFlask serves neither its document nor its page: the API package has its own, and explains errors itself.
    app = UrlCachingApp("webapp", title="Ruche", version=API_VERSION, spec_path=None, docs_path=None, json_errors=False)
    app.url_map.converters["int"] = BoundedIntegerConverter
    app.config["MAX_CONTENT_LENGTH"] = _MAX_REQUEST_BYTES
    app.config["TRUSTED_PROXY"] = settings.trusted_proxy
    app_services = _open_services(settings)
    # First: all that follows asks who sends the request.
    identity.install_identity(app, app_services.catalogue, settings)
    # Before anonymous requests are refused, so that attempts with guessed tokens are limited too.
    limits.install_rate_limits(app)
    identity.install_access_guard(app)
    accounts.install_identity_provider(app, settings)
    hive.install_services(app, app_services)
    metrics.install_metrics(app, app_services)
    counting.install_usage_counter(app, app_services.catalogue.usage, settings.rare_search_days)
    for subject in (
        pages.pages_blueprint,
        documents.document_blueprint,
        vignettes.thumbnail_blueprint,
        gatherings.event_blueprint,
        themes.theme_blueprint,
        territories.territory_blueprint,
        suggestions.suggestion_blueprint,
        status.status_blueprint,
        information.information_blueprint,
        appearance.appearance_blueprint,
        health.health_blueprint,
    ):
        app.register_blueprint(subject)
    for blueprint in (*accounts.BLUEPRINTS, *animation.BLUEPRINTS, *following.BLUEPRINTS, *exchange.BLUEPRINTS):
        app.register_blueprint(blueprint)
    errors.install_error_handlers(app)
    # `after_request` functions run from the last to the first: headers are set before the body is compressed.
    assets.install_assets(app)
    security.install_security_headers(app)
    # Before anything reads the form (NUL refusal, CSRF token): only the deposit endpoints may receive a large one.
    deposit.install_deposit_limit(app, settings.deposit_megabytes)
    security.install_nul_refusal(app)
    forms.install_csrf(app, settings)
    # Mail programs post to it by themselves (RFC 8058); the secret in its address stands for the token.
    app.extensions["csrf"].exempt(kept.stop)
    # After CSRF protection, from which it exempts its blueprint.
    api.install_api(app, settings.api_origins)
    # OAI-PMH wants GET and POST for the same request, and a request changes nothing.
    app.extensions["csrf"].exempt(oai.answer)
    _configure_templates(app, app_services)
    return app


def _open_services(settings: Settings) -> hive.AppServices:
    catalogue = Catalogue.open(settings.catalogue_url)
    wording = VocabularyOverrides(vocabulary.load_vocabulary(settings.vocabulary), catalogue)
    words = wording.current_vocabulary()
    previews = PreviewCache(settings.preview_folder, settings.preview_megabytes * 2**20)
    return hive.AppServices(settings, catalogue, wording, words, open_search(settings, catalogue, words), previews)


def _configure_templates(app: Flask, app_services: hive.AppServices) -> None:
    # Compiling a template takes longer than rendering it.
    app.jinja_env.bytecode_cache = CheckedBytecodeCache(app_services.settings.compiled_folder)
    # A misspelt name in a template is an error in tests, not an empty space on a page.
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(_FILTERS)
    app.jinja_env.filters["duration"] = duration_label
    app.jinja_env.filters["named"] = identity.account_name
    app.jinja_env.globals.update(
        site_name=app_services.settings.site_name,
        theme=app_services.settings.theme,
        navigation=navigation.MAIN_MENU,
        animation_pages=animation.ANIMATION_PAGES,
        administration_pages=accounts.ADMINISTRATION_PAGES,
        footer=navigation.FOOTER_LINKS,
        state_sites=navigation.STATE_SITES,
        proconnect_site=navigation.PROCONNECT_SITE,
        contact=contact_link(app_services.settings.contact),
        count=typography.format_count,
        search_address=asking.search_address,
        about=asking.facet_question,
        passage_of=asking.passage_address,
        vignette=vignettes.thumbnail_address,
        keep_address=kept.save_search_address,
        export_address=export.csv_export_address,
        most_exported=export.MAX_ROWS,
        document_data=structured.document_data,
        event_data=structured.event_data,
        may_animate=identity.may_animate,
        person=identity.current_person,
        bulk_address=bulk.bulk_tagging_address,
        label=app_services.label,
        formats=FORMAT_LABELS,
        format_icons=icons.FORMAT_ICONS,
        file_icon=icons.DEFAULT_ICON,
        origins=_TAG_ORIGINS,
        Facet=Facet,
    )
