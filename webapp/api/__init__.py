"""The JSON API for other tools."""

from webapp.api.openapi import API_VERSION, openapi_document
from webapp.api.setup import install_api

__all__ = ["API_VERSION", "install_api", "openapi_document"]
