"""The web application: pages, API and exchange formats. Views translate requests and answers, and decide nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apiflask import APIFlask

    from index.config import Settings
    from index.model import DocumentFormat

__all__ = ["create_app"]


def create_app(settings: Settings, formats: Mapping[str, DocumentFormat]) -> APIFlask:
    """Return the web application of one installation. Its index and catalogue may be written by others meanwhile.

    `formats` is the registry that the extractors hold, which this package may not know.
    """
    # Imported late: commands that serve nothing, and workers that read files, need neither Flask nor the views.
    from webapp.app import create_app as make  # noqa: PLC0415

    return make(settings, formats)
