"""Addresses within the site, made once: a page has a hundred of them, most of which the next page has again."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from apiflask import APIFlask
from flask import has_request_context, request

_MOST = 10_000
"""Addresses that are remembered: those of the menu and of the tags stay, those of documents pass through."""


class Addressing(APIFlask):
    """An application that remembers the addresses it has made: nothing that they depend on changes while it runs."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._remembered = lru_cache(maxsize=_MOST)(self._made)

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
        """As Flask's, which does it anew each time."""
        within = not _external and _scheme is None and has_request_context()
        # Other values may be equal and be written otherwise, as 1 and true are.
        if within and all(isinstance(each, str | tuple) for each in values.values()):
            # The server in front may put the site under a path of its own.
            key = request.script_root, request.blueprint if endpoint.startswith(".") else None
            return self._remembered(key, endpoint, _anchor, _method, tuple(values.items()))
        return super().url_for(
            endpoint, _anchor=_anchor, _method=_method, _scheme=_scheme, _external=_external, **values
        )

    def _made(
        self,
        _key: tuple[str, str | None],
        endpoint: str,
        anchor: str | None,
        method: str | None,
        values: tuple[tuple[str, Any], ...],
    ) -> str:
        return super().url_for(endpoint, _anchor=anchor, _method=method, **dict(values))
