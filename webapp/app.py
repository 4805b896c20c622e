"""The application factory: opens the services that the settings name and assembles all blueprints."""

from __future__ import annotations

from functools import lru_cache
from types import MethodType
from typing import TYPE_CHECKING, Any

from apiflask import APIFlask
from flask import has_request_context, request
from werkzeug.routing import IntegerConverter, Rule

from index.assistant import open_assistant
from index.catalogue import Catalogue
from index.preview_cache import PreviewCache
from index.search import open_search
from index.vocabulary import VocabularyOverrides, load_vocabulary
from webapp.admin import (
    audit_blueprint,
    bulk_invitation_blueprint,
    group_blueprint,
    member_blueprint,
    viewing_blueprint,
)
from webapp.animation import (
    bulk_blueprint,
    chapter_blueprint,
    contact_editor_blueprint,
    contact_import_blueprint,
    dashboard_blueprint,
    evaluation_blueprint,
    event_editor_blueprint,
    file_blueprint,
    gathering_review_blueprint,
    held_blueprint,
    judged_blueprint,
    personal_data_blueprint,
    review_blueprint,
    statistics_blueprint,
    transcript_blueprint,
    vocabulary_blueprint,
    zero_result_blueprint,
)
from webapp.api import API_VERSION, install_api
from webapp.auth import (
    account_blueprint,
    install_access_guard,
    install_browser_key,
    install_identity,
    install_identity_provider,
    install_rate_limits,
    sign_in_blueprint,
    single_sign_on_blueprint,
)
from webapp.deposits import deposit_blueprint, deposit_reading_blueprint, install_deposit_limit
from webapp.diagnosis import diagnosis_blueprint
from webapp.dossiers import dossier_blueprint
from webapp.exchange import (
    calendar_blueprint,
    export_blueprint,
    feed_blueprint,
    oai_blueprint,
    opensearch_blueprint,
    respond_to_harvester,
    sitemap_blueprint,
)
from webapp.inquiries import inquiry_blueprint, inquiry_review_blueprint, needs_blueprint
from webapp.mailing import announcement_blueprint, reset_blueprint, saved_search_blueprint, unsubscribe
from webapp.mcp import mcp_blueprint
from webapp.pages import (
    appearance_blueprint,
    assistant_blueprint,
    batch_blueprint,
    catching_up_blueprint,
    comparison_blueprint,
    directory_blueprint,
    document_blueprint,
    event_blueprint,
    information_blueprint,
    pages_blueprint,
    place_blueprint,
    resolution_blueprint,
    status_blueprint,
    suggestion_blueprint,
    territory_blueprint,
    theme_blueprint,
    thumbnail_blueprint,
    usefulness_blueprint,
)
from webapp.server import (
    SMALL_BODY_BYTES,
    AppServices,
    health_blueprint,
    install_assets,
    install_csrf,
    install_error_handlers,
    install_metrics,
    install_nul_refusal,
    install_security_headers,
    install_services,
    install_usage_counter,
)
from webapp.templating import configure_templates

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from index.config import Settings
    from index.model import DocumentFormat

# The largest value of an INTEGER column in PostgreSQL.
_MAX_INTEGER = 2**31 - 1

_MAX_CACHED_URLS = 10_000
"""URLs kept in the cache: those of the menu and of tags stay in it, those of documents come and go."""


_BLUEPRINTS = (
    pages_blueprint,
    batch_blueprint,
    document_blueprint,
    catching_up_blueprint,
    resolution_blueprint,
    place_blueprint,
    usefulness_blueprint,
    thumbnail_blueprint,
    event_blueprint,
    theme_blueprint,
    territory_blueprint,
    comparison_blueprint,
    directory_blueprint,
    suggestion_blueprint,
    status_blueprint,
    information_blueprint,
    appearance_blueprint,
    assistant_blueprint,
    health_blueprint,
    diagnosis_blueprint,
    sign_in_blueprint,
    reset_blueprint,
    single_sign_on_blueprint,
    account_blueprint,
    member_blueprint,
    bulk_invitation_blueprint,
    group_blueprint,
    audit_blueprint,
    viewing_blueprint,
    dashboard_blueprint,
    deposit_blueprint,
    deposit_reading_blueprint,
    file_blueprint,
    held_blueprint,
    personal_data_blueprint,
    gathering_review_blueprint,
    review_blueprint,
    bulk_blueprint,
    event_editor_blueprint,
    chapter_blueprint,
    transcript_blueprint,
    vocabulary_blueprint,
    zero_result_blueprint,
    judged_blueprint,
    evaluation_blueprint,
    contact_editor_blueprint,
    contact_import_blueprint,
    statistics_blueprint,
    dossier_blueprint,
    inquiry_blueprint,
    inquiry_review_blueprint,
    needs_blueprint,
    announcement_blueprint,
    saved_search_blueprint,
    feed_blueprint,
    opensearch_blueprint,
    calendar_blueprint,
    export_blueprint,
    sitemap_blueprint,
    oai_blueprint,
    mcp_blueprint,
)
"""Routing does not depend on their order."""


