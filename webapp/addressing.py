"""A Flask application that caches the URLs it builds: a page has a hundred of them, most of which the next has too."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from apiflask import APIFlask
from flask import has_request_context, request

_MAX_CACHED_URLS = 10_000
"""URLs kept in the cache: those of the menu and of tags stay in it, those of documents come and go."""


class UrlCachingApp(APIFlask):
    """A Flask application whose `url_for` is cached. Routes do not change while the application runs."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
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
        """Return the URL of an endpoint, as Flask does; URLs within the site are built once and then cached."""
        within = not _external and _scheme is None and has_request_context()
        # Only texts: `1` and `True` are equal keys of the cache and are written differently in a URL.
        if within and all(isinstance(each, str | tuple) for each in values.values()):
            # The reverse proxy may put the site under a path of its own, and « .name » is relative to the blueprint.
            key = request.script_root, request.blueprint if endpoint.startswith(".") else None
            return self._cached_url(key, endpoint, _anchor, _method, tuple(values.items()))
        return super().url_for(
            endpoint, _anchor=_anchor, _method=_method, _scheme=_scheme, _external=_external, **values
        )

    def _build_url(
        self,
        _key: tuple[str, str | None],
        endpoint: str,
        anchor: str | None,
        method: str | None,
        values: tuple[tuple[str, Any], ...],
    ) -> str:
        return super().url_for(endpoint, _anchor=anchor, _method=method, **dict(values))
