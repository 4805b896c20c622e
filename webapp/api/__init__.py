"""The JSON API for other tools."""

from webapp.api.client_types import replace_client_types
from webapp.api.openapi import API_VERSION, openapi_document
from webapp.api.setup import install_api

__all__ = ["API_VERSION", "install_api", "openapi_document", "replace_client_types"]
