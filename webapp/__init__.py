"""What people and tools see: pages and API. Views translate, nothing more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apiflask import APIFlask

    from index.settings import Settings

__all__ = ["create_app"]


def create_app(settings: Settings) -> APIFlask:
    """The whole web application over one installation; the index and the catalogue may be written meanwhile."""
    # Flask and all views, which the commands that serve nothing, and the readers of files, need not load.
    from webapp.app import create_app as make  # noqa: PLC0415

    return make(settings)