class BoundedIntegerConverter(IntegerConverter):
    """The `int` converter of routes, bounded by what a database column holds: a larger number is a 404."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"max": _MAX_INTEGER} | options)


class LazyRule(Rule):
    """A rule that compiles how its URLs are built once the first is asked for.

    Werkzeug does so for all rules at once: to make the application then takes 89 ms of processor in place of 36.
    The method is private: `tests/webapp/server/test_addressing.py` holds what this relies on, and what URLs come of it.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 - Werkzeug's
        compile_builder = super()._compile_builder

        def build(_rule: Rule, /, **values: Any) -> tuple[str, str]:
            compiled: Callable[..., tuple[str, str]] = MethodType(compile_builder(append_unknown), self)
            # In place of this one: Werkzeug keeps both as attributes. Two threads that come at once do the same.
            setattr(self, "_build_unknown" if append_unknown else "_build", compiled)
            return compiled(**values)

        return build


class UrlCachingApp(APIFlask):
    """A Flask application whose `url_for` is cached. Routes do not change while the application runs."""

    url_rule_class = LazyRule

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.public_address = ""
        # One cache an application: tests make several, whose routes may differ.
        self._cached_url = lru_cache(maxsize=_MAX_CACHED_URLS)(self._build_url)

    def url_for(
        self,
        /,
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        """Return the URL of an endpoint, as Flask does; URLs within the site are built once and then cached.

        Where the settings have the public address, whole URLs begin with it: the request's Host may be anyone's.
        """
        if _external and self.public_address:
            within_site = self.url_for(endpoint, _anchor=_anchor, _method=_method, **values)
            return self.public_address + within_site.removeprefix(request.script_root)
        within = not _external and _scheme is None and has_request_context()
        # Only texts: `1` and `True` are equal keys of the cache and are written differently in a URL.
        if within and all(isinstance(each, str | tuple) for each in values.values()):
            # The reverse proxy may put the site under a path of its own, and « .name » is relative to the blueprint.
            key = request.script_root, request.blueprint if endpoint.startswith(".") else None
            return self._cached_url(key, endpoint, _anchor, _method, tuple(values.items()))
        return super().url_for(
            endpoint, _anchor=_anchor, _method=_method, _scheme=_scheme, _external=_external, **values
        )

    def log_exception(self, exc_info: Any) -> None:
        """Log an exception that nobody caught, by the rule of its address: the address itself may hold a secret."""
        self.logger.error("Exception on %s [%s]", request.url_rule, request.method, exc_info=exc_info)

    def _build_url(
        self,
        _key: tuple[str, str | None],
        endpoint: str,
        anchor: str | None,
        method: str | None,
        values: tuple[tuple[str, Any], ...],
    ) -> str:
        return super().url_for(endpoint, _anchor=anchor, _method=method, **dict(values))


def create_app(settings: Settings, formats: Mapping[str, DocumentFormat]) -> UrlCachingApp:
    """Return the web application of one installation. Its index and catalogue may be written by others meanwhile.

    `formats` is the registry that the extractors hold.

    Flask runs `before_request` functions in the order of their registration, `after_request` functions in the reverse
    order: the order of the calls below matters.
    """
    # APIFlask serves neither its document nor its page: the API package has its own, and explains errors itself.
    app = UrlCachingApp("webapp", title="Ruche", version=API_VERSION, spec_path=None, docs_path=None, json_errors=False)
    app.url_map.converters["int"] = BoundedIntegerConverter
    # Deposits have a limit of their own, by a setting.
    app.config["MAX_CONTENT_LENGTH"] = SMALL_BODY_BYTES
    app.config["TRUSTED_PROXY"] = settings.trusted_proxy
    app.public_address = settings.public_address.rstrip("/")
    opened = _open_services(settings, formats)
    # First: all that follows asks who sends the request.
    install_identity(app, opened.catalogue, settings)
    install_browser_key(app)
    # Before anonymous requests are refused, so that attempts with guessed tokens are limited too.
    install_rate_limits(app)
    install_access_guard(app)
    install_identity_provider(app, settings)
    install_services(app, opened)
    install_metrics(app, opened)
    install_usage_counter(app, opened.catalogue.usage, settings.rare_search_days)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    install_error_handlers(app)
    # `after_request` functions run from the last to the first: headers are set before the body is compressed.
    install_assets(app)
    install_security_headers(app)
    # Before anything reads the form (NUL refusal, CSRF token): only the deposit endpoints may receive a large one.
    install_deposit_limit(app, settings.deposit_megabytes)
    install_nul_refusal(app)
    install_csrf(app, settings)
    # Mail programs post to it by themselves (RFC 8058); the secret in its address stands for the token.
    app.extensions["csrf"].exempt(unsubscribe)
    # After CSRF protection, from which it exempts its blueprint.
    install_api(app, settings.api_origins)
    # OAI-PMH wants GET and POST for the same request, and a request changes nothing.
    app.extensions["csrf"].exempt(respond_to_harvester)
    # Assistants present a token, never a cookie, and change nothing.
    app.extensions["csrf"].exempt(mcp_blueprint)
    configure_templates(app, opened)
    return app


def _open_services(settings: Settings, formats: Mapping[str, DocumentFormat]) -> AppServices:
    catalogue = Catalogue.open(settings.catalogue_url)
    wording = VocabularyOverrides(load_vocabulary(formats, settings.vocabulary), catalogue.vocabulary_changes)
    words = wording.current_vocabulary()
    previews = PreviewCache(settings.preview_folder, settings.preview_megabytes * 2**20)
    search = open_search(settings, catalogue, words)
    return AppServices(settings, catalogue, wording, words, search, previews, open_assistant(settings))
